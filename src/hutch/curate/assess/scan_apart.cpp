#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/curate/assess/detail/file_facts.hpp"

#include <cerrno>
#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

namespace hutch::curate::assess::detail {
namespace {

constexpr unsigned most_seconds = 3600;  // damaged indices can lead a reader in circles

[[noreturn]] void scan_and_leave(std::filesystem::path const& folder, FileTask const& task,
                                 std::filesystem::path const& answer) {
    ::alarm(most_seconds);
    int status = 1;
    try {
        write_file_in_place(answer, to_bytes(scan_file(folder, task)));
        status = 0;
    } catch (std::exception const&) {  // the status tells
    }
    ::_exit(status);
}

std::string why(int status) {
    if (WIFSIGNALED(status)) return fmt::format("its library ended with signal {}", WTERMSIG(status));
    return "its library ended";
}

}  // namespace

FileFacts scan_file_apart(std::filesystem::path const& folder, FileTask const& task) {
    std::string pattern = (std::filesystem::temp_directory_path() / "hutch-scan-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw Error(Fault::external, fmt::format("cannot make a scratch folder: '{}'", pattern));
    std::filesystem::path const answer = std::filesystem::path(pattern) / "facts";
    pid_t const child = ::fork();
    if (child == 0) scan_and_leave(folder, task, answer);
    int status = 0;
    while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    std::optional<FileFacts> facts;
    if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) facts = facts_from(read_file(answer));
    std::error_code ignored;
    std::filesystem::remove_all(pattern, ignored);
    if (facts) return std::move(*facts);
    FileFacts none;
    none.sha256 = task.sha256.empty() ? sha256_of_file(folder / task.path) : task.sha256;
    none.problem =
        fmt::format("'{}' cannot be read ({}); expected a whole file: it has other bytes than declared",
                    task.path, why(status));
    return none;
}

}  // namespace hutch::curate::assess::detail
