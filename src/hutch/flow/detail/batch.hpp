/// Keep one job array of a flow: its tasks' jobs on disk, its number at Slurm, what became of it.
#pragma once

#include "hutch/flow/item.hpp"
#include "hutch/flow/slurm.hpp"
#include "hutch/flow/slurm_run.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hutch::flow::detail {

/// What items must have in common to share an array.
struct Shape {
    std::string step;
    unsigned cpus = 1, gpus = 0, ranks = 0;
    double memory_gib = 1;
    auto operator<=>(Shape const&) const = default;
};
Shape shape_of(Job const& job, SlurmOptions const& slurm);

/// One array. Its folder `jobs/NAME` holds batch.json, task.sh and task-N.jobs; it is gone when all is
/// settled.
class Batch {
  public:
    /// Write a new batch. \param tasks  the jobs of each task
    Batch(RunFolders const& folders, SlurmOptions const& slurm, Shape shape,
          std::vector<std::vector<Job>> const& tasks);
    /// Take up one that an earlier process wrote. \throws Error bad_data
    Batch(RunFolders const& folders, std::string const& name);

    std::string const& name() const { return name_; }
    bool is_submitted() const { return !job_.empty(); }
    /// Submit it, unless an earlier try went through unnoticed. \throws Error as submit()
    void submit(SlurmOptions const& slurm);
    /// Ask Slurm about its tasks. \throws Error as task_states()
    void follow();
    /// A job of a task, by its key and the name of its item.
    struct Entry {
        std::string key, item;
    };
    std::vector<std::vector<Entry>> const& tasks() const { return tasks_; }
    /// Return for how long [s] a task has been seen to have ended, in whatever way; 0 when it has not.
    double ended_for(std::size_t task) const;
    /// Return where Slurm keeps what a task wrote.
    std::filesystem::path log_of(std::size_t task) const;
    bool is_settled() const { return open_.empty(); }
    void settle(std::size_t task) { open_.erase(task); }
    std::set<std::size_t> const& open_tasks() const { return open_; }
    TaskReport const& report(std::size_t task) const { return reports_[task]; }
    void cancel_all() const;
    void remove() const;

  private:
    void save() const;
    RunFolders const& folders_;
    std::string name_, job_;
    Shape shape_;
    std::vector<std::vector<Entry>> tasks_;
    std::vector<TaskReport> reports_;
    std::vector<std::optional<std::chrono::steady_clock::time_point>> ended_;
    std::set<std::size_t> open_;
};

/// Return the jobs of a task, as its batch wrote them. \throws Error not_found, bad_data
std::vector<Job> read_task(RunFolders const& folders, std::string const& batch, std::size_t task);

}  // namespace hutch::flow::detail
