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
