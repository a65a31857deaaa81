#include "hutch/methods/powder/refine/least_squares.hpp"

#include "hutch/methods/powder/refine/description.hpp"
#include "hutch/methods/powder/test_structures.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::powder::refine {
namespace {

// A pattern of one phase calculated at the starting values, with a ripple of so many standard deviations.
Problem problem_of(data::Structure const& structure, double from, double to, std::size_t points,
                   double ripple = 1) {
    Description about;
    about.phases.push_back({structure.name, structure, Intensities::structure, {}});
    PatternDescription pattern;
    pattern.name = "p";
    for (std::size_t i = 0; i < points; ++i)
        pattern.measured.x.push_back(from + (to - from) * double(i) / double(points - 1));
    pattern.measured.y.assign(points, 1);
    pattern.background.terms = 2;
    about.patterns.push_back(pattern);
    about.set = {{"background.0", 200}, {"size.iso", 0.1}, {"profile.w", 0.01}};
    Problem problem = build(about);
    PatternModel& model = problem.model.patterns[0];
    Wanted const nothing = Wanted::none(problem.model.parameters.size());
    model.measured.y =
        calculate(problem.model, prepare(problem.model), 0, problem.model.parameters.values(), nothing).total;
    for (std::size_t i = 0; i < points; ++i) {
        double const sigma = std::sqrt(model.measured.y[i]);
        model.weight[i] = 1 / (sigma * sigma);
        model.measured.y[i] += ripple * sigma * std::sin(2.4 * double(i * i));
    }
    return problem;
}

void refine(Problem& problem, std::vector<std::string> const& names) {
    for (std::string const& name : names)
        problem.model.parameters[problem.model.parameters.find(name)].is_refined = true;
}
void move(Problem& problem, std::string const& name, double by) {
    problem.model.parameters[problem.model.parameters.find(name)].value += by;
}

Fit fit_of(Problem& problem) {
    Prepared prepared = prepare(problem.model);
    return fit(problem, prepared, {});
}

std::set<std::string> names_of(Problem const& problem, std::vector<std::size_t> const& group) {
    std::set<std::string> names;
    for (std::size_t const p : group) names.insert(problem.model.parameters[p].name);
    return names;
}

void expect_undetermined(Problem const& problem, Fit const& fit, std::set<std::string> const& pair,
                         std::vector<std::string> const& determined) {
    ASSERT_EQ(fit.undetermined.size(), 1u);
    EXPECT_EQ(names_of(problem, fit.undetermined[0]), pair);
    for (std::string const& name : pair)
        EXPECT_TRUE(std::isnan(fit.su(problem.model.parameters.find(name)))) << name;
    for (std::string const& name : determined) {
        EXPECT_GT(fit.su(problem.model.parameters.find(name)), 0) << name;
        EXPECT_TRUE(std::isfinite(fit.su(problem.model.parameters.find(name)))) << name;
    }
}

}  // namespace

TEST(LeastSquares, ComesBackToTheValuesOfAPatternWithoutNoise) {
    Problem problem = problem_of(lead_sulfate(), 15, 60, 1501, 0);
    auto const truth = problem.model.parameters.values();
    refine(problem,
           {"PbSO4.cell.a", "PbSO4.cell.b", "PbSO4.cell.c", "PbSO4.Pb1.position.x", "PbSO4.Pb1.thermal.iso",
            "PbSO4.p.scale", "p.background.0", "p.shift.zero", "PbSO4.p.size.iso"});
    move(problem, "PbSO4.cell.a", 0.006), move(problem, "PbSO4.cell.c", -0.004);
    move(problem, "PbSO4.Pb1.position.x", 0.004), move(problem, "PbSO4.Pb1.thermal.iso", 0.005);
    move(problem, "PbSO4.p.scale", 0.3), move(problem, "p.background.0", 40),
        move(problem, "PbSO4.p.size.iso", 0.05);
    Fit const found = fit_of(problem);
    EXPECT_EQ(found.ending, Ending::converged);
    for (std::size_t const p : found.refined)
        EXPECT_NEAR(problem.model.parameters[p].value, truth[p], 1e-4 * (std::abs(truth[p]) + 0.01))
            << problem.model.parameters[p].name;
}

// Shifts and cell are correlated to 1 - 1e-6 and more in patterns as short as these: the minimum lies in a
// long valley. Where a fit stops is compared with where it stops when it may go on for long.
TEST(LeastSquares, GoesAlongValleysToTheirLowestPoint) {
    std::vector<std::string> const names = {"PbSO4.cell.a", "PbSO4.cell.b",         "PbSO4.cell.c",
                                            "p.shift.zero", "p.shift.displacement", "p.shift.transparency",
                                            "PbSO4.p.scale"};
    for (double const last : {40.0, 60.0, 100.0}) {
        Problem problem = problem_of(lead_sulfate(), 20, last, 801), exact = problem;
        refine(exact, names);
        Prepared prepared = prepare(exact.model);
        FitOptions patient;
        patient.least_shift = 1e-6, patient.least_gain = 1e-14, patient.most_cycles = 200;
        Fit const best = fit(exact, prepared, patient);
        refine(problem, names);
        move(problem, "p.shift.displacement", 0.3);
        EXPECT_EQ(fit_of(problem).ending, Ending::converged);
        for (std::string const& name : names) {
            auto const place = problem.model.parameters.find(name);
            double const off = problem.model.parameters[place].value - exact.model.parameters[place].value;
            EXPECT_LE(std::abs(off), 0.1 * best.su(place)) << name << " up to " << last << " degrees";
        }
    }
}

// Of the only atom, occupancy^2 and the scale do the same.
TEST(LeastSquares, NamesScaleAndOccupancyOfTheOnlyAtom) {
    Problem problem = problem_of(silicon(), 20, 80, 1201);
    refine(problem, {"Si.p.scale", "Si.Si1.occupancy", "Si.cell.a", "p.background.0"});
    move(problem, "Si.p.scale", 0.1);
    Fit const found = fit_of(problem);
    expect_undetermined(problem, found, {"Si.p.scale", "Si.Si1.occupancy"}, {"Si.cell.a", "p.background.0"});
}

// Of a single line, zero and displacement do the same. The next one is at 47 degrees, too far to reach in.
TEST(LeastSquares, NamesShiftsOfASingleLine) {
    Problem problem = problem_of(silicon(), 27, 30, 301);
    refine(problem, {"p.shift.zero", "p.shift.displacement", "Si.p.scale", "p.background.0"});
    move(problem, "p.shift.zero", 0.02);
    Fit const found = fit_of(problem);
    expect_undetermined(problem, found, {"p.shift.zero", "p.shift.displacement"},
                        {"Si.p.scale", "p.background.0"});
}

TEST(LeastSquares, NamesAParameterWithoutEffect) {
    Problem problem = problem_of(silicon(), 20, 80, 1201);
    refine(problem, {"Si.p.scale", "p.roughness.a", "Si.cell.a"});  // B is 0: A does nothing
    Fit const found = fit_of(problem);
    expect_undetermined(problem, found, {"p.roughness.a"}, {"Si.p.scale", "Si.cell.a"});
}

TEST(LeastSquares, KeepsConstraintsAndTheirUncertainties) {
    Problem problem = problem_of(zincite(), 30, 70, 1001);
    auto const zinc = problem.model.parameters.find("ZnO.Zn1.thermal.iso"),
               oxygen = problem.model.parameters.find("ZnO.O1.thermal.iso");
    problem.constraints.push_back({{{zinc, 1}, {oxygen, 2}}, 0.02, "Zn + 2 O = 0.02"});
    refine(problem, {"ZnO.p.scale", "ZnO.Zn1.thermal.iso"});
    Fit const found = fit_of(problem);
    double const sum = problem.model.parameters[zinc].value + 2 * problem.model.parameters[oxygen].value;
    EXPECT_NEAR(sum, 0.02, 1e-15);
    EXPECT_EQ(found.variables, 2u);
    EXPECT_GT(found.su(zinc), 0);
    EXPECT_NEAR(found.su(oxygen), found.su(zinc) / 2, 1e-12 * found.su(zinc));
}

// One restraint of many s.u. from what the pattern says moves the parameter by the weighted mean.
TEST(LeastSquares, WeighsRestraintsAgainstThePattern) {
    Problem problem = problem_of(silicon(), 20, 80, 1201, 0);
    auto const u = problem.model.parameters.find("Si.Si1.thermal.iso");
    refine(problem, {"Si.Si1.thermal.iso"});
    double const truth = problem.model.parameters[u].value;
    Problem restrained = problem;
    move(problem, "Si.p.scale", 1e-3);  // so that chi^2 and with it the s.u. are not 0
    Fit const alone = fit_of(problem);
    double const unscaled = alone.su(u) / alone.overall.goodness(alone.variables);
    Restraint pull;
    pull.terms = {{u, 1.0}}, pull.target = truth + 0.1 * unscaled, pull.sigma = unscaled;
    restrained.restraints.push_back(pull);
    fit_of(restrained);
    EXPECT_NEAR((restrained.model.parameters[u].value - truth) / unscaled, 0.05, 0.002);
}

}  // namespace hutch::powder::refine
