/// Take command-line words apart into options with values, flags, and plain words.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

namespace hutch {

/// One option. A `value` name makes it take a value; an empty one makes it a flag.
struct Option {
    std::string name, value, help;
    bool repeats = false;
};

struct SortedWords {
    std::map<std::string, std::vector<std::string>> options;  ///< values by option; one empty text for a flag
    std::vector<std::string> plain;
};

/// Sort words into `--name VALUE`, `--name=VALUE`, `--flag` and the rest.
///
/// \param next  stands at the end of messages: "see 'hutch powder simulate --help'"
/// \throws Error bad_input for unknown options, missing values and options that are given twice
SortedWords sort_words(std::span<Option const> options, std::vector<std::string> const& words,
                       std::string const& next);

}  // namespace hutch
