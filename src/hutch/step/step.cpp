#include "hutch/step/step.hpp"

#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hutch::step {

char const* to_name(Type type) {
    switch (type) {
        case Type::flag:
            return "flag";
        case Type::integer:
            return "integer";
        case Type::number:
            return "number";
        case Type::text:
            return "text";
        case Type::choice:
            break;
    }
    return "choice";
}

std::filesystem::path Call::input(std::string const& name) const {
    auto const found = inputs.find(name);
    return found == inputs.end() || found->second.empty() ? std::filesystem::path() : found->second[0];
}

std::optional<std::filesystem::path> Call::output(std::string const& name) const {
    auto const found = outputs.find(name);
    if (found == outputs.end()) return {};
    return found->second;
}

namespace {

bool is_of_type(Value const& value, Type type) {
    switch (type) {
        case Type::flag:
            return value.is_flag();
        case Type::integer:
            return value.is_integer();
        case Type::number:
            return value.is_number();
        case Type::text:
        case Type::choice:
            break;
    }
    return value.is_text();
}

bool fits(Finding const& finding, Value const& value) {
    if (!finding.is_list) return is_of_type(value, finding.type);
    return value.is_list() && std::ranges::all_of(value.list(), [&](Value const& item) {
               return is_of_type(item, finding.type);
           });
}

}  // namespace

Outcome run_step(Step const& step, Call const& call) {
    Outcome outcome = step.run(call);
    for (auto const& [name, value] : outcome.findings) {
        auto const described = std::ranges::find(step.about.findings, name, &Finding::name);
        if (described == step.about.findings.end() || !fits(*described, value))
            throw Error(Fault::bug, fmt::format("'{}' of {} is {}; expected what the step describes", name,
                                                step.about.name, in_quotes(to_text(value))));
    }
    for (auto const& [name, path] : call.outputs)
        if (!std::filesystem::exists(path))
            throw Error(Fault::bug, fmt::format("'{}' of {} is not written; expected it: '{}'", name,
                                                step.about.name, path.string()));
    return outcome;
}

Step const& find_step(std::span<Step const> steps, std::string const& name) {
    std::vector<std::string> known;
    for (Step const& step : steps) {
        if (step.about.name == name) return step;
        known.push_back(step.about.name);
    }
    std::string const near = nearest_word(name, known);
    throw Error(Fault::not_found, fmt::format("{} is no step; expected {}", in_quotes(name),
                                              near.empty() ? "one of 'hutch step list'" : "'" + near + "'?"));
}

}  // namespace hutch::step
