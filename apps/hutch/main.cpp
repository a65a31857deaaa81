// The command line: a table of verbs, one file per verb.
#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"

#include <algorithm>
#include <cstdio>
#include <new>
#include <string>
#include <vector>

#include "verbs.hpp"
#include <fmt/format.h>

namespace {

struct Entry {
    char const *noun, *verb, *summary;  // an empty verb: the noun alone is a command
    hutch::app::Verb run;

    std::string name() const { return verb[0] == '\0' ? noun : fmt::format("{} {}", noun, verb); }
};

constexpr Entry table[] = {
    {"powder", "simulate", "calculate the pattern of one structure", hutch::app::powder_simulate},
    {"powder", "convert", "read a pattern in one format and write it in another", hutch::app::powder_convert},
    {"powder", "identify", "name the phases that explain a measured pattern", hutch::app::powder_identify},
    {"powder", "survey", "tell which structures of a library are usable, and why others are not",
     hutch::app::powder_survey},
    {"powder", "parameters", "list what can be set, with unit, range and meaning",
     hutch::app::powder_parameters},
    {"dataset", "build", "build an AI-ready data set from a recipe", hutch::app::dataset_build},
    {"dataset", "verify", "recompute every checksum of a data set", hutch::app::dataset_verify},
    {"machine", "", "show what is here and what it can do at most", hutch::app::machine},
};

void print_help(std::FILE* to) {
    fmt::print(
        to,
        "hutch {}: from what instruments measure and simulations compute to data that machines learn from\n\n"
        "usage: hutch NOUN VERB ... [--json]\n\n",
        HUTCH_VERSION);
    for (Entry const& entry : table)
        fmt::print(to, "  hutch {:8} {:11} {}\n", entry.noun, entry.verb, entry.summary);
    fmt::print(to, "\n'hutch NOUN VERB --help' explains one.\n");
}

int run(std::vector<std::string> const& words) {
    if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help")
        return print_help(stdout), 0;
    if (words[0] == "--version") return fmt::print("hutch {}\n", HUTCH_VERSION), 0;
    // An option is no verb: 'hutch machine --json' asks for 'machine'.
    bool const has_verb = words.size() > 1 && !words[1].starts_with('-');
    std::string const asked = has_verb ? words[0] + " " + words[1] : words[0];
    std::vector<std::string> known;
    for (Entry const& entry : table) {
        std::string const name = entry.name();
        bool const is_single = name == entry.noun;
        if (name == (is_single ? words[0] : asked))
            return entry.run({words.begin() + (is_single ? 1 : 2), words.end()});
        known.push_back(name);
    }
    std::string const near = hutch::nearest_word(asked, known);
    throw hutch::Error(hutch::Fault::bad_input,
                       fmt::format("'{}' is no verb; expected {}; see 'hutch --help'", asked,
                                   near.empty() ? "one of those listed" : "'" + near + "'?"));
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
