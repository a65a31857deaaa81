/// Give 2^x in double precision as branch-free code that compilers turn into SIMD; for *.isa.cpp files.
#pragma once

#include <cstdint>

// In a namespace of its own for each instruction set, see detail/vector_math.hpp.
namespace hutch::powder::refine::HUTCH_ISA {

/// 2^x within 4e-16 of itself for x in [-1020, 1020]; beyond, 2^-1020 or 2^1020. Chebyshev fit of degree 10
/// on
/// [-1/2, 1/2], within 2.2e-16.
inline double exp2_of(double x) {
    x = x < -1020.0 ? -1020.0 : x;
    x = x > 1020.0 ? 1020.0 : x;
    double const whole = __builtin_rint(x), t = x - whole;
    // The sum's lowest bits hold the whole number: 1.5 * 2^52 + whole.
    std::int64_t const exponent = __builtin_bit_cast(std::int64_t, whole + 6755399441055744.0) << 52;
    double p = 7.0725859492692236999e-9;
    p = p * t + 1.0208690299958305835e-7;
    p = p * t + 1.3215442587921689653e-6;
    p = p * t + 1.5252657260200837064e-5;
    p = p * t + 1.5403530441736050155e-4;
    p = p * t + 1.3333558230164973899e-3;
    p = p * t + 9.6181291076068885273e-3;
    p = p * t + 5.5504108664447719166e-2;
    p = p * t + 0.2402265069591009822;
    p = p * t + 0.69314718055994998286;
    p = p * t + 1.0;
    return __builtin_bit_cast(double, __builtin_bit_cast(std::int64_t, p) + exponent);
}

}  // namespace hutch::powder::refine::HUTCH_ISA
