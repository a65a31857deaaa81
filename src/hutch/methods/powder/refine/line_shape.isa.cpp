// One line over a window of points: rays outside, points inside, sums of a block of points in the first
// cache.
#include "hutch/methods/powder/refine/detail/angle_kernels.hpp"
#include "hutch/methods/powder/refine/detail/elementary.hpp"

namespace hutch::powder::refine::detail::HUTCH_ISA {

using namespace hutch::powder::refine::HUTCH_ISA;

namespace {

constexpr std::size_t block_points = 64;

/// What each point needs of a ray at the distance d.
struct Terms {
    double lorentz, lorentz2, gauss, gauss_u, value, slope;
};
template <bool has_gauss>
inline Terms terms_at(AngleShape const& shape, double d) {
    double const u = d * d, lorentz = 1.0 / (u + shape.half_square), lorentz2 = lorentz * lorentz;
    double const gauss = has_gauss ? exp2_of(shape.rate * u) : 0.0;
    return {lorentz,
            lorentz2,
            gauss,
            u * gauss,
            shape.lorentz * lorentz + shape.gauss * gauss,
            d * (shape.slope_lorentz * lorentz2 + shape.slope_gauss * gauss)};
}
template <bool has_gauss>
inline double combine(double const (&c)[4], double lorentz, double lorentz2, double gauss, double gauss_u) {
    double const tail = c[0] * lorentz + c[1] * lorentz2;
    return has_gauss ? tail + c[2] * gauss + c[3] * gauss_u : tail;
}

template <bool has_gauss, bool has_axial>
void one_ray(AngleShape const& shape, AngleRay const& ray, double const* __restrict x, std::size_t n,
             AngleChannels const& out) {
    double* __restrict value = out.value, * __restrict d_centre = out.d_centre, * __restrict d_gauss_square = out.d_gauss_square, * __restrict d_lorentz = out.d_lorentz, * __restrict d_bragg = out.d_bragg, * __restrict d_axial = out.d_axial;
#pragma omp simd
    for (std::size_t i = 0; i < n; ++i) {
        Terms const t = terms_at<has_gauss>(shape, x[i] - ray.centre);
        value[i] = t.value;
        d_centre[i] = t.slope;
        d_gauss_square[i] =
            combine<has_gauss>(shape.by_gauss_square, t.lorentz, t.lorentz2, t.gauss, t.gauss_u);
        d_lorentz[i] = combine<has_gauss>(shape.by_lorentz, t.lorentz, t.lorentz2, t.gauss, t.gauss_u);
        if constexpr (has_axial) {
            d_bragg[i] = ray.bragg_centre * t.slope;
            d_axial[i] = ray.axial_centre * t.slope;
        }
    }
}

struct Sums {
    double lorentz[block_points], lorentz2[block_points], gauss[block_points], gauss_u[block_points];
    double slope[block_points], bragg[block_points], axial[block_points];
};

template <bool has_gauss, bool has_axial>
void add_ray(AngleShape const& shape, AngleRay const& ray, double const* __restrict x, std::size_t n,
             Sums& __restrict sums) {
    double const weight = ray.weight;
#pragma omp simd
    for (std::size_t i = 0; i < n; ++i) {
        Terms const t = terms_at<has_gauss>(shape, x[i] - ray.centre);
        sums.lorentz[i] += weight * t.lorentz;
        sums.lorentz2[i] += weight * t.lorentz2;
        if constexpr (has_gauss) {
            sums.gauss[i] += weight * t.gauss;
            sums.gauss_u[i] += weight * t.gauss_u;
        }
        sums.slope[i] += weight * t.slope;
        if constexpr (has_axial) {
            sums.bragg[i] += ray.bragg_weight * t.value + ray.bragg_centre * t.slope;
            sums.axial[i] += ray.axial_weight * t.value + ray.axial_centre * t.slope;
        }
    }
}

template <bool has_gauss, bool has_axial>
void write_sums(AngleShape const& shape, Sums const& s, std::size_t from, std::size_t n,
                AngleChannels const& out) {
#pragma omp simd
    for (std::size_t i = 0; i < n; ++i) {
        out.value[from + i] = shape.lorentz * s.lorentz[i] + (has_gauss ? shape.gauss * s.gauss[i] : 0.0);
        out.d_centre[from + i] = s.slope[i];
        out.d_gauss_square[from + i] =
            combine<has_gauss>(shape.by_gauss_square, s.lorentz[i], s.lorentz2[i], s.gauss[i], s.gauss_u[i]);
        out.d_lorentz[from + i] =
            combine<has_gauss>(shape.by_lorentz, s.lorentz[i], s.lorentz2[i], s.gauss[i], s.gauss_u[i]);
        if constexpr (has_axial) {
            out.d_bragg[from + i] = s.bragg[i];
            out.d_axial[from + i] = s.axial[i];
        }
    }
}

template <bool has_gauss, bool has_axial>
void sum_blocks(AngleShape const& shape, AngleRay const* rays, std::size_t count, double const* x,
                std::size_t n, AngleChannels const& out) {
    if (count == 1) return one_ray<has_gauss, has_axial>(shape, rays[0], x, n, out);
    for (std::size_t from = 0; from < n; from += block_points) {
        std::size_t const points = n - from < block_points ? n - from : block_points;
        Sums sums{};
        for (std::size_t r = 0; r < count; ++r) {
            bool const is_near = has_gauss && rays[r].centre > x[from] - shape.gauss_distance &&
                                 rays[r].centre < x[from + points - 1] + shape.gauss_distance;
            is_near ? add_ray<has_gauss, has_axial>(shape, rays[r], x + from, points, sums)
                    : add_ray<false, has_axial>(shape, rays[r], x + from, points, sums);
        }
        write_sums<has_gauss, has_axial>(shape, sums, from, points, out);
    }
}

}  // namespace

void sum_rays(AngleShape const& shape, AngleRay const* rays, std::size_t count, bool has_gauss,
              double const* x, std::size_t n, AngleChannels const& out) {
    bool const has_axial = out.d_axial != nullptr;
    if (has_gauss)
        has_axial ? sum_blocks<true, true>(shape, rays, count, x, n, out)
                  : sum_blocks<true, false>(shape, rays, count, x, n, out);
    else
        has_axial ? sum_blocks<false, true>(shape, rays, count, x, n, out)
                  : sum_blocks<false, false>(shape, rays, count, x, n, out);
}

}  // namespace hutch::powder::refine::detail::HUTCH_ISA
