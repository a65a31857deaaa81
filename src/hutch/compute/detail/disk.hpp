/// Measure how fast a folder's disk writes and reads one large file.
#pragma once

#include "hutch/compute/limits.hpp"

#include <filesystem>

namespace hutch::compute::detail {

/// Write a scratch file in blocks of 8 MiB until all or 4 s are reached, sync it, read it back, remove it.
///
/// Both go past the page cache (O_DIRECT) where the file system lets them.
/// \throws Error external when nothing can be written there
DiskRates measure_disk(std::filesystem::path const& folder, int most_blocks = 64);

}  // namespace hutch::compute::detail
