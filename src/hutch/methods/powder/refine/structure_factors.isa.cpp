// Squared structure factors and their derivatives, 64 reflections at a time.
#include "hutch/methods/powder/refine/detail/elementary.hpp"
#include "hutch/methods/powder/refine/detail/kernels.hpp"

namespace hutch::powder::refine::detail::HUTCH_ISA {

using namespace hutch::powder::refine::HUTCH_ISA;

namespace {

constexpr std::size_t block = factor_block;
constexpr double two_pi = 6.283185307179586, two_pi_square = 19.739208802178716;

// Where a block's intermediate arrays stand.
struct Work {
    double* waves;  // per site and operation: cosines, sines, each times the displacement factor
    double *sums_real, *sums_imaginary;  // per site
    double *g_real, *g_imaginary;        // per species
    double *back_real, *back_imaginary;  // per species: what a change of G is multiplied with

    Work(FactorInput const& in, double* start) {
        waves = start;
        sums_real = waves + 2 * in.site_count * in.operation_count * block;
        sums_imaginary = sums_real + in.site_count * block;
        g_real = sums_imaginary + in.site_count * block;
        g_imaginary = g_real + in.species * block;
        back_real = g_imaginary + in.species * block;
        back_imaginary = back_real + in.species * block;
    }
    double* cosines(FactorInput const& in, std::size_t site, std::size_t operation) const {
        return waves + 2 * (site * in.operation_count + operation) * block;
    }
};

struct Turned {  // h R
    double h, k, l;
};
inline Turned turned(FactorOperation const& o, double h, double k, double l) {
    double const* r = o.rotation;
    return {h * r[0] + k * r[3] + l * r[6], h * r[1] + k * r[4] + l * r[7], h * r[2] + k * r[5] + l * r[8]};
}

void sum_site(FactorInput const& in, std::size_t from, std::size_t length, std::size_t s, Work const& w) {
    FactorSite const site = in.sites[s];
    double const *h = in.h + from, *k = in.k + from, *l = in.l + from, *q = in.q + from;
    double const *u = site.u, *a = in.reciprocal;
    double const b[6] = {u[0] * a[0] * a[0],     u[1] * a[1] * a[1],     u[2] * a[2] * a[2],
                         2 * u[3] * a[0] * a[1], 2 * u[4] * a[0] * a[2], 2 * u[5] * a[1] * a[2]};
    double *real = w.sums_real + s * block, *imaginary = w.sums_imaginary + s * block;
    for (std::size_t i = 0; i < block; ++i) real[i] = imaginary[i] = 0;
    for (std::size_t o = 0; o < in.operation_count; ++o) {
        FactorOperation const operation = in.operations[o];
        double* __restrict cosines = w.cosines(in, s, o);
        double* __restrict sines = cosines + block;
#pragma omp simd
        for (std::size_t i = 0; i < length; ++i) {
            Turned const t = turned(operation, h[i], k[i], l[i]);
            double turns = t.h * site.position[0] + t.k * site.position[1] + t.l * site.position[2] +
                           h[i] * operation.translation[0] + k[i] * operation.translation[1] +
                           l[i] * operation.translation[2];
            turns -= __builtin_rint(turns);
            double const exponent = site.is_anisotropic
                                        ? t.h * (t.h * b[0] + t.k * b[3] + t.l * b[4]) +
                                              t.k * (t.k * b[1] + t.l * b[5]) + t.l * t.l * b[2]
                                        : u[0] * q[i];
            double const factor = exp_of(-two_pi_square * exponent);
            cosines[i] = factor * cosine_of_turns(turns);
            sines[i] = factor * sine_of_turns(turns);
            real[i] += cosines[i];
            if (!in.is_centric) imaginary[i] += sines[i];
        }
    }
    double const weight = site.weight * site.occupancy;
    double *g_real = w.g_real + site.species * block, *g_imaginary = w.g_imaginary + site.species * block;
    for (std::size_t i = 0; i < length; ++i) {
        g_real[i] += weight * real[i];
        g_imaginary[i] += weight * imaginary[i];
    }
}

// |P|^2 + |Q|^2 with P = sum (f0 + f') G and Q = sum f'' G: the mean of a Friedel pair.
void combine_species(FactorInput const& in, std::size_t from, std::size_t length, Work const& w,
                     FactorOutput const& out) {
    double p_real[block] = {}, p_imaginary[block] = {}, q_real[block] = {}, q_imaginary[block] = {};
    for (std::size_t e = 0; e < in.species; ++e) {
        double const* f0 = in.f0 + e * in.n + from;
        double const *g_real = w.g_real + e * block, *g_imaginary = w.g_imaginary + e * block;
        for (std::size_t i = 0; i < length; ++i) {
            double const f = f0[i] + in.real[e];
            p_real[i] += f * g_real[i], p_imaginary[i] += f * g_imaginary[i];
            q_real[i] += in.imaginary[e] * g_real[i], q_imaginary[i] += in.imaginary[e] * g_imaginary[i];
        }
    }
    for (std::size_t i = 0; i < length; ++i) {
        out.value[from + i] = p_real[i] * p_real[i] + p_imaginary[i] * p_imaginary[i] +
                              q_real[i] * q_real[i] + q_imaginary[i] * q_imaginary[i];
        out.d_q[from + i] = 0;
    }
    for (std::size_t e = 0; e < in.species; ++e) {
        double const *f0 = in.f0 + e * in.n + from, *slope = in.f0_slope + e * in.n + from;
        double const *g_real = w.g_real + e * block, *g_imaginary = w.g_imaginary + e * block;
        double *back_real = w.back_real + e * block, *back_imaginary = w.back_imaginary + e * block;
        for (std::size_t i = 0; i < length; ++i) {
            double const f = f0[i] + in.real[e];
            out.d_q[from + i] += 2 * slope[i] * (p_real[i] * g_real[i] + p_imaginary[i] * g_imaginary[i]);
            back_real[i] = 2 * (f * p_real[i] + in.imaginary[e] * q_real[i]);
            back_imaginary[i] = 2 * (f * p_imaginary[i] + in.imaginary[e] * q_imaginary[i]);
        }
    }
}

void differentiate_waves(FactorInput const& in, std::size_t from, std::size_t length, std::size_t s,
                         Work const& w, double* d) {
    FactorSite const& site = in.sites[s];
    double const *h = in.h + from, *k = in.k + from, *l = in.l + from, *a = in.reciprocal;
    double const *back_real = w.back_real + site.species * block,
                 *back_imaginary = w.back_imaginary + site.species * block;
    double const weight = site.weight * site.occupancy;
    double sums[9][block] = {};
    for (std::size_t o = 0; o < in.operation_count; ++o) {
        double const *cosines = w.cosines(in, s, o), *sines = cosines + block;
        FactorOperation const operation = in.operations[o];
#pragma omp simd
        for (std::size_t i = 0; i < length; ++i) {
            Turned const t = turned(operation, h[i], k[i], l[i]);
            double const turn = back_imaginary[i] * cosines[i] - back_real[i] * sines[i];
            sums[0][i] += turn * t.h, sums[1][i] += turn * t.k, sums[2][i] += turn * t.l;
            double const shrink =
                back_real[i] * cosines[i] + (in.is_centric ? 0 : back_imaginary[i] * sines[i]);
            sums[3][i] += shrink * t.h * t.h, sums[4][i] += shrink * t.k * t.k;
            sums[5][i] += shrink * t.l * t.l, sums[6][i] += shrink * t.h * t.k;
            sums[7][i] += shrink * t.h * t.l, sums[8][i] += shrink * t.k * t.l;
        }
    }
    double const scale[9] = {two_pi * weight,
                             two_pi * weight,
                             two_pi * weight,
                             -two_pi_square * weight * a[0] * a[0],
                             -two_pi_square * weight * a[1] * a[1],
                             -two_pi_square * weight * a[2] * a[2],
                             -2 * two_pi_square * weight * a[0] * a[1],
                             -2 * two_pi_square * weight * a[0] * a[2],
                             -2 * two_pi_square * weight * a[1] * a[2]};
    for (std::size_t c = 0; c < 9; ++c)
        for (std::size_t i = 0; i < length; ++i) d[c * in.n + from + i] = scale[c] * sums[c][i];
}

// What an isotropic site changes with q, and an anisotropic one with a*, b*, c*; and all that by its own
// parameters.
void differentiate_site(FactorInput const& in, std::size_t from, std::size_t length, std::size_t s,
                        Work const& w, FactorOutput const& out) {
    FactorSite const& site = in.sites[s];
    double const *real = w.sums_real + s * block, *imaginary = w.sums_imaginary + s * block;
    double const *back_real = w.back_real + site.species * block,
                 *back_imaginary = w.back_imaginary + site.species * block;
    double part[block];
    for (std::size_t i = 0; i < length; ++i)
        part[i] = site.weight * (back_real[i] * real[i] + back_imaginary[i] * imaginary[i]);
    if (!site.is_anisotropic)
        for (std::size_t i = 0; i < length; ++i)
            out.d_q[from + i] -= two_pi_square * site.u[0] * site.occupancy * part[i];
    if (!out.d_site) return;
    double* d = out.d_site + s * site_derivatives * in.n;
    differentiate_waves(in, from, length, s, w, d);
    for (std::size_t i = 0; i < length; ++i) d[9 * in.n + from + i] = part[i];
    if (!site.is_anisotropic) {
        for (std::size_t i = 0; i < length; ++i)
            d[3 * in.n + from + i] = -two_pi_square * in.q[from + i] * site.occupancy * part[i];
        return;
    }
    double const* u = site.u;
    for (std::size_t i = from; i < from + length; ++i) {
        double const d12 = u[3] * d[6 * in.n + i], d13 = u[4] * d[7 * in.n + i], d23 = u[5] * d[8 * in.n + i];
        out.d_axis[0][i] += 2 * u[0] * d[3 * in.n + i] + d12 + d13;
        out.d_axis[1][i] += 2 * u[1] * d[4 * in.n + i] + d12 + d23;
        out.d_axis[2][i] += 2 * u[2] * d[5 * in.n + i] + d13 + d23;
    }
}

}  // namespace

void squared_factors(FactorInput const& in, FactorOutput const& out) {
    Work const w(in, out.work);
    for (std::size_t from = 0; from < in.n; from += block) {
        std::size_t const length = in.n - from < block ? in.n - from : block;
        for (std::size_t i = 0; i < in.species * block; ++i) w.g_real[i] = w.g_imaginary[i] = 0;
        for (std::size_t s = 0; s < in.site_count; ++s) sum_site(in, from, length, s, w);
        combine_species(in, from, length, w, out);
        for (double* axis : out.d_axis)
            for (std::size_t i = from; i < from + length; ++i) axis[i] = 0;
        for (std::size_t s = 0; s < in.site_count; ++s) differentiate_site(in, from, length, s, w, out);
    }
}

}  // namespace hutch::powder::refine::detail::HUTCH_ISA
