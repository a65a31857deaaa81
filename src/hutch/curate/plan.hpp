/// Decide, from a recipe and its structures alone, what every record of a data set is and where it lies.
#pragma once

#include "hutch/curate/recipe.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace hutch::curate {

/// Some records of one structure that stand in one shard and are calculated together.
struct Chunk {
    std::uint32_t structure = 0;
    std::uint64_t first_of_structure = 0;  ///< number of its first record among those of the structure
    std::uint32_t records = 0;
};

/// One file: records first_record ... first_record + records - 1.
struct PlannedShard {
    std::string name;  ///< "train-00000.h5"
    std::size_t split = 0;
    std::uint64_t first_record = 0, records = 0;
    std::vector<Chunk> chunks;
};

struct Plan {
    std::vector<std::int32_t> groups;    ///< per structure
    std::vector<std::uint16_t> splits;   ///< per structure
    std::vector<std::uint64_t> records;  ///< per structure
    std::vector<PlannedShard> shards;
};

/// Return the split of each structure: whole groups go to the split that lacks most, large ones first, in an
/// order chosen by the seed. \param records  of each structure
std::vector<std::uint16_t> share_groups(std::vector<std::int32_t> const& groups,
                                        std::vector<std::uint64_t> const& records,
                                        std::vector<RecipeSplit> const& splits, std::uint64_t seed);

/// Structures get equal numbers of records (the remainder goes to some, chosen by the seed); splits are those
/// of share_groups(); chunks of a split are shuffled over its shards.
/// \throws Error bad_input when a split would stay empty, or there is no structure
Plan make_plan(Recipe const& recipe, std::vector<std::int32_t> groups);

/// One record of a shard.
struct PlannedRecord {
    std::uint64_t record;  ///< number in the whole data set: fixes all its random numbers
    std::uint32_t structure;
    std::size_t instrument;
};
/// Return the records of a shard in the order of its rows; rows are shuffled within the shard.
/// `chunk_rows[c]` are the rows of chunk c.
struct ShardRecords {
    std::vector<PlannedRecord> rows;
    std::vector<std::vector<std::uint32_t>> chunk_rows;
};
ShardRecords shard_records(Recipe const& recipe, Plan const& plan, std::size_t shard);

}  // namespace hutch::curate
