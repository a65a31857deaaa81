/// Write the tables of a made data set: records, what was left out, what is to be reviewed, joins,
/// provenance.
#pragma once

#include "hutch/curate/make/shards.hpp"
#include "hutch/curate/summary.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace hutch::curate::make {

/// Write records.csv, refused.csv, review.csv, unmatched.csv, description.yaml and provenance.json; the
/// columns of records.csv go into the summary. \return the names of the files
std::vector<std::string> write_tables(Request const& request, Frame const& frame,
                                      std::vector<Shard> const& shards, DatasetSummary& summary,
                                      std::filesystem::path const& folder);

}  // namespace hutch::curate::make
