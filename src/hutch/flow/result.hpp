/// Hold what one item of a flow gave, or why it failed, as journals keep it.
#pragma once

#include "hutch/step/value.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hutch::flow {

/// A file as it was when its checksum was taken.
struct FileMark {
    std::uint64_t bytes = 0;
    std::int64_t modified_ns = 0;  ///< since the epoch
    std::uint64_t inode = 0;
    bool operator==(FileMark const&) const = default;
};
/// Return size and times of a file. \throws Error not_found
FileMark mark_of(std::filesystem::path const& path);

struct ResultFile {
    std::string port,
        name;  ///< name relative to the result's folder; of a folder port: one entry for each file in it
    std::string sha256;
    std::uint64_t bytes = 0;
    std::int64_t modified_ns = 0;
};

/// A file that went in.
struct UsedFile {
    std::string port;
    std::string name;  ///< absolute path, or "simulate/PbSO4/pattern.xye" for what another item gave
    std::string sha256;
    bool operator==(UsedFile const&) const = default;
};

/// Who made it, when and where.
struct Making {
    std::string item;  ///< "simulate/PbSO4/size=0.05"
    std::string step, version;
    std::string program;        ///< name and version
    std::string host, started;  ///< UTC, ISO 8601
    double seconds = 0;
    unsigned attempt = 1;
    std::string batch{};  ///< of Slurm; empty for what ran here
};

struct Result {
    std::string key;
    std::string folder;  ///< relative to the store
    std::vector<ResultFile> files;
    step::Values findings;
    step::Values parameters;
    std::vector<UsedFile> used;
    Making making;

    /// Return the checksum of what an output port gave: of its file, or of the list of files in its folder.
    std::string port_sum(std::string const& port) const;
};

struct Failure {
    std::string key, message, fault;
    Making making;
};

/// A checksum of a file outside that needs not be taken again while the file's mark stays the same.
struct KnownSum {
    std::string path, sha256;
    FileMark mark;
};

using Record = std::variant<Result, Failure, KnownSum>;
std::string to_text(Record const& record);
/// Read what to_text() wrote. \throws Error bad_data
Record parse_record(std::string_view text);

}  // namespace hutch::flow
