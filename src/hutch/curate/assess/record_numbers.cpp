#include "hutch/curate/assess/detail/record_numbers.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::pair<char const*, float RecordStatistics::*> statistics[] = {
    {"least", &RecordStatistics::least},         {"most", &RecordStatistics::most},
    {"mean", &RecordStatistics::mean},           {"deviation", &RecordStatistics::deviation},
    {"roughness", &RecordStatistics::roughness}, {"centre", &RecordStatistics::centre}};

void keep_if_varied(RecordNumbers&& one, std::vector<RecordNumbers>& all) {
    if (one.values.empty()) return;
    auto const [least, most] = std::ranges::minmax(one.values);
    if (most > least) all.push_back(std::move(one));
}

void add_statistics(TableFacts const& table, Field const& field, std::vector<RecordNumbers>& all) {
    auto const found = table.statistics.find(field.name);
    if (found == table.statistics.end()) return;
    std::vector<RecordStatistics> const& of = found->second;
    bool const is_thinned = of.size() != table.records;
    if (is_thinned && of.size() != table.kept_records.size()) return;
    for (auto const& [name, member] : statistics) {
        RecordNumbers one{field.name + ": " + name, {}, {}};
        for (std::size_t i = 0; i < of.size(); ++i) {
            auto const value = double(of[i].*member);
            if (!std::isfinite(value)) continue;
            one.records.push_back(is_thinned ? table.kept_records[i] : i);
            one.values.push_back(value);
        }
        keep_if_varied(std::move(one), all);
    }
}

}  // namespace

std::vector<RecordNumbers> numbers_of_features(TableFacts const& table) {
    std::vector<RecordNumbers> all;
    for (Field const* field : table.table->of_role(Role::feature)) {
        if (!field->shape.empty()) {
            add_statistics(table, *field, all);
            continue;
        }
        auto const column = find_column(table, *field);
        if (!column || column->is_text()) continue;
        RecordNumbers one{field->name, {}, {}};
        for (std::size_t i = 0; i < column->size(); ++i)
            if (column->has(i))
                one.records.push_back(column->record(i)), one.values.push_back(column->numbers[i]);
        keep_if_varied(std::move(one), all);
    }
    return all;
}

}  // namespace hutch::curate::assess::detail
