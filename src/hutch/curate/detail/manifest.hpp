/// Read the manifest of a data set.
#pragma once

#include "hutch/curate/summary.hpp"

#include <filesystem>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace hutch::curate::detail {

/// \throws Error bad_data: the manifest in this folder is not what a build writes
[[noreturn]] void refuse_manifest(std::filesystem::path const& folder);
/// \throws Error bad_data when it is no JSON object, not_found
nlohmann::ordered_json read_manifest(std::filesystem::path const& folder);
/// Return path, size and checksum of the files it lists. \throws Error bad_data when it lists none in that
/// way
std::vector<FileEntry> files_of(nlohmann::ordered_json const& manifest, std::filesystem::path const& folder);

}  // namespace hutch::curate::detail
