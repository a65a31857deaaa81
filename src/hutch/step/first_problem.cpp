#include "hutch/base/error.hpp"
#include "hutch/step/step.hpp"
#include "hutch/step/unit.hpp"

#include <algorithm>
#include <cmath>
#include <regex>
#include <set>

#include <fmt/format.h>

namespace hutch::step {
namespace {

using Problem = std::optional<std::string>;

constexpr std::string_view snake_case = "lower-case letters, digits and _, a letter first";
// Words of the command line that mean the same for every step.
constexpr std::string_view taken[] = {"help", "json", "threads", "device", "out", "version"};

bool is_snake(std::string const& text) { return std::regex_match(text, std::regex("[a-z][a-z0-9_]*")); }

// Collects the path of what is looked at, so that a problem can say where it is.
struct Place {
    std::string path;
    Place in(std::string const& item) const { return {path + "." + item}; }
    Problem is(std::string const& found, std::string_view expected) const {
        return fmt::format("'{}' {}; expected {}", path, found, expected);
    }
    Problem lacks(std::string const& what, std::string_view expected) const {
        return is("has no " + what, expected);
    }
};

Problem unit_problem(Place const& place, std::string const& unit) {
    if (unit.empty()) return place.lacks("unit", "one such as 'mm', or '1'");
    if (!is_unit(unit)) return place.is(fmt::format("has the unit '{}'", unit), "one that UDUNITS knows");
    return {};
}

Problem number_problem(Place const& place, Field const& field) {
    if (auto problem = unit_problem(place, field.unit)) return problem;
    bool const is_bounded = std::isfinite(field.least) && std::isfinite(field.most);
    if (!is_bounded && field.rule.empty())
        return place.lacks("finite range", "least and most, or a rule in words");
    if (!(field.least <= field.most))
        return place.is(fmt::format("has the range {} to {}", field.least, field.most), "least <= most");
    return {};
}

Problem choice_problem(Place const& place, Field const& field) {
    std::set<std::string> const unique(field.choices.begin(), field.choices.end());
    if (field.choices.empty()) return place.lacks("choices", "at least one");
    if (unique.size() != field.choices.size() || unique.contains(""))
        return place.is("has choices that are equal or empty", "each once");
    return {};
}

Problem pattern_problem(Place const& place, std::string const& pattern) {
    try {
        std::regex const expression(pattern);
        return {};
    } catch (std::regex_error const&) {
        return place.is(fmt::format("has the pattern '{}'", pattern), "an ECMAScript expression");
    }
}

Problem field_problem(Place const& place, Field const& field) {
    if (field.type == Type::number || field.type == Type::integer) return number_problem(place, field);
    if (!field.unit.empty())
        return place.is(fmt::format("is a {} and has a unit", to_name(field.type)), "units of numbers only");
    if (field.type == Type::choice) return choice_problem(place, field);
    if (field.type == Type::text && field.rule.empty())
        return place.lacks("rule", "what it may be, in words");
    return pattern_problem(place, field.pattern);
}

Problem row_problem(Place const& place, Parameter const& parameter) {
    std::set<std::string> names;
    bool was_optional = false;
    for (Field const& field : parameter.fields) {
        Place const here = parameter.fields.size() > 1 ? place.in(field.name) : place;
        if (parameter.fields.size() > 1 && !is_snake(field.name)) return here.is("is no name", snake_case);
        if (!names.insert(field.name).second) return here.is("is there twice", "fields of different names");
        if (auto problem = field_problem(here, field)) return problem;
        if (field.type == Type::flag && (parameter.is_list || parameter.fields.size() > 1))
            return here.is("is a flag in a list or row", "a choice");
        if (&field == &parameter.fields[0] && field.fallback)
            return here.is("has a fallback and is first", "the parameter's default");
        if (was_optional && !field.fallback)
            return here.lacks("fallback", "one, as the field before it may be left out");
        was_optional = field.fallback.has_value();
    }
    return {};
}

// A default is right when it comes through complete().
Problem default_problem(Place const& place, Parameter const& parameter) {
    if (!parameter.fallback) return {};
    if (parameter.fallback->is_nothing())
        return parameter.otherwise.empty()
                   ? place.is("has the default nothing", "words that say what holds then")
                   : Problem();
    if (!parameter.otherwise.empty()) return place.is("has a default and words for none", "one of both");
    try {
        Description about;
        about.parameters = {parameter};
        complete(about, {});
        return {};
    } catch (Error const& error) {
        return place.is(fmt::format("has a default that breaks its rule: {}", error.what()), "one within it");
    }
}

Problem parameter_problem(Place const& place, Parameter const& parameter) {
    if (!is_snake(parameter.name)) return place.is("is no name", snake_case);
    if (parameter.help.empty()) return place.lacks("help", "one line");
    if (parameter.fields.empty()) return place.lacks("fields", "at least one");
    if (auto problem = row_problem(place, parameter)) return problem;
    return default_problem(place, parameter);
}

Problem port_problem(Place const& place, Port const& port, bool is_output) {
    if (!is_snake(port.name)) return place.is("is no name", snake_case);
    if (port.help.empty()) return place.lacks("help", "one line");
    if (port.format.empty()) return place.lacks("format", "what a reader must know");
    if (is_output && (port.file.empty() || port.file.find('/') != std::string::npos || port.file[0] == '.'))
        return place.is(fmt::format("has the file '{}'", port.file), "a name in a folder of results");
    if (is_output && port.is_list) return place.is("is a list", "one file or a folder");
    bool const is_array = !port.dtype.empty() || !port.dims.empty();
    if (is_array && port.dtype.empty()) return place.lacks("dtype", "one, as it has dims");
    if (is_array && port.dims.empty()) return place.lacks("dims", "one name for each dimension");
    if (is_array) return unit_problem(place, port.unit);
    return port.unit.empty() ? Problem() : place.is("has a unit and no dtype", "units of arrays only");
}

Problem finding_problem(Place const& place, Finding const& finding) {
    if (!is_snake(finding.name)) return place.is("is no name", snake_case);
    if (finding.help.empty()) return place.lacks("help", "one line");
    if (finding.type == Type::number || finding.type == Type::integer)
        return unit_problem(place, finding.unit);
    return finding.unit.empty() ? Problem()
                                : place.is("has a unit and is no number", "units of numbers only");
}

// Parameters and ports become options of one command line; findings and outputs keys of one result.
Problem name_problem(Place const& place, Description const& about) {
    std::set<std::string> options(std::begin(taken), std::end(taken)), results;
    auto const add = [&](std::set<std::string>& names, std::string const& name) -> Problem {
        if (names.insert(name).second) return {};
        return place.in(name).is("is a name that is taken", "another");
    };
    for (Parameter const& one : about.parameters)
        if (auto problem = add(options, one.name)) return problem;
    for (Port const& one : about.inputs)
        if (auto problem = add(options, one.name)) return problem;
    for (Port const& one : about.outputs) {
        bool const is_first = &one == &about.outputs[0];  // the one that --out means anyway
        if (!(is_first && one.name == "out"))
            if (auto problem = add(options, one.name)) return problem;
        results.insert(one.name);
    }
    for (Finding const& one : about.findings)
        if (auto problem = add(results, one.name)) return problem;
    return {};
}

Problem needs_problem(Place const& place, Description const& about) {
    Needs const& needs = about.needs;
    if (!(needs.memory_gib > 0 && needs.seconds > 0 && std::isfinite(needs.memory_gib) &&
          std::isfinite(needs.seconds)))
        return place.is("needs no memory or no time", "memory_gib > 0 and seconds > 0");
    if (needs.ranks_parameter.empty()) return {};
    auto const parameter = std::ranges::find(about.parameters, needs.ranks_parameter, &Parameter::name);
    if (parameter == about.parameters.end() || parameter->is_list ||
        parameter->fields[0].type != Type::integer)
        return place.is(fmt::format("has ranks by '{}'", needs.ranks_parameter),
                        "a parameter that is an integer");
    return {};
}

Problem head_problem(Place const& place, Description const& about) {
    static std::regex const name("[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)+");
    static std::regex const version("(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)");
    if (!std::regex_match(about.name, name)) return place.is("is no name", "words such as 'powder.simulate'");
    if (!std::regex_match(about.version, version))
        return place.is(fmt::format("has the version '{}'", about.version), "MAJOR.MINOR.PATCH");
    if (about.summary.empty() || about.summary.ends_with('.'))
        return place.is(fmt::format("has the summary '{}'", about.summary), "one clause without full stop");
    if (about.reference.empty()) return place.lacks("reference", "where its method is published or defined");
    return {};
}

}  // namespace

Problem first_problem(Description const& about) {
    Place const place{about.name};
    if (auto problem = head_problem(place, about)) return problem;
    for (Parameter const& one : about.parameters)
        if (auto problem = parameter_problem(place.in(one.name), one)) return problem;
    for (Port const& one : about.inputs)
        if (auto problem = port_problem(place.in(one.name), one, false)) return problem;
    for (Port const& one : about.outputs)
        if (auto problem = port_problem(place.in(one.name), one, true)) return problem;
    for (Finding const& one : about.findings)
        if (auto problem = finding_problem(place.in(one.name), one)) return problem;
    if (auto problem = needs_problem(place, about)) return problem;
    return name_problem(place, about);
}

}  // namespace hutch::step
