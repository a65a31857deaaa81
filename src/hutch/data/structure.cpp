#include "hutch/data/structure.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include <fmt/format.h>
#include <gemmi/cellred.hpp>
#include <gemmi/elem.hpp>

namespace hutch::data {
namespace {

double cosine(double degrees) {
    // Exact zeros for right angles keep metric tensors of orthogonal cells diagonal.
    return degrees == 90 ? 0.0 : std::cos(degrees * std::numbers::pi / 180);
}

using Vector = std::array<int, 3>;

// A basis of the lattice of all centring translations, in 24ths of the cell: Hermite normal form, one vector
// at a time.
std::array<Vector, 3> primitive_basis(std::vector<Operation> const& operations) {
    std::array<Vector, 3> basis{Vector{24, 0, 0}, Vector{0, 24, 0}, Vector{0, 0, 24}};
    for (Operation const& operation : operations) {
        if (operation.rotation != Operation{}.rotation) continue;
        Vector extra = operation.translation;
        for (int axis = 0; axis < 3; ++axis) {
            Vector& pivot = basis[axis];
            while (extra[axis] != 0) {
                int const times = pivot[axis] / extra[axis];
                for (int k = 0; k < 3; ++k) pivot[k] -= times * extra[k];
                std::swap(pivot, extra);
            }
        }
    }
    return basis;
}

std::string count_text(double count) {
    std::string text = fmt::format("{:.3f}", count);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text == "1" ? "" : text;
}

// The number of formula units: of whole contents their greatest common divisor, else that of the
// multiplicities.
double formula_units(Structure const& structure, std::vector<double> const& contents) {
    auto const is_whole = [](double n) { return std::abs(n - std::round(n)) < 0.01; };
    long units = 0;
    if (std::ranges::all_of(contents, is_whole))
        for (double const n : contents) units = std::gcd(units, std::lround(n));
    else
        for (Site const& site : structure.sites) units = std::gcd(units, std::lround(site.multiplicity));
    return units > 0 ? double(units) : 1.0;
}

}  // namespace

Matrix3 metric(Cell const& cell) {
    double const ab = cell.a * cell.b * cosine(cell.gamma), ac = cell.a * cell.c * cosine(cell.beta),
                 bc = cell.b * cell.c * cosine(cell.alpha);
    return {cell.a * cell.a, ab, ac, ab, cell.b * cell.b, bc, ac, bc, cell.c * cell.c};
}

Cell cell_of(Matrix3 const& g) {
    double const a = std::sqrt(g[0]), b = std::sqrt(g[4]), c = std::sqrt(g[8]);
    auto const angle = [](double cosine) { return std::acos(cosine) * 180 / std::numbers::pi; };
    return {a, b, c, angle(g[5] / (b * c)), angle(g[2] / (a * c)), angle(g[1] / (a * b))};
}

Matrix3 product(Matrix3 const& a, Matrix3 const& b) {
    Matrix3 c{};
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j)
            for (std::size_t k = 0; k < 3; ++k) c[3 * i + j] += a[3 * i + k] * b[3 * k + j];
    return c;
}

Matrix3 transposed(Matrix3 const& m) { return {m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]}; }

double determinant(Matrix3 const& m) {
    return m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) +
           m[2] * (m[3] * m[7] - m[4] * m[6]);
}

Matrix3 inverse(Matrix3 const& m) {
    double const d = 1 / determinant(m);
    return {
        d * (m[4] * m[8] - m[5] * m[7]), d * (m[2] * m[7] - m[1] * m[8]), d * (m[1] * m[5] - m[2] * m[4]),
        d * (m[5] * m[6] - m[3] * m[8]), d * (m[0] * m[8] - m[2] * m[6]), d * (m[2] * m[3] - m[0] * m[5]),
        d * (m[3] * m[7] - m[4] * m[6]), d * (m[1] * m[6] - m[0] * m[7]), d * (m[0] * m[4] - m[1] * m[3])};
}

double volume(Cell const& cell) { return std::sqrt(determinant(metric(cell))); }

Matrix3 orthogonalization(Cell const& cell) {
    double const ca = cosine(cell.alpha), cb = cosine(cell.beta), cg = cosine(cell.gamma);
    double const sg = std::sqrt(1 - cg * cg);
    double const cy = (ca - cb * cg) / sg;
    return {cell.a, cell.b * cg, cell.c * cb,
            0,      cell.b * sg, cell.c * cy,
            0,      0,           cell.c * std::sqrt(1 - cb * cb - cy * cy)};
}

char const* to_name(CrystalSystem system) {
    static constexpr char const* names[] = {"triclinic", "monoclinic", "orthorhombic", "tetragonal",
                                            "trigonal",  "hexagonal",  "cubic"};
    return names[int(system)];
}

Cell niggli_cell(Structure const& structure) {
    auto const basis = primitive_basis(structure.operations);
    Matrix3 const to_cartesian = orthogonalization(structure.cell);
    gemmi::Mat33 primitive;
    for (int row = 0; row < 3; ++row)
        for (int column = 0; column < 3; ++column) {
            double sum = 0;
            for (int k = 0; k < 3; ++k) sum += to_cartesian[3 * row + k] * basis[column][k] / 24;
            primitive.a[row][column] = sum;
        }
    gemmi::GruberVector reduced(primitive);
    reduced.niggli_reduce();
    auto const [a, b, c, alpha, beta, gamma] = reduced.cell_parameters();
    return {a, b, c, alpha, beta, gamma};
}

std::vector<double> cell_contents(Structure const& structure) {
    std::vector<double> contents(119, 0.0);
    for (Site const& site : structure.sites)
        if (site.atomic_number > 0 && site.atomic_number < 119)
            contents[site.atomic_number] += site.occupancy * site.multiplicity;
    return contents;
}

double density(Structure const& structure) {
    constexpr double avogadro_1e24 = 0.602214076;  // [1/mol], CODATA 2018, exact; 1 angstrom^3 = 1e-24 cm^3
    double mass = 0;
    for (Site const& site : structure.sites) {
        auto const element = site.is_deuterium ? gemmi::El::D : static_cast<gemmi::El>(site.atomic_number);
        mass += site.occupancy * site.multiplicity * gemmi::molecular_weight(element);
    }
    return mass / (avogadro_1e24 * volume(structure.cell));
}

std::string composition_formula(Structure const& structure) {
    std::vector<double> const contents = cell_contents(structure);
    double const units = formula_units(structure, contents);
    std::vector<int> order;
    for (int z = 1; z < 119; ++z)
        if (contents[z] > 0) order.push_back(z);
    bool const has_carbon = contents[6] > 0;
    auto const rank = [&](int z) {
        if (has_carbon && z == 6) return std::string("0");
        return has_carbon && z == 1 ? std::string("1") : std::string(element_symbol(z));
    };
    std::ranges::sort(order, {}, rank);
    std::string formula;
    for (int const z : order)
        formula +=
            (formula.empty() ? "" : " ") + std::string(element_symbol(z)) + count_text(contents[z] / units);
    return formula;
}

}  // namespace hutch::data
