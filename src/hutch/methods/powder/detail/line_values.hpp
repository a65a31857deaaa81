/// Give position, width, shape and area of one reflection's line: the formulas of processor and device
/// kernels.
#pragma once

#include "hutch/methods/powder/detail/kernels.hpp"
#include "hutch/methods/powder/detail/vector_math.hpp"

namespace hutch::powder::detail::HUTCH_ISA {

using namespace hutch::powder::HUTCH_ISA;

struct LineValues {
    double centre;                                        ///< [grid steps]
    float fwhm, eta, area, cos_two_theta, sin_two_theta;  ///< as LineOutput
};

/// What does not depend on the reflection.
struct LineConstants {
    double half_wavelength;
    float monochromator_cos2, polarisation, polarisation_norm, per_step, gauss_size2, lorentz_size;
};
HUTCH_KERNEL inline LineConstants line_constants(LineInput const& in) {
    float const mono = in.monochromator_cos2, pol = in.polarisation;
    return {0.5 * in.wavelength,
            mono,
            pol,
            1.0f / (pol + (1.0f - pol) * mono),
            float(1.0 / in.step),
            in.size_gauss_share * in.size_fwhm * in.size_gauss_share * in.size_fwhm,
            (1.0f - in.size_gauss_share) * in.size_fwhm};
}

/// 1/d^2 in a reciprocal metric 11 22 33 12 13 23.
template <class Number>
HUTCH_KERNEL inline Number inverse_d_squared(Number const* metric, Number h, Number k, Number l) {
    return h * (h * metric[0] + 2 * (k * metric[3] + l * metric[4])) +
           k * (k * metric[1] + 2 * l * metric[5]) + l * l * metric[2];
}

/// |F|^2 at s^2, averaged over Friedel pairs; form factors are expanded around the unstrained cell's s^2.
HUTCH_KERNEL inline float squared_factor(LineInput const& in, std::size_t j, float s2) {
    float const change = s2 - in.s_squared_0[j];
    float a_real = 0, a_imaginary = 0, b_real = 0, b_imaginary = 0;
    for (std::size_t e = 0; e < in.species; ++e) {
        std::size_t const at = e * in.stride + j;
        float const g_real = in.g_real[at], g_imaginary = in.g_imaginary[at];
        float const f =
            in.is_neutron ? in.amplitude[e] : in.amplitude[e] + in.f0[at] + in.f0_slope[at] * change;
        a_real += f * g_real;
        a_imaginary += f * g_imaginary;
        b_real += in.imaginary[e] * g_real;
        b_imaginary += in.imaginary[e] * g_imaginary;
    }
    return a_real * a_real + a_imaginary * a_imaginary + b_real * b_real + b_imaginary * b_imaginary;
}

/// All of a line but |F|^2 and texture; q = 1/d^2. A line beyond the limit has the area 0.
HUTCH_KERNEL inline LineValues line_values(LineInput const& in, LineConstants const& constants, double q,
                                           std::size_t j) {
    constexpr double degrees = 57.29577951308232;
    float const mono = constants.monochromator_cos2, pol = constants.polarisation;
    double const sine = constants.half_wavelength * __builtin_sqrt(q);
    bool const exists = sine < in.sine_limit;
    double const safe = exists ? sine : 0.5;
    double const two_theta = 2 * degrees * arcsine_of(safe);
    float const sin_t = float(safe), sin2 = sin_t * sin_t, cos2 = 1.0f - sin2;
    float const cos_t = __builtin_sqrtf(cos2), tan_t = sin_t / cos_t;
    float const cos_tt = 1.0f - 2.0f * sin2, sin_tt = 2.0f * sin_t * cos_t;

    float gauss2 = in.w + tan_t * (in.v + tan_t * in.u) + constants.gauss_size2 / cos2;
    gauss2 = gauss2 > 1e-8f ? gauss2 : 1e-8f;
    float lorentz = in.z + (in.x + constants.lorentz_size) / cos_t + (in.y + in.strain_fwhm) * tan_t;
    lorentz = lorentz > 1e-5f ? lorentz : 1e-5f;
    // Thompson, Cox and Hastings, J. Appl. Cryst. 20 (1987) 79, equations for the pseudo-Voigt
    // approximation.
    float const g = __builtin_sqrtf(gauss2), r = lorentz / g;
    float const sum5 = 1.0f + r * (2.69269f + r * (2.42843f + r * (4.47163f + r * (0.07842f + r))));
    float const fwhm = g * exp2_of(0.2f * log2_of(sum5));
    float const ratio = lorentz / fwhm;
    float const eta = ratio * (1.36603f + ratio * (-0.47719f + ratio * 0.11116f));

    float const polarisation =
        in.is_neutron ? 1.0f : (pol + (1.0f - pol) * mono * cos_tt * cos_tt) * constants.polarisation_norm;
    float const s2 = float(0.25 * q);
    float intensity = in.multiplicity[j] * polarisation / (sin2 * cos_t);
    intensity *= exp_of(-(in.absorption_a + in.absorption_b * sin2) - 2.0f * in.extra_b * s2);
    if (in.plate > 0) intensity *= 1.0f - exp_of(-in.plate / sin_t);
    LineValues line;
    line.centre = (two_theta +
                   double(in.zero + in.shift_cos * cos_t + (in.shift_sin2 + in.shift_parallel) * sin_tt +
                          in.shift_perpendicular * cos_tt) -
                   in.first) /
                  in.step;
    line.fwhm = fwhm * constants.per_step;
    line.eta = eta < 1.0f ? eta : 1.0f;
    line.area = exists ? in.weight * intensity : 0.0f;
    line.cos_two_theta = cos_tt;
    line.sin_two_theta = sin_tt;
    return line;
}

/// The inverse of one equivalent's March-Dollase factor, (r^2 cos^2 + sin^2 / r)^(3/2); `direction` as in
/// TextureInput.
HUTCH_KERNEL inline float inverse_march_dollase(TextureInput const& in, float r2, float inverse_r,
                                                float const* direction, float h, float k, float l) {
    float const dot = h * direction[0] + k * direction[1] + l * direction[2];
    float cosine2 = dot * dot / (inverse_d_squared(in.metric, h, k, l) * in.axis_squared);
    cosine2 = cosine2 < 1.0f ? cosine2 : 1.0f;
    float const base = r2 * cosine2 + (1.0f - cosine2) * inverse_r;
    return base * __builtin_sqrtf(base);
}

}  // namespace hutch::powder::detail::HUTCH_ISA
