/// Make a data set of raw and processed data as a description asks: resumable, the same bytes each time.
#pragma once

#include "hutch/curate/make/request.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace hutch::curate::make {

struct MakeOptions {
    std::filesystem::path out;
    unsigned threads = 1;
    std::string generator;  ///< name and version of the program, for the record
};

struct MakeReport {
    bool was_complete = false;  ///< everything was there already
    std::size_t records = 0, children = 0, refused = 0, flagged = 0, inferred = 0, unmatched = 0;
    std::size_t groups = 0, shards = 0, files = 0;
    std::uint64_t bytes = 0;
    std::vector<std::pair<std::string, std::size_t>> splits;  ///< records of each
    std::string first_shard;
};

/// Make, or go on making, a data set. Everything that is left out, tagged, filled in or unmatched is counted
/// here and listed in the folder.
///
/// The order is: sources, joins, units, labels, selection, cleaning, axis, groups, splits, augmentation.
/// \throws Error bad_input (description, folder that holds another content), bad_data, not_found, external
MakeReport make_dataset(Request const& request, MakeOptions const& options);

}  // namespace hutch::curate::make
