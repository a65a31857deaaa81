// The command line: steps by their names, and a table of verbs, one file per verb.
#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/base/version.hpp"
#include "hutch/step/wording.hpp"
#include "hutch/steps.hpp"

#include <algorithm>
#include <cstdio>
#include <new>
#include <string>
#include <vector>

#include "run_step.hpp"
#include "verbs.hpp"
#include <fmt/format.h>

namespace {

using Words = std::vector<std::string>;

struct Entry {
    char const* name;  ///< one word or two
    char const* summary;
    hutch::app::Verb run;
};

constexpr Entry table[] = {
    {"run", "run a flow of steps, here or on Slurm", hutch::app::run_flow},
    {"log", "print the log of an item of a flow", hutch::app::show_log},
    {"work", "do one task of a flow's job array (called by Slurm)", hutch::app::work_on_task},
    {"assess", "measure how ready a data set is for machine learning", hutch::app::assess},
    {"machine", "show what is here and what it can do at most", hutch::app::machine},
    {"step list", "list all steps with version and summary", hutch::app::step_list},
    {"step show", "say what a step does, reads, writes and takes", hutch::app::step_show},
    {"step schema", "print the JSON Schema of a step's calls", hutch::app::step_schema},
    {"step manual", "print the manual's page of all steps", hutch::app::step_manual},
};

void print_help(std::FILE* to) {
    fmt::print(
        to,
        "hutch {}: from what instruments measure and simulations compute to data that machines learn from\n\n"
        "usage: hutch VERB ... [--json]\n\n",
        hutch::version());
    for (auto const& step : hutch::all_steps())
        fmt::print(to, "  hutch {:20} {}\n", hutch::step::words_of(step.about), step.about.summary);
    for (Entry const& entry : table) fmt::print(to, "  hutch {:20} {}\n", entry.name, entry.summary);
    fmt::print(to, "\n'hutch VERB ... --help' explains one.\n");
}

// How many words a name has when all of them stand at the front; 0 when they do not.
std::size_t words_matched(std::string const& name, Words const& words) {
    auto const parts = hutch::split_words(name);
    bool const is_there =
        parts.size() <= words.size() && std::equal(parts.begin(), parts.end(), words.begin());
    return is_there ? parts.size() : 0;
}

[[noreturn]] void refuse(Words const& words, std::vector<std::string> const& known) {
    std::string const asked = words.size() > 1 ? words[0] + " " + words[1] : words[0];
    std::string const near = hutch::nearest_word(asked, known);
    throw hutch::Error(hutch::Fault::bad_input,
                       fmt::format("'{}' is no verb; expected {}; see 'hutch --help'", asked,
                                   near.empty() ? "one of those listed" : "'" + near + "'?"));
}

int run(Words const& words) {
    if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help")
        return print_help(stdout), 0;
    if (words[0] == "--version") return fmt::print("hutch {}\n", hutch::version()), 0;
    std::vector<std::string> known;
    auto const behind = [&](std::size_t count) { return Words(words.begin() + long(count), words.end()); };
    for (Entry const& entry : table) {
        if (auto const count = words_matched(entry.name, words)) return entry.run(behind(count));
        known.emplace_back(entry.name);
    }
    for (auto const& step : hutch::all_steps()) {
        known.push_back(hutch::step::words_of(step.about));
        if (auto const count = words_matched(known.back(), words))
            return hutch::app::run_step(step, behind(count));
    }
    refuse(words, known);
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> words(argv + 1, argv + argc);
    bool const wants_json = std::ranges::find(words, "--json") != words.end();
    auto const report = [&](char const* fault, char const* message, int status) {
        if (wants_json)
            fmt::print(stderr, "{{\"error\": {{\"fault\": \"{}\", \"message\": {}}}}}\n", fault,
                       hutch::to_json_text(message));
        else
            fmt::print(stderr, "hutch: {}\n", message);
        return status;
    };
    try {
        int const status = run(words);
        if (std::fflush(stdout) != 0)
            return report("external", "cannot write standard output; expected room for the result", 7);
        return status;
    } catch (hutch::Error const& error) {
        return report(to_name(error.fault()), error.what(), exit_status(error.fault()));
    } catch (std::bad_alloc const&) {
        return report("exhausted", "out of memory; expected less to do at once", 6);
    } catch (std::exception const& error) {
        return report("bug", error.what(), 70);
    }
}
