/// Describe a data set in Croissant 1.1, the JSON-LD that machine-learning tools read.
#pragma once

#include "hutch/curate/summary.hpp"

#include <string>

namespace hutch::curate {

/// Return the description; paths in it are relative to the data set's folder, where it is to be stored.
///
/// HDF5 files stand as FileObjects only, since Croissant has no way into them; the CSV and JSONL tables are
/// record sets that Croissant readers can load. A task is a record set of its JSON Lines file whose labels
/// are typed cr:Label. Up to 2000 files that hold records are listed one by one; where there are more, each
/// split is a FileSet. Creators written "Family, Given" are persons, all others organisations. What the
/// summary leaves empty is left out. Same summary, same bytes.
/// \par Source  MLCommons Croissant Format Specification 1.1 and Croissant RAI Specification 1.0
std::string to_croissant(DatasetSummary const& summary);

}  // namespace hutch::curate
