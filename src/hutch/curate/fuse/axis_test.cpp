#include "hutch/curate/fuse/axis.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace hutch::curate::fuse {
namespace {

using powder::refine::PatternResult;
using powder::refine::ReflectionResult;

constexpr double pi = std::numbers::pi, degree = pi / 180;

double bragg(double d, double wavelength) { return 2 * std::asin(wavelength / (2 * d)) / degree; }

PatternResult over_two_theta(std::vector<double> x) {
    PatternResult pattern;
    pattern.x = std::move(x), pattern.wavelengths = {{1.5406, 1}};
    return pattern;
}

ReflectionResult line_at(double d, double position) {
    ReflectionResult line;
    line.d = d, line.position = position;
    return line;
}

TEST(AxisOfQ, IsBraggsLawWithoutReflections) {
    auto const q = to_q(over_two_theta({0, 30, 180}), std::vector<ReflectionResult>{});
    EXPECT_TRUE(std::isnan(q[0]));
    EXPECT_NEAR(q[1], 4 * pi * std::sin(15 * degree) / 1.5406, 1e-12);
    EXPECT_TRUE(std::isnan(q[2]));
}

TEST(AxisOfQ, TakesAwayTheShiftsThatLinesShow) {
    // A zero of 0.1 degree: the point where a line stands has exactly the q of its d.
    std::vector<ReflectionResult> const lines{line_at(2, bragg(2, 1.5406) + 0.1),
                                              line_at(4, bragg(4, 1.5406) + 0.1)};
    auto const q = to_q(over_two_theta({lines[1].position, 35, lines[0].position}), lines);
    EXPECT_NEAR(q[0], 2 * pi / 4, 1e-12);
    EXPECT_NEAR(q[1], 4 * pi * std::sin(34.9 / 2 * degree) / 1.5406, 1e-12);
    EXPECT_NEAR(q[2], 2 * pi / 2, 1e-12);
}

TEST(AxisOfQ, TurnsTimeOfFlightRoundByItsLines) {
    PatternResult pattern;
    pattern.axis = data::AxisKind::time_of_flight, pattern.x = {5000, 7500, 10000, 20000};
    auto const q = to_q(pattern, std::vector<ReflectionResult>{line_at(1, 5000), line_at(2, 10000)});
    EXPECT_NEAR(q[0], 2 * pi, 1e-12);
    EXPECT_NEAR(q[1], 2 * pi / 1.5, 1e-12);
    EXPECT_NEAR(q[2], pi, 1e-12);
    EXPECT_NEAR(q[3], pi / 2, 1e-12);
    EXPECT_TRUE(std::isnan(to_q(pattern, std::vector<ReflectionResult>{})[0]));
}

TEST(Resampling, GivesTheSameOnTheSameGrid) {
    std::vector<double> const q{1, 2, 3, 4}, y{5, 1, 7, 2};
    Resampling const same(q, {}, {1, 4, 4});
    EXPECT_EQ(same.mean(y), (std::vector<float>{5, 1, 7, 2}));
    EXPECT_EQ(same.deviation(y), (std::vector<float>{5, 1, 7, 2}));
    EXPECT_EQ(same.mask(), (std::vector<std::int8_t>{1, 1, 1, 1}));
}

TEST(Resampling, KeepsTheIntegralAndShrinksTheDeviationOfMeans) {
    std::vector<double> q, y, sigma;
    double sum = 0;
    for (int i = 0; i < 400; ++i)
        q.push_back(1 + 0.01 * i), y.push_back(std::exp(-0.5 * std::pow((i - 200) / 20.0, 2))),
            sigma.push_back(3), sum += y.back();
    Resampling const coarse(q, {}, {1.015, 4.975, 100});  // intervals of exactly four points
    auto const mean = coarse.mean(y), deviation = coarse.deviation(sigma);
    double coarse_sum = 0;
    for (float const one : mean) coarse_sum += 4 * double(one);
    EXPECT_NEAR(coarse_sum, sum, 1e-5 * sum);
    EXPECT_NEAR(double(deviation[50]), 3 / std::sqrt(4.0), 1e-6);  // mean of four independent points
}

TEST(Resampling, LeavesOutWhatDoesNotCountAndSaysSo) {
    std::vector<double> const q{1, 2, 3, 4, 5, 6}, y{1, 1, 1000, 1, 1, 1};
    Resampling const some(q, std::vector<char>{1, 1, 0, 1, 1, 1}, {1, 8, 8});
    EXPECT_EQ(some.mask(), (std::vector<std::int8_t>{1, 1, 0, 1, 1, 1, 0, 0}));
    EXPECT_EQ(some.mean(y), (std::vector<float>{1, 1, 0, 1, 1, 1, 0, 0}));
}

TEST(Resampling, DoesNotFillGaps) {
    std::vector<double> const q{1, 2, 3, 9, 10, 11};
    Resampling const gap(q, {}, {1, 11, 11});
    EXPECT_EQ(gap.mask(), (std::vector<std::int8_t>{1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1}));
}

}  // namespace
}  // namespace hutch::curate::fuse
