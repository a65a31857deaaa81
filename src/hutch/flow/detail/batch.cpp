#include "hutch/flow/detail/batch.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"

#include <algorithm>
#include <chrono>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::flow::detail {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

// Told apart from those of other runs, by name in the queue too.
std::string new_name(std::string const& step) {
    static unsigned count = 0;
    auto const now = std::chrono::duration_cast<std::chrono::microseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    return fmt::format("hutch-{}-{:x}-{}-{}", step, now, ::getpid(), ++count);
}

std::string in_shell_quotes(std::string const& text) {
    std::string quoted = "'";
    for (char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

fs::path task_file(fs::path const& folder, std::size_t task) {
    return folder / fmt::format("task-{}.jobs", task);
}

}  // namespace

Shape shape_of(Job const& job, SlurmOptions const& slurm) {
    return {job.step, job.threads == 0 ? slurm.cpus : job.threads, job.needs_gpu ? 1u : 0u, job.ranks,
            job.memory_gib};
}

Batch::Batch(RunFolders const& folders, SlurmOptions const& slurm, Shape shape,
             std::vector<std::vector<Job>> const& tasks)
    : folders_(folders),
      name_(new_name(shape.step)),
      shape_(std::move(shape)),
      reports_(tasks.size()),
      ended_(tasks.size()) {
    fs::path const folder = folders.jobs / name_;
    fs::create_directories(folder);
    for (std::size_t t = 0; t < tasks.size(); ++t) {
        std::string text;
        tasks_.emplace_back();
        for (Job const& job : tasks[t]) {
            text += to_text(job) + "\n";
            tasks_.back().push_back({job.key, job.item});
        }
        write_file_in_place(task_file(folder, t), text);  // batch.json comes last
        open_.insert(t);
    }
    write_file(folder / "task.sh", fmt::format("#!/bin/sh\nexec {} work {} {} \"$SLURM_ARRAY_TASK_ID\"\n",
                                               in_shell_quotes(slurm.program.string()),
                                               in_shell_quotes(folders.out.string()), name_));
    save();
}

Batch::Batch(RunFolders const& folders, std::string const& name) : folders_(folders), name_(name) {
    fs::path const folder = folders.jobs / name;
    try {
        Json const json = Json::parse(read_file(folder / "batch.json"));
        job_ = json.at("job");
        std::size_t const count = json.at("tasks");
        shape_ = {json.at("step"), json.at("cpus"), json.at("gpus"), json.at("ranks"), json.at("memory_gib")};
        for (std::size_t t = 0; t < count; ++t) {
            tasks_.emplace_back();
            for (Job const& job : read_task(folders, name, t)) tasks_.back().push_back({job.key, job.item});
            open_.insert(t);
        }
    } catch (Json::exception const& problem) {
        throw Error(Fault::bad_data,
                    fmt::format("'batch.json' is broken ({}); expected what a run wrote: '{}'",
                                problem.what(), folder.string()));
    }
    reports_.resize(tasks_.size());
    ended_.resize(tasks_.size());
}

void Batch::save() const {
    Json const json = {{"job", job_},
                       {"tasks", tasks_.size()},
                       {"step", shape_.step},
                       {"cpus", shape_.cpus},
                       {"gpus", shape_.gpus},
                       {"ranks", shape_.ranks},
                       {"memory_gib", shape_.memory_gib}};
    write_file(folders_.jobs / name_ / "batch.json", json.dump(1) + "\n");
}

void Batch::submit(SlurmOptions const& slurm) {
    std::vector<std::string> const known = jobs_named(name_);
    if (!known.empty()) {
        job_ = known.back();
    } else {
        fs::path const logs = folders_.logs / "slurm" / name_;
        fs::create_directories(logs);
        SlurmRequest request;
        request.name = name_;
        request.script = folders_.jobs / name_ / "task.sh";
        request.log_folder = logs;
        request.array_size = tasks_.size();
        request.cpus = shape_.cpus;
        request.gpus = shape_.gpus;
        request.ranks = std::max(1u, shape_.ranks);
        request.memory_gib = shape_.memory_gib;
        request.partition = slurm.partition;
        request.account = slurm.account;
        request.extra = slurm.extra;
        job_ = flow::submit(request);
    }
    save();
}

void Batch::follow() {
    for (TaskReport& report : task_states(job_, tasks_.size())) {
        std::size_t const task = report.task;
        bool const has_ended = report.state != TaskState::pending && report.state != TaskState::running;
        if (!has_ended)
            ended_[task].reset();
        else if (!ended_[task])
            ended_[task] = std::chrono::steady_clock::now();
        reports_[task] = std::move(report);
    }
}

double Batch::ended_for(std::size_t task) const {
    if (!ended_[task]) return 0;
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - *ended_[task]).count() + 1e-9;
}

fs::path Batch::log_of(std::size_t task) const {
    return log_path(folders_.logs / "slurm" / name_, job_, task);
}

void Batch::cancel_all() const {
    if (is_submitted()) cancel(job_);
}

void Batch::remove() const {
    std::error_code ignored;
    fs::remove_all(folders_.jobs / name_, ignored);
}

std::vector<Job> read_task(RunFolders const& folders, std::string const& batch, std::size_t task) {
    std::string const text = read_file(task_file(folders.jobs / batch, task));
    std::vector<Job> jobs;
    for (auto const line : split_lines(text)) jobs.push_back(parse_job(line));
    return jobs;
}

}  // namespace hutch::flow::detail
