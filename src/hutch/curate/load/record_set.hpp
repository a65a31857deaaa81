/// The records of one split of a data set, as if they were one long table: any record, any field, by any
/// thread.
#pragma once

#include "hutch/curate/dictionary.hpp"
#include "hutch/curate/load/stored_field.hpp"
#include "hutch/data/array_layout.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace hutch::curate::load {

/// A field of all records.
struct Column {
    std::string name;
    data::ElementType type;            ///< as stored; texts may differ in length from file to file
    std::vector<std::uint64_t> shape;  ///< of one record
    std::size_t values = 1;            ///< of one record
    std::string unit;
    Role role = Role::other;
    std::uint64_t chunk_records = 0;  ///< records that are packed together; 0: none is packed
    bool is_text() const {
        return type.kind == data::ElementType::Kind::text ||
               type.kind == data::ElementType::Kind::texts_elsewhere;
    }
    /// Return the bytes of one record; texts have none.
    std::size_t bytes() const { return is_text() ? 0 : values * type.bytes; }
};

/// An array that all records share, such as an axis.
struct SharedArray {
    data::ElementType type;
    std::vector<std::uint64_t> shape;
    std::string unit;
    std::vector<std::byte> bytes;
    std::vector<std::string> texts;
};

struct OpenOptions {
    std::string split;                                 ///< "": all records
    std::string table;                                 ///< of the dictionary; "": the first
    std::size_t cache_bytes = std::size_t{256} << 20;  ///< for unpacked chunks that hold several records
};

class RecordSet {
  public:
    /// Open a folder with dictionary.json, or of HDF5 or .npy files, or one such file.
    ///
    /// Files are opened as they are first needed; only their numbers of records are read here.
    /// \throws Error not_found, bad_input (no such split), bad_data, unsupported
    RecordSet(std::filesystem::path const& path, OpenOptions const& options);
    ~RecordSet();

    std::uint64_t records() const;
    std::string const& name() const;
    std::string const& version() const;
    std::vector<std::string> const& splits() const;
    std::vector<Column> const& columns() const;
    /// Return the place of a column. \throws Error bad_input with the nearest name
    std::size_t find(std::string const& name) const;
    /// Return the features and labels, or all columns where nothing says what they are.
    std::vector<std::size_t> default_columns() const;
    /// Return the names of arrays that records share, and one of them.
    std::vector<std::string> shared_names() const;
    SharedArray shared(std::string const& name) const;
    /// Return a number that another version, another split or other files do not have.
    std::uint64_t identity() const;

    /// Copy one record of a column of numbers. \param to `bytes()` of the column
    /// \throws Error bad_data that names file, field and record
    void read(std::size_t column, std::uint64_t record, std::span<std::byte> to, ReadScratch& scratch) const;
    /// Ask for the bytes of a record from disk without waiting for them.
    void will_need(std::size_t column, std::uint64_t record) const;
    /// Return the texts of one record; fixed ones without what they are filled up with.
    std::vector<std::string> texts(std::size_t column, std::uint64_t record, ReadScratch& scratch) const;

  private:
    struct Work;
    std::unique_ptr<Work> work_;
};

}  // namespace hutch::curate::load
