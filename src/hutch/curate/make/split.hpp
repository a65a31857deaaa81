/// Put records that belong together into one group, and groups into splits, so that nothing leaks.
#pragma once

#include "hutch/curate/make/label.hpp"

namespace hutch::curate::make {

/// Number the groups: the connected parts of "equal value in a group's column", "equal digest", "nearly equal
/// structure in any phase", in order of first appearance.
/// \throws Error bad_input (no such column)
void group_records(Request const& request, LabelledStructures const& structures, unsigned threads,
                   Frame& frame);

/// Give every record a split.
///
/// Without a time whole groups go, large ones first and equal ones in an order of the seed, to the split that
/// lacks the largest share of what the group holds: records, or, with `stratify`, records of its classes.
/// With a time the records are cut where they are ordered by it, as near to the shares as no cut separates a
/// group or equal times.
/// \throws Error bad_input when a split would stay empty or no cut is possible
void split_records(Request const& request, Frame& frame);

}  // namespace hutch::curate::make
