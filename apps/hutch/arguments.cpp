#include "arguments.hpp"

#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/compute/parallel.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace hutch::app {

Arguments::Arguments(std::string usage, std::string summary, std::vector<Option> options,
                     std::size_t least_words, std::size_t most_words, std::vector<std::string> const& words)
    : usage_(std::move(usage)), summary_(std::move(summary)), options_(std::move(options)) {
    options_.push_back({"json", "", "write the result as JSON"});
    options_.push_back({"help", "", "show this"});
    std::string const next =
        fmt::format("see 'hutch {} --help'", usage_.substr(0, usage_.find_first_of("[-<") - 1));
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!words[i].starts_with("--") || words[i].size() == 2) {
            plain_.push_back(words[i]);
            continue;
        }
        std::size_t const equals = words[i].find('=');
        std::string const name = words[i].substr(2, equals == std::string::npos ? equals : equals - 2);
        auto const option = std::ranges::find(options_, name, &Option::name);
        if (option == options_.end()) {
            std::vector<std::string> known;
            for (Option const& one : options_) known.push_back(one.name);
            std::string const near = nearest_word(name, known);
            throw Error(Fault::bad_input,
                        fmt::format("'--{}' is no option here; expected {}; {}", name,
                                    near.empty() ? "a known one" : "'--" + near + "'?", next));
        }
        std::string value;
        if (!option->value.empty()) {
            if (equals == std::string::npos && i + 1 >= words.size())
                throw Error(Fault::bad_input,
                            fmt::format("'--{}' has no value; expected {}; {}", name, option->value, next));
            if (equals == std::string::npos && words[i + 1].starts_with("--"))
                throw Error(Fault::bad_input, fmt::format("'--{}' is followed by {}; expected {}; {}", name,
                                                          in_quotes(words[i + 1]), option->value, next));
            value = equals == std::string::npos ? words[++i] : words[i].substr(equals + 1);
        }
        if (!option->repeats && values_.contains(name))
            throw Error(Fault::bad_input,
                        fmt::format("'--{}' is given twice; expected once; {}", name, next));
        values_[name].push_back(value);
    }
    wants_help_ = has("help");
    if (!wants_help_ && (plain_.size() < least_words || plain_.size() > most_words))
        throw Error(Fault::bad_input,
                    fmt::format("there are {} plain words; expected {}: 'hutch {}'; {}", plain_.size(),
                                least_words == most_words ? fmt::format("{}", most_words)
                                                          : fmt::format("{} to {}", least_words, most_words),
                                usage_, next));
}

void Arguments::print_help() const {
    fmt::print("usage: hutch {}\n\n{}\n\n", usage_, summary_);
    for (Option const& option : options_)
        fmt::print("  {:32} {}\n", "--" + option.name + (option.value.empty() ? "" : " " + option.value),
                   option.help);
}

std::string Arguments::text(std::string const& name, std::string const& fallback) const {
    auto const found = values_.find(name);
    return found == values_.end() ? fallback : found->second.back();
}

std::string Arguments::required(std::string const& name) const {
    if (!has(name))
        throw Error(Fault::bad_input,
                    fmt::format("'--{}' is missing; expected it: 'hutch {}'", name, usage_));
    return text(name);
}

double Arguments::number(std::string const& name, double fallback) const {
    if (!has(name)) return fallback;
    if (auto const value = to_number(text(name))) return *value;
    throw Error(Fault::bad_input,
                fmt::format("'--{}' is {}; expected a number", name, in_quotes(text(name))));
}

std::uint64_t Arguments::count(std::string const& name, std::uint64_t fallback, double least,
                               double most) const {
    double const value = number(name, double(fallback));
    if (!(value >= least && value <= most && value == std::floor(value)))
        throw Error(Fault::bad_input, fmt::format("'--{}' is {}; expected a whole number from {} to {}", name,
                                                  value, least, most));
    return std::uint64_t(value);
}

unsigned thread_count(Arguments const& arguments) {
    return unsigned(arguments.count("threads", compute::default_threads(), 1, 1024));
}

std::vector<std::string> Arguments::all(std::string const& name) const {
    auto const found = values_.find(name);
    return found == values_.end() ? std::vector<std::string>{} : found->second;
}

}  // namespace hutch::app
