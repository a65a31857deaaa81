#include "hutch/flow/slurm_text.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace hutch::flow {
namespace {

[[noreturn]] void refuse(std::string_view what, std::string_view text, std::string_view rule) {
    throw Error(Fault::external,
                fmt::format("{} of Slurm's answer is {}; expected {}", what, in_quotes(text, 80), rule));
}

std::optional<std::size_t> to_count(std::string_view text) {
    std::size_t value = 0;
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::size_t parse_count(std::string_view text, std::string_view what) {
    if (auto const value = to_count(text)) return *value;
    refuse(what, text, "a whole number");
}

// "JOB STATE CODES" of squeue(1). What is not listed here, newer words too, has not ended.
TaskState state_of(std::string_view word) {
    static constexpr std::array failed{"BOOT_FAIL",     "CANCELLED", "DEADLINE",      "FAILED",
                                       "LAUNCH_FAILED", "NODE_FAIL", "PREEMPTED",     "REVOKED",
                                       "OUT_OF_MEMORY", "TIMEOUT",   "RECONFIG_FAIL", "EXPIRED"};
    static constexpr std::array pending{"PENDING",       "REQUEUED",     "REQUEUE_FED", "REQUEUE_HOLD",
                                        "RESV_DEL_HOLD", "SPECIAL_EXIT", "EXPEDITING"};
    if (word == "COMPLETED") return TaskState::done;
    if (std::ranges::find(failed, word) != failed.end()) return TaskState::failed;
    if (std::ranges::find(pending, word) != pending.end()) return TaskState::pending;
    return TaskState::running;
}

bool is_final(TaskState state) { return state == TaskState::done || state == TaskState::failed; }

// "CANCELLED by 1000" is what sacct makes of CANCELLED.
std::string_view first_word(std::string_view text) { return text.substr(0, text.find(' ')); }

// "3:0" is an exit status, "0:9" a signal.
int parse_exit_code(std::string_view text) {
    auto const parts = split(text, ':');
    if (parts.size() != 2) refuse("exit code", text, "STATUS:SIGNAL");
    std::size_t const status = parse_count(parts[0], "exit status");
    std::size_t const signal = parse_count(parts[1], "signal");
    return int(std::min<std::size_t>(signal > 0 ? 128 + signal : status, 255));
}

TaskReport report_of(std::string_view state_text, std::string_view reason, std::string_view node) {
    TaskReport report;
    std::string_view const word = first_word(state_text);
    bool const says_why = !reason.empty() && reason != "None" && reason != "(null)";
    report.state = state_of(word);
    if (report.state == TaskState::failed) {
        report.exit_code = -1;
        report.reason = says_why ? fmt::format("{} ({})", word, reason) : word;
    } else if (report.state == TaskState::pending) {
        report.reason = says_why ? reason : word == "PENDING" ? "" : word;
    } else if (report.state == TaskState::running && word != "RUNNING") {
        report.reason = word;
    }
    if (node != "(null)" && node != "None assigned") report.node = node;
    return report;
}

void add_for_each(std::vector<TaskReport>& reports, std::vector<std::size_t> const& tasks,
                  TaskReport report) {
    for (std::size_t const task : tasks) {
        report.task = task;
        reports.push_back(report);
    }
}

// The value of ` Key=value ` in a line of `scontrol -o`; the first one, because a path may hold what looks
// like a key.
std::string_view value_of(std::vector<std::string_view> const& words, std::string_view key) {
    for (auto const word : words)
        if (word.starts_with(key) && word.substr(key.size()).starts_with('='))
            return word.substr(key.size() + 1);
    return {};
}

void check(SlurmRequest const& request) {
    auto const require = [](bool holds, std::string_view name, auto const& value, std::string_view rule) {
        if (!holds) throw Error(Fault::bad_input, fmt::format("'{}' is {}; expected {}", name, value, rule));
    };
    require(!request.name.empty(), "name", "empty", "a name for the job");
    require(request.array_size > 0, "array_size", request.array_size, "> 0");
    require(request.cpus > 0, "cpus", request.cpus, "> 0");
    require(request.ranks > 0, "ranks", request.ranks, "> 0");
    require(request.log_folder.string().find('\\') == std::string::npos, "log_folder",
            request.log_folder.string(),
            "a path without backslash, which has a meaning in Slurm's names of logs");
    require(request.memory_gib >= 0 && request.memory_gib < 1e9, "memory_gib", request.memory_gib,
            ">= 0 GiB");
    require(request.minutes >= 0 && request.minutes < 1e9, "minutes", request.minutes, ">= 0 min");
}

// In sbatch's file name patterns, '%' begins a code.
std::string escaped_pattern(std::string const& path) {
    std::string pattern;
    for (char const c : path) pattern += c == '%' ? "%%" : std::string(1, c);
    return pattern;
}

}  // namespace

std::string to_job_name(std::string_view name) {
    static constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    std::string result(name);
    for (char& c : result)
        if (allowed.find(c) == std::string_view::npos) c = '_';
    return result;
}

std::vector<std::string> sbatch_words(SlurmRequest const& request) {
    check(request);
    auto const mebibytes = std::size_t(std::ceil(request.memory_gib * 1024));
    bool const is_mpi = request.ranks > 1;
    std::vector<std::string> words{"sbatch", "--parsable", "--no-requeue", "--open-mode=append"};
    auto const add = [&](bool is_asked, std::string word) {
        if (is_asked) words.push_back(std::move(word));
    };
    add(true, "--job-name=" + to_job_name(request.name));
    add(true, fmt::format("--array=0-{}", request.array_size - 1));
    add(true, "--output=" + escaped_pattern(std::filesystem::absolute(request.log_folder)) + "/%A_%a.log");
    add(true, fmt::format("--ntasks={}", request.ranks));
    add(!is_mpi, "--nodes=1");
    add(true, fmt::format("--cpus-per-task={}", request.cpus));
    // Ranks may be spread over nodes, where only needs that are told for each CPU or rank come out the same.
    add(mebibytes > 0 && !is_mpi, fmt::format("--mem={}M", mebibytes));
    add(mebibytes > 0 && is_mpi,
        fmt::format("--mem-per-cpu={}M", (mebibytes + request.cpus - 1) / request.cpus));
    add(request.gpus > 0, fmt::format("{}{}", is_mpi ? "--gpus-per-task=" : "--gres=gpu:", request.gpus));
    add(request.minutes > 0, fmt::format("--time={}", std::size_t(std::ceil(request.minutes))));
    add(!request.partition.empty(), "--partition=" + request.partition);
    add(!request.account.empty(), "--account=" + request.account);
    words.insert(words.end(), request.extra.begin(), request.extra.end());
    words.push_back(request.script);
    return words;
}

std::string parse_job_number(std::string_view text) {
    auto const lines = split_lines(text);
    auto const number = trim(split(lines.empty() ? "" : lines.back(), ';')[0]);
    parse_count(number, "job number");
    return std::string(number);
}

std::vector<std::string> parse_job_numbers(std::string_view text) {
    std::vector<std::size_t> numbers;
    for (auto const line : split_lines(text)) numbers.push_back(parse_count(trim(line), "job number"));
    std::ranges::sort(numbers);
    auto const rest = std::ranges::unique(numbers);
    numbers.erase(rest.begin(), rest.end());
    std::vector<std::string> jobs;
    for (std::size_t const number : numbers) jobs.push_back(std::to_string(number));
    return jobs;
}

std::vector<std::size_t> unfold_tasks(std::string_view text, std::size_t array_size) {
    std::string_view list = text;
    if (list.starts_with('[')) list.remove_prefix(1);
    if (list.ends_with(']')) list.remove_suffix(1);
    list = list.substr(0, list.find('%'));
    std::vector<bool> is_named(array_size, false);
    for (auto const part : split(list, ',')) {
        auto const range_and_step = split(part, ':');
        auto const ends = split(range_and_step[0], '-');
        if (range_and_step.size() > 2 || ends.size() > 2) refuse("task", text, "tasks such as 1,3-7,10-20:2");
        std::size_t const first = parse_count(ends[0], "task");
        std::size_t const last = ends.size() == 2 ? parse_count(ends[1], "task") : first;
        std::size_t const step = range_and_step.size() == 2 ? parse_count(range_and_step[1], "step") : 1;
        if (step == 0) refuse("step", part, "> 0");
        for (std::size_t task = first; task <= last && task < array_size; task += std::min(step, array_size))
            is_named[task] = true;
    }
    std::vector<std::size_t> tasks;
    for (std::size_t task = 0; task < array_size; ++task)
        if (is_named[task]) tasks.push_back(task);
    return tasks;
}

std::vector<TaskReport> parse_squeue(std::string_view text, std::size_t array_size) {
    std::vector<TaskReport> reports;
    for (auto const line : split_lines(text)) {
        auto const fields = split(line, '|');
        if (fields.size() < 4) refuse("line", line, "TASKS|STATE|NODES|REASON");
        add_for_each(reports, unfold_tasks(fields[0], array_size),
                     report_of(fields[1], fields[3], fields[2]));
    }
    return reports;
}

std::vector<TaskReport> parse_sacct(std::string_view text, std::size_t array_size) {
    std::vector<TaskReport> reports;
    for (auto const line : split_lines(text)) {
        auto const fields = split(line, '|');
        if (fields.size() < 4) refuse("line", line, "JOB_TASK|STATE|EXIT CODE|NODES");
        auto const underscore = fields[0].find('_');
        auto report = report_of(fields[1], "", fields[3]);
        if (underscore == std::string_view::npos || !is_final(report.state)) continue;
        report.exit_code = parse_exit_code(fields[2]);
        add_for_each(reports, unfold_tasks(fields[0].substr(underscore + 1), array_size), report);
    }
    return reports;
}

std::vector<TaskReport> parse_scontrol(std::string_view text, std::size_t array_size) {
    std::vector<TaskReport> reports;
    for (auto const line : split_lines(text)) {
        auto const words = split_words(line);
        auto const tasks = value_of(words, "ArrayTaskId");
        auto report =
            report_of(value_of(words, "JobState"), value_of(words, "Reason"), value_of(words, "NodeList"));
        if (tasks.empty() || !is_final(report.state)) continue;
        report.exit_code = parse_exit_code(value_of(words, "ExitCode"));
        add_for_each(reports, unfold_tasks(tasks, array_size), report);
    }
    return reports;
}

std::size_t parse_max_array_size(std::string_view text) {
    for (auto const line : split_lines(text)) {
        auto const words = split_words(line);
        if (words.size() == 3 && words[0] == "MaxArraySize") return parse_count(words[2], "MaxArraySize");
    }
    refuse("configuration", text.substr(0, 40), "a line with MaxArraySize");
}

std::vector<SlurmPartition> parse_sinfo(std::string_view text) {
    std::vector<SlurmPartition> partitions;
    for (auto const line : split_lines(text)) {
        auto const fields = split(line, '|');
        if (fields.size() != 7) refuse("line", line, "seven fields with | between them");
        SlurmPartition partition;
        partition.is_default = fields[0].ends_with('*');
        partition.name = fields[0].substr(0, fields[0].size() - (partition.is_default ? 1 : 0));
        partition.is_up = fields[1] == "up";
        partition.time_limit = fields[2];
        partition.nodes = parse_count(fields[3], "number of nodes");
        // Where the nodes of a line differ, sinfo gives the least with a '+'.
        auto const least = [](std::string_view field) { return field.substr(0, field.find('+')); };
        partition.cpus =
            unsigned(std::min<std::size_t>(parse_count(least(fields[4]), "number of CPUs"), 1u << 20));
        partition.memory_gib = double(parse_count(least(fields[5]), "memory")) / 1024;
        if (fields[6] != "(null)") partition.gres = fields[6];
        partitions.push_back(std::move(partition));
    }
    return partitions;
}

}  // namespace hutch::flow
