/// Give elementary functions in double precision as branch-free code that compilers turn into SIMD; for
/// *.isa.cpp files.
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
    double const whole = double(std::int32_t(x + (x < 0 ? -0.5 : 0.5))), t = x - whole;
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
inline double exp_of(double x) { return exp2_of(1.4426950408889634 * x); }

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

/// log(x) of a positive normal number within 1e-15 of the larger of 1 and itself: series of artanh.
inline double log_of(double x) {
    constexpr std::int64_t root_half = 0x3fe6a09e667f3bcd;
    std::int64_t const bits = __builtin_bit_cast(std::int64_t, x) - root_half;
    std::int64_t const mantissa = (bits & 0xfffffffffffff) + root_half;
    // The exponent, biased by 1024 to be positive, in the lowest bits of 2^52.
    std::int64_t const biased = (bits + (std::int64_t(1024) << 52)) >> 52;
    double const exponent = __builtin_bit_cast(double, biased | 0x4330000000000000) - 4503599627371520.0;
    double const m = __builtin_bit_cast(double, mantissa), s = (m - 1) / (m + 1), u = s * s;
    double p = 1.0 / 19;
    p = p * u + 1.0 / 17;
    p = p * u + 1.0 / 15;
    p = p * u + 1.0 / 13;
    p = p * u + 1.0 / 11;
    p = p * u + 1.0 / 9;
    p = p * u + 1.0 / 7;
    p = p * u + 1.0 / 5;
    p = p * u + 1.0 / 3;
    p = p * u + 1.0;
    return exponent * 0.69314718055994530942 + 2 * s * p;
}

/// The angle of x + i y, y >= 0, not both 0, within 1e-15: halved twice, then a Chebyshev fit of degree 10 of
/// atan(sqrt u)/sqrt u on [0, (sqrt 2 - 1)^2], within 4e-17.
inline double angle_of(double x, double y) {
    double const size = __builtin_sqrt(x * x + y * y);
    double const t = y / (size + (x < 0 ? -x : x)), half = t / (1 + __builtin_sqrt(1 + t * t)),
                 u = half * half;
    double p = 0.021135373157693245206;
    p = p * u - 0.043480522157164624777;
    p = p * u + 0.056883492268090104794;
    p = p * u - 0.066402339304294085887;
    p = p * u + 0.076899534963068577563;
    p = p * u - 0.090907730748084137897;
    p = p * u + 0.1111110618045594522;
    p = p * u - 0.1428571418097646683;
    p = p * u + 0.19999999998855110134;
    p = p * u - 0.33333333333328438572;
    p = p * u + 0.99999999999999996532;
    double const angle = 4 * half * p;
    return x < 0 ? 3.14159265358979323846 - angle : angle;
}

/// exp(y^2) erfc(y) for y >= 0 within 1e-14 of itself: Chebyshev fit of degree 20 of that times 1 + 2 y, in
/// (y - 4)/(y + 4).
inline double erfcx_of(double y) {
    double const q = (y - 4) / (y + 4);
    double p = -8.10918078211614705e-9;
    p = p * q + 5.61835077965916138e-8;
    p = p * q + 5.25666859221046938e-8;
    p = p * q - 7.19142159951017026e-7;
    p = p * q + 3.21405494005764656e-7;
    p = p * q + 5.58496744615553975e-6;
    p = p * q - 1.12431410841576677e-5;
    p = p * q - 2.43068763390270333e-5;
    p = p * q + 1.50631872767998541e-4;
    p = p * q - 1.99300499027495021e-4;
    p = p * q - 7.57776378283440498e-4;
    p = p * q + 5.031983120919141e-3;
    p = p * q - 1.61977334942824496e-2;
    p = p * q + 3.71675131529843637e-2;
    p = p * q - 6.63303658688047314e-2;
    p = p * q + 9.37328352371543135e-2;
    p = p * q - 1.01039066033694281e-1;
    p = p * q + 6.80970542436900106e-2;
    p = p * q + 1.5379652102584254e-2;
    p = p * q - 1.3962111684041278e-1;
    p = p * q + 1.23299511862555251;
    return p / (1 + 2 * y);
}

}  // namespace hutch::powder::refine::HUTCH_ISA
