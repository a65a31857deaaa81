/// Give the composition of a structure as a row of fixed length, as data sets store it.
#pragma once

#include "hutch/data/structure.hpp"

#include <vector>

namespace hutch::curate::detail {

inline constexpr std::size_t element_count = 98;  ///< H to Cf: those that have form factors

/// Return the atomic fraction of each element, H first.
std::vector<float> atomic_fractions(data::Structure const& structure);

}  // namespace hutch::curate::detail
