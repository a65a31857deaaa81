#include "hutch/curate/load/order.hpp"

#include "hutch/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::curate::load {
namespace {

std::vector<std::uint64_t> all_of(Order const& order, std::uint64_t epoch) {
    std::vector<std::uint64_t> records;
    order.each(epoch, 0, order.size(), [&](std::uint64_t record) { records.push_back(record); });
    return records;
}

std::vector<std::uint64_t> sorted(std::vector<std::uint64_t> records) {
    std::ranges::sort(records);
    return records;
}

std::vector<std::uint64_t> ramp(std::uint64_t count) {
    std::vector<std::uint64_t> all(count);
    std::iota(all.begin(), all.end(), 0);
    return all;
}

}  // namespace

TEST(Permutation, HoldsEachRecordOnce) {
    for (std::uint64_t const count : {1, 2, 3, 4, 5, 100, 1023, 1024, 1025, 40000}) {
        Permutation const permutation(count, 7, 2);
        std::vector<std::uint64_t> seen;
        for (std::uint64_t i = 0; i < count; ++i) seen.push_back(permutation(i));
        EXPECT_EQ(sorted(seen), ramp(count)) << count;
    }
    // The whole range of 2^63 records costs no more memory.
    Permutation const large(std::uint64_t{1} << 63, 7, 2);
    std::set<std::uint64_t> seen;
    for (std::uint64_t i = 0; i < 1000; ++i) seen.insert(large(i));
    EXPECT_EQ(seen.size(), 1000u);
}

// Chi-square of where places of the first tenth go to: 9 degrees of freedom, 99.99 % of random shuffles are
// below 33.7. Known seeds, so that the test gives the same on each run.
TEST(Permutation, SpreadsNeighboursEvenly) {
    for (std::uint64_t const seed : {0, 1, 2, 3}) {
        Permutation const permutation(100000, seed, 5);
        std::vector<double> tenths(10, 0);
        double ascending = 0;
        for (std::uint64_t i = 0; i < 10000; ++i) {
            tenths[permutation(i) / 10000] += 1;
            ascending += permutation(i + 1) > permutation(i);
        }
        double chi = 0;
        for (double const count : tenths) chi += (count - 1000) * (count - 1000) / 1000;
        EXPECT_LT(chi, 33.7) << "seed " << seed;
        EXPECT_NEAR(ascending, 5000, 4 * std::sqrt(10000.0 / 12))
            << "up-runs of random numbers; seed " << seed;
    }
}

// Each of the 24 orders of four records comes about equally often over seeds: 23 degrees of freedom, 99.99 %
// below 59.
TEST(Permutation, OfFewRecordsIsAnyOrder) {
    std::map<std::vector<std::uint64_t>, double> counts;
    for (std::uint64_t seed = 0; seed < 24000; ++seed) {
        Permutation const permutation(4, seed, 0);
        counts[{permutation(0), permutation(1), permutation(2), permutation(3)}] += 1;
    }
    double chi = 0;
    for (auto const& [order, count] : counts) chi += (count - 1000) * (count - 1000) / 1000;
    EXPECT_EQ(counts.size(), 24u);
    EXPECT_LT(chi, 59);
}

TEST(Order, ChangesWithSeedAndEpochOnly) {
    auto const records = [](std::uint64_t seed, std::uint64_t epoch) {
        return all_of(Order(500, {.shuffle = Shuffle::records, .seed = seed}), epoch);
    };
    EXPECT_EQ(records(1, 3), records(1, 3));
    EXPECT_NE(records(1, 3), records(1, 4));
    EXPECT_NE(records(1, 3), records(2, 3));
    EXPECT_EQ(all_of(Order(500, {}), 3), ramp(500));
}

TEST(Order, OfBlocksKeepsNeighboursNear) {
    for (std::uint64_t const records : {3, 64, 999, 1000, 1003, 5000}) {
        Order const order(records, {.shuffle = Shuffle::blocks, .seed = 4, .block = 10, .window = 8});
        auto const all = all_of(order, 0);
        EXPECT_EQ(sorted(all), ramp(records)) << records;
    }
    // A window of 80 records draws from 8 runs.
    auto const all =
        all_of(Order(5000, {.shuffle = Shuffle::blocks, .seed = 4, .block = 10, .window = 8}), 0);
    for (std::size_t first = 0; first < 4880; first += 80) {
        std::set<std::uint64_t> runs;
        for (std::size_t i = first; i < first + 80; ++i) runs.insert(all[i] / 10);
        EXPECT_EQ(runs.size(), 8u);
    }
    EXPECT_FALSE(std::is_sorted(all.begin(), all.begin() + 80));
}

TEST(Order, GivesRanksDisjointRecordsThatCoverAll) {
    for (Shuffle const shuffle : {Shuffle::none, Shuffle::records, Shuffle::blocks})
        for (std::uint64_t const world : {1, 2, 3, 7}) {
            std::vector<std::uint64_t> uneven, dropped, padded;
            for (std::uint64_t rank = 0; rank < world; ++rank)
                for (auto [ends, to] :
                     {std::pair{Ends::uneven, &uneven}, {Ends::drop, &dropped}, {Ends::pad, &padded}}) {
                    Order const order(100, {.shuffle = shuffle,
                                            .seed = 9,
                                            .block = 8,
                                            .window = 3,
                                            .rank = rank,
                                            .world = world,
                                            .ends = ends});
                    auto const mine = all_of(order, 1);
                    to->insert(to->end(), mine.begin(), mine.end());
                }
            EXPECT_EQ(sorted(uneven), ramp(100));
            EXPECT_EQ(dropped.size(), 100 / world * world);
            EXPECT_EQ(std::set(dropped.begin(), dropped.end()).size(), dropped.size());
            EXPECT_EQ(padded.size(), (100 + world - 1) / world * world);
            EXPECT_EQ(std::set(padded.begin(), padded.end()).size(), 100u);
        }
    EXPECT_THROW(Order(10, {.rank = 2, .world = 2}), Error);
    EXPECT_THROW(Order(10, {.world = 0}), Error);
}

}  // namespace hutch::curate::load
