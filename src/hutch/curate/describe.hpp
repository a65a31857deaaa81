/// Count what a finished data set holds and write its tables: structures, refusals, records, examples.
#pragma once

#include "hutch/curate/shard_build.hpp"
#include "hutch/curate/summary.hpp"

#include <filesystem>

namespace hutch::curate {

/// Write structures.csv, refused.csv, records.csv and examples.jsonl into the folder (shards must be there).
void write_tables(BuildContext const& context, std::filesystem::path const& folder);

/// Count classes and distributions over all records, by drawing their settings again. `files` is left empty.
DatasetSummary summarize(BuildContext const& context, std::filesystem::path const& folder, unsigned threads);

}  // namespace hutch::curate
