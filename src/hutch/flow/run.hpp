/// Run a flow: on the threads of this machine; what is there already is kept, a killed run goes on.
#pragma once

#include "hutch/flow/schedule.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace hutch::flow {

/// What a run shows while it goes on.
struct RunState {
    std::vector<NodeCount> nodes;
    std::string note;  ///< of Slurm: how many tasks wait and run
};

struct RunOptions {
    std::filesystem::path out;  ///< results, and below `.flow` what is needed to go on
    unsigned threads = 1;
    std::string program;  ///< name and version, for the record
    /// Called about five times a second, from another thread, and once at the end.
    std::function<void(RunState const&)> watch;
    /// Asked often, from several threads; true ends the run as soon as running steps allow.
    std::function<bool()> should_stop{};
};

struct RunReport {
    std::vector<NodeCount> nodes;
    std::vector<FailedItem> failures;
    double seconds = 0;
    std::size_t broken_lines = 0;  ///< of journals: what a kill cut off
    bool was_stopped = false;
    bool is_complete() const;
};

/// Run all items of a flow that have no result yet.
///
/// A failed item is repeated as its node says, then what needs it is skipped and all else goes on.
/// At the end the folder holds results/STEP/ITEM/FILE (hard links into the store), results/STEP.csv (loops
/// and findings of all items), provenance.json and flow.yaml.
/// \throws Error denied when another run works in the folder, external when it cannot be written
RunReport run_flow(Graph const& graph, std::span<step::Step const> steps, RunOptions const& options);

/// What a run would do.
struct PlannedNode {
    std::string id, step;
    std::size_t items = 0, kept = 0, to_run = 0;
    std::size_t unknown = 0;      ///< depend on what will be run
    double seconds_per_item = 0;  ///< from earlier results, else the step's own guess
    bool is_measured = false;
};
std::vector<PlannedNode> plan_flow(Graph const& graph, RunOptions const& options);

/// Return the log of an item, from a run folder; empty when it said nothing. \param item
/// "simulate/PbSO4/size=0.05"
std::string read_log(std::filesystem::path const& out, std::string const& item);

}  // namespace hutch::flow
