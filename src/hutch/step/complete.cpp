#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/step/step.hpp"
#include "hutch/step/wording.hpp"

#include <algorithm>
#include <cmath>
#include <regex>

#include <fmt/format.h>

namespace hutch::step {
namespace {

constexpr std::size_t most_matched = 1000;     // [byte] of a value; std::regex recurses over its length
constexpr std::size_t most_items = 1'000'000;  // of a list

[[noreturn]] void refuse(std::string const& message) { throw Error(Fault::bad_input, message); }

std::string shown(Field const& field, Value const& value) {
    if (value.is_text()) return in_quotes(value.text());
    if (value.is_list()) return fmt::format("a list of {}", value.list().size());
    bool const has_unit = value.is_number() && !field.unit.empty() && field.unit != "1";
    return to_text(value) + (has_unit ? " " + field.unit : "");
}

[[noreturn]] void wrong(Field const& field, std::string const& name, Value const& value) {
    std::string rule = rule_of(field);
    if (field.type == Type::choice && value.is_text()) {
        std::string const near = nearest_word(value.text(), field.choices);
        if (field.choices.size() > 2 && !near.empty()) rule = "'" + near + "'?";
    }
    bool const wants_text = field.type == Type::text || field.type == Type::choice;
    std::string const next = wants_text && (value.is_number() || value.is_flag()) ? "; put it in quotes" : "";
    refuse(fmt::format("'{}' is {}; expected {}{}", name, shown(field, value), rule, next));
}

bool is_in_range(Field const& field, double value) {
    return std::isfinite(value) && value >= field.least && value <= field.most;
}

bool has_form(std::string const& text, std::string const& pattern) {
    return pattern.empty() || (text.size() <= most_matched && std::regex_match(text, std::regex(pattern)));
}

// The one form of a value; its type and rule hold.
Value checked(Field const& field, std::string const& name, Value const& value) {
    bool is_fine = false;
    Value result = value;
    switch (field.type) {
        case Type::flag:
            is_fine = value.is_flag();
            break;
        case Type::number:
            is_fine = value.is_number() && is_in_range(field, value.number());
            if (is_fine) result = value.number() == 0 ? 0.0 : value.number();  // no -0
            break;
        case Type::integer:
            is_fine = value.is_number() && is_in_range(field, value.number()) &&
                      std::abs(value.number()) < 9.2e18 && value.number() == std::floor(value.number());
            if (is_fine) result = value.integer();
            break;
        case Type::text:
            is_fine = value.is_text() && has_form(value.text(), field.pattern);
            break;
        case Type::choice:
            is_fine =
                value.is_text() && std::ranges::find(field.choices, value.text()) != field.choices.end();
            break;
    }
    if (!is_fine) wrong(field, name, value);
    return result;
}

Value checked_row(Parameter const& parameter, std::string const& name, Value const& value) {
    auto const& fields = parameter.fields;
    if (fields.size() == 1) return checked(fields[0], name, value);
    Value::List const given = value.is_list() ? value.list() : Value::List{value};
    auto const needed =
        std::size_t(std::ranges::count_if(fields, [](Field const& f) { return !f.fallback; }));
    if (given.size() < needed || given.size() > fields.size())
        refuse(fmt::format("'{}' has {} values; expected {}", name, given.size(), form_of(parameter)));
    Value::List row;
    for (std::size_t i = 0; i < fields.size(); ++i)
        row.push_back(checked(fields[i], i == 0 ? name : name + "." + fields[i].name,
                              i < given.size() ? given[i] : *fields[i].fallback));
    return row;
}

Value checked_parameter(Parameter const& parameter, Value const& value) {
    if (value.is_nothing() && parameter.fallback && parameter.fallback->is_nothing()) return value;
    if (!parameter.is_list) return checked_row(parameter, parameter.name, value);
    Value::List const items = value.is_list() ? value.list() : Value::List{value};
    if (items.size() > most_items)
        refuse(
            fmt::format("'{}' has {} items; expected at most {}", parameter.name, items.size(), most_items));
    // Two numbers may be two rows or one of two fields: whoever means either says so.
    bool const is_flat = items.size() > 1 && std::ranges::none_of(items, [](Value const& item) {
                             return item.is_list() || item.is_text();
                         });
    if (is_flat && items.size() <= parameter.fields.size())
        refuse(fmt::format("'{0}' may be one row or {1}; expected [[{2}, {3}]] or [[{2}], [{3}]]",
                           parameter.name, items.size(), to_text(items[0]), to_text(items[1])));
    if (items.empty() && !parameter.fallback)
        refuse(fmt::format("'{}' is empty; expected at least one of {}", parameter.name, form_of(parameter)));
    Value::List list;
    for (Value const& item : items)
        list.push_back(checked_row(
            parameter,
            items.size() == 1 ? parameter.name : fmt::format("{}[{}]", parameter.name, list.size()), item));
    return list;
}

void refuse_unknown(Description const& about, Values const& given) {
    std::vector<std::string> known;
    for (Parameter const& parameter : about.parameters) known.push_back(parameter.name);
    for (auto const& [name, value] : given) {
        if (std::ranges::find(known, name) != known.end()) continue;
        std::string const near = nearest_word(name, known);
        refuse(fmt::format("{} is no parameter of {}; expected {}", in_quotes(name), about.name,
                           near.empty()
                               ? known.empty() ? "none" : fmt::format("one of: {}", fmt::join(known, ", "))
                               : "'" + near + "'?"));
    }
}

}  // namespace

Values complete(Description const& about, Values given, std::string const& where) {
    try {
        refuse_unknown(about, given);
        for (Parameter const& parameter : about.parameters)
            if (auto const found = given.find(parameter.name); found != given.end())
                found->second = checked_parameter(parameter, found->second);
        for (Parameter const& parameter : about.parameters) {
            if (given.contains(parameter.name)) continue;
            if (!parameter.fallback)
                refuse(fmt::format("'{}' is missing; expected {}; give {} or, in a flow, {}: VALUE",
                                   parameter.name, form_of(parameter), option_of(parameter), parameter.name));
            given[parameter.name] = checked_parameter(parameter, *parameter.fallback);
        }
    } catch (Error const& error) {
        if (where.empty()) throw;
        throw Error(error.fault(), where + error.what(), error.where());
    }
    return given;
}

}  // namespace hutch::step
