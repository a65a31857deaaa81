#include "hutch/curate/assess/detail/powder_lines.hpp"

#include "hutch/base/random.hpp"
#include "hutch/curate/test_library.hpp"
#include "hutch/data/cif.hpp"
#include "hutch/methods/powder/simulate.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace hutch::curate::assess::detail {
namespace {

data::Structure structure(std::size_t i) {
    return data::parse_cif(cif_of(small_structures[i]), small_structures[i].name)[0];
}

// A counted pattern of a structure with a texture, broad or narrow peaks, a displaced sample and a hump.
data::Pattern simulated(data::Structure const& of, std::uint64_t seed, double zero = 0) {
    RandomStream random(seed, 3, 0);
    powder::Grid const grid;
    powder::Setting setting;
    setting.instrument.wavelengths = {{1.5405929, 1}, {1.5444274, 0.5}};
    setting.instrument.zero = zero;
    setting.instrument.x = 0.02;
    setting.instrument.axial_sample = setting.instrument.axial_detector = 0.02;
    setting.sample.size_um = std::pow(10, -1.7 + 2 * random.uniform());
    setting.sample.microstrain = 1e-3 * random.uniform();
    setting.sample.march_ratio = 0.5 + random.uniform();
    setting.sample.displacement_mm = 0.05 * random.normal();
    setting.background.chebyshev = {0.05, -0.02};
    setting.background.humps = {{25, 9, 0.1 * random.uniform()}};
    setting.dose = std::pow(10, 2.5 + 2 * random.uniform());
    auto const table = powder::find_reflections(of, {powder::needed_d_min(grid.last(), 1.54)});
    powder::PatternCalculator calculator(grid, powder::cromer_liberman());
    std::vector<float> y(calculator.padded_points());
    calculator.expected(table, setting, y.data());
    powder::draw_counts(y, seed, seed);
    data::Pattern pattern;
    for (std::size_t i = 0; i < grid.points; ++i)
        pattern.x.push_back(grid.at(i)), pattern.y.push_back(double(y[i]));
    return pattern;
}

LineMatch match(data::Pattern const& pattern, data::Cell const& cell, int group,
                double wavelength = 1.5405929) {
    LineMatchOptions options;
    options.wavelengths = {wavelength, wavelength * 1.5444274 / 1.5405929};
    return match_lines(find_observed_peaks(pattern, wavelength, 12), {{cell, group}}, options);
}
bool is_fine(LineMatch const& found) { return double(found.allowed) >= 0.75 * double(found.peaks) - 1e-9; }

TEST(PowderLines, StandWhereTheTrueCellAllowsThem) {
    for (std::size_t i = 0; i < std::size(small_structures); ++i)
        for (std::uint64_t seed = 0; seed < 6; ++seed) {
            data::Structure const one = structure(i);
            LineMatch const found = match(simulated(one, 100 * i + seed), one.cell, one.space_group_number);
            EXPECT_TRUE(is_fine(found))
                << one.name << " " << seed << ": " << found.allowed << " of " << found.peaks;
        }
}

TEST(PowderLines, ContradictOtherCellsWavelengthsAndOffsets) {
    int scaled = 0, waves = 0, offsets = 0, others = 0, all = 0;
    for (std::size_t i = 0; i < std::size(small_structures); ++i)
        for (std::uint64_t seed = 0; seed < 3; ++seed) {
            data::Structure const one = structure(i),
                                  other = structure((i + 1) % std::size(small_structures));
            data::Pattern const pattern = simulated(one, 200 * i + seed);
            data::Cell larger = one.cell;
            larger.a *= 1.01, larger.b *= 1.01, larger.c *= 1.01;
            ++all;
            scaled += !is_fine(match(pattern, larger, one.space_group_number));
            waves += !is_fine(match(pattern, one.cell, one.space_group_number, 1.5405929 * 1.03));
            offsets += !is_fine(match(simulated(one, 200 * i + seed, 0.3), one.cell, one.space_group_number));
            others += !is_fine(match(pattern, other.cell, other.space_group_number));
        }
    EXPECT_GT(scaled, 0.6 * all);
    EXPECT_GT(waves, 0.6 * all);
    EXPECT_GT(offsets, 0.6 * all);
    EXPECT_GT(others, 0.7 * all);
}

TEST(PowderLines, ContradictASpaceGroupWithMoreAbsences) {
    data::Structure const zincite = structure(10);
    LineMatch const found = match(simulated(zincite, 1), zincite.cell, 159);  // P 3 1 c in place of P 63 m c
    EXPECT_TRUE(is_fine(found));  // has no absences that are not there
    LineMatch const centred = match(simulated(zincite, 2), zincite.cell, 166);  // R -3 m
    EXPECT_FALSE(is_fine(centred));
    EXPECT_EQ(centred.on_lattice, centred.peaks);
}

TEST(PowderLines, OfTwoPhasesAreExplainedByEither) {
    data::Structure const a = structure(0), b = structure(2);
    data::Pattern both = simulated(a, 5);
    data::Pattern const second = simulated(b, 6);
    for (std::size_t i = 0; i < both.y.size(); ++i) both.y[i] += 0.5 * second.y[i];
    LineMatchOptions options;
    options.wavelengths = {1.5405929, 1.5444274};
    auto const peaks = find_observed_peaks(both, 1.54, 12);
    LineMatch const found =
        match_lines(peaks, {{a.cell, a.space_group_number}, {b.cell, b.space_group_number}}, options);
    EXPECT_TRUE(is_fine(found));
    EXPECT_LT(match_lines(peaks, {{a.cell, a.space_group_number}}, options).allowed, found.allowed);
}

TEST(PowderLines, SayNothingOfHugeCells) {
    data::Structure const one = structure(0);
    EXPECT_TRUE(match(simulated(one, 1), {60, 60, 60, 90, 90, 90}, 1).is_dense);
}

}  // namespace
}  // namespace hutch::curate::assess::detail
