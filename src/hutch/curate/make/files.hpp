/// Write the tables of a made data set: records, what was left out, what is to be reviewed, joins,
/// provenance.
#pragma once

#include "hutch/curate/make/shards.hpp"
#include "hutch/curate/summary.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace hutch::curate::make {

/// Write records.csv, refused.csv, description.yaml, provenance.json and, where there is something to list,
/// review.csv and unmatched.csv; they go into the summary, whose files must hold the shards.
void write_tables(Request const& request, Frame const& frame, std::vector<Shard> const& shards,
                  DatasetSummary& summary, std::filesystem::path const& folder);

}  // namespace hutch::curate::make
