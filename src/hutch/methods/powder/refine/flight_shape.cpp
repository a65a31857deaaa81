#include "hutch/methods/powder/refine/detail/flight_kernels.hpp"
#include "hutch/methods/powder/refine/detail/width.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace hutch::powder::refine {
namespace {

using detail::FlightParts, detail::FlightShape, detail::Width;

constexpr double pi = std::numbers::pi;
constexpr double fwhm_square_of_variance = 8 * std::numbers::ln2;
// What is left out of the Gauss part is below exp(-42) = 6e-19 of its height.
constexpr double gauss_depth = 42;

void set_derivative(double (&c)[5], FlightShape const& s, double eta, double norm, double fwhm_by,
                    double eta_by) {
    double const alpha = s.alpha.rate, beta = s.beta.rate;
    double const variance_by = 2 * (2 * s.half) * fwhm_by / fwhm_square_of_variance;
    c[0] = -eta_by * norm / pi;
    c[1] = -eta * fwhm_by * norm / (2 * pi);
    c[2] = -eta_by * norm / 2;
    c[3] = (1 - eta) * variance_by * norm / 4;
    c[4] = -(1 - eta) * variance_by * alpha * beta / (2 * std::sqrt(2 * pi * s.variance));
}

FlightShape shape_of(FlightLine const& line) {
    Width const w = detail::width_of(fwhm_square_of_variance * line.sigma_square, line.gamma);
    double const sum = line.alpha + line.beta, norm = line.alpha / sum * line.beta;
    FlightShape s{};
    s.centre = line.centre;
    s.half = w.fwhm / 2;
    s.variance = w.fwhm * w.fwhm / fwhm_square_of_variance;
    s.alpha = {line.alpha, std::cos(line.alpha * s.half), std::sin(line.alpha * s.half),
               line.beta / sum / line.alpha};
    s.beta = {line.beta, std::cos(line.beta * s.half), std::sin(line.beta * s.half),
              line.alpha / sum / line.beta};
    s.lorentz = -w.eta * norm / pi;
    s.gauss = (1 - w.eta) * norm / 2;
    s.gauss_edge = std::sqrt(2 * s.variance / pi);
    set_derivative(s.by_sigma_square, s, w.eta, norm, fwhm_square_of_variance * w.fwhm_gauss_square,
                   fwhm_square_of_variance * w.eta_gauss_square);
    set_derivative(s.by_gamma, s, w.eta, norm, w.fwhm_lorentz, w.eta_lorentz);
    return s;
}

// How far the Gauss part reaches on the side of an exponential with a rate.
double gauss_reach(double rate, double variance) {
    double const gauss = std::sqrt(2 * gauss_depth * variance);
    bool const is_steep = rate * rate * variance > 2 * gauss_depth;
    return is_steep ? gauss : std::max(gauss, gauss_depth / rate + rate * variance / 2);
}

FlightChannels shifted(FlightChannels const& c, std::size_t by) {
    return {c.value + by,  c.d_centre + by,       c.d_alpha + by,
            c.d_beta + by, c.d_sigma_square + by, c.d_gamma ? c.d_gamma + by : nullptr};
}

}  // namespace

void flight_line(FlightLine const& line, double const* x, std::size_t n, FlightChannels const& channels) {
    FlightShape const shape = shape_of(line);
    auto const sum = HUTCH_CHOOSE_ISA(detail, sum_parts);
    if (!(line.gamma > 0) && !channels.d_gamma) return sum(shape, FlightParts::gauss, x, n, channels);
    double const from = line.centre - gauss_reach(line.alpha, shape.variance),
                 to = line.centre + gauss_reach(line.beta, shape.variance);
    auto const first = std::size_t(std::lower_bound(x, x + n, from) - x),
               last = std::size_t(std::upper_bound(x + first, x + n, to) - x);
    sum(shape, FlightParts::lorentz, x, first, channels);
    sum(shape, FlightParts::both, x + first, last - first, shifted(channels, first));
    sum(shape, FlightParts::lorentz, x + last, n - last, shifted(channels, last));
}

Reach reach(FlightLine const& line, double floor) {
    constexpr std::size_t steps = 64;
    using Values = std::array<double, steps>;
    Values x{}, value{}, ignored{};
    auto const compute = [&] {
        FlightChannels const channels{value.data(),   ignored.data(), ignored.data(),
                                      ignored.data(), ignored.data(), nullptr};
        flight_line(line, x.data(), steps, channels);
    };
    double const width = std::sqrt(fwhm_square_of_variance * line.sigma_square) + line.gamma;
    double const before = width + 1 / line.alpha, after = width + 1 / line.beta;
    for (std::size_t i = 0; i < steps; ++i)
        x[i] = line.centre - before + (before + after) * double(i) / double(steps - 1);
    compute();
    double const level = floor * *std::ranges::max_element(value);
    // The line falls to both sides: the last of growing distances at which it is above the level, then that
    // step divided once more.
    auto const distance = [&](double sign, double scale) {
        double low = 0, ratio = std::pow(1e5, 1.0 / (steps - 1)), high = 0;
        for (int round = 0; round < 2; ++round) {
            std::array<double, steps> distances{};
            for (std::size_t i = 0; i < steps; ++i) {
                double const share = double(i) / double(steps - 1);
                distances[i] =
                    round == 0 ? 0.02 * scale * std::pow(ratio, double(i)) : low + (high - low) * share;
                x[sign > 0 ? i : steps - 1 - i] = line.centre + sign * distances[i];
            }
            compute();
            std::size_t i = steps - 1;
            while (i > 0 && value[sign > 0 ? i - 1 : steps - i] < level) --i;
            high = distances[i];
            low = i > 0 ? distances[i - 1] : 0;
        }
        return high;
    };
    return {distance(-1, before), distance(1, after)};
}

}  // namespace hutch::powder::refine
