/// Build a data set from a recipe: resumable at any instant, the same bytes for any number of threads.
#pragma once

#include "hutch/curate/recipe.hpp"

#include <filesystem>
#include <string>

namespace hutch::curate {

struct BuildOptions {
    std::filesystem::path out;
    unsigned threads = 1;
    std::string generator;        ///< name and version of the program, for the record
    bool is_interactive = false;  ///< progress may be drawn on the terminal
    std::string device = "cpu";   ///< what patterns are calculated on; its kind belongs into `generator`
};

/// How a build ended.
struct BuildReport {
    bool was_complete = false;     ///< everything was there already; nothing was done
    std::uint64_t records = 0;     ///< of the whole data set
    std::uint64_t calculated = 0;  ///< in this run
    std::uint64_t bytes = 0;
    std::size_t structures = 0, refused = 0, groups = 0, shards = 0;
    double seconds = 0, calculating_seconds = 0;
    std::filesystem::path first_shard;  ///< relative to the folder
};

/// Build, or go on building, the data set of a recipe in a folder.
///
/// Every shard is written under a temporary name, synced and renamed, so that a shard that has its name is
/// whole; the manifest is written last. What is there is kept when it comes from the same recipe, structures
/// and program; a folder that holds something else is refused.
/// \throws Error bad_input (recipe, foreign folder), exhausted (disk space), external
BuildReport build_dataset(Recipe const& recipe, BuildOptions const& options);

/// The files of a data set whose checksum is not the recorded one, or that are missing. \throws Error
/// not_found
struct VerifyReport {
    std::size_t files = 0;
    std::uint64_t bytes = 0;
    std::vector<std::string> problems;
};
VerifyReport verify_dataset(std::filesystem::path const& folder, unsigned threads);

}  // namespace hutch::curate
