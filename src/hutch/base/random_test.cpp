#include "hutch/base/random.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace hutch {

// Known answers: kat_vectors of the Random123 distribution (D. E. Shaw Research), philox4x32 with 10 rounds.
TEST(Philox, GivesThePublishedKnownAnswers) {
    using Four = std::array<std::uint32_t, 4>;
    EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Four{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    constexpr std::uint32_t ones = 0xffffffff;
    EXPECT_EQ(philox({ones, ones, ones, ones}, {ones, ones}),
              (Four{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
              (Four{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomStream, IsFixedBySeedStreamAndIndex) {
    EXPECT_EQ(RandomStream(1, 2, 3).bits(), RandomStream(1, 2, 3).bits());
    EXPECT_NE(RandomStream(1, 2, 3).bits(), RandomStream(1, 2, 4).bits());
    EXPECT_NE(RandomStream(1, 2, 3).bits(), RandomStream(1, 3, 3).bits());
    EXPECT_NE(RandomStream(1, 2, 3).bits(), RandomStream(2, 2, 3).bits());
}

// The mean of n draws has a standard deviation of sigma / sqrt(n); 5 of them is the tolerance.
TEST(RandomStream, HasTheMomentsOfItsDistributions) {
    RandomStream random(7, 0, 0);
    int const n = 200000;
    double sum = 0, normal_sum = 0, normal_squares = 0;
    for (int i = 0; i < n; ++i) {
        sum += random.uniform();
        double const x = random.normal();
        normal_sum += x;
        normal_squares += x * x;
    }
    EXPECT_NEAR(sum / n, 0.5, 5 * std::sqrt(1 / 12.0 / n));
    EXPECT_NEAR(normal_sum / n, 0, 5 / std::sqrt(n));
    EXPECT_NEAR(normal_squares / n, 1, 5 * std::sqrt(2.0 / n));
}

TEST(RandomStream, StaysBelowTheCount) {
    RandomStream random(7, 1, 0);
    std::array<int, 3> seen{};
    for (int i = 0; i < 3000; ++i) ++seen[random.below(3)];
    for (int count : seen) EXPECT_NEAR(count, 1000, 150);
}

}  // namespace hutch
