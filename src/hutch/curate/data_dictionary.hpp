/// Make the dictionary of a data set from its summary.
#pragma once

#include "hutch/curate/summary.hpp"

namespace hutch::curate {

/// Return tables, fields, splits, tasks, physics, attestations, ways of access and the six packages of
/// metadata. Tables are `records` (the shards), `index` (one row a record), `structures`, `examples`, where
/// the data set has them, and `further_tables`.
Dictionary to_dictionary(DatasetSummary const& summary);

}  // namespace hutch::curate
