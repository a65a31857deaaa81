// The plain way: every formula once, in double precision, over all points.
#include "hutch/methods/powder/axial.hpp"
#include "hutch/methods/powder/factors.hpp"
#include "hutch/methods/powder/simulate.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hutch::powder {
namespace {

constexpr double degree = std::numbers::pi / 180;
using data::Matrix3, data::product, data::transposed;

double q_squared(Matrix3 const& g, double h, double k, double l) {
    return h * h * g[0] + k * k * g[4] + l * l * g[8] + 2 * (h * k * g[1] + h * l * g[2] + k * l * g[5]);
}

// Mean of the March-Dollase function over the equivalents of a reflection.
double march_dollase(Reflections const& table, std::size_t j, Matrix3 const& g, Sample const& sample) {
    double const r = sample.march_ratio;
    if (r == 1) return 1;
    auto const& axis = sample.march_axis;
    double const length = std::sqrt(q_squared(g, axis[0], axis[1], axis[2])),
                 h0[3] = {table.h[j], table.k[j], table.l[j]};
    double sum = 0;
    for (auto const& rotation : table.laue) {
        double h[3] = {0, 0, 0};
        for (std::size_t c = 0; c < 3; ++c)
            for (std::size_t i = 0; i < 3; ++i) h[c] += h0[i] * double(rotation[3 * i + c]);
        double dot = 0;
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t c = 0; c < 3; ++c) dot += h[i] * g[3 * i + c] * axis[c];
        double const cosine = dot / (length * std::sqrt(q_squared(g, h[0], h[1], h[2])));
        sum += std::pow(r * r * cosine * cosine + (1 - cosine * cosine) / r, -1.5);
    }
    return sum / double(table.laue.size());
}

// The axial divergence seen by one line: where its rays go and how many.
struct Ray {
    double shift, weight;
};
std::vector<Ray> axial_rays(Instrument const& instrument, double two_theta) {
    double const sum = instrument.axial_sample + instrument.axial_detector;
    if (sum <= 0) return {{0, 1}};
    double const share = std::min(instrument.axial_sample, instrument.axial_detector) / sum;
    int const n = 400;  // midpoints in h: the weight is bounded there
    std::vector<Ray> rays;
    double total = 0;
    for (int i = 0; i < n; ++i) {
        double const x = (i + 0.5) / n, h = x * sum;
        double const cosine = std::cos(two_theta) * std::sqrt(1 + h * h);
        if (std::abs(cosine) >= 1 - 1e-9) continue;
        double const delta = std::acos(cosine);
        double const weight = std::min(2 * share, 1 - x) / ((1 + h * h) * std::sin(delta));
        rays.push_back({(delta - two_theta) / degree, weight});
        total += weight;
    }
    if (rays.empty()) return {};  // every ray would pass the direct beam: the line does not show
    for (Ray& ray : rays) ray.weight /= total;
    return rays;
}

}  // namespace

double largest_strain(std::array<double, 6> const& e) {
    double const rows[3] = {std::abs(e[0]) + std::abs(e[5]) + std::abs(e[4]),
                            std::abs(e[5]) + std::abs(e[1]) + std::abs(e[3]),
                            std::abs(e[4]) + std::abs(e[3]) + std::abs(e[2])};
    return std::max({rows[0], rows[1], rows[2]});
}

double needed_d_min(double two_theta_last, double shortest_wavelength, double strain) {
    double const theta = std::min(two_theta_last + tail_margin, 179.0) / 2 * degree;
    return shortest_wavelength / (2 * std::sin(theta)) / (1 + strain);
}

data::Cell strained_cell(Reflections const& reflections, std::array<double, 6> const& e) {
    Matrix3 const strain{e[0], e[5], e[4], e[5], e[1], e[3], e[4], e[3], e[2]};
    Matrix3 const to_cartesian = data::orthogonalization(reflections.cell),
                  to_fractional = data::inverse(to_cartesian);
    Matrix3 mean{};
    for (auto const& rotation : reflections.laue) {
        Matrix3 r{};
        for (std::size_t i = 0; i < 9; ++i) r[i] = double(rotation[i]);
        Matrix3 const cartesian = product(product(to_cartesian, r), to_fractional);
        Matrix3 const turned = product(product(cartesian, strain), transposed(cartesian));
        for (std::size_t i = 0; i < 9; ++i) mean[i] += turned[i] / double(reflections.laue.size());
    }
    for (std::size_t i = 0; i < 9; i += 4) mean[i] += 1;
    Matrix3 const axes = product(mean, to_cartesian);  // columns are a, b, c
    return data::cell_of(product(transposed(axes), axes));
}

std::vector<Line> find_lines(Reflections const& table, Setting const& setting,
                             DispersionTable const& dispersion, double two_theta_last, FriedelPairs pairs) {
    Instrument const& instrument = setting.instrument;
    Sample const& sample = setting.sample;
    data::Cell const cell = strained_cell(table, sample.strain);
    Matrix3 const g = data::inverse(data::metric(cell));
    CylinderAbsorption const absorption =
        cylinder_absorption(instrument.geometry == Geometry::debye_scherrer ? sample.absorption_mu_r : 0);
    std::vector<Line> lines;
    for (std::size_t w = 0; w < instrument.wavelengths.size(); ++w) {
        Wavelength const& wavelength = instrument.wavelengths[w];
        std::vector<double> const f2 =
            squared_structure_factors(table, instrument.radiation, wavelength.value, dispersion, cell, pairs);
        for (std::size_t j = 0; j < table.size; ++j) {
            double const q = q_squared(g, table.h[j], table.k[j], table.l[j]),
                         sine = wavelength.value / 2 * std::sqrt(q);
            if (sine >= 0.9999) continue;
            double const theta = std::asin(sine), two_theta = 2 * theta;
            if (two_theta / degree > two_theta_last) continue;
            PseudoVoigt const shape = line_shape(instrument, sample, wavelength.value, theta);
            double area =
                wavelength.weight * double(table.multiplicity[j]) * f2[j] / (table.volume * table.volume);
            area *= polarisation_factor(instrument, two_theta) / (sine * sine * std::cos(theta)) *
                    march_dollase(table, j, g, sample);
            area *= std::exp(-absorption.a - absorption.b * sine * sine -
                             4 * std::numbers::pi * std::numbers::pi * sample.extra_u * q);
            if (instrument.geometry == Geometry::bragg_brentano && sample.plate_mu_t > 0)
                area *= 1 - std::exp(-2 * sample.plate_mu_t / sine);
            lines.push_back({j, w, two_theta / degree + line_shift(instrument, sample, two_theta), shape.fwhm,
                             shape.eta, area, two_theta / degree});
        }
    }
    return lines;
}

std::vector<double> plain_pattern(std::vector<Line> const& lines, Instrument const& instrument,
                                  std::vector<double> const& two_theta) {
    std::vector<double> y(two_theta.size(), 0);
    for (Line const& line : lines) {
        PseudoVoigt const shape{line.fwhm, line.eta};
        std::vector<Ray> rays = axial_rays(instrument, line.bragg_two_theta * degree);
        if (rays.empty()) continue;
        if (std::abs(rays.back().shift) < 1e-3 * line.fwhm) {  // too small to show: its mean is enough
            double mean = 0;
            for (Ray const& ray : rays) mean += ray.weight * ray.shift;
            rays = {{mean, 1}};
        }
        for (std::size_t i = 0; i < y.size(); ++i) {
            double const distance = two_theta[i] - line.two_theta;
            bool const is_far = std::abs(distance) > 20 * line.fwhm + 5 * std::abs(rays.back().shift);
            if (is_far && rays.size() > 20) {  // the tail is smooth: every twentieth ray, with the same total
                double value = 0, total = 0;
                for (std::size_t r = 10; r < rays.size(); r += 20)
                    value += rays[r].weight * shape.at(distance - rays[r].shift), total += rays[r].weight;
                y[i] += line.area * value / total;
                continue;
            }
            for (Ray const& ray : rays) y[i] += line.area * ray.weight * shape.at(distance - ray.shift);
        }
    }
    return y;
}

void add_plain_background(Background const& background, double first, double last, double strongest,
                          std::vector<double> const& two_theta, std::vector<double>& y) {
    for (std::size_t i = 0; i < y.size(); ++i) {
        double const x = std::clamp(2 * (two_theta[i] - first) / (last - first) - 1, -1.0, 1.0);
        double value = 0;
        for (std::size_t k = 0; k < background.chebyshev.size(); ++k)
            value += background.chebyshev[k] * std::cos(double(k) * std::acos(x));
        for (Hump const& hump : background.humps)
            value += hump.height *
                     std::exp(-4 * std::numbers::ln2 * std::pow((two_theta[i] - hump.centre) / hump.fwhm, 2));
        y[i] = std::max(0.0, y[i] + strongest * value);
    }
}

}  // namespace hutch::powder
