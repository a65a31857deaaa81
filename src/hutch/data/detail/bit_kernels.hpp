/// Declare the kernels of bits.cpp, one set for each instruction-set level.
#pragma once

#include "hutch/compute/isa.hpp"

#include <cstddef>
#include <cstdint>

namespace hutch::data::detail {

// A plane holds byte j of all numbers; planes lie `count` bytes apart.
HUTCH_DECLARE_FOR_EACH_ISA(void, to_planes,
                           (std::uint8_t const* numbers, std::size_t count, std::size_t width,
                            std::uint8_t* planes))
HUTCH_DECLARE_FOR_EACH_ISA(void, from_planes,
                           (std::uint8_t const* planes, std::size_t count, std::size_t width,
                            std::uint8_t* numbers))
// One plane of `count` bytes (a multiple of 8) to eight rows of bits, count / 8 bytes each, and back.
HUTCH_DECLARE_FOR_EACH_ISA(void, to_bit_rows,
                           (std::uint8_t const* plane, std::size_t count, std::uint8_t* rows))
HUTCH_DECLARE_FOR_EACH_ISA(void, from_bit_rows,
                           (std::uint8_t const* rows, std::size_t count, std::uint8_t* plane))

}  // namespace hutch::data::detail
