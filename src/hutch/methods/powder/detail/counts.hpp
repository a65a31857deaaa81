/// Turn expectations and random bits into Poisson counts, and give a background's terms.
#pragma once

#include "hutch/methods/powder/detail/vector_math.hpp"

namespace hutch::powder::detail::HUTCH_ISA {

using namespace hutch::powder::HUTCH_ISA;

inline constexpr float smallest_normal_mean = 12.0f;  ///< from here on the expansion of large_count is used

// Inverse of the normal distribution. M. Giles, "Approximating the erfinv function", GPU Computing Gems 2
// (2011), single-precision coefficients. The probability comes as 32 bits so that both tails keep their
// digits.
HUTCH_KERNEL inline float normal_of(std::uint32_t bits) {
    std::uint32_t const folded = bits & 0x80000000u ? ~bits : bits;         // smaller side, < 2^31
    float const p = (float(std::int32_t(folded)) + 0.5f) * 2.3283064e-10f;  // in (0, 1/2]
    float const w = -log_of(4.0f * p * (1.0f - p));
    float const c = w - 2.5f, t = __builtin_sqrtf(w) - 3.0f;
    float const centre =
        1.50140941f +
        c * (0.246640727f +
             c * (-0.00417768164f +
                  c * (-0.00125372503f +
                       c * (0.00021858087f +
                            c * (-4.39150654e-06f +
                                 c * (-3.5233877e-06f + c * (3.43273939e-07f + c * 2.81022636e-08f)))))));
    float const tail =
        2.83297682f +
        t * (1.00167406f +
             t * (0.00943887047f +
                  t * (-0.0076224613f +
                       t * (0.00573950773f +
                            t * (-0.00367342844f +
                                 t * (0.00134934322f + t * (0.000100950558f + t * -0.000200214257f)))))));
    float const size = 1.41421356f * (1.0f - 2.0f * p) * (w < 5.0f ? centre : tail);
    return bits & 0x80000000u ? size : -size;
}

// Inverse of the Poisson distribution by its expansion in the normal deviate: M. Giles, ACM Trans. Math.
// Software 42 (2016) 7, "Algorithm 955", equations for the asymptotic approximation; the floor of it is the
// count.
HUTCH_KERNEL inline float large_count(float mean, float w) {
    float const root = __builtin_sqrtf(mean), w2 = w * w;
    float const value = mean + root * w + (0.333333333f + w2 * 0.166666667f) -
                        w * (2.0f + w2) * (1.0f / 72) / root +
                        (-8.0f / 405 + w2 * (7.0f / 810 + w2 * (1.0f / 270))) / mean;
    return value > 0 ? __builtin_floorf(value) : 0.0f;
}

// Small means: walk up the cumulative distribution, 44 terms hold all but 1e-11 of a mean of 12. Rounding may
// leave the sum below the largest random numbers for ever: the walk ends where terms become that small.
HUTCH_KERNEL inline int small_count_terms(float most) {
    return most < 0.5f ? 12 : most < 1.0f ? 16 : most < 4.0f ? 24 : most < 8.0f ? 34 : 44;
}
HUTCH_KERNEL inline void small_count_step(float mean, float rate, float random, float& term, float& sum,
                                          float& count) {
    sum += term;
    count += random > sum && term > 3e-8f ? 1.0f : 0.0f;
    term *= mean * rate;
}
/// A number in (0, 1) that stays below 1 after rounding.
HUTCH_KERNEL inline float uniform_of(std::uint32_t bits) {
    return (float(std::int32_t(bits >> 9)) + 0.5f) * 1.1920929e-07f;
}

/// One step of Clenshaw's recurrence for Chebyshev polynomials, from the highest term down.
HUTCH_KERNEL inline float clenshaw_step(float term, float x, float next, float after) {
    return term + 2.0f * x * next - after;
}
HUTCH_KERNEL inline float hump_at(float distance, float rate) { return exp_of(-rate * distance * distance); }

}  // namespace hutch::powder::detail::HUTCH_ISA
