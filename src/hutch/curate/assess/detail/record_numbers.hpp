/// List the numbers that a scan kept of features: scalars, and the statistics of arrays.
#pragma once

#include "hutch/curate/assess/columns.hpp"

#include <string>
#include <vector>

namespace hutch::curate::assess::detail {

struct RecordNumbers {
    std::string name;  ///< "intensity: mean"
    std::vector<std::uint64_t> records;
    std::vector<double> values;  ///< of these records; all finite
};

/// Return the numbers of all features of a table. Those that are constant are left out.
std::vector<RecordNumbers> numbers_of_features(TableFacts const& table);

}  // namespace hutch::curate::assess::detail
