/// Run another program and wait for it: no shell, output kept, a time limit, and nothing of it left behind.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hutch {

/// Name and value of an environment variable; no value takes the variable away.
using EnvironmentChange = std::pair<std::string, std::optional<std::string>>;

struct ProcessOptions {
    std::filesystem::path folder{};                ///< to work in; empty: where this process works
    std::vector<EnvironmentChange> environment{};  ///< what differs from the environment of this process
    std::filesystem::path log{};          ///< both streams are appended here; empty: they are kept in memory
    std::size_t most_bytes = 1 << 20;     ///< [byte] kept of each stream; what comes later is dropped
    double seconds = 0;                   ///< [s] time limit; 0: none
    double grace_seconds = 2;             ///< [s] between SIGTERM and SIGKILL when it has to end
    std::function<bool()> should_stop{};  ///< asked at least every 50 ms; true: it has to end
};

/// How a program ended.
struct ProcessEnd {
    int exit_code = 0;        ///< its exit status; 128 + signal when a signal ended it, as shells count
    int signal = 0;           ///< the signal that ended it, or 0
    bool timed_out = false;   ///< it ran into the time limit
    bool stopped = false;     ///< should_stop() said so
    bool output_cut = false;  ///< more than `most_bytes` came on a stream
    std::string output;       ///< what it wrote to stdout
    std::string errors;       ///< what it wrote to stderr

    bool succeeded() const { return exit_code == 0 && !timed_out && !stopped; }
};

/// Run a program to its end, with empty input, in a process group of its own; all of the group is killed when
/// the program itself has ended. If this process is killed, the program lives on.
///
/// \param words   program and arguments; a program without '/' is searched in PATH, one with a relative path
///                is looked for from `options.folder`
/// \throws Error  not_found when there is no such program or folder, denied when it may not be run, external
///                when the system refuses another process
ProcessEnd run_process(std::vector<std::string> const& words, ProcessOptions const& options = {});

}  // namespace hutch
