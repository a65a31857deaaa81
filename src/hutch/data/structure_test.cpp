#include "hutch/data/structure.hpp"

#include "hutch/base/error.hpp"
#include "hutch/data/symmetry.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace hutch::data {
namespace {

Site atom(char const* label, int number, std::array<double, 3> position, double occupancy = 1) {
    return {
        .label = label, .atomic_number = number, .position = position, .occupancy = occupancy, .u_aniso = {}};
}

Structure make(char const* group, Cell const& cell, std::vector<Site> sites) {
    Structure structure;
    structure.cell = cell;
    structure.space_group = group;
    structure.operations = find_space_group(group, cell)->operations;
    structure.sites = std::move(sites);
    return structure;
}

Structure silicon() {
    return make("F d -3 m:1", {5.4310, 5.4310, 5.4310, 90, 90, 90}, {atom("Si", 14, {0, 0, 0})});
}

// Anglesite, Pnma: Jacobsen et al., Canadian Mineralogist 36 (1998) 1053, coordinates rounded to 0.001.
Structure anglesite() {
    return make("P n m a", {8.482, 5.398, 6.959, 90, 90, 90},
                {atom("Pb", 82, {0.188, 0.25, 0.167}), atom("S", 16, {0.063, 0.75, 0.185}),
                 atom("O1", 8, {0.908, 0.75, 0.096}), atom("O2", 8, {0.194, 0.75, 0.043}),
                 atom("O3", 8, {0.082, 0.974, 0.308})});
}

// Quartz, P 32 2 1: Will et al., J. Appl. Cryst. 21 (1988) 182.
Structure quartz() {
    return make("P 32 2 1", {4.9134, 4.9134, 5.4052, 90, 90, 120},
                {atom("Si", 14, {0.4701, 0, 2.0 / 3}), atom("O", 8, {0.4139, 0.2674, 0.7858})});
}

std::string problem_of(Structure structure) {
    try {
        complete(structure);
    } catch (Error const& error) {
        EXPECT_EQ(error.fault(), Fault::bad_data);
        return error.what();
    }
    return "";
}

TEST(Structure, KnowsDensityFormulaAndSystem) {
    struct Case {
        Structure structure;
        double density;  // [g/cm^3]
        char const *formula, *group;
        CrystalSystem system;
    };
    // Densities: CODATA silicon 2.329; anglesite 6.32 from its cell; quartz 2.65 (Handbook of Mineralogy).
    for (auto& [structure, expected, formula, group, system] :
         {Case{silicon(), 2.329, "Si", "F d -3 m:1", CrystalSystem::cubic},
          Case{anglesite(), 6.32, "O4 Pb S", "P n m a", CrystalSystem::orthorhombic},
          Case{quartz(), 2.65, "O2 Si", "P 32 2 1", CrystalSystem::trigonal}}) {
        Structure checked = structure;
        complete(checked);
        EXPECT_NEAR(density(checked), expected, 0.005 * expected) << formula;
        EXPECT_EQ(composition_formula(checked), formula);
        EXPECT_EQ(checked.space_group, group);
        EXPECT_EQ(checked.system, system);
        EXPECT_TRUE(checked.notes.empty());
    }
}

TEST(Structure, CountsEquivalentPositions) {
    Structure structure = anglesite();
    complete(structure);
    std::vector<double> found;
    for (Site const& site : structure.sites) found.push_back(site.multiplicity);
    EXPECT_EQ(found, (std::vector<double>{4, 4, 4, 4, 8}));
    EXPECT_EQ(cell_contents(structure)[8], 16);
    EXPECT_EQ(cell_contents(structure).size(), 119u);
}

TEST(Structure, CountsRoundedSpecialPositionsOnce) {
    Structure structure =
        make("P 63/m m c", {3.2, 3.2, 5.2, 90, 90, 120}, {atom("Mg", 12, {0.333, 0.667, 0.25})});
    complete(structure);
    EXPECT_EQ(structure.sites[0].multiplicity, 2);
}

TEST(Structure, ReducesFormulasOfPartialOccupancyByMultiplicity) {
    Structure structure =
        make("F m -3 m", {4.2, 4.2, 4.2, 90, 90, 90},
             {atom("Mg", 12, {0, 0, 0}, 0.9), atom("Fe", 26, {0, 0, 0}, 0.1), atom("O", 8, {0.5, 0, 0})});
    complete(structure);
    EXPECT_EQ(composition_formula(structure), "Fe0.1 Mg0.9 O");
}

TEST(Structure, PutsCarbonAndHydrogenFirst) {
    Structure structure = make("P 1", {9, 9, 9, 90, 90, 90},
                               {atom("O", 8, {0, 0, 0}), atom("H", 1, {0.5, 0, 0}), atom("C", 6, {0, 0.5, 0}),
                                atom("Ba", 56, {0, 0, 0.5})});
    complete(structure);
    EXPECT_EQ(composition_formula(structure), "C H Ba O");
}

TEST(Structure, FindsTheNiggliCell) {
    Structure structure = silicon();
    Cell const cell = niggli_cell(structure);
    for (double const length : {cell.a, cell.b, cell.c}) EXPECT_NEAR(length, 5.4310 / std::sqrt(2.0), 1e-6);
    for (double const angle : {cell.alpha, cell.beta, cell.gamma}) EXPECT_NEAR(angle, 60, 1e-6);
    EXPECT_NEAR(volume(cell), volume(structure.cell) / 4, 1e-6);
    Cell const reduced = niggli_cell(anglesite());
    EXPECT_NEAR(reduced.a, 5.398, 1e-9);
    EXPECT_NEAR(reduced.c, 8.482, 1e-9);
}

TEST(Structure, KeepsTheGeometryOfACellConsistent) {
    Cell const cell{5, 6, 7, 80, 95, 110};
    Matrix3 const m = orthogonalization(cell), g = metric(cell), gi = inverse(g);
    EXPECT_NEAR(determinant(m), volume(cell), 1e-9);
    for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j) {
            double mm = 0, unit = 0;
            for (int k = 0; k < 3; ++k) {
                mm += m[3 * k + i] * m[3 * k + j];
                unit += g[3 * i + k] * gi[3 * k + j];
            }
            EXPECT_NEAR(mm, g[3 * i + j], 1e-9);
            EXPECT_NEAR(unit, i == j, 1e-12);
        }
}

TEST(Structure, RefusesWhatCannotBe) {
    struct Case {
        char const* starts;
        void (*spoil)(Structure&);
    };
    for (auto const& [starts, spoil] :
         {Case{"'cell' is", [](Structure& s) { s.cell.a = 0; }},
          Case{"'cell' is", [](Structure& s) { s.cell.gamma = 180; }},
          Case{"'cell' is", [](Structure& s) { s.cell.alpha = 20, s.cell.beta = 20, s.cell.gamma = 100; }},
          Case{"'cell' is", [](Structure& s) { s.cell.b = std::nan(""); }},
          Case{"'cell' is", [](Structure& s) { s.cell.beta = 95; }},
          Case{"'sites' are", [](Structure& s) { s.sites.clear(); }},
          Case{"'sites' has 'Pb'", [](Structure& s) { s.sites[0].atomic_number = 0; }},
          Case{"'sites' has 'Pb'", [](Structure& s) { s.sites[0].position[1] = std::nan(""); }},
          Case{"'symmetry' has", [](Structure& s) { s.operations.clear(); }},
          Case{"'occupancy' of 'Pb'", [](Structure& s) { s.sites[0].occupancy = 1.1; }},
          Case{"'occupancy' of 'Pb'", [](Structure& s) { s.sites[0].occupancy = -0.1; }},
          Case{"'occupancy' is 0",
               [](Structure& s) {
                   for (Site& site : s.sites) site.occupancy = 0;
               }},
          Case{"'occupancy' of 'Pb' and 'Pb'",
               [](Structure& s) {
                   s.sites.push_back(s.sites[0]);
                   s.sites.back().occupancy = 0.5;  // as different as a copy may not be
               }},
          Case{"'displacement' of 'Pb'", [](Structure& s) { s.sites[0].u_iso = 2.5; }},
          Case{"'displacement' of 'Pb'",
               [](Structure& s) { s.sites[0].u_aniso = {{0, -0.2, 0, 0, 0, 0}}; }}}) {
        Structure structure = anglesite();
        spoil(structure);
        EXPECT_EQ(problem_of(structure).substr(0, std::string(starts).size()), starts);
    }
}

// CIFs that list the whole cell beside the operations of the group.
TEST(Structure, LeavesOutSitesThatRepeatAnotherOneBySymmetry) {
    Structure const once = anglesite();
    Structure twice = once;
    for (std::size_t i = 0; i < once.sites.size(); ++i) {
        Site copy = once.sites[i];
        for (double& x : copy.position) x = -x;  // the inversion centre of P n m a
        twice.sites.push_back(copy);
    }
    complete(twice);
    ASSERT_EQ(twice.sites.size(), once.sites.size());
    for (std::size_t i = 0; i < once.sites.size(); ++i) EXPECT_EQ(twice.sites[i].label, once.sites[i].label);
    ASSERT_EQ(twice.notes.size(), 1u);
    EXPECT_EQ(twice.notes[0],
              "5 of 10 sites repeat another one by symmetry and are left out; the first is 'Pb'");
    EXPECT_EQ(composition_formula(twice), "O4 Pb S");
}

// Two half atoms on one position are one disordered atom, not a copy.
TEST(Structure, KeepsSitesThatShareAPosition) {
    Structure shared = anglesite();
    shared.sites[0].occupancy = 0.5;
    shared.sites.push_back(shared.sites[0]);
    complete(shared);
    EXPECT_EQ(shared.sites.size(), anglesite().sites.size() + 1);
}

TEST(Structure, NamesTheOperationThatTheCellBreaks) {
    Structure structure = silicon();
    structure.cell.c = 5.6;
    EXPECT_NE(problem_of(structure).find("expected one that the operation"), std::string::npos);
}

TEST(Structure, AddsMissingOperationsAndSaysSo) {
    Structure structure = anglesite();
    structure.operations.resize(5);
    complete(structure);
    EXPECT_EQ(structure.space_group_number, 62);
    ASSERT_EQ(structure.notes.size(), 1u);
    EXPECT_NE(structure.notes[0].find("3 symmetry operations were missing"), std::string::npos);
}

TEST(Structure, SaysWhenOperationsContradictTheSymbol) {
    Structure structure = anglesite();
    structure.space_group = "P b a m";
    complete(structure);
    EXPECT_EQ(structure.space_group, "P n m a");
    EXPECT_EQ(structure.notes.size(), 1u);
}

}  // namespace
}  // namespace hutch::data
