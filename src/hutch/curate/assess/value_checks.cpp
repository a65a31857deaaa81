#include "hutch/curate/assess/detail/value_checks.hpp"

#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/file_facts.hpp"
#include "hutch/step/unit.hpp"

namespace hutch::curate::assess {
namespace detail {

void for_each_field(Subject const& subject,
                    std::function<void(TableFacts const&, Field const&, FieldFacts const&)> const& take) {
    for (TableFacts const& table : subject.scan.tables)
        for (auto const* list : {&table.table->fields, &table.table->shared})
            for (Field const& field : *list)
                if (auto const found = table.fields.find(field.name); found != table.fields.end())
                    take(table, field, found->second);
}

bool is_number(Field const& field) {
    return !is_text(field) && field.dtype != "compound" && field.dtype != "opaque";
}

bool is_counted(Field const& field) {
    if (field.quantity == "counts" || field.noise == "poisson") return true;
    if (!field.quantity.empty()) return false;
    for (char const* unit : {"count", "photon", "electron"})
        if (step::is_same_unit(field.unit, unit)) return true;
    return false;
}

void show_kind(FieldFacts const& facts, char const* kind, Answer& answer) {
    for (Place const& place : facts.odd)
        if (place.what.starts_with(std::string(kind) + ":")) show(answer, place);
}

}  // namespace detail

std::vector<Check> value_checks() {
    using namespace detail;
    return {
        {"C11", "units named", "Has every field of numbers a unit that can be understood?",
         "Name a unit of UDUNITS in the dictionary, 1 for pure numbers.", check_units_parse},
        {"C12", "unit fits quantity", "Has every unit the dimension of the quantity that its field measures?",
         "Correct the unit or the quantity in the dictionary.", check_unit_dimensions},
        {"C13", "one unit", "Do all files and the dictionary name the same unit for a field?",
         "Convert the values of the files that differ, or correct their attribute.", check_unit_consistency},
        {"C14", "ranges", "Do values lie within the declared range, but for the declared share?",
         "Look at the places; correct values or range, or declare the share that may lie outside.",
         check_ranges},
        {"C15", "saturation and dead channels",
         "Are saturated values and channels that never change covered by a mask?",
         "Declare a mask and set it to 0 there.", check_saturation},
        {"C16", "finite values",
         "Are there no infinite values, no NaN or fill values but declared ones, no negative counts?",
         "Mend the step that made them, or declare them as missing with the reason.", check_finiteness},
        {"C17", "missing values", "Are no more values missing than declared, and is it said why?",
         "Declare the share that is missing and the reason, or complete the values.", check_missing},
        {"C18", "empty records", "Is no record of a feature constant or all zero?",
         "Take such records out, or tag them with a field.", check_constant_records},
        {"C19", "outliers", "Are records that lie apart from all others tagged by a field?",
         "Look at the places; correct what is wrong and tag the rest with a field of 0 and 1.",
         check_outliers},
        {"C20", "axes in order",
         "Are axes strictly monotonic and finite, with as many points as values, or one more?",
         "Sort the axis with its values, and take points out that were measured twice.", check_axes},
        {"C21", "axes alike", "Is an axis that all records share the same in every file?",
         "Bring the files onto one axis, or make the axis a field of each record.", check_axes_equal},
        {"C22", "equal steps", "Are the steps of axes that are declared uniform equal?",
         "Resample, or do not declare the axis uniform.", check_axes_uniform},
        {"C23", "times", "Can all times be read, do they say their zone, and could they be true?",
         "Write times as ISO 8601 with zone, such as 2026-11-24T13:05:00Z.", check_times},
        {"C24", "coverage of scans", "Do scans have all their angles, and a frame for every point?",
         "Measure the gap again, or say in the dictionary what was left out.", check_scan_coverage},
    };
}

}  // namespace hutch::curate::assess
