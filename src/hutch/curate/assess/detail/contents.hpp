/// Describe the content of records by a few numbers each, the same for all, to compare them with each other.
#pragma once

#include "hutch/curate/assess/check.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hutch::curate::assess::detail {

/// Numbers of some records, each with mean 0 and deviation 1 over them; what is missing is 0.
struct Contents {
    std::vector<std::uint64_t> records;  ///< ascending
    std::size_t width = 0;
    std::vector<float> values;  ///< records x width
    /// Leave out the records that are not marked.
    void keep(std::vector<bool> const& is_kept);
};

/// Return scalar features, and of each array feature its statistics and its shape in 48 bins (relative to its
/// largest value), of a random choice of records. Bins of one array count together like four numbers.
/// \param stream  of random numbers
Contents contents_of(Subject const& subject, TableFacts const& table, std::uint64_t most_records,
                     std::uint32_t stream);

}  // namespace hutch::curate::assess::detail
