#include "hutch/methods/powder/match.hpp"

#include "hutch/methods/powder/background.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hutch::powder {
namespace {

constexpr double degree = std::numbers::pi / 180;
constexpr double coarse_steps_per_width = 2;
constexpr double width_ratio = 1.1;  // from one tabulated profile to the next
constexpr double widest = 60;        // of the narrowest
constexpr double lorentz_share = 0.5;

double mean_wavelength(std::vector<Wavelength> const& wavelengths) {
    double sum = 0, weights = 0;
    for (Wavelength const& one : wavelengths) sum += one.value * one.weight, weights += one.weight;
    return sum / weights;
}

double two_theta_at(double inverse_d, double wavelength) {
    double const sine = inverse_d * wavelength / 2;
    return sine < 1 ? 2 * std::asin(sine) / degree : 180;
}

// FWHM of the measured peaks over 1/d in the middle of the range.
double width_over_inverse_d(NetPattern const& pattern, double wavelength, double inverse_d) {
    double const two_theta = std::min(two_theta_at(inverse_d, wavelength), pattern.last());
    return pattern.fwhm_at(two_theta) * degree * std::cos(two_theta / 2 * degree) / wavelength;
}

// Measured intensity in bins of 1/d; a point counts in the bins to its left and right.
std::vector<double> over_inverse_d(NetPattern const& pattern, double wavelength, double first, double step,
                                   std::size_t points) {
    std::vector<double> bins(points, 0.0);
    int const parts = 8;  // sub-steps, so that bins narrower than the measured steps do not stay empty
    for (std::size_t i = 0; i < pattern.net.size(); ++i)
        for (int part = 0; part < parts; ++part) {
            double const two_theta = pattern.at(i) + pattern.step * ((part + 0.5) / parts - 0.5);
            double const at = (2 * std::sin(two_theta / 2 * degree) / wavelength - first) / step;
            if (at > -0.5 && at < double(points) - 0.5)
                bins[std::size_t(at + 0.5)] += pattern.peaks[i] / parts;
        }
    return bins;
}

}  // namespace

Target to_target(std::span<float const> net) {
    Target target{{net.begin(), net.end()}, {}, 0};
    for (float value : net) {
        target.root.push_back(std::sqrt(value));
        target.sum += double(value);
    }
    return target;
}

double scale_beside(Target const& target, std::span<float const> calculated, std::span<float const> others) {
    if (others.empty()) return 1;
    // m = a o + b c with weights 1 / m, as counting statistics have them.
    double oo = 0, oc = 0, cc = 0, o = 0, c = 0;
    double const floor = 1e-3 * target.sum / double(target.net.size()) + 1e-30;
    for (std::size_t i = 0; i < calculated.size(); ++i) {
        double const w = 1 / (double(target.net[i]) + floor), x = double(others[i]),
                     y = double(calculated[i]);
        oo += w * x * x, oc += w * x * y, cc += w * y * y;
        o += w * x * double(target.net[i]), c += w * y * double(target.net[i]);
    }
    double const determinant = oo * cc - oc * oc;
    if (!(determinant > 1e-9 * oo * cc)) return 0;
    double const a = (o * cc - c * oc) / determinant, b = (c * oo - o * oc) / determinant;
    return a > 0 && b > 0 ? b / a : 0;
}

double similarity(Target const& target, std::span<float const> calculated, std::span<float const> others) {
    auto const b = others.empty() ? 1.0f : float(scale_beside(target, calculated, others));
    constexpr std::size_t lanes = 16;  // sums that run side by side, in a fixed order
    float common[lanes] = {}, total[lanes] = {};
    float const* const root = target.root.data();
    auto const take = [&](std::size_t i, std::size_t lane, float c) {
        common[lane] += root[i] * std::sqrt(c);
        total[lane] += c;
    };
    std::size_t const n = calculated.size(), whole = n / lanes * lanes;
    if (others.empty()) {
        for (std::size_t i = 0; i < whole; i += lanes)
            for (std::size_t lane = 0; lane < lanes; ++lane) take(i + lane, lane, calculated[i + lane]);
        for (std::size_t i = whole; i < n; ++i) take(i, i - whole, calculated[i]);
    } else {
        for (std::size_t i = 0; i < n; ++i) take(i, i % lanes, others[i] + b * calculated[i]);
    }
    double common_sum = 0, total_sum = 0;
    for (std::size_t lane = 0; lane < lanes; ++lane)
        common_sum += double(common[lane]), total_sum += double(total[lane]);
    return total_sum > 0 && target.sum > 0 ? common_sum / std::sqrt(total_sum * target.sum) : 0;
}

double angular_factor(double two_theta, MatchOptions const& options) {
    double const theta = two_theta / 2 * degree;
    double const sine = std::max(1e-3, std::sin(theta)), cosine = std::max(1e-3, std::cos(theta));
    double const cos2 = std::cos(2 * theta);
    double const polarised = options.polarisation + (1 - options.polarisation) * cos2 * cos2;
    return (options.radiation == Radiation::xray ? polarised : 1.0) / (sine * sine * cosine);
}

CoarseMatch::CoarseMatch(NetPattern const& pattern, MatchOptions const& options, double tolerance)
    : profile_(1, 0, 1) {
    double const wavelength = mean_wavelength(options.wavelengths);
    auto const inverse_d = [&](double two_theta) {
        return 2 * std::sin(two_theta / 2 * degree) / wavelength;
    };
    double const last = std::min(options.inverse_d_last, inverse_d(pattern.last()));
    double const own = width_over_inverse_d(pattern, wavelength, last / 2);
    double const width = std::hypot(own, tolerance);
    first_ = inverse_d(pattern.first);
    step_ = width / coarse_steps_per_width;
    auto const points = std::max<std::size_t>(16, std::size_t((last - first_) / step_) + 1);
    std::vector<double> const bins = over_inverse_d(pattern, wavelength, first_, step_, points);
    // The measured peaks have their own width already; the tolerance widens them to that of the calculated
    // ones.
    LineProfile const widen(std::max(0.3, tolerance / step_), 0, 6);
    std::vector<float> wide(points, 0.0f);
    for (std::size_t i = 0; i < points; ++i) widen.add(double(i), float(bins[i]), wide);
    target_ = to_target(wide);
    profile_ = LineProfile(width / step_, 0.2, 8);
    for (std::size_t i = 0; i < points; ++i)
        factor_.push_back(
            float(angular_factor(two_theta_at(first_ + step_ * double(i), wavelength), options)));
}

void CoarseMatch::draw(LineList const& lines, double cell_scale, std::span<float> y) const {
    std::ranges::fill(y, 0.0f);
    for (std::size_t j = 0; j < lines.inverse_d.size(); ++j) {
        double const at = (double(lines.inverse_d[j]) / cell_scale - first_) / step_;
        if (at < -8) continue;
        if (at > double(y.size()) + 8) break;
        auto const bin = std::size_t(std::clamp(at, 0.0, double(y.size() - 1)));
        profile_.add(at, lines.intensity[j] * factor_[bin], y);
    }
}

FineMatch::FineMatch(NetPattern const& pattern, MatchOptions const& options, double blur)
    : first_(pattern.first), step_(pattern.step), wavelengths_(options.wavelengths) {
    double const last =
        std::min(pattern.last(), two_theta_at(options.inverse_d_last, wavelengths_.front().value));
    auto const points = std::max<std::size_t>(16, std::size_t(std::max(0.0, last - first_) / step_) + 1);
    auto const half = std::size_t(std::lround((blur - 1) * pattern.fwhm / step_ / 2));
    std::span<double const> const peaks(pattern.peaks.data(), std::min(points, pattern.peaks.size()));
    std::vector<double> const smooth = running_mean(peaks, half);
    target_ = to_target(std::vector<float>(smooth.begin(), smooth.end()));
    double const narrowest = 0.5 * blur * pattern.fwhm / step_;
    for (double width = narrowest; width < widest * narrowest; width *= width_ratio)
        profiles_.emplace_back(width, lorentz_share, int(4 * width) + 1);
    for (std::size_t i = 0; i < smooth.size(); ++i) {
        factor_.push_back(float(angular_factor(pattern.at(i), options)));
        profile_.push_back(
            float(std::log(2 * pattern.fwhm_at(pattern.at(i)) / pattern.fwhm) / std::log(width_ratio)));
    }
}

void FineMatch::draw(LineList const& lines, Shift const& shift, std::span<float> y) const {
    std::ranges::fill(y, 0.0f);
    auto const wider = float(std::log(shift.width_scale) / std::log(width_ratio) + 0.5);
    double const last_point = double(y.size() - 1);
    auto const last_profile = float(profiles_.size() - 1);
    double const margin = 1 / step_;  // lines up to 1 degree outside reach in
    for (Wavelength const& wavelength : wavelengths_) {
        double const half_wavelength = wavelength.value / 2 / shift.cell_scale;
        for (std::size_t j = 0; j < lines.inverse_d.size(); ++j) {
            double const sine = double(lines.inverse_d[j]) * half_wavelength;
            if (!(sine < 0.9999)) break;
            double const bragg = (2 / degree * std::asin(sine) - first_) / step_;
            double const at = bragg + shift.zero / step_;
            if (at > last_point + margin) break;
            if (at < -margin) continue;
            auto const point = std::size_t(std::clamp(bragg, 0.0, last_point));
            float const area = lines.intensity[j] * factor_[point] * float(wavelength.weight);
            float const profile = std::clamp(profile_[point] + wider, 0.0f, last_profile);
            profiles_[std::size_t(profile)].add(at, area, y);
        }
    }
}

}  // namespace hutch::powder
