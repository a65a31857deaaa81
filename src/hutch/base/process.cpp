#include "hutch/base/process.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string_view>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

namespace hutch {
namespace {

using Clock = std::chrono::steady_clock;

class Descriptor {
  public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() { reset(); }
    int get() const { return number_; }
    void reset() {
        if (number_ >= 0) close(std::exchange(number_, -1));
    }

  private:
    int number_;
};

struct Pipe {
    Descriptor read, write;

    Pipe() {
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0)
            throw Error(Fault::external, fmt::format("no pipe can be made ({})", std::strerror(errno)));
        read = Descriptor(ends[0]);
        write = Descriptor(ends[1]);
    }
};

// What posix_spawn is told; destroyed with its parts.
struct SpawnPlan {
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};

    SpawnPlan() {
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
    }
    ~SpawnPlan() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnPlan(SpawnPlan const&) = delete;
    SpawnPlan& operator=(SpawnPlan const&) = delete;

    // A group of its own, no blocked signals, and those that we may ignore (SIGPIPE) as a program expects
    // them.
    void use_clean_signals() {
        sigset_t none, usual;
        sigemptyset(&none);
        sigemptyset(&usual);
        for (int signal : {SIGPIPE, SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGCHLD}) sigaddset(&usual, signal);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &usual);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setflags(&attributes,
                                 POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
};

std::vector<std::string> changed_environment(std::vector<EnvironmentChange> const& changes) {
    std::vector<std::string> entries;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        std::string_view const text = *entry;
        auto const name = text.substr(0, text.find('='));
        if (std::ranges::none_of(changes, [&](auto const& change) { return change.first == name; }))
            entries.emplace_back(text);
    }
    for (auto const& [name, value] : changes)
        if (value) entries.push_back(name + '=' + *value);
    return entries;
}

std::vector<char*> to_pointers(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (auto& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

[[noreturn]] void refuse(std::string const& program, int error) {
    Fault const fault = error == ENOENT || error == ENOTDIR ? Fault::not_found
                        : error == EACCES || error == EPERM ? Fault::denied
                                                            : Fault::external;
    throw Error(
        fault, fmt::format("'{}' cannot be started ({}); expected a program that is installed and may be run",
                           program, std::strerror(error)));
}

pid_t spawn(std::vector<std::string> words, ProcessOptions const& options, Pipe& output, Pipe& errors) {
    SpawnPlan plan;
    plan.use_clean_signals();
    posix_spawn_file_actions_addopen(&plan.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (options.log.empty()) {
        posix_spawn_file_actions_adddup2(&plan.actions, output.write.get(), STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&plan.actions, errors.write.get(), STDERR_FILENO);
    } else {
        auto const log = std::filesystem::absolute(options.log).string();
        posix_spawn_file_actions_addopen(&plan.actions, STDOUT_FILENO, log.c_str(),
                                         O_WRONLY | O_CREAT | O_APPEND, 0644);
        posix_spawn_file_actions_adddup2(&plan.actions, STDOUT_FILENO, STDERR_FILENO);
    }
    if (!options.folder.empty()) posix_spawn_file_actions_addchdir_np(&plan.actions, options.folder.c_str());
    auto entries = changed_environment(options.environment);
    auto const environment = to_pointers(entries);
    auto const arguments = to_pointers(words);
    pid_t child = 0;
    int const error = posix_spawnp(&child, words[0].c_str(), &plan.actions, &plan.attributes,
                                   arguments.data(), environment.data());
    if (error != 0) refuse(words[0], error);
    return child;
}

// A started program: reads what it writes, and kills its group when this object goes.
class Child {
  public:
    Child(std::vector<std::string> const& words, ProcessOptions const& options) : options_(options) {
        Pipe output, errors;
        child_ = spawn(words, options, output, errors);
        // Old kernels have no pidfd_open; then the loop looks for the end every 10 ms.
        ended_ = Descriptor(int(syscall(SYS_pidfd_open, child_, 0)));
        streams_[0] = std::move(output.read);
        streams_[1] = std::move(errors.read);
        for (auto& stream : streams_) fcntl(stream.get(), F_SETFL, O_NONBLOCK);
    }
    ~Child() {
        kill(-child_, SIGKILL);
        while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    Child(Child const&) = delete;
    Child& operator=(Child const&) = delete;

    ProcessEnd run() {
        auto const start = Clock::now();
        while (!has_ended()) {
            wait_for_something();
            read_streams();
            end_if_due(std::chrono::duration<double>(Clock::now() - start).count());
        }
        kill(-child_, SIGKILL);  // the group's number is ours until the child is waited for
        read_streams();
        return end_;
    }

  private:
    // Look without taking the status away: until it is taken, no other process gets this number.
    bool has_ended() {
        siginfo_t info{};
        if (waitid(P_PID, id_t(child_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
            if (errno == EINTR) return false;
            throw Error(Fault::bug,
                        fmt::format("the end of a program cannot be seen ({}); expected that SIGCHLD is "
                                    "not ignored and nobody else waits for it",
                                    std::strerror(errno)));
        }
        if (info.si_pid == 0) return false;
        end_.signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
        end_.exit_code = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
        return true;
    }

    void wait_for_something() {
        std::array<pollfd, 3> entries{};
        nfds_t count = 0;
        for (int number : {ended_.get(), streams_[0].get(), streams_[1].get()})
            if (number >= 0) entries[count++] = {number, POLLIN, 0};
        poll(entries.data(), count, ended_.get() < 0 ? 10 : 50);
    }

    void read_streams() {
        read_stream(streams_[0], end_.output);
        read_stream(streams_[1], end_.errors);
    }

    void read_stream(Descriptor& stream, std::string& text) {
        std::array<char, 65536> buffer;
        // At most what a pipe can hold: one that never falls silent must not keep us from its time limit.
        for (int part = 0; part < 16 && stream.get() >= 0; ++part) {
            ssize_t const count = read(stream.get(), buffer.data(), buffer.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0 && errno == EAGAIN) return;
            if (count <= 0) return stream.reset();
            std::size_t const kept = std::min(std::size_t(count), options_.most_bytes - text.size());
            text.append(buffer.data(), kept);
            end_.output_cut |= kept < std::size_t(count);
        }
    }

    void end_if_due(double seconds) {
        if (!ending_at_) {
            end_.timed_out = options_.seconds > 0 && seconds > options_.seconds;
            end_.stopped = options_.should_stop && options_.should_stop();
            if (!end_.timed_out && !end_.stopped) return;
            ending_at_ = seconds;
            kill(-child_, SIGTERM);
        } else if (seconds > *ending_at_ + options_.grace_seconds) {
            kill(-child_, SIGKILL);
        }
    }

    ProcessOptions const& options_;
    pid_t child_ = 0;
    Descriptor ended_;
    std::array<Descriptor, 2> streams_;
    std::optional<double> ending_at_;
    ProcessEnd end_;
};

}  // namespace

ProcessEnd run_process(std::vector<std::string> const& words, ProcessOptions const& options) {
    if (words.empty() || words[0].empty())
        throw Error(Fault::bad_input, "'words' has no program; expected a program and its arguments");
    if (!options.folder.empty() && !std::filesystem::is_directory(options.folder))
        throw Error(Fault::not_found,
                    fmt::format("{} is no folder; expected the folder that '{}' is to work in",
                                in_quotes(options.folder.string(), 200), words[0]));
    if (!options.log.empty() &&
        !std::filesystem::is_directory(std::filesystem::absolute(options.log).parent_path()))
        throw Error(Fault::not_found, fmt::format("{} is in no folder; expected a place for the log of '{}'",
                                                  in_quotes(options.log.string(), 200), words[0]));
    return Child(words, options).run();
}

}  // namespace hutch
