#include "hutch/compute/parallel.hpp"

#include <atomic>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::compute {

TEST(ParallelFor, CallsEachIndexOnce) {
    std::vector<std::atomic<int>> calls(1000);
    parallel_for(calls.size(), 4, [&](std::size_t i, unsigned worker) {
        EXPECT_LT(worker, 4u);
        ++calls[i];
    });
    for (auto const& count : calls) EXPECT_EQ(count, 1);
}

TEST(ParallelFor, ThrowsTheFirstErrorOnAndStops) {
    std::atomic<int> calls{0};
    EXPECT_THROW(parallel_for(100000, 3,
                              [&](std::size_t i, unsigned) {
                                  ++calls;
                                  if (i == 10) throw std::runtime_error("ten");
                              }),
                 std::runtime_error);
    EXPECT_LT(calls, 100000);
}

TEST(ParallelFor, DoesNothingForNothing) {
    parallel_for(0, 2, [](std::size_t, unsigned) { FAIL(); });
}

}  // namespace hutch::compute
