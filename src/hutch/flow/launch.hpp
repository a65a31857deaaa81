/// How an MPI step is started: the words in front of its program, and the environment it needs.
#pragma once

#include "hutch/base/process.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hutch::flow {

/// `here`: on this machine, or inside a job where srun has no PMIx; `slurm_step`: inside a job of Slurm.
enum class LaunchPlace { here, slurm_step };

/// Return the words to put in front of an MPI program.
///
/// Here: `mpirun`, without binding ranks to cores, because steps that run side by side would all be bound to
/// the first ones. In a job: `srun --mpi=pmix`, which is how Debian's Open MPI and Slurm find each other
/// (--mpi=pmi2 does not work with it); --exact leaves the rest of the job's CPUs to other steps;
/// --kill-on-bad-exit ends all ranks when one fails, as mpirun does, where srun would wait for the others;
/// --cpus-per-task is told again because srun does not take it from sbatch since Slurm 22.05. A job that was
/// submitted with `ranks` has room for that many.
std::vector<std::string> mpi_words(unsigned ranks, LaunchPlace place, unsigned cpus_per_rank = 1);

/// Return what an MPI step needs in its environment: Open MPI's mpirun refuses to run as root without being
/// told twice.
std::vector<EnvironmentChange> mpi_environment(LaunchPlace place);

/// Return where an MPI step of this process is to be started: in a job of Slurm as its step if srun has PMIx.
LaunchPlace mpi_place(double patience = 30);

/// Say whether the list that `srun --mpi=list` writes has PMIx.
bool lists_pmix(std::string_view text);

}  // namespace hutch::flow
