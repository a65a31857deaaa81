#include "hutch/base/text.hpp"
#include "hutch/curate/agreement.hpp"
#include "hutch/curate/assess/check.hpp"
#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/statistical_checks.hpp"
#include "hutch/curate/assess/iso_time.hpp"
#include "hutch/curate/assess/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numbers>
#include <numeric>
#include <span>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess {
namespace {

using detail::counted, detail::not_applicable, detail::show;

constexpr std::size_t most_classes = 300;

// ---- C31 -------------------------------------------------------------------------------------------------

constexpr double p_limit = 1e-6, effect_limit = 0.1;
constexpr double fewest_expected = 3;                     // independent records of a class in a split
constexpr double frequent = 20;                           // records of a class that a split should have
constexpr double common = 0.1, p_limit_of_common = 1e-4;  // classes that no split should lack
constexpr double fewest_of_class = 5, most_imbalance = 50;
constexpr std::size_t few_classes = 10, fewest_groups = 30;

// Numbers with many values are measured, not classified.
bool has_classes(Classes const& classes) {
    return classes.count() >= 2 && classes.count() <= most_classes &&
           double(classes.count()) <= std::max(20.0, double(classes.labelled) / 5);
}

struct ClassCounts {
    CountTable table;            // splits x classes, of records
    std::vector<double> effect;  // records of each class that stand for one independent one
    std::vector<double> groups_of_class, groups_of_split, train_groups;  // the last: of each class
    double train_share = 0;                                              // of groups
};

using Members = std::map<std::tuple<std::int32_t, std::uint32_t, std::int32_t>,
                         double>;  // records of a split, a group, a class

// How many records of each class stand for one that was drawn alone, where whole groups are drawn into
// splits: the variance of a class's share that groups make, sum (n_c - p n)^2, over that of single records,
// N p (1 - p). With groups of m records it is 1 + (m - 1) rho, with rho the intra-group correlation of "is of
// this class"; groups of any size have it too (Rao and Scott, J. Am. Stat. Assoc. 76 (1981) 221). Shares p
// are those of the group's split: that splits differ is not what groups do. Few groups do not tell: their
// labels count as equal.
std::vector<double> design_effects(Members const& members, CountTable const& table) {
    std::map<std::pair<std::int32_t, std::uint32_t>, double> sizes;
    for (auto const& [key, count] : members) sizes[{std::get<0>(key), std::get<1>(key)}] += count;
    std::vector<double> all(table.rows), squares(table.rows);
    for (auto const& [group, size] : sizes)
        all[std::size_t(group.first)] += size, squares[std::size_t(group.first)] += size * size;
    std::vector<double> variance(table.columns), single(table.columns), of_class(table.columns),
        in_groups(table.columns), effect(table.columns, 1);
    for (std::size_t s = 0; s < table.rows; ++s)
        for (std::size_t c = 0; c < table.columns; ++c) {
            double const p = all[s] > 0 ? table.at(s, c) / all[s] : 0;
            variance[c] += p * p * squares[s];  // of groups as if they had none of the class
            single[c] += all[s] * p * (1 - p);
        }
    for (auto const& [key, count] : members) {
        auto const s = std::size_t(std::get<0>(key)), c = std::size_t(std::get<2>(key));
        double const size = sizes[{std::get<0>(key), std::get<1>(key)}], p = table.at(s, c) / all[s];
        variance[c] += count * count - 2 * p * count * size;
        of_class[c] += count, in_groups[c] += count * size;
    }
    for (std::size_t c = 0; c < table.columns; ++c) {
        if (single[c] > 0) effect[c] = std::max(1.0, variance[c] / single[c]);
        if (sizes.size() < fewest_groups && of_class[c] > 0)
            effect[c] = std::max(effect[c], in_groups[c] / of_class[c]);
    }
    return effect;
}

ClassCounts count_classes(Classes const& classes, Classes const& splits, Groups const& groups,
                          std::size_t train) {
    std::vector<double> const none(classes.count());
    ClassCounts counts{CountTable(splits.count(), classes.count()), {},   none,
                       std::vector<double>(splits.count()),         none, 0};
    Members members;
    double all = 0, in_train = 0;
    for (std::size_t r = 0; r < classes.of.size(); ++r) {
        if (classes.of[r] < 0 || splits.of[r] < 0) continue;
        auto const split = std::size_t(splits.of[r]), label = std::size_t(classes.of[r]);
        ++counts.table.at(split, label);
        if (++members[{splits.of[r], groups.of[r], classes.of[r]}] > 1) continue;
        ++counts.groups_of_class[label];
        counts.train_groups[label] += split == train;
        ++all, in_train += split == train;
    }
    std::pair<std::int32_t, std::uint32_t> last{-1, 0};
    for (auto const& [key, count] : members) {  // those of one group in one split stand together
        std::pair const group{std::get<0>(key), std::get<1>(key)};
        if (group != last) ++counts.groups_of_split[std::size_t(group.first)];
        last = group;
    }
    counts.effect = design_effects(members, counts.table);
    counts.train_share = all > 0 ? in_train / all : 0;
    return counts;
}

// Whether a split lacks a class that is common in training, though as many groups drawn at random from those
// of training would hardly lack it: what a model makes of the class cannot be seen there.
bool lacks_common_class(ClassCounts const& counts, std::size_t split, std::size_t train, std::size_t label,
                        double train_size) {
    double const in_train = counts.table.at(train, label),
                 share = counts.train_groups[label] / std::max(1.0, counts.groups_of_split[train]);
    return in_train >= frequent && in_train >= common * train_size &&
           std::pow(1 - share, counts.groups_of_split[split]) < p_limit_of_common;
}

// Classes that are frequent in training and that a split lacks wholly, though even its independent records
// are too many for that: with n expected the chance is exp(-n).
std::vector<std::string> lost_classes(ClassCounts const& counts, Classes const& classes,
                                      Classes const& splits, std::size_t train) {
    std::vector<std::string> problems;
    std::vector<double> sizes(splits.count());
    for (std::size_t s = 0; s < splits.count(); ++s)
        for (std::size_t c = 0; c < classes.count(); ++c) sizes[s] += counts.table.at(s, c);
    for (std::size_t s = 0; s < splits.count(); ++s)
        for (std::size_t c = 0; c < classes.count(); ++c) {
            if (s == train || counts.table.at(s, c) > 0 || sizes[train] == 0 || sizes[s] == 0) continue;
            double const expected = counts.table.at(train, c) / sizes[train] * sizes[s];
            if ((expected >= frequent && std::exp(-expected / counts.effect[c]) < p_limit) ||
                lacks_common_class(counts, s, train, c, sizes[train]))
                problems.push_back(fmt::format("class {} is not in '{}', expected are {:.0f} records",
                                               in_quotes(classes.names[c]), splits.names[s], expected));
        }
    return problems;
}

// Classes that a split has and training lacks, where chance would hardly leave all their groups out.
std::vector<std::string> absent_classes(ClassCounts const& counts, Classes const& classes,
                                        Classes const& splits, std::size_t train) {
    std::vector<std::string> problems;
    double expected = 0, variance = 0, lost = 0, outside = 0;  // records outside training
    for (std::size_t c = 0; c < classes.count(); ++c) {
        if (counts.groups_of_class[c] == 0) continue;
        double const by_chance = std::pow(1 - counts.train_share, counts.groups_of_class[c]);
        double all = 0;
        for (std::size_t s = 0; s < splits.count(); ++s) all += counts.table.at(s, c);
        expected += by_chance * all, variance += by_chance * (1 - by_chance) * all * all;
        outside += all - counts.table.at(train, c);
        if (counts.table.at(train, c) > 0) continue;
        lost += all;
        if (by_chance < p_limit)
            problems.push_back(
                fmt::format("class {} is not in '{}'", in_quotes(classes.names[c]), splits.names[train]));
    }
    if (problems.empty() && lost > expected + 6 * std::sqrt(variance) + 1)
        problems.push_back(
            fmt::format("{:.0f} of {:.0f} records outside '{}' have classes that it lacks, by "
                        "chance {:.1f} would",
                        lost, outside, splits.names[train], expected));
    return problems;
}

// Whether shares of classes differ between two splits: n records of a class, of which each `effect` stand for
// one, have the variance f (1 - f) n effect in a split that takes the share f.
ChiSquare compare_splits(ClassCounts const& counts, std::size_t train, std::size_t other) {
    std::size_t const classes = counts.table.columns;
    CountTable two(2, classes);
    double all = 0, taken = 0;
    for (std::size_t c = 0; c < classes; ++c) {
        two.at(0, c) = counts.table.at(train, c), two.at(1, c) = counts.table.at(other, c);
        all += two.at(0, c) + two.at(1, c), taken += two.at(1, c);
    }
    ChiSquare test = chi_square_test(two);  // for the effect; its p takes records for independent
    test.chi_square = test.degrees = 0;
    double const share = all > 0 ? taken / all : 0;
    for (std::size_t c = 0; c < classes; ++c) {
        double const n = two.at(0, c) + two.at(1, c), effect = counts.effect[c];
        if (n == 0 || share * n / effect < fewest_expected) continue;
        test.chi_square += std::pow(two.at(1, c) - share * n, 2) / (share * (1 - share) * n * effect);
        ++test.degrees;
    }
    if (test.degrees == double(classes)) --test.degrees;  // the last class follows from the others
    test.p = chi_square_tail(test.chi_square, test.degrees);
    return test;
}

// Splits whose shares of classes differ from those of training beyond chance and by much.
void compare_shares(ClassCounts const& counts, Classes const& splits, std::size_t train,
                    std::vector<std::string>& problems, Answer& answer, std::string const& name) {
    std::size_t const classes = counts.table.columns;
    std::span const all(counts.table.counts);
    for (std::size_t s = 0; s < splits.count(); ++s) {
        if (s == train) continue;
        answer.numbers.emplace_back(
            fmt::format("{}: divergence of {}", name, splits.names[s]),
            divergence(all.subspan(s * classes, classes), all.subspan(train * classes, classes)));
        ChiSquare const test = compare_splits(counts, train, s);
        if (test.p < p_limit && test.cramer_v > effect_limit)
            problems.push_back(
                fmt::format("classes of '{}' differ from those of '{}' (p {:.1g}, Cramer's V {:.2f})",
                            splits.names[s], splits.names[train], test.p, test.cramer_v));
    }
}

void describe_classes(Classes const& classes, std::string const& name, Answer& answer) {
    std::vector<double> counts(classes.count());
    for (std::int32_t c : classes.of)
        if (c >= 0) ++counts[std::size_t(c)];
    auto const [least, most] = std::ranges::minmax(counts);
    answer.numbers.emplace_back(name + ": classes", double(classes.count()));
    answer.numbers.emplace_back(name + ": smallest class", least);
    answer.numbers.emplace_back(name + ": imbalance", most / std::max(1.0, least));
    answer.numbers.emplace_back(name + ": evenness", entropy(counts) / std::log(double(counts.size())));
}

// Whether a listed value is the name of a class, be it text or number.
bool is_name(std::string const& listed, std::string const& name) {
    if (trim(listed) == trim(name)) return true;
    char *end = nullptr, *end_of_name = nullptr;
    double const one = std::strtod(listed.c_str(), &end), other = std::strtod(name.c_str(), &end_of_name);
    return end != listed.c_str() && *end == 0 && end_of_name != name.c_str() && *end_of_name == 0 &&
           one == other;
}

// Classes that the dictionary lists and no record has.
std::vector<std::string> unused_classes(Field const& field, Classes const& classes) {
    std::vector<std::string> unused;
    for (std::string const& listed : field.values) {
        if (trim(listed).empty()) continue;
        if (field.fill && is_name(listed, fmt::format("{}", *field.fill))) continue;
        if (std::ranges::none_of(classes.names,
                                 [&](std::string const& name) { return is_name(listed, name); }))
            unused.push_back(in_quotes(listed));
    }
    return unused;
}

// Classes that a model can hardly learn: where the dictionary lists them, or there are two. What nature has
// in any number (space groups, systems) may be rare.
void find_small_classes(Field const& field, Classes const& classes, std::vector<std::string>& problems) {
    std::vector<double> counts(classes.count());
    for (std::int32_t c : classes.of)
        if (c >= 0) ++counts[std::size_t(c)];
    bool const is_listed = !field.values.empty() || classes.count() == 2;
    if (!is_listed || classes.count() < 2 || std::max(classes.count(), field.values.size()) > few_classes ||
        double(classes.labelled) < 2 * fewest_of_class * double(classes.count()))
        return;
    double const most = std::ranges::max(counts);
    for (std::size_t c = 0; c < counts.size(); ++c)
        if (counts[c] < fewest_of_class || counts[c] * most_imbalance < most)
            problems.push_back(fmt::format("class {} has {}, the largest one {:.0f}",
                                           in_quotes(classes.names[c]),
                                           counted(std::uint64_t(counts[c]), "record"), most));
}

// What is wrong with the classes of one label.
std::vector<std::string> judge_classes(Field const& field, Classes const& classes, Classes const& splits,
                                       Groups const& groups, Answer& answer) {
    std::vector<std::string> problems;
    std::vector<std::string> const unused = unused_classes(field, classes);
    if (!unused.empty())
        problems.push_back(fmt::format(
            "no record has {} of the listed classes: {}", unused.size(),
            fmt::join(std::span(unused).first(std::min<std::size_t>(unused.size(), few_classes)), ", ")));
    find_small_classes(field, classes, problems);
    if (!has_classes(classes)) return problems;
    describe_classes(classes, field.name, answer);
    if (splits.count() < 2) return problems;
    std::size_t const train = *training_split(splits);
    ClassCounts const counts = count_classes(classes, splits, groups, train);
    for (auto const& found :
         {absent_classes(counts, classes, splits, train), lost_classes(counts, classes, splits, train)})
        problems.insert(problems.end(), found.begin(), found.end());
    compare_shares(counts, splits, train, problems, answer, field.name);
    return problems;
}

Answer check_classes(Subject const& subject) {
    Answer answer;
    std::vector<std::string> problems;
    std::size_t labels = 0;
    for (TableFacts const& table : subject.scan.tables) {
        Classes const splits = splits_of(subject.scan, table);
        Groups const groups = groups_of(subject.scan, table);
        for (Field const* field : table.table->of_role(Role::label)) {
            auto const column = find_column(table, *field);
            if (!column) continue;
            Classes const classes = classes_of(table, *column);
            if (classes.labelled == 0 || (!has_classes(classes) && field->values.size() < 2)) continue;
            ++labels;
            for (std::string const& one : judge_classes(*field, classes, splits, groups, answer)) {
                problems.push_back(fmt::format("'{}': {}", field->name, one));
                show(answer, {"", field->name, 0, one});
            }
        }
    }
    if (labels == 0) return not_applicable("no label has classes");
    if (!problems.empty()) answer.state = State::fail;
    answer.text = problems.empty() ? fmt::format("{}: splits agree in their classes within chance",
                                                 counted(labels, "label"))
                                   : fmt::format("{}", fmt::join(problems, "; "));
    return answer;
}

// ---- C33 -------------------------------------------------------------------------------------------------

bool has_version(std::string const& tool) {
    return std::ranges::any_of(tool, [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::string> missing_provenance(Field const& field) {
    std::vector<std::string> missing;
    if (trim(field.method).empty()) missing.push_back("method");
    if (trim(field.person).empty()) {
        if (trim(field.tool).empty())
            missing.push_back("tool or person");
        else if (!has_version(field.tool))
            missing.push_back("version of the tool");
    }
    if (!seconds_of(field.date)) missing.push_back("date");
    return missing;
}

Answer check_label_provenance(Subject const& subject) {
    Answer answer;
    std::size_t labels = 0, poor = 0;
    for (RecordTable const& table : subject.dictionary.tables)
        for (Field const& field : table.fields) {
            if (field.role != Role::label) continue;
            ++labels;
            std::vector<std::string> const missing = missing_provenance(field);
            if (missing.empty()) continue;
            ++poor;
            show(answer, {"dictionary.json", table.name + "/" + field.name, 0,
                          fmt::format("says no {}", fmt::join(missing, ", no "))});
        }
    if (labels == 0) return not_applicable("no field has the role label");
    answer.numbers = {{"labels", double(labels)}, {"without_provenance", double(poor)}};
    if (poor > 0) answer.state = State::fail;
    answer.text = fmt::format("{} of {} say method, tool with version or person, and date", labels - poor,
                              counted(labels, "label"));
    return answer;
}

// ---- C34 -------------------------------------------------------------------------------------------------

constexpr std::size_t fewest_for_calibration = 200, calibration_bins = 10;
constexpr double calibration_limit = 0.1;

// Whether two fields say the same of each record: 1, 0, or -1 where one of them says nothing.
std::vector<std::int8_t> equal_labels(TableFacts const& table, Column const& one, Column const& other) {
    std::vector<std::string> first(table.records);
    std::vector<std::int8_t> equal(table.records, -1);
    for (std::size_t i = 0; i < one.size(); ++i)
        if (one.has(i)) first[one.record(i)] = one.text(i);
    for (std::size_t i = 0; i < other.size(); ++i)
        if (std::uint64_t const r = other.record(i); other.has(i) && !first[r].empty())
            equal[r] = first[r] == other.text(i);
    return equal;
}

struct Calibration {
    std::size_t records = 0;
    double error = 0,
           noise = 0;  // expected calibration error, and what a calibrated one would show by chance
};

Calibration calibration_of(Column const& confidence, std::vector<std::int8_t> const& is_right) {
    std::array<double, calibration_bins> count{}, sum{}, right{};
    Calibration found;
    for (std::size_t i = 0; i < confidence.size(); ++i) {
        if (!confidence.has(i) || is_right[confidence.record(i)] < 0) continue;
        double const c = confidence.numbers[i];
        auto const bin = std::size_t(std::clamp(c * calibration_bins, 0.0, calibration_bins - 1.0));
        ++count[bin], sum[bin] += c, right[bin] += is_right[confidence.record(i)];
        ++found.records;
    }
    for (std::size_t b = 0; b < calibration_bins; ++b) {
        if (count[b] == 0) continue;
        double const p = std::clamp(sum[b] / count[b], 0.0, 1.0), weight = count[b] / double(found.records);
        found.error += weight * std::abs(sum[b] - right[b]) / count[b];
        found.noise += weight * std::sqrt(2 / std::numbers::pi * p * (1 - p) / count[b]);
    }
    return found;
}

struct ConfidenceFindings {
    std::size_t fields = 0;
    std::vector<std::string> problems;
};

void check_range(Subject const& subject, TableFacts const& table, Column const& confidence,
                 ConfidenceFindings& found, Answer& answer) {
    std::uint64_t outside = 0, missing = 0;
    for (std::size_t i = 0; i < confidence.size(); ++i) {
        bool const is_there = !confidence.is_text() && confidence.has(i);
        if (is_there && confidence.numbers[i] >= 0 && confidence.numbers[i] <= 1) continue;
        if (!is_there && confidence.field->missing > 0) continue;
        ++(is_there ? outside : missing);
        show(answer,
             place_of(subject.scan, table, confidence.record(i), confidence.field->name,
                      is_there ? fmt::format("{} is not in [0, 1]", confidence.text(i)) : "no number"));
    }
    answer.numbers.emplace_back(confidence.field->name + ": outside", double(outside));
    answer.numbers.emplace_back(confidence.field->name + ": missing", double(missing));
    if (outside > 0)
        found.problems.push_back(
            fmt::format("'{}': {} outside [0, 1]", confidence.field->name, counted(outside, "value")));
    if (missing > 0)
        found.problems.push_back(
            fmt::format("'{}': {} missing", confidence.field->name, counted(missing, "value")));
}

// Compare with what persons say of the same label.
void check_calibration(TableFacts const& table, Field const& label, Column const& confidence,
                       ConfidenceFindings& found, Answer& answer) {
    auto const given = find_column(table, label);
    if (!given || confidence.is_text()) return;
    for (Field const* annotator : table.table->of_role(Role::annotator)) {
        if (annotator->of != label.name || annotator->person.empty()) continue;
        auto const reference = find_column(table, *annotator);
        if (!reference) continue;
        Calibration const one = calibration_of(confidence, equal_labels(table, *given, *reference));
        if (one.records < fewest_for_calibration) continue;
        answer.numbers.emplace_back(fmt::format("{}: calibration error", label.name), one.error);
        if (one.error > calibration_limit + 3 * one.noise)
            found.problems.push_back(
                fmt::format("'{}' is off by {:.2f} on average from how often '{}' agrees",
                            confidence.field->name, one.error, annotator->name));
    }
}

Answer check_confidence(Subject const& subject) {
    Answer answer;
    ConfidenceFindings found;
    for (TableFacts const& table : subject.scan.tables) {
        for (Field const* field : table.table->of_role(Role::confidence)) {
            auto const column = find_column(table, *field);
            if (!column) continue;
            ++found.fields;
            check_range(subject, table, *column, found, answer);
        }
        for (Field const* label : table.table->of_role(Role::label)) {
            Field const* confidence = table.table->find(label->confidence);
            for (Field const* field : table.table->of_role(Role::confidence))
                if (field->of == label->name) confidence = field;
            if (!confidence && label->origin == "inferred") {
                ++found.fields;
                found.problems.push_back(fmt::format("'{}' was inferred and has no confidence", label->name));
            }
            if (!confidence) continue;
            if (auto const column = find_column(table, *confidence))
                check_calibration(table, *label, *column, found, answer);
            else
                found.problems.push_back(fmt::format("'{}' is not in the files", confidence->name)),
                    ++found.fields;
        }
    }
    if (found.fields == 0)
        return not_applicable("no field has the role confidence, and no label was inferred by a program");
    if (!found.problems.empty()) answer.state = State::fail;
    answer.text = found.problems.empty()
                      ? fmt::format("{}: all in [0, 1]", counted(found.fields, "confidence"))
                      : fmt::format("{}", fmt::join(found.problems, "; "));
    return answer;
}

// ---- C35 -------------------------------------------------------------------------------------------------

constexpr double least_kappa = 0.6;  // "substantial": Landis and Koch, Biometrics 33 (1977) 159
constexpr std::size_t fewest_items = 20;

// Labels of all annotators as numbers that mean the same for each.
std::vector<std::vector<LabelNumber>> common_labels(TableFacts const& table,
                                                    std::vector<Column> const& columns) {
    std::map<std::string, LabelNumber> known;
    std::vector<std::vector<LabelNumber>> labels;
    for (Column const& column : columns) {
        std::vector<LabelNumber>& one = labels.emplace_back(table.records, -1);
        for (std::size_t i = 0; i < column.size(); ++i)
            if (column.has(i))
                one[column.record(i)] =
                    known.try_emplace(std::string(trim(column.text(i))), LabelNumber(known.size()))
                        .first->second;
    }
    return labels;
}

Answer check_agreement(Subject const& subject) {
    Answer answer;
    std::vector<std::string> problems, fine;
    for (TableFacts const& table : subject.scan.tables) {
        std::map<std::string, std::vector<Column>> of_label;
        for (Field const* field : table.table->of_role(Role::annotator))
            if (auto const column = find_column(table, *field)) of_label[field->of].push_back(*column);
        for (auto const& [label, columns] : of_label) {
            if (columns.size() < 2) continue;
            auto const labels = common_labels(table, columns);
            Agreement const found =
                labels.size() == 2 ? cohen_kappa(labels[0], labels[1]) : fleiss_kappa(labels);
            if (found.items < fewest_items) continue;
            answer.numbers.emplace_back(label + ": kappa", found.kappa);
            answer.numbers.emplace_back(label + ": standard error", found.standard_error);
            answer.numbers.emplace_back(label + ": items", double(found.items));
            std::string const text =
                fmt::format("'{}': kappa {:.3f} of {} on {}", label, found.kappa,
                            counted(columns.size(), "annotator"), counted(found.items, "record"));
            bool const is_poor = found.kappa + 3 * found.standard_error < least_kappa;
            (is_poor ? problems : fine).push_back(text);
            if (is_poor) show(answer, {"", label, 0, text});
        }
    }
    if (problems.empty() && fine.empty())
        return not_applicable("no label has two annotators with 20 records in common");
    if (!problems.empty()) answer.state = State::fail;
    answer.text = fmt::format("{}", fmt::join(problems.empty() ? fine : problems, "; "));
    return answer;
}

}  // namespace

std::vector<Check> label_checks() {
    return {
        {"C31", "classes",
         "How many classes have the labels, how even are they, and do splits agree in them? Passes when each "
         "class that the dictionary lists has records, none of few classes has less than 5 or less than 1/50 "
         "of the largest, no frequent class is missing from a split, and no split's shares differ from those "
         "of training, beyond what chance does to groups (p < 1e-6 and Cramer's V > 0.1)",
         "split again with the label's classes in mind, or say in the card why splits differ", check_classes},
        {"C32", "vocabularies",
         "Is each value one that its vocabulary or its list of values has, and do space group, crystal "
         "system and "
         "cell of one record agree?",
         "correct the values, or the vocabulary that the dictionary names", detail::check_vocabularies},
        {"C33", "provenance of labels",
         "Does the dictionary say of each label by what method, by which tool and version or which person, "
         "and when "
         "it was made?",
         "add method, tool with version or person, and date to each label in the dictionary",
         check_label_provenance},
        {"C34", "confidence of labels",
         "Is each confidence in [0, 1], does each label that a program inferred have one, and does it say "
         "how often a "
         "person agrees (expected calibration error at most 0.1)?",
         "give probabilities as confidences, calibrated on records that persons labelled", check_confidence},
        {"C35", "agreement of annotators",
         "Do annotators of one label agree beyond chance? Passes when Cohen's (two) or Fleiss' kappa (more) "
         "is at "
         "least 0.6 within three standard errors",
         "write clearer rules for annotators, let them label again, and resolve what they disagree in",
         check_agreement},
        {"C36", "label noise",
         "How many labels contradict what records with nearly the same content have? Passes when a "
         "nearest-neighbour "
         "classifier finds less than 2 % of clear contradictions; says nothing where that classifier is poor",
         "look through the records that are named, correct their labels or mark them",
         detail::check_label_noise},
    };
}

}  // namespace hutch::curate::assess
