// From reflections to lines: position, width, shape and area of each, and the texture factor.
#include "hutch/methods/powder/detail/kernels.hpp"
#include "hutch/methods/powder/detail/vector_math.hpp"

namespace hutch::powder::detail::HUTCH_ISA {

using namespace hutch::powder::HUTCH_ISA;

namespace {

constexpr double degrees = 57.29577951308232;

float squared_factor(LineInput const& in, std::size_t j, float s2) {
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

}  // namespace

void compute_lines(LineInput const& in, LineOutput const& out) {
    double const half_wavelength = 0.5 * in.wavelength;
    float const mono = in.monochromator_cos2, pol = in.polarisation;
    float const pol_norm = 1.0f / (pol + (1.0f - pol) * mono);
    float const per_step = float(1.0 / in.step);
    float const gauss_size2 = in.size_gauss_share * in.size_fwhm * in.size_gauss_share * in.size_fwhm;
    float const lorentz_size = (1.0f - in.size_gauss_share) * in.size_fwhm;
#pragma omp simd
    for (std::size_t j = 0; j < in.n; ++j) {
        double const h = in.h[j], k = in.k[j], l = in.l[j];
        double const q = h * (h * in.metric[0] + 2 * (k * in.metric[3] + l * in.metric[4])) +
                         k * (k * in.metric[1] + 2 * l * in.metric[5]) + l * l * in.metric[2];
        double const sine = half_wavelength * __builtin_sqrt(q);
        bool const exists = sine < in.sine_limit;
        double const safe = exists ? sine : 0.5;
        double const two_theta = 2 * degrees * arcsine_of(safe);
        float const sin_t = float(safe), sin2 = sin_t * sin_t, cos2 = 1.0f - sin2;
        float const cos_t = __builtin_sqrtf(cos2), tan_t = sin_t / cos_t;
        float const cos_tt = 1.0f - 2.0f * sin2, sin_tt = 2.0f * sin_t * cos_t;

        float gauss2 = in.w + tan_t * (in.v + tan_t * in.u) + gauss_size2 / cos2;
        gauss2 = gauss2 > 1e-8f ? gauss2 : 1e-8f;
        float lorentz = in.z + (in.x + lorentz_size) / cos_t + (in.y + in.strain_fwhm) * tan_t;
        lorentz = lorentz > 1e-5f ? lorentz : 1e-5f;
        // Thompson, Cox and Hastings, J. Appl. Cryst. 20 (1987) 79, equations for the pseudo-Voigt
        // approximation.
        float const g = __builtin_sqrtf(gauss2), r = lorentz / g;
        float const sum5 = 1.0f + r * (2.69269f + r * (2.42843f + r * (4.47163f + r * (0.07842f + r))));
        float const fwhm = g * exp2_of(0.2f * log2_of(sum5));
        float const ratio = lorentz / fwhm;
        float const eta = ratio * (1.36603f + ratio * (-0.47719f + ratio * 0.11116f));

        float const polarisation =
            in.is_neutron ? 1.0f : (pol + (1.0f - pol) * mono * cos_tt * cos_tt) * pol_norm;
        float const s2 = float(0.25 * q);
        float intensity = in.multiplicity[j] * polarisation / (sin2 * cos_t);
        intensity *= exp_of(-(in.absorption_a + in.absorption_b * sin2) - 2.0f * in.extra_b * s2);
        if (in.plate > 0) intensity *= 1.0f - exp_of(-in.plate / sin_t);
        out.centre[j] =
            (two_theta +
             double(in.zero + in.shift_cos * cos_t + (in.shift_sin2 + in.shift_parallel) * sin_tt +
                    in.shift_perpendicular * cos_tt) -
             in.first) /
            in.step;
        out.fwhm[j] = fwhm * per_step;
        out.eta[j] = eta < 1.0f ? eta : 1.0f;
        out.area[j] = exists ? in.weight * intensity : 0.0f;
        out.cos_two_theta[j] = cos_tt;
        out.sin_two_theta[j] = sin_tt;
    }
    for (std::size_t j = 0; j < in.n; ++j) {
        double const h = in.h[j], k = in.k[j], l = in.l[j];
        double const q = h * (h * in.metric[0] + 2 * (k * in.metric[3] + l * in.metric[4])) +
                         k * (k * in.metric[1] + 2 * l * in.metric[5]) + l * l * in.metric[2];
        out.area[j] *= squared_factor(in, j, float(0.25 * q));
    }
    if (in.texture != nullptr)
        for (std::size_t j = 0; j < in.n; ++j) out.area[j] *= in.texture[j];
}

void compute_texture(TextureInput const& in, float* factors) {
    float const r2 = in.ratio * in.ratio, inverse_r = 1.0f / in.ratio, share = 1.0f / float(in.count);
    for (std::size_t j = 0; j < in.n; ++j) factors[j] = 0;
    for (std::size_t d = 0; d < in.count; ++d) {
        float const qx = in.directions[3 * d], qy = in.directions[3 * d + 1], qz = in.directions[3 * d + 2];
#pragma omp simd
        for (std::size_t j = 0; j < in.n; ++j) {
            float const h = in.h[j], k = in.k[j], l = in.l[j];
            float const length2 = h * (h * in.metric[0] + 2 * (k * in.metric[3] + l * in.metric[4])) +
                                  k * (k * in.metric[1] + 2 * l * in.metric[5]) + l * l * in.metric[2];
            float const dot = h * qx + k * qy + l * qz;
            float cosine2 = dot * dot / (length2 * in.axis_squared);
            cosine2 = cosine2 < 1.0f ? cosine2 : 1.0f;
            float const base = r2 * cosine2 + (1.0f - cosine2) * inverse_r;
            factors[j] += share / (base * __builtin_sqrtf(base));
        }
    }
}

}  // namespace hutch::powder::detail::HUTCH_ISA
