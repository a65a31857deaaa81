/// Build answers of checks: the states in one line each, and no more than a few places.
#pragma once

#include "hutch/curate/assess/check.hpp"
#include "hutch/curate/detail/clean_text.hpp"

#include <string>
#include <utility>

namespace hutch::curate::assess::detail {

inline constexpr std::size_t most_places = 10;

inline Answer not_applicable(std::string text) {
    return {State::not_applicable, std::move(text), {}, {}, {}, 0};
}
inline Answer not_checked(std::string text) { return {State::not_checked, std::move(text), {}, {}, {}, 0}; }
/// Add a place unless there are enough; texts out of files are made fit for a report.
inline void show(Answer& answer, Place place) {
    if (answer.places.size() >= most_places) return;
    place.what = curate::detail::clean_text(place.what);
    answer.places.push_back(std::move(place));
}
/// Return "1 record", "2 records".
inline std::string counted(std::uint64_t count, std::string const& one) {
    return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

}  // namespace hutch::curate::assess::detail
