/// Read the unit cell that the physics of a table says a record has.
#pragma once

#include "hutch/curate/assess/record_arrays.hpp"
#include "hutch/data/structure.hpp"

#include <optional>

namespace hutch::curate::assess::detail {

/// Return whether `physics` names a part `cell` (six numbers), or `cell_lengths` and `cell_angles` (three
/// each).
bool has_cells(Physics const& physics);
/// Return the cell [angstrom, degree] of a record; nothing when it is missing or closes no cell. Of several
/// phases (longer arrays) the first one counts. \throws Error as TableFile
std::optional<data::Cell> cell_of_record(RecordReader& reader, Physics const& physics, std::uint64_t record);
/// Return whether a cell can be of a crystal system, whichever axis is unique, within 3 % and 3 degrees:
/// labelled cells may hold a strain.
bool fits_system(data::Cell const& cell, data::CrystalSystem system);

}  // namespace hutch::curate::assess::detail
