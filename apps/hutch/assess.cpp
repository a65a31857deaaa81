// hutch assess: the step dataset.assess under a short name, with its whole report as JSON and the rubric
// explained.
#include "hutch/base/error.hpp"
#include "hutch/compute/parallel.hpp"
#include "hutch/curate/assess/report.hpp"
#include "hutch/step/command_line.hpp"
#include "hutch/step/help.hpp"
#include "hutch/steps.hpp"

#include <algorithm>
#include <unistd.h>

#include "verbs.hpp"
#include <fmt/format.h>

namespace hutch::app {

int assess(std::vector<std::string> const& words) {
    auto const explained = std::ranges::find(words, "--explain");
    if (explained != words.end()) {
        if (explained + 1 == words.end())
            throw Error(Fault::bad_input, "'--explain' has no value; expected a check, such as C27");
        return fmt::print("{}", curate::assess::explain(*(explained + 1))), 0;
    }
    auto const steps = all_steps();
    step::Step const& assessing = step::find_step(steps, "dataset.assess");
    step::Call defaults;
    defaults.threads = compute::default_threads();
    defaults.is_interactive = ::isatty(STDERR_FILENO) == 1;
    auto const request = step::read_command_line(assessing.about, words, defaults);
    if (request.wants_help) {
        fmt::print(
            "{}\n  --explain ID  say what a check asks, where it counts and what to do; nothing is read\n",
            step::help_of(assessing.about));
        return 0;
    }
    step::Outcome const outcome = step::run_step(assessing, request.call);
    fmt::print("{}", request.wants_json ? outcome.json : outcome.text);
    return 0;
}

}  // namespace hutch::app
