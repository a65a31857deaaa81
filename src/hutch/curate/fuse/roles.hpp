/// Say what the columns of a fused data set are for: roles, companions, ranges, where labels come from.
#pragma once

#include "hutch/curate/fuse/columns.hpp"

#include <vector>

namespace hutch::curate::fuse {

/// Fill in the columns' fields, and count what is missing in them. \param about  date and splits of the set
void set_roles(std::vector<Column>& columns, std::vector<Record> const& records, RecordOptions const& options,
               DatasetSummary const& about);

/// Return the shared axis of the rows.
Field common_axis(Grid const& grid);

/// Fill in what the rows obey, the table of records.jsonl, and the metadata of samples, instruments,
/// processing and quality. \param whole  the records below records/ID
void describe_tables(Inputs const& inputs, std::vector<Record> const& records,
                     std::vector<Column> const& columns, RecordOptions const& options, RecordTable whole,
                     DatasetSummary& summary);

}  // namespace hutch::curate::fuse
