#include "hutch/curate/plan.hpp"

#include "hutch/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <fmt/format.h>

namespace hutch::curate {
namespace {

// Streams of random numbers, beside those of draw.cpp and of the counting statistics.
constexpr std::uint32_t order_stream = 3, remainder_stream = 4, chunk_stream = 5, row_stream = 6,
                        phase_stream = 7;

// Records of one structure that are calculated together: enough that its structure factors cost little beside
// them, few enough that a shard mixes many structures.
constexpr std::uint64_t chunk_records = 24;

template <class Value>
void shuffle(std::vector<Value>& values, std::uint64_t seed, std::uint32_t stream, std::uint64_t index) {
    RandomStream random(seed, stream, index);
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random.below(i)]);
}

std::vector<std::size_t> shuffled(std::size_t count, std::uint64_t seed, std::uint32_t stream) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    shuffle(order, seed, stream, 0);
    return order;
}

std::vector<std::uint64_t> share_records(Recipe const& recipe, std::size_t structures) {
    std::vector<std::uint64_t> records(structures, recipe.records / structures);
    auto const order = shuffled(structures, recipe.seed, remainder_stream);
    for (std::size_t i = 0; i < recipe.records % structures; ++i) ++records[order[i]];
    return records;
}

std::vector<Chunk> chunks_of_split(Recipe const& recipe, Plan const& plan, std::size_t split) {
    std::vector<Chunk> chunks;
    for (std::size_t s = 0; s < plan.splits.size(); ++s) {
        if (plan.splits[s] != split) continue;
        for (std::uint64_t first = 0; first < plan.records[s]; first += chunk_records)
            chunks.push_back(
                {std::uint32_t(s), first, std::uint32_t(std::min(chunk_records, plan.records[s] - first))});
    }
    shuffle(chunks, recipe.seed, chunk_stream, split);
    return chunks;
}

}  // namespace

std::vector<std::uint16_t> share_groups(std::vector<std::int32_t> const& groups,
                                        std::vector<std::uint64_t> const& records,
                                        std::vector<RecipeSplit> const& splits, std::uint64_t seed) {
    auto const group_count = std::size_t(*std::ranges::max_element(groups)) + 1;
    std::vector<std::uint64_t> weight(group_count, 0);
    for (std::size_t s = 0; s < groups.size(); ++s) weight[std::size_t(groups[s])] += records[s];
    // Large groups first, so that the small ones can even out; the seed orders those of equal weight.
    auto order = shuffled(group_count, seed, order_stream);
    std::ranges::stable_sort(order, std::greater<>{},
                             [&](std::size_t g) { return weight[g] > 16 * records[0] ? weight[g] : 0; });
    std::vector<double> filled(splits.size(), 0);
    std::vector<std::uint16_t> split_of(group_count, 0);
    for (std::size_t g : order) {
        std::size_t best = 0;
        for (std::size_t s = 1; s < filled.size(); ++s)
            if (filled[s] / splits[s].share < filled[best] / splits[best].share) best = s;
        split_of[g] = std::uint16_t(best);
        filled[best] += double(weight[g]);
    }
    std::vector<std::uint16_t> result;
    for (std::int32_t group : groups) result.push_back(split_of[std::size_t(group)]);
    return result;
}

Plan make_plan(Recipe const& recipe, std::vector<std::int32_t> groups) {
    if (groups.empty())
        throw Error(
            Fault::bad_input,
            fmt::format("{}: 'structures' hold no usable structure; expected at least one", recipe.file));
    Plan plan;
    plan.groups = std::move(groups);
    plan.records = share_records(recipe, plan.groups.size());
    plan.splits = share_groups(plan.groups, plan.records, recipe.splits, recipe.seed);
    std::uint64_t record = 0;
    for (std::size_t split = 0; split < recipe.splits.size(); ++split) {
        std::uint64_t number = 0, records = 0;
        PlannedShard shard;
        auto const finish = [&] {
            if (shard.records == 0) return;
            shard.name = fmt::format("{}-{:05}.h5", recipe.splits[split].name, number++);
            shard.split = split;
            shard.first_record = record;
            record += shard.records;
            records += shard.records;
            plan.shards.push_back(std::move(shard));
            shard = {};
        };
        for (Chunk chunk : chunks_of_split(recipe, plan, split))
            while (chunk.records > 0) {
                auto const taken = std::uint32_t(
                    std::min<std::uint64_t>(chunk.records, recipe.shard_records - shard.records));
                shard.chunks.push_back({chunk.structure, chunk.first_of_structure, taken});
                shard.records += taken;
                chunk.first_of_structure += taken;
                chunk.records -= taken;
                if (shard.records == recipe.shard_records) finish();
            }
        finish();
        if (records == 0)
            throw Error(
                Fault::bad_input,
                fmt::format("{}: 'splits.{}' would be empty with {} records of {} structures; expected more "
                            "records, more structures or fewer splits",
                            recipe.file, recipe.splits[split].name, recipe.records, plan.groups.size()));
    }
    return plan;
}

ShardRecords shard_records(Recipe const& recipe, Plan const& plan, std::size_t which) {
    PlannedShard const& shard = plan.shards[which];
    double shares = 0;
    for (RecipeInstrument const& instrument : recipe.instruments) shares += instrument.share;
    std::vector<std::uint32_t> row_of(shard.records);
    std::iota(row_of.begin(), row_of.end(), 0u);
    shuffle(row_of, recipe.seed, row_stream, which);
    ShardRecords result;
    result.rows.resize(shard.records);
    std::uint64_t place = 0;
    for (Chunk const& chunk : shard.chunks) {
        auto& rows = result.chunk_rows.emplace_back();
        // Instruments take turns along the records of a structure, beginning anywhere: each gets its share of
        // each.
        double const phase = RandomStream(recipe.seed, phase_stream, chunk.structure).uniform();
        for (std::uint32_t i = 0; i < chunk.records; ++i, ++place) {
            double u =
                std::fmod(phase + double(chunk.first_of_structure + i) * 0.6180339887498949, 1.0) * shares;
            std::size_t instrument = 0;
            while (instrument + 1 < recipe.instruments.size() && u >= recipe.instruments[instrument].share)
                u -= recipe.instruments[instrument++].share;
            rows.push_back(row_of[place]);
            result.rows[row_of[place]] = {shard.first_record + row_of[place], chunk.structure, instrument};
        }
    }
    return result;
}

}  // namespace hutch::curate
