#include "hutch/curate/assess/likeness.hpp"

#include "hutch/base/random.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::curate::assess {
namespace {

using Values = std::vector<double>;

// Expected counts: peaks of a structure (their places) with a width, on a background.
Values expected(std::uint64_t structure, double fwhm, double dose, double move = 0) {
    RandomStream random(structure, 1, 0);
    Values y(4501);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = dose * 0.02 * std::exp(-2 * double(i) / 4501);
    for (int peak = 0; peak < 30; ++peak) {
        double const centre = random.uniform() * 4501 + move, height = std::pow(random.uniform(), 2),
                     width = fwhm / 1.665;
        for (std::size_t i = 0; i < y.size(); ++i)
            y[i] += dose * height * std::exp(-std::pow((double(i) - centre) / width, 2));
    }
    return y;
}

Values counted(Values y, std::uint64_t seed) {
    RandomStream random(seed, 2, 0);
    for (double& value : y) value = std::max(0.0, std::round(value + std::sqrt(value) * random.normal()));
    return y;
}

Values changed(Values y, double factor, double offset, double noise, std::uint64_t seed) {
    RandomStream random(seed, 3, 0);
    for (double& value : y) value = factor * value + offset + noise * random.normal();
    return y;
}

constexpr ComparisonOptions poisson{true};

TEST(Likeness, CallsScaledLiftedAndSlightlyNoisyCopiesCopied) {
    for (double dose : {300.0, 10000.0, 1e6}) {
        Values const y = counted(expected(1, 9, dose), 5);
        double const noise = std::sqrt(dose * 0.02);
        EXPECT_EQ(compare(y, y).likeness, Likeness::copied);
        EXPECT_EQ(compare(y, changed(y, 1.7, 40, 0, 1)).likeness, Likeness::copied);
        EXPECT_EQ(compare(y, changed(y, 1, 0, 0.5 * noise, 1)).likeness, Likeness::copied) << dose;
        Values moved(y.begin() + 2, y.end());
        moved.insert(moved.end(), 2, y.back());
        EXPECT_EQ(compare(y, moved).likeness, Likeness::copied) << dose;
    }
}

TEST(Likeness, CallsACleanRecordAndItsNoisyCopyTheSame) {
    Values const y = expected(1, 9, 1000);
    EXPECT_EQ(compare(y, changed(y, 1, 0, 2, 1)).likeness, Likeness::repeated);
    EXPECT_EQ(compare(changed(y, 2, 0, 10, 1), y).likeness, Likeness::repeated);
    EXPECT_EQ(compare(y, changed(expected(1, 9.7, 1000), 1, 0, 2, 1)).likeness, Likeness::different);
}

TEST(Likeness, OfOtherSeedsNeedsDeclaredNoiseThatExplainsAll) {
    for (double dose : {1000.0, 10000.0, 1e6}) {
        Values const y = counted(expected(1, 9, dose), 5), again = counted(expected(1, 9, dose), 6);
        EXPECT_EQ(compare(y, again, poisson).likeness, Likeness::repeated) << dose;
        EXPECT_EQ(compare(y, again).likeness, Likeness::different) << dose;
        Values const broader = counted(expected(1, 10, dose), 6),
                     moved = counted(expected(1, 9, dose, 0.7), 6);
        EXPECT_EQ(compare(y, broader, poisson).likeness, Likeness::different) << dose;
        EXPECT_EQ(compare(y, moved, poisson).likeness, Likeness::different) << dose;
    }
}

TEST(Likeness, IsNeverCopiedForIndependentNoise) {
    for (std::uint64_t seed = 10; seed < 60; ++seed) {
        double const dose = std::pow(10, 2 + 0.08 * double(seed % 50));
        Values const y = counted(expected(seed, 4, dose), seed),
                     again = counted(expected(seed, 4, dose), seed + 500);
        EXPECT_NE(compare(y, again).likeness, Likeness::copied) << dose;
        EXPECT_NEAR(compare(y, again).noise_ratio, 1, 0.35) << dose;
    }
}

TEST(Likeness, OfOtherStructuresIsDifferent) {
    for (std::uint64_t seed = 2; seed < 12; ++seed)
        EXPECT_EQ(
            compare(counted(expected(1, 9, 1e4), 1), counted(expected(seed, 9, 1e4), 2), poisson).likeness,
            Likeness::different);
}

TEST(Likeness, OfOneOrTwoSharpPeaksAtTheSamePlaceSaysTooLittle) {
    auto const window = [](std::vector<std::size_t> const& places, double height, std::uint64_t seed) {
        Values y(700, 50);
        for (std::size_t const i : places) y[i] += height, y[i - 1] += 0.5 * height, y[i + 1] += 0.5 * height;
        return counted(y, seed);
    };
    std::vector<std::size_t> const few{200, 431}, many{40, 90, 200, 260, 333, 431, 520, 604};
    for (double height : {1000.0, 1e4, 1e5}) {
        EXPECT_EQ(compare(window({200}, height, 1), window({200}, 2 * height, 2), poisson).likeness,
                  Likeness::different);
        EXPECT_EQ(compare(window(few, height, 1), window(few, height, 2), poisson).likeness,
                  Likeness::different);
        EXPECT_EQ(compare(window(many, height, 1), window(many, height, 2), poisson).likeness,
                  Likeness::repeated);
    }
}

TEST(Likeness, SaysNothingOfShortConstantAndOtherLengths) {
    Values const y = expected(1, 9, 100);
    EXPECT_EQ(compare(y, Values(y.begin(), y.end() - 1)).likeness, Likeness::different);
    EXPECT_EQ(compare(Values{1, 2, 3}, Values{1, 2, 3}).likeness, Likeness::different);
    EXPECT_EQ(compare(Values(500, 1), Values(500, 1)).likeness, Likeness::different);
    Values holes = y;
    holes[7] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(compare(y, holes).likeness, Likeness::copied);
}

}  // namespace
}  // namespace hutch::curate::assess
