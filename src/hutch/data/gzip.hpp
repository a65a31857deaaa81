/// Read files that may be gzip, within a limit on what they unpack to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace hutch::data {

/// Whether the bytes start as gzip does (1f 8b).
bool is_gzip(std::string_view bytes);

/// Unpack gzip of one or several members; zero bytes after the last member are ignored.
/// \param name  stands for the bytes in messages
/// \param most  largest size of the result [byte]
/// \throws Error bad_data (not gzip, damaged, cut short), exhausted (more than `most`)
std::string decompress_gzip(std::string_view bytes, std::string const& name, std::uint64_t most);

/// Return the content of a file, unpacked (to at most 1 GiB) when it is gzip or its name ends in ".gz".
/// \throws Error as read_file and decompress_gzip do
std::string read_possibly_gzipped(std::filesystem::path const& path);

}  // namespace hutch::data
