#include "hutch/flow/launch.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"

#include <algorithm>
#include <cstdlib>
#include <unistd.h>

#include <fmt/format.h>

namespace hutch::flow {

std::vector<std::string> mpi_words(unsigned ranks, LaunchPlace place, unsigned cpus_per_rank) {
    if (ranks == 0 || cpus_per_rank == 0)
        throw Error(Fault::bad_input,
                    fmt::format("'ranks' is {} with {} CPUs each; expected > 0", ranks, cpus_per_rank));
    if (place == LaunchPlace::slurm_step)
        return {"srun",
                "--mpi=pmix",
                "--exact",
                "--kill-on-bad-exit=1",
                fmt::format("--ntasks={}", ranks),
                fmt::format("--cpus-per-task={}", cpus_per_rank)};
    return {"mpirun", "--oversubscribe", "--bind-to", "none", "-n", std::to_string(ranks)};
}

std::vector<EnvironmentChange> mpi_environment(LaunchPlace place) {
    if (place == LaunchPlace::slurm_step || geteuid() != 0) return {};
    return {{"OMPI_ALLOW_RUN_AS_ROOT", "1"}, {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"}};
}

LaunchPlace mpi_place(double patience) {
    if (std::getenv("SLURM_JOB_ID") == nullptr) return LaunchPlace::here;
    ProcessOptions options;
    options.seconds = patience;
    try {
        auto const end = run_process({"srun", "--mpi=list"}, options);
        return lists_pmix(end.output + end.errors) ? LaunchPlace::slurm_step : LaunchPlace::here;
    } catch (Error const& error) {
        if (error.fault() != Fault::not_found) throw;
        return LaunchPlace::here;
    }
}

bool lists_pmix(std::string_view text) {
    return std::ranges::any_of(split_lines(text), [](auto line) { return trim(line).ends_with("pmix"); });
}

}  // namespace hutch::flow
