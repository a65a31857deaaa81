#include "hutch/curate/assess/columns.hpp"

#include "hutch/base/text.hpp"
#include "hutch/curate/detail/unions.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include <fmt/format.h>

namespace hutch::curate::assess {
namespace {

using curate::detail::Unions;

Classes classes_of_words(TableFacts const& table, Column const& column) {
    std::vector<std::uint32_t> order(column.words->size());
    std::iota(order.begin(), order.end(), std::uint32_t{0});
    std::ranges::sort(order, {}, [&](std::uint32_t word) { return (*column.words)[word]; });
    std::vector<bool> is_used(order.size());
    for (std::uint32_t word : column.texts) is_used[word] = true;
    Classes classes;
    std::vector<std::int32_t> number(order.size(), -1);
    for (std::uint32_t word : order) {
        if (!is_used[word] || trim((*column.words)[word]).empty()) continue;
        number[word] = std::int32_t(classes.names.size());
        classes.names.push_back((*column.words)[word]);
    }
    classes.of.assign(table.records, -1);
    for (std::size_t i = 0; i < column.size(); ++i)
        if (std::uint64_t const r = column.record(i); r < table.records)
            classes.of[r] = number[column.texts[i]];
    return classes;
}

Classes classes_of_numbers(TableFacts const& table, Column const& column) {
    std::vector<double> values;
    for (std::size_t i = 0; i < column.size(); ++i)
        if (column.has(i)) values.push_back(column.numbers[i]);
    std::ranges::sort(values);
    values.erase(std::ranges::unique(values).begin(), values.end());
    Classes classes;
    for (double value : values) classes.names.push_back(fmt::format("{}", value));
    classes.of.assign(table.records, -1);
    for (std::size_t i = 0; i < column.size(); ++i)
        if (std::uint64_t const r = column.record(i); column.has(i) && r < table.records)
            classes.of[r] =
                std::int32_t(std::ranges::lower_bound(values, column.numbers[i]) - values.begin());
    return classes;
}

void join_classes(Classes const& classes, Unions& unions) {
    constexpr std::uint32_t none = ~std::uint32_t{0};
    std::vector<std::uint32_t> first(classes.count(), none);
    for (std::uint32_t r = 0; r < classes.of.size(); ++r) {
        if (classes.of[r] < 0) continue;
        std::uint32_t& one = first[std::size_t(classes.of[r])];
        if (one == none)
            one = r;
        else
            unions.join(one, r);
    }
}

// Children of one parent hang together, and with the record that has its id.
void join_parents(TableFacts const& table, Column const& parents, Unions& unions) {
    join_classes(classes_of(table, parents), unions);
    for (Field const* id : table.table->of_role(Role::id)) {
        auto const ids = find_column(table, *id);
        if (!ids) continue;
        std::unordered_map<std::string, std::uint32_t> record_of;
        for (std::size_t i = 0; i < ids->size(); ++i)
            if (ids->has(i)) record_of.emplace(ids->text(i), std::uint32_t(ids->record(i)));
        for (std::size_t i = 0; i < parents.size(); ++i) {
            if (!parents.has(i)) continue;
            auto const found = record_of.find(parents.text(i));
            if (found != record_of.end()) unions.join(found->second, std::uint32_t(parents.record(i)));
        }
    }
}

// Numbers of a table's groups by the values of one of its fields; empty without groups.
std::unordered_map<std::string, std::uint32_t> groups_by_value(Scan const& scan,
                                                               std::string const& reference) {
    std::unordered_map<std::string, std::uint32_t> group_of;
    std::size_t const slash = reference.find('/');
    if (slash == std::string::npos) return group_of;
    for (TableFacts const& table : scan.tables) {
        if (!table.table || table.table->name != reference.substr(0, slash)) continue;
        Field const* const key = table.table->find(reference.substr(slash + 1));
        auto const keys = key ? find_column(table, *key) : std::nullopt;
        std::vector<Field const*> const fields = table.table->of_role(Role::group);
        if (!keys || fields.empty()) continue;
        Unions unions(table.records);
        for (Field const* field : fields)
            if (auto const column = find_column(table, *field))
                if (Classes const classes = classes_of(table, *column); classes.count() > 1)
                    join_classes(classes, unions);
        for (std::size_t i = 0; i < keys->size(); ++i)
            if (keys->has(i)) group_of.emplace(keys->text(i), unions.root(std::uint32_t(keys->record(i))));
    }
    return group_of;
}

void join_references(Scan const& scan, TableFacts const& table, Unions& unions, bool& are_declared) {
    for (Field const& field : table.table->fields) {
        if (field.references.empty()) continue;
        auto const column = find_column(table, field);
        if (!column || column->records) continue;
        auto const group_of = groups_by_value(scan, field.references);
        if (group_of.empty()) continue;
        are_declared = true;
        std::unordered_map<std::uint32_t, std::uint32_t> first;
        for (std::size_t i = 0; i < column->size(); ++i) {
            if (!column->has(i)) continue;
            auto const found = group_of.find(column->text(i));
            if (found != group_of.end())
                unions.join(first.emplace(found->second, std::uint32_t(i)).first->second, std::uint32_t(i));
        }
    }
}

}  // namespace

bool Column::has(std::size_t i) const {
    if (is_text()) return !trim((*words)[texts[i]]).empty();
    return std::isfinite(numbers[i]) && !(field->fill && numbers[i] == *field->fill);
}

std::string Column::text(std::size_t i) const {
    return is_text() ? (*words)[texts[i]] : fmt::format("{}", numbers[i]);
}

std::optional<Column> find_column(TableFacts const& table, Field const& field) {
    Column column;
    column.field = &field;
    if (auto const texts = table.texts.find(field.name); texts != table.texts.end()) {
        auto const words = table.words.find(field.name);
        if (words == table.words.end()) return {};
        column.texts = texts->second;
        column.words = &words->second;
    } else if (auto const numbers = table.numbers.find(field.name); numbers != table.numbers.end()) {
        column.numbers = numbers->second;
    } else {
        return {};
    }
    if (column.size() == table.records) return column;
    if (column.size() != table.kept_records.size()) return {};
    column.records = &table.kept_records;
    return column;
}

Classes classes_of(TableFacts const& table, Column const& column) {
    Classes classes = column.is_text() ? classes_of_words(table, column) : classes_of_numbers(table, column);
    classes.labelled = std::size_t(std::ranges::count_if(classes.of, [](std::int32_t c) { return c >= 0; }));
    return classes;
}

Classes splits_of(Scan const& scan, TableFacts const& table) {
    for (Field const* field : table.table->of_role(Role::split))
        if (auto const column = find_column(table, *field)) return classes_of(table, *column);
    Classes splits;
    for (std::size_t file : table.files)
        if (!scan.files[file].split.empty()) splits.names.push_back(scan.files[file].split);
    std::ranges::sort(splits.names);
    splits.names.erase(std::ranges::unique(splits.names).begin(), splits.names.end());
    splits.of.assign(table.records, -1);
    for (std::size_t f = 0; f + 1 < table.first_records.size(); ++f) {
        std::string const& split = scan.files[table.files[f]].split;
        if (split.empty()) continue;
        auto const number =
            std::int32_t(std::ranges::lower_bound(splits.names, split) - splits.names.begin());
        for (std::uint64_t r = table.first_records[f];
             r < std::min(table.first_records[f + 1], table.records); ++r)
            splits.of[r] = number, ++splits.labelled;
    }
    return splits;
}

Groups groups_of(Scan const& scan, TableFacts const& table) {
    Unions unions(table.records);
    Groups groups;
    for (Field const* field : table.table->of_role(Role::group)) {
        auto const column = find_column(table, *field);
        if (!column) continue;
        Classes const classes = classes_of(table, *column);
        if (classes.count() < 2) continue;
        join_classes(classes, unions);
        groups.are_declared = true;
    }
    for (Field const* field : table.table->of_role(Role::parent))
        if (auto const column = find_column(table, *field)) {
            join_parents(table, *column, unions);
            groups.are_declared = true;
        }
    if (!groups.are_declared) join_references(scan, table, unions, groups.are_declared);
    groups.of.resize(table.records);
    std::vector<std::uint32_t> number(table.records, ~std::uint32_t{0});
    for (std::uint32_t r = 0; r < table.records; ++r) {
        std::uint32_t& one = number[unions.root(r)];
        if (one == ~std::uint32_t{0}) one = std::uint32_t(groups.count++);
        groups.of[r] = one;
    }
    return groups;
}

Place place_of(Scan const& scan, TableFacts const& table, std::uint64_t record, std::string const& field,
               std::string what) {
    Place place{"", field, record, std::move(what)};
    auto const after = std::ranges::upper_bound(table.first_records, record);
    if (after == table.first_records.begin() || table.files.empty()) return place;
    auto const f = std::min(std::size_t(after - table.first_records.begin()) - 1, table.files.size() - 1);
    place.file = scan.files[table.files[f]].path;
    place.record = record - table.first_records[f];
    return place;
}

std::optional<std::size_t> training_split(Classes const& splits) {
    if (splits.count() == 0) return {};
    for (std::size_t s = 0; s < splits.count(); ++s)
        if (to_lower(splits.names[s]).starts_with("train")) return s;
    std::vector<std::size_t> sizes(splits.count());
    for (std::int32_t split : splits.of)
        if (split >= 0) ++sizes[std::size_t(split)];
    return std::size_t(std::ranges::max_element(sizes) - sizes.begin());
}

}  // namespace hutch::curate::assess
