/// Find the files that a path of a recipe means.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace hutch::curate::detail {

/// Return the files of a path, ascending: itself, all in a folder (hidden ones are not), or those that a
/// pattern with * and ? finds.
std::vector<std::filesystem::path> find_files(std::string const& path);

}  // namespace hutch::curate::detail
