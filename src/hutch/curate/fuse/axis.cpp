#include "hutch/curate/fuse/axis.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace hutch::curate::fuse {
namespace {

constexpr double degree = std::numbers::pi / 180, none = std::numeric_limits<double>::quiet_NaN();
constexpr double no_neighbour = std::numeric_limits<double>::infinity();
constexpr double widest_step = 3;  // times the step on the other side; more is a gap

double bragg_two_theta(double d, double wavelength) {
    return 2 * std::asin(std::min(1.0, wavelength / (2 * d))) / degree;
}

double q_of_two_theta(double two_theta, double wavelength) {
    bool const is_possible = two_theta > 0 && two_theta < 180;
    return is_possible ? 4 * std::numbers::pi * std::sin(two_theta / 2 * degree) / wavelength : none;
}

// What the positions of lines tell of the axis, as a line through points.
struct Correction {
    std::vector<std::pair<double, double>> points;  // position; shift [degree] or time over d [us/angstrom]

    double at(double x, double otherwise) const {
        if (points.empty()) return otherwise;
        auto const above = std::ranges::lower_bound(points, x, {}, &std::pair<double, double>::first);
        if (above == points.begin()) return points.front().second;
        if (above == points.end()) return points.back().second;
        auto const below = above - 1;
        double const width = above->first - below->first;
        double const t = width > 0 ? (x - below->first) / width : 0;
        return below->second + t * (above->second - below->second);
    }
};

Correction find_correction(powder::refine::PatternResult const& pattern,
                           std::span<powder::refine::ReflectionResult const> reflections) {
    Correction correction;
    bool const is_flight = pattern.axis == data::AxisKind::time_of_flight;
    for (auto const& one : reflections)
        correction.points.emplace_back(
            one.position, is_flight ? one.position / one.d
                                    : one.position - bragg_two_theta(one.d, pattern.wavelengths[0].value));
    std::ranges::sort(correction.points);
    return correction;
}

}  // namespace

std::vector<double> to_q(powder::refine::PatternResult const& pattern,
                         std::span<powder::refine::ReflectionResult const> reflections) {
    std::vector<double> q;
    q.reserve(pattern.x.size());
    if (pattern.axis == data::AxisKind::q) return pattern.x;
    Correction const correction =
        pattern.axis == data::AxisKind::d ? Correction{} : find_correction(pattern, reflections);
    for (double const x : pattern.x) switch (pattern.axis) {
            case data::AxisKind::two_theta:
                q.push_back(q_of_two_theta(x - correction.at(x, 0), pattern.wavelengths[0].value));
                break;
            case data::AxisKind::time_of_flight:
                q.push_back(x > 0 ? 2 * std::numbers::pi * correction.at(x, none) / x : none);
                break;
            default:
                q.push_back(x > 0 ? 2 * std::numbers::pi / x : none);
        }
    return q;
}

std::vector<double> to_q(data::Pattern const& pattern, double wavelength) {
    powder::refine::PatternResult plain;
    plain.axis = pattern.axis, plain.x = pattern.x, plain.wavelengths = {{wavelength, 1}};
    return to_q(plain, {});
}

Resampling::Resampling(std::span<double const> q, std::span<char const> counts, Grid const& grid)
    : mask_(grid.points, 0) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < q.size(); ++i)
        if (std::isfinite(q[i])) order.push_back(i);
    std::ranges::sort(order, {}, [&](std::size_t i) { return q[i]; });
    double const step = grid.step(), start = grid.first - step / 2;
    std::vector<double> covered(grid.points, 0);
    for (std::size_t k = 0; k < order.size(); ++k) {
        if (!counts.empty() && !counts[order[k]]) continue;
        double const here = q[order[k]];
        double left = k > 0 ? here - q[order[k - 1]] : no_neighbour;
        double right = k + 1 < order.size() ? q[order[k + 1]] - here : no_neighbour;
        if (left > widest_step * right) left = right;
        if (right > widest_step * left) right = left;
        if (left == no_neighbour) continue;  // a single point stands for no interval
        double const from = here - left / 2, to = here + right / 2;
        double const first = std::max(0.0, std::floor((from - start) / step)),
                     end = std::min(double(grid.points), std::ceil((to - start) / step));
        for (double place = first; place < end; ++place) {
            double const overlap =
                std::min(to, start + (place + 1) * step) - std::max(from, start + place * step);
            if (!(overlap > 0)) continue;
            parts_.push_back({order[k], std::size_t(place), overlap});
            covered[std::size_t(place)] += overlap;
        }
    }
    for (std::size_t i = 0; i < grid.points; ++i) mask_[i] = covered[i] >= step / 2 ? 1 : 0;
    for (Part& part : parts_) part.share /= covered[part.place];
}

std::vector<float> Resampling::mean(std::span<double const> values) const {
    std::vector<double> sums(mask_.size(), 0);
    for (Part const& part : parts_)
        if (mask_[part.place] != 0) sums[part.place] += part.share * values[part.point];
    return {sums.begin(), sums.end()};
}

std::vector<float> Resampling::deviation(std::span<double const> sigma) const {
    std::vector<double> squares(mask_.size(), 0);
    for (Part const& part : parts_) {
        double const term = part.share * sigma[part.point];
        if (mask_[part.place] != 0) squares[part.place] += term * term;
    }
    std::vector<float> result;
    for (double const square : squares) result.push_back(float(std::sqrt(square)));
    return result;
}

}  // namespace hutch::curate::fuse
