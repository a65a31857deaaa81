#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/value_checks.hpp"
#include "hutch/step/unit.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess::detail {
namespace {

// Numbers that name something have no unit.
bool needs_unit(Field const& field) {
    if (!is_number(field) || field.dtype == "bool" || !field.values.empty() || !field.vocabulary.empty())
        return false;
    switch (field.role) {
        case Role::label:  // whole numbers are classes
            return field.dtype.find("int") == std::string::npos;
        case Role::id:
        case Role::group:
        case Role::parent:
        case Role::split:
        case Role::source:
        case Role::mask:
        case Role::annotator:
            return false;
        default:
            return field.references.empty();
    }
}

std::vector<std::string> units_of(Field const& field) {
    if (!field.units.empty()) return field.units;
    if (field.unit.empty()) return {};
    return {field.unit};
}

Answer finished(Answer answer, std::uint64_t looked_at, std::uint64_t wrong, char const* none,
                std::string text) {
    if (looked_at == 0) return not_applicable(none);
    answer.numbers = {{"fields", double(looked_at)}, {"wrong", double(wrong)}};
    answer.state = wrong > 0 ? State::fail : State::pass;
    answer.text = std::move(text);
    return answer;
}

void for_each_declared(Subject const& subject,
                       std::function<void(RecordTable const&, Field const&)> const& take) {
    for (RecordTable const& table : subject.dictionary.tables)
        for (auto const* list : {&table.fields, &table.shared})
            for (Field const& field : *list) take(table, field);
}

// Angles and counts are pure numbers too.
bool fits(step::Unit const& unit, step::Unit const& wanted, std::string const& quantity) {
    if (unit.dimension == wanted.dimension) return true;
    return quantity == "counts" && unit.dimension == step::Unit{}.dimension && unit.factor == 1;
}

}  // namespace

Answer check_units_parse(Subject const& subject) {
    Answer answer;
    std::uint64_t fields = 0, wrong = 0;
    for_each_declared(subject, [&](RecordTable const& table, Field const& field) {
        std::vector<std::string> const units = units_of(field);
        if (!needs_unit(field) && units.empty()) return;
        if (!is_number(field)) return;
        ++fields;
        std::string problem = units.empty() ? "has no unit" : "";
        for (std::string const& unit : units)
            if (!step::is_unit(unit))
                problem = fmt::format("has the unit '{}', which UDUNITS does not know", unit);
        if (problem.empty()) return;
        ++wrong, show(answer, {"dictionary.json", table.name + "/" + field.name, 0, problem});
    });
    return finished(std::move(answer), fields, wrong, "there are no fields of numbers",
                    fmt::format("{} of numbers, {} without a unit that can be understood",
                                counted(fields, "field"), wrong));
}

Answer check_unit_dimensions(Subject const& subject) {
    Answer answer;
    std::uint64_t fields = 0, wrong = 0;
    for_each_declared(subject, [&](RecordTable const& table, Field const& field) {
        auto const known = quantities().find(field.quantity);
        if (known == quantities().end()) return;
        auto const wanted = step::parse_unit(known->second);
        for (std::string const& text : units_of(field)) {
            auto const unit = step::parse_unit(text);
            if (!unit || !wanted) continue;  // C11 tells of it
            ++fields;
            if (fits(*unit, *wanted, field.quantity)) continue;
            ++wrong;
            show(answer, {"dictionary.json", table.name + "/" + field.name, 0,
                          fmt::format("is a {} in '{}'; expected a unit such as '{}'", field.quantity, text,
                                      known->second)});
        }
    });
    return finished(
        std::move(answer), fields, wrong, "no field names a quantity",
        fmt::format("{} with quantity and unit, {} that do not fit", counted(fields, "field"), wrong));
}

Answer check_unit_consistency(Subject const& subject) {
    Answer answer;
    std::uint64_t fields = 0, wrong = 0;
    for_each_field(subject, [&](TableFacts const& table, Field const& field, FieldFacts const& facts) {
        std::vector<std::string> const declared = units_of(field);
        if (!is_number(field)) return;
        ++fields;
        std::string problem;
        std::vector<std::string> units = facts.units;
        bool const lacks_some = std::erase(units, "") > 0 && !units.empty();
        for (std::string const& unit : units) {
            bool const is_known = std::ranges::any_of(
                declared, [&](std::string const& said) { return step::is_same_unit(said, unit); });
            if (!is_known && !declared.empty())
                problem = fmt::format("is '{}' in files, '{}' in the dictionary", unit,
                                      fmt::join(declared, "', '"));
        }
        if (declared.size() < 2 && units.size() > 1)
            for (std::string const& unit : units)
                if (!step::is_same_unit(unit, units.front()))
                    problem = fmt::format("is '{}' in some files, '{}' in others", units.front(), unit);
        if (problem.empty() && lacks_some)
            problem = fmt::format("is '{}' in some files and has no unit in others", units.front());
        if (problem.empty()) return;
        ++wrong, show(answer, {"", table.table->name + "/" + field.name, 0, problem});
    });
    return finished(
        std::move(answer), fields, wrong, "there are no fields of numbers",
        fmt::format("{} of numbers, {} with more than one unit", counted(fields, "field"), wrong));
}

}  // namespace hutch::curate::assess::detail
