#include "hutch/step/wording.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::step {
namespace {

std::string to_upper(std::string text) {
    for (char& c : text) c = c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
    return text;
}

// FIRST:LAST:STEP, VALUE[:WEIGHT]
std::string row_form(Parameter const& parameter) {
    std::string form, end;
    for (Field const& field : parameter.fields) {
        form += (form.empty() ? "" : field.fallback ? "[:" : ":") + to_upper(field.name);
        if (field.fallback) end += "]";
    }
    return form + end;
}

}  // namespace

std::string to_text(Parameter const& parameter, Value const& value) {
    if (!parameter.is_list || !value.is_list()) return to_text(value);
    std::string text;
    for (Value const& item : value.list()) text += (text.empty() ? "" : ",") + to_text(item);
    return text.empty() ? "none" : text;
}

std::string rule_of(Field const& field) {
    bool const has_least = std::isfinite(field.least);
    bool const has_most = std::isfinite(field.most);
    std::string const kind = field.type == Type::integer ? "a whole number" : "a number";
    switch (field.type) {
        case Type::flag:
            return "true or false";
        case Type::choice:
            if (field.choices.size() == 2) return field.choices[0] + " or " + field.choices[1];
            return fmt::format("one of: {}", fmt::join(field.choices, ", "));
        case Type::text:
            return field.rule;
        case Type::integer:
        case Type::number:
            break;
    }
    if (has_least && has_most)
        return fmt::format("{}{} to {}", field.type == Type::integer ? kind + " from " : "", field.least,
                           field.most);
    if (has_least) return fmt::format("{} >= {}", kind, field.least);
    if (has_most) return fmt::format("{} <= {}", kind, field.most);
    return field.rule.empty() ? kind : field.rule;
}

std::string form_of(Parameter const& parameter) {
    return parameter.fields.size() == 1 ? rule_of(parameter.fields[0]) : row_form(parameter);
}

std::string to_kebab(std::string name) {
    std::ranges::replace(name, '_', '-');
    return name;
}

std::string placeholder_of(Parameter const& parameter) {
    if (parameter.fields.size() > 1) return row_form(parameter);
    Type const type = parameter.fields[0].type;
    return type == Type::flag      ? ""
           : type == Type::integer ? "N"
           : type == Type::choice  ? "NAME"
           : type == Type::text    ? "TEXT"
                                   : "VALUE";
}

std::string option_of(Parameter const& parameter) {
    std::string const placeholder = placeholder_of(parameter);
    bool const is_on = placeholder.empty() && parameter.fallback && *parameter.fallback == Value(true);
    return (is_on ? "--no-" : "--") + to_kebab(parameter.name) +
           (placeholder.empty() ? "" : " " + placeholder);
}

std::string units_of(Parameter const& parameter) {
    std::vector<std::string> units;
    for (Field const& field : parameter.fields) units.push_back(field.unit.empty() ? "-" : field.unit);
    if (std::ranges::count(units, units[0]) == std::ptrdiff_t(units.size()))
        return units[0] == "-" ? "" : units[0];
    return fmt::format("{}", fmt::join(units, ", "));
}

std::string rules_of(Parameter const& parameter) {
    std::string rules;
    bool are_equal = true;
    for (Field const& field : parameter.fields) {
        rules += (rules.empty() ? "" : ", ") + field.name + " " + rule_of(field);
        if (field.fallback) rules += " (else " + to_text(*field.fallback) + ")";
        are_equal &= !field.fallback && rule_of(field) == rule_of(parameter.fields[0]);
    }
    if (!are_equal) return rules;
    return (parameter.fields.size() > 1 ? "each " : "") + rule_of(parameter.fields[0]);
}

std::string default_of(Parameter const& parameter) {
    if (!parameter.fallback) return "";
    return parameter.otherwise.empty() ? to_text(parameter, *parameter.fallback) : parameter.otherwise;
}

std::string placeholder_of(Port const& port) { return to_upper(port.name) + (port.is_list ? "..." : ""); }

std::string path_word(Port const& port) { return port.format == "folder" ? "FOLDER" : "FILE"; }

std::string words_of(Description const& about) {
    std::string words = about.name;
    std::ranges::replace(words, '.', ' ');
    return words;
}

std::string usage_of(Description const& about) {
    std::string usage = words_of(about);
    for (auto const* ports : {&about.inputs, &about.outputs})
        for (Port const& port : *ports)
            if (port.is_required) usage += " " + placeholder_of(port);
    for (Parameter const& parameter : about.parameters)
        if (!parameter.fallback) usage += " " + option_of(parameter);
    return usage + " [options]";
}

std::string to_sentence(std::string const& text) {
    return text.empty() ? "" : to_upper(text.substr(0, 1)) + text.substr(1) + ".";
}

}  // namespace hutch::step
