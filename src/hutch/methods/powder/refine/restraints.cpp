#include "hutch/methods/powder/refine/restraints.hpp"

#include <cmath>
#include <numbers>

namespace hutch::powder::refine {
namespace {

// A number with its derivatives by 6 cell constants and 3 coordinates of each of three atoms.
constexpr std::size_t inputs = 15;
struct Dual {
    double value = 0;
    std::array<double, inputs> d{};
};
Dual operator+(Dual a, Dual const& b) {
    a.value += b.value;
    for (std::size_t i = 0; i < inputs; ++i) a.d[i] += b.d[i];
    return a;
}
Dual operator*(double a, Dual b) {
    b.value *= a;
    for (double& one : b.d) one *= a;
    return b;
}
Dual operator*(Dual const& a, Dual const& b) {
    Dual c{a.value * b.value, {}};
    for (std::size_t i = 0; i < inputs; ++i) c.d[i] = a.value * b.d[i] + b.value * a.d[i];
    return c;
}
Dual chain(Dual const& a, double value, double slope) {
    Dual c = slope * a;
    c.value = value;
    return c;
}

std::array<Dual, 3> place(AtomImage const& atom, std::array<Dual, 3> const& x) {
    std::array<Dual, 3> moved;
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j)
            moved[i] = moved[i] + double(atom.operation.rotation[3 * i + j]) * x[j];
        moved[i].value += atom.operation.translation[i] / 24.0 + atom.shift[i];
    }
    return moved;
}

// G_ij of the direct metric as duals of a b c alpha beta gamma.
std::array<Dual, 6> metric_of(std::array<double, 6> const& cell) {
    std::array<Dual, 6> c;
    for (std::size_t i = 0; i < 6; ++i) c[i].value = cell[i], c[i].d[i] = 1;
    auto const cosine = [](Dual const& angle) {
        double const unit = std::numbers::pi / 180, a = angle.value * unit;
        return chain(angle, std::cos(a), -std::sin(a) * unit);
    };
    return {c[0] * c[0],
            c[1] * c[1],
            c[2] * c[2],
            c[0] * c[1] * cosine(c[5]),
            c[0] * c[2] * cosine(c[4]),
            c[1] * c[2] * cosine(c[3])};
}

Dual dot(std::array<Dual, 6> const& g, std::array<Dual, 3> const& a, std::array<Dual, 3> const& b) {
    return g[0] * a[0] * b[0] + g[1] * a[1] * b[1] + g[2] * a[2] * b[2] + g[3] * (a[0] * b[1] + a[1] * b[0]) +
           g[4] * (a[0] * b[2] + a[2] * b[0]) + g[5] * (a[1] * b[2] + a[2] * b[1]);
}

std::array<Dual, 3> difference(std::array<Dual, 3> const& a, std::array<Dual, 3> const& b) {
    return {a[0] + -1.0 * b[0], a[1] + -1.0 * b[1], a[2] + -1.0 * b[2]};
}

// Derivatives by the numbers of a tied set become those by its parameters.
void add_tied(Tied const& tied, double const* by_number, RestraintValue& out) {
    for (std::size_t p = 0; p < tied.block.count; ++p) {
        double sum = 0;
        for (std::size_t i = 0; i < tied.form.size; ++i)
            sum += tied.form.basis[p * tied.form.size + i] * by_number[i];
        if (sum != 0) out.derivatives.emplace_back(tied.block[p], sum);
    }
}

}  // namespace

RestraintValue evaluate(Restraint const& restraint, Model const& model, std::span<double const> values) {
    RestraintValue out;
    if (restraint.kind == Restraint::Kind::sum) {
        for (auto const& [parameter, coefficient] : restraint.terms) {
            out.value += coefficient * values[parameter];
            out.derivatives.emplace_back(parameter, coefficient);
        }
        return out;
    }
    PhaseModel const& phase = model.phases[restraint.phase];
    std::array<double, 6> cell;
    phase.cell.evaluate(values, cell);
    auto const g = metric_of(cell);
    std::vector<std::array<Dual, 3>> atoms;
    for (std::size_t a = 0; a < restraint.atoms.size(); ++a) {
        std::array<double, 3> x;
        phase.sites[restraint.atoms[a].site].position.evaluate(values, x);
        std::array<Dual, 3> duals;
        for (std::size_t i = 0; i < 3; ++i) duals[i].value = x[i], duals[i].d[6 + 3 * a + i] = 1;
        atoms.push_back(place(restraint.atoms[a], duals));
    }
    auto const first = difference(atoms[0], atoms[1]);
    Dual const square = dot(g, first, first);
    double const length = std::sqrt(square.value);
    Dual result = chain(square, length, 0.5 / length);
    if (restraint.kind == Restraint::Kind::angle) {
        auto const second = difference(atoms[2], atoms[1]);
        Dual const product = dot(g, first, second), both = square * dot(g, second, second);
        double const root = std::sqrt(both.value);
        Dual const cosine = product * chain(both, 1 / root, -0.5 / (root * both.value));
        double const c = std::min(1.0, std::max(-1.0, cosine.value)), unit = 180 / std::numbers::pi;
        result = chain(cosine, std::acos(c) * unit, -unit / std::sqrt(std::max(1e-12, 1 - c * c)));
    }
    out.value = result.value;
    add_tied(phase.cell, result.d.data(), out);
    for (std::size_t a = 0; a < restraint.atoms.size(); ++a)
        add_tied(phase.sites[restraint.atoms[a].site].position, result.d.data() + 6 + 3 * a, out);
    return out;
}

AtomImage nearest_image(PhaseModel const& phase, AtomImage const& from, std::size_t to) {
    data::Structure const& structure = phase.structure;
    auto const g = data::metric(structure.cell);
    auto const position = [&](AtomImage const& atom) {
        std::array<double, 3> x{};
        auto const& p = structure.sites[atom.site].position;
        for (std::size_t i = 0; i < 3; ++i) {
            x[i] = atom.operation.translation[i] / 24.0 + atom.shift[i];
            for (std::size_t j = 0; j < 3; ++j) x[i] += atom.operation.rotation[3 * i + j] * p[j];
        }
        return x;
    };
    auto const origin = position(from);
    AtomImage best;
    double least = 1e300;
    for (data::Operation const& operation : structure.operations) {
        AtomImage image{to, operation, {}};
        auto const x = position(image);
        std::array<int, 3> base;
        for (std::size_t i = 0; i < 3; ++i) base[i] = int(std::lround(origin[i] - x[i]));
        for (int n = 0; n < 27; ++n) {
            image.shift = {base[0] + n % 3 - 1, base[1] + n / 3 % 3 - 1, base[2] + n / 9 - 1};
            auto const y = position(image);
            double square = 0;
            for (std::size_t i = 0; i < 3; ++i)
                for (std::size_t j = 0; j < 3; ++j)
                    square += g[3 * i + j] * (y[i] - origin[i]) * (y[j] - origin[j]);
            if (square > 0.01 && square < least) least = square, best = image;
        }
    }
    return best;
}

}  // namespace hutch::powder::refine
