/// Look at what a scan kept of a table as columns: numbers, classes, splits and groups of its records.
#pragma once

#include "hutch/curate/assess/scan.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hutch::curate::assess {

/// Kept values of a field without shape: numbers, or words. Value i is of record `record(i)`.
struct Column {
    Field const* field = nullptr;
    std::span<double const> numbers;
    std::span<std::uint32_t const> texts;
    std::vector<std::string> const* words = nullptr;      ///< of `texts`
    std::vector<std::uint64_t> const* records = nullptr;  ///< null: value i is of record i

    bool is_text() const { return words != nullptr; }
    std::size_t size() const { return is_text() ? texts.size() : numbers.size(); }
    std::uint64_t record(std::size_t i) const { return records ? (*records)[i] : i; }
    /// Return whether a value is there: no NaN, no `fill`, no empty text.
    bool has(std::size_t i) const;
    /// Return a value as it would be printed.
    std::string text(std::size_t i) const;
};
/// Return the column of a field; nothing when the scan kept none (arrays, fields that no file has).
std::optional<Column> find_column(TableFacts const& table, Field const& field);

/// A class for each record of a table; classes are 0 ... in the order of their names.
struct Classes {
    std::vector<std::int32_t> of;    ///< of each record; -1: none, or nothing was kept
    std::vector<std::string> names;  ///< of each class; numbers ascend
    std::size_t labelled = 0;        ///< records that have a class

    std::size_t count() const { return names.size(); }
};
Classes classes_of(TableFacts const& table, Column const& column);
/// Return the split of each record: as its file says, else its field of role split.
Classes splits_of(Scan const& scan, TableFacts const& table);
/// Return which records hang together: by a field of role group, by parents, children and their siblings, or
/// by the groups of the records of another table that they refer to. Each other record is alone. Numbers are
/// 0 ... count - 1. A field that puts all records into one group says nothing and is left out.
struct Groups {
    std::vector<std::uint32_t> of;
    std::size_t count = 0;
    bool are_declared = false;  ///< a field says them
};
Groups groups_of(Scan const& scan, TableFacts const& table);

/// Return the place of a record in its file.
Place place_of(Scan const& scan, TableFacts const& table, std::uint64_t record, std::string const& field,
               std::string what);

/// Return the index of the split that models learn from: "train", "training", else the largest; nothing
/// without splits.
std::optional<std::size_t> training_split(Classes const& splits);

}  // namespace hutch::curate::assess
