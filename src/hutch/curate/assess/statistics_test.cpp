#include "hutch/curate/assess/statistics.hpp"

#include "hutch/base/random.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace hutch::curate::assess {
namespace {

std::vector<double> normal_sample(std::uint64_t seed, std::size_t count, double mean = 0) {
    RandomStream random(seed, 9, 0);
    std::vector<double> sample(count);
    for (double& value : sample) value = mean + random.normal();
    return sample;
}

TEST(Statistics, TailsAreThoseOfTables) {
    EXPECT_NEAR(chi_square_tail(3.841459, 1), 0.05, 1e-6);  // Abramowitz and Stegun, table 26.8
    EXPECT_NEAR(chi_square_tail(18.30704, 10), 0.05, 1e-6);
    EXPECT_NEAR(chi_square_tail(149.449, 100), 0.001, 1e-6);
    EXPECT_NEAR(normal_tail(1.959964), 0.025, 1e-7);
    EXPECT_EQ(chi_square_tail(0, 3), 1);
}

TEST(Statistics, OfSamplesOfOneDistributionAreFarFromSignificant) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        auto const a = normal_sample(2 * seed, 400), b = normal_sample(2 * seed + 1, 150);
        EXPECT_GT(kolmogorov_smirnov(a, b).p, 1e-5);
        EXPECT_LT(population_stability(a, b), 0.3);
    }
}

TEST(Statistics, SeeAShiftOfOneDeviation) {
    auto const a = normal_sample(1, 400), b = normal_sample(2, 400, 1);
    EXPECT_LT(kolmogorov_smirnov(a, b).p, 1e-12);
    EXPECT_NEAR(kolmogorov_smirnov(a, b).distance, 0.38, 0.06);  // 2 Phi(1/2) - 1
    EXPECT_GT(kolmogorov_smirnov(a, b, 0.01, 0.01).p, 0.1);      // four independent values each
    EXPECT_GT(population_stability(a, b), 0.5);
    std::vector<std::uint8_t> is_b(800);
    std::vector<double> all = a;
    all.insert(all.end(), b.begin(), b.end());
    std::fill(is_b.begin() + 400, is_b.end(), std::uint8_t(1));
    EXPECT_NEAR(area_under_roc(all, is_b), 0.76, 0.05);  // Phi(1 / sqrt 2)
}

TEST(Statistics, OfCountsIsWhatThePaperFormulaGives) {
    CountTable table(2, 2);
    table.at(0, 0) = 30, table.at(0, 1) = 70, table.at(1, 0) = 60, table.at(1, 1) = 40;
    ChiSquare const found = chi_square_test(table);
    EXPECT_NEAR(found.chi_square, 200.0 * std::pow(30 * 40 - 70 * 60, 2) / (90.0 * 110 * 100 * 100), 1e-9);
    EXPECT_EQ(found.degrees, 1);
    EXPECT_NEAR(found.cramer_v, 0.3015, 1e-4);
    CountTable one(2, 2);
    one.at(0, 0) = 5, one.at(1, 1) = 5;
    EXPECT_NEAR(relative_information(one), 1, 1e-12);
    one.at(0, 1) = 5, one.at(1, 0) = 5;
    EXPECT_NEAR(relative_information(one), 0, 1e-12);
    EXPECT_NEAR(divergence(std::vector{10.0, 10.0}, std::vector{10.0, 10.0}), 0, 1e-12);
}

TEST(Statistics, JoinThinClassesBeforeTheyTest) {
    CountTable table(2, 300);  // one count each, in one row or the other
    for (std::size_t c = 0; c < 300; ++c) table.at(c % 2, c) = 1;
    EXPECT_EQ(chi_square_test(table).p, 1);
}

}  // namespace
}  // namespace hutch::curate::assess
