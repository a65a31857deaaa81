/// Give the shape of one line and the rays that axial divergence splits it into.
#pragma once

#include "hutch/methods/powder/detail/vector_math.hpp"

namespace hutch::powder::detail::HUTCH_ISA {

using namespace hutch::powder::HUTCH_ISA;

/// A pseudo-Voigt at a distance x: lorentz_height / (x^2 + half_width2) + gauss_height * 2^(gauss_rate x^2).
struct Peak {
    float lorentz_height, half_width2, gauss_height, gauss_rate;
};
HUTCH_KERNEL inline Peak peak_of(float fwhm, float eta, float area) {
    float const g = 0.5f * fwhm;
    return {area * eta * g * 0.318309886f, g * g,
            area * (1.0f - eta) * 0.939437279f / fwhm,  // 2 sqrt(ln 2 / pi)
            -4.0f / (fwhm * fwhm)};
}

/// asin(x); the series is good to 1e-7 below 0.2, where nearly all calls are.
HUTCH_KERNEL inline float signed_arcsine(float x) {
    float const u = x * x;
    if (u < 0.04f)
        return x * (1.0f + u * (0.166666667f + u * (0.075f + u * (0.0446428571f + u * 0.0303819444f))));
    double const size = x < 0 ? -double(x) : double(x), angle = arcsine_of(size < 1.0 ? size : 1.0);
    return float(x < 0 ? -angle : angle);
}

/// One ray of a line at two theta: its shift [rad], and what the weight W(h) of its node is divided by. There
/// is none where it would pass the direct beam.
///
/// With h, the height on the detector over the sample-detector distance, as variable of integration the
/// weight is W(h) / ((1 + h^2) sin(delta)), cos(delta) = cos(2 theta) sqrt(1 + h^2).
/// \par Source  Finger, Cox and Jephcoat, J. Appl. Cryst. 27 (1994) 892
struct AxialRay {
    bool exists;
    float shift, divisor;
};
HUTCH_KERNEL inline AxialRay axial_ray(float c, float s, float h) {
    float const h2 = h * h;
    float const excess = c * (h2 / (1.0f + __builtin_sqrtf(1.0f + h2)));  // c (sqrt(1 + h^2) - 1)
    float const sine2 = s * s - excess * (2 * c + excess);
    bool const exists = sine2 > 1e-9f;
    float const sine = __builtin_sqrtf(exists ? sine2 : 1e-9f);
    // delta - 2 theta = -asin(s cos(delta) - c sin(delta)), small and without cancellation.
    float const difference = (excess * (2 * c + excess)) / (s + sine) * c + s * excess;
    return {exists, -signed_arcsine(difference), (1.0f + h2) * sine};
}

/// Return which of eight rules a line needs: `reach` is half of axial^2, in the unit of the width.
HUTCH_KERNEL inline int axial_rule(float reach, float cosine, float sine, float fwhm, float const* limits) {
    float const tangent = sine / (__builtin_fabsf(cosine) + 1e-6f);
    float const ratio = reach / (tangent * fwhm);
    int rule = 0;
    while (rule < 7 && ratio > limits[rule]) ++rule;
    return rule;
}

}  // namespace hutch::powder::detail::HUTCH_ISA
