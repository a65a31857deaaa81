#include "hutch/base/progress.hpp"
#include "hutch/base/text.hpp"
#include "hutch/base/version.hpp"
#include "hutch/curate/assess/report.hpp"
#include "hutch/curate/detail/blocks.hpp"
#include "hutch/data/plot.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess {
namespace {

using detail::Block;
using detail::Section;

constexpr std::size_t most_plots = 24, shown_places = 20;

Block paragraph(std::string text) { return {.kind = Block::Kind::paragraph, .text = std::move(text)}; }
Block heading(std::string text) { return {.kind = Block::Kind::heading, .text = std::move(text)}; }

Block table(std::vector<detail::Column> columns, std::vector<std::vector<std::string>> rows,
            std::string fold = "") {
    Block block{.kind = Block::Kind::table, .fold = std::move(fold)};
    block.table = {std::move(columns), std::move(rows)};
    return block;
}

Block plot(std::string svg) { return {.kind = Block::Kind::plot, .text = std::move(svg)}; }

// ---- sections
// -------------------------------------------------------------------------------------------------

Section sides_section(Levels const& levels) {
    std::vector<std::vector<std::string>> rows;
    for (SideLevel const& side : levels.sides)
        rows.push_back({to_name(side.side), fmt::format("{}", side.level),
                        !side.cap.empty()       ? side.cap
                        : side.blocking.empty() ? "all checks of level 3 passed"
                                                : fmt::format("level {} lacks {}", side.level + 1,
                                                              fmt::join(side.blocking, ", "))});
    return {"Levels",
            {table({{"side"}, {"level", detail::Column::Kind::number}, {"what keeps it there"}},
                   std::move(rows))}};
}

void add_details(Section& section, Result const& result) {
    Answer const& answer = result.answer;
    section.blocks.push_back(heading(result.id + " " + result.name));
    section.blocks.push_back(paragraph(answer.text));
    if (answer.state == State::fail) section.blocks.push_back(paragraph("Remedy: " + answer.remedy));
    std::vector<std::vector<std::string>> rows;
    for (std::size_t i = 0; i < std::min(shown_places, answer.places.size()); ++i) {
        Place const& place = answer.places[i];
        rows.push_back({place.file, place.field, fmt::format("{}", place.record), place.what});
    }
    if (!rows.empty())
        section.blocks.push_back(table({{"file", detail::Column::Kind::code},
                                        {"field", detail::Column::Kind::code},
                                        {"record", detail::Column::Kind::number},
                                        {"what"}},
                                       std::move(rows),
                                       fmt::format("The first {} places", answer.places.size())));
}

Section detailed_section(Assessment const& made, State state, char const* title) {
    Section section{title, {}};
    for (Result const& result : made.results)
        if (result.answer.state == state) add_details(section, result);
    return section;
}

std::string numbers_of(Answer const& answer) {
    std::string text;
    for (auto const& [name, value] : answer.numbers)
        text += fmt::format("{}{} {:.6g}", text.empty() ? "" : ", ", name, value);
    return text;
}

Section all_section(Assessment const& made) {
    std::vector<std::vector<std::string>> rows;
    for (Result const& result : made.results)
        rows.push_back({result.id, result.name, to_name(result.answer.state), standing_of(result.id),
                        result.answer.text, numbers_of(result.answer),
                        fmt::format("{:.3f}", result.answer.seconds)});
    return {"All checks",
            {table({{"id"},
                    {"check"},
                    {"state"},
                    {"counts for"},
                    {"answer"},
                    {"evidence"},
                    {"time / s", detail::Column::Kind::number}},
                   std::move(rows))}};
}

// ---- plots
// ----------------------------------------------------------------------------------------------------

std::vector<double> finite(std::vector<double> const& values) {
    std::vector<double> kept;
    std::ranges::copy_if(values, std::back_inserter(kept), [](double value) { return std::isfinite(value); });
    return kept;
}

Block class_plot(Field const& field, std::vector<std::string> const& words,
                 std::vector<std::uint32_t> const& codes) {
    std::vector<data::Bar> bars(words.size());
    for (std::size_t i = 0; i < words.size(); ++i) bars[i].label = words[i];
    for (std::uint32_t code : codes)
        if (code < bars.size()) bars[code].value += 1;
    return plot(data::plot_bars(
        bars, {.title = field.name, .x_label = "", .y_label = "records", .largest_first = true}));
}

void add_field_plot(Section& section, TableFacts const& facts, Field const& field) {
    if (auto const found = facts.numbers.find(field.name); found != facts.numbers.end()) {
        auto const values = finite(found->second);
        if (values.empty()) return;
        std::string const label = field.unit == "1" ? field.name : field.name + " / " + field.unit;
        section.blocks.push_back(plot(
            data::plot_histogram(values, 40, {.title = field.name, .x_label = label, .y_label = "records"})));
    } else if (auto const codes = facts.texts.find(field.name); codes != facts.texts.end()) {
        auto const words = facts.words.find(field.name);
        if (words != facts.words.end())
            section.blocks.push_back(class_plot(field, words->second, codes->second));
    }
}

Section plots_section(Assessment const& made) {
    Section section{"What is in it", {}};
    for (TableFacts const& facts : made.scan.tables)
        for (Role const role : {Role::label, Role::source, Role::feature})
            for (Field const* field : facts.table->of_role(role))
                if (section.blocks.size() < most_plots) add_field_plot(section, facts, *field);
    return section;
}

Section fields_section(Assessment const& made) {
    Section section{"Fields", {}};
    for (TableFacts const& facts : made.scan.tables) {
        std::vector<std::vector<std::string>> rows;
        for (auto const& [name, field] : facts.fields)
            rows.push_back({name, with_commas((long long)field.values),
                            with_commas((long long)(field.nan + field.filled + field.empty)),
                            fmt::format("{:.6g}", field.least), fmt::format("{:.6g}", field.most),
                            fmt::format("{:.6g}", field.mean), fmt::format("{:.6g}", field.deviation)});
        auto const number = detail::Column::Kind::number;
        section.blocks.push_back(heading(facts.table->name));
        section.blocks.push_back(table({{"field", detail::Column::Kind::code},
                                        {"values", number},
                                        {"missing", number},
                                        {"least", number},
                                        {"most", number},
                                        {"mean", number},
                                        {"deviation", number}},
                                       std::move(rows)));
    }
    return section;
}

}  // namespace

std::string to_html(Assessment const& made) {
    detail::Card card{
        .title = fmt::format("AI-readiness of {} {}", made.dictionary->name, made.dictionary->version),
        .description = made.dictionary->description};
    card.numbers = {{"level of 3", fmt::format("{}", made.levels.level)},
                    {"passed", fmt::format("{}", made.count(State::pass))},
                    {"failed", fmt::format("{}", made.count(State::fail))},
                    {"not checked", fmt::format("{}", made.count(State::not_checked))},
                    {"do not apply", fmt::format("{}", made.count(State::not_applicable))}};
    card.facts = {{"Rubric", rubric_version},
                  {"Program", "hutch " + std::string(version())},
                  {"Read", fmt::format("{} files, {:.2f} GB in {}", made.scan.files.size(),
                                       double(made.scan.bytes) / 1e9, to_duration(made.scan.seconds))}};
    card.sections.push_back(sides_section(made.levels));
    for (auto const& [state, title] : {std::pair{State::fail, "Failed"}, {State::not_checked, "Not checked"}})
        card.sections.push_back(detailed_section(made, state, title));
    card.sections.push_back(plots_section(made));
    card.sections.push_back(fields_section(made));
    card.sections.push_back(all_section(made));
    std::erase_if(card.sections, [](Section const& section) { return section.blocks.empty(); });
    return detail::to_html(card);
}

std::string to_badge(Assessment const& made) {
    static constexpr char const* colours[] = {"#c0392b", "#d68910", "#2471a3", "#1e8449"};
    std::string const text = fmt::format("level {}", made.levels.level);
    return fmt::format(
        R"(<svg xmlns="http://www.w3.org/2000/svg" width="142" height="20" role="img" aria-label="AI-readiness: {0}">)"
        R"(<title>AI-readiness of {2} {3}: {0} of 3 (rubric {4})</title>)"
        R"(<rect width="142" height="20" rx="3" fill="#444b57"/><path d="M88 0h51a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H88z" fill="{1}"/>)"
        R"(<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">)"
        R"(<text x="44" y="14">AI-readiness</text><text x="115" y="14">{0}</text></g></svg>)"
        "\n",
        text, colours[made.levels.level], escape_xml(made.dictionary->name),
        escape_xml(made.dictionary->version), rubric_version);
}

}  // namespace hutch::curate::assess
