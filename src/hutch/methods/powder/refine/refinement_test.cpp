// Patterns calculated with known parameters are refined back from poor starts; wrong descriptions are
// refused.
#include "hutch/base/error.hpp"
#include "hutch/methods/powder/refine/result.hpp"
#include "hutch/methods/powder/refine/test_refinement.hpp"

#include <gtest/gtest.h>

namespace hutch::powder::refine {
namespace {

using Refined = hutch::powder::refine::Run;  // gtest has another Run

std::string const angle =
    "patterns: {X: {data: angle.xye, background: 2, instrument: {radiation: xray, wavelength: "
    "[[1.5406, 1], [1.5444, 0.5]], w: 0.005}}}\n";
std::string const neutron =
    "patterns: {N: {data: angle.xye, background: 2, instrument: {radiation: neutron, geometry: "
    "debye_scherrer, wavelength: 1.909, u: 0.2, v: -0.3, w: 0.3}}}\n";
std::string const flight =
    "patterns: {F: {data: flight.xye, background: 2, instrument: {flight: {difC: 22580, alpha: "
    "5, beta-0: 0.03, beta-1: 0.01, sig-1: 300, 2-theta: 90}}}}\n";
std::string const lead = "phases: {P: {structure: pbso4.cif}}\n";

std::string message_of(RefinementFiles const& files, std::string const& yaml) {
    try {
        run(files.describe(yaml), {});
    } catch (Error const& error) {
        return error.what();
    }
    return "";
}

// Refine and expect the truth of all that is named, each within a share of its s.u. (no noise was added).
Run expect_back(Description const& about, std::map<std::string, double> const& truth) {
    Refined done = run(about, {});
    Parameters const& parameters = done.problem.model.parameters;
    EXPECT_LT(done.last().overall.r_wp(), 2e-4);
    for (auto const& [name, value] : truth)
        for (std::size_t const i : parameters.select(name)) {
            EXPECT_NEAR(parameters[i].value, value, 0.1 * done.last().su(i) + 1e-7) << parameters[i].name;
        }
    return done;
}

TEST(Refinement, FindsAnXrayDoubletBack) {
    RefinementFiles const files;
    std::map<std::string, double> const truth{
        {"P.X.scale", 0.01},         {"P.cell.a", 8.475},           {"P.cell.b", 5.405},
        {"P.cell.c", 6.965},         {"X.background.0", 80},        {"X.background.1", -10},
        {"P.X.size.iso", 0.3},       {"P.X.strain.iso", 600},       {"P.Pb1.position.x", 0.19},
        {"P.O1.thermal.iso", 0.013}, {"X.shift.displacement", 0.05}};
    Description about = files.describe(angle + lead);
    simulate(about, truth);
    about.stages = {{"a", {"background", "*.*.scale"}, {}, {}},
                    {"b", {"cell", "shift.displacement"}, {}, {}},
                    {"c", {"size.iso", "strain.iso"}, {}, {}},
                    {"d", {"position", "thermal"}, {}, {}}};
    expect_back(about, truth);
    about.is_at_once = true;
    expect_back(about, truth);
}

TEST(Refinement, FindsANeutronPatternBackByItself) {
    RefinementFiles const files;
    std::map<std::string, double> const truth{{"P.N.scale", 2},           {"P.cell.a", 8.475},
                                              {"P.cell.b", 5.405},        {"P.cell.c", 6.965},
                                              {"N.background.0", 150},    {"N.profile.w", 0.32},
                                              {"P.O1.position.x", -0.09}, {"P.S1.thermal.iso", 0.004}};
    Description about = files.describe(neutron + lead);
    simulate(about, truth);
    Refined const done = run(about, {});
    EXPECT_LT(done.last().overall.r_wp(), 0.001);
    auto const& parameters = done.problem.model.parameters;
    for (char const* name : {"P.cell.a", "P.cell.b", "P.cell.c", "P.O1.position.x", "P.S1.thermal.iso"}) {
        std::size_t const i = parameters.find(name);
        EXPECT_NEAR(parameters[i].value, truth.at(name), 2 * done.last().su(i) + 1e-6) << name;
    }
}

TEST(Refinement, FindsTimeOfFlightBack) {
    RefinementFiles const files;
    std::map<std::string, double> const truth{{"P.F.scale", 300},        {"P.cell.a", 8.479},
                                              {"P.cell.b", 5.401},       {"P.cell.c", 6.962},
                                              {"F.background.0", 50},    {"P.F.strain.iso", 500},
                                              {"P.O3.position.z", 0.81}, {"P.Pb1.thermal.iso", 0.015}};
    Description about = files.describe(flight + lead);
    simulate(about, truth);
    about.stages = {{"a", {"background", "*.*.scale"}, {}, {}},
                    {"b", {"cell", "strain.iso"}, {}, {}},
                    {"d", {"position", "thermal"}, {}, {}}};
    expect_back(about, truth);
}

TEST(Refinement, TakesIntensitiesFromThePattern) {
    RefinementFiles const files;
    std::map<std::string, double> const truth{{"P.X.scale", 0.01},    {"P.cell.a", 8.479},
                                              {"P.cell.b", 5.401},    {"P.cell.c", 6.962},
                                              {"X.background.0", 80}, {"P.X.strain.iso", 700}};
    Description about = files.describe(angle + lead);
    simulate(about, truth);
    about.stages = {{"a", {"background"}, {}, {}}, {"b", {"cell", "strain.iso"}, {}, {}}};
    about.phases[0].intensities = Intensities::le_bail;
    Refined const le_bail = run(about, {});
    about.phases[0].intensities = Intensities::pawley;
    about.stages[0].refine.push_back("intensity");
    Refined const pawley = run(about, {});
    for (Refined const* one : {&le_bail, &pawley}) {
        Parameters const& parameters = one->problem.model.parameters;
        EXPECT_LT(one->last().overall.r_wp(), 0.01);
        EXPECT_LE(one->last().cycles, 15U);
        for (char const* name : {"P.cell.a", "P.cell.b", "P.cell.c"})
            EXPECT_NEAR(parameters[parameters.find(name)].value, truth.at(name), 2e-4) << name;
        EXPECT_NEAR(parameters[parameters.find("P.X.strain.iso")].value, 700, 20);
    }
}

TEST(Refinement, LeBailNeverGetsWorse) {
    RefinementFiles const files;
    Description about = files.describe(angle + lead);
    simulate(about,
             {{"P.X.scale", 0.01}, {"P.cell.a", 8.49}, {"X.background.0", 80}, {"P.X.strain.iso", 3000}});
    about.phases[0].intensities = Intensities::le_bail;
    about.stages = {{"a", {"background", "cell", "strain.iso"}, {}, {}}};
    double before = 1;
    RunOptions options;
    options.on_cycle = [&](Cycle const& cycle) {
        if (!cycle.is_accepted) return;
        EXPECT_LE(cycle.r_wp, before * (1 + 1e-9));
        before = cycle.r_wp;
    };
    run(about, options);
    EXPECT_LT(before, 0.02);
}

TEST(Refinement, LinesOfEqualSpacingShareOnePawleyIntensity) {
    RefinementFiles const files;
    Description about = files.describe(
        "phases: {S: {structure: si.cif, intensities: pawley}}\n"
        "patterns: {X: {data: angle.xye, background: 2, instrument: {radiation: xray, wavelength: 0.7093, w: "
        "0.005}}}\n"
        "refine: [[background, intensity]]\n");
    simulate(about, {{"intensity", 100}, {"background.0", 20}});
    Refined const done = run(about, {});
    EXPECT_TRUE(done.last().undetermined.empty());
    Parameters const& p = done.problem.model.parameters;
    EXPECT_EQ(p[p.find("S.X.intensity.3_3_3")].value, p[p.find("S.X.intensity.5_1_1")].value);
    EXPECT_GT(done.last().su(p.find("S.X.intensity.5_1_1")), -1.0);
}

TEST(Refinement, PawleyFollowsAStageThatChangesTheRange) {
    RefinementFiles const files;
    std::string const head =
        "phases: {S: {structure: si.cif, intensities: pawley}}\n"
        "patterns: {X: {data: angle.xye, background: 2, instrument: {radiation: xray, wavelength: 1.5406, w: "
        "0.005}}}\n";
    for (char const* range : {"[15, 100]", "[15, 50]"}) {
        Description about = files.describe(
            head + fmt::format("refine: [[background, intensity], {{range: {{X: {}}}}}]\n", range));
        simulate(about, {{"intensity", 100}, {"background.0", 20}});
        about.patterns[0].range = {15, 60};
        Refined const done = run(about, {});
        for (ShareModel const& share : done.problem.model.shares)
            EXPECT_EQ(share.intensities.count, done.prepared.lists[0].size) << range;
        EXPECT_NEAR(
            done.problem.model.parameters[done.problem.model.parameters.find("S.X.intensity.1_1_1")].value,
            100, 0.1);
    }
}

TEST(Refinement, AutomaticWayTakesAPhaseWithoutFreePositions) {
    RefinementFiles const files;
    Description about = files.describe(angle + "phases: {S: {structure: si.cif}}\n");
    simulate(about, {{"S.X.scale", 0.01}, {"background.0", 50}, {"S.X.strain.iso", 500}});
    Result const result = to_result(run(about, {}));
    EXPECT_LT(result.r_wp, 0.01);
    ASSERT_EQ(result.phases[0].distances.size(), 4u);
    EXPECT_NEAR(result.phases[0].distances[0].length.value, 5.4309 * std::sqrt(3.0) / 4, 2e-3);
}

TEST(Refinement, StartsFromAScaleThatIsSet) {
    RefinementFiles const files;
    Description about =
        files.describe(angle + lead + "set: {P.X.scale: 0.02}\nrefine: [[zero]]\ncycles: 1\n");
    simulate(about, {{"P.X.scale", 0.01}, {"background.0", 50}});
    Refined const done = run(about, {});
    Parameters const& p = done.problem.model.parameters;
    EXPECT_EQ(p[p.find("P.X.scale")].value, 0.02);
}

// Between 30 and 40 degrees silicon has no line: the cell is unknown, and so is all that follows from it.
TEST(Refinement, WhatFollowsFromTheUndeterminedIsSo) {
    RefinementFiles const files;
    Description about = files.describe(
        "phases: {S: {structure: si.cif}}\n"
        "patterns: {X: {data: angle.xye, background: 1, range: [32, 40], instrument: {wavelength: [[1.5406, "
        "1], "
        "[1.5444, 0.5]]}}}\n"
        "set: {ratio: 0.4}\nrefine: [[background, cell]]\n");
    Result const result = to_result(run(about, {}));
    EXPECT_TRUE(std::isnan(result.phases[0].volume.su));
    EXPECT_TRUE(std::isnan(result.phases[0].cell[2].su));
    EXPECT_EQ(result.phases[0].cell[3].su, 0);
    EXPECT_EQ(result.shares[0].cell[3].su, 0);
    EXPECT_EQ(result.patterns[0].wavelengths[1].weight, 0.4);
    EXPECT_EQ(result.ending, "converged");
}

TEST(Refinement, NamesOfConstraintsMayBeginLikeNumbers) {
    RefinementFiles const files;
    for (char const* name : {"nano", "inf", "2H"}) {
        Description const about = files.describe(
            angle + fmt::format("phases: {{{0}: {{structure: pbso4.cif}}}}\nrefine: [[background]]\n"
                                "constraints: ['{0}.cell.a = 2 * {0}.cell.b - 2.314']\n",
                                name));
        EXPECT_NO_THROW(run(about, {})) << name;
    }
}

TEST(Refinement, WeighsTwoPhases) {
    RefinementFiles const files;
    std::string const two = "phases: {P: {structure: pbso4.cif}, S: {structure: si.cif}}\n";
    std::map<std::string, double> const truth{
        {"P.X.scale", 0.01}, {"S.X.scale", 0.02}, {"X.background.0", 50}};
    Description about = files.describe(angle + two + "refine: [[background, '*.*.scale'], [cell]]\n");
    simulate(about, truth);
    Result const result = to_result(expect_back(about, truth));
    // Intensities per volume of the phase: mass of a cell over its volume times the scale.
    double const lead_part = 0.01 * 4 * 303.26 / (8.482 * 5.398 * 6.959),
                 silicon = 0.02 * 8 * 28.0855 / std::pow(5.4309, 3);
    EXPECT_NEAR(result.shares[0].weight_fraction.value, lead_part / (lead_part + silicon), 2e-4);
}

TEST(Refinement, RestraintPullsABond) {
    RefinementFiles const files;
    auto const length = [&](std::string const& rest) {
        Description about =
            files.describe(angle + lead + "refine: [[background, '*.*.scale'], [O1.position]]\n" + rest);
        simulate(about, {{"P.X.scale", 1e-6}, {"X.background.0", 500}});
        Refined const done = run(about, {});
        Restraint bond;
        AtomImage const sulfur{1, {}, {}};
        bond.atoms = {sulfur, nearest_image(done.problem.model.phases[0], sulfur, 2)};
        bond.kind = Restraint::Kind::distance;
        return evaluate(bond, done.problem.model, done.problem.model.parameters.values()).value;
    };
    double const free = length("");
    double const held = length("restraints: [{distance: [P, S1, O1], value: 1.60, sigma: 0.0001}]\n");
    EXPECT_NEAR(held, 1.60, 0.001);
    EXPECT_GT(std::abs(free - 1.60), 0.01);
}

TEST(Refinement, StartsWithinItsConstraints) {
    RefinementFiles const files;
    Description about = files.describe(angle + lead +
                                       "constraints: [P.O1.occupancy + P.O2.occupancy = 1.5, {equal: "
                                       "thermal.iso}]\nrefine: [[background, '*.*.scale']]\n");
    simulate(about, {{"P.X.scale", 0.01}, {"X.background.0", 80}});
    Refined const done = run(about, {});
    Parameters const& p = done.problem.model.parameters;
    EXPECT_EQ(p[p.find("P.O2.occupancy")].value, 0.5);
    EXPECT_EQ(p[p.find("P.O3.thermal.iso")].value, p[p.find("P.Pb1.thermal.iso")].value);
}

TEST(Refinement, ZerosAtTheEndsDoNotCount) {
    RefinementFiles const files;
    Description about = files.describe(angle + lead + "refine: [[background, '*.*.scale']]\n");
    simulate(about, {{"P.X.scale", 0.01}, {"X.background.0", 80}});
    std::size_t const all = run(about, {}).last().overall.points;
    auto& measured = about.patterns[0].measured;
    for (std::size_t const i : {std::size_t{0}, measured.y.size() - 2, measured.y.size() - 1})
        measured.y[i] = 0, measured.sigma[i] = 1;
    EXPECT_EQ(run(about, {}).last().overall.points, all - 3);
}

TEST(Refinement, TakesNegativeCountsAndEmptyLists) {
    RefinementFiles const files;
    std::string counts;
    for (int i = 0; i < 200; ++i) counts += fmt::format("{} {} 1\n", 10 + 0.5 * i, i % 3 - 5);
    files.write("negative.xye", counts);
    Refined const done =
        run(files.describe(lead + "patterns: {X: {data: negative.xye, instrument: {radiation: xray, "
                                  "wavelength: 1.54}}}\nrefine: [[background]]\nconstraints: "
                                  "[]\nrestraints: []\nset: {}\n"),
            {});
    EXPECT_EQ(done.last().ending, Ending::converged);
    EXPECT_EQ(done.last().overall.points, 200U);
}

TEST(Refinement, SelectorsMatchWordsInARow) {
    EXPECT_TRUE(selects("cell", "P.cell.a"));
    EXPECT_TRUE(selects("O?.position", "P.O1.position.x"));
    EXPECT_TRUE(selects("*.*.scale", "P.X.scale"));
    EXPECT_FALSE(selects("P.a", "P.cell.a"));
    EXPECT_FALSE(selects("cel", "P.cell.a"));
    EXPECT_FALSE(selects("", "P.cell.a"));
}

struct Wrong {
    char const *yaml, *message;
};

// What is wrong, after a head of two right lines where it does not begin with phases, and what is said.
Wrong const wrongs[] = {
    Wrong{"colour: red\n",
          "r.yaml:3: 'colour' is not known; expected one of: title, phases, patterns, anisotropic, "
          "shares, set, refine, at_once, constraints, restraints, cycles, series"},
    Wrong{"phases: {}\npatterns: {}\n",
          "r.yaml:1: document has no phase or no pattern; expected one of each at least"},
    Wrong{"phases: [a]\npatterns: {}\n",
          "r.yaml:1: 'phases' is no map; expected NAME: {structure: FILE.cif}"},
    Wrong{"phases: {P: {structure: pbso4.cif}}\npatterns: {X: {data: angle.xye, instrument: "
          "{flight: {difC: 22580}}}}\n",
          "r.yaml:2: 'patterns.X' has data over two_theta and an instrument of time of flight; "
          "expected the same for both"},
    Wrong{"phases: {P: {structure: pbso4.cif}}\npatterns: {X: {data: angle.xye, instrument: "
          "{radiation: xray, wavelength: []}}}\n",
          "r.yaml:2: 'patterns.X.instrument.wavelength' has no wavelength; expected one at least"},
    Wrong{"phases: {P: {structure: pbso4.cif}}\npatterns: {X: {data: angle.xye, instrument: "
          "{radiation: xray, wavelength: 0}}}\n",
          "r.yaml:2: 'patterns.X.instrument.wavelength' has 0 of weight 1; expected 0.01 to 20 "
          "angstrom and weights from 0 to 1e6"},
    Wrong{"phases: {P: {structure: pbso4.cif}}\npatterns: {X: {data: angle.xye, instrument: "
          "{radiation: gamma, wavelength: 1}}}\n",
          "r.yaml:2: 'patterns.X.instrument.radiation' is 'gamma'; expected xray, neutron"},
    Wrong{"phases: {P: {structure: pbso4.cif}}\npatterns: {X: {data: angle.xye, instrument: "
          "{radiation: xray, wavelength: 1.54}, range: [20, 10]}}\n",
          "r.yaml:2: 'patterns.X.range' is no range; expected [FROM, TO]"},
    Wrong{"phases: {P: {structure: pbso4.cif}}\npatterns: {X: {data: angle.xye, instrument: "
          "{radiation: xray, wavelength: 1.54}, range: [150, 160]}}\n",
          "'X.range' is 150 to 160; expected at least 10 of the points from 15 to 109.98"},
    Wrong{"phases: {P: {structure: pbso4.cif}}\npatterns: {X: {data: angle.xye, instrument: "
          "{radiation: xray, wavelength: 1.54}, phases: [Q]}}\n",
          "r.yaml:2: 'patterns.X.phases' names 'Q'; expected phases of this refinement"},
    Wrong{"phases: {P: {structure: pbso4.cif}}\npatterns: {X: {data: angle.xye, instrument: "
          "{radiation: xray, wavelength: 1.54}, background: -3}}\n",
          "r.yaml:2: 'patterns.X.background' is -3; expected 0 to 60"},
    Wrong{"phases: {P: {structure: pbso4.cif}}\npatterns: {X: {data: angle.xye, instrument: "
          "{radiation: xray, wavelength: 1.54}, background: {terms: 99}}}\n",
          "r.yaml:2: 'patterns.X.background.terms' is 99; expected 0 to 60"},
    Wrong{"phases: {P: {structure: pbso4.cif}}\npatterns: {X: {data: weightless.xye, instrument: "
          "{radiation: xray, wavelength: 1.54}}}\n",
          "'X.data' has fewer than 10 points with an uncertainty above 0 in its range; expected more"},
    Wrong{"phases: {P: {structure: pbso4.cif}}\npatterns: {'X.1': {data: angle.xye, instrument: "
          "{radiation: xray, wavelength: 1.54}}}\n",
          "r.yaml:2: 'patterns.X.1' is named 'X.1'; expected letters, digits and _"},
    Wrong{"phases: {P: {structure: pbso4.cif, entry: 2}}\npatterns: {X: {data: angle.xye, "
          "instrument: {radiation: xray, wavelength: 1.54}}}\n",
          "r.yaml:1: 'phases.P.entry' is 2; expected 1 to 1"},
    Wrong{"phases: {P: {structure: pbso4.cif, intensities: rietveld}}\npatterns: {X: {data: "
          "angle.xye, instrument: {radiation: xray, wavelength: 1.54}}}\n",
          "r.yaml:1: 'phases.P.intensities' is 'rietveld'; expected structure, le_bail, pawley"},
    Wrong{"phases: {P: {structure: pbso4.cif, cell: [1, 2]}}\npatterns: {X: {data: angle.xye, "
          "instrument: {radiation: xray, wavelength: 1.54}}}\n",
          "r.yaml:1: 'phases.P.cell' expected [a, b, c, alpha, beta, gamma]"},
    Wrong{"phases: {P: {structure: pbso4.cif, cell: [-8, 5, 6, 90, 90, 90]}}\npatterns: {X: {data: "
          "angle.xye, instrument: {radiation: xray, wavelength: 1.54}}}\n",
          "r.yaml:1: 'phases.P.cell[0]' is -8; expected 0.5 to 1000"},
    Wrong{"phases: {P: {structure: pbso4.cif, cell: [5, 5, 5, 120, 120, 120]}}\npatterns: {X: {data: "
          "angle.xye}}\n",
          "r.yaml:1: 'phases.P.cell' has angles that make no cell; expected a volume above 1 "
          "angstrom^3"},
    Wrong{"phases: {S: {structure: si.cif, cell: [5, 6, 7, 90, 90, 90]}}\npatterns: {X: {data: "
          "angle.xye}}\n",
          "r.yaml:1: 'phases.S.cell' does not obey the symmetry of F d -3 m:2; expected [5, 5, 5, 90, "
          "90, 90]"},
    Wrong{"phases: {P: {structure: pbso4.cif}}\npatterns: {X: {data: angle.xye, instrument: "
          "{wavelength: [[1.54, 0], [1.544, 1]]}}}\n",
          "r.yaml:2: 'patterns.X.instrument.wavelength' has a first wavelength of weight 0; expected > "
          "0"},
    Wrong{"phases: {P: {structure: pbso4.cif}}\npatterns: {X: {data: angle.xye, instrument: {size: "
          "0.1}}}\n",
          "r.yaml:2: 'patterns.X.instrument.size' is of the sample; expected a number of the "
          "instrument; give it under 'set', by the name of a parameter"},
    Wrong{"phases: {P: {structure: pbso4.cif}}\npatterns: {X: {data: flight.xye, instrument: "
          "{flight: {alpha: 1}}}}\n",
          "r.yaml:2: 'patterns.X' has no 'difC' above 0; expected it of an instrument of time of "
          "flight"},
    Wrong{"phases: {P: {structure: pbso4.cif}}\npatterns: {X: {data: angle.xye}}\nrefine: "
          "[ratio]\n",
          "'X.ratio' has no meaning here; expected parameters that can be refined"},
    Wrong{"refine: [{radius_mm: 100}]\n",
          "r.yaml:3: 'refine[0].radius_mm' is not known; expected one of: name, refine, fix, range, "
          "background, anisotropic, shares, set"},
    Wrong{"refine: [[cells]]\n",
          "'cells' selects no parameter; expected words of their names, such as cell or position.x; "
          "did you mean 'cell'?"},
    Wrong{"refine: [{shares: {Q.X: {strain: general}}}]\n",
          "r.yaml:3: 'refine[0].shares.Q.X' selects nothing; expected PHASE.PATTERN, where * stands "
          "for any"},
    Wrong{"cycles: 0\n", "r.yaml:3: 'cycles' is 0; expected 1 to 1000"},
    Wrong{"at_once: maybe\n", "r.yaml:3: 'at_once' is 'maybe'; expected true, false"},
    Wrong{"set: {cell.q: 1}\n",
          "'cell.q' selects no parameter; expected words of their names, such as cell or "
          "position.x; did you mean 'cell'?"},
    Wrong{"set: {cell.a: .nan}\n", "r.yaml:3: 'set.cell.a' is '.nan'; expected a number"},
    Wrong{"constraints: [P.cell.a]\n",
          "r.yaml:3: 'constraints[0]' is 'P.cell.a'; expected one =, as in A.x + B.x = 1"},
    Wrong{"constraints: [P.cell.a = P.cell.q]\n",
          "r.yaml:3: 'constraints[0]' 'P.cell.q' is no parameter of this refinement; expected one "
          "of its 54; did you mean 'P.cell.a'?"},
    Wrong{"constraints: [P.cell.a = 2 * * P.cell.b]\n",
          "r.yaml:3: 'constraints[0]' is not understood at '* P.cell.b'; expected a sum such as A.x "
          "+ 2 * B.x - 0.5"},
    Wrong{"constraints: ['1 = 1']\n", "r.yaml:3: 'constraints[0]' names no parameter; expected one at least"},
    Wrong{"constraints: [P.cell.a = 8, P.cell.a = 9]\n",
          "'P.cell.a = 9' contradicts the other constraints or the values of what is not refined; "
          "expected constraints that can hold together"},
    Wrong{"constraints: []\nrestraints: []\nrefine: [background, {range: {Q: [1, 2]}}]\n",
          "r.yaml:5: 'refine[1].range' names 'Q'; expected a pattern"},
    Wrong{"restraints: [{distance: [P, S1], value: 1, sigma: 1}]\n",
          "r.yaml:3: 'restraints[0].distance' has 2 words; expected PHASE and 2 sites"},
    Wrong{"restraints: [{distance: [P, S1, O9], value: 1, sigma: 1}]\n",
          "r.yaml:3: 'restraints[0].distance' names 'O9'; expected a site of P"},
    Wrong{"restraints: [{distance: [P, S1, O1], value: 1, sigma: 0}]\n",
          "r.yaml:3: 'restraints[0].sigma' is 0; expected > 0"},
    Wrong{"restraints: [{sigma: 1, value: 1}]\n", "r.yaml:3: 'restraints[0]' has no 'sum'; expected it"},
    Wrong{"restraints: [{distance: [P, S1, O1], sum: P.cell.a, value: 1, sigma: 1}]\n",
          "r.yaml:3: 'restraints[0]' has more than one of distance, angle and sum; expected one"},
    Wrong{"restraints: [{distance: [P, S1, O1], sigma: 1}]\n",
          "r.yaml:3: 'restraints[0]' has no 'value'; expected it"},
    Wrong{"shares: {P.X: {harmonics: 3}}\n",
          "r.yaml:3: 'shares.P.X.harmonics' expected an even degree up to 12"},
    Wrong{"shares: {P.X: {axis: [0, 0, 0]}}\n",
          "r.yaml:3: 'shares.P.X.axis' is [0, 0, 0]; expected a direction"},
    Wrong{"anisotropic: [P]\n",
          "r.yaml:3: 'anisotropic' selects nothing; expected PHASE.SITE, where * stands for any"},
};

TEST(Refinement, SaysWhatIsWrongWithADescription) {
    RefinementFiles const files;
    std::string zero_weight;
    for (int i = 0; i < 50; ++i) zero_weight += fmt::format("{} 5 0\n", 10 + i);
    files.write("weightless.xye", zero_weight);
    std::string const head = lead + angle;
    for (Wrong const& one : wrongs)
        EXPECT_EQ(message_of(files, std::string(one.yaml).starts_with("phases") ? one.yaml : head + one.yaml),
                  one.message)
            << one.yaml;
}

}  // namespace
}  // namespace hutch::powder::refine
