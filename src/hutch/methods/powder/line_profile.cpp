#include "hutch/methods/powder/line_profile.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hutch::powder {
namespace {

double pseudo_voigt(double x, double fwhm, double lorentz_share) {
    double const t = 2 * x / fwhm;
    double const gauss = std::sqrt(std::numbers::ln2 / std::numbers::pi) * std::exp2(-t * t);
    double const lorentz = 1 / (std::numbers::pi * (1 + t * t));
    return lorentz_share * lorentz + (1 - lorentz_share) * gauss;
}

}  // namespace

LineProfile::LineProfile(double fwhm, double lorentz_share, int half) : half_(half) {
    int const taps = 2 * half + 1;
    table_.resize(std::size_t(phases * taps));
    for (int phase = 0; phase < phases; ++phase) {
        float* const row = &table_[std::size_t(phase * taps)];
        double sum = 0;
        for (int i = 0; i < taps; ++i)
            sum += row[i] = float(pseudo_voigt(i - half - double(phase) / phases, fwhm, lorentz_share));
        for (int i = 0; i < taps; ++i) row[i] = float(row[i] / sum);
    }
}

void LineProfile::add(double centre, float area, std::span<float> y) const {
    auto const points = std::ptrdiff_t(y.size());
    if (!(centre > -1e9 && centre < 1e9)) return;
    auto const eighths = std::ptrdiff_t(std::floor(centre * phases + 0.5));
    std::ptrdiff_t const whole = eighths >= 0 ? eighths / phases : -((phases - 1 - eighths) / phases);
    float const* const row = &table_[std::size_t((eighths - whole * phases) * (2 * half_ + 1))];
    std::ptrdiff_t const from = std::max<std::ptrdiff_t>(0, half_ - whole);
    std::ptrdiff_t const to = std::min<std::ptrdiff_t>(2 * half_ + 1, points - whole + half_);
    if (to <= from) return;
    float* const out = y.data() + (whole - half_);
    for (std::ptrdiff_t i = from; i < to; ++i) out[i] += area * row[i];
}

}  // namespace hutch::powder
