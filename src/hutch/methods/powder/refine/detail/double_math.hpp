/// Give elementary functions in double precision as branch-free code that compilers turn into SIMD.
#pragma once

#include <cstdint>

// In a namespace of its own for each instruction set, as detail/vector_math.hpp says.
namespace hutch::powder::refine::HUTCH_ISA {

/// sin(2 pi t) for t in [-1/4, 1/4] (Taylor, degree 21: the next term is below 1e-18).
inline double sine_of_quarter(double t) {
    double const x = 6.283185307179586 * t, u = x * x;
    double p = 1.9572941063391263e-20;
    p = p * u - 8.2206352466243295e-18;
    p = p * u + 2.8114572543455206e-15;
    p = p * u - 7.6471637318198164e-13;
    p = p * u + 1.6059043836821613e-10;
    p = p * u - 2.5052108385441720e-08;
    p = p * u + 2.7557319223985893e-06;
    p = p * u - 1.9841269841269841e-04;
    p = p * u + 8.3333333333333332e-03;
    p = p * u - 1.6666666666666666e-01;
    return x * (p * u + 1.0);
}
/// cos(2 pi t) and sin(2 pi t) for t in [-1/2, 1/2].
inline double cosine_of_turns(double t) { return sine_of_quarter(0.25 - __builtin_fabs(t)); }
inline double sine_of_turns(double t) {
    double const half = t < 0 ? -0.5 : 0.5;
    return sine_of_quarter(__builtin_fabs(t) > 0.25 ? half - t : t);
}

/// exp(x) for x in [-700, 700] within 4e-16; beyond, the values of these ends (Taylor, degree 13, of the rest
/// modulo ln 2).
inline double exp_of(double x) {
    x = x < -700 ? -700 : x;
    x = x > 700 ? 700 : x;
    double const whole = __builtin_rint(x * 1.4426950408889634);
    double const t = (x - whole * 6.93147180369123816490e-01) - whole * 1.90821492927058770002e-10;
    double p = 1.6059043836821613e-10;
    p = p * t + 2.0876756987868099e-09;
    p = p * t + 2.5052108385441720e-08;
    p = p * t + 2.7557319223985888e-07;
    p = p * t + 2.7557319223985893e-06;
    p = p * t + 2.4801587301587302e-05;
    p = p * t + 1.9841269841269841e-04;
    p = p * t + 1.3888888888888889e-03;
    p = p * t + 8.3333333333333332e-03;
    p = p * t + 4.1666666666666664e-02;
    p = p * t + 1.6666666666666666e-01;
    p = p * t + 5.0000000000000000e-01;
    p = p * t + 1.0;
    p = p * t + 1.0;
    return p * __builtin_bit_cast(double, (std::int64_t(whole) + 1023) << 52);
}

}  // namespace hutch::powder::refine::HUTCH_ISA
