/// List what stands in the rows of a fused data set, once for files, tables, card and Croissant.
#pragma once

#include "hutch/curate/fuse/records.hpp"
#include "hutch/curate/summary.hpp"

#include <functional>
#include <string>
#include <vector>

namespace hutch::curate::fuse {

/// What a column tells of a record, which decides on which side of a task it stands.
enum class Part {
    identity,    ///< id, split
    measured,    ///< what an experiment gives: intensities with their uncertainty
    model,       ///< what the refined structure gives: calculated, background, simulated
    instrument,  ///< radiation, wavelengths, profile
    structure,   ///< cell, symmetry, atoms
    sample,      ///< scale, size, strain, texture
    quality,     ///< how well model and data agree: confidence of the labels
};

/// One array of the files: a row for each record.
struct Column {
    Field about;  ///< dtype is float32, float64, int32, int16, int8 or utf8
    Part part = Part::identity;
    std::function<void(Record const&, std::vector<double>&)> numbers;  ///< appends one row; empty for texts
    std::function<std::string(Record const&)> text;
};

/// Return the columns of all records. Parameters of instruments and samples are those that any record has;
/// where a record lacks one, the value is NaN. Lists of sites are padded to the longest with 0 and NaN.
std::vector<Column> find_columns(std::vector<Record> const& records, RecordOptions const& options);

/// Return the name of a column in tables, where / would be awkward: "structure_density".
std::string table_name(Column const& column);
/// Return its field as it stands there, with the fields that it names.
Field table_field(Column const& column);

/// Return the two ways to learn from the records.
std::vector<Task> find_tasks(std::vector<Column> const& columns, std::string const& table);

}  // namespace hutch::curate::fuse
