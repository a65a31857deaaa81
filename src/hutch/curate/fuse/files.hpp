/// Write the files of a fused data set: shards, tables, structures, whole records as JSON Lines.
#pragma once

#include "hutch/curate/fuse/columns.hpp"
#include "hutch/curate/provenance.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace hutch::curate::fuse {

/// The whole records, noted while they are written: which fields they have, with which units and shapes.
class WholeRecords {
  public:
    void begin() { ++records_; }
    /// Note a field of the record that was begun. \param missing  values that are NaN
    void note(Field const& field, std::uint64_t values, std::uint64_t missing);
    /// Note one more unit of a field that was noted.
    void note_unit(std::string const& field, std::string const& unit);
    /// Return the table of what was noted.
    RecordTable table(std::vector<FileEntry> const& files) const;

  private:
    struct Noted {
        Field field;
        std::uint64_t records = 0, values = 0, missing = 0;
    };
    std::vector<Noted> all_;
    std::uint64_t records_ = 0;
};

/// Write shards/SPLIT-00000.h5 with the records of one split.
///
/// Rows of all records stand as one array each under the names of the columns, with `q`; each record stands
/// whole, as it was measured, below records/ID. \param about  name, version, licence, generator
/// \return the file's entry
FileEntry write_shard(std::vector<Record const*> const& records, std::vector<Column> const& columns,
                      RecordOptions const& options, DatasetSummary const& about,
                      std::filesystem::path const& folder, WholeRecords& whole);

/// Write records.jsonl: a line for each record with all columns and q.
void write_lines(std::vector<Record> const& records, std::vector<Column> const& columns, Grid const& grid,
                 std::filesystem::path const& folder);

/// Write records.csv and structures.csv, whose columns go into the summary, and
/// structures/REFINEMENT.PHASE.cif.
/// \return the names of the files
std::vector<std::string> write_tables(std::vector<Record> const& records, RecordOptions const& options,
                                      DatasetSummary& summary, std::filesystem::path const& folder);

/// Return what the data set was made from.
Provenance provenance_of(Inputs const& inputs, std::vector<Record> const& records,
                         DatasetSummary const& about);

}  // namespace hutch::curate::fuse
