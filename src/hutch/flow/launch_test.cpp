#include "hutch/flow/launch.hpp"

#include "hutch/base/error.hpp"

#include <gtest/gtest.h>

namespace hutch::flow {

TEST(Launch, TellsTheNumberOfRanks) {
    auto const here = mpi_words(4, LaunchPlace::here);
    EXPECT_EQ(here.front(), "mpirun");
    EXPECT_EQ(here.back(), "4");
    auto const step = mpi_words(4, LaunchPlace::slurm_step, 2);
    EXPECT_EQ(step.front(), "srun");
    EXPECT_EQ(step[step.size() - 2], "--ntasks=4");
    EXPECT_EQ(step.back(), "--cpus-per-task=2");
}

TEST(Launch, RefusesNoRanks) {
    EXPECT_THROW(mpi_words(0, LaunchPlace::here), Error);
    EXPECT_THROW(mpi_words(1, LaunchPlace::slurm_step, 0), Error);
}

TEST(Launch, FindsPmixInTheListOfSrun) {
    EXPECT_TRUE(
        lists_pmix("MPI plugin types are...\n\tpmix\n\tnone\n\tcray_shasta\n\tpmi2\n"
                   "specific pmix plugin versions available: pmix_v4\n"));
    EXPECT_TRUE(lists_pmix("srun: MPI types are...\nsrun: pmi2\nsrun: pmix\n"));
    EXPECT_FALSE(lists_pmix("MPI plugin types are...\n\tnone\n\tpmi2\n"));
}

}  // namespace hutch::flow
