/// Measure how evenly records are spread over classes.
#pragma once

#include <cstdint>
#include <vector>

namespace hutch::curate::detail {

struct Balance {
    std::uint64_t records = 0;
    std::size_t classes = 0;         ///< with at least one record
    std::size_t empty = 0;           ///< without any
    double largest_to_smallest = 0;  ///< of the classes with records; 0 if there are none
    double evenness = 0;             ///< Shannon entropy over its largest value, 0 to 1; 1 for a single class
};

/// Return the balance of counts, one per class. \par Source  Pielou, J. Theor. Biol. 13 (1966) 131
Balance measure_balance(std::vector<std::uint64_t> const& counts);

}  // namespace hutch::curate::detail
