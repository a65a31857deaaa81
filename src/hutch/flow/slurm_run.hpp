/// Run a flow on Slurm: items in job arrays, followed until all is done; and what a task of such an array
/// does.
#pragma once

#include "hutch/flow/run.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace hutch::flow {

struct SlurmOptions {
    std::filesystem::path
        program;  ///< that understands `work OUT BATCH TASK`; found under the same path on all nodes
    std::string partition, account;
    std::vector<std::string> extra;  ///< further options of sbatch
    double task_minutes =
        5;  ///< no task is meant to last longer; nor shorter than a fifth, while there is enough to do
    double poll_seconds = 1;  ///< at first; a fiftieth of the run's age later, up to 15
    double grace_seconds =
        30;  ///< how long results of a task that has ended may take to show on a shared file system
    unsigned cpus = 1;    ///< of an item whose step takes as many threads as it is given
    unsigned losses = 5;  ///< how often an item may be lost with its task before it counts as failed
};

/// Run all items that have no result yet as tasks of job arrays.
///
/// Items that need the same (step, CPUs, GPUs, ranks, memory) are packed into tasks by how long earlier ones
/// took. Results come in through the journals that tasks write, so they count whether or not Slurm remembers
/// the job. What a task did not finish (its node died, its time ran out) is submitted again. When this
/// process is killed, jobs go on; the next run in the folder follows them.
/// \throws Error as run_flow(); unsupported when Slurm is not installed
RunReport run_flow_on_slurm(Graph const& graph, std::span<step::Step const> steps, RunOptions const& options,
                            SlurmOptions const& slurm);

/// Do one task of an array: its jobs one after the other; what has a result already is passed over.
/// \return how many of its jobs failed
std::size_t work_on_task(std::filesystem::path const& out, std::string const& batch, std::size_t task,
                         std::span<step::Step const> steps, std::string const& program);

/// Return how many items go into a task.
///
/// \param count     items that wait
/// \param seconds   of one item
/// \param parallel  tasks that the cluster can run at once; 0: unknown
std::size_t items_per_task(std::size_t count, double seconds, std::size_t parallel, double task_minutes);

}  // namespace hutch::flow
