#include "hutch/methods/powder/refine/symmetry_forms.hpp"

#include "hutch/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <utility>

#include <fmt/format.h>

namespace hutch::powder::refine {
namespace {

using data::Matrix3, data::product, data::transposed;
using Rotation = std::array<int, 9>;
using Vector3 = std::array<double, 3>;

constexpr double same_position = 0.1;  // [angstrom], as in data::complete
constexpr double negligible = 1e-8;    // entries of projectors are of order 1, their rounding errors 1e-13

// Components of a symmetric tensor: 11 22 33 12 13 23.
constexpr std::array<std::size_t, 6> first_index{0, 1, 2, 0, 0, 1}, second_index{0, 1, 2, 1, 2, 2};

// ---- projection and row reduction

// The fraction with denominator 12 that a value is up to rounding errors, else the value.
double without_noise(double value) {
    double const fraction = std::round(12 * value) / 12;
    return std::abs(value - fraction) < negligible ? fraction + 0.0 : value;
}

// Bring rows to reduced row echelon form, rows of zeros left out; return the pivots.
std::vector<std::size_t> reduce(std::vector<double>& rows, std::size_t columns) {
    std::size_t const count = rows.size() / columns;
    auto const at = [&](std::size_t row, std::size_t column) -> double& {
        return rows[row * columns + column];
    };
    std::vector<std::size_t> pivots;
    for (std::size_t column = 0; column < columns && pivots.size() < count; ++column) {
        std::size_t const top = pivots.size();
        std::size_t best = top;
        for (std::size_t row = top; row < count; ++row)
            if (std::abs(at(row, column)) > std::abs(at(best, column))) best = row;
        double const pivot = at(best, column);
        if (std::abs(pivot) < negligible) continue;
        for (std::size_t k = 0; k < columns; ++k) {
            std::swap(at(best, k), at(top, k));
            at(top, k) /= pivot;
        }
        for (std::size_t row = 0; row < count; ++row) {
            double const factor = at(row, column);
            for (std::size_t k = 0; row != top && k < columns; ++k) at(row, k) -= factor * at(top, k);
        }
        pivots.push_back(column);
    }
    rows.resize(pivots.size() * columns);
    return pivots;
}

// The form whose free directions are those of the rows; `names` has a name for each column.
Form form_of(std::vector<double> rows, std::vector<std::string> const& names) {
    Form form;
    form.size = names.size();
    form.pivots = reduce(rows, form.size);
    form.basis = std::move(rows);
    for (double& value : form.basis) value = without_noise(value);
    for (std::size_t const pivot : form.pivots) form.names.push_back(names[pivot]);
    form.offset.assign(form.size, 0.0);
    return form;
}

// Let the form go through a point.
void set_offset(Form& form, std::span<double const> point) {
    for (std::size_t i = 0; i < form.size; ++i) {
        double value = point[i];
        for (std::size_t k = 0; k < form.pivots.size(); ++k)
            value -= point[form.pivots[k]] * form.basis[k * form.size + i];
        form.offset[i] = without_noise(value);
    }
}

std::vector<double> transposed(std::vector<double> const& matrix, std::size_t size) {
    std::vector<double> result(matrix.size());
    for (std::size_t i = 0; i < size; ++i)
        for (std::size_t j = 0; j < size; ++j) result[j * size + i] = matrix[i * size + j];
    return result;
}

Matrix3 to_matrix(Rotation const& r) {
    Matrix3 m{};
    std::ranges::copy(r, m.begin());
    return m;
}

// The mean of what matrices M do to a symmetric tensor, T -> M T M^T, as (6, 6).
std::vector<double> tensor_projector(std::vector<Matrix3> const& matrices) {
    std::vector<double> mean(36, 0.0);
    for (Matrix3 const& m : matrices)
        for (std::size_t to = 0; to < 6; ++to)
            for (std::size_t from = 0; from < 6; ++from) {
                std::size_t const i = 3 * first_index[to], j = 3 * second_index[to], k = first_index[from],
                                  l = second_index[from];
                double const value = m[i + k] * m[j + l] + (k == l ? 0 : m[i + l] * m[j + k]);
                mean[6 * to + from] += value / double(matrices.size());
            }
    return mean;
}

std::array<double, 6> times(std::vector<double> const& projector, std::array<double, 6> const& tensor) {
    std::array<double, 6> result{};
    for (std::size_t i = 0; i < 6; ++i)
        for (std::size_t j = 0; j < 6; ++j) result[i] += projector[6 * i + j] * tensor[j];
    return result;
}

std::array<double, 6> components(Matrix3 const& m) { return {m[0], m[4], m[8], m[1], m[2], m[5]}; }

std::vector<std::string> tensor_names(std::string const& letter) {
    std::vector<std::string> names;
    for (char const* indices : {"11", "22", "33", "12", "13", "23"}) names.push_back(letter + indices);
    return names;
}

// ---- the groups

// Each rotation once, as it acts on coordinates: centring repeats them.
std::vector<Matrix3> rotations(data::Structure const& structure) {
    std::vector<Rotation> all;
    for (auto const& operation : structure.operations) all.push_back(operation.rotation);
    std::ranges::sort(all);
    auto const repeated = std::ranges::unique(all);
    all.erase(repeated.begin(), repeated.end());
    std::vector<Matrix3> matrices;
    for (Rotation const& rotation : all) matrices.push_back(to_matrix(rotation));
    return matrices;
}

std::vector<double> metric_projector(data::Structure const& structure) {
    auto matrices = rotations(structure);
    for (Matrix3& m : matrices) m = transposed(m);
    return tensor_projector(matrices);
}

data::Cell to_cell(std::array<double, 6> const& g) {
    return data::cell_of({g[0], g[3], g[4], g[3], g[1], g[5], g[4], g[5], g[2]});
}

// The structure's cell, freed of what its metric lacks in symmetry.
data::Cell symmetric_cell(data::Structure const& structure) {
    data::Cell cell = to_cell(times(metric_projector(structure), components(data::metric(structure.cell))));
    for (double* angle : {&cell.alpha, &cell.beta, &cell.gamma}) *angle = without_noise(*angle);
    return cell;
}

// An operation with the lattice translation that brings a point nearest to itself.
struct Image {
    Rotation rotation;
    Vector3 translation;
    double square;  // of the distance [angstrom^2]

    Vector3 of(Vector3 const& x) const {
        Vector3 result = translation;
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t k = 0; k < 3; ++k) result[i] += rotation[3 * i + k] * x[k];
        return result;
    }
};

bool is_closed(std::span<Image const> images) {
    auto const is_known = [&](Rotation const& rotation) {
        return std::ranges::any_of(images, [&](Image const& image) { return image.rotation == rotation; });
    };
    for (Image const& first : images)
        for (Image const& second : images) {
            Rotation both{};
            for (std::size_t i = 0; i < 3; ++i)
                for (std::size_t j = 0; j < 3; ++j)
                    for (std::size_t k = 0; k < 3; ++k)
                        both[3 * i + j] += first.rotation[3 * i + k] * second.rotation[3 * k + j];
            if (!is_known(both)) return false;
        }
    return true;
}

// The operations that keep a point within same_position; the farthest are left out until they form a group.
std::vector<Image> nearest_group(data::Structure const& structure, Vector3 const& x) {
    Matrix3 const g = data::metric(structure.cell);
    std::vector<Image> images;
    for (auto const& operation : structure.operations) {
        Image image{operation.rotation, {}, 0};
        for (std::size_t i = 0; i < 3; ++i) image.translation[i] = operation.translation[i] / 24.0;
        Vector3 d = image.of(x);
        for (std::size_t i = 0; i < 3; ++i) {
            double const whole = std::nearbyint(d[i] - x[i]);
            image.translation[i] -= whole;
            d[i] -= x[i] + whole;
        }
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < 3; ++j) image.square += d[i] * g[3 * i + j] * d[j];
        if (image.square < same_position * same_position) images.push_back(image);
    }
    std::ranges::stable_sort(images, {}, &Image::square);
    while (!is_closed(images)) images.pop_back();
    return images;
}

// The points that a group of images keeps.
Form fixed_points(std::vector<Image> const& group) {
    std::vector<double> projector(9, 0.0);
    Vector3 translation{};
    for (Image const& image : group) {
        for (std::size_t i = 0; i < 9; ++i) projector[i] += image.rotation[i] / double(group.size());
        for (std::size_t i = 0; i < 3; ++i) translation[i] += image.translation[i] / double(group.size());
    }
    Form form = form_of(transposed(projector, 3), {"x", "y", "z"});
    set_offset(form, translation);
    return form;
}

// A point moved on its special position may be found to have more symmetry: repeat until it has not.
std::vector<Image> site_group(data::Structure const& structure, std::size_t site) {
    if (site >= structure.sites.size())
        throw Error(Fault::bad_input, fmt::format("'site' is {}; expected one of {}, counted from 0", site,
                                                  structure.sites.size()));
    Vector3 x = structure.sites[site].position;
    for (std::size_t known = 0;;) {
        std::vector<Image> group = nearest_group(structure, x);
        if (group.size() <= known) return group;
        known = group.size();
        Form const form = fixed_points(group);
        std::vector<double> free;
        for (std::size_t const pivot : form.pivots) free.push_back(x[pivot]);
        form.evaluate(free, x);
    }
}

// ---- real harmonics of even degree, mean square 1, in the order c0 c1 s1 c2 s2 ... within a degree

// Where a degree begins in the list of all from 2 on.
std::size_t first_of(int degree) {
    auto const k = std::size_t(degree / 2 - 1);
    return k * (2 * k + 3);
}

// Fully normalised Legendre functions over sin^m, by the recursion over degrees.
// Source: S. A. Holmes & W. E. Featherstone, J. Geodesy 76 (2002) 279, eq. 11-13.
std::vector<double> even_harmonics(int highest, Vector3 const& unit) {
    std::vector<double> values(first_of(highest + 2));
    double sectoral = 1;
    std::complex<double> wave = 1;  // (sin(theta) exp(i phi))^m
    for (int m = 0; m <= highest; ++m) {
        if (m > 0) {
            sectoral *= m == 1 ? std::sqrt(3.0) : std::sqrt((2 * m + 1) / (2.0 * m));
            wave *= std::complex<double>(unit[0], unit[1]);
        }
        double below = 0, value = sectoral;
        for (int n = m; n <= highest; ++n) {
            if (n > m) {
                double const p = (n - 1.0) * (n - 1.0), square = double(n) * n - double(m) * m;
                double const next = std::sqrt((4.0 * n * n - 1) / square) *
                                    (unit[2] * value - std::sqrt((p - m * m) / (4 * p - 1)) * below);
                below = std::exchange(value, next);
            }
            if (n < 2 || n % 2 != 0) continue;
            std::size_t const place = first_of(n) + (m == 0 ? 0 : std::size_t(2 * m - 1));
            values[place] = value * wave.real();
            if (m > 0) values[place + 1] = value * wave.imag();
        }
    }
    return values;
}

struct Node {
    Vector3 unit;
    double weight;
};

// Directions and weights (sum 1) whose sums are means over the sphere, exact for polynomials of degree 2 *
// highest. Source: Fejer's first rule in cos(theta), J. Waldvogel, BIT 46 (2006) 195.
std::vector<Node> sphere_nodes(int highest) {
    int const count = 2 * highest + 1;
    std::vector<Node> nodes;
    for (int ring = 0; ring < count; ++ring) {
        double const theta = (ring + 0.5) * std::numbers::pi / count;
        double weight = 1;
        for (int k = 1; k <= count / 2; ++k) weight -= 2 * std::cos(2 * k * theta) / (4.0 * k * k - 1);
        for (int step = 0; step < count; ++step) {
            double const phi = 2 * std::numbers::pi * step / count;
            nodes.push_back(
                {{std::sin(theta) * std::cos(phi), std::sin(theta) * std::sin(phi), std::cos(theta)},
                 weight / (count * count)});
        }
    }
    return nodes;
}

// Row vector times matrix.
Vector3 times(Vector3 const& v, Matrix3 const& m) {
    return {v[0] * m[0] + v[1] * m[3] + v[2] * m[6], v[0] * m[1] + v[1] * m[4] + v[2] * m[7],
            v[0] * m[2] + v[1] * m[5] + v[2] * m[8]};
}

// The mean over the group of all harmonics seen in a direction.
std::vector<double> mean_harmonics(int highest, Vector3 const& unit, std::vector<Matrix3> const& group) {
    std::vector<double> mean(first_of(highest + 2), 0.0);
    for (Matrix3 const& turn : group) {
        auto const values = even_harmonics(highest, times(unit, turn));
        for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += values[i] / double(group.size());
    }
    return mean;
}

void orthonormalise(std::vector<double>& rows, std::size_t columns) {
    for (auto row = rows.begin(); row != rows.end(); row += std::ptrdiff_t(columns)) {
        std::span const own(row, columns);
        // Twice, because what rounding leaves after the first time need not be orthogonal.
        for (int pass = 0; pass < 2; ++pass)
            for (auto other = rows.begin(); other != row; other += std::ptrdiff_t(columns)) {
                double overlap = 0;
                for (std::size_t i = 0; i < columns; ++i) overlap += other[std::ptrdiff_t(i)] * own[i];
                for (std::size_t i = 0; i < columns; ++i) own[i] -= overlap * other[std::ptrdiff_t(i)];
            }
        double square = 0;
        for (double const value : own) square += value * value;
        for (double& value : own) value /= std::sqrt(square);
    }
}

}  // namespace

void Form::evaluate(std::span<double const> parameters, std::span<double> values) const {
    std::ranges::copy(offset, values.begin());
    for (std::size_t k = 0; k < names.size(); ++k)
        for (std::size_t i = 0; i < size; ++i) values[i] += parameters[k] * basis[k * size + i];
}

Form position_form(data::Structure const& structure, std::size_t site) {
    return fixed_points(site_group(structure, site));
}

Form displacement_form(data::Structure const& structure, std::size_t site) {
    // U_ij is beta_ij / (|a*_i||a*_j|), and beta turns like coordinates do.
    Matrix3 const reciprocal = data::inverse(data::metric(symmetric_cell(structure)));
    std::vector<Matrix3> matrices;
    for (Image const& image : site_group(structure, site)) {
        Matrix3 m = to_matrix(image.rotation);
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < 3; ++j)
                m[3 * i + j] *= std::sqrt(reciprocal[4 * j] / reciprocal[4 * i]);
        matrices.push_back(m);
    }
    return form_of(transposed(tensor_projector(matrices), 6), tensor_names("u"));
}

Form cell_form(data::Structure const& structure) {
    // Cells of metrics all over the space that the group leaves free: if the ties are linear, they lie in a
    // plane of as many dimensions.
    auto const projector = metric_projector(structure);
    double dimension = 0;
    for (std::size_t i = 0; i < 6; ++i) dimension += projector[7 * i];
    std::vector<double> origin, rows;
    for (std::size_t sample = 0; sample < 24; ++sample) {
        std::array<double, 6> metric{1, 1, 1, 0, 0, 0};
        for (std::size_t i = 0; i < 6 && sample > 0; ++i)
            metric[i] += 0.2 * std::cos(double(sample * (i + 2) * (i + 2)));
        data::Cell const cell = to_cell(times(projector, metric));
        std::vector<double> point{cell.a, cell.b, cell.c, cell.alpha, cell.beta, cell.gamma};
        if (sample == 0) origin = point;
        for (std::size_t i = 0; i < 6 && sample > 0; ++i) rows.push_back(point[i] - origin[i]);
    }
    Form form = form_of(std::move(rows), {"a", "b", "c", "alpha", "beta", "gamma"});
    auto const free = std::size_t(std::lround(dimension));
    if (form.pivots.size() != free)
        throw Error(Fault::unsupported,
                    fmt::format("'cell' has {} free constants that its symmetry ties to other lengths and "
                                "angles, not linearly; expected equal, fixed or free ones; give the "
                                "structure in a setting of International Tables",
                                free));
    set_offset(form, origin);
    return form;
}

Form reciprocal_metric_form(data::Structure const& structure) {
    return form_of(transposed(tensor_projector(rotations(structure)), 6), tensor_names("d"));
}

Form strain_form(data::Structure const& structure) {
    constexpr std::size_t size = quartic_exponents.size(), ways = 3 * 3 * 3 * 3;
    auto const group = rotations(structure);
    std::vector<double> transposed_mean(size * size, 0.0);
    for (std::size_t from = 0; from < size; ++from) {
        std::vector<std::size_t> axes;
        for (std::size_t axis = 0; axis < 3; ++axis)
            axes.insert(axes.end(), std::size_t(quartic_exponents[from][axis]), axis);
        // The product of four turned indices (h R)_axis = sum over j of h_j R_j,axis, term by term.
        for (std::size_t way = 0; way < ways; ++way) {
            std::array<int, 3> exponents{};
            std::array<std::size_t, 4> entries{};
            for (std::size_t factor = 0, rest = way; factor < 4; ++factor, rest /= 3) {
                ++exponents[rest % 3];
                entries[factor] = 3 * (rest % 3) + axes[factor];
            }
            auto const to =
                std::size_t(std::ranges::find(quartic_exponents, exponents) - quartic_exponents.begin());
            double sum = 0;
            for (Matrix3 const& m : group)
                sum += m[entries[0]] * m[entries[1]] * m[entries[2]] * m[entries[3]];
            transposed_mean[from * size + to] += sum / double(group.size());
        }
    }
    std::vector<std::string> names;
    for (auto const& e : quartic_exponents) names.push_back(fmt::format("s{}{}{}", e[0], e[1], e[2]));
    return form_of(std::move(transposed_mean), names);
}

Harmonics::Harmonics(data::Structure const& structure, int degree) : degree_(degree) {
    if (degree < 2 || degree > 12 || degree % 2 != 0)
        throw Error(Fault::bad_input,
                    fmt::format("'degree' is {}; expected an even number within [2, 12]", degree));
    Matrix3 const to_cartesian = data::orthogonalization(symmetric_cell(structure));
    normals_ = data::inverse(to_cartesian);
    auto group = rotations(structure);
    for (Matrix3& m : group) m = product(product(to_cartesian, m), normals_);
    std::vector<std::vector<double>> projectors;
    for (int n = 2; n <= degree; n += 2) projectors.emplace_back(std::size_t((2 * n + 1) * (2 * n + 1)), 0.0);
    for (Node const& node : sphere_nodes(degree)) {
        auto const own = even_harmonics(degree, node.unit);
        auto const mean = mean_harmonics(degree, node.unit, group);
        for (int n = 2; n <= degree; n += 2) {
            auto const first = first_of(n), count = 2 * std::size_t(n) + 1;
            auto& projector = projectors[std::size_t(n / 2 - 1)];
            for (std::size_t i = 0; i < count; ++i)
                for (std::size_t j = 0; j < count; ++j)
                    projector[i * count + j] += node.weight * own[first + i] * mean[first + j];
        }
    }
    for (int n = 2; n <= degree; n += 2) add_terms(n, projectors[std::size_t(n / 2 - 1)]);
}

void Harmonics::add_terms(int degree, std::vector<double> const& projector) {
    auto const count = 2 * std::size_t(degree) + 1;
    std::vector<double> rows = projector;
    std::size_t const terms = reduce(rows, count).size();
    orthonormalise(rows, count);
    for (std::size_t term = 1; term <= terms; ++term) {
        names_.push_back(fmt::format("c{}_{}", degree, term));
        degrees_.push_back(degree);
    }
    weights_.insert(weights_.end(), rows.begin(), rows.end());
}

void Harmonics::evaluate(double h, double k, double l, std::span<double> values) const {
    Vector3 normal = times(Vector3{h, k, l}, normals_);
    double const length = std::hypot(normal[0], normal[1], normal[2]);
    for (double& component : normal) component /= length;
    auto const all = even_harmonics(degree_, normal);
    auto weight = weights_.begin();
    for (std::size_t term = 0; term < degrees_.size(); ++term) {
        std::size_t const first = first_of(degrees_[term]), end = first_of(degrees_[term] + 2);
        double sum = 0;
        for (std::size_t i = first; i < end; ++i) sum += *weight++ * all[i];
        values[term] = sum;
    }
}

std::array<double, 6> isotropic_tensor(data::Cell const& cell, double u_iso) {
    Matrix3 const g = data::inverse(data::metric(cell));
    std::array<double, 6> u{};
    for (std::size_t c = 0; c < 6; ++c) {
        std::size_t const i = first_index[c], j = second_index[c];
        u[c] = i == j ? u_iso : u_iso * g[3 * i + j] / std::sqrt(g[4 * i] * g[4 * j]);
    }
    return u;
}

double equivalent_u(data::Cell const& cell, std::array<double, 6> const& u) {
    Matrix3 const direct = data::metric(cell), reciprocal = data::inverse(direct);
    double sum = 0;
    for (std::size_t c = 0; c < 6; ++c) {
        std::size_t const i = first_index[c], j = second_index[c];
        sum += (i == j ? 1 : 2) * u[c] * std::sqrt(reciprocal[4 * i] * reciprocal[4 * j]) * direct[3 * i + j];
    }
    return sum / 3;
}

}  // namespace hutch::powder::refine
