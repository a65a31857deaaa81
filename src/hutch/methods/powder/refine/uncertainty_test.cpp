#include "hutch/methods/powder/refine/description.hpp"
#include "hutch/methods/powder/refine/least_squares.hpp"
#include "hutch/methods/powder/simulate.hpp"
#include "hutch/methods/powder/test_structures.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace hutch::powder::refine {
namespace {

constexpr std::size_t samples = 500;

// Anglesite and corundum with both K alpha lines of copper.
Problem two_phases() {
    Description about;
    for (data::Structure const& structure : {lead_sulfate(), corundum()})
        about.phases.push_back({structure.name, structure, Intensities::structure, {}});
    PatternDescription pattern;
    pattern.name = "p";
    for (std::size_t i = 0; i < 2000; ++i) pattern.measured.x.push_back(15 + 0.03 * double(i));
    pattern.measured.y.assign(pattern.measured.x.size(), 1);
    pattern.instrument.wavelengths = {{1.5405929, 1}, {1.5444274, 0.5}};
    pattern.background.terms = 3;
    about.patterns.push_back(pattern);
    about.set = {{"background.0", 400},  {"background.1", -60},
                 {"background.2", 20},   {"profile.u", 0.01},
                 {"profile.w", 0.01},    {"size.iso", 0.1},
                 {"strain.iso", 1500},   {"PbSO4.p.scale", 200},
                 {"Al2O3.p.scale", 400}, {"PbSO4.p.texture.march", 0.9},
                 {"shift.zero", 0.02}};
    return build(about);
}

// Neutrons at one wavelength with axial divergence, and at time of flight with a strained lattice.
Problem two_banks() {
    Description about;
    about.phases.push_back({"PbSO4", lead_sulfate(), Intensities::structure, {"Pb1"}});
    PatternDescription angle, flight;
    angle.name = "p", flight.name = "t";
    angle.instrument.radiation = flight.instrument.radiation = Radiation::neutron;
    angle.instrument.geometry = Geometry::debye_scherrer;
    angle.instrument.wavelengths = {{1.909, 1}};
    angle.instrument.axial_sample = angle.instrument.axial_detector = 0.025;
    for (std::size_t i = 0; i < 1400; ++i) angle.measured.x.push_back(10 + 0.1 * double(i));
    for (std::size_t i = 0; i < 1500; ++i) flight.measured.x.push_back(3000 + 6 * double(i));
    flight.measured.axis = data::AxisKind::time_of_flight;
    flight.is_flight = true;
    flight.flight = {{"difC", 3000}, {"alpha", 0.2}, {"beta-0", 0.03}, {"beta-1", 0.02},
                     {"sig-1", 100}, {"Z", 1},       {"2-theta", 90}};
    angle.measured.y.assign(angle.measured.x.size(), 1),
        flight.measured.y.assign(flight.measured.x.size(), 1);
    angle.background = {BackgroundKind::cosine, 2, {}},
    flight.background = {BackgroundKind::interpolated, 3, {}};
    about.patterns = {angle, flight};
    about.set = {{"background", 400}, {"profile.u", 0.2},    {"profile.v", -0.2}, {"profile.w", 0.2},
                 {"size.iso", 0.5},   {"p.strain.iso", 800}, {"p.scale", 4e6},    {"t.scale", 4e7},
                 {"lattice.d11", 20}, {"p.absorption", 0.2}};
    return build(about);
}

std::vector<double> calculated(Problem const& problem, Prepared const& prepared, std::size_t pattern) {
    Wanted const nothing = Wanted::none(problem.model.parameters.size());
    return calculate(problem.model, prepared, pattern, problem.model.parameters.values(), nothing).total;
}

std::vector<double> counted(std::vector<double> const& expected, std::uint64_t index) {
    std::vector<float> counts((expected.size() + 63) / 64 * 64, 0);
    std::copy(expected.begin(), expected.end(), counts.begin());
    draw_counts(counts, 11, index);
    return {counts.begin(), counts.begin() + std::ptrdiff_t(expected.size())};
}

// What all samples gave for one parameter.
struct Spread {
    double sum = 0, square = 0, su = 0;
    void add(double deviation, double uncertainty) {
        sum += deviation, square += deviation * deviation, su += uncertainty;
    }
    double mean() const { return sum / samples; }
    double deviation() const { return std::sqrt((square - sum * sum / samples) / (samples - 1)); }
    double mean_su() const { return su / samples; }
};

struct Samples {
    std::vector<Spread> spread;
    double reduced = 0;  ///< mean chi^2 per degree of freedom
};

// Refined from the true values, so that all fits end in the same minimum. Weights are those of the true
// patterns: those of counts would add a bias of their own.
Samples draw_samples(Problem const& truth, std::vector<std::string> const& refined) {
    Prepared const prepared = prepare(truth.model);
    Problem start = truth;
    for (std::string const& name : refined)
        start.model.parameters[start.model.parameters.find(name)].is_refined = true;
    std::vector<std::vector<double>> expected;
    for (std::size_t p = 0; p < truth.model.patterns.size(); ++p) {
        expected.push_back(calculated(truth, prepared, p));
        double const highest = *std::ranges::max_element(expected[p]);
        EXPECT_TRUE(highest > 1e4 && highest < 1e6) << truth.model.patterns[p].name << ": " << highest;
        for (std::size_t i = 0; i < expected[p].size(); ++i)
            start.model.patterns[p].weight[i] = 1 / expected[p][i];
    }
    Samples result{std::vector<Spread>(refined.size()), 0};
    for (std::size_t sample = 0; sample < samples; ++sample) {
        Problem problem = start;
        for (std::size_t p = 0; p < expected.size(); ++p)
            problem.model.patterns[p].measured.y = counted(expected[p], sample * expected.size() + p);
        Prepared lists = prepared;
        Fit const found = fit(problem, lists, {});
        EXPECT_EQ(found.ending, Ending::converged) << "sample " << sample;
        result.reduced += std::pow(found.overall.goodness(found.variables), 2) / samples;
        for (std::size_t k = 0; k < refined.size(); ++k) {
            std::size_t const place = truth.model.parameters.find(refined[k]);
            result.spread[k].add(problem.model.parameters[place].value - truth.model.parameters[place].value,
                                 found.su(place));
        }
    }
    return result;
}

// The s.d. of 500 samples is known to 3.2 %.
void expect_spread_equals_su(Problem const& truth, std::vector<std::string> const& refined) {
    Samples const found = draw_samples(truth, refined);
    for (std::size_t k = 0; k < refined.size(); ++k) {
        Spread const& one = found.spread[k];
        double const ratio = one.deviation() / one.mean_su(),
                     bias = one.mean() / one.deviation() * std::sqrt(samples);
        testing::Test::RecordProperty(refined[k], fmt::format("{:.3f} {:+.2f}", ratio, bias));
        EXPECT_NEAR(ratio, 1, 0.1) << refined[k];
        EXPECT_LE(std::abs(bias), 4) << refined[k] << ": mean deviation over its standard error";
    }
    // Its s.d. over so many points and samples is 1.4e-3.
    EXPECT_NEAR(found.reduced, 1, 0.006);
}

}  // namespace

TEST(Uncertainty, IsTheSpreadOverCountingStatisticsOfTwoPhases) {
    expect_spread_equals_su(two_phases(),
                            {"PbSO4.cell.a",          "PbSO4.cell.b",         "PbSO4.cell.c",
                             "PbSO4.Pb1.position.x",  "PbSO4.Pb1.position.z", "PbSO4.S1.position.x",
                             "PbSO4.O3.position.x",   "PbSO4.O3.position.y",  "PbSO4.O3.position.z",
                             "PbSO4.Pb1.thermal.iso", "PbSO4.O1.thermal.iso", "PbSO4.O2.occupancy",
                             "PbSO4.p.scale",         "PbSO4.p.size.iso",     "PbSO4.p.strain.iso",
                             "PbSO4.p.texture.march", "Al2O3.cell.a",         "Al2O3.cell.c",
                             "Al2O3.p.scale",         "Al2O3.p.size.iso",     "p.background.0",
                             "p.background.1",        "p.background.2",       "p.shift.zero",
                             "p.profile.w",           "p.profile.u",          "p.ratio"});
}

TEST(UncertaintySlow, IsTheSpreadOverCountingStatisticsOfTwoPatterns) {
    expect_spread_equals_su(
        two_banks(),
        {"PbSO4.cell.a",          "PbSO4.cell.b",          "PbSO4.cell.c",          "PbSO4.Pb1.position.x",
         "PbSO4.Pb1.thermal.u11", "PbSO4.Pb1.thermal.u22", "PbSO4.Pb1.thermal.u33", "PbSO4.Pb1.thermal.u13",
         "PbSO4.O3.position.x",   "PbSO4.O3.position.y",   "PbSO4.O3.position.z",   "PbSO4.O3.thermal.iso",
         "PbSO4.p.scale",         "PbSO4.t.scale",         "PbSO4.t.lattice.d11",   "PbSO4.t.lattice.d22",
         "PbSO4.t.lattice.d33",   "p.background.0",        "p.background.1",        "t.background.0",
         "t.background.1",        "t.background.2",        "p.shift.zero",          "p.profile.axial",
         "p.profile.u",           "p.profile.v",           "p.profile.w",           "t.flight.zero",
         "t.profile.alpha",       "t.profile.beta_0",      "t.profile.beta_1",      "t.profile.sigma_1",
         "PbSO4.p.strain.iso"});
}

}  // namespace hutch::powder::refine
