/// Make fields of a dictionary in one line each.
#pragma once

#include "hutch/curate/dictionary.hpp"

#include <string>
#include <utility>

namespace hutch::curate::detail {

inline Field text_field(std::string name, std::string what, Role role = Role::other) {
    Field field{std::move(name), "utf8", {}, "", std::move(what)};
    field.role = role;
    return field;
}
inline Field real_field(std::string name, std::string unit, std::string what, std::string quantity = "") {
    Field field{std::move(name), "float64", {}, std::move(unit), std::move(what)};
    field.quantity = std::move(quantity);
    return field;
}
inline Field whole_field(std::string name, std::string what, Role role = Role::other) {
    Field field{std::move(name), "int64", {}, "1", std::move(what)};
    field.role = role;
    return field;
}
inline Field in_range(Field field, double least, double most) {
    field.least = least, field.most = most;
    return field;
}
inline Field from_least(Field field, double least) {
    field.least = least;
    return field;
}
inline Field refers_to(Field field, std::string target) {
    field.references = std::move(target);
    return field;
}
inline Field in_vocabulary(Field field, std::string vocabulary) {
    field.vocabulary = std::move(vocabulary);
    return field;
}
inline Field one_of_values(Field field, std::vector<std::string> values) {
    field.values = std::move(values);
    return field;
}
/// Say which share of the values is missing, and why; nothing where none is.
inline Field with_missing(Field field, std::uint64_t missing, std::uint64_t all, char const* because) {
    if (missing == 0 || all == 0) return field;
    field.missing = double(missing) / double(all), field.missing_because = because;
    return field;
}

}  // namespace hutch::curate::detail
