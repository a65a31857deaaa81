/// Run a refinement through its stages, and automatic ones where the description names none.
#pragma once

#include "hutch/methods/powder/refine/description.hpp"

#include <functional>
#include <string>
#include <vector>

namespace hutch::powder::refine {

/// What one stage came to.
struct StageResult {
    std::string name;
    Fit fit;
};

/// A finished refinement: the problem with its final values, and how it got there.
struct Run {
    Problem problem;
    Prepared prepared;
    std::vector<StageResult> stages;
    Fit const& last() const { return stages.back().fit; }
};

struct RunOptions {
    std::function<void(std::string const& stage, std::size_t number, std::size_t count)> on_stage;
    std::function<void(Cycle const&)> on_cycle;
    std::function<bool()> should_stop;
};

/// Refine stage by stage. \param known  starting values by name, as from an earlier pattern of a series
Run run(Description description, RunOptions const& options = {},
        std::map<std::string, double> const& known = {});

/// Return the stages that suit a description, in the order in which effects matter for most patterns.
std::vector<Stage> automatic_stages(Description const& description);

}  // namespace hutch::powder::refine
