// hutch step list, show, schema and manual: what steps say of themselves.
#include "hutch/base/text.hpp"
#include "hutch/step/help.hpp"
#include "hutch/step/manual.hpp"
#include "hutch/step/schema.hpp"
#include "hutch/steps.hpp"

#include "arguments.hpp"
#include "verbs.hpp"
#include <fmt/format.h>

namespace hutch::app {

int step_list(std::vector<std::string> const& words) {
    Arguments const arguments("step list [--json]", "List all steps with version and summary.", {}, 0, 0,
                              words);
    if (arguments.wants_help()) return arguments.print_help(), 0;
    std::string separator = "[";
    for (step::Step const& one : all_steps()) {
        if (!arguments.has("json")) {
            fmt::print("{:20} {:8} {}\n", one.about.name, one.about.version, one.about.summary);
            continue;
        }
        fmt::print("{}{{\"name\": {}, \"version\": {}, \"summary\": {}}}", separator,
                   to_json_text(one.about.name), to_json_text(one.about.version),
                   to_json_text(one.about.summary));
        separator = ",\n ";
    }
    if (arguments.has("json")) fmt::print("]\n");
    return 0;
}

int step_show(std::vector<std::string> const& words) {
    Arguments const arguments("step show <NAME> [--json]",
                              "Say what a step does, reads, writes and takes; with --json, its schema.", {},
                              1, 1, words);
    if (arguments.wants_help()) return arguments.print_help(), 0;
    auto const steps = all_steps();
    auto const& about = step::find_step(steps, arguments.words()[0]).about;
    fmt::print("{}", arguments.has("json") ? step::schema_of(about) : step::help_of(about));
    return 0;
}

int step_schema(std::vector<std::string> const& words) {
    Arguments const arguments("step schema <NAME>", "Print the JSON Schema of a step's calls.", {}, 1, 1,
                              words);
    if (arguments.wants_help()) return arguments.print_help(), 0;
    auto const steps = all_steps();
    fmt::print("{}", step::schema_of(step::find_step(steps, arguments.words()[0]).about));
    return 0;
}

int step_manual(std::vector<std::string> const& words) {
    Arguments const arguments("step manual", "Print the manual's page of all steps, docs/steps.md.", {}, 0, 0,
                              words);
    if (arguments.wants_help()) return arguments.print_help(), 0;
    auto const steps = all_steps();
    fmt::print("{}", step::manual_of(std::span<step::Step const>(steps)));
    return 0;
}

}  // namespace hutch::app
