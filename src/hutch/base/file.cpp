#include "hutch/base/file.hpp"

#include "hutch/base/error.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>

#include <fmt/format.h>

namespace hutch {
namespace {

void sync_path(std::filesystem::path const& path) {
    int const handle = ::open(path.c_str(), O_RDONLY);
    if (handle < 0 || ::fsync(handle) != 0) {
        int const problem = errno;
        if (handle >= 0) ::close(handle);
        throw Error(Fault::external,
                    fmt::format("cannot sync to disk ({}): '{}'", std::strerror(problem), path.string()));
    }
    ::close(handle);
}

}  // namespace

std::string read_file(std::filesystem::path const& path, std::uint64_t most) {
    std::error_code problem;
    if (std::filesystem::is_directory(path, problem))
        throw Error(Fault::bad_input, fmt::format("'{}' is a folder; expected a file", path.string()));
    std::ifstream in(path, std::ios::binary | std::ios::ate);
    if (!in)
        throw Error(Fault::not_found,
                    fmt::format("cannot read file ({}): '{}'", std::strerror(errno), path.string()));
    auto const size = std::uint64_t(in.tellg());
    if (size > most)
        throw Error(Fault::exhausted,
                    fmt::format("file has {} bytes; expected at most {}: '{}'", size, most, path.string()));
    std::string bytes(size, '\0');
    in.seekg(0);
    in.read(bytes.data(), std::streamsize(size));
    if (!in) throw Error(Fault::external, fmt::format("cannot read file to its end: '{}'", path.string()));
    return bytes;
}

void write_file_in_place(std::filesystem::path const& path, std::string_view bytes) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), std::streamsize(bytes.size()));
    out.flush();
    if (!out)
        throw Error(Fault::external,
                    fmt::format("cannot write file ({}): '{}'", std::strerror(errno), path.string()));
}

void write_file(std::filesystem::path const& path, std::string_view bytes) {
    std::filesystem::path temporary = path;
    temporary += ".part";
    write_file_in_place(temporary, bytes);
    commit_file(temporary, path);
}

void commit_file(std::filesystem::path const& temporary, std::filesystem::path const& path) {
    sync_path(temporary);
    std::error_code problem;
    std::filesystem::rename(temporary, path, problem);
    if (problem)
        throw Error(Fault::external, fmt::format("cannot rename to its final name ({}): '{}'",
                                                 problem.message(), path.string()));
    sync_path(path.has_parent_path() ? path.parent_path() : ".");
}

}  // namespace hutch
