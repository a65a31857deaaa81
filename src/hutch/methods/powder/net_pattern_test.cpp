#include "hutch/methods/powder/net_pattern.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/random.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include <gtest/gtest.h>

namespace hutch::powder {
namespace {

double normal(RandomStream& random) {  // sum of uniforms
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += double(random.below(1'000'001)) / 1e6;
    return sum;
}

// Gaussian peaks every 4 degrees on a background, with noise as counting gives it.
data::Pattern peaks_with_noise(double fwhm, double height, double background) {
    data::Pattern pattern;
    RandomStream random(3, 9, 0);
    for (int i = 0; i < 4000; ++i) {
        double const x = 10 + 0.02 * i;
        double y = background;
        for (double centre = 12; centre < 90; centre += 4)
            y += height * std::exp2(-std::pow(2 * (x - centre) / fwhm, 2));
        pattern.x.push_back(x);
        pattern.y.push_back(y + std::sqrt(y) * normal(random));
    }
    return pattern;
}

TEST(NetPattern, finds_the_width_of_peaks_in_noise) {
    for (double fwhm : {0.06, 0.15, 0.4, 0.8}) {
        NetPattern const net = to_net_pattern(peaks_with_noise(fwhm, 1000, 100), 1.54);
        EXPECT_NEAR(net.fwhm_at(50), fwhm, 0.25 * fwhm);
        EXPECT_LE(net.step, fwhm / 2);
    }
}

TEST(NetPattern, finds_the_mean_of_a_noisy_background) {
    NetPattern const net = to_net_pattern(peaks_with_noise(0.15, 1000, 100), 1.54);
    for (double background : net.background)
        EXPECT_NEAR(background, 100, 8);  // SNIP alone lies 10 to 20 lower
}

TEST(NetPattern, keeps_the_area_of_peaks_and_little_else) {
    double const area =
        20 * 1000 * 0.15 * std::sqrt(std::numbers::pi / (4 * std::numbers::ln2));  // 20 Gaussians
    NetPattern const net = to_net_pattern(peaks_with_noise(0.15, 1000, 100), 1.54);
    double const kept = std::accumulate(net.peaks.begin(), net.peaks.end(), 0.0) * net.step;
    EXPECT_NEAR(kept, area, 0.06 * area);
    auto const counted = std::ranges::count_if(net.peaks, [](double y) { return y > 0; });
    EXPECT_LT(double(counted) * net.step, 20 * 0.8);  // degrees
}

TEST(NetPattern, reads_q_and_d_as_two_theta) {
    data::Pattern angles = peaks_with_noise(0.3, 1000, 100), q = angles, d = angles;
    q.axis = data::AxisKind::q, d.axis = data::AxisKind::d;
    for (std::size_t i = 0; i < angles.x.size(); ++i) {
        double const inverse_d = 2 * std::sin(angles.x[i] / 360 * std::numbers::pi) / 1.54;
        q.x[i] = 2 * std::numbers::pi * inverse_d;
        d.x[i] = 1 / inverse_d;
    }
    std::ranges::reverse(d.x), std::ranges::reverse(d.y);
    NetPattern const expected = to_net_pattern(angles, 1.54);
    for (data::Pattern const& other : {q, d}) {
        NetPattern const net = to_net_pattern(other, 1.54);
        EXPECT_NEAR(net.first, expected.first, 1e-9);
        EXPECT_NEAR(net.fwhm, expected.fwhm, 1e-6);
        ASSERT_EQ(net.net.size(), expected.net.size());
    }
}

TEST(NetPattern, refuses_times_of_flight) {
    data::Pattern pattern = peaks_with_noise(0.3, 1000, 100);
    pattern.axis = data::AxisKind::time_of_flight;
    EXPECT_THROW(to_net_pattern(pattern, 1.54), Error);
}

TEST(NetPattern, resamples_unequal_steps_without_losing_counts) {
    data::Pattern pattern = peaks_with_noise(0.3, 1000, 100), thinned;
    for (std::size_t i = 0; i < pattern.x.size(); i += i % 3 == 0 ? 1 : 2)
        thinned.x.push_back(pattern.x[i]), thinned.y.push_back(pattern.y[i]);
    NetPattern const a = to_net_pattern(pattern, 1.54), b = to_net_pattern(thinned, 1.54);
    auto const area = [](NetPattern const& net) {
        return std::accumulate(net.net.begin(), net.net.end(), 0.0) * net.step;
    };
    EXPECT_NEAR(area(b), area(a), 0.05 * area(a));
}

TEST(NetPattern, refuses_patterns_that_are_too_short_or_not_numbers) {
    data::Pattern pattern = peaks_with_noise(0.3, 1000, 100);
    std::ranges::fill(pattern.y, std::nan(""));
    EXPECT_THROW(to_net_pattern(pattern, 1.54), Error);
    EXPECT_THROW(to_net_pattern({}, 1.54), Error);
}

}  // namespace
}  // namespace hutch::powder
