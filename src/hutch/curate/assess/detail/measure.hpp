/// Count and sum what checks ask of the values of one record; compiled once per instruction-set level.
#pragma once

#include "hutch/compute/isa.hpp"

#include <cstddef>
#include <cstdint>

namespace hutch::curate::assess::detail {

/// What values are compared with.
struct ValueRules {
    double least = -1e308, most = 1e308, fill = 0, saturation = 0;
    bool has_fill = false, has_saturation = false;
};

/// Counts and sums of one record; those after `sum_of_squares` hold only when all values are good.
struct Measured {
    std::uint64_t nan = 0, infinite = 0, filled = 0;  ///< the rest is good
    std::uint64_t negative = 0, below = 0, above = 0, saturated = 0, fractional = 0;
    std::uint64_t at_most = 0;            ///< equal to `most`
    double least = 0, most = 0, sum = 0;  ///< of good values
    double weight = 0, moment = 0;        ///< sums of |value| and of index * |value|
    double sum_of_squares = 0;            ///< about the mean
    double sum_of_bends = 0;              ///< squares of second differences

    std::uint64_t bad() const { return nan + infinite + filled; }
};

HUTCH_DECLARE_FOR_EACH_ISA(void, measure_floats,
                           (float const* values, std::size_t count, ValueRules const& rules, Measured& to))
HUTCH_DECLARE_FOR_EACH_ISA(void, measure_doubles,
                           (double const* values, std::size_t count, ValueRules const& rules, Measured& to))
/// Widen the range of each index by the values of one record, and count what is not zero; NaN and infinite
/// values are left out.
HUTCH_DECLARE_FOR_EACH_ISA(void, widen,
                           (float const* values, std::size_t count, float* least, float* most, float* active))

}  // namespace hutch::curate::assess::detail
