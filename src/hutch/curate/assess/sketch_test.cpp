#include "hutch/curate/assess/sketch.hpp"

#include "hutch/base/random.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

namespace hutch::curate::assess {
namespace {

// Peaks at places that the seed fixes, on a background that falls.
std::vector<double> pattern(std::uint64_t seed, std::size_t points = 4501) {
    RandomStream random(seed, 1, 0);
    std::vector<double> y(points);
    for (std::size_t i = 0; i < points; ++i) y[i] = 40 * std::exp(-3 * double(i) / double(points));
    for (int peak = 0; peak < 25; ++peak) {
        double const centre = random.uniform() * double(points),
                     height = 1000 * std::pow(random.uniform(), 2),
                     width = double(points) * (0.0008 + 0.0004 * random.uniform());
        for (std::size_t i = 0; i < points; ++i)
            y[i] += height * std::exp(-std::pow((double(i) - centre) / width, 2));
    }
    return y;
}

std::vector<double> with_noise(std::vector<double> y, double share, std::uint64_t seed) {
    RandomStream random(seed, 2, 0);
    for (double& value : y) value += share * 1000 * random.normal();
    return y;
}

TEST(Sketch, IsTheSameForScaledAndLiftedArrays) {
    std::vector<double> const y = pattern(1);
    std::vector<double> other = y;
    for (double& value : other) value = 3.7 * value + 1234;
    EXPECT_LE(distance(sketch(y), sketch(other)), 1);
    std::vector<double> steep = y;  // another straight background
    for (std::size_t i = 0; i < steep.size(); ++i) steep[i] += 0.01 * double(i);
    EXPECT_LE(distance(sketch(y), sketch(steep)), 10);
}

TEST(Sketch, HasTheBitsThatItHadOnTheFirstMachine) {
    std::vector<double> ramp(1000);
    for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = double((i * i) % 97);
    Sketch const made = sketch(ramp);
    EXPECT_EQ(made, (Sketch{125496351207608805, 16280627905119552880U, 10895412569682210764U,
                            5449462976724747142}));
}

TEST(Sketch, OfOtherPatternsHasNothingInCommon) {
    int least = 256, most = 0;
    for (std::uint64_t seed = 2; seed < 60; ++seed) {
        int const bits = distance(sketch(pattern(1)), sketch(pattern(seed)));
        least = std::min(least, bits), most = std::max(most, bits);
    }
    EXPECT_GT(least, 75);
    EXPECT_LT(most, 180);
}

TEST(Sketch, DiffersByTheAngleBetweenArrays) {
    // White noise of which a share is common: correlation r, expected share of bits acos(r) / pi.
    double const r = 0.9;
    double sum = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        RandomStream random(seed, 3, 0);
        std::vector<double> a(512), b(512);
        for (std::size_t i = 0; i < a.size(); ++i) {
            a[i] = random.normal();
            b[i] = r * a[i] + std::sqrt(1 - r * r) * random.normal();
        }
        sum += distance(sketch(a), sketch(b));
    }
    EXPECT_NEAR(sum / 40 / 256, std::acos(r) / std::numbers::pi, 0.03);  // the limit bends the angle a little
}

TEST(Sketch, TakesNanShortAndConstantArrays) {
    std::vector<double> y = pattern(1);
    Sketch const whole = sketch(y);
    y[17] = y[2000] = std::numeric_limits<double>::quiet_NaN();
    y[2900] = std::numeric_limits<double>::infinity();
    EXPECT_LE(distance(whole, sketch(y)), 2);
    EXPECT_EQ(sketch(std::vector<double>(100, 7.0)), Sketch{});
    EXPECT_EQ(sketch(std::vector<double>(100, std::nan(""))), Sketch{});
    EXPECT_EQ(sketch(std::span<double const>{}), Sketch{});
    EXPECT_EQ(sketch(std::vector<double>{4}), Sketch{});
    std::vector<double> const up{1, 2, 3, 9}, twice{2, 4, 6, 18}, down{9, 3, 2, 1};
    EXPECT_LE(distance(sketch(up), sketch(twice)), 1);
    EXPECT_GT(distance(sketch(up), sketch(down)), 60);
    std::vector<double> const extreme{-1.7e308, 1.7e308, 0, 1};
    EXPECT_EQ(sketch(extreme), Sketch{});  // its range is no number
}

TEST(Sketch, OfSeveralArraysFollowsEachOfThem) {
    std::vector<double> const a = pattern(1), b = pattern(2, 600), c = pattern(3, 600);
    auto const of = [](std::vector<double> const& x, std::vector<double> const& y) {
        std::vector<std::span<double const>> const both{x, y};
        return sketch(both);
    };
    EXPECT_EQ(distance(of(a, b), of(a, b)), 0);
    EXPECT_GT(distance(of(a, b), of(a, c)), 40);
    EXPECT_LT(distance(of(a, b), of(a, c)), 100);
}

TEST(NearPairs, FindsNoisyCopiesAndNothingElse) {
    std::vector<Sketch> sketches;
    for (std::uint64_t i = 0; i < 400; ++i) sketches.push_back(sketch(pattern(i, 900)));
    for (std::uint64_t i = 0; i < 40; ++i)
        sketches.push_back(sketch(with_noise(pattern(3 * i, 900), 0.01, i)));
    NearPairs const found = near_pairs(sketches);
    EXPECT_EQ(found.pairs.size(), 40u);
    for (SketchPair const& pair : found.pairs) EXPECT_EQ(pair.one, 3 * (pair.other - 400));
    EXPECT_FALSE(found.is_cut);
}

TEST(NearPairs, StaysWithinBoundsWhenAllRecordsAreAlike) {
    std::vector<Sketch> sketches(10000, sketch(pattern(1, 900)));
    NearPairsOptions options;
    options.most_pairs = 5000;
    NearPairs const found = near_pairs(sketches, options);
    EXPECT_TRUE(found.is_cut);
    EXPECT_EQ(found.pairs.size(), 5000u);
    EXPECT_TRUE(near_pairs(std::vector<Sketch>(1000)).pairs.empty());  // nothing to compare
}

TEST(NearPairs, GivesOnlyThosePairsThatAreAskedFor) {
    std::vector<Sketch> const sketches(50, sketch(pattern(1, 900)));
    NearPairsOptions options;
    options.is_wanted = [](std::uint32_t one, std::uint32_t other) { return one < 10 && other >= 10; };
    EXPECT_EQ(near_pairs(sketches, options).pairs.size(), 400u);
}

}  // namespace
}  // namespace hutch::curate::assess
