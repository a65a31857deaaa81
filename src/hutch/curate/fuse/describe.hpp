/// Say in a summary what a fused data set holds: fields, splits, classes, plots, notes.
#pragma once

#include "hutch/curate/fuse/columns.hpp"

namespace hutch::curate::fuse {

/// Fill what the records tell; tables and files are filled by those who write them.
void describe(Inputs const& inputs, std::vector<Record> const& records, std::vector<Column> const& columns,
              RecordOptions const& options, DatasetSummary& summary);

}  // namespace hutch::curate::fuse
