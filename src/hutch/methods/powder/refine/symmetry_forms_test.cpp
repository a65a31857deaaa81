#include "hutch/methods/powder/refine/symmetry_forms.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/random.hpp"
#include "hutch/data/symmetry.hpp"
#include "hutch/methods/powder/test_structures.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <set>

#include <gtest/gtest.h>

namespace hutch::powder::refine {
namespace {

using data::Matrix3;
using Rotation = std::array<int, 9>;
using Names = std::vector<std::string>;
using Vector3 = std::array<double, 3>;

constexpr double tolerance = 1e-10;  // sums of some hundred products of order 1 to 100

data::Structure with_site(std::string const& cell, std::string const& group, std::string const& position) {
    return structure_from("test", cell, group, "C1 C " + position + " .01 1\n");
}

data::Cell cell_of(data::CrystalSystem system) {
    using enum data::CrystalSystem;
    switch (system) {
        case triclinic:
            return {5.1, 6.2, 7.3, 81, 97, 104};
        case monoclinic:
            return {5.1, 6.2, 7.3, 90, 97, 90};
        case orthorhombic:
            return {5.1, 6.2, 7.3, 90, 90, 90};
        case tetragonal:
            return {5.1, 5.1, 7.3, 90, 90, 90};
        case trigonal:
        case hexagonal:
            return {5.1, 5.1, 7.3, 90, 90, 120};
        case cubic:
            break;
    }
    return {5.1, 5.1, 5.1, 90, 90, 90};
}

data::Structure structure_of(std::vector<data::Operation> const& operations, data::Cell const& cell,
                             Vector3 const& position = {.1234, .2345, .3567}) {
    data::Structure structure;
    structure.operations = operations;
    structure.cell = cell;
    structure.sites.push_back({});
    structure.sites[0].label = "C1";
    structure.sites[0].atomic_number = 6;
    structure.sites[0].position = position;
    data::complete(structure);
    return structure;
}

data::Structure reference_setting(int number, Vector3 const& position = {.1234, .2345, .3567}) {
    auto const& operations = data::find_space_group_by_number(number)->operations;
    return structure_of(operations, cell_of(data::find_crystal_system(operations)), position);
}

std::set<Rotation> rotations_of(data::Structure const& structure) {
    std::set<Rotation> all;
    for (auto const& operation : structure.operations) all.insert(operation.rotation);
    return all;
}

Vector3 turned(Vector3 const& h, Rotation const& r) {
    return {h[0] * r[0] + h[1] * r[3] + h[2] * r[6], h[0] * r[1] + h[1] * r[4] + h[2] * r[7],
            h[0] * r[2] + h[1] * r[5] + h[2] * r[8]};
}

double quadratic(std::span<double const> t, Vector3 const& h) {
    return t[0] * h[0] * h[0] + t[1] * h[1] * h[1] + t[2] * h[2] * h[2] +
           2 * (t[3] * h[0] * h[1] + t[4] * h[0] * h[2] + t[5] * h[1] * h[2]);
}

double quartic(std::span<double const> s, Vector3 const& h) {
    double sum = 0;
    for (std::size_t i = 0; i < s.size(); ++i)
        sum += s[i] * std::pow(h[0], quartic_exponents[i][0]) * std::pow(h[1], quartic_exponents[i][1]) *
               std::pow(h[2], quartic_exponents[i][2]);
    return sum;
}

std::vector<double> values_of(Form const& form, std::vector<double> const& parameters) {
    std::vector<double> values(form.size);
    form.evaluate(parameters, values);
    return values;
}

Vector3 random_vector(RandomStream& random, double scale = 1) {
    return {scale * (random.uniform() - .5), scale * (random.uniform() - .5),
            scale * (random.uniform() - .5)};
}

std::vector<double> random_values(RandomStream& random, std::size_t count) {
    std::vector<double> values(count);
    for (double& value : values) value = random.uniform() - .5;
    return values;
}

int trace(Rotation const& r) { return r[0] + r[4] + r[8]; }

Rotation product(Rotation const& a, Rotation const& b) {
    Rotation result{};
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j)
            for (std::size_t k = 0; k < 3; ++k) result[3 * i + j] += a[3 * i + k] * b[3 * k + j];
    return result;
}

// How many free terms a representation leaves: the mean of its character over the group.
template <class Character>
double mean_of(std::set<Rotation> const& group, Character character) {
    double sum = 0;
    for (Rotation const& rotation : group) sum += character(rotation);
    return sum / double(group.size());
}

// Characters of symmetric powers from traces of powers: Newton's identities, complete homogeneous sums of the
// eigenvalues (what Molien's series adds up).
double square_character(Rotation const& r) { return (trace(r) * trace(r) + trace(product(r, r))) / 2.0; }

double quartic_character(Rotation const& r) {
    Rotation const r2 = product(r, r);
    double const p1 = trace(r), p2 = trace(r2), p3 = trace(product(r2, r)), p4 = trace(product(r2, r2));
    return (p1 * p1 * p1 * p1 + 6 * p1 * p1 * p2 + 3 * p2 * p2 + 8 * p1 * p3 + 6 * p4) / 24;
}

// sin((2 l + 1) angle / 2) / sin(angle / 2), as a sum that holds at angle 0 too.
double harmonic_character(Rotation const& r, int degree) {
    bool const is_proper = r[0] * (r[4] * r[8] - r[5] * r[7]) - r[1] * (r[3] * r[8] - r[5] * r[6]) +
                               r[2] * (r[3] * r[7] - r[4] * r[6]) >
                           0;
    double const angle = std::acos(((is_proper ? trace(r) : -trace(r)) - 1) / 2.0);
    double sum = 1;
    for (int m = 1; m <= degree; ++m) sum += 2 * std::cos(m * angle);
    return sum;
}

// ---- sites

struct SiteCase {
    char const *title, *cell, *group, *position;
    Names coordinates;
    Vector3 place;  // with parameters 0.11 and 0.23 for the first and the second free coordinate
    Names displacements;
    std::array<double, 6> tensor;  // with parameters 1, 2, 3, 4
};

// Coordinates and multiplicities: International Tables for Crystallography A. Tensors: W. J. A. M. Peterse &
// J. H. Palm, Acta Cryst. 20 (1966) 147.
SiteCase const site_cases[] = {
    {"Pnma 4c",
     "8.5 5.4 7 90 90 90",
     "P n m a",
     ".19 .25 .17",
     {"x", "z"},
     {.11, .25, .23},
     {"u11", "u22", "u33", "u13"},
     {1, 2, 3, 0, 4, 0}},
    {"P21/c 2a",
     "8.5 5.4 7 90 98 90",
     "P 1 21/c 1",
     "0 0 0",
     {},
     {0, 0, 0},
     {"u11", "u22", "u33", "u12", "u13", "u23"},
     {}},
    {"C2/c 4e",
     "8.5 5.4 7 90 98 90",
     "C 1 2/c 1",
     "0 .3 .25",
     {"y"},
     {0, .11, .25},
     {"u11", "u22", "u33", "u13"},
     {1, 2, 3, 0, 4, 0}},
    {"Fd-3m 16d",
     "8.1 8.1 8.1 90 90 90",
     "F d -3 m:2",
     ".5 .5 .5",
     {},
     {.5, .5, .5},
     {"u11", "u12"},
     {1, 1, 1, 2, 2, 2}},
    {"Fd-3m 8a",
     "8.1 8.1 8.1 90 90 90",
     "F d -3 m:2",
     ".125 .125 .125",
     {},
     {.125, .125, .125},
     {"u11"},
     {1, 1, 1, 0, 0, 0}},
    {"Fd-3m 32e",
     "8.1 8.1 8.1 90 90 90",
     "F d -3 m:2",
     ".26 .26 .26",
     {"x"},
     {.11, .11, .11},
     {"u11", "u12"},
     {1, 1, 1, 2, 2, 2}},
    {"I213 8a",
     "9 9 9 90 90 90",
     "I 21 3",
     ".07 .07 .07",
     {"x"},
     {.11, .11, .11},
     {"u11", "u12"},
     {1, 1, 1, 2, 2, 2}},
    {"I213 8a, along another diagonal",
     "9 9 9 90 90 90",
     "I 21 3",
     ".43 -.07 .57",
     {"x"},
     {.11, .11 - .5, 1 - .11},
     {"u11", "u12"},
     {1, 1, 1, 2, -2, -2}},
    {"P4/mmm 4j",
     "4 4 6 90 90 90",
     "P 4/m m m",
     ".2 .2 0",
     {"x"},
     {.11, .11, 0},
     {"u11", "u33", "u12"},
     {1, 1, 2, 3, 0, 0}},
    {"P4/mmm 2g",
     "4 4 6 90 90 90",
     "P 4/m m m",
     "0 0 .3",
     {"z"},
     {0, 0, .11},
     {"u11", "u33"},
     {1, 1, 2, 0, 0, 0}},
    {"P63/mmc 2c",
     "3.2 3.2 5.2 90 90 120",
     "P 63/m m c",
     ".3333 .6667 .25",
     {},
     {1. / 3, 2. / 3, .25},
     {"u11", "u33"},
     {1, 1, 2, .5, 0, 0}},
    {"P63/mmc 12k",
     "6.2 6.2 9.2 90 90 120",
     "P 63/m m c",
     ".17 .34 .1",
     {"x", "z"},
     {.11, .22, .23},
     {"u11", "u22", "u33", "u13"},
     {1, 2, 3, 1, 4, 8}},
    {"R-3c 12c",
     "4.8 4.8 13 90 90 120",
     "R -3 c",
     "0 0 .352",
     {"z"},
     {0, 0, .11},
     {"u11", "u33"},
     {1, 1, 2, .5, 0, 0}},
    {"R-3c 18e",
     "4.8 4.8 13 90 90 120",
     "R -3 c",
     ".31 0 .25",
     {"x"},
     {.11, 0, .25},
     {"u11", "u22", "u33", "u13"},
     {1, 2, 3, 1, 4, 8}},
    {"R-3m:R 2c",
     "5.1 5.1 5.1 57 57 57",
     "R -3 m:R",
     ".3 .3 .3",
     {"x"},
     {.11, .11, .11},
     {"u11", "u12"},
     {1, 1, 1, 2, 2, 2}},
    {"Pnma 8d",
     "8.5 5.4 7 90 90 90",
     "P n m a",
     ".19 .03 .17",
     {"x", "y", "z"},
     {.11, .23, .35},
     {"u11", "u22", "u33", "u12", "u13", "u23"},
     {}},
};

TEST(SymmetryForms, LeaveFreeOfSitesWhatTheTablesSay) {
    for (SiteCase const& known : site_cases) {
        SCOPED_TRACE(known.title);
        auto const structure = with_site(known.cell, known.group, known.position);
        Form const place = position_form(structure, 0);
        EXPECT_EQ(place.names, known.coordinates);
        std::vector<double> const parameters{.11, .23, .35};
        auto const values =
            values_of(place, {parameters.begin(), parameters.begin() + long(place.names.size())});
        for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(values[i], known.place[i], tolerance);
        Form const tensor = displacement_form(structure, 0);
        EXPECT_EQ(tensor.names, known.displacements);
        if (tensor.names.size() == 6) continue;
        auto const u = values_of(tensor, {1, 2, 3, 4});
        for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(u[i], known.tensor[i], tolerance) << i;
    }
}

TEST(SymmetryForms, PutASiteExactlyOnItsSpecialPosition) {
    auto const structure = with_site("8.5 5.4 7 90 90 90", "P n m a", ".19 .257 .17");
    Form const form = position_form(structure, 0);
    EXPECT_EQ(form.names, (Names{"x", "z"}));
    EXPECT_EQ(values_of(form, {.19, .17}), (std::vector<double>{.19, .25, .17}));
}

TEST(SymmetryForms, KeepASiteInTheCellItWasIn) {
    auto const structure = with_site("4 4 6 90 90 90", "P 4/m m m", "-1.003 .997 3.495");
    EXPECT_EQ(values_of(position_form(structure, 0), {}), (std::vector<double>{-1, 1, 3.5}));
}

TEST(SymmetryForms, TakeAGroupWhenOnlySomeImagesAreNear) {
    // Turned by 4 the site moves by 0.085 angstrom, by 2 it moves by 0.12: within 0.1 there is no group.
    auto const structure = with_site("4 4 6 90 90 90", "P 4", ".015 0 .2");
    Form const form = position_form(structure, 0);
    EXPECT_EQ(form.names, (Names{"x", "y", "z"}));
    EXPECT_EQ(displacement_form(structure, 0).names.size(), 6u);
}

TEST(SymmetryForms, OfACorrectedSiteAreThoseOfTheSite) {
    RandomStream random(7, 0, 1);
    for (int number = 1; number <= 230; number += 3)
        for (int trial = 0; trial < 4; ++trial) {
            Vector3 const x = random_vector(random, .08);
            auto structure = reference_setting(number, x);
            Form const form = position_form(structure, 0);
            std::vector<double> free;
            for (std::size_t const pivot : form.pivots) free.push_back(x[pivot]);
            auto const exact = values_of(form, free);
            std::ranges::copy(exact, structure.sites[0].position.begin());
            Form const again = position_form(structure, 0);
            EXPECT_EQ(again.names, form.names) << number;
            auto const same = values_of(again, free);
            for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(same[i], exact[i], tolerance) << number;
        }
}

TEST(SymmetryForms, RefuseASiteThatIsNotThere) {
    auto const structure = silicon();
    EXPECT_THROW(position_form(structure, 1), Error);
    EXPECT_THROW(displacement_form(structure, 1), Error);
}

// The operations that fix the position up to lattice translations, exact to rounding.
std::set<Rotation> stabilizer(data::Structure const& structure, Vector3 const& x) {
    std::set<Rotation> found;
    for (auto const& operation : structure.operations) {
        double most = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            double d = operation.translation[i] / 24.0 - x[i];
            for (std::size_t k = 0; k < 3; ++k) d += operation.rotation[3 * i + k] * x[k];
            most = std::max(most, std::abs(d - std::nearbyint(d)));
        }
        if (most < 1e-9) found.insert(operation.rotation);
    }
    return found;
}

TEST(SymmetryForms, OfSitesHaveTheDimensionOfTheirSymmetryInAllGroups) {
    // Points, lines and planes that carry symmetry in one group or another.
    Vector3 const places[] = {{0, 0, 0},          {.5, .5, .5},      {.25, .25, .25}, {.125, .125, .125},
                              {.145, .145, .145}, {.145, .29, .405}, {0, 0, .21},     {.145, 0, .25},
                              {.145, -.145, .25}, {0, .25, .125},    {.145, .145, 0}, {1. / 3, 2. / 3, .25},
                              {.145, .25, .31},   {.1, .22, .3}};
    for (int number = 1; number <= 230; ++number)
        for (Vector3 const& x : places) {
            auto const structure = reference_setting(number, x);
            auto const group = stabilizer(structure, x);
            Form const place = position_form(structure, 0), tensor = displacement_form(structure, 0);
            EXPECT_NEAR(double(place.names.size()), mean_of(group, trace), 1e-9) << number;
            EXPECT_NEAR(double(tensor.names.size()), mean_of(group, square_character), 1e-9) << number;
        }
}

TEST(SymmetryForms, DisplacementIsTheSameSeenFromEquivalentDirections) {
    RandomStream random(7, 0, 2);
    for (SiteCase const& known : site_cases) {
        SCOPED_TRACE(known.title);
        auto const structure = with_site(known.cell, known.group, known.position);
        auto const reciprocal = data::inverse(data::metric(structure.cell));
        Form const place = position_form(structure, 0), form = displacement_form(structure, 0);
        auto const middle = values_of(place, random_values(random, place.names.size()));
        auto const u = values_of(form, random_values(random, form.names.size()));
        Vector3 const h = random_vector(random, 10);
        auto const damping = [&](Vector3 g) {
            for (std::size_t i = 0; i < 3; ++i) g[i] *= std::sqrt(reciprocal[4 * i]);
            return quadratic(u, g);
        };
        for (Rotation const& rotation : stabilizer(structure, {middle[0], middle[1], middle[2]}))
            EXPECT_NEAR(damping(turned(h, rotation)), damping(h), tolerance);
    }
}

TEST(SymmetryForms, IsotropicDisplacementIsAllowedOnEverySite) {
    for (SiteCase const& known : site_cases) {
        auto const structure = with_site(known.cell, known.group, known.position);
        auto const tensor = isotropic_tensor(structure.cell, .013);
        EXPECT_NEAR(equivalent_u(structure.cell, tensor), .013, 1e-15) << known.title;
        Form const form = displacement_form(structure, 0);
        std::vector<double> free;
        for (std::size_t const pivot : form.pivots) free.push_back(tensor[pivot]);
        auto const values = values_of(form, free);
        for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(values[i], tensor[i], 1e-15) << known.title;
    }
}

TEST(SymmetryForms, IsotropicDisplacementDampsByTheLengthOfTheVector) {
    data::Cell const cell{5.1, 6.2, 7.3, 81, 97, 104};
    auto const reciprocal = data::inverse(data::metric(cell));
    auto const tensor = isotropic_tensor(cell, .02);
    Vector3 const h{2, -3, 1};
    Vector3 scaled = h;
    for (std::size_t i = 0; i < 3; ++i) scaled[i] *= std::sqrt(reciprocal[4 * i]);
    double const square = quadratic(
        std::array{reciprocal[0], reciprocal[4], reciprocal[8], reciprocal[1], reciprocal[2], reciprocal[5]},
        h);
    EXPECT_NEAR(quadratic(tensor, scaled), .02 * square, 1e-14);
    EXPECT_DOUBLE_EQ(isotropic_tensor({3, 3, 5, 90, 90, 90}, .02)[3], 0);
    EXPECT_NEAR(isotropic_tensor({3, 3, 5, 90, 90, 120}, .02)[3], .01, 1e-15);
}

// ---- cells

struct CellCase {
    char const *title, *cell, *group;
    Names names;
    std::vector<double> values;  // with parameters 5, 6, 7 ... for lengths and 95, 96 ... for angles
};

TEST(SymmetryForms, OfCellsAreThoseOfTheCrystalSystem) {
    CellCase const cases[] = {
        {"triclinic",
         "5.1 6.2 7.3 81 97 104",
         "P -1",
         {"a", "b", "c", "alpha", "beta", "gamma"},
         {5, 6, 7, 95, 96, 97}},
        {"monoclinic", "5.1 6.2 7.3 90 97 90", "C 1 2/c 1", {"a", "b", "c", "beta"}, {5, 6, 7, 90, 95, 90}},
        {"monoclinic, unique axis c",
         "5.1 6.2 7.3 90 90 97",
         "P 1 1 21/b",
         {"a", "b", "c", "gamma"},
         {5, 6, 7, 90, 90, 95}},
        {"orthorhombic", "5.1 6.2 7.3 90 90 90", "F d d 2", {"a", "b", "c"}, {5, 6, 7, 90, 90, 90}},
        {"tetragonal", "5.1 5.1 7.3 90 90 90", "I 41/a", {"a", "c"}, {5, 5, 6, 90, 90, 90}},
        {"hexagonal", "5.1 5.1 7.3 90 90 120", "P 63/m", {"a", "c"}, {5, 5, 6, 90, 90, 120}},
        {"rhombohedral, hexagonal axes",
         "5.1 5.1 7.3 90 90 120",
         "R -3 c",
         {"a", "c"},
         {5, 5, 6, 90, 90, 120}},
        {"rhombohedral axes", "5.1 5.1 5.1 57 57 57", "R -3 c:R", {"a", "alpha"}, {5, 5, 5, 95, 95, 95}},
        {"cubic", "5.1 5.1 5.1 90 90 90", "F d -3 m:2", {"a"}, {5, 5, 5, 90, 90, 90}},
    };
    for (CellCase const& known : cases) {
        SCOPED_TRACE(known.title);
        Form const form = cell_form(with_site(known.cell, known.group, ".1 .2 .3"));
        EXPECT_EQ(form.names, known.names);
        std::vector<double> parameters;
        double length = 5, angle = 95;
        for (std::string const& name : form.names)
            parameters.push_back(name.size() == 1 ? length++ : angle++);
        EXPECT_EQ(values_of(form, parameters), known.values);
    }
}

// The group in the basis whose axes are the rows, in halves of the old ones; centring disappears.
data::Structure primitive(std::string const& cell, std::string const& group, Matrix3 const& halves) {
    auto const centred = with_site(cell, group, ".1 .2 .3");
    Matrix3 basis = halves;
    for (double& value : basis) value /= 2;
    Matrix3 const back = data::inverse(basis), metric = data::metric(centred.cell);
    auto const times = [](Matrix3 const& a, Matrix3 const& b) {
        Matrix3 result{};
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < 3; ++j)
                for (std::size_t k = 0; k < 3; ++k) result[3 * i + j] += a[3 * i + k] * b[3 * k + j];
        return result;
    };
    auto const flip = [](Matrix3 const& m) {
        return Matrix3{m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]};
    };
    std::vector<data::Operation> operations;
    for (Rotation const& rotation : rotations_of(centred)) {
        Matrix3 r{};
        std::ranges::copy(rotation, r.begin());
        Matrix3 const turned_axes = times(times(flip(back), r), flip(basis));
        data::Operation operation;
        for (std::size_t i = 0; i < 9; ++i) operation.rotation[i] = int(std::lround(turned_axes[i]));
        operations.push_back(operation);
    }
    Matrix3 const g = times(times(basis, metric), flip(basis));
    auto const angle = [&](std::size_t i, std::size_t j) {
        return std::acos(g[3 * i + j] / std::sqrt(g[4 * i] * g[4 * j])) * 180 / std::numbers::pi;
    };
    return structure_of(operations, {std::sqrt(g[0]), std::sqrt(g[4]), std::sqrt(g[8]), angle(1, 2),
                                     angle(0, 2), angle(0, 1)});
}

constexpr Matrix3 face_centred{0, 1, 1, 1, 0, 1, 1, 1, 0}, body_centred{-1, 1, 1, 1, -1, 1, 1, 1, -1},
    base_centred{1, 1, 0, -1, 1, 0, 0, 0, 2};

TEST(SymmetryForms, OfPrimitiveCellsAreFoundWhereTiesAreLinear) {
    Form const face = cell_form(primitive("5 5 5 90 90 90", "F m -3 m", face_centred));
    EXPECT_EQ(face.names, Names{"a"});
    EXPECT_EQ(values_of(face, {3}), (std::vector<double>{3, 3, 3, 60, 60, 60}));
    Form const body = cell_form(primitive("5 5 5 90 90 90", "I m -3 m", body_centred));
    EXPECT_EQ(body.names, Names{"a"});
    EXPECT_NEAR(values_of(body, {3})[3], std::acos(-1. / 3) * 180 / std::numbers::pi, 1e-9);
    Form const base = cell_form(primitive("5 6 7 90 90 90", "C m m m", base_centred));
    EXPECT_EQ(base.names, (Names{"a", "c", "gamma"}));
    EXPECT_EQ(values_of(base, {3, 4, 95}), (std::vector<double>{3, 3, 4, 90, 90, 95}));
    // The twofold axis along a + b takes -a to b: alpha and beta have the same cosine, but for its sign.
    Form const oblique = cell_form(primitive("5 6 7 90 97 90", "C 1 2/m 1", base_centred));
    EXPECT_EQ(oblique.names, (Names{"a", "c", "alpha", "gamma"}));
    EXPECT_EQ(values_of(oblique, {3, 4, 80, 95}), (std::vector<double>{3, 3, 4, 80, 100, 95}));
}

TEST(SymmetryForms, OfPrimitiveCellsWithTiesThatAreNotLinearAreRefused) {
    for (auto const& structure : {primitive("5 5 7 90 90 90", "I 4/m m m", body_centred),
                                  primitive("5 6 7 90 90 90", "F m m m", face_centred),
                                  primitive("5 6 7 90 90 90", "I m m m", body_centred)})
        try {
            cell_form(structure);
            ADD_FAILURE() << structure.space_group;
        } catch (Error const& error) {
            EXPECT_EQ(error.fault(), Fault::unsupported);
        }
}

TEST(SymmetryForms, OfCellsAndMetricsCountTheSameInAllGroups) {
    std::map<data::CrystalSystem, std::size_t> const count{
        {data::CrystalSystem::triclinic, 6},    {data::CrystalSystem::monoclinic, 4},
        {data::CrystalSystem::orthorhombic, 3}, {data::CrystalSystem::tetragonal, 2},
        {data::CrystalSystem::trigonal, 2},     {data::CrystalSystem::hexagonal, 2},
        {data::CrystalSystem::cubic, 1}};
    for (int number = 1; number <= 230; ++number) {
        auto const structure = reference_setting(number);
        Form const form = cell_form(structure);
        EXPECT_EQ(form.names.size(), count.at(structure.system)) << number;
        EXPECT_EQ(reciprocal_metric_form(structure).names.size(), form.names.size()) << number;
        std::array<double, 6> const cell{structure.cell.a,     structure.cell.b,    structure.cell.c,
                                         structure.cell.alpha, structure.cell.beta, structure.cell.gamma};
        std::vector<double> free;
        for (std::size_t const pivot : form.pivots) free.push_back(cell[pivot]);
        EXPECT_EQ(values_of(form, free), std::vector<double>(cell.begin(), cell.end())) << number;
    }
}

// ---- tensors and quartic forms of the Laue class

TEST(SymmetryForms, AreTheSameForEquivalentReflectionsInAllGroups) {
    RandomStream random(7, 0, 3);
    for (int number = 1; number <= 230; ++number) {
        auto const structure = reference_setting(number);
        Form const metric = reciprocal_metric_form(structure), strain = strain_form(structure);
        auto const group = rotations_of(structure);
        EXPECT_NEAR(double(strain.names.size()), mean_of(group, quartic_character), 1e-9) << number;
        auto const d = values_of(metric, random_values(random, metric.names.size()));
        auto const s = values_of(strain, random_values(random, strain.names.size()));
        Vector3 const h = random_vector(random, 4);
        for (Rotation const& rotation : group) {
            EXPECT_NEAR(quadratic(d, turned(h, rotation)), quadratic(d, h), tolerance) << number;
            EXPECT_NEAR(quartic(s, turned(h, rotation)), quartic(s, h), 100 * tolerance) << number;
        }
    }
}

TEST(SymmetryForms, OfHexagonalMetricsTieTheMixedTerm) {
    Form const form = reciprocal_metric_form(zincite());
    EXPECT_EQ(form.names, (Names{"d11", "d33"}));
    EXPECT_EQ(values_of(form, {2, 3}), (std::vector<double>{2, 2, 3, 1, 0, 0}));
}

TEST(SymmetryForms, OfStrainLeaveAsManyTermsAsTheLaueClassHasQuarticInvariants) {
    // P. W. Stephens, J. Appl. Cryst. 32 (1999) 281; the counts are those of Molien's series, and the test
    // above finds them from characters.
    struct Case {
        char const* laue;
        int number;
        std::size_t terms;
    };
    for (auto const& [laue, number, terms] :
         {Case{"-1", 2, 15}, Case{"2/m", 14, 9}, Case{"mmm", 62, 6}, Case{"4/m", 88, 5},
          Case{"4/mmm", 141, 4}, Case{"-3", 148, 5}, Case{"-31m", 162, 4}, Case{"-3m1", 164, 4},
          Case{"6/m", 176, 3}, Case{"6/mmm", 194, 3}, Case{"m-3", 205, 2}, Case{"m-3m", 227, 2}})
        EXPECT_EQ(strain_form(reference_setting(number)).names.size(), terms) << laue;
}

TEST(SymmetryForms, OfHexagonalStrainHaveTheFactorsOfTheSquaredMetric) {
    // (h^2 + h k + k^2)^2 = h^4 + k^4 + 3 h^2 k^2 + 2 h^3 k + 2 h k^3
    Form const form = strain_form(zincite());
    EXPECT_EQ(form.names, (Names{"s400", "s004", "s202"}));
    EXPECT_EQ(values_of(form, {1, 2, 3}), (std::vector<double>{1, 1, 2, 3, 3, 3, 2, 0, 0, 2, 0, 0, 0, 0, 3}));
}

TEST(SymmetryForms, OfCubicStrainAreTwo) {
    Form const form = strain_form(silicon());
    EXPECT_EQ(form.names, (Names{"s400", "s220"}));
    EXPECT_EQ(values_of(form, {1, 2}), (std::vector<double>{1, 1, 1, 2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
}

// ---- texture

std::vector<double> values_at(Harmonics const& harmonics, Vector3 const& h) {
    std::vector<double> values(harmonics.names().size());
    harmonics.evaluate(h[0], h[1], h[2], values);
    return values;
}

TEST(SymmetryForms, TextureTermsAreNumberedWithinTheirDegree) {
    EXPECT_EQ(Harmonics(silicon(), 10).names(), (Names{"c4_1", "c6_1", "c8_1", "c10_1"}));
    EXPECT_EQ(Harmonics(zincite(), 6).names(), (Names{"c2_1", "c4_1", "c6_1", "c6_2"}));
    EXPECT_EQ(Harmonics(lead_sulfate(), 4).names(), (Names{"c2_1", "c2_2", "c4_1", "c4_2", "c4_3"}));
}

TEST(SymmetryForms, TextureRefusesDegreesThatAreOddOrOutOfRange) {
    for (int const degree : {-2, 0, 1, 3, 14}) EXPECT_THROW(Harmonics(silicon(), degree), Error) << degree;
}

TEST(SymmetryForms, TextureTermsAreAsManyAsCharactersSayAndEqualForEquivalents) {
    RandomStream random(7, 0, 4);
    // One group of each Laue class, both settings of -3m, and rhombohedral axes.
    std::vector<data::Structure> structures{with_site("5.1 5.1 5.1 57 57 57", "R -3 c:R", ".1 .2 .3")};
    for (int const number : {1, 2, 5, 14, 62, 88, 141, 148, 162, 164, 176, 194, 205, 216, 227})
        structures.push_back(reference_setting(number));
    for (auto const& structure : structures) {
        SCOPED_TRACE(structure.space_group);
        Harmonics const harmonics(structure, 12);
        auto const group = rotations_of(structure);
        for (int degree = 2; degree <= 12; degree += 2) {
            std::string const start = "c" + std::to_string(degree) + "_";
            auto const count = std::ranges::count_if(
                harmonics.names(), [&](std::string const& name) { return name.starts_with(start); });
            EXPECT_NEAR(double(count),
                        mean_of(group, [&](Rotation const& r) { return harmonic_character(r, degree); }),
                        1e-9)
                << degree;
        }
        Vector3 const h = random_vector(random, 6);
        auto const expected = values_at(harmonics, h);
        for (Rotation const& rotation : group) {
            auto const values = values_at(harmonics, turned(h, rotation));
            for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], 1e-9);
        }
    }
}

TEST(SymmetryForms, TextureTermsAreOrthonormalOverTheSphere) {
    // The midpoint rule in z errs by step^2 / 24 times the slope at the poles: 4e-5 for the square of a
    // harmonic of degree 6.
    auto const structure = reference_setting(14);
    Harmonics const harmonics(structure, 6);
    std::size_t const terms = harmonics.names().size();
    constexpr int rings = 1500, steps = 13;
    auto const a = data::orthogonalization(structure.cell);
    std::vector<double> mean(terms, 0.0), squares(terms * terms, 0.0);
    for (int ring = 0; ring < rings; ++ring)
        for (int step = 0; step < steps; ++step) {
            double const z = (2 * ring + 1.0) / rings - 1, phi = 2 * std::numbers::pi * step / steps,
                         r = std::sqrt(1 - z * z);
            Vector3 const unit{r * std::cos(phi), r * std::sin(phi), z};
            Vector3 h{};
            for (std::size_t i = 0; i < 3; ++i)
                for (std::size_t k = 0; k < 3; ++k) h[i] += a[3 * k + i] * unit[k];
            auto const values = values_at(harmonics, h);
            for (std::size_t i = 0; i < terms; ++i) {
                mean[i] += values[i] / (rings * steps);
                for (std::size_t j = 0; j < terms; ++j)
                    squares[i * terms + j] += values[i] * values[j] / (rings * steps);
            }
        }
    for (std::size_t i = 0; i < terms; ++i) {
        EXPECT_NEAR(mean[i], 0, 2e-4);
        for (std::size_t j = 0; j < terms; ++j) EXPECT_NEAR(squares[i * terms + j], i == j, 2e-4);
    }
}

TEST(SymmetryForms, TextureTermsOfAxialGroupsAreLegendrePolynomials) {
    auto const structure = zincite();
    Harmonics const harmonics(structure, 4);
    auto const g = data::inverse(data::metric(structure.cell));
    for (Vector3 const& h : {Vector3{0, 0, 2}, Vector3{1, 0, 0}, Vector3{1, 1, 2}, Vector3{-3, 1, 4}}) {
        double const square =
            h[2] * h[2] * g[8] / quadratic(std::array{g[0], g[4], g[8], g[1], g[2], g[5]}, h);
        auto const values = values_at(harmonics, h);
        EXPECT_NEAR(values[0], std::sqrt(5.) * (3 * square - 1) / 2, tolerance);
        EXPECT_NEAR(values[1], 3 * (35 * square * square - 30 * square + 3) / 8, tolerance);
    }
}

TEST(SymmetryForms, TextureOfCubicCrystalsIsTheCubicHarmonic) {
    // x^4 + y^4 + z^4 - 3/5 has the mean square 16/525 over the sphere.
    Harmonics const harmonics(silicon(), 4);
    for (Vector3 const& h : {Vector3{1, 0, 0}, Vector3{1, 1, 1}, Vector3{3, 1, 2}}) {
        double const square = h[0] * h[0] + h[1] * h[1] + h[2] * h[2];
        double const fourth = (std::pow(h[0], 4) + std::pow(h[1], 4) + std::pow(h[2], 4)) / (square * square);
        EXPECT_NEAR(values_at(harmonics, h)[0], (fourth - .6) * std::sqrt(525. / 16), tolerance);
    }
}

}  // namespace
}  // namespace hutch::powder::refine
