/// Find out which files a data set says it has, and with which size, checksum and records.
#pragma once

#include "hutch/curate/assess/scan.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::curate::assess::detail {

/// Files by path: all that are in the folder (but below hidden folders and `leave_out`), and
/// all that are declared but lacking. The first of manifest.json, checksums.sha256 and croissant.json that
/// says something about a file counts; where another says something else, `contradiction` tells.
std::map<std::string, ScannedFile> list_files(std::filesystem::path const& folder,
                                              Dictionary const& dictionary,
                                              std::filesystem::path const& leave_out);

/// Return the records of the data set that manifest.json tells, or nothing.
std::optional<std::uint64_t> manifest_records(std::filesystem::path const& folder);

/// Return whether a path fits a pattern, in which * stands for anything but a slash.
bool fits_pattern(std::string_view path, std::string_view pattern);

}  // namespace hutch::curate::assess::detail
