#include "hutch/flow/slurm.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/process.hpp"
#include "hutch/base/text.hpp"
#include "hutch/flow/slurm_text.hpp"

#include <algorithm>
#include <array>
#include <unistd.h>

#include <fmt/format.h>

namespace hutch::flow {
namespace {

constexpr std::string_view unknown_job = "Invalid job id specified";

// Variables that would change what is asked (SQUEUE_USERS) or how it is answered (SLURM_TIME_FORMAT), or that
// an outer job left (SLURM_MEM_PER_CPU). Those by which Slurm is found and trusted stay.
std::vector<EnvironmentChange> without_slurm_variables() {
    std::vector<EnvironmentChange> changes;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        std::string_view const text = *entry;
        auto const name = text.substr(0, text.find('='));
        bool const is_slurms = name.starts_with("SLURM_") || name.starts_with("SQUEUE_") ||
                               name.starts_with("SACCT_") || name.starts_with("SINFO_") ||
                               name.starts_with("SCANCEL_") || name.starts_with("SCONTROL_");
        bool const is_kept =
            name.starts_with("SLURM_CONF") || name.starts_with("SLURM_JWT") || name.starts_with("SLURM_SACK");
        if (is_slurms && !is_kept) changes.emplace_back(name, std::nullopt);
    }
    return changes;
}

// Run a command of Slurm, whatever its exit status.
ProcessEnd ask(std::vector<std::string> const& words, double patience) {
    ProcessOptions options{
        .environment = without_slurm_variables(), .most_bytes = 256u << 20, .seconds = patience};
    ProcessEnd end;
    try {
        end = run_process(words, options);
    } catch (Error const& error) {
        if (error.fault() != Fault::not_found) throw;
        throw Error(
            Fault::unsupported,
            fmt::format("'{}' is not installed; expected Slurm's commands; work where the cluster's jobs are "
                        "submitted, or install Debian's slurm-client and set SLURM_CONF",
                        words[0]));
    }
    if (end.timed_out)
        throw Error(Fault::external,
                    fmt::format("'{}' gave no answer in {} s; expected one of Slurm's controller; try "
                                "again later",
                                words[0], patience));
    if (end.output_cut)
        throw Error(Fault::external,
                    fmt::format("'{}' wrote more than {} MiB; expected less; ask for fewer tasks", words[0],
                                options.most_bytes >> 20));
    return end;
}

// What the controller itself says no to will not become a yes; that it cannot be reached may.
bool is_unreachable(std::string const& errors) {
    static constexpr std::array signs{"Unable to contact",
                                      "Socket timed out",
                                      "Connection refused",
                                      "Connection timed out",
                                      "Connection reset",
                                      "Communication connection failure",
                                      "Zero Bytes were transmitted",
                                      "Transport endpoint is not connected",
                                      "Resource temporarily unavailable",
                                      "Slurm backup controller in standby mode",
                                      "Slurm temporarily unable to accept job",
                                      "Protocol authentication error",
                                      "Munge"};
    return std::ranges::any_of(signs,
                               [&](char const* sign) { return errors.find(sign) != std::string::npos; });
}

[[noreturn]] void refuse(std::string_view command, ProcessEnd const& end) {
    throw Error(is_unreachable(end.errors) ? Fault::external : Fault::denied,
                fmt::format("'{}' ended with status {}; expected 0; Slurm says: {}", command, end.exit_code,
                            in_quotes(trim(end.errors), 400)));
}

// Run a command of Slurm that has to succeed, and return what it wrote.
std::string answer(std::vector<std::string> const& words, double patience) {
    auto const end = ask(words, patience);
    if (!end.succeeded()) refuse(words[0], end);
    return end.output;
}

void add_exit_codes(std::vector<TaskReport>& reports, std::string const& job, double patience) {
    auto const end = ask({"scontrol", "--oneliner", "show", "job", job}, patience);
    if (!end.succeeded()) return;
    for (auto const& found : parse_scontrol(end.output, reports.size())) {
        auto& report = reports[found.task];
        if (report.state == TaskState::failed && found.state == TaskState::failed)
            report.exit_code = found.exit_code;
    }
}

// Many sites keep no accounting, and its records come late: it is asked only for what the controller has
// forgotten, and only believed where it names an end. Of a requeued task it names the end of an earlier run,
// while squeue has it pending.
void add_forgotten(std::vector<TaskReport>& reports, std::string const& job, double patience) {
    ProcessEnd end;
    try {
        end = ask({"sacct", "--noheader", "--allocations", "--parsable2", "--jobs=" + job,
                   "--format=JobID,State,ExitCode,NodeList"},
                  std::min(patience, 20.0));
    } catch (Error const&) {
        return;
    }
    if (!end.succeeded()) return;
    for (auto const& found : parse_sacct(end.output, reports.size()))
        if (reports[found.task].state == TaskState::gone) reports[found.task] = found;
}

void check_job(std::string const& job) {
    if (job.empty() || job.find_first_not_of("0123456789") != std::string::npos)
        throw Error(Fault::bad_input,
                    fmt::format("'job' is {}; expected the number of a job", in_quotes(job)));
}

bool has(std::vector<TaskReport> const& reports, TaskState state) {
    return std::ranges::any_of(reports, [&](auto const& report) { return report.state == state; });
}

}  // namespace

std::string submit(SlurmRequest const& request, double patience) {
    auto const words = sbatch_words(request);
    for (auto const& [name, path] : {std::pair{"script", request.script}, {"log_folder", request.log_folder}})
        if (!std::filesystem::exists(path))
            throw Error(Fault::not_found,
                        fmt::format("'{}' does not exist; expected it before the job is submitted: {}", name,
                                    in_quotes(path.string(), 200)));
    return parse_job_number(answer(words, patience));
}

std::filesystem::path log_path(std::filesystem::path const& log_folder, std::string const& job,
                               std::size_t task) {
    return std::filesystem::absolute(log_folder) / fmt::format("{}_{}.log", job, task);
}

std::vector<std::string> jobs_named(std::string const& name, double patience) {
    return parse_job_numbers(
        answer({"squeue", "--noheader", "--all", "--states=all", "--name=" + to_job_name(name),
                fmt::format("--user={}", getuid()), "--format=%F"},
               patience));
}

std::vector<TaskReport> task_states(std::string const& job, std::size_t array_size, double patience) {
    check_job(job);
    std::vector<TaskReport> reports(array_size);
    for (std::size_t task = 0; task < array_size; ++task) reports[task].task = task;
    // --array: a list of pending tasks in one line would be cut ("0,2,4...") after 64 characters.
    auto const end = ask(
        {"squeue", "--noheader", "--all", "--array", "--states=all", "--jobs=" + job, "--format=%K|%T|%N|%r"},
        patience);
    if (end.succeeded())
        for (auto& found : parse_squeue(end.output, array_size)) reports[found.task] = std::move(found);
    else if (end.errors.find(unknown_job) == std::string::npos)
        refuse("squeue", end);
    if (has(reports, TaskState::failed)) add_exit_codes(reports, job, patience);
    if (has(reports, TaskState::gone)) add_forgotten(reports, job, patience);
    return reports;
}

bool is_stuck(TaskReport const& report) {
    // "JOB REASON CODES" of squeue(1).
    static constexpr std::array stuck{"JobHeldUser",    "JobHeldAdmin",       "launch failed requeued held",
                                      "BadConstraints", "PartitionNodeLimit", "PartitionTimeLimit",
                                      "InvalidAccount", "InvalidQOS",         "DependencyNeverSatisfied"};
    return report.state == TaskState::pending && std::ranges::find(stuck, report.reason) != stuck.end();
}

void cancel(std::string const& job, double patience) {
    check_job(job);
    auto const end = ask({"scancel", job}, patience);
    if (!end.succeeded() && end.errors.find(unknown_job) == std::string::npos) refuse("scancel", end);
}

std::size_t max_array_size(double patience) {
    return parse_max_array_size(answer({"scontrol", "show", "config"}, patience));
}

std::vector<SlurmPartition> partitions(double patience) {
    return parse_sinfo(answer({"sinfo", "--noheader", "--format=%P|%a|%l|%D|%c|%m|%G"}, patience));
}

}  // namespace hutch::flow
