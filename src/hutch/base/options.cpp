#include "hutch/base/options.hpp"

#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hutch {
namespace {

[[noreturn]] void refuse(std::string const& message, std::string const& next) {
    throw Error(Fault::bad_input, message + "; " + next);
}

Option const& find_option(std::span<Option const> options, std::string const& name, std::string const& next) {
    auto const option = std::ranges::find(options, name, &Option::name);
    if (option != options.end()) return *option;
    std::vector<std::string> known;
    for (Option const& one : options) known.push_back(one.name);
    std::string const near = nearest_word(name, known);
    refuse(fmt::format("'--{}' is no option here; expected {}", name,
                       near.empty() ? "a known one" : "'--" + near + "'?"),
           next);
}

}  // namespace

SortedWords sort_words(std::span<Option const> options, std::vector<std::string> const& words,
                       std::string const& next) {
    SortedWords sorted;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!words[i].starts_with("--") || words[i].size() == 2) {
            sorted.plain.push_back(words[i]);
            continue;
        }
        std::size_t const equals = words[i].find('=');
        bool const has_equals = equals != std::string::npos;
        std::string const name = words[i].substr(2, has_equals ? equals - 2 : equals);
        Option const& option = find_option(options, name, next);
        if (option.value.empty() && has_equals)
            refuse(fmt::format("'--{}' has the value {}; expected none", name,
                               in_quotes(words[i].substr(equals + 1))),
                   next);
        if (!option.repeats && sorted.options.contains(name))
            refuse(fmt::format("'--{}' is given twice; expected once", name), next);
        std::string value;
        if (!option.value.empty() && !has_equals) {
            if (i + 1 >= words.size())
                refuse(fmt::format("'--{}' has no value; expected {}", name, option.value), next);
            if (words[i + 1].starts_with("--"))
                refuse(fmt::format("'--{}' is followed by {}; expected {}", name, in_quotes(words[i + 1]),
                                   option.value),
                       next);
        }
        if (!option.value.empty()) value = has_equals ? words[i].substr(equals + 1) : words[++i];
        sorted.options[name].push_back(value);
    }
    return sorted;
}

}  // namespace hutch
