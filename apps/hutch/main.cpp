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
    char const *noun, *verb, *summary;
    hutch::app::Verb run;
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
    std::string const asked = words.size() > 1 ? words[0] + " " + words[1] : words[0];
    std::vector<std::string> known;
    for (Entry const& entry : table) {
        if (asked == fmt::format("{} {}", entry.noun, entry.verb))
            return entry.run({words.begin() + 2, words.end()});
        known.push_back(fmt::format("{} {}", entry.noun, entry.verb));
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
