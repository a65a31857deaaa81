/// Hold the records of a data set while it is made: where each came from, its values by column, what was
/// tagged and what was left out.
#pragma once

#include "hutch/curate/dictionary.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::curate::make {

/// Values of all records under one name: numbers or texts, `width()` of them a record.
struct Column {
    Field about;  ///< dtype "utf8": texts; all others: numbers, NaN where missing
    std::vector<double> numbers{};
    std::vector<std::string> texts{};

    bool is_text() const { return about.dtype == "utf8"; }
    std::size_t width() const;
    bool is_missing(std::size_t record) const;
    /// Return a value as tables have it; empty: missing.
    std::string text_of(std::size_t record) const;
};

struct Record {
    std::string id;
    std::size_t source = 0;               ///< index into the description's
    std::size_t file = 0;                 ///< index into Frame::files
    std::uint64_t row = 0;                ///< in the file: pattern, line or row
    std::string digest{};                 ///< SHA-256 of what was measured, for equal records
    std::vector<std::string> flags{};     ///< why something in it is to be looked at; never a reason to go
    std::optional<std::size_t> parent{};  ///< the record that this one was made from
    std::size_t augmentation = 0;         ///< index into the description's, where there is a parent
    std::size_t copy = 0;                 ///< number of the child among those of parent and augmentation
    std::int32_t group = 0;
    std::size_t split = 0;
};

/// A file that records or values were read from.
struct InputFile {
    std::string path;  ///< as it was found
    std::string name;  ///< without folders
    std::string sha256;
    std::optional<std::size_t> source{};  ///< index into the description's; none: structures, annotations
};

struct Refused {
    std::string source, record, cause, message;
};

/// A key of a join that the other side lacks.
struct Unmatched {
    std::string source;  ///< the table that is joined
    bool is_of_record;   ///< true: a record's key that the table lacks; false: a line that no record asks for
    std::string key;
};

/// A value that a program filled in, to be looked at by a person.
struct Inferred {
    std::size_t record = 0;
    std::string column, value, method;
    double confidence = 0;  ///< NaN: not stated
};

struct Frame {
    std::vector<Record> records;
    std::vector<Column> columns;
    std::vector<InputFile> files;
    std::vector<Refused> refused;
    std::vector<Inferred> inferred;
    std::vector<std::string> notes;  ///< what was found on the way, for the card
    std::vector<Unmatched> unmatched;
    std::vector<Field> arrays;  ///< of records of arrays: what each row of their files holds

    Column* find(std::string_view name);
    Column const* find(std::string_view name) const;
    /// Add a column of a name that is not there, with missing values.
    Column& add(Field about);
    /// Append a record whose values are missing.
    std::size_t append(Record record);
    /// Append copies of a record's values under another record.
    std::size_t append_copy(std::size_t of, Record record);
    /// Leave out the records that are not to be kept. Parents must be kept with their children.
    void keep_only(std::vector<char> const& is_kept);
};

}  // namespace hutch::curate::make
