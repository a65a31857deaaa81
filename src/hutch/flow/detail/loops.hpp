/// Give a loop of a flow its values and their names.
#pragma once

#include "hutch/flow/graph.hpp"

namespace hutch::flow::detail {

/// Return the values of a loop: files that patterns match (sorted), the numbers of a range, the elements of a
/// list.
/// \throws Error bad_input where there are none
Axis make_axis(LoopText const& loop, Graph const& graph);

/// Return unique names of values that can be names of folders: of files their stem.
std::vector<std::string> folder_names(std::string const& name, std::vector<step::Value> const& values,
                                      bool is_files);

/// Return the files that a pattern matches, sorted; relative ones start at a folder.
std::vector<std::filesystem::path> matching_files(std::filesystem::path const& folder,
                                                  std::string const& pattern);

}  // namespace hutch::flow::detail
