/// Say what the fields of a data set made from a recipe are: its shards and its tables.
#pragma once

#include "hutch/curate/shard_build.hpp"
#include "hutch/curate/summary.hpp"

#include <vector>

namespace hutch::curate {

/// Return the fields of a record in a shard. Ranges are those that the recipe's distributions can give.
std::vector<Field> record_fields(BuildContext const& context);
/// Return the arrays that all records of a shard share: axes and names of the instruments.
std::vector<Field> shared_fields(BuildContext const& context);

/// Fill in the fields of shards and tables, tables for the dictionary, what the records obey, and the
/// metadata of samples, instruments, processing and quality.
void describe_fields(BuildContext const& context, DatasetSummary& summary);

}  // namespace hutch::curate
