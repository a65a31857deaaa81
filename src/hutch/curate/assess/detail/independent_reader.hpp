/// Read files of tables with another program than ours and compare: what check C03 does.
#pragma once

#include "hutch/curate/assess/check.hpp"

namespace hutch::curate::assess::detail {

/// Let Python's h5py, numpy, csv and json open every file of every table and compare records, types, shapes
/// and some values with what we read.
Answer compare_with_independent_reader(Subject const& subject);

}  // namespace hutch::curate::assess::detail
