// From reflections to lines: position, width, shape and area of each, and the texture factor.
#include "hutch/methods/powder/detail/line_values.hpp"

namespace hutch::powder::detail::HUTCH_ISA {

void compute_lines(LineInput const& in, LineOutput const& out) {
    LineConstants const constants = line_constants(in);
#pragma omp simd
    for (std::size_t j = 0; j < in.n; ++j) {
        double const q = inverse_d_squared(in.metric, double(in.h[j]), double(in.k[j]), double(in.l[j]));
        LineValues const line = line_values(in, constants, q, j);
        out.centre[j] = line.centre;
        out.fwhm[j] = line.fwhm;
        out.eta[j] = line.eta;
        out.area[j] = line.area;
        out.cos_two_theta[j] = line.cos_two_theta;
        out.sin_two_theta[j] = line.sin_two_theta;
    }
    for (std::size_t j = 0; j < in.n; ++j) {
        double const q = inverse_d_squared(in.metric, double(in.h[j]), double(in.k[j]), double(in.l[j]));
        out.area[j] *= squared_factor(in, j, float(0.25 * q));
    }
    if (in.texture != nullptr)
        for (std::size_t j = 0; j < in.n; ++j) out.area[j] *= in.texture[j];
}

void compute_texture(TextureInput const& in, float* factors) {
    float const r2 = in.ratio * in.ratio, inverse_r = 1.0f / in.ratio, share = 1.0f / float(in.count);
    for (std::size_t j = 0; j < in.n; ++j) factors[j] = 0;
    for (std::size_t d = 0; d < in.count; ++d) {
        float const* const direction = in.directions + 3 * d;
#pragma omp simd
        for (std::size_t j = 0; j < in.n; ++j)
            factors[j] +=
                share / inverse_march_dollase(in, r2, inverse_r, direction, in.h[j], in.k[j], in.l[j]);
    }
}

}  // namespace hutch::powder::detail::HUTCH_ISA
