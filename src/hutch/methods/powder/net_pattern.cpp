#include "hutch/methods/powder/net_pattern.hpp"

#include "hutch/base/error.hpp"
#include "hutch/methods/powder/background.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <fmt/format.h>

namespace hutch::powder {
namespace {

constexpr double degree = std::numbers::pi / 180;
constexpr double noise_in_peaks = 3;  // standard deviations

struct Curve {
    std::vector<double> x, y;
};

double median(std::vector<double> values) {
    auto const middle = values.begin() + std::ptrdiff_t(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

// Usable points by ascending angle.
Curve usable_points(data::Pattern const& pattern, double wavelength) {
    std::vector<double> const angles = two_theta_of(pattern, wavelength);
    std::vector<std::pair<double, double>> points;
    for (std::size_t i = 0; i < angles.size(); ++i)
        if (std::isfinite(angles[i]) && angles[i] > 0 && angles[i] < 180 && std::isfinite(pattern.y[i]))
            points.push_back({angles[i], pattern.y[i]});
    std::ranges::stable_sort(points, {}, &std::pair<double, double>::first);
    Curve curve;
    for (auto const& [x, y] : points) {
        if (!curve.x.empty() && x <= curve.x.back()) continue;
        curve.x.push_back(x);
        curve.y.push_back(y);
    }
    if (curve.x.size() < 32)
        throw Error(
            Fault::bad_data,
            fmt::format("'pattern' has {} points with two theta in (0, 180) degree; expected at least 32",
                        curve.x.size()));
    return curve;
}

// Means over bins of equal width, from the running integral: right for steps finer and coarser than the bins.
std::vector<double> resampled(Curve const& curve, double first, double step, std::size_t points) {
    std::vector<double> integral(curve.x.size(), 0.0);
    for (std::size_t i = 1; i < integral.size(); ++i)
        integral[i] = integral[i - 1] + (curve.x[i] - curve.x[i - 1]) * (curve.y[i] + curve.y[i - 1]) / 2;
    std::size_t at = 0;
    double const start = curve.x.front(), end = curve.x.back();
    auto const integral_to = [&](double x) {
        while (at + 2 < curve.x.size() && curve.x[at + 1] <= x) ++at;
        double const t = (x - curve.x[at]) / (curve.x[at + 1] - curve.x[at]);
        double const y = curve.y[at] + t * (curve.y[at + 1] - curve.y[at]);
        return integral[at] + (x - curve.x[at]) * (curve.y[at] + y) / 2;
    };
    std::vector<double> means(points);
    double low = std::clamp(first - step / 2, start, end), below = integral_to(low);
    for (std::size_t i = 0; i < points; ++i) {
        double const high = std::clamp(first + (double(i) + 0.5) * step, start, end),
                     above = integral_to(high);
        means[i] = high > low ? (above - below) / (high - low) : curve.y.back();
        low = high, below = above;
    }
    return means;
}

struct Peak {
    double two_theta, fwhm, height;
};

// Distance [points] from a maximum to where a side falls to half of it; 0 if it rises before by more than the
// noise.
double half_distance(std::vector<double> const& net, std::size_t at, int direction, double noise) {
    double const half = net[at] / 2;
    double lowest = net[at];
    for (std::ptrdiff_t i = std::ptrdiff_t(at) + direction; i >= 0 && i < std::ptrdiff_t(net.size());
         i += direction) {
        double const y = net[std::size_t(i)], before = net[std::size_t(i - direction)];
        if (y <= half) return double(std::abs(i - std::ptrdiff_t(at))) - (half - y) / (before - y);
        if (y > lowest + 4 * noise) return 0;
        lowest = std::min(lowest, y);
    }
    return 0;
}

// The strongest maxima whose both flanks reach half height. Noise grows with the square root of the counts.
std::vector<Peak> strongest_peaks(NetPattern const& pattern, std::size_t most) {
    auto const& net = pattern.net;
    double const least = 0.02 * *std::ranges::max_element(net);
    double const usual = std::max(median(pattern.background), 1e-30);
    std::vector<Peak> peaks;
    for (std::size_t i = 1; i + 1 < net.size(); ++i) {
        if (net[i] < least || net[i] < net[i - 1] || net[i] <= net[i + 1]) continue;
        double const noise =
            pattern.noise * std::sqrt(std::max(1.0, (net[i] + pattern.background[i]) / usual));
        double const left = half_distance(net, i, -1, noise), right = half_distance(net, i, 1, noise);
        if (left <= 0 || right <= 0 || net[i] < 8 * noise) continue;
        peaks.push_back({pattern.at(i), 2 * std::min(left, right) * pattern.step, net[i]});
    }
    std::ranges::stable_sort(peaks, std::greater{}, &Peak::height);
    if (peaks.size() > most) peaks.resize(most);
    return peaks;
}

// A line through widths over tan(theta) by the median of slopes (Theil and Sen), which overlapped peaks do
// not pull.
void fit_width(NetPattern& pattern, std::vector<Peak> const& peaks) {
    pattern.fwhm = 4 * pattern.step, pattern.fwhm_growth = 0;
    if (peaks.empty()) return;
    std::vector<double> slopes, starts;
    auto const tangent = [](Peak const& p) { return std::tan(p.two_theta / 2 * degree); };
    for (std::size_t i = 0; i < peaks.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (double const run = tangent(peaks[i]) - tangent(peaks[j]); std::abs(run) > 0.05)
                slopes.push_back((peaks[i].fwhm - peaks[j].fwhm) / run);
    if (slopes.size() >= 40) pattern.fwhm_growth = std::max(0.0, median(slopes));
    for (Peak const& peak : peaks) starts.push_back(peak.fwhm - pattern.fwhm_growth * tangent(peak));
    pattern.fwhm = std::max(2 * pattern.step, median(starts));
}

double noise_of(std::vector<double> const& y) {
    std::vector<double> bends;
    for (std::size_t i = 1; i + 1 < y.size(); ++i)
        bends.push_back(std::abs(y[i] - (y[i - 1] + y[i + 1]) / 2));
    return 1.4826 * median(bends) /
           std::sqrt(1.5);  // median absolute deviation of normal noise; variance 1 + 1/4 + 1/4
}

void split(NetPattern& pattern, std::vector<double> const& y, std::size_t smooth, std::size_t half_window) {
    pattern.noise = noise_of(y);
    pattern.background = snip_background(running_mean(y, smooth), half_window);
    pattern.net.resize(y.size());
    for (std::size_t i = 0; i < y.size(); ++i) pattern.net[i] = y[i] - pattern.background[i];
}

double local_noise(NetPattern const& pattern, std::size_t i, double usual_background) {
    return pattern.noise * std::sqrt(std::max(0.1, pattern.background[i] / usual_background));
}

// Clipping finds the lower edge of noise. Raise the background to the mean of the points that no peak lifts.
void raise_to_mean(NetPattern& pattern, std::size_t half, std::size_t half_window) {
    std::vector<double> const smooth = running_mean(pattern.net, half);
    double const usual = std::max(median(pattern.background), 1e-30);
    std::vector<double> counts(smooth.size(), 0.0), rests(smooth.size(), 0.0);
    for (std::size_t i = 0; i < smooth.size(); ++i)
        if (smooth[i] < 4 * local_noise(pattern, i, usual) / std::sqrt(double(2 * half + 1)))
            counts[i] = 1, rests[i] = smooth[i];
    std::vector<double> const count = running_mean(counts, half_window),
                              rest = running_mean(rests, half_window);
    for (std::size_t i = 0; i < smooth.size(); ++i) {
        double const rise = count[i] > 0 ? rest[i] / count[i] : 0;
        pattern.background[i] += rise;
        pattern.net[i] -= rise;
    }
}

// What only noise could be is 0: over thousands of points its positive half would weigh as much as the peaks.
void find_significant(NetPattern& pattern, std::size_t half) {
    std::vector<double> const smooth = running_mean(pattern.net, half);
    double const usual = std::max(median(pattern.background), 1e-30);
    double const least = noise_in_peaks / std::sqrt(double(2 * half + 1));
    std::vector<double> is_peak(smooth.size());
    for (std::size_t i = 0; i < smooth.size(); ++i)
        is_peak[i] = smooth[i] > least * local_noise(pattern, i, usual);
    std::vector<double> const is_near = running_mean(is_peak, half);  // flanks belong to their peak
    pattern.peaks.assign(smooth.size(), 0.0);
    for (std::size_t i = 0; i < smooth.size(); ++i)
        if (is_near[i] > 0) pattern.peaks[i] = std::max(0.0, pattern.net[i]);
}

}  // namespace

double NetPattern::fwhm_at(double two_theta) const {
    return fwhm + fwhm_growth * std::tan(std::min(two_theta, 170.0) / 2 * degree);
}

std::vector<double> two_theta_of(data::Pattern const& pattern, double wavelength) {
    std::vector<double> angles(pattern.x);
    if (pattern.axis == data::AxisKind::two_theta) return angles;
    if (pattern.axis == data::AxisKind::time_of_flight)
        throw Error(Fault::unsupported,
                    "'axis' of the pattern is time_of_flight; expected two_theta, q or d, as angles need one "
                    "wavelength");
    for (double& x : angles) {
        double const inverse_d = pattern.axis == data::AxisKind::q ? x / (2 * std::numbers::pi) : 1 / x;
        double const sine = wavelength * inverse_d / 2;
        x = sine > 0 && sine < 1 ? 2 * std::asin(sine) / degree : std::numeric_limits<double>::quiet_NaN();
    }
    return angles;
}

NetPattern to_net_pattern(data::Pattern const& measured, double wavelength) {
    Curve const curve = usable_points(measured, wavelength);
    std::vector<double> steps;
    for (std::size_t i = 1; i < curve.x.size(); ++i) steps.push_back(curve.x[i] - curve.x[i - 1]);
    double const range = curve.x.back() - curve.x.front();
    NetPattern pattern;
    pattern.first = curve.x.front();
    pattern.step = std::max(median(steps), range / 65536);
    auto const sample = [&] {
        return resampled(curve, pattern.first, pattern.step, std::size_t(range / pattern.step) + 1);
    };
    std::vector<double> y = sample();
    // Noise on broad peaks looks like narrow peaks: sample more coarsely until the width stays.
    for (int round = 0; round < 8; ++round) {
        split(pattern, y, 0, std::clamp<std::size_t>(y.size() / 40, 8, 400));
        fit_width(pattern, strongest_peaks(pattern, 40));
        double const width = pattern.fwhm_at((pattern.first + std::min(90.0, curve.x.back())) / 2);
        if (width < 5 * pattern.step) break;
        pattern.step = std::min(width / 4, 2 * pattern.step);
        y = sample();
    }
    double const width = pattern.fwhm_at((pattern.first + curve.x.back()) / 2) / pattern.step;  // [points]
    split(pattern, y, std::size_t(width / 2), std::size_t(12 * width));
    for (int round = 0; round < 2; ++round)
        raise_to_mean(pattern, std::size_t(width / 2), std::size_t(12 * width));
    find_significant(pattern, std::size_t(width / 2));
    return pattern;
}

}  // namespace hutch::powder
