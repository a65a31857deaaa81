#include "run_step.hpp"

#include "hutch/base/text.hpp"
#include "hutch/compute/parallel.hpp"
#include "hutch/step/command_line.hpp"
#include "hutch/step/help.hpp"

#include <unistd.h>

#include <fmt/format.h>

namespace hutch::app {

int run_step(step::Step const& wanted, std::vector<std::string> const& words) {
    step::Call defaults;
    defaults.threads = compute::default_threads();
    defaults.is_interactive = ::isatty(STDERR_FILENO) == 1;
    if (defaults.is_interactive)
        defaults.log = [](std::string const& line) { fmt::print(stderr, "{}\n", line); };
    auto const request = step::read_command_line(wanted.about, words, defaults);
    if (request.wants_help) return fmt::print("{}", step::help_of(wanted.about)), 0;
    step::Outcome const outcome = step::run_step(wanted, request.call);
    if (request.wants_json)
        fmt::print("{}\n", step::to_json(wanted.about, request.call, outcome));
    else
        fmt::print("{}", outcome.text);
    return 0;
}

}  // namespace hutch::app
