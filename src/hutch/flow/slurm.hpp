/// Submit job arrays to Slurm, see what became of their tasks, and cancel them, through Slurm's own commands.
///
/// Slurm is GPL and its library changes with every release, so nothing of it is linked. Lines of formats with
/// a separator (`squeue --format`) are read instead of --json, whose form follows the release of Slurm and
/// which needs a plug-in that not every site has.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace hutch::flow {

/// How long a command of Slurm may take before it is ended [s]. Commands themselves give up on a silent
/// controller after some MessageTimeouts (10 s each by default).
constexpr double slurm_patience = 120;

struct SlurmRequest {
    std::string name{};                  ///< of the job; what is no letter, digit or one of ._- becomes _
    std::filesystem::path script{};      ///< run for each task, with SLURM_ARRAY_TASK_ID from 0 up
    std::filesystem::path log_folder{};  ///< has to exist; each task appends to log_path()
    std::size_t array_size = 1;          ///< > 0; tasks are 0 .. array_size - 1; at most max_array_size()
    unsigned cpus = 1;                   ///< for each rank
    unsigned gpus = 0;                   ///< for each rank
    unsigned ranks = 1;                  ///< MPI processes of a task
    double memory_gib = 0;               ///< for each rank; 0: what the site gives
    double minutes = 0;                ///< limit of a task, rounded up to whole ones; 0: what the site gives
    std::string partition{};           ///< empty: what the site gives
    std::string account{};             ///< empty: what the site gives
    std::vector<std::string> extra{};  ///< further options of sbatch; they win over ours
};

/// Submit an array of tasks and return the number of the job.
///
/// Tasks are not requeued by Slurm unless `extra` says --requeue: a requeued task waits for two minutes, and
/// is seen as pending, not as failed; whoever follows the job resubmits what is missing. Variables SLURM_* of
/// this process are kept from sbatch, but for those by which Slurm is found, so that a job may submit jobs:
/// sbatch would hand them on, and srun refuses to run with both SLURM_MEM_PER_CPU and SLURM_MEM_PER_NODE.
///
/// \throws Error external with Slurm's own message when it refuses, or when the controller does not answer
///         (then the job may stand in the queue all the same, and jobs_named() finds it); not_found when
///         there is no script or folder; unsupported when sbatch is not installed
std::string submit(SlurmRequest const& request, double patience = slurm_patience);

/// Return where the log of a task is.
std::filesystem::path log_path(std::filesystem::path const& log_folder, std::string const& job,
                               std::size_t task);

/// Return the numbers of this user's jobs of that name that Slurm still knows, ended ones too, ascending.
std::vector<std::string> jobs_named(std::string const& name, double patience = slurm_patience);

/// What became of a task. `gone`: Slurm does not know it any more (it forgets what ended MinJobAge ago, 300 s
/// by default, and at once a task that is cancelled before it started); look at what it wrote.
enum class TaskState { pending, running, done, failed, gone };

struct TaskReport {
    std::size_t task = 0;
    TaskState state = TaskState::gone;
    /// Slurm's word for a failure first (FAILED, NODE_FAIL, TIMEOUT, OUT_OF_MEMORY, CANCELLED, PREEMPTED,
    /// ...), then its reason in brackets where it has one; of a pending task why it waits (Resources,
    /// JobHeldAdmin, ...).
    std::string reason;
    /// Of a failed task; 128 + signal when a signal ended it; 0 when it came to no end of its own (NODE_FAIL,
    /// CANCELLED); -1 where Slurm does not say.
    int exit_code = 0;
    std::string node;  ///< on which it runs or ran; a list such as n[1-3] for MPI
};

/// Return what became of every task of an array, in order, by squeue, and by sacct or scontrol for exit codes
/// and for tasks that squeue does not know any more.
///
/// \throws Error external when the controller does not answer, which is no sign that jobs are lost (ask
///         again); unsupported when squeue is not installed
std::vector<TaskReport> task_states(std::string const& job, std::size_t array_size,
                                    double patience = slurm_patience);

/// Say whether a pending task will wait until somebody does something (held, or its need can never be met).
bool is_stuck(TaskReport const& report);

/// Cancel a job with all its tasks; one that has ended or is unknown is no error.
/// \throws Error as task_states() does
void cancel(std::string const& job, double patience = slurm_patience);

/// Return how many tasks an array may have on this site (MaxArraySize, 1001 by default).
std::size_t max_array_size(double patience = slurm_patience);

/// A partition as sinfo shows it; nodes of different kinds make several lines.
struct SlurmPartition {
    std::string name;
    bool is_default = false, is_up = false;
    std::string time_limit;  ///< as Slurm writes it: "infinite", "1-00:00:00"
    std::size_t nodes = 0;
    unsigned cpus = 0;      ///< of a node
    double memory_gib = 0;  ///< of a node
    std::string gres;       ///< of a node, such as "gpu:a100:4"; empty: none
};
std::vector<SlurmPartition> partitions(double patience = slurm_patience);

}  // namespace hutch::flow
