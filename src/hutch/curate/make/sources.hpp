/// Find the files of a data set's sources and read what stands once for each record; arrays are read again
/// when they are written, so that memory is bounded.
#pragma once

#include "hutch/curate/make/frame.hpp"
#include "hutch/curate/make/request.hpp"
#include "hutch/data/pattern.hpp"
#include "hutch/data/structure.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace hutch::curate::make {

/// Return the files of a source, ascending. \throws Error not_found when there is none
std::vector<std::filesystem::path> files_of(Request const& request, Source const& source);

/// Read all sources. Files and patterns that cannot be read are refused with the reader's message.
///
/// Records of patterns and refinements have the columns source_file, title, axis, wavelength, points,
/// counts_sum, counts_most and counts_negative; those of refinements also radiation, phases, r_wp and
/// goodness; those of tables and arrays what their files hold as one value a record.
/// \throws Error not_found, bad_data (tables, arrays)
Frame read_sources(Request const& request, unsigned threads);

/// Give records columns of the tables that are joined; keys that the other side lacks go into `unmatched`.
/// \throws Error bad_input (columns that are not there), bad_data (a key that a table has twice)
void join_tables(Request const& request, Frame& frame);

/// Reads the patterns of records, one after another.
class PatternReader {
  public:
    PatternReader(Request const& request, Frame const& frame);
    ~PatternReader();
    PatternReader(PatternReader&&) noexcept;
    /// Read a pattern as it stands in its file; of a binned one the density at the middles of bins.
    data::Pattern read(Record const& record);
    /// Return the structures that were refined on it, that with the largest weight fraction first.
    std::vector<data::Structure> structures(Record const& record);

  private:
    struct Kept;
    std::unique_ptr<Kept> kept_;
};

/// Reads the arrays of records, one after another.
class ArrayReader {
  public:
    ArrayReader(Request const& request, Frame const& frame);
    ~ArrayReader();
    ArrayReader(ArrayReader&&) noexcept;
    /// Append the values of an array of one record.
    void read(Record const& record, Field const& field, std::vector<double>& to);

  private:
    struct Kept;
    std::unique_ptr<Kept> kept_;
};

}  // namespace hutch::curate::make
