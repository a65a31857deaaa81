/// Make the checks of values, by subject.
#pragma once

#include "hutch/curate/assess/check.hpp"

#include <functional>

namespace hutch::curate::assess::detail {

Answer check_units_parse(Subject const& subject);       ///< C11
Answer check_unit_dimensions(Subject const& subject);   ///< C12
Answer check_unit_consistency(Subject const& subject);  ///< C13
Answer check_ranges(Subject const& subject);            ///< C14
Answer check_saturation(Subject const& subject);        ///< C15
Answer check_finiteness(Subject const& subject);        ///< C16
Answer check_missing(Subject const& subject);           ///< C17
Answer check_constant_records(Subject const& subject);  ///< C18
Answer check_outliers(Subject const& subject);          ///< C19
Answer check_axes(Subject const& subject);              ///< C20
Answer check_axes_equal(Subject const& subject);        ///< C21
Answer check_axes_uniform(Subject const& subject);      ///< C22
Answer check_times(Subject const& subject);             ///< C23
Answer check_scan_coverage(Subject const& subject);     ///< C24

/// Call a function for each field of each table that the scan has facts of, shared arrays too.
void for_each_field(Subject const& subject,
                    std::function<void(TableFacts const&, Field const&, FieldFacts const&)> const& take);
/// Return whether the values are numbers.
bool is_number(Field const& field);
/// Return whether the values are counted: quantity, unit or noise says so.
bool is_counted(Field const& field);
/// Show those places of a field whose text begins with a kind, such as "nan".
void show_kind(FieldFacts const& facts, char const* kind, Answer& answer);

}  // namespace hutch::curate::assess::detail
