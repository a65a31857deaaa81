/// Read the records of one file of a table block by block, whatever its format is.
#pragma once

#include "hutch/curate/dictionary.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hutch::curate::assess {

/// What a field really is in a file.
struct Found {
    std::string dtype;                ///< "float32", "utf8[16]", "utf8" ...
    std::vector<std::int64_t> shape;  ///< of one record; -1: differs
    bool is_little_endian = true;
    std::string unit{};         ///< as the file says it; empty: it says nothing
    std::string description{};  ///< likewise
    std::uint64_t records = 0;  ///< that have it: unequal to those of the file where arrays differ in length
    std::vector<std::string> more_units{};  ///< where records of one file differ in it
    bool is_typed = true;  ///< false: texts only, `dtype` and `shape` are what the first records look like
};

/// Values of some records: record i has values[ends[i - 1]] ... values[ends[i] - 1].
struct Block {
    std::vector<double> values;
    std::vector<std::uint64_t> ends;
    std::uint64_t not_numbers = 0;       ///< texts where a number should stand; they are NaN above
    std::uint64_t first_not_number = 0;  ///< record within the block
    std::string not_a_number{};          ///< the first of them
};

class TableFile {
  public:
    virtual ~TableFile() = default;
    virtual std::uint64_t records() const = 0;
    /// Return the names of all fields that are there, in a fixed order; shared ones too.
    virtual std::vector<std::string> names() const = 0;
    virtual std::optional<Found> find(std::string const& field) const = 0;
    /// Read numbers of records first ... first + count - 1; missing ones (empty cells, null) are NaN.
    /// \throws Error bad_data when the field is no number or cannot be read
    virtual void read(std::string const& field, std::uint64_t first, std::uint64_t count, Block& to) = 0;
    /// Read numbers of records of one length as floats, where that loses nothing: of float32 and integers of
    /// up to 16 bits, lying in one piece. Returns false, reading nothing, for all others.
    virtual bool read_floats(std::string const& field, std::uint64_t first, std::uint64_t count,
                             std::vector<float>& to);
    /// Return where a record of a field begins in the file [byte], where that can be said: data are read in
    /// this order.
    virtual std::optional<std::uint64_t> offset_of(std::string const& field, std::uint64_t record) const;
    /// Read texts, one a record; numbers as they would be printed. \throws Error bad_data
    virtual std::vector<std::string> read_texts(std::string const& field, std::uint64_t first,
                                                std::uint64_t count) = 0;
    /// Read a whole shared array, row-major.
    virtual Block read_shared(std::string const& field) = 0;
};

/// Open a file of a table. HDF5 calls are serialised within; every thread opens its own.
/// \throws Error not_found, bad_data (truncated, of another format), unsupported
std::unique_ptr<TableFile> open_table_file(std::filesystem::path const& path, RecordTable const& table);

/// Open bytes of memory as a CSV, JSONL, JSON or npy file. \throws Error as open_table_file
std::unique_ptr<TableFile> open_table_bytes(std::string bytes, RecordTable const& table);

}  // namespace hutch::curate::assess
