#include "hutch/curate/plan.hpp"

#include "hutch/base/error.hpp"
#include "hutch/compute/parallel.hpp"
#include "hutch/curate/test_library.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

namespace hutch::curate {
namespace {

Recipe recipe_of(std::uint64_t records, std::uint64_t shard_records, std::uint64_t seed) {
    Recipe recipe = parse_recipe(small_recipe, "r.yaml");
    recipe.records = records;
    recipe.shard_records = shard_records;
    recipe.seed = seed;
    recipe.splits = {{"train", 0.8}, {"validation", 0.1}, {"test", 0.1}};
    return recipe;
}

// Groups of 1 to 12 structures, mixed.
std::vector<std::int32_t> mixed_groups(std::size_t structures) {
    std::vector<std::int32_t> groups;
    RandomStream random(3, 0, 0);
    for (std::int32_t group = 0; groups.size() < structures; ++group)
        groups.insert(groups.end(), 1 + random.below(12), group);
    groups.resize(structures);
    for (std::size_t i = groups.size(); i > 1; --i) std::swap(groups[i - 1], groups[random.below(i)]);
    std::map<std::int32_t, std::int32_t> renumbered;
    for (std::int32_t& group : groups)
        group = renumbered.try_emplace(group, std::int32_t(renumbered.size())).first->second;
    return groups;
}

struct Seen {
    std::vector<std::uint64_t> per_structure;
    std::set<std::uint64_t> records;
    std::map<std::pair<std::uint32_t, std::size_t>, std::uint64_t> per_instrument;
};

Seen walk(Recipe const& recipe, Plan const& plan) {
    Seen seen;
    seen.per_structure.resize(plan.groups.size());
    for (std::size_t s = 0; s < plan.shards.size(); ++s) {
        ShardRecords const records = shard_records(recipe, plan, s);
        EXPECT_EQ(records.rows.size(), plan.shards[s].records);
        EXPECT_LE(plan.shards[s].records, recipe.shard_records);
        std::set<std::uint32_t> rows;
        for (std::size_t c = 0; c < records.chunk_rows.size(); ++c)
            for (std::uint32_t row : records.chunk_rows[c]) {
                EXPECT_TRUE(rows.insert(row).second);
                EXPECT_EQ(records.rows[row].structure, plan.shards[s].chunks[c].structure);
            }
        EXPECT_EQ(rows.size(), records.rows.size());
        for (PlannedRecord const& record : records.rows) {
            EXPECT_TRUE(seen.records.insert(record.record).second);
            EXPECT_EQ(plan.splits[record.structure], plan.shards[s].split);
            ++seen.per_structure[record.structure];
            ++seen.per_instrument[{record.structure, record.instrument}];
        }
    }
    return seen;
}

TEST(Plan, HoldsEveryRecordOnce) {
    for (auto [records, shard_records, structures] :
         {std::array<std::uint64_t, 3>{10007, 128, 400}, {1000, 1, 300}, {5000, 4096, 30}, {300, 7, 400}}) {
        Recipe const recipe = recipe_of(records, shard_records, records);
        Plan const plan = make_plan(recipe, mixed_groups(structures));
        Seen const seen = walk(recipe, plan);
        EXPECT_EQ(seen.records.size(), records);
        EXPECT_EQ(*seen.records.begin(), 0u);
        EXPECT_EQ(*seen.records.rbegin(), records - 1);
        EXPECT_EQ(seen.per_structure, plan.records);
        auto const [least, most] = std::ranges::minmax(plan.records);
        EXPECT_LE(most - least, 1u);
    }
}

TEST(Plan, KeepsEachGroupInOneSplit) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Plan const plan = make_plan(recipe_of(3000, 512, seed), mixed_groups(500));
        std::map<std::int32_t, std::uint16_t> split_of;
        for (std::size_t s = 0; s < plan.groups.size(); ++s)
            EXPECT_EQ(split_of.try_emplace(plan.groups[s], plan.splits[s]).first->second, plan.splits[s]);
    }
}

// The group that comes last into a split takes it past its share by less than its own weight; what the other
// splits have too much, one split lacks.
TEST(Plan, GivesEachSplitItsShare) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Recipe const recipe = recipe_of(20000, 512, seed);
        std::vector<std::int32_t> groups = mixed_groups(500);
        for (std::size_t s = 0; s < 60; ++s) groups[s] = groups[0];  // one large group
        Plan const plan = make_plan(recipe, groups);
        std::map<std::int32_t, double> weight;
        std::vector<double> filled(3, 0);
        for (std::size_t s = 0; s < groups.size(); ++s)
            filled[plan.splits[s]] += double(plan.records[s]), weight[groups[s]] += double(plan.records[s]);
        double largest = 0;
        for (auto const& [group, records] : weight)
            if (group != groups[0]) largest = std::max(largest, records);
        for (std::size_t split = 0; split < 3; ++split)
            EXPECT_NEAR(filled[split], 20000 * recipe.splits[split].share, 2 * largest)
                << seed << ' ' << recipe.splits[split].name;
    }
}

// Turns by the golden ratio: every instrument's count of a structure is within a few records of its share.
TEST(Plan, SharesTheInstrumentsOfEachStructureInProportion) {
    Recipe const recipe = recipe_of(20000, 300, 1);
    Plan const plan = make_plan(recipe, mixed_groups(100));
    Seen const seen = walk(recipe, plan);
    double const shares[] = {0.4, 0.2, 0.2, 0.2};
    for (std::uint32_t s = 0; s < plan.groups.size(); ++s)
        for (std::size_t i = 0; i < 4; ++i) {
            auto const found = seen.per_instrument.find({s, i});
            EXPECT_NEAR(found == seen.per_instrument.end() ? 0 : double(found->second),
                        shares[i] * double(plan.records[s]), 3);
        }
}

TEST(Plan, DependsOnTheSeedAndNotOnThreads) {
    Recipe const recipe = recipe_of(3000, 100, 4);
    Plan const plan = make_plan(recipe, mixed_groups(100)), again = make_plan(recipe, mixed_groups(100));
    EXPECT_EQ(plan.splits, again.splits);
    std::vector<ShardRecords> one(plan.shards.size()), three(plan.shards.size());
    for (std::size_t s = 0; s < one.size(); ++s) one[s] = shard_records(recipe, plan, s);
    compute::parallel_for(three.size(), 3,
                          [&](std::size_t s, unsigned) { three[s] = shard_records(recipe, again, s); });
    auto const numbers = [](ShardRecords const& records) {
        std::vector<std::uint64_t> all;
        for (PlannedRecord const& record : records.rows)
            all.insert(all.end(), {record.record, record.structure, record.instrument});
        return all;
    };
    for (std::size_t s = 0; s < one.size(); ++s) EXPECT_EQ(numbers(one[s]), numbers(three[s]));
    EXPECT_NE(make_plan(recipe_of(3000, 100, 5), mixed_groups(100)).splits, plan.splits);
}

TEST(Plan, RefusesAnEmptySplitAndAnEmptyLibrary) {
    auto const problem_of = [](std::vector<std::int32_t> const& groups) {
        try {
            make_plan(recipe_of(100, 10, 0), groups);
        } catch (Error const& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_EQ(problem_of({}), "r.yaml: 'structures' hold no usable structure; expected at least one");
    EXPECT_EQ(problem_of({0, 0, 0}),
              "r.yaml: 'splits.validation' would be empty with 100 records of 3 structures; expected more "
              "records, more structures or fewer splits");
    EXPECT_EQ(problem_of({0, 1, 2}), "");
}

}  // namespace
}  // namespace hutch::curate
