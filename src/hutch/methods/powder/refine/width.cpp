#include "hutch/methods/powder/refine/detail/width.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hutch::powder::refine::detail {

Width width_of(double gauss_square, double lorentz) {
    // In units of the Gauss FWHM g: H^5 = 1 + a1 r + ... + r^5, r = lorentz / g.
    constexpr double a[6] = {1, 2.69269, 2.42843, 4.47163, 0.07842, 1};
    double const g = std::sqrt(gauss_square), l = lorentz;
    double sum = 0, by_gauss = 0, by_lorentz = 0;
    double gauss_power[6] = {1}, lorentz_power[6] = {1};
    for (int k = 1; k < 6; ++k)
        gauss_power[k] = gauss_power[k - 1] * g, lorentz_power[k] = lorentz_power[k - 1] * l;
    for (int k = 0; k < 6; ++k) {
        sum += a[k] * gauss_power[5 - k] * lorentz_power[k];
        if (k < 5) by_gauss += a[k] * (5 - k) * gauss_power[4 - k] * lorentz_power[k];
        if (k > 0) by_lorentz += a[k] * k * gauss_power[5 - k] * lorentz_power[k - 1];
    }
    Width w{};
    w.fwhm = std::pow(sum, 0.2);
    w.fwhm_gauss_square = 0.2 * w.fwhm / sum * by_gauss / (2 * g);
    w.fwhm_lorentz = 0.2 * w.fwhm / sum * by_lorentz;
    double const r = l / w.fwhm, eta_r = 1.36603 + r * (-2 * 0.47719 + r * 3 * 0.11116);
    w.eta = std::min(1.0, r * (1.36603 + r * (-0.47719 + r * 0.11116)));
    w.eta_gauss_square = -eta_r * r / w.fwhm * w.fwhm_gauss_square;
    w.eta_lorentz = eta_r * (1 - r * w.fwhm_lorentz) / w.fwhm;
    return w;
}

double distance_at(Width const& width, double level) {
    constexpr double pi = std::numbers::pi, ln2 = std::numbers::ln2;
    double const h = width.fwhm, lorentz = width.eta * 2 / (pi * h),
                 gauss = (1 - width.eta) * 2 * std::sqrt(ln2 / pi) / h;
    auto const value = [&](double x) {
        double const u = x * x / (h * h);
        return lorentz / (1 + 4 * u) + gauss * std::exp2(-4 * u);
    };
    // Beyond both of these each part is below half of the level.
    double above = h / 2 * std::sqrt(std::max(0.0, 2 * lorentz / level - 1));
    above = std::max(above, h / 2 * std::sqrt(std::max(0.0, std::log2(std::max(1.0, 2 * gauss / level)))));
    double below = above / 2;
    if (value(below) < level) below = 0;
    for (int step = 0; step < 12; ++step) {
        double const middle = (below + above) / 2;
        (value(middle) < level ? above : below) = middle;
    }
    return above;
}

}  // namespace hutch::powder::refine::detail
