/// Bring columns to their units, leave out what was not asked for, and tag what is odd: nothing is deleted
/// because of its value unless the description says so.
#pragma once

#include "hutch/curate/make/frame.hpp"
#include "hutch/curate/make/request.hpp"

namespace hutch::curate::make {

/// Convert columns to the units that the description gives them, and take over what it says of them.
/// \throws Error bad_input (no such column, units of different dimension)
void apply_column_rules(Request const& request, Frame& frame);

/// Leave out records that break a condition; the first that is broken is the cause.
/// \throws Error bad_input (no such column, a comparison that does not fit it, nothing left)
void select(Request const& request, Frame& frame);

/// Fill in, or refuse, missing values; tag outliers, negative counts and equal records.
///
/// An outlier is a value whose robust z, |value - median| / (1.4826 median |value - median|), is above the
/// limit. \par Source  Rousseeuw, Croux, J. Am. Stat. Assoc. 88 (1993) 1273
void clean(Request const& request, Frame& frame);

/// Return the median; NaN where there is none. Values that are NaN do not count.
double median_of(std::vector<double> values);

}  // namespace hutch::curate::make
