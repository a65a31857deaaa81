/// Say in a summary what a made data set holds: fields, sources, splits, classes, distributions, examples.
#pragma once

#include "hutch/curate/make/label.hpp"
#include "hutch/curate/make/shards.hpp"
#include "hutch/curate/summary.hpp"

namespace hutch::curate::make {

/// Return what the records tell; files and tables are filled in by those who write them.
DatasetSummary summarize(Request const& request, Frame const& frame, LabelledStructures const& structures,
                         RowMaker* rows, std::string const& generator);

}  // namespace hutch::curate::make
