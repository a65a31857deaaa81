#include "hutch/base/text.hpp"
#include "hutch/curate/assess/check.hpp"
#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/statistical_checks.hpp"
#include "hutch/curate/assess/iso_time.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess {
namespace {

using detail::counted, detail::not_applicable, detail::show;

// ---- C25 -------------------------------------------------------------------------------------------------

// The share of pairs of records that have equal values in a column.
double collision(Classes const& classes) {
    std::vector<double> counts(classes.count());
    for (std::int32_t c : classes.of)
        if (c >= 0) ++counts[std::size_t(c)];
    double pairs = 0;
    for (double count : counts) pairs += count * (count - 1);
    auto const n = double(classes.of.size());
    return n > 1 ? pairs / (n * (n - 1)) : 1;
}

// Pairs of equal records that a table of few different values has by chance; 0 with arrays or fine numbers.
double pairs_by_chance(TableFacts const& table) {
    double share = 1;
    bool is_coarse = true;
    std::size_t columns = 0;
    for (Field const* field : table.table->of_role(Role::feature)) {
        if (!field->shape.empty()) return 0;
        auto const column = find_column(table, *field);
        if (!column) continue;
        Classes const classes = classes_of(table, *column);
        ++columns;
        share *= collision(classes);
        is_coarse = is_coarse && classes.count() < classes.labelled / 2;
    }
    auto const n = double(table.records);
    if (columns == 0) return 0;
    return is_coarse ? std::numeric_limits<double>::infinity() : share * n * n / 2;
}

struct Repetitions {
    std::uint64_t within = 0, across = 0;
    double pairs = 0;
};

// Count one run of equal records, ascending.
void count_run(Subject const& subject, TableFacts const& table, std::span<std::uint32_t const> run,
               Classes const& splits, Repetitions& found, Answer& answer) {
    std::map<std::int32_t, std::uint64_t> in_split;
    for (std::uint32_t r : run) ++in_split[splits.of[r]];
    std::uint64_t most = 0;
    for (auto const& [split, count] : in_split) most = std::max(most, count), found.within += count - 1;
    found.across += run.size() - most;
    found.pairs += double(run.size()) * double(run.size() - 1) / 2;
    Place const first = place_of(subject.scan, table, run[0], "", "");
    for (std::size_t i = 1; i < run.size(); ++i)
        show(answer,
             place_of(subject.scan, table, run[i], "",
                      fmt::format("equal to record {} of '{}'{}", first.record, first.file,
                                  splits.of[run[i]] == splits.of[run[0]] ? "" : ", in another split")));
}

Repetitions repetitions(Subject const& subject, TableFacts const& table, Answer& answer) {
    std::vector<std::uint32_t> order(table.digests.size());
    std::iota(order.begin(), order.end(), std::uint32_t{0});
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
        return std::tie(table.digests[a], a) < std::tie(table.digests[b], b);
    });
    Classes const splits = splits_of(subject.scan, table);
    Repetitions found;
    for (std::size_t i = 0; i < order.size();) {
        std::size_t j = i + 1;
        while (j < order.size() && table.digests[order[j]] == table.digests[order[i]]) ++j;
        if (j - i > 1) count_run(subject, table, std::span(order).subspan(i, j - i), splits, found, answer);
        i = j;
    }
    return found;
}

Answer check_exact_duplicates(Subject const& subject) {
    Answer answer;
    std::uint64_t records = 0, within = 0, across = 0;
    for (TableFacts const& table : subject.scan.tables) {
        if (table.digests.size() != table.records || table.table->of_role(Role::feature).empty()) continue;
        Answer places;
        Repetitions const found = repetitions(subject, table, places);
        records += table.records;
        double const chance = pairs_by_chance(table);
        if (found.pairs <= 3 * chance + 6 * std::sqrt(chance)) continue;
        within += found.within, across += found.across;
        for (Place& place : places.places) show(answer, std::move(place));
    }
    if (records == 0) return not_applicable("no table with records has a field of role feature");
    answer.numbers = {
        {"records", double(records)}, {"within_splits", double(within)}, {"across_splits", double(across)}};
    if (within + across > 0) answer.state = State::fail;
    answer.text = fmt::format("{} repeated within splits and {} across, of {}", within, across,
                              counted(records, "record"));
    return answer;
}

// ---- C27 -------------------------------------------------------------------------------------------------

// Spellings of one name: capitals, spaces and kinds of dashes do not count.
std::string plain_spelling(std::string_view text) {
    std::string plain;
    for (char c : to_lower(trim(text))) {
        bool const is_gap = c == ' ' || c == '_' || c == '-' || c == '.';
        if (!is_gap)
            plain += c;
        else if (!plain.empty() && plain.back() != '-')
            plain += '-';
    }
    return plain;
}

// Give classes that are spelt alike one number.
void join_spellings(Classes& classes) {
    std::map<std::string, std::int32_t> number;
    std::vector<std::int32_t> becomes(classes.count());
    for (std::size_t c = 0; c < classes.count(); ++c)
        becomes[c] = number.try_emplace(plain_spelling(classes.names[c]), std::int32_t(c)).first->second;
    for (std::int32_t& c : classes.of)
        if (c >= 0) c = becomes[std::size_t(c)];
}

struct Leak {
    std::uint64_t groups = 0,
                  records = 0;  // groups in two splits, and their records outside the training split
};

// Find the groups that lie in more than one split. `what` says it of a record's group.
template <class What>
Leak find_leak(Subject const& subject, TableFacts const& table, std::vector<std::int64_t> const& groups,
               Classes const& splits, std::string const& field, What const& what, Answer& answer) {
    std::map<std::int64_t, std::set<std::int32_t>> of_group;
    for (std::size_t r = 0; r < groups.size(); ++r)
        if (groups[r] >= 0 && splits.of[r] >= 0) of_group[groups[r]].insert(splits.of[r]);
    Leak leak;
    for (auto const& [group, in] : of_group)
        if (in.size() > 1) ++leak.groups;
    if (leak.groups == 0) return leak;
    auto const train = std::int32_t(training_split(splits).value_or(0));
    for (std::size_t r = 0; r < groups.size(); ++r) {
        if (groups[r] < 0 || splits.of[r] < 0 || splits.of[r] == train || of_group[groups[r]].size() < 2)
            continue;
        ++leak.records;
        show(answer, place_of(subject.scan, table, r, field, what(r)));
    }
    return leak;
}

std::vector<std::int64_t> as_groups(Classes const& classes) { return {classes.of.begin(), classes.of.end()}; }

Leak leak_of_field(Subject const& subject, TableFacts const& table, Field const& field, Classes const& splits,
                   Answer& answer) {
    auto const column = find_column(table, field);
    if (!column) return {};
    Classes classes = classes_of(table, *column);
    std::vector<std::string> const names = classes.names;
    Classes const spelt = classes;
    join_spellings(classes);
    return find_leak(
        subject, table, as_groups(classes), splits, field.name,
        [&](std::size_t r) {
            return fmt::format("{} is in split '{}' and in another one",
                               in_quotes(names[std::size_t(spelt.of[r])]),
                               splits.names[std::size_t(splits.of[r])]);
        },
        answer);
}

// Parents, children and siblings, over any number of generations.
Leak leak_of_parents(Subject const& subject, TableFacts const& table, Classes const& splits, Answer& answer) {
    std::vector<Field const*> const parents = table.table->of_role(Role::parent);
    if (parents.empty()) return {};
    RecordTable only = *table.table;  // groups are told apart: they have their own answers
    std::erase_if(only.fields, [](Field const& field) { return field.role == Role::group; });
    TableFacts family = table;
    family.table = &only;
    Groups const groups = groups_of(subject.scan, family);
    std::vector<std::int64_t> const numbers(groups.of.begin(), groups.of.end());
    return find_leak(
        subject, table, numbers, splits, parents[0]->name,
        [&](std::size_t r) {
            return fmt::format("in split '{}'; its parent, a child or a sibling is in another one",
                               splits.names[std::size_t(splits.of[r])]);
        },
        answer);
}

Answer check_group_leakage(Subject const& subject) {
    Answer answer;
    std::vector<std::string> leaks, clean;
    std::uint64_t records = 0, groups = 0;
    bool has_splits = false, has_groups = false;
    for (TableFacts const& table : subject.scan.tables) {
        std::vector<Field const*> const fields = table.table->of_role(Role::group);
        has_groups = has_groups || !fields.empty() || !table.table->of_role(Role::parent).empty();
        Classes const splits = splits_of(subject.scan, table);
        if (splits.count() < 2) continue;
        has_splits = true;
        auto const note = [&](std::string const& name, Leak const& leak) {
            records += leak.records, groups += leak.groups;
            if (leak.groups == 0) return clean.push_back(name);
            leaks.push_back(fmt::format("{} of '{}' in two splits ({} outside training)",
                                        counted(leak.groups, "group"), name,
                                        counted(leak.records, "record")));
        };
        for (Field const* field : fields)
            note(field->name, leak_of_field(subject, table, *field, splits, answer));
        for (Field const* field : table.table->of_role(Role::parent)) {
            note(field->name, leak_of_parents(subject, table, splits, answer));
            break;
        }
    }
    if (!has_groups) return not_applicable("no field has the role group or parent");
    if (!has_splits) return not_applicable("no table has two splits");
    if (clean.empty() && leaks.empty())
        return not_applicable("no table with two splits has a field of role group or parent");
    answer.numbers = {{"groups_in_two_splits", double(groups)}, {"records", double(records)}};
    if (!leaks.empty()) answer.state = State::fail;
    answer.text = leaks.empty() ? fmt::format("no group of {} lies in two splits", fmt::join(clean, ", "))
                                : fmt::format("{}", fmt::join(leaks, "; "));
    return answer;
}

// ---- C29 -------------------------------------------------------------------------------------------------

// Times [s] of all records; NaN where there is none.
std::vector<double> times_of(TableFacts const& table, Column const& column) {
    std::vector<double> times(table.records, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < column.size(); ++i) {
        if (!column.has(i)) continue;
        times[column.record(i)] =
            column.is_text() ? seconds_of(column.text(i)).value_or(std::nan("")) : column.numbers[i];
    }
    return times;
}

struct Late {
    std::uint64_t records = 0, tested = 0;
};

Late earlier_than_training(Subject const& subject, TableFacts const& table, Field const& field,
                           Classes const& splits, Answer& answer) {
    Late late;
    auto const column = find_column(table, field);
    if (!column) return late;
    std::vector<double> const times = times_of(table, *column);
    auto const train = std::int32_t(training_split(splits).value_or(0));
    double last = -std::numeric_limits<double>::infinity();
    for (std::size_t r = 0; r < times.size(); ++r)
        if (splits.of[r] == train && times[r] > last) last = times[r];
    for (std::size_t r = 0; r < times.size(); ++r) {
        bool const is_test =
            splits.of[r] >= 0 &&
            to_lower(splits.names[std::size_t(splits.of[r])]).find("test") != std::string::npos;
        if (!is_test || !std::isfinite(times[r])) continue;
        ++late.tested;
        if (times[r] >= last) continue;
        ++late.records;
        show(answer, place_of(subject.scan, table, r, field.name, "test record before the end of training"));
    }
    return late;
}

Answer check_temporal_leakage(Subject const& subject) {
    Answer answer;
    Late all;
    bool has_times = false;
    for (TableFacts const& table : subject.scan.tables) {
        Classes const splits = splits_of(subject.scan, table);
        for (Field const* field : table.table->of_role(Role::time)) {
            if (!field->is_ordered) continue;
            has_times = true;
            if (splits.count() < 2) continue;
            Late const late = earlier_than_training(subject, table, *field, splits, answer);
            all.records += late.records, all.tested += late.tested;
        }
    }
    if (!has_times) return not_applicable("no field of role time is declared as one whose order matters");
    if (all.tested == 0) return not_applicable("no test record has a time that could come before training");
    answer.numbers = {{"test_records", double(all.tested)}, {"before_training_ends", double(all.records)}};
    if (all.records > 0) answer.state = State::fail;
    answer.text = fmt::format("{} of {} come before the last training record", all.records,
                              counted(all.tested, "test record"));
    return answer;
}

// ---- C30 -------------------------------------------------------------------------------------------------

struct SplitFindings {
    std::vector<std::string> problems;
    std::uint64_t in_two = 0, without = 0;
};

void find_records_without_split(Subject const& subject, TableFacts const& table, Classes const& splits,
                                SplitFindings& found, Answer& answer) {
    std::uint64_t without = 0;
    for (std::size_t r = 0; r < splits.of.size(); ++r) {
        if (splits.of[r] >= 0) continue;
        if (without++ == 0) show(answer, place_of(subject.scan, table, r, "", "in no split"));
    }
    if (without == 0) return;
    found.without += without;
    found.problems.push_back(
        fmt::format("{} of '{}' in no split", counted(without, "record"), table.table->name));
}

// The same id in two splits.
void find_shared_ids(Subject const& subject, TableFacts const& table, Classes const& splits,
                     SplitFindings& found, Answer& answer) {
    for (Field const* field : table.table->of_role(Role::id)) {
        auto const column = find_column(table, *field);
        if (!column) continue;
        Classes const ids = classes_of(table, *column);
        std::vector<std::int32_t> first(ids.count(), -1);
        std::uint64_t shared = 0;
        for (std::size_t r = 0; r < ids.of.size(); ++r) {
            if (ids.of[r] < 0 || splits.of[r] < 0) continue;
            std::int32_t& split = first[std::size_t(ids.of[r])];
            if (split < 0) split = splits.of[r];
            if (split == splits.of[r]) continue;
            ++shared;
            show(answer, place_of(subject.scan, table, r, field->name,
                                  fmt::format("id {} is in split '{}' too",
                                              in_quotes(ids.names[std::size_t(ids.of[r])]),
                                              splits.names[std::size_t(split)])));
        }
        if (shared == 0) continue;
        found.in_two += shared;
        found.problems.push_back(
            fmt::format("{} in two splits by '{}'", counted(shared, "record"), field->name));
    }
}

void compare_sizes(Subject const& subject, Classes const& splits, SplitFindings& found) {
    std::map<std::string, std::uint64_t> sizes;
    for (std::int32_t split : splits.of)
        if (split >= 0) ++sizes[splits.names[std::size_t(split)]];
    for (auto const& [name, declared] : subject.dictionary.splits) {
        std::uint64_t const is = sizes.contains(name) ? sizes[name] : 0;
        if (is != declared)
            found.problems.push_back(
                fmt::format("split '{}' has {}, declared are {}", name, counted(is, "record"), declared));
    }
    if (subject.dictionary.splits.empty()) return;
    for (auto const& [name, size] : sizes)
        if (!subject.dictionary.splits.contains(name))
            found.problems.push_back(
                fmt::format("split '{}' ({}) is not declared", name, counted(size, "record")));
}

// Two entries of a table that name the same file for different splits.
void find_shared_files(Subject const& subject, RecordTable const& table, SplitFindings& found) {
    for (ScannedFile const& file : subject.scan.files) {
        if (file.table != table.name) continue;
        std::set<std::string> splits;
        for (TableFiles const& files : table.files)
            if (!files.split.empty() && files.path == file.path) splits.insert(files.split);
        if (splits.size() > 1)
            found.problems.push_back(
                fmt::format("'{}' belongs to the splits {}", file.path, fmt::join(splits, ", ")));
    }
}

Answer check_splits(Subject const& subject) {
    Answer answer;
    SplitFindings found;
    bool has_splits = !subject.dictionary.splits.empty();
    for (std::size_t t = 0; t < subject.scan.tables.size(); ++t) {
        TableFacts const& table = subject.scan.tables[t];
        Classes const splits = splits_of(subject.scan, table);
        bool const is_first = t == 0 && has_splits;
        find_shared_files(subject, *table.table, found);
        if (is_first) compare_sizes(subject, splits, found);
        if (splits.count() == 0) continue;
        has_splits = true;
        find_records_without_split(subject, table, splits, found, answer);
        find_shared_ids(subject, table, splits, found, answer);
        if (t == 0)
            for (std::size_t s = 0; s < splits.count(); ++s)
                answer.numbers.emplace_back(splits.names[s],
                                            double(std::ranges::count(splits.of, std::int32_t(s))));
    }
    if (!has_splits) return not_applicable("neither files nor a field nor the dictionary name splits");
    answer.numbers.emplace_back("in_two_splits", double(found.in_two));
    answer.numbers.emplace_back("in_no_split", double(found.without));
    if (!found.problems.empty()) answer.state = State::fail;
    answer.text = found.problems.empty()
                      ? "splits are disjoint, cover all records and have the declared sizes"
                      : fmt::format("{}", fmt::join(found.problems, "; "));
    return answer;
}

}  // namespace

std::vector<Check> duplicate_checks() {
    return {
        {"C25", "exact duplicates",
         "Are the features of two records equal, byte for byte, within a split or across? Passes when none "
         "are; "
         "tables of few different values may have as many as chance gives",
         "keep one of each, or declare in the dictionary what makes them different", check_exact_duplicates},
        {"C26", "near-duplicates",
         "Is a record nearly the same as one of another split: the same but for scale, offset and a little "
         "noise, "
         "or equal within its declared noise? Passes when this holds for at most 0.1 % of the smaller split",
         "put such records into one split (a field of role group), or take them out",
         detail::check_near_duplicates},
        {"C27", "group leakage",
         "Do records that belong together (each field of role group; parents, children and siblings) share a "
         "split? Passes when no group lies in two",
         "split by group, not by record", check_group_leakage},
        {"C28", "target leakage",
         "Does one scalar feature, an identifier or the order of records predict a label? Passes when none "
         "does: "
         "cross-validated AUC of two classes, or balanced accuracy of more, at most 0.99 for features; "
         "records of "
         "one group never stand on both sides",
         "take the feature out, or give it the role label if it is another form of one; shuffle records and "
         "draw "
         "ids independent of labels",
         detail::check_target_leakage},
        {"C29", "temporal leakage",
         "Does a test record come before training ends, where the dictionary says that order matters? Passes "
         "when "
         "none does",
         "split by time: train on what was measured first", check_temporal_leakage},
        {"C30", "splits",
         "Are splits disjoint, do they cover all records, and are they as large as declared?",
         "put each record into exactly one split and write the counts into the dictionary", check_splits},
    };
}

}  // namespace hutch::curate::assess
