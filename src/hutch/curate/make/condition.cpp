#include "hutch/curate/make/condition.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"

#include <array>

#include <fmt/format.h>

namespace hutch::curate::make {
namespace {

struct Sign {
    std::string_view text;
    Comparison comparison;
};
// Signs of two characters stand before those that they begin with.
constexpr std::array<Sign, 6> signs{{{"<=", Comparison::at_most},
                                     {">=", Comparison::at_least},
                                     {"!=", Comparison::not_equal},
                                     {"<", Comparison::less},
                                     {">", Comparison::more},
                                     {"=", Comparison::equal}}};
constexpr std::string_view given = " is given", missing = " is missing";

bool holds(Comparison comparison, auto const& found, auto const& wanted) {
    switch (comparison) {
        case Comparison::less:
            return found < wanted;
        case Comparison::at_most:
            return found <= wanted;
        case Comparison::equal:
            return found == wanted;
        case Comparison::not_equal:
            return found != wanted;
        case Comparison::at_least:
            return found >= wanted;
        default:
            return found > wanted;
    }
}

}  // namespace

Condition parse_condition(Document const& document) {
    std::string const text(trim(document.text()));
    Condition condition{text, "", Comparison::is_given, "", {}};
    for (auto const& [ending, comparison] :
         {std::pair{given, Comparison::is_given}, {missing, Comparison::is_missing}})
        if (text.ends_with(ending)) {
            condition.column = trim(std::string_view(text).substr(0, text.size() - ending.size()));
            condition.comparison = comparison;
        }
    std::size_t const place = text.find_first_of("<>=!");
    if (condition.column.empty() && place != std::string::npos)
        for (Sign const& sign : signs) {
            if (!std::string_view(text).substr(place).starts_with(sign.text)) continue;
            condition.column = trim(std::string_view(text).substr(0, place));
            condition.value = trim(std::string_view(text).substr(place + sign.text.size()));
            condition.comparison = sign.comparison;
            condition.number = to_number(condition.value);
            break;
        }
    if (condition.column.empty() ||
        (condition.value.empty() && condition.comparison != Comparison::is_given &&
         condition.comparison != Comparison::is_missing))
        document.fail(
            fmt::format("is {}; expected COLUMN, one of < <= = != >= >, and a value; or COLUMN 'is "
                        "given' or 'is missing'",
                        in_quotes(text)));
    return condition;
}

std::optional<std::string> first_problem(Condition const& condition, Column const& column,
                                         std::size_t record) {
    bool const is_missing = column.is_missing(record);
    if (condition.comparison == Comparison::is_missing)
        return is_missing ? std::nullopt : std::optional(condition.column + " is given");
    if (is_missing) return condition.column + " is missing";
    if (condition.comparison == Comparison::is_given) return std::nullopt;
    bool const does = column.is_text() ? holds(condition.comparison, column.texts[record], condition.value)
                                       : holds(condition.comparison, column.numbers[record * column.width()],
                                               condition.number.value_or(0));
    if (does) return std::nullopt;
    return fmt::format("{} is {}", condition.column, column.text_of(record));
}

}  // namespace hutch::curate::make
