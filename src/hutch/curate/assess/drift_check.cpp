#include "hutch/base/random.hpp"
#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/contents.hpp"
#include "hutch/curate/assess/detail/record_numbers.hpp"
#include "hutch/curate/assess/detail/statistical_checks.hpp"
#include "hutch/curate/assess/iso_time.hpp"
#include "hutch/curate/assess/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess::detail {
namespace {

constexpr double p_limit = 1e-6;
constexpr double split_distance = 0.15, window_distance = 0.35;  // Kolmogorov-Smirnov
constexpr double share_effect = 0.1;                             // Cramer's V
constexpr double classifier_limit = 0.65;                        // AUC
constexpr std::size_t fewest = 30, most_sources = 30;
// One source among others that agree, in standard deviations within sources. Farther away than `elsewhere` it
// measures in another range by design.
constexpr double apart = 1, agreed = 0.5, elsewhere = 4, most_spread_ratio = 3;
constexpr std::size_t fewest_agreeing = 2, fewest_different = 20;
constexpr std::uint64_t most_classified = 5000;

struct Findings {
    std::size_t comparisons = 0;
    double largest_distance = 0, largest_stability = 0, between_sources = 0, best_auc = 0.5;
    double largest_shift = 0;  // of one source against others that agree
    std::vector<std::string> problems;
};

// Sources of the records of a table; one for all where none is declared.
struct Sources {
    std::string name;
    Classes classes;
};

std::vector<Sources> sources_of(TableFacts const& table) {
    std::vector<Sources> all;
    for (Field const* field : table.table->of_role(Role::source))
        if (auto const column = find_column(table, *field)) {
            Classes classes = classes_of(table, *column);
            if (classes.count() >= 1 && classes.count() <= most_sources)
                all.push_back({field->name, std::move(classes)});
        }
    if (all.empty()) {
        Classes one;
        one.of.assign(table.records, 0), one.names = {"all"}, one.labelled = table.records;
        all.push_back({"", std::move(one)});
    }
    return all;
}

// Independent values that one stands for: members of a group come together.
double independent_share(std::vector<std::uint64_t> const& records, Groups const& groups) {
    std::vector<std::uint32_t> of;
    for (std::uint64_t r : records) of.push_back(groups.of[r]);
    std::ranges::sort(of);
    double squares = 0;
    for (std::size_t i = 0; i < of.size();) {
        std::size_t j = i;
        while (j < of.size() && of[j] == of[i]) ++j;
        squares += double(j - i) * double(j - i);
        i = j;
    }
    return of.empty() ? 1 : double(of.size()) / squares;
}

struct Sample {
    std::vector<std::uint64_t> records;
    std::vector<double> values;
};

struct Limits {
    double distance;
    std::size_t tests;
};

// Compare two samples of one number; says what moved.
void compare(Sample const& one, Sample const& other, Groups const& groups, Limits const& limits,
             std::string const& what, Findings& found, Answer& answer) {
    if (one.values.size() < fewest || other.values.size() < fewest) return;
    ++found.comparisons;
    auto const ks = kolmogorov_smirnov(one.values, other.values, independent_share(one.records, groups),
                                       independent_share(other.records, groups));
    double const stability = population_stability(one.values, other.values);
    found.largest_distance = std::max(found.largest_distance, ks.distance);
    found.largest_stability = std::max(found.largest_stability, stability);
    if (ks.p * double(limits.tests) >= p_limit || ks.distance <= limits.distance) return;
    std::string const text = fmt::format("{} (distance {:.2f}, p {:.1g}, stability index {:.2f})", what,
                                         ks.distance, ks.p, stability);
    found.problems.push_back(text);
    show(answer, {"", what, 0, text});
}

template <class Belongs>
Sample sample_of(RecordNumbers const& numbers, Belongs const& belongs) {
    Sample sample;
    for (std::size_t i = 0; i < numbers.values.size(); ++i)
        if (belongs(numbers.records[i]))
            sample.records.push_back(numbers.records[i]), sample.values.push_back(numbers.values[i]);
    return sample;
}

void compare_splits(RecordNumbers const& numbers, Sources const& sources, Classes const& splits,
                    Groups const& groups, Limits const& limits, Findings& found, Answer& answer) {
    auto const train = std::int32_t(training_split(splits).value_or(0));
    for (std::size_t source = 0; source < sources.classes.count(); ++source) {
        auto const of_split = [&](std::int32_t split) {
            return sample_of(numbers, [&](std::uint64_t r) {
                return sources.classes.of[r] == std::int32_t(source) && splits.of[r] == split;
            });
        };
        Sample const trained = of_split(train);
        for (std::size_t s = 0; s < splits.count(); ++s) {
            if (std::int32_t(s) == train) continue;
            std::string const where =
                sources.name.empty() ? "" : fmt::format(" of source '{}'", sources.classes.names[source]);
            compare(trained, of_split(std::int32_t(s)), groups, limits,
                    fmt::format("'{}'{} differs between '{}' and '{}'", numbers.name, where,
                                splits.names[std::size_t(train)], splits.names[s]),
                    found, answer);
        }
    }
}

// How far sources are from each other: expected, and told.
void compare_sources(RecordNumbers const& numbers, Sources const& sources, Findings& found) {
    std::vector<std::vector<double>> of(sources.classes.count());
    for (std::size_t i = 0; i < numbers.values.size(); ++i)
        if (std::int32_t const c = sources.classes.of[numbers.records[i]]; c >= 0)
            of[std::size_t(c)].push_back(numbers.values[i]);
    for (std::size_t a = 0; a < of.size(); ++a)
        for (std::size_t b = a + 1; b < of.size(); ++b)
            if (of[a].size() >= fewest && of[b].size() >= fewest)
                found.between_sources =
                    std::max(found.between_sources, kolmogorov_smirnov(of[a], of[b]).distance);
}

// Mean and spread of a number at one source.
struct Level {
    std::int32_t source = 0;
    double mean = 0, variance = 0, independent = 0;
    std::size_t different = 0;
};

std::vector<Level> levels_of(RecordNumbers const& numbers, Sources const& sources, Groups const& groups) {
    std::vector<Level> levels;
    for (std::size_t c = 0; c < sources.classes.count(); ++c) {
        Sample sample =
            sample_of(numbers, [&](std::uint64_t r) { return sources.classes.of[r] == std::int32_t(c); });
        std::vector<double>& values = sample.values;
        if (values.size() < fewest) continue;
        Level level;
        level.source = std::int32_t(c);
        level.mean = std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
        for (double const v : values) level.variance += (v - level.mean) * (v - level.mean);
        level.variance /= double(values.size() - 1);
        level.independent = double(values.size()) * independent_share(sample.records, groups);
        std::ranges::sort(values);
        level.different = std::size_t(std::ranges::unique(values).begin() - values.begin());
        levels.push_back(level);
    }
    return levels;
}

// Whether sources measure the same things: no groups are said, or most records of a source are of groups that
// another has too.
bool are_crossed(Sources const& sources, Groups const& groups) {
    if (!groups.are_declared) return true;
    constexpr std::int32_t none = -1, several = -2;
    std::vector<std::int32_t> of_group(groups.count, none);
    for (std::size_t r = 0; r < groups.of.size(); ++r) {
        std::int32_t const source = sources.classes.of[r];
        std::int32_t& known = of_group[groups.of[r]];
        if (source >= 0) known = known == none || known == source ? source : several;
    }
    std::size_t const crossed = std::size_t(
        std::ranges::count_if(groups.of, [&](std::uint32_t group) { return of_group[group] == several; }));
    return 2 * crossed > groups.of.size();
}

// Which one of the levels is apart from all others, while those agree; its least distance, with a sign.
std::optional<std::pair<std::size_t, double>> find_odd_one(std::vector<Level> const& levels) {
    double variance = 0;
    for (Level const& level : levels) variance += level.variance / double(levels.size());
    for (Level const& level : levels) {
        double const ratio = std::sqrt(level.variance / variance);
        if (level.different < fewest_different || ratio > most_spread_ratio || ratio * most_spread_ratio < 1)
            return {};
    }
    for (std::size_t odd = 0; odd < levels.size(); ++odd) {
        double least = 1e300, most = -1e300;
        for (std::size_t i = 0; i < levels.size(); ++i)
            if (i != odd) least = std::min(least, levels[i].mean), most = std::max(most, levels[i].mean);
        double const sigma = std::sqrt(variance), own = levels[odd].mean,
                     shift = own > most    ? (own - most) / sigma
                             : own < least ? (own - least) / sigma
                                           : 0;
        if ((most - least) / sigma < agreed && std::abs(shift) >= apart && std::abs(shift) < elsewhere)
            return std::pair{odd, shift};
    }
    return {};
}

// A dictionary says with the item instrument/sources_differ_in which numbers differ between sources by
// design.
bool may_differ(Subject const& subject, std::string const& name) {
    MetadataItem const* const item = subject.dictionary.find("instrument", "sources_differ_in");
    return item != nullptr && (item->value == "all" || item->value.find(name) != std::string::npos);
}

// Three sources and more that measure the same, one of which is shifted.
void find_shifted_source(RecordNumbers const& numbers, Sources const& sources, Groups const& groups,
                         std::size_t tests, Findings& found, Answer& answer) {
    std::vector<Level> const levels = levels_of(numbers, sources, groups);
    if (levels.size() < fewest_agreeing + 1) return;
    ++found.comparisons;
    auto const odd = find_odd_one(levels);
    if (!odd) return;
    double others = 0;
    for (std::size_t i = 0; i < levels.size(); ++i)
        if (i != odd->first) others += levels[i].independent;
    double const z = std::abs(odd->second) / std::sqrt(1 / levels[odd->first].independent + 1 / others),
                 p = 2 * normal_tail(z);
    if (p * double(tests) >= p_limit) return;
    found.largest_shift = std::max(found.largest_shift, std::abs(odd->second));
    std::string const what =
        fmt::format("'{}' of source '{}' is shifted against the other {} sources, which agree", numbers.name,
                    sources.classes.names[std::size_t(levels[odd->first].source)], levels.size() - 1);
    std::string const text =
        fmt::format("{} (by {:.1f} standard deviations, p {:.1g})", what, odd->second, p);
    found.problems.push_back(text);
    show(answer, {"", numbers.name, 0, text});
}

std::vector<double> times_of(TableFacts const& table) {
    for (Field const* field : table.table->of_role(Role::time)) {
        auto const column = find_column(table, *field);
        if (!column) continue;
        std::vector<double> times(table.records, std::nan(""));
        for (std::size_t i = 0; i < column->size(); ++i)
            if (column->has(i))
                times[column->record(i)] = column->is_text()
                                               ? seconds_of(column->text(i)).value_or(std::nan(""))
                                               : column->numbers[i];
        return times;
    }
    return {};
}

// The earlier half of a source's records against the later one.
void compare_windows(RecordNumbers const& numbers, Sources const& sources, std::vector<double> const& times,
                     Groups const& groups, Limits const& limits, Findings& found, Answer& answer) {
    for (std::size_t source = 0; source < sources.classes.count(); ++source) {
        std::vector<double> own;
        for (std::size_t r = 0; r < times.size(); ++r)
            if (sources.classes.of[r] == std::int32_t(source) && std::isfinite(times[r]))
                own.push_back(times[r]);
        if (own.size() < 2 * fewest) continue;
        double const middle = median(own);
        auto const half = [&](bool is_late) {
            return sample_of(numbers, [&](std::uint64_t r) {
                return sources.classes.of[r] == std::int32_t(source) && std::isfinite(times[r]) &&
                       (times[r] > middle) == is_late;
            });
        };
        std::string const where =
            sources.name.empty() ? "" : fmt::format(" of source '{}'", sources.classes.names[source]);
        compare(half(false), half(true), groups, limits,
                fmt::format("'{}'{} moves with time", numbers.name, where), found, answer);
    }
}

// Shares of sources in each split.
void compare_shares(Sources const& sources, Classes const& splits, Groups const& groups, Findings& found,
                    Answer& answer) {
    if (sources.classes.count() < 2 || splits.count() < 2) return;
    std::vector<std::uint64_t> all(sources.classes.of.size());
    std::iota(all.begin(), all.end(), std::uint64_t{0});
    double const share = independent_share(all, groups);
    auto const train = training_split(splits).value_or(0);
    for (std::size_t s = 0; s < splits.count(); ++s) {
        if (s == train) continue;
        CountTable table(2, sources.classes.count());
        for (std::size_t r = 0; r < all.size(); ++r) {
            if (sources.classes.of[r] < 0) continue;
            auto const c = std::size_t(sources.classes.of[r]);
            if (splits.of[r] == std::int32_t(train)) table.at(0, c) += share;
            if (splits.of[r] == std::int32_t(s)) table.at(1, c) += share;
        }
        ++found.comparisons;
        ChiSquare const test = chi_square_test(table);
        if (test.p >= p_limit || test.cramer_v <= share_effect) continue;
        std::string const text =
            fmt::format("shares of '{}' differ between '{}' and '{}' (p {:.1g}, Cramer's V {:.2f})",
                        sources.name, splits.names[train], splits.names[s], test.p, test.cramer_v);
        found.problems.push_back(text);
        show(answer, {"", sources.name, 0, text});
    }
}

// Scores of records by a nearest-centroid classifier that has not seen their group.
std::vector<double> centroid_scores(Contents const& contents, std::vector<std::uint8_t> const& is_other,
                                    Groups const& groups) {
    constexpr std::uint32_t folds = 5;
    std::vector<std::uint32_t> fold;
    for (std::uint64_t r : contents.records)
        fold.push_back(std::uint32_t(RandomStream(46, 0, groups.of[r]).below(folds)));
    std::vector<double> scores(contents.records.size());
    for (std::uint32_t f = 0; f < folds; ++f) {
        std::array<std::vector<double>, 2> centre{std::vector<double>(contents.width),
                                                  std::vector<double>(contents.width)};
        std::array<double, 2> count{};
        for (std::size_t i = 0; i < fold.size(); ++i) {
            if (fold[i] == f) continue;
            ++count[is_other[i]];
            for (std::size_t k = 0; k < contents.width; ++k)
                centre[is_other[i]][k] += double(contents.values[i * contents.width + k]);
        }
        if (count[0] == 0 || count[1] == 0) continue;
        for (std::size_t i = 0; i < fold.size(); ++i) {
            if (fold[i] != f) continue;
            for (std::size_t k = 0; k < contents.width; ++k) {
                double const v = double(contents.values[i * contents.width + k]), a = centre[0][k] / count[0],
                             b = centre[1][k] / count[1];
                scores[i] += (v - a) * (v - a) - (v - b) * (v - b);
            }
        }
    }
    return scores;
}

// Two-sample test by a classifier: can it tell test records from training records?
void classify_splits(Subject const& subject, TableFacts const& table, Classes const& splits,
                     Groups const& groups, Findings& found, Answer& answer) {
    Contents contents = contents_of(subject, table, most_classified, 46);
    if (contents.width == 0) return;
    auto const train = std::int32_t(training_split(splits).value_or(0));
    std::vector<bool> is_kept;
    for (std::uint64_t r : contents.records) is_kept.push_back(splits.of[r] >= 0);
    contents.keep(is_kept);
    std::vector<std::uint8_t> is_other;
    for (std::uint64_t r : contents.records) is_other.push_back(splits.of[r] != train);
    auto const m = double(std::ranges::count(is_other, 1)), n = double(is_other.size()) - m;
    if (m < fewest || n < fewest) return;
    double const auc = area_under_roc(centroid_scores(contents, is_other, groups), is_other);
    double const share = independent_share(contents.records, groups),
                 sigma = std::sqrt((n + m + 1) / (12 * n * m) / share);
    found.best_auc = std::max(found.best_auc, auc);
    ++found.comparisons;
    if (auc <= classifier_limit || normal_tail((auc - 0.5) / sigma) >= p_limit) return;
    std::string const text = fmt::format("a classifier tells '{}' from other splits (AUC {:.3f})",
                                         splits.names[std::size_t(train)], auc);
    found.problems.push_back(text);
    show(answer, {"", table.table->name, 0, text});
}

void assess_table(Subject const& subject, TableFacts const& table, Findings& found, Answer& answer) {
    std::vector<RecordNumbers> const numbers = numbers_of_features(table);
    Classes const splits = splits_of(subject.scan, table);
    Groups const groups = groups_of(subject.scan, table);
    std::vector<double> const times = times_of(table);
    for (Sources const& sources : sources_of(table)) {
        std::size_t const tests = std::max<std::size_t>(
            1, numbers.size() * sources.classes.count() * std::max<std::size_t>(1, splits.count()));
        bool const is_crossed = are_crossed(sources, groups);
        if (!sources.name.empty()) compare_shares(sources, splits, groups, found, answer);
        for (RecordNumbers const& one : numbers) {
            if (splits.count() > 1)
                compare_splits(one, sources, splits, groups, {split_distance, tests}, found, answer);
            if (!times.empty())
                compare_windows(one, sources, times, groups, {window_distance, tests}, found, answer);
            if (sources.name.empty()) continue;
            compare_sources(one, sources, found);
            Field const* const field = table.table->find(one.name);  // none: a statistic of an array
            if (field != nullptr && is_crossed && !may_differ(subject, one.name))
                find_shifted_source(one, sources, groups, tests, found, answer);
        }
    }
    if (splits.count() > 1) classify_splits(subject, table, splits, groups, found, answer);
}

}  // namespace

Answer check_drift(Subject const& subject) {
    Answer answer;
    Findings found;
    for (TableFacts const& table : subject.scan.tables)
        if (!table.table->of_role(Role::feature).empty() && table.records > 0)
            assess_table(subject, table, found, answer);
    if (found.comparisons == 0)
        return not_applicable(
            "no features of 30 records and more in two splits, sources or times to compare");
    answer.numbers = {{"comparisons", double(found.comparisons)},
                      {"largest_distance", found.largest_distance},
                      {"largest_stability_index", found.largest_stability},
                      {"classifier_auc", found.best_auc},
                      {"largest_shift_of_one_source", found.largest_shift},
                      {"largest_distance_between_sources", found.between_sources}};
    if (!found.problems.empty()) answer.state = State::fail;
    std::size_t const shown = std::min<std::size_t>(found.problems.size(), 4);
    answer.text =
        found.problems.empty()
            ? fmt::format("{} compared, none moved", counted(found.comparisons, "distribution"))
            : fmt::format(
                  "{}{}",
                  fmt::join(found.problems.begin(), found.problems.begin() + std::ptrdiff_t(shown), "; "),
                  found.problems.size() > shown ? fmt::format("; and {} more", found.problems.size() - shown)
                                                : "");
    return answer;
}

}  // namespace hutch::curate::assess::detail
