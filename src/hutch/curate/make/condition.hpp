/// Say in one line which records are wanted: "temperature < 200", "phase = PbSO4", "dose is given".
#pragma once

#include "hutch/base/document.hpp"
#include "hutch/curate/make/frame.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hutch::curate::make {

enum class Comparison { less, at_most, equal, not_equal, at_least, more, is_given, is_missing };

struct Condition {
    std::string text;  ///< as written
    std::string column;
    Comparison comparison = Comparison::is_given;
    std::string value;
    std::optional<double> number;  ///< of the value, where it is one
};

/// Parse a condition: COLUMN, one of < <= = != >= >, and a value; or COLUMN `is given`, COLUMN `is missing`.
/// \throws Error bad_input with file, line, path, value and rule
Condition parse_condition(Document const& document);

/// Return why a record does not meet a condition, or nothing when it does. A missing value meets only
/// `is missing`. \param column  the one that the condition names
std::optional<std::string> first_problem(Condition const& condition, Column const& column,
                                         std::size_t record);

}  // namespace hutch::curate::make
