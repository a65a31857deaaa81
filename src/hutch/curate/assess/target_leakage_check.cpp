#include "hutch/base/random.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/one_feature.hpp"
#include "hutch/curate/assess/detail/statistical_checks.hpp"
#include "hutch/curate/assess/record_arrays.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::uint64_t most_records = 20000;
constexpr double feature_limit = 0.99;      // AUC or balanced accuracy, rubric C28
constexpr double continuous_limit = 0.999;  // share of a label's variance that one feature explains
constexpr double order_limit = 0.5;         // accuracy above chance, where groups keep neighbours apart
constexpr double order_limit_without_groups = 0.9;
constexpr double rank_limit = 0.75;  // names of one kind of sample stand side by side

// One thing that may tell the label: values of some records.
struct Suspect {
    std::string name;
    bool is_order = false;  // identifiers and positions: should say nothing at all
    bool is_text = false;
    std::vector<std::uint64_t> records;
    std::vector<double> values;  // NaN where missing; texts as numbers of words
    double limit = order_limit;  // of identifiers and positions, where there are groups
};

Suspect suspect_of(Column const& column, std::vector<bool> const& is_picked) {
    Suspect suspect;
    suspect.name = column.field->name;
    suspect.is_text = column.is_text();
    for (std::size_t i = 0; i < column.size(); ++i) {
        std::uint64_t const record = column.record(i);
        if (record >= is_picked.size() || !is_picked[record]) continue;
        suspect.records.push_back(record);
        double const value = column.is_text() ? double(column.texts[i]) : column.numbers[i];
        suspect.values.push_back(column.has(i) ? value : std::nan(""));
    }
    return suspect;
}

// The last run of digits of an id as a number, and what stands around it as a word.
void split_id(std::string const& id, double& number, std::string& rest) {
    auto last = id.find_last_of("0123456789");
    number = std::nan("");
    rest = id;
    if (last == std::string::npos) return;
    auto first = last;
    while (first > 0 && id[first - 1] >= '0' && id[first - 1] <= '9') --first;
    number = std::strtod(id.substr(first, last + 1 - first).c_str(), nullptr);
    rest = id.substr(0, first) + "#" + id.substr(last + 1);
}

// Numbers in ids, and words in them where there are several.
void add_ids(Column const& column, std::vector<bool> const& is_picked, std::vector<Suspect>& suspects) {
    Suspect numbers{column.field->name, true, false, {}, {}};
    Suspect words{fmt::format("{} (its letters)", column.field->name), true, true, {}, {}};
    std::map<std::string, double> known;
    for (std::size_t i = 0; i < column.size(); ++i) {
        std::uint64_t const record = column.record(i);
        if (record >= is_picked.size() || !is_picked[record] || !column.has(i)) continue;
        double number = 0;
        std::string rest;
        split_id(column.text(i), number, rest);
        numbers.records.push_back(record), numbers.values.push_back(number);
        words.records.push_back(record);
        words.values.push_back(known.try_emplace(rest, double(known.size())).first->second);
    }
    suspects.push_back(std::move(numbers));
    if (known.size() > 1) suspects.push_back(std::move(words));
}

// The rank of ids that are texts: ids given out class by class tell the class by it, whatever they look like.
Suspect rank_of_ids(Column const& column, std::vector<bool> const& is_picked) {
    std::vector<std::pair<std::string, std::uint64_t>> ids;
    for (std::size_t i = 0; i < column.size(); ++i) {
        std::uint64_t const record = column.record(i);
        if (record < is_picked.size() && is_picked[record] && column.has(i))
            ids.emplace_back(column.text(i), record);
    }
    std::ranges::sort(ids);
    Suspect ranks{fmt::format("{} (its rank)", column.field->name), true, false, {}, {}, rank_limit};
    std::size_t rank = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (i > 0 && ids[i].first != ids[i - 1].first) ++rank;
        ranks.records.push_back(ids[i].second), ranks.values.push_back(double(rank));
    }
    return ranks;
}

std::vector<Suspect> suspects_of(TableFacts const& table, std::vector<bool> const& is_picked) {
    std::vector<Suspect> suspects;
    for (Field const* field : table.table->of_role(Role::feature))
        if (auto const column = find_column(table, *field))
            suspects.push_back(suspect_of(*column, is_picked));
    for (Field const* field : table.table->of_role(Role::id))
        if (auto const column = find_column(table, *field)) {
            add_ids(*column, is_picked, suspects);
            if (column->is_text()) suspects.push_back(rank_of_ids(*column, is_picked));
        }
    if (table.table->layout == Layout::files) return suspects;  // their order is that of names, which ids are
    Suspect order{"order of records", true, false, {}, {}};
    for (std::uint64_t r = 0; r < is_picked.size(); ++r)
        if (is_picked[r]) order.records.push_back(r), order.values.push_back(double(r));
    suspects.push_back(std::move(order));
    return suspects;
}

// A label: classes, or numbers where they are nearly all different.
struct Target {
    std::string name;
    Classes classes;
    std::vector<double> numbers;  // of each record; empty: classes
};

std::optional<Target> target_of(TableFacts const& table, Field const& field) {
    auto const column = find_column(table, field);
    if (!column) return {};
    Target target{field.name, classes_of(table, *column), {}};
    std::size_t const count = target.classes.count();
    if (column->is_text() || count <= 64 || count <= target.classes.labelled / 4) return target;
    target.numbers.assign(table.records, std::nan(""));
    for (std::size_t i = 0; i < column->size(); ++i)
        if (column->has(i)) target.numbers[column->record(i)] = column->numbers[i];
    target.classes = {};
    return target;
}

struct Finding {
    std::string text;
    double excess = 0;
};

// What a suspect says of a target; text is empty when that is allowed.
Finding judge(Suspect const& suspect, Target const& target, Groups const& groups) {
    Prediction prediction;
    double limit = feature_limit;
    if (target.numbers.empty()) {
        prediction =
            predict_classes(suspect.records, suspect.values, suspect.is_text, target.classes, groups.of);
        double const order = groups.are_declared ? suspect.limit : order_limit_without_groups;
        double const chance = prediction.classes == 2 ? 0.5 : 1 / std::max(1.0, double(prediction.classes));
        if (suspect.is_order) limit = chance + order * (1 - chance);
    } else {
        if (suspect.is_text) return {};
        prediction = predict_numbers(suspect.records, suspect.values, target.numbers, groups.of);
        limit = suspect.is_order ? order_limit_without_groups : continuous_limit;
    }
    Finding finding{"", prediction.is_possible ? prediction.score : 0};
    if (!prediction.is_possible || prediction.score <= limit) return finding;
    char const* const measure = !target.numbers.empty()   ? "share of variance"
                                : prediction.classes == 2 ? "AUC"
                                                          : "balanced accuracy";
    finding.text = fmt::format(
        "'{}' tells '{}' ({} {:.4f}, expected at most {:.3f}{})", suspect.name, target.name, measure,
        prediction.score, limit,
        target.numbers.empty() ? fmt::format(", information {:.3f}", prediction.information) : "");
    return finding;
}

}  // namespace

Answer check_target_leakage(Subject const& subject) {
    Answer answer;
    std::vector<std::string> leaks;
    std::size_t tested = 0;
    double best = 0;
    bool has_labels = false;
    for (TableFacts const& table : subject.scan.tables) {
        if (table.records == 0) continue;
        std::vector<bool> is_picked(table.records);
        for (std::uint64_t r : pick_records(table.records, most_records, subject.seed, 28))
            is_picked[r] = true;
        Groups const groups = groups_of(subject.scan, table);
        std::vector<Suspect> const suspects = suspects_of(table, is_picked);
        for (Field const* label : table.table->of_role(Role::label)) {
            auto const target = target_of(table, *label);  // one at a time: each has a value for every record
            if (!target) continue;
            has_labels = true;
            for (Suspect const& suspect : suspects) {
                Finding const finding = judge(suspect, *target, groups);
                ++tested;
                best = std::max(best, finding.excess);
                if (finding.text.empty()) continue;
                leaks.push_back(finding.text);
                show(answer, place_of(subject.scan, table, 0, suspect.name, finding.text));
            }
        }
    }
    if (!has_labels) return not_applicable("no field has the role label");
    if (tested == 0) return not_applicable("labels are arrays, or there is nothing that could tell them");
    answer.numbers = {
        {"pairs_tested", double(tested)}, {"leaks", double(leaks.size())}, {"best_score", best}};
    if (!leaks.empty()) answer.state = State::fail;
    answer.text = leaks.empty() ? fmt::format("no feature, id or order tells a label ({} tried)",
                                              counted(tested, "pair"))
                                : fmt::format("{}", fmt::join(leaks, "; "));
    return answer;
}

}  // namespace hutch::curate::assess::detail
