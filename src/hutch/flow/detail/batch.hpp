/// Keep one job array of a flow: its tasks' jobs on disk, its number at Slurm, what became of it.
#pragma once

#include "hutch/flow/item.hpp"
#include "hutch/flow/slurm.hpp"
#include "hutch/flow/slurm_run.hpp"

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
    /// Return the keys of a task's jobs.
    std::vector<std::vector<std::string>> const& tasks() const { return tasks_; }
    /// Say whether a task has ended, in whatever way, by the last follow(), and since how many of them.
    unsigned ended_for(std::size_t task) const { return ended_[task]; }
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
    std::vector<std::vector<std::string>> tasks_;
    std::vector<TaskReport> reports_;
    std::vector<unsigned> ended_;
    std::set<std::size_t> open_;
};

/// Return the jobs of a task, as its batch wrote them. \throws Error not_found, bad_data
std::vector<Job> read_task(RunFolders const& folders, std::string const& batch, std::size_t task);

}  // namespace hutch::flow::detail
