/// Run one job: call its step in a fresh folder, check what came out, take checksums.
#pragma once

#include "hutch/flow/item.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>

namespace hutch::flow {

/// What all jobs of a process share.
struct Workshop {
    std::span<step::Step const> steps;
    RunFolders const& folders;
    Store& store;
    std::string program;                  ///< name and version, for the record
    unsigned threads = 1;                 ///< that a step may use which takes as many as it is given
    std::string batch{};                  ///< of Slurm, for the record; empty here
    std::function<bool()> should_stop{};  ///< ends long steps; a failure after it said so is not recorded
};

/// Run a job and hand its result to the store.
///
/// Files are written into a folder of their own that no record names until all of it is done. Lines that the
/// step logs go to the item's log; so does the message of a failure. Symbolic links among the outputs are
/// replaced by what they point to.
/// \throws Error whatever the step throws; bug when a wanted output is missing; bad_data when an input
/// changed
///         while the step ran; unsupported when the job was made for another version of the step. The failure
///         stands in the store.
std::shared_ptr<Result const> run_job(Workshop const& shop, Job const& job);

}  // namespace hutch::flow
