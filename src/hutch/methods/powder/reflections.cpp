#include "hutch/methods/powder/reflections.hpp"

#include "hutch/base/error.hpp"
#include "hutch/compute/isa.hpp"
#include "hutch/compute/queue.hpp"
#include "hutch/methods/powder/detail/batch_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include <fmt/format.h>

namespace hutch::powder {
namespace {

using data::Matrix3;
using Rotation = std::array<int, 9>;
using Vector3 = std::array<double, 3>;
using Miller = std::array<int, 3>;

struct Found {
    Miller hkl;
    int multiplicity;
    double s_squared;
};

Miller times(Miller const& h, Rotation const& r) {
    return {h[0] * r[0] + h[1] * r[3] + h[2] * r[6], h[0] * r[1] + h[1] * r[4] + h[2] * r[7],
            h[0] * r[2] + h[1] * r[5] + h[2] * r[8]};
}

Vector3 times(Rotation const& r, Vector3 const& x) {
    return {r[0] * x[0] + r[1] * x[1] + r[2] * x[2], r[3] * x[0] + r[4] * x[1] + r[5] * x[2],
            r[6] * x[0] + r[7] * x[1] + r[8] * x[2]};
}

// One rotation of each pair +-R: with Friedel's law the others add nothing.
std::vector<Rotation> laue_rotations(std::vector<data::Operation> const& operations) {
    std::vector<Rotation> unique;
    std::set<Rotation> seen;
    for (auto const& operation : operations) {
        Rotation negative = operation.rotation;
        for (int& value : negative) value = -value;
        if (seen.contains(operation.rotation) || seen.contains(negative)) continue;
        seen.insert(operation.rotation);
        unique.push_back(operation.rotation);
    }
    return unique;
}

// Which of two equivalents stands in lists: the one with fewer negative indices, then the larger one, index
// by index. Only those with a positive first non-zero index come into question.
bool is_preferred(Miller const& a, Miller const& b) {
    auto const negatives = [](Miller const& h) { return (h[0] < 0) + (h[1] < 0) + (h[2] < 0); };
    return negatives(a) != negatives(b) ? negatives(a) < negatives(b) : a > b;
}

// Multiplicity of a reflection that is preferred over all its equivalents; 0 for others.
int multiplicity_if_listed(Miller const& h, std::vector<Rotation> const& laue) {
    int same = 0;
    for (Rotation const& rotation : laue) {
        Miller image = times(h, rotation);
        if (image < Miller{0, 0, 0}) image = {-image[0], -image[1], -image[2]};
        if (is_preferred(image, h)) return 0;
        same += image == h;
    }
    return 2 * int(laue.size()) / same;
}

bool is_absent(Miller const& h, std::vector<data::Operation> const& operations) {
    return std::ranges::any_of(operations, [&](data::Operation const& operation) {
        int const phase = h[0] * operation.translation[0] + h[1] * operation.translation[1] +
                          h[2] * operation.translation[2];
        return phase % 24 != 0 && times(h, operation.rotation) == h;
    });
}

std::vector<Found> enumerate(data::Structure const& structure, std::vector<Rotation> const& laue,
                             ReflectionOptions const& options) {
    Matrix3 const g = data::inverse(data::metric(structure.cell));
    double const limit = 1 / (options.d_min * options.d_min);
    auto const most = [&](double length) { return int(std::floor(length / options.d_min + 1e-9)); };
    int const h_most = most(structure.cell.a), k_most = most(structure.cell.b),
              l_most = most(structure.cell.c);
    double const points = lattice_points(structure.cell, options.d_min);
    if (!(points <= double(options.most)))
        throw Error(
            Fault::exhausted,
            fmt::format("'cell' of {:.0f} angstrom^3 has {:.3g} lattice points down to d = {:.3g} angstrom; "
                        "expected at most {}; raise the smallest d",
                        data::volume(structure.cell), points, options.d_min, options.most));
    std::vector<Found> found;
    for (int h = 0; h <= h_most; ++h)
        for (int k = h == 0 ? 0 : -k_most; k <= k_most; ++k)
            for (int l = h == 0 && k == 0 ? 1 : -l_most; l <= l_most; ++l) {
                double const q = h * h * g[0] + k * k * g[4] + l * l * g[8] +
                                 2 * (h * k * g[1] + h * l * g[2] + k * l * g[5]);
                if (q > limit) continue;
                Miller const hkl{h, k, l};
                int const multiplicity = multiplicity_if_listed(hkl, laue);
                if (multiplicity > 0 && !is_absent(hkl, structure.operations))
                    found.push_back({hkl, multiplicity, q / 4});
            }
    std::ranges::sort(found, [](Found const& a, Found const& b) {
        return a.s_squared != b.s_squared ? a.s_squared < b.s_squared : a.hkl > b.hkl;
    });
    return found;
}

// The nearest integer taken off; std::round would be a call into the mathematics library.
double wrapped(double x) { return x - double((long long)(x + (x < 0 ? -0.5 : 0.5))); }

double distance_squared(Matrix3 const& metric, Vector3 const& a, Vector3 const& b) {
    Vector3 const d{wrapped(a[0] - b[0]), wrapped(a[1] - b[1]), wrapped(a[2] - b[2])};
    return d[0] * d[0] * metric[0] + d[1] * d[1] * metric[4] + d[2] * d[2] * metric[8] +
           2 * (d[0] * d[1] * metric[1] + d[0] * d[2] * metric[2] + d[1] * d[2] * metric[5]);
}

// The atoms of one primitive cell that belong to a site, each on its exact special position.
class Orbit {
  public:
    static constexpr double same_distance = 0.1;  // angstrom; as in data::complete

    Orbit(data::Structure const& structure, Matrix3 const& metric, data::Site const& site)
        : operations_(structure.operations), metric_(metric) {
        for (auto const& operation : operations_)
            if (operation.rotation == Rotation{1, 0, 0, 0, 1, 0, 0, 0, 1})
                centrings_.push_back(shift(operation));
        Vector3 const centre = on_special_position(site.position);
        for (std::size_t i = 0; i < operations_.size(); ++i) {
            Vector3 const image = apply(operations_[i], centre);
            if (find(image) == positions.size()) positions.push_back(image), operation_of.push_back(i);
        }
    }
    std::size_t centring_count() const { return centrings_.size(); }
    /// Return which position a point is, up to lattice and centring vectors; positions.size() if none.
    std::size_t find(Vector3 const& point) const {
        for (std::size_t i = 0; i < positions.size(); ++i)
            for (Vector3 const& centring : centrings_) {
                Vector3 const moved{point[0] + centring[0], point[1] + centring[1], point[2] + centring[2]};
                if (distance_squared(metric_, moved, positions[i]) < same_distance * same_distance) return i;
            }
        return positions.size();
    }

    std::vector<Vector3> positions;
    std::vector<std::size_t> operation_of;  // which operation made each position

  private:
    static Vector3 shift(data::Operation const& operation) {
        return {operation.translation[0] / 24.0, operation.translation[1] / 24.0,
                operation.translation[2] / 24.0};
    }
    static Vector3 apply(data::Operation const& operation, Vector3 const& x) {
        Vector3 image = times(operation.rotation, x);
        for (int i = 0; i < 3; ++i) image[std::size_t(i)] += operation.translation[std::size_t(i)] / 24.0;
        return image;
    }
    Vector3 on_special_position(Vector3 const& x) const {
        Vector3 sum{0, 0, 0};
        int count = 0;
        for (auto const& operation : operations_) {
            Vector3 const image = apply(operation, x);
            if (distance_squared(metric_, image, x) > same_distance * same_distance) continue;
            for (std::size_t i = 0; i < 3; ++i) sum[i] += wrapped(image[i] - x[i]);
            ++count;
        }
        return {x[0] + sum[0] / count, x[1] + sum[1] / count, x[2] + sum[2] / count};
    }
    std::vector<data::Operation> const& operations_;
    Matrix3 const& metric_;
    std::vector<Vector3> centrings_;
};

// The displacement tensor of an image of a site as beta_ij of exp(-h.beta.h), rotated by the operation.
std::array<double, 6> rotated_beta(std::array<double, 6> const& u, Matrix3 const& reciprocal_metric,
                                   Rotation const& r) {
    double const a[3] = {std::sqrt(reciprocal_metric[0]), std::sqrt(reciprocal_metric[4]),
                         std::sqrt(reciprocal_metric[8])};
    double const full[3][3] = {{u[0], u[3], u[4]}, {u[3], u[1], u[5]}, {u[4], u[5], u[2]}};
    double beta[3][3], out[3][3] = {};
    for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j)
            beta[i][j] = 2 * std::numbers::pi * std::numbers::pi * full[i][j] * a[i] * a[j];
    for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j)
            for (int m = 0; m < 3; ++m)
                for (int n = 0; n < 3; ++n)
                    out[i][j] += r[std::size_t(3 * i + m)] * beta[m][n] * r[std::size_t(3 * j + n)];
    return {out[0][0], out[1][1], out[2][2], out[0][1], out[0][2], out[1][2]};
}

std::vector<Species> species_of(data::Structure const& structure) {
    std::set<Species> all;
    for (auto const& site : structure.sites)
        if (site.occupancy > 0)
            all.insert(nearest_tabulated(site.atomic_number, site.charge, site.is_deuterium));
    return {all.begin(), all.end()};
}

void fill_form_factors(Reflections& table) {
    for (std::size_t e = 0; e < table.species.size(); ++e)
        for (std::size_t j = 0; j < table.padded; ++j) {
            FormFactor const f = form_factor(table.species[e], table.s_squared[j]);
            table.f0[e * table.padded + j] = float(f.value);
            table.f0_slope[e * table.padded + j] = float(f.slope);
        }
}

bool has_inversion_at_origin(data::Structure const& structure) {
    return std::ranges::any_of(structure.operations, [](data::Operation const& operation) {
        return operation == data::Operation{{-1, 0, 0, 0, -1, 0, 0, 0, -1}, {0, 0, 0}};
    });
}

// With an inversion centre at the origin only one position of each pair +-x is needed: weight 2 or, on a
// centre, 1. Weights are empty when there is no such centre.
std::vector<float> pair_weights(Orbit const& orbit, bool is_centric) {
    if (!is_centric) return {};
    std::vector<float> weights(orbit.positions.size(), -1);
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (weights[i] >= 0) continue;
        Vector3 const& x = orbit.positions[i];
        std::size_t const partner = orbit.find({-x[0], -x[1], -x[2]});
        if (partner >= weights.size() || (partner != i && weights[partner] >= 0)) return {};
        weights[partner] = 0;
        weights[i] = partner == i ? 1 : 2;
    }
    return weights;
}

// The atoms of all sites with what they have in common, site by site.
struct Atoms {
    std::vector<detail::AtomGroup> groups;
    std::vector<detail::Atom> atoms;
};

void add_site(Reflections const& table, data::Structure const& structure, data::Site const& site,
              Matrix3 const& metric, Matrix3 const& reciprocal, bool is_centric, Atoms& all) {
    Orbit const orbit(structure, metric, site);
    std::vector<float> const weights = pair_weights(orbit, is_centric);
    Species const own = nearest_tabulated(site.atomic_number, site.charge, site.is_deuterium);
    detail::AtomGroup group{};
    group.species = std::size_t(std::ranges::find(table.species, own) - table.species.begin());
    group.first = all.atoms.size();
    for (std::size_t i = 0; i < orbit.positions.size(); ++i) {
        if (!weights.empty() && weights[i] == 0) continue;
        detail::Atom atom{};
        for (std::size_t c = 0; c < 3; ++c)
            atom.position[c] = orbit.positions[i][c] - std::floor(orbit.positions[i][c]);
        atom.weight =
            float(site.occupancy * double(orbit.centring_count()) * (weights.empty() ? 1 : weights[i]));
        if (site.u_aniso) {
            auto const beta =
                rotated_beta(*site.u_aniso, reciprocal, structure.operations[orbit.operation_of[i]].rotation);
            for (std::size_t c = 0; c < 6; ++c) atom.beta[c] = float(c < 3 ? beta[c] : 2 * beta[c]);
        }
        all.atoms.push_back(atom);
    }
    group.count = all.atoms.size() - group.first;
    group.options = {float(8 * std::numbers::pi * std::numbers::pi * (site.u_aniso ? 0 : site.u_iso)),
                     site.u_aniso.has_value(), !weights.empty()};
    all.groups.push_back(group);
}

void sum_atoms_here(Reflections& table, Atoms const& all) {
    std::size_t const n = table.padded;
    auto const add_atoms = HUTCH_CHOOSE_ISA(detail, add_atoms);
    float sums[128];
    for (detail::AtomGroup const& group : all.groups) {
        detail::AtomTarget const target{n,
                                        table.h.data(),
                                        table.k.data(),
                                        table.l.data(),
                                        table.s_squared.data(),
                                        table.g_real.data() + group.species * n,
                                        table.g_imaginary.data() + group.species * n};
        add_atoms(target, all.atoms.data() + group.first, group.count, group.options, sums);
    }
}

void sum_atoms_on(compute::Queue& queue, Reflections& table, Atoms const& all) {
    compute::Buffer<detail::AtomGroup> groups(queue, all.groups);
    compute::Buffer<detail::Atom> atoms(queue, all.atoms);
    compute::Buffer<float> h(queue, table.h), k(queue, table.k), l(queue, table.l), s(queue, table.s_squared),
        real(queue, table.g_real.size()), imaginary(queue, table.g_imaginary.size());
    parallel_for(queue, table.g_real.size(),
                 detail::SumAtoms{groups.data(), groups.size(), atoms.data(), h.data(), k.data(), l.data(),
                                  s.data(), table.padded, real.data(), imaginary.data()});
    real.download(table.g_real);
    imaginary.download(table.g_imaginary);
}

}  // namespace

double lattice_points(data::Cell const& cell, double d_min) {
    auto const most = [&](double length) { return std::floor(length / d_min + 1e-9); };
    return (most(cell.a) + 1) * (2 * most(cell.b) + 1) * (2 * most(cell.c) + 1);
}

std::size_t Reflections::count_above(double d) const {
    auto const limit = float(1 / (4 * d * d));
    return std::size_t(std::upper_bound(s_squared.begin(), s_squared.begin() + std::ptrdiff_t(size), limit) -
                       s_squared.begin());
}

Reflections find_reflections(data::Structure const& structure, ReflectionOptions const& options,
                             compute::Queue* queue) {
    if (!(options.d_min > 0))
        throw Error(Fault::bad_input, fmt::format("'d_min' is {} angstrom; expected > 0", options.d_min));
    auto const laue = laue_rotations(structure.operations);
    std::vector<Found> const found = enumerate(structure, laue, options);
    Reflections table;
    table.size = found.size();
    table.padded = (found.size() + 15) / 16 * 16;
    table.cell = structure.cell;
    table.volume = data::volume(structure.cell);
    for (std::size_t j = 0; j < table.padded && !found.empty(); ++j) {
        Found const& one = found[std::min(j, found.size() - 1)];
        table.h.push_back(float(one.hkl[0]));
        table.k.push_back(float(one.hkl[1]));
        table.l.push_back(float(one.hkl[2]));
        table.multiplicity.push_back(float(one.multiplicity));
        table.s_squared.push_back(float(one.s_squared));
    }
    for (auto const& rotation : laue) {
        std::array<float, 9> values{};
        for (std::size_t i = 0; i < 9; ++i) values[i] = float(rotation[i]);
        table.laue.push_back(values);
    }
    table.species = species_of(structure);
    for (auto* values : {&table.f0, &table.f0_slope, &table.g_real, &table.g_imaginary})
        values->assign(table.species.size() * table.padded, 0);
    fill_form_factors(table);
    Matrix3 const metric = data::metric(structure.cell), reciprocal = data::inverse(metric);
    bool const is_centric = has_inversion_at_origin(structure);
    Atoms atoms;
    for (auto const& site : structure.sites)
        if (site.occupancy > 0) add_site(table, structure, site, metric, reciprocal, is_centric, atoms);
    if (queue != nullptr)
        sum_atoms_on(*queue, table, atoms);
    else
        sum_atoms_here(table, atoms);
    return table;
}

std::vector<double> squared_structure_factors(Reflections const& table, Radiation radiation,
                                              double wavelength, DispersionTable const& dispersion,
                                              data::Cell const& cell, FriedelPairs pairs) {
    Matrix3 const g = data::inverse(data::metric(cell));
    struct Factor {
        double real = 0, imaginary = 0;
        bool has_form_factor = true;
    };
    std::vector<Factor> factors;
    for (Species const& species : table.species) {
        bool const is_xray = radiation == Radiation::xray;
        Dispersion const f =
            is_xray ? dispersion.at(species.atomic_number, wavelength) : neutron_length(species);
        double const unit = is_xray ? 1 : 0.1;  // 1 fm = 0.1 sqrt(barn)
        factors.push_back({unit * f.real, unit * f.imaginary, is_xray});
    }
    std::vector<double> result(table.size);
    for (std::size_t j = 0; j < table.size; ++j) {
        double const h = table.h[j], k = table.k[j], l = table.l[j];
        double const s_squared =
            (h * h * g[0] + k * k * g[4] + l * l * g[8] + 2 * (h * k * g[1] + h * l * g[2] + k * l * g[5])) /
            4;
        double a_real = 0, a_imaginary = 0, b_real = 0, b_imaginary = 0;
        for (std::size_t e = 0; e < factors.size(); ++e) {
            std::size_t const at = e * table.padded + j;
            double const amplitude =
                factors[e].real +
                (factors[e].has_form_factor ? form_factor(table.species[e], s_squared).value : 0.0);
            a_real += amplitude * double(table.g_real[at]);
            a_imaginary += amplitude * double(table.g_imaginary[at]);
            b_real += factors[e].imaginary * double(table.g_real[at]);
            b_imaginary += factors[e].imaginary * double(table.g_imaginary[at]);
        }
        // F(h) = A + i B with complex A and B; the cross term changes sign between h and -h.
        double const cross =
            pairs == FriedelPairs::listed ? 2 * (a_imaginary * b_real - a_real * b_imaginary) : 0;
        result[j] =
            a_real * a_real + a_imaginary * a_imaginary + b_real * b_real + b_imaginary * b_imaginary + cross;
    }
    return result;
}

}  // namespace hutch::powder
