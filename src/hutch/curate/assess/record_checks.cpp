#include "hutch/base/text.hpp"
#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/value_checks.hpp"
#include "hutch/curate/assess/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include <fmt/format.h>

namespace hutch::curate::assess::detail {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t fewest_records = 50;  // below that, what lies apart cannot be told from a tail

std::uint64_t record_of(TableFacts const& table, std::size_t i) {
    return table.kept_records.empty() ? i : table.kept_records[i];
}

// Records that a field of 0 and 1 tags: one that is called so, its rarer value.
std::vector<bool> tagged_records(TableFacts const& table) {
    std::vector<bool> tagged(table.records);
    for (Field const& field : table.table->fields) {
        std::string const name = to_lower(field.name + " " + field.description);
        bool const is_tag = std::ranges::any_of(
            std::array{"outlier", "flag", "bad", "quality", "valid", "usable", "suspect", "reject"},
            [&](char const* word) { return name.find(word) != std::string::npos; });
        auto const column = is_tag ? find_column(table, field) : std::nullopt;
        if (!column || column->is_text()) continue;
        std::size_t ones = 0, others = 0;
        for (double const value : column->numbers) value == 1 ? ++ones : others += value != 0;
        if (others > 0) continue;
        double const rare = 2 * ones <= column->size() ? 1 : 0;
        for (std::size_t i = 0; i < column->size(); ++i)
            if (column->numbers[i] == rare) tagged[column->record(i)] = true;
    }
    return tagged;
}

// Where most records hold hardly any counts, some hold none by chance.
bool may_be_empty_by_chance(Field const& field, std::vector<RecordStatistics> const& statistics,
                            double width) {
    if (!is_counted(field)) return false;
    std::vector<double> sums;
    for (RecordStatistics const& one : statistics)
        if (std::isfinite(one.mean)) sums.push_back(double(one.mean) * width);
    return !(median(std::move(sums)) > 30);
}

double width_of(Field const& field) {
    return std::accumulate(field.shape.begin(), field.shape.end(), 1.0, [](double all, std::int64_t one) {
        return all * double(std::max<std::int64_t>(1, one));
    });
}

// ---- what lies apart

struct Apart {
    std::vector<std::size_t> which;  // indices into the list
    double gap = 0;                  // to the others, over the spread of the others
};

// How wide a gap has to be: a single value may lie far out on a heavy tail, several never together.
double least_gap(std::size_t count, double strictness) {
    return strictness * (count == 1 ? 1.0 : count < 4 ? 0.6 : 0.4);
}

// Return the few values on one side that a gap separates from all others. With exponential tails, the
// heaviest that logarithms of power laws have, a gap twice as wide as the spread of 88 % happens to one value
// in 250 sets.
Apart find_apart(std::vector<double> const& values, double most_share, double strictness, bool is_upper) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::isfinite(values[i])) order.push_back(i);
    Apart apart;
    std::size_t const n = order.size();
    if (n < fewest_records) return apart;
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        return is_upper ? values[a] > values[b] : values[a] < values[b];
    });
    double const spread = 2.75 * std::abs(values[order[std::size_t(0.12 * double(n))]] -
                                          values[order[std::size_t(0.88 * double(n))]]);
    if (!(spread > 0)) return apart;
    auto const most = std::max<std::size_t>(1, std::size_t(most_share * double(n)));
    for (std::size_t k = 1; k <= most && k < n; ++k) {
        double const gap = std::abs(values[order[k - 1]] - values[order[k]]) / spread;
        if (gap < least_gap(k, strictness)) continue;
        apart.which.assign(order.begin(), order.begin() + std::ptrdiff_t(k));
        apart.gap = gap;
    }
    return apart;
}

// Whether a setting tells them from all others: another detector or a longer exposure is no outlier.
bool is_explained(TableFacts const& table, Field const& field, std::vector<std::uint64_t> const& records) {
    std::vector<bool> is_in(table.records);
    for (std::uint64_t const record : records) is_in[record] = true;
    for (Field const& other : table.table->fields) {
        if (other.name == field.name || other.role == Role::id || other.role == Role::time ||
            !other.shape.empty())
            continue;
        auto const column = find_column(table, other);
        if (!column) continue;
        if (column->is_text()) {
            std::vector<std::uint64_t> in(column->words->size()), all(column->words->size());
            std::uint64_t outliers = 0;
            for (std::size_t i = 0; i < column->size(); ++i) {
                ++all[column->texts[i]];
                if (is_in[column->record(i)]) ++in[column->texts[i]], ++outliers;
            }
            for (std::size_t w = 0; w < in.size(); ++w)
                if (in[w] > 0 && in[w] == outliers && 2 * in[w] >= all[w] && outliers > 1) return true;
            continue;
        }
        double low = HUGE_VAL, high = -HUGE_VAL, other_low = HUGE_VAL, other_high = -HUGE_VAL;
        for (std::size_t i = 0; i < column->size(); ++i) {
            double const value = column->numbers[i];
            if (!std::isfinite(value)) continue;
            bool const in = is_in[column->record(i)];
            (in ? low : other_low) = std::min(in ? low : other_low, value);
            (in ? high : other_high) = std::max(in ? high : other_high, value);
        }
        if (low > other_high || high < other_low) return true;
    }
    return false;
}

// Class of each record by a field of a few words or numbers; empty where it has too many.
std::vector<std::uint32_t> few_classes(TableFacts const& table, Column const& column, std::size_t most) {
    std::map<double, std::uint32_t> numbers;
    std::vector<std::uint32_t> classes(table.records);
    if (column.is_text() && (column.words->size() < 2 || column.words->size() > most)) return {};
    for (std::size_t i = 0; i < column.size(); ++i) {
        if (column.is_text()) {
            classes[column.record(i)] = column.texts[i];
            continue;
        }
        double const value = std::isfinite(column.numbers[i]) ? column.numbers[i] : -HUGE_VAL;
        classes[column.record(i)] = numbers.try_emplace(value, std::uint32_t(numbers.size())).first->second;
        if (numbers.size() > std::min<std::size_t>(most, 32)) return {};
    }
    return classes;
}

double spread_of(std::vector<double> const& some) {
    std::vector<double> finite, away;
    for (double const v : some)
        if (std::isfinite(v)) finite.push_back(v);
    double const middle = median(finite);
    for (double const v : finite) away.push_back(std::abs(v - middle));
    return median(std::move(away));
}

// Values less the median of their class, for the field that explains most of their spread; empty when none
// explains a third of it.
std::vector<double> without_classes(TableFacts const& table, std::vector<double> const& values) {
    std::vector<double> best;
    double least = 0.7 * spread_of(values);
    for (Field const& other : table.table->fields) {
        // Settings alone: of classes that somebody gave some are wrong, and would make outliers.
        bool const is_given = other.role == Role::label || other.role == Role::annotator ||
                              other.role == Role::confidence || other.role == Role::id;
        auto const column = other.shape.empty() && !is_given ? find_column(table, other) : std::nullopt;
        auto const classes =
            column ? few_classes(table, *column, values.size() / 10) : std::vector<std::uint32_t>{};
        if (classes.empty()) continue;
        std::vector<std::vector<double>> members(*std::ranges::max_element(classes) + std::size_t(1));
        for (std::size_t i = 0; i < values.size(); ++i)
            if (std::isfinite(values[i])) members[classes[record_of(table, i)]].push_back(values[i]);
        std::vector<double> middles, rest(values.size(), nothing);
        for (auto& one : members) middles.push_back(one.size() < 10 ? nothing : median(one));
        for (std::size_t i = 0; i < values.size(); ++i)
            rest[i] = values[i] - middles[classes[record_of(table, i)]];
        if (double const now = spread_of(rest); now < least) least = now, best = std::move(rest);
    }
    return best;
}

struct Statistic {
    std::string name;
    std::vector<double> values;
};

// Scales vary by factors: logarithms, where all are positive.
void add_scaled(std::string const& name, std::vector<double> values, std::vector<Statistic>& all) {
    bool const is_positive =
        std::ranges::all_of(values, [](double value) { return !std::isfinite(value) || value > 0; });
    if (is_positive)
        for (double& value : values) value = std::log(value);
    all.push_back({name, std::move(values)});
}

std::vector<Statistic> statistics_of(TableFacts const& table, Field const& field) {
    std::vector<Statistic> all;
    auto const found = table.statistics.find(field.name);
    if (found == table.statistics.end()) return all;
    for (auto const& [name, member] : {std::pair{"mean", &RecordStatistics::mean},
                                       {"deviation", &RecordStatistics::deviation},
                                       {"largest value", &RecordStatistics::most}}) {
        std::vector<double> values;
        for (RecordStatistics const& one : found->second)  // of constant records C18 tells
            values.push_back(one.least == one.most ? nothing : double(one.*member));
        add_scaled(name, std::move(values), all);
    }
    return all;
}

// One field's outliers: records, and what tells them.
struct Outliers {
    std::vector<std::uint64_t> records;
    std::string text;
};

Outliers find_outliers(TableFacts const& table, Field const& field) {
    std::vector<Statistic> statistics = statistics_of(table, field);
    bool const is_array = !statistics.empty();
    if (!is_array) {
        auto const column = find_column(table, field);
        if (!column || column->is_text()) return {};
        std::vector<double> values;
        for (std::size_t i = 0; i < column->size(); ++i)
            values.push_back(column->has(i) ? column->numbers[i] : nothing);
        add_scaled("value", std::move(values), statistics);
    }
    std::size_t const plain = statistics.size();
    for (std::size_t i = 0; i < plain && is_array; ++i)
        if (auto rest = without_classes(table, statistics[i].values); !rest.empty()) {
            auto twice = without_classes(table, rest);
            statistics.push_back({statistics[i].name + " within its class",
                                  twice.empty() ? std::move(rest) : std::move(twice)});
        }
    // Numbers often stand in a few clusters, of which one may be rare: only single ones far out count.
    double const most_share = is_array ? 0.08 : 0.005, strictness = is_array ? 1 : 3;
    for (Statistic const& statistic : statistics)
        for (bool const is_upper : {true, false}) {
            Apart const apart = find_apart(statistic.values, most_share, strictness, is_upper);
            if (apart.which.empty()) continue;
            Outliers outliers;
            for (std::size_t const i : apart.which) outliers.records.push_back(record_of(table, i));
            if (is_explained(table, field, outliers.records)) continue;
            outliers.text = fmt::format("{} {} all others by {:.2g} times their spread", statistic.name,
                                        is_upper ? "is above" : "is below", apart.gap);
            return outliers;
        }
    return {};
}

}  // namespace

Answer check_constant_records(Subject const& subject) {
    Answer answer;
    std::uint64_t fields = 0, constant = 0, zero = 0, tagged_count = 0;
    for (TableFacts const& table : subject.scan.tables) {
        std::vector<bool> const tagged = tagged_records(table);
        for (Field const* field : table.table->of_role(Role::feature)) {
            auto const found = table.statistics.find(field->name);
            auto const counted_facts = table.fields.find(field->name);
            if (found == table.statistics.end() || found->second.empty() || width_of(*field) < 8 ||
                counted_facts == table.fields.end())
                continue;
            ++fields;
            FieldFacts const& facts = counted_facts->second;
            if (facts.records_constant == 0 ||
                may_be_empty_by_chance(*field, found->second, width_of(*field)))
                continue;
            std::uint64_t tagged_here = 0;
            for (std::size_t i = 0; i < found->second.size(); ++i) {
                RecordStatistics const& one = found->second[i];
                if (!(one.least == one.most)) continue;
                if (tagged[record_of(table, i)])
                    ++tagged_here;
                else
                    show(answer, place_of(subject.scan, table, record_of(table, i), field->name,
                                          fmt::format("all values are {:g}", one.least)));
            }
            constant += facts.records_constant - std::min(facts.records_constant, tagged_here);
            zero += facts.records_zero, tagged_count += tagged_here;
        }
    }
    if (fields == 0) return not_applicable("no feature is an array of eight values or more");
    answer.numbers = {{"fields", double(fields)},
                      {"constant_untagged", double(constant)},
                      {"zero", double(zero)},
                      {"tagged", double(tagged_count)}};
    answer.state = constant > 0 ? State::fail : State::pass;
    answer.text = fmt::format("{} constant and not tagged ({} all zero), in {}", counted(constant, "record"),
                              zero, counted(fields, "array feature"));
    return answer;
}

Answer check_outliers(Subject const& subject) {
    Answer answer;
    std::uint64_t fields = 0, untagged = 0, tagged_count = 0, too_few = 0;
    for (TableFacts const& table : subject.scan.tables) {
        std::vector<bool> const tagged = tagged_records(table);
        for (Field const* field : table.table->of_role(Role::feature)) {
            if (!is_number(*field)) continue;
            if (table.records < fewest_records) {
                ++too_few;
                continue;
            }
            ++fields;
            Outliers const outliers = find_outliers(table, *field);
            for (std::uint64_t const record : outliers.records) {
                if (tagged[record]) {
                    ++tagged_count;
                    continue;
                }
                ++untagged;
                show(answer, place_of(subject.scan, table, record, field->name, outliers.text));
            }
        }
    }
    if (fields == 0)
        return not_applicable(too_few > 0 ? "there are fewer than 50 records"
                                          : "no feature is a number or an array");
    answer.numbers = {
        {"fields", double(fields)}, {"untagged", double(untagged)}, {"tagged", double(tagged_count)}};
    answer.state = untagged > 0 ? State::fail : State::pass;
    answer.text = fmt::format("{}: {} apart from all others and not tagged, {} tagged",
                              counted(fields, "feature"), counted(untagged, "record"), tagged_count);
    return answer;
}

}  // namespace hutch::curate::assess::detail
