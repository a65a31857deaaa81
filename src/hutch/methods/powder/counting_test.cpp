#include "hutch/base/error.hpp"
#include "hutch/methods/powder/simulate.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

namespace hutch::powder {
namespace {

constexpr std::size_t draws = 262'144;  // a multiple of 64

std::vector<float> drawn(double mean, std::uint64_t seed, std::uint64_t index, std::size_t count = draws) {
    std::vector<float> y(count, float(mean));
    draw_counts(y, seed, index);
    return y;
}

double poisson(double mean, double k) { return std::exp(k * std::log(mean) - mean - std::lgamma(k + 1)); }

struct ChiSquare {
    double value = 0;
    int bins = 0;
};

// Counts are gathered into runs of neighbouring values that expect at least 50 draws, and at least a fortieth
// of the standard deviation wide, so that a mean of a million has a few hundred bins.
ChiSquare chi_square(std::vector<float> counts, double mean) {
    std::ranges::sort(counts);
    ChiSquare result;
    double const reach = 8 * std::sqrt(mean) + 10, width = std::max(1.0, std::sqrt(mean) / 40);
    double expected = 0, left = 1, from = std::max(0.0, std::floor(mean - reach));
    auto at = counts.begin();
    auto const close_bin = [&](auto end, double probability) {
        double const e = probability * double(counts.size());
        result.value += std::pow(double(end - at) - e, 2) / e;
        ++result.bins;
        at = end;
    };
    double start = from;
    for (double k = from; k < mean + reach; ++k) {
        expected += poisson(mean, k);
        if (expected * double(counts.size()) < 50 || k + 1 - start < width) continue;
        if ((left - expected) * double(counts.size()) < 50) break;  // the rest is one bin
        close_bin(std::upper_bound(at, counts.end(), float(k)), expected);
        left -= expected;
        expected = 0;
        start = k + 1;
    }
    close_bin(counts.end(), left);
    return result;
}

double const means[] = {0.01, 0.3, 1, 3, 8, 11.9, 12.1, 20, 50, 300, 1e4, 1e6};

double mean_of(std::vector<float> const& y) {
    return std::accumulate(y.begin(), y.end(), 0.0) / double(y.size());
}

double correlation(std::vector<float> const& a, std::vector<float> const& b, std::size_t lag) {
    double const mean_a = mean_of(a), mean_b = mean_of(b);
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = lag; i < a.size(); ++i) {
        double const x = a[i] - mean_a, y = b[i - lag] - mean_b;
        ab += x * y, aa += x * x, bb += y * y;
    }
    return ab / std::sqrt(aa * bb);
}

}  // namespace

// Five standard deviations of the estimate throughout: one run in two million of a true generator would fail,
// and the seeds are fixed.
TEST(Counts, HaveTheMeanAndTheVarianceOfPoissonsLaw) {
    for (double const mean : means) {
        auto const y = drawn(mean, 7, 3);
        double const m = mean_of(y), n = double(y.size());
        double variance = 0;
        for (float const count : y) variance += (count - mean) * (count - mean) / n;
        EXPECT_NEAR(m, mean, 5 * std::sqrt(mean / n)) << mean;
        EXPECT_NEAR(variance, mean, 5 * std::sqrt((mean + 2 * mean * mean) / n)) << mean;
    }
}

TEST(Counts, FollowPoissonsLawBinByBin) {
    for (double const mean : means) {
        ChiSquare const chi = chi_square(drawn(mean, 11, 5), mean);
        double const freedom = chi.bins - 1;
        EXPECT_GT(chi.bins, 1) << mean;
        EXPECT_LT(chi.value, freedom + 5 * std::sqrt(2 * freedom) + 5)
            << mean << " in " << chi.bins << " bins";
    }
}

// 64 million draws: rounding in single precision must not turn the largest random numbers into counts that
// Poisson's law never gives.
TEST(CountsSlow, HaveNoOutliers) {
    for (double const mean : {0.01, 0.4, 3.9, 8.0, 11.9, 12.1, 50.0}) {
        double most = 0;
        for (std::uint64_t index = 0; index < 256; ++index)
            most = std::max(most, double(std::ranges::max(drawn(mean, 1, index))));
        double k = std::floor(mean), tail = 0;
        while (poisson(mean, k) * 256 * draws > 1e-5 || k < mean) ++k;
        for (double j = k; j < k + 50; ++j) tail += poisson(mean, j);
        EXPECT_LT(most, k) << mean << "; a true one passes that with a probability of " << tail * 256 * draws;
    }
}

TEST(Counts, DependOnSeedIndexAndPlaceAlone) {
    auto const once = drawn(40, 1, 1, 6400);
    EXPECT_EQ(drawn(40, 1, 1, 6400), once);
    EXPECT_NE(drawn(40, 1, 2, 6400), once);
    EXPECT_NE(drawn(40, 2, 1, 6400), once);
    EXPECT_NE(drawn(40, 1 + (1ull << 32), 1, 6400), once);
    EXPECT_NE(drawn(40, 1, 1 + (1ull << 32), 6400), once);
    // A shorter pattern is the beginning of a longer one.
    auto const shorter = drawn(40, 1, 1, 640);
    EXPECT_TRUE(std::equal(shorter.begin(), shorter.end(), once.begin()));
    // What stands beside a point does not matter, though points are drawn sixteen at a time.
    std::vector<float> mixed(6400, 40);
    for (std::size_t i = 1; i < mixed.size(); i += 2) mixed[i] = 0.1f;
    draw_counts(mixed, 1, 1);
    for (std::size_t i = 0; i < mixed.size(); i += 2) ASSERT_EQ(mixed[i], once[i]);
}

// The standard deviation of a correlation of independent draws is 1/sqrt(n).
TEST(Counts, AreIndependentOfTheirNeighboursAndOfOtherPatterns) {
    double const limit = 5 / std::sqrt(double(draws));
    for (double const mean : {3.0, 50.0}) {
        auto const y = drawn(mean, 1, 0), next = drawn(mean, 1, 1), other = drawn(mean, 2, 0);
        for (std::size_t const lag : {1, 4, 16, 64})
            EXPECT_LT(std::abs(correlation(y, y, lag)), limit) << lag;
        EXPECT_LT(std::abs(correlation(y, next, 0)), limit);
        EXPECT_LT(std::abs(correlation(y, other, 0)), limit);
    }
}

TEST(Counts, AreNothingWhereNothingIsExpected) {
    for (float const count : drawn(0, 1, 1, 640)) EXPECT_EQ(count, 0);
}

TEST(Counts, RefuseALengthThatIsNoMultipleOf64) {
    std::vector<float> y(100, 1);
    EXPECT_THROW(draw_counts(y, 1, 1), Error);
}

}  // namespace hutch::powder
