/// Give elementary functions as branch-free code that compilers turn into SIMD; for *.isa.cpp and kernel
/// files.
#pragma once

#include "hutch/compute/kernel.hpp"

#include <cstdint>

// Everything stands in a namespace of its own for each instruction set, so that the linker cannot merge a
// function compiled for a new processor into code that must run on an old one.
namespace hutch::powder::HUTCH_ISA {

HUTCH_KERNEL inline float bits_to_float(std::int32_t bits) { return __builtin_bit_cast(float, bits); }
HUTCH_KERNEL inline std::int32_t float_to_bits(float value) {
    return __builtin_bit_cast(std::int32_t, value);
}

/// 2^x for x in [-126, 126] within 1 unit in 1e7; beyond, 2^-126 or 2^126. Chebyshev fit of degree 6 on
/// [-1/2, 1/2].
HUTCH_KERNEL inline float exp2_of(float x) {
    x = x < -126.0f ? -126.0f : x;
    x = x > 126.0f ? 126.0f : x;
    float const whole = __builtin_rintf(x);
    float const t = x - whole;
    float const p =
        1.0f +
        t * (0.693147207f +
             t * (0.240226512f +
                  t * (0.0555032721f + t * (0.0096180256f + t * (0.00134004322f + t * (0.000154697322f))))));
    return p * bits_to_float((std::int32_t(whole) + 127) << 23);
}
HUTCH_KERNEL inline float exp_of(float x) { return exp2_of(1.44269504f * x); }

/// log2 of a positive normal number within 2e-7. Chebyshev fit of degree 8 on [1/sqrt 2, sqrt 2].
HUTCH_KERNEL inline float log2_of(float x) {
    std::int32_t const bits = float_to_bits(x) - 0x3f3504f3;
    std::int32_t const exponent = bits >> 23;
    float const t = bits_to_float((bits & 0x7fffff) + 0x3f3504f3) - 1.0f;
    float const p =
        1.442695f +
        t * (-0.721347334f +
             t * (0.480910621f +
                  t * (-0.360704767f +
                       t * (0.287917858f +
                            t * (-0.238921728f +
                                 t * (0.215676662f + t * (-0.207412455f + t * (0.126116008f))))))));
    return float(exponent) + t * p;
}
HUTCH_KERNEL inline float log_of(float x) { return 0.693147181f * log2_of(x); }

/// sin(2 pi t) for t in [-1/4, 1/4] within 6e-8 (Taylor, degree 11).
HUTCH_KERNEL inline float sine_of_quarter(float t) {
    float const x = 6.28318531f * t, u = x * x;
    return x * (1.0f +
                u * (-1.6666667e-1f +
                     u * (8.3333333e-3f + u * (-1.9841270e-4f + u * (2.7557319e-6f + u * -2.5052108e-8f)))));
}
/// cos(2 pi t) and sin(2 pi t) for t in [-1/2, 1/2].
HUTCH_KERNEL inline float cosine_of_turns(float t) { return sine_of_quarter(0.25f - __builtin_fabsf(t)); }
HUTCH_KERNEL inline float sine_of_turns(float t) {
    float const half = t < 0 ? -0.5f : 0.5f;
    return sine_of_quarter(__builtin_fabsf(t) > 0.25f ? half - t : t);
}

/// asin(x) for x in [0, 1] within 1e-12. Chebyshev fit of asin(sqrt u)/sqrt u on [0, 1/4].
HUTCH_KERNEL inline double arcsine_of(double x) {
    bool const is_large = x > 0.5;
    double const u = is_large ? 0.5 * (1 - x) : x * x;
    double const root = is_large ? __builtin_sqrt(u) : x;
    double const p =
        root *
        (0.99999999999995393 +
         u * (0.16666666670978175 +
              u * (0.074999994397791314 +
                   u * (0.044643138506955019 +
                        u * (0.030374803850607444 +
                             u * (0.022475483016592208 +
                                  u * (0.016453067879110973 +
                                       u * (0.01871746916091991 +
                                            u * (-0.0030271721061858551 + u * (0.032097893431617411))))))))));
    return is_large ? 1.5707963267948966 - 2 * p : p;
}

}  // namespace hutch::powder::HUTCH_ISA
