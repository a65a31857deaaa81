#include "arguments.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/compute/parallel.hpp"

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
    SortedWords sorted = sort_words(options_, words, next);
    values_ = std::move(sorted.options);
    plain_ = std::move(sorted.plain);
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
