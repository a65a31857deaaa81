#include "hutch/methods/powder/identify.hpp"

#include "hutch/base/error.hpp"
#include "hutch/data/amcsd.hpp"
#include "hutch/data/cif.hpp"
#include "hutch/methods/powder/simulate.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

namespace hutch::powder {
namespace {

data::Operation const identity{}, inversion{{-1, 0, 0, 0, -1, 0, 0, 0, -1}, {0, 0, 0}};

// Made-up primitive cells with an inversion centre: no two have lines in common but by chance.
data::Structure made_up(double a, double b, double c, double beta, int heavy, int light) {
    data::Structure s;
    s.name = "made up";
    s.cell = {a, b, c, 90, beta, 90};
    s.operations = {identity, inversion};
    s.sites = {{"A", heavy, 0, false, {0, 0, 0}, 1, 0.01, {}, 0},
               {"B", light, 0, false, {0.31, 0.22, 0.17}, 1, 0, {}, 0}};
    data::complete(s);
    return s;
}

std::vector<data::Structure> small_library() {
    std::vector<data::Structure> library;
    for (int i = 0; i < 12; ++i)
        library.push_back(made_up(4.1 + 0.37 * i, 6.3 - 0.21 * i, 5.2 + 0.55 * (i % 4), 92 + 1.7 * i,
                                  20 + 5 * i, 8 + i % 2));
    return library;
}

Setting ordinary() {
    Setting setting;
    setting.instrument.wavelengths = IdentifyOptions{}.wavelengths;
    setting.sample.size_um = 0.1;
    setting.background.chebyshev = {0.05, -0.02};
    setting.dose = 2000;
    return setting;
}

data::Pattern simulated(data::Structure const& structure, Setting const& setting, std::uint64_t seed) {
    Grid const grid{10, 0.02, 4001};
    PatternCalculator calculator(grid, cromer_liberman());
    std::vector<float> y(calculator.padded_points());
    Reflections const reflections = find_reflections(structure, {needed_d_min(grid.last(), 1.54, 0.02)});
    calculator.expected(reflections, setting, y.data());
    draw_counts(y, seed, 0);
    data::Pattern pattern;
    for (std::size_t i = 0; i < grid.points; ++i)
        pattern.x.push_back(grid.at(i)), pattern.y.push_back(double(y[i]));
    return pattern;
}

struct Case {
    char const* name;
    void (*change)(Setting&);
};
Case const cases[] = {
    {"an ordinary sample", [](Setting&) {}},
    {"a cell 0.8 % too large", [](Setting& s) { s.sample.strain = {0.008, 0.008, 0.008, 0, 0, 0}; }},
    {"a cell 0.8 % too small", [](Setting& s) { s.sample.strain = {-0.008, -0.008, -0.008, 0, 0, 0}; }},
    {"a zero error", [](Setting& s) { s.instrument.zero = 0.15; }},
    {"a displaced sample", [](Setting& s) { s.sample.displacement_mm = 0.15; }},
    {"texture", [](Setting& s) { s.sample.march_ratio = 0.5, s.sample.march_axis = {1, 0, 0}; }},
    {"broad lines", [](Setting& s) { s.sample.size_um = 0.015; }},
    {"few counts", [](Setting& s) { s.dose = 200; }},
    {"an amorphous hump", [](Setting& s) { s.background.humps = {{26, 9, 0.3}}; }},
};

TEST(Identify, finds_each_structure_of_a_library_in_every_state_of_the_sample) {
    std::vector<data::Structure> const library = small_library();
    for (Case const& one : cases)
        for (std::size_t i = 0; i < library.size(); i += 3) {
            Setting setting = ordinary();
            one.change(setting);
            Identification const found = identify(simulated(library[i], setting, i), library, {});
            EXPECT_EQ(found.candidates.at(0).structure, i) << one.name;
            EXPECT_GT(found.candidates[0].score, found.candidates[1].score + 0.05) << one.name;
        }
}

TEST(Identify, finds_the_cell_scale_and_the_zero_error) {
    std::vector<data::Structure> const library = small_library();
    Setting setting = ordinary();
    setting.sample.strain = {0.004, 0.004, 0.004, 0, 0, 0};
    setting.instrument.zero = 0.05;
    Candidate const best = identify(simulated(library[2], setting, 1), library, {}).candidates.at(0);
    EXPECT_EQ(best.structure, 2u);
    EXPECT_NEAR(best.shift.cell_scale, 1.004, 0.001);
    EXPECT_NEAR(best.shift.zero, 0.05, 0.03);  // less than half a peak width
}

TEST(Identify, gives_a_pattern_on_the_measured_points_that_follows_them) {
    std::vector<data::Structure> const library = small_library();
    Setting setting = ordinary();
    setting.dose = 100'000;
    data::Pattern const measured = simulated(library[4], setting, 1);
    Candidate const best = identify(measured, library, {}).candidates.at(0);
    ASSERT_EQ(best.pattern.size(), measured.x.size());
    double difference = 0, sum = 0;
    for (std::size_t i = 0; i < measured.y.size(); ++i) {
        difference += std::abs(measured.y[i] - double(best.pattern[i]));
        sum += measured.y[i];
    }
    EXPECT_LT(difference, 0.1 * sum);  // one peak shape for all, and strong lines do not decide alone
}

TEST(Identify, gives_the_same_with_any_number_of_threads) {
    std::vector<data::Structure> const library = small_library();
    data::Pattern const measured = simulated(library[7], ordinary(), 1);
    IdentifyOptions options;
    Identification const expected = identify(measured, library, options);
    for (unsigned threads : {2u, 5u}) {
        options.threads = threads;
        Identification const found = identify(measured, library, options);
        ASSERT_EQ(found.candidates.size(), expected.candidates.size());
        for (std::size_t i = 0; i < found.candidates.size(); ++i) {
            EXPECT_EQ(found.candidates[i].structure, expected.candidates[i].structure);
            EXPECT_EQ(found.candidates[i].score, expected.candidates[i].score);
            EXPECT_EQ(found.candidates[i].pattern, expected.candidates[i].pattern);
        }
    }
}

TEST(Identify, finds_a_second_phase_beside_the_first) {
    std::vector<data::Structure> const library = small_library();
    data::Pattern measured = simulated(library[3], ordinary(), 1);
    data::Pattern const second = simulated(library[8], ordinary(), 2);
    for (std::size_t i = 0; i < measured.y.size(); ++i) measured.y[i] += 0.25 * second.y[i];
    Candidate const first = identify(measured, library, {}).candidates.at(0);
    EXPECT_EQ(first.structure, 3u);
    Candidate const other = identify(measured, library, {}, {&first, 1}).candidates.at(0);
    EXPECT_EQ(other.structure, 8u);
    EXPECT_GT(other.score, first.score);
}

TEST(Identify, looks_only_at_wanted_elements) {
    std::vector<data::Structure> const library = small_library();
    data::Pattern const measured = simulated(library[0], ordinary(), 1);
    IdentifyOptions options;
    options.required_elements = {library[5].sites[0].atomic_number};
    EXPECT_EQ(identify(measured, library, options).compared, 1u);
    options.required_elements.clear();
    options.allowed_elements = {8, library[0].sites[0].atomic_number, library[2].sites[0].atomic_number};
    EXPECT_EQ(identify(measured, library, options).compared, 2u);
    options.allowed_elements = {1};
    EXPECT_TRUE(identify(measured, library, options).candidates.empty());
}

TEST(Identify, leaves_out_structures_without_form_factor) {
    std::vector<data::Structure> library = small_library();
    data::Pattern const measured = simulated(library[1], ordinary(), 1);
    library[0].sites[0].atomic_number = 105;
    Identification const found = identify(measured, library, {});
    EXPECT_EQ(found.without_pattern, 1u);
    EXPECT_EQ(found.candidates.at(0).structure, 1u);
}

TEST(Identify, refuses_a_pattern_without_points_and_wavelengths_of_nothing) {
    std::vector<data::Structure> const library = small_library();
    EXPECT_THROW(identify({}, library, {}), Error);
    IdentifyOptions options;
    options.wavelengths.clear();
    EXPECT_THROW(identify(simulated(library[0], ordinary(), 1), library, options), Error);
    options.wavelengths = {{-1, 1}};
    EXPECT_THROW(identify(simulated(library[0], ordinary(), 1), library, options), Error);
}

TEST(Identify, survives_patterns_without_peaks) {
    data::Pattern flat;
    for (int i = 0; i < 500; ++i) flat.x.push_back(10 + 0.1 * i), flat.y.push_back(100);
    for (Candidate const& candidate : identify(flat, small_library(), {}).candidates)
        EXPECT_LT(candidate.score, 0.5);
    for (double& y : flat.y) y = 0;
    EXPECT_NO_THROW(identify(flat, small_library(), {}));
}

// ---- measured patterns against all structures of AMCSD and those that come with Avogadro
// ---------------------------

char const* const amcsd_path = "usr/lib/python3/dist-packages/larch/xrd/amscif_trim.db";
char const* const crystals_path = "usr/share/avogadro2/crystals";
char const* const lead_sulfate_path = "usr/share/doc/objcryst-fox/example/tutorial-pbso4";

std::vector<data::Structure> large_library(std::filesystem::path const& root) {
    std::vector<data::Structure> library;
    data::read_amcsd(root / amcsd_path, 2, [&](data::AmcsdEntry&& entry) {
        if (entry.problem.empty()) library.push_back(std::move(entry.structure));
    });
    std::set<std::filesystem::path> paths;
    for (auto const& file : std::filesystem::recursive_directory_iterator(root / crystals_path))
        if (file.path().extension() == ".cif") paths.insert(file.path());
    for (auto const& path : paths) try {
            for (data::Structure& structure : data::read_cif(path)) library.push_back(std::move(structure));
        } catch (Error const&) {  // some have no atoms
        }
    return library;
}

class IdentifyData : public testing::Test {
  protected:
    void SetUp() override {
        char const* const folder = std::getenv("HUTCH_DATA");
        if (!folder || !std::filesystem::exists(std::filesystem::path(folder) / amcsd_path))
            GTEST_SKIP() << "HUTCH_DATA names no folder with the unpacked packages";
        root_ = folder;
        library_ = large_library(root_);
        options_.threads = 2;
    }
    // Return the names of the best, and expect that those of one mineral come before all others.
    void expect_first(Identification const& found, std::string const& mineral, std::size_t count) {
        ASSERT_GT(found.candidates.size(), count);
        for (std::size_t i = 0; i < count; ++i) {
            EXPECT_EQ(library_[found.candidates[i].structure].name, mineral)
                << i << ": " << library_[found.candidates[i].structure].source;
            EXPECT_GT(found.candidates[i].score, found.candidates[count].score + 0.02);
        }
    }
    std::filesystem::path root_;
    std::vector<data::Structure> library_;
    IdentifyOptions options_;
};

// R. J. Hill, J. Appl. Cryst. 25 (1992) 589: the round robin's PbSO4. AMCSD 665, 5558, 17670 (lead and sulfur
// only) and 18845 are anglesite, and so is one CIF.
TEST_F(IdentifyData, finds_anglesite_in_the_x_ray_pattern_of_the_round_robin) {
    Identification const found =
        identify(data::read_pattern(root_ / lead_sulfate_path / "xray.dat.gz"), library_, options_);
    EXPECT_GT(found.compared, 9500u);
    expect_first(found, "Anglesite", 5);
    EXPECT_GT(found.candidates[0].score, 0.98);
}

// Without its oxygen, AMCSD 17670 looks like anglesite to X-rays but not to neutrons.
TEST_F(IdentifyData, finds_anglesite_in_the_neutron_pattern_of_the_round_robin) {
    options_.radiation = Radiation::neutron;
    options_.wavelengths = {{1.909, 1}};
    Identification const found =
        identify(data::read_pattern(root_ / lead_sulfate_path / "neutron.dat.gz"), library_, options_);
    EXPECT_GT(found.compared, 9500u);
    expect_first(found, "Anglesite", 4);
    EXPECT_GT(found.candidates[0].score, 0.97);
}

TEST_F(IdentifyData, gives_low_scores_to_a_substance_that_no_structure_is) {
    options_.wavelengths = {{1.52904, 1}};
    options_.polarisation = 0.95;
    auto const path = root_ / "usr/share/doc/objcryst-fox/example/tutorial-cimetidine/cime.dat.gz";
    EXPECT_LT(identify(data::read_pattern(path), library_, options_).candidates.at(0).score, 0.75);
}

}  // namespace
}  // namespace hutch::powder
