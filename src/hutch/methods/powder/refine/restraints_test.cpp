#include "hutch/methods/powder/refine/restraints.hpp"

#include "hutch/methods/powder/refine/description.hpp"
#include "hutch/methods/powder/refine/test_dual.hpp"
#include "hutch/methods/powder/test_structures.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::powder::refine {
namespace {

using Vector = std::array<Dual<1>, 3>;

std::vector<Dual<1>> numbers_of(Tied const& tied, std::vector<Dual<1>> const& values) {
    std::vector<Dual<1>> result(tied.form.offset.begin(), tied.form.offset.end());
    for (std::size_t p = 0; p < tied.block.count; ++p)
        for (std::size_t i = 0; i < tied.form.size; ++i)
            result[i] += tied.form.basis[p * tied.form.size + i] * values[tied.block[p]];
    return result;
}

// Cartesian position [angstrom], a along x, b in the x-y plane: independent of the metric.
Vector place(PhaseModel const& phase, AtomImage const& atom, std::vector<Dual<1>> const& values) {
    auto const x = numbers_of(phase.sites[atom.site].position, values), cell = numbers_of(phase.cell, values);
    Vector f;
    for (std::size_t i = 0; i < 3; ++i) {
        f[i] = atom.operation.translation[i] / 24.0 + atom.shift[i];
        for (std::size_t j = 0; j < 3; ++j) f[i] += double(atom.operation.rotation[3 * i + j]) * x[j];
    }
    double const degree = std::numbers::pi / 180;
    Dual<1> const ca = cos(cell[3] * degree), cb = cos(cell[4] * degree), cg = cos(cell[5] * degree),
                  sg = sin(cell[5] * degree), y = (ca - cb * cg) / sg;
    return {cell[0] * f[0] + cell[1] * cg * f[1] + cell[2] * cb * f[2],
            cell[1] * sg * f[1] + cell[2] * y * f[2], cell[2] * sqrt(1.0 - cb * cb - y * y) * f[2]};
}

Vector between(Vector const& a, Vector const& b) { return {b[0] - a[0], b[1] - a[1], b[2] - a[2]}; }
Dual<1> dot(Vector const& a, Vector const& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

Dual<1> plain_value(Restraint const& restraint, Model const& model, std::vector<Dual<1>> const& values) {
    Dual<1> sum;
    for (auto const& [parameter, factor] : restraint.terms) sum += factor * values[parameter];
    if (restraint.kind == Restraint::Kind::sum) return sum;
    PhaseModel const& phase = model.phases[restraint.phase];
    std::vector<Vector> atoms;
    for (AtomImage const& atom : restraint.atoms) atoms.push_back(place(phase, atom, values));
    Vector const first = between(atoms[1], atoms[0]);
    if (restraint.kind == Restraint::Kind::distance) return sqrt(dot(first, first));
    Vector const second = between(atoms[1], atoms[2]);
    return acos(dot(first, second) / sqrt(dot(first, first) * dot(second, second))) *
           (180 / std::numbers::pi);
}

Problem problem_of(data::Structure const& structure) {
    Description about;
    about.phases.push_back({structure.name, structure, Intensities::structure, {}});
    return build(about);
}

Restraint restraint_of(Problem const& problem, std::vector<std::size_t> const& sites) {
    PhaseModel const& phase = problem.model.phases[0];
    Restraint made;
    AtomImage const middle{sites[1], {}, {}};
    made.kind = sites.size() == 2 ? Restraint::Kind::distance : Restraint::Kind::angle;
    made.atoms = {nearest_image(phase, middle, sites[0]), middle};
    if (sites.size() == 3) made.atoms.push_back(nearest_image(phase, middle, sites[2]));
    return made;
}

void expect_same(Restraint const& restraint, Model const& model) {
    std::vector<double> const values = model.parameters.values();
    RestraintValue const found = evaluate(restraint, model, values);
    for (std::size_t p = 0; p < values.size(); ++p) {
        std::vector<Dual<1>> duals(values.begin(), values.end());
        duals[p].d[0] = 1;
        Dual<1> const plain = plain_value(restraint, model, duals);
        EXPECT_NEAR(found.value, plain.value, 1e-12 * std::abs(plain.value));
        double slope = 0;  // a site may occur twice
        for (auto const& [parameter, part] : found.derivatives)
            if (parameter == p) slope += part;
        EXPECT_NEAR(slope, plain.d[0], 1e-9 * std::max(1.0, std::abs(plain.d[0])))
            << model.parameters[p].name;
    }
}

data::Structure skew() {
    return structure_from("T", "5.1 5.9 6.7 83 97 105", "P -1",
                          "Ca1 Ca .12 .23 .34 .01 1\nS1 S .61 .13 .72 .015 1\nO1 O .41 .77 .18 .02 1\n");
}

}  // namespace

TEST(Restraints, HaveTheDerivativesOfCartesianDistancesAndAngles) {
    for (data::Structure const& structure : {lead_sulfate(), corundum(), zincite(), skew()}) {
        Problem const problem = problem_of(structure);
        std::size_t const last = structure.sites.size() - 1;
        expect_same(restraint_of(problem, {last, 0}), problem.model);
        expect_same(restraint_of(problem, {0, 0}), problem.model);
        if (last >= 2) expect_same(restraint_of(problem, {0, 1, 2}), problem.model);
        if (last >= 3) expect_same(restraint_of(problem, {last, 1, 2}), problem.model);
    }
}

TEST(Restraints, AreSumsOfParameters) {
    Problem const problem = problem_of(skew());
    Restraint sum;
    sum.terms = {{problem.model.parameters.find("T.Ca1.occupancy"), 2},
                 {problem.model.parameters.find("T.cell.a"), -1}};
    expect_same(sum, problem.model);
}

// S-O bonds of sulfates are 1.473 angstrom long on average (Hawthorne, Krivovichev & Burns, Rev. Mineral. 40
// (2000) 1).
TEST(Restraints, FindTheNearestImage) {
    Problem const problem = problem_of(lead_sulfate());
    for (std::size_t const oxygen : {2, 3, 4})
        EXPECT_NEAR(
            evaluate(restraint_of(problem, {oxygen, 1}), problem.model, problem.model.parameters.values())
                .value,
            1.473, 0.1);
}

}  // namespace hutch::powder::refine
