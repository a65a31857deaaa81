#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/table_files.hpp"
#include "hutch/curate/assess/detail/value_checks.hpp"
#include "hutch/curate/assess/iso_time.hpp"
#include "hutch/curate/assess/statistics.hpp"
#include "hutch/step/unit.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace hutch::curate::assess::detail {
namespace {

bool is_axis(RecordTable const& table, Field const& field) {
    if (field.role == Role::axis) return true;
    return std::ranges::any_of(table.fields, [&](Field const& one) { return one.axis == field.name; });
}

void for_each_axis(Subject const& subject,
                   std::function<void(TableFacts const&, Field const&, FieldFacts const&)> const& take) {
    for_each_field(subject, [&](TableFacts const& table, Field const& field, FieldFacts const& facts) {
        if (is_axis(*table.table, field) && is_number(field) && !field.shape.empty())
            take(table, field, facts);
    });
}

// Points stand at values or between them.
bool fits(std::int64_t points, std::int64_t values) {
    return points < 0 || values < 0 || points == values || points == values + 1;
}

std::uint64_t count_lengths_that_differ(Subject const& subject, Answer& answer) {
    std::uint64_t wrong = 0;
    for (TableFacts const& table : subject.scan.tables)
        for (Field const& field : table.table->fields) {
            if (field.axis.empty() || field.shape.empty()) continue;
            Field const* axis = table.table->find(field.axis);
            std::string problem;
            if (axis == nullptr)
                problem = fmt::format("runs over '{}', which is not there", field.axis);
            else if (axis->shape.empty() || !fits(axis->shape.back(), field.shape.back()))
                problem = fmt::format("has {} values along '{}', which has {} points", field.shape.back(),
                                      field.axis, axis->shape.empty() ? 0 : axis->shape.back());
            if (!problem.empty()) ++wrong, show(answer, {"dictionary.json", field.name, 0, problem});
        }
    return wrong;
}

// Return the seconds since 1970 of this moment.
double now() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// A date alone has no zone; a time of day has Z or +hh:mm behind it.
bool says_zone(std::string_view text) {
    std::size_t const time = text.find(':');
    if (time == std::string_view::npos) return true;
    return text.find_first_of("Zz+-", time) != std::string_view::npos;
}

std::string problem_of_time(std::string const& text) {
    constexpr double year_1900 = -2208988800, day = 86400;
    auto const seconds = seconds_of(text);
    if (!seconds) return fmt::format("'{}' is no date and time of ISO 8601", text);
    if (!says_zone(text)) return fmt::format("'{}' does not say its zone", text);
    if (*seconds > now() + 2 * day) return fmt::format("'{}' lies in the future", text);
    // Clocks that were never set begin in 1970.
    if (*seconds < year_1900 || (*seconds >= 0 && *seconds < day))
        return fmt::format("'{}' is the time of no clock", text);
    return "";
}

void check_text_times(Subject const& subject, TableFacts const& table, Column const& times, Answer& answer,
                      std::uint64_t& values, std::uint64_t& wrong) {
    std::vector<std::string> problems;
    for (std::string const& word : *times.words)
        problems.push_back(word.empty() ? "" : problem_of_time(word));
    for (std::size_t i = 0; i < times.size(); ++i) {
        if (!times.has(i)) continue;
        ++values;
        std::string const& problem = problems[times.texts[i]];
        if (problem.empty()) continue;
        ++wrong;
        show(answer, place_of(subject.scan, table, times.record(i), times.field->name, problem));
    }
}

// ---- scans

double to_degrees(Field const& field) {
    auto const unit = step::parse_unit(field.unit);
    return unit ? unit->factor * 180 / std::numbers::pi : 1;
}

bool is_tomography(Subject const& subject, RecordTable const& table) {
    return std::ranges::any_of(subject.dictionary.physics, [&](Physics const& one) {
        return one.table == table.name && one.method.find("tomo") != std::string::npos;
    });
}

// What lacks of a turn; empty: nothing does.
std::string problem_of_angles(std::vector<double> angles, double factor, bool needs_half_turn) {
    for (double& angle : angles) angle *= factor;
    std::ranges::sort(angles);
    std::vector<double> steps;
    for (std::size_t i = 1; i < angles.size(); ++i) steps.push_back(angles[i] - angles[i - 1]);
    if (steps.empty()) return "";
    double const usual = median(steps), widest = *std::ranges::max_element(steps);
    if (usual > 0 && widest > 3 * usual)
        return fmt::format("has a gap of {:.3g} degree between steps of {:.3g}", widest, usual);
    double const covered = angles.back() - angles.front() + usual;
    if (needs_half_turn && covered < 180 - 0.5 * usual)
        return fmt::format("covers {:.4g} degree; expected 180 or more", covered);
    return "";
}

// Fields that tell how many frames or points a record has.
bool tells_frames(Field const& field) {
    if (!field.shape.empty() || !is_number(field)) return false;
    std::string const name = field.name.substr(field.name.rfind('/') + 1);
    for (char const* known : {"frames", "frame_count", "n_frames", "number_of_frames", "scan_points",
                              "points", "n_points", "projections", "n_projections"})
        if (name == known) return true;
    return false;
}

void check_frame_counts(Subject const& subject, TableFacts const& table, Answer& answer, std::uint64_t& asked,
                        std::uint64_t& wrong) {
    auto const frames = std::ranges::find_if(table.table->fields, [](Field const& field) {
        return field.role == Role::feature && field.shape.size() >= 2 && field.shape.front() > 0;
    });
    if (frames == table.table->fields.end()) return;
    for (Field const& field : table.table->fields) {
        auto const column = tells_frames(field) ? find_column(table, field) : std::nullopt;
        if (!column || column->is_text()) continue;
        ++asked;
        for (std::size_t i = 0; i < column->size(); ++i) {
            if (!column->has(i) || column->numbers[i] == double(frames->shape.front())) continue;
            ++wrong;
            show(answer, place_of(subject.scan, table, column->record(i), field.name,
                                  fmt::format("says {}; '{}' has {}", column->numbers[i], frames->name,
                                              frames->shape.front())));
        }
    }
}

}  // namespace

Answer check_axes(Subject const& subject) {
    Answer answer;
    std::uint64_t axes = 0, lines = 0, wrong = 0, lengths = 0;
    for_each_axis(subject, [&](TableFacts const&, Field const&, FieldFacts const& facts) {
        ++axes, lines += facts.lines, wrong += facts.lines_not_monotonic;
        show_kind(facts, "not monotonic", answer);
        for (Place const& place : facts.not_as_said)
            if (place.what.starts_with("shape")) ++lengths, show(answer, place);
    });
    lengths += count_lengths_that_differ(subject, answer);
    if (axes + lengths == 0) return not_applicable("no field is an axis");
    answer.numbers = {{"axes", double(axes)},
                      {"lines", double(lines)},
                      {"not_monotonic", double(wrong)},
                      {"lengths_that_differ", double(lengths)}};
    answer.state = wrong + lengths > 0 ? State::fail : State::pass;
    answer.text =
        fmt::format("{} of {} axes: {} not strictly monotonic and finite, {} not as long as its values",
                    counted(lines, "line"), axes, wrong, lengths);
    return answer;
}

Answer check_axes_equal(Subject const& subject) {
    Answer answer;
    std::uint64_t shared = 0, own = 0, differing = 0;
    for_each_axis(subject, [&](TableFacts const& table, Field const& field, FieldFacts const&) {
        if (!is_shared(*table.table, field.name)) {
            ++own;
            return;
        }
        ++shared;
        for (std::string const& where : table.shared_differs)
            if (where.starts_with(field.name + " in ")) {
                ++differing;
                show(answer, {where.substr(field.name.size() + 4), field.name, 0,
                              "differs from that of the first file"});
            }
    });
    if (shared + own == 0) return not_applicable("no field is an axis");
    answer.numbers = {
        {"shared_axes", double(shared)}, {"own_axes", double(own)}, {"differing_files", double(differing)}};
    answer.state = differing > 0 ? State::fail : State::pass;
    answer.text =
        fmt::format("{} shared by all records, other in {}; {} declared to differ from record to record",
                    shared, counted(differing, "file"), own);
    return answer;
}

Answer check_axes_uniform(Subject const& subject) {
    Answer answer;
    std::uint64_t axes = 0, lines = 0, wrong = 0;
    for_each_axis(subject, [&](TableFacts const&, Field const& field, FieldFacts const& facts) {
        if (!field.is_uniform) return;
        ++axes, lines += facts.lines, wrong += facts.lines_not_uniform;
        show_kind(facts, "not uniform", answer);
    });
    if (axes == 0) return not_applicable("no axis is declared uniform");
    answer.numbers = {{"axes", double(axes)}, {"lines", double(lines)}, {"not_uniform", double(wrong)}};
    answer.state = wrong > 0 ? State::fail : State::pass;
    answer.text =
        fmt::format("{} of axes declared uniform, {} with unequal steps", counted(lines, "line"), wrong);
    return answer;
}

Answer check_times(Subject const& subject) {
    Answer answer;
    std::uint64_t fields = 0, values = 0, wrong = 0;
    for (TableFacts const& table : subject.scan.tables)
        for (Field const* field : table.table->of_role(Role::time)) {
            auto const column = find_column(table, *field);
            if (!column) continue;
            ++fields;
            if (column->is_text()) {
                check_text_times(subject, table, *column, answer, values, wrong);
                continue;
            }
            values += column->size();
            auto const unit = step::parse_unit(field->unit);
            if (unit && unit->dimension == step::parse_unit("s")->dimension) continue;
            ++wrong;
            show(answer,
                 {"dictionary.json", field->name, 0,
                  fmt::format("is a time in '{}'; expected a unit of time since a moment that is described",
                              field->unit)});
        }
    if (fields == 0) return not_applicable("no field has the role time");
    answer.numbers = {{"fields", double(fields)}, {"times", double(values)}, {"wrong", double(wrong)}};
    answer.state = wrong > 0 ? State::fail : State::pass;
    answer.text = fmt::format("{} in {}, {} that cannot be read, have no zone or cannot be true",
                              counted(values, "time"), counted(fields, "field"), wrong);
    return answer;
}

Answer check_scan_coverage(Subject const& subject) {
    Answer answer;
    std::uint64_t asked = 0, wrong = 0;
    for (TableFacts const& table : subject.scan.tables) {
        for (Field const& field : table.table->shared) {
            auto const values = table.shared.find(field.name);
            if (field.quantity != "angle" || values == table.shared.end()) continue;
            ++asked;
            std::string const problem =
                problem_of_angles(values->second, to_degrees(field), is_tomography(subject, *table.table));
            if (!problem.empty()) ++wrong, show(answer, {"", field.name, 0, problem});
        }
        check_frame_counts(subject, table, answer, asked, wrong);
    }
    if (asked == 0) return not_applicable("no field tells angles of a scan or numbers of frames");
    answer.numbers = {{"fields", double(asked)}, {"wrong", double(wrong)}};
    answer.state = wrong > 0 ? State::fail : State::pass;
    answer.text = fmt::format("{} of angles or numbers of frames, {}", counted(asked, "field"),
                              wrong == 0 ? "complete" : counted(wrong, "contradiction"));
    return answer;
}

}  // namespace hutch::curate::assess::detail
