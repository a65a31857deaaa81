/// Read files whole, and write them so that a reader sees all of a file or none of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace hutch {

/// Return the bytes of a file. \throws Error not_found, exhausted (larger than `most` bytes)
std::string read_file(std::filesystem::path const& path, std::uint64_t most = std::uint64_t{1} << 32);

/// Write a file under a temporary name, sync it and rename it, so that a kill leaves the old file or the new.
void write_file(std::filesystem::path const& path, std::string_view bytes);

/// Write a file at its place without syncing it: for folders that someone else makes safe as a whole.
void write_file_in_place(std::filesystem::path const& path, std::string_view bytes);

/// Flush a written file to disk and give it its final name, then flush the folder. \throws Error external
void commit_file(std::filesystem::path const& temporary, std::filesystem::path const& path);

}  // namespace hutch
