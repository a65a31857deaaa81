#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/value_checks.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace hutch::curate::assess::detail {
namespace {

std::uint64_t missing_of(FieldFacts const& facts) { return facts.nan + facts.filled + facts.empty; }

// Values that programs write where they have none.
constexpr double sentinels[] = {
    -1e30, -1e20, -1e10, -999999, -99999, -32768, -9999, -999, -99, 99999, 999999, 1e20, 9.969209968386869e36,
    1e30};

// Return a sentinel that stands twice or more, apart from all other values; 0 when there is none.
double find_sentinel(TableFacts const& table, Field const& field, FieldFacts const& facts) {
    auto const column = find_column(table, field);
    if (!column || column->is_text() || !field.shape.empty()) {
        // Of arrays only the ends are known: the smallest value, outside the declared range.
        for (double const value : sentinels)
            if (float(facts.least) == float(value) && facts.below > 1 && field.least && value < *field.least)
                return value;
        return 0;
    }
    for (double const sentinel : sentinels) {
        if (field.fill && *field.fill == sentinel) continue;
        if (facts.least != sentinel && facts.most != sentinel && float(facts.least) != float(sentinel))
            continue;
        std::uint64_t there = 0;
        double least = HUGE_VAL, most = -HUGE_VAL;
        for (std::size_t i = 0; i < column->size(); ++i) {
            double const value = column->numbers[i];
            if (!column->has(i) || !std::isfinite(value)) continue;
            if (float(value) == float(sentinel))
                ++there;
            else
                least = std::min(least, value), most = std::max(most, value);
        }
        double const gap = sentinel < least ? least - sentinel : sentinel > most ? sentinel - most : 0;
        if (there >= 2 && most > least && gap > 0.5 * (most - least)) return sentinel;
    }
    return 0;
}

// A channel that is always the same though both neighbours are not: neither is it part of a dark region. A
// row that is dead as a whole has neighbours that change in nearly every record, and there are few such rows;
// the dark corners of a round detector are many.
struct DeadChannels {
    std::uint64_t count = 0;
    std::size_t first = 0;
    float value = 0;
};

DeadChannels find_dead_channels(FieldFacts const& facts) {
    DeadChannels dead;
    std::size_t const n = facts.index_least.size();
    double const enough = std::max(20.0, 0.1 * double(facts.records));
    std::size_t const longest = std::max<std::size_t>(4, n / 100);
    constexpr std::size_t most_rows = 3;
    std::vector<std::pair<std::size_t, std::size_t>> rows;  // longer than that
    auto const is_still = [&](std::size_t i) { return facts.index_least[i] == facts.index_most[i]; };
    auto const is_masked = [&](std::size_t i) { return facts.index_least[i] > facts.index_most[i]; };
    auto const is_alive = [&](std::size_t i) {
        return facts.index_least[i] < facts.index_most[i] && double(facts.index_active[i]) >= enough;
    };
    auto const is_busy = [&](std::size_t i) {
        return double(facts.index_active[i]) >= 0.9 * double(facts.records);
    };
    auto const add = [&](std::size_t begin, std::size_t end) {
        for (std::size_t k = begin; k < end; ++k)
            if (is_still(k) && dead.count++ == 0) dead.first = k, dead.value = facts.index_least[k];
    };
    for (std::size_t i = 0; i < n; ++i) {
        if (!is_still(i)) continue;
        std::size_t end = i;
        while (end < n && (is_still(end) || is_masked(end))) ++end;
        std::size_t begin = i;
        while (begin > 0 && is_masked(begin - 1)) --begin;
        bool const has_neighbours = begin > 0 && end < n && is_alive(begin - 1) && is_alive(end);
        if (has_neighbours && end - i <= longest)
            add(i, end);
        else if (has_neighbours && end - i <= n / 8 && is_busy(begin - 1) && is_busy(end))
            rows.emplace_back(i, end);
        i = end;
    }
    if (rows.size() <= most_rows)
        for (auto const& [begin, end] : rows) add(begin, end);
    return dead;
}

// Values pile up at the largest one, several side by side in several records, and there are few of them.
bool is_clipped(Field const& field, FieldFacts const& facts) {
    if (field.shape.empty() || facts.records_at_most < 3 || facts.longest_at_most < 3) return false;
    if (field.saturation && facts.most < *field.saturation &&
        double(facts.at_most) < 5.0 * double(facts.records_at_most))
        return false;
    double const each = double(facts.at_most) / double(facts.records_at_most);
    return each >= 3 && double(facts.at_most) < 0.2 * double(facts.values) &&
           facts.most > facts.mean + 3 * facts.deviation;
}

bool is_detector(Field const& field) {
    return field.role == Role::feature && !field.shape.empty() &&
           (is_counted(field) || field.saturation || !field.mask.empty());
}

}  // namespace

Answer check_ranges(Subject const& subject) {
    Answer answer;
    std::uint64_t fields = 0, wrong = 0, outside_values = 0;
    for_each_field(subject, [&](TableFacts const&, Field const& field, FieldFacts const& facts) {
        if (!is_number(field) || (!field.least && !field.most) || facts.values == 0) return;
        ++fields;
        std::uint64_t const outside = facts.below + facts.above, all = facts.values - missing_of(facts);
        outside_values += outside;
        // A declared share of 0 means none; of a larger one as many as chance allows are no contradiction.
        double const expected = field.outside * double(all);
        if (double(outside) <= expected + 4 * std::sqrt(expected)) return;
        ++wrong;
        show_kind(facts, "below", answer), show_kind(facts, "above", answer);
    });
    if (fields == 0) return not_applicable("no field declares a range");
    answer.numbers = {
        {"fields", double(fields)}, {"wrong", double(wrong)}, {"values_outside", double(outside_values)}};
    answer.state = wrong > 0 ? State::fail : State::pass;
    answer.text = fmt::format("{} with a range, {} with more values outside than declared ({} in all)",
                              counted(fields, "field"), wrong, outside_values);
    return answer;
}

Answer check_saturation(Subject const& subject) {
    Answer answer;
    std::uint64_t fields = 0, saturated = 0, clipped = 0, dead = 0;
    for_each_field(subject, [&](TableFacts const&, Field const& field, FieldFacts const& facts) {
        if (!field.saturation && !is_detector(field)) return;
        ++fields;
        saturated += facts.saturated;
        show_kind(facts, "saturated", answer);
        if (!is_detector(field)) return;
        if (facts.saturated == 0 && is_clipped(field, facts)) {
            ++clipped;
            show(answer, {"", field.name, 0,
                          fmt::format("{} are the largest value, {:.7g}, up to {} side by side, in {}",
                                      counted(facts.at_most, "value"), facts.most, facts.longest_at_most,
                                      counted(facts.records_at_most, "record"))});
        }
        DeadChannels const channels = find_dead_channels(facts);
        dead += channels.count;
        if (channels.count > 0)
            show(answer, {"", field.name, 0,
                          fmt::format("{} {} in all records though their neighbours vary; the first is {}",
                                      counted(channels.count, "channel"),
                                      channels.count == 1 ? "is the same" : "are the same", channels.first)});
    });
    if (fields == 0) return not_applicable("no field is an array of counts or names a saturation value");
    answer.numbers = {{"fields", double(fields)},
                      {"saturated_values", double(saturated)},
                      {"clipped_fields", double(clipped)},
                      {"dead_channels", double(dead)}};
    answer.state = saturated + clipped + dead > 0 ? State::fail : State::pass;
    answer.text = fmt::format("{}: {} saturated and not masked, {} that look clipped, {} dead and not masked",
                              counted(fields, "field"), counted(saturated, "value"),
                              counted(clipped, "field"), counted(dead, "channel"));
    return answer;
}

Answer check_finiteness(Subject const& subject) {
    Answer answer;
    std::uint64_t fields = 0, wrong = 0, infinite = 0, nan = 0, negative = 0, fills = 0;
    for_each_field(subject, [&](TableFacts const& table, Field const& field, FieldFacts const& facts) {
        if (!is_number(field) || facts.values == 0 || field.role == Role::axis) return;  // of axes C20 tells
        ++fields;
        bool is_wrong = false;
        auto const count = [&](char const* kind, std::uint64_t found, std::uint64_t& all) {
            if (found == 0) return;
            all += found, is_wrong = true;
            show_kind(facts, kind, answer);
        };
        count("infinite", facts.infinite, infinite);
        bool const is_text_file =
            table.table->format == "csv" || table.table->format == "jsonl" || table.table->format == "json";
        // Empty cells are C17's matter.
        if (field.missing == 0 && (!is_text_file || !field.shape.empty()))
            count("nan", facts.nan - std::min(facts.nan, facts.not_numbers), nan);
        if (is_counted(field)) count("negative", facts.negative, negative);
        if (double const value = find_sentinel(table, field, facts); value != 0) {
            ++fills, is_wrong = true;
            show(answer,
                 {"", field.name, 0, fmt::format("{:g} stands for missing values, undeclared", value)});
        }
        wrong += is_wrong;
    });
    if (fields == 0) return not_applicable("there are no fields of numbers");
    answer.numbers = {{"fields", double(fields)},
                      {"infinite", double(infinite)},
                      {"nan", double(nan)},
                      {"negative_counts", double(negative)},
                      {"fields_with_fill", double(fills)}};
    answer.state = wrong > 0 ? State::fail : State::pass;
    answer.text = fmt::format(
        "{} of numbers: {} infinite, {} NaN beyond what is declared, {} negative counts, {} with "
        "undeclared fill values",
        counted(fields, "field"), infinite, nan, negative, fills);
    return answer;
}

Answer check_missing(Subject const& subject) {
    Answer answer;
    std::uint64_t fields = 0, too_many = 0, unexplained = 0;
    double worst = 0;
    for_each_field(subject, [&](TableFacts const& table, Field const& field, FieldFacts const& facts) {
        if (facts.values == 0 || field.role == Role::axis) return;
        ++fields;
        auto const all = double(facts.values), share = double(missing_of(facts)) / all;
        worst = std::max(worst, share);
        // Up to a chance of 1 in 1,000 that the declared share gives as many.
        double const most = field.missing + 3 * std::sqrt(field.missing * (1 - field.missing) / all);
        if (share > most) {
            ++too_many;
            show(answer,
                 {"", table.table->name + "/" + field.name, 0,
                  fmt::format("{:.3g} % missing; declared {:.3g} %", 100 * share, 100 * field.missing)});
            for (char const* kind : {"nan", "empty", "fill"}) show_kind(facts, kind, answer);
        }
        bool const is_said = field.missing_because.find_first_not_of(" \t\r\n") != std::string::npos;
        if (field.missing > 0 && !is_said) {
            ++unexplained;
            show(answer, {"dictionary.json", table.table->name + "/" + field.name, 0,
                          "may be missing, and 'missing_because' does not say why"});
        }
    });
    if (fields == 0) return not_applicable("no field has values");
    answer.numbers = {{"fields", double(fields)},
                      {"too_many_missing", double(too_many)},
                      {"unexplained", double(unexplained)},
                      {"largest_share", worst}};
    answer.state = too_many + unexplained > 0 ? State::fail : State::pass;
    answer.text =
        fmt::format("{}: {} with more missing than declared, {} without a reason; at most {:.3g} % missing",
                    counted(fields, "field"), too_many, unexplained, 100 * worst);
    return answer;
}

}  // namespace hutch::curate::assess::detail
