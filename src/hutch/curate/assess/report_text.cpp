#include "hutch/base/error.hpp"
#include "hutch/base/progress.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/assess/report.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess {
namespace {

constexpr std::size_t shown_places = 3;

constexpr char const* level_names[] = {"not AI-ready", "minimal", "intermediate", "optimal"};

std::string where(Place const& place) {
    std::string text = place.file;
    if (!place.field.empty()) text += fmt::format("{}{}", text.empty() ? "" : ", ", place.field);
    return fmt::format("{}, record {}: {}", text.empty() ? "data set" : text, place.record, place.what);
}

std::string details(Result const& result) {
    Answer const& answer = result.answer;
    std::string text =
        fmt::format("{}  {:12} {}: {}\n", result.id, answer.state == State::fail ? "FAIL" : "not checked",
                    result.name, answer.text);
    for (std::size_t i = 0; i < std::min(shown_places, answer.places.size()); ++i)
        text += fmt::format("{:19}{}\n", "", where(answer.places[i]));
    if (answer.places.size() > shown_places)
        text += fmt::format("{:19}and {} more\n", "", answer.places.size() - shown_places);
    if (answer.state == State::fail) text += fmt::format("{:19}remedy: {}\n", "", answer.remedy);
    return text;
}

std::string side_line(SideLevel const& side) {
    std::string text =
        fmt::format("  {:12} {}  {:14}", to_name(side.side), side.level, level_names[side.level]);
    if (!side.cap.empty())
        text += side.cap;
    else if (!side.blocking.empty())
        text += fmt::format("level {} lacks {}", side.level + 1, fmt::join(side.blocking, ", "));
    return std::string(text.substr(0, text.find_last_not_of(' ') + 1)) + "\n";
}

std::string in_cell(std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
    return text;
}

// The manual's page of all checks.
std::string rubric_table() {
    std::string text = fmt::format(
        "# Checks of rubric {}\n\nWritten by `hutch assess --explain all`; [assessment.md](assessment.md) "
        "says how levels "
        "follow.\n\n| id | check | asks | counts for | remedy |\n|---|---|---|---|---|\n",
        rubric_version);
    for (Check const& check : all_checks())
        text += fmt::format("| {} | {} | {} | {} | {} |\n", check.id, check.name, in_cell(check.question),
                            standing_of(check.id), in_cell(check.remedy));
    return text;
}

}  // namespace

std::string to_text(Assessment const& made) {
    std::string text =
        fmt::format("{} {}: level {} of 3, {}\n", made.dictionary->name, made.dictionary->version,
                    made.levels.level, level_names[made.levels.level]);
    for (SideLevel const& side : made.levels.sides) text += side_line(side);
    text += "\n";
    for (Result const& result : made.results)
        if (result.answer.state == State::fail || result.answer.state == State::not_checked)
            text += details(result);
    for (Result const& result : made.results)
        if (result.answer.state == State::pass)
            text += fmt::format("{}  pass         {}: {}\n", result.id, result.name, result.answer.text);
    for (Result const& result : made.results)
        if (result.answer.state == State::not_applicable)
            text += fmt::format("{}  -            {}: {}\n", result.id, result.name, result.answer.text);
    return text +
           fmt::format(
               "\n{} passed, {} failed, {} not checked, {} do not apply; {} files, {:.2f} GB read in {}, "
               "checks {}\n",
               made.count(State::pass), made.count(State::fail), made.count(State::not_checked),
               made.count(State::not_applicable), made.scan.files.size(), double(made.scan.bytes) / 1e9,
               to_duration(made.scan.seconds), to_duration(made.seconds - made.scan.seconds));
}

std::string explain(std::string const& id) {
    if (id == "all") return rubric_table();
    for (Check const& check : all_checks())
        if (id == check.id) {
            std::string const standing = standing_of(id);
            return fmt::format("{} {}\n  asks:   {}\n  counts: {}\n  remedy: {}\n", id, check.name,
                               check.question, standing.empty() ? "for no level" : standing, check.remedy);
        }
    throw Error(Fault::bad_input,
                fmt::format("'{}' is no check; expected one of C01 to C61 and A01 to A03", id));
}

}  // namespace hutch::curate::assess
