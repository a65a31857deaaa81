#include "hutch/methods/powder/background.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace hutch::powder {
namespace {

std::vector<double> slope_with_peaks(std::size_t points, double height) {
    std::vector<double> y(points);
    for (std::size_t i = 0; i < points; ++i) {
        y[i] = 500 - 0.2 * double(i);
        for (double centre : {200.0, 260.0, 700.0})
            y[i] += height * std::exp(-std::pow((double(i) - centre) / 6, 2));
    }
    return y;
}

TEST(SnipBackground, leaves_a_slope_without_peaks_as_it_is) {
    std::vector<double> const y = slope_with_peaks(1000, 0), background = snip_background(y, 40);
    // The square root of a slope curves: clipping takes up to 1 %.
    for (std::size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(background[i], y[i], 0.01 * y[i]) << i;
}

TEST(SnipBackground, passes_under_peaks_of_any_height) {
    std::vector<double> const slope = slope_with_peaks(1000, 0);
    for (double height : {10.0, 1e3, 1e6}) {
        std::vector<double> const background = snip_background(slope_with_peaks(1000, height), 40);
        for (std::size_t i = 0; i < slope.size(); ++i)
            EXPECT_NEAR(background[i], slope[i], 0.02 * slope[i]) << height << ' ' << i;
    }
}

TEST(SnipBackground, never_lies_above_the_counts) {
    std::vector<double> y = slope_with_peaks(300, 100);
    for (std::size_t i = 0; i < y.size(); i += 7) y[i] *= 0.8;
    std::vector<double> const background = snip_background(y, 200);
    for (std::size_t i = 0; i < y.size(); ++i) EXPECT_LE(background[i], y[i] * (1 + 1e-12));
}

TEST(SnipBackground, takes_negative_counts_for_none_and_needs_no_points) {
    for (double value : snip_background(std::vector<double>{-1, 5, -2, 4}, 3)) EXPECT_GE(value, 0);
    EXPECT_TRUE(snip_background({}, 10).empty());
}

TEST(RunningMean, keeps_a_constant_and_averages_a_spike) {
    std::vector<double> y(9, 2.0);
    y[4] = 12;
    std::vector<double> const expected{2, 2, 4, 4, 4, 4, 4, 2, 2};
    EXPECT_EQ(running_mean(y, 2), expected);
    EXPECT_EQ(running_mean(y, 0), y);
}

}  // namespace
}  // namespace hutch::powder
