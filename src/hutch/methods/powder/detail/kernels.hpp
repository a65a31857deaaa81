/// Declare the powder room's kernels: plain loops over arrays, compiled for each instruction set level.
#pragma once

#include "hutch/compute/isa.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace hutch::powder::detail {

// ---- structure factors
// ------------------------------------------------------------------------------------------

/// Where the atoms of one species are added to; arrays of n values, n a multiple of 16.
struct AtomTarget {
    std::size_t n;
    float const *h, *k, *l, *s_squared;
    float *g_real, *g_imaginary;
};
struct Atom {
    double position[3];  ///< fractional, in [0, 1)
    float beta[6];       ///< exp(-h.beta.h); 11 22 33, twice 12 13 23; used if AtomOptions::is_anisotropic
    float weight;        ///< occupancy times the number of atoms it stands for
};
struct AtomOptions {
    float b_iso;  ///< [angstrom^2] exp(-b s^2), for all atoms of the call
    bool is_anisotropic;
    bool is_centric;  ///< imaginary parts cancel: only cosines are needed
};
HUTCH_DECLARE_FOR_EACH_ISA(void, add_atoms,
                           (AtomTarget const&, Atom const*, std::size_t count, AtomOptions const&,
                            float* sums))

// ---- intensities and line shapes
// ------------------------------------------------------------------------------

/// What one wavelength, instrument and sample do to every reflection. Angles in degrees unless said
/// otherwise.
struct LineInput {
    std::size_t n;       ///< reflections, a multiple of 16
    std::size_t stride;  ///< distance between species in f0, g_real, ...
    std::size_t species;
    float const *h, *k, *l, *multiplicity, *s_squared_0;
    float const *f0, *f0_slope, *g_real, *g_imaginary;
    float const* amplitude;  ///< per species: f' [electron] (X-ray) or length [sqrt(barn)] (neutron)
    float const* imaginary;  ///< per species: f''
    bool is_neutron;
    double metric[6];   ///< strained reciprocal metric: 11 22 33 12 13 23 [1/angstrom^2]
    double wavelength;  ///< [angstrom]
    double sine_limit;  ///< lines with a larger sin(theta) are left out
    float extra_b;      ///< [angstrom^2] overall displacement: intensity * exp(-2 extra_b s^2)
    float polarisation, monochromator_cos2;
    float u, v, w, x, y, z;  ///< Caglioti FWHM^2 [deg^2], Lorentz FWHM [deg]
    float size_fwhm;         ///< [deg] divided by cos(theta)
    float size_gauss_share;  ///< 0: the size broadening is Lorentzian, 1: Gaussian
    float strain_fwhm;       ///< [deg] times tan(theta)
    float zero, shift_cos,
        shift_sin2;  ///< shift [deg] = zero + shift_cos cos(theta) + shift_sin2 sin(2 theta)
    float shift_perpendicular, shift_parallel;  ///< and + perpendicular cos(2 theta) + parallel sin(2 theta)
    float absorption_a, absorption_b;           ///< intensity * exp(-a - b sin^2(theta))
    float plate;                                ///< intensity * (1 - exp(-plate / sin(theta))); <= 0: none
    float const* texture;                       ///< per reflection, or null
    double first, step;                         ///< of the grid [deg]
    float weight;                               ///< of this wavelength
};
/// Per reflection: centre [grid steps], FWHM [grid steps], Lorentz share, area [1/deg * step], cos and sin of
/// two theta.
struct LineOutput {
    double* centre;
    float *fwhm, *eta, *area, *cos_two_theta, *sin_two_theta;
};
HUTCH_DECLARE_FOR_EACH_ISA(void, compute_lines, (LineInput const&, LineOutput const&))

/// March-Dollase factor of each reflection: the mean over the Laue rotations of (r^2 cos^2 + sin^2 /
/// r)^(-3/2).
struct TextureInput {
    std::size_t n;
    float const *h, *k, *l;
    float metric[6];
    float const* directions;  ///< per rotation three numbers q with h.q = cosine * |h| * |axis|
    std::size_t count;
    float axis_squared;  ///< |axis|^2 [1/angstrom^2]
    float ratio;         ///< March coefficient r
};
HUTCH_DECLARE_FOR_EACH_ISA(void, compute_texture, (TextureInput const&, float* factors))

// ---- sum of lines on a hierarchy of grids
// ----------------------------------------------------------------------

inline constexpr int line_levels = 12;   ///< grid l has a step of 2^l
inline constexpr int coarse_step = 3;    ///< tails go to the grid that many levels up
inline constexpr int core_half = 48;     ///< half width of a core [steps of its grid]
inline constexpr int line_padding = 64;  ///< points before the first and after the last of each grid

/// Quadrature nodes of the axial divergence.
struct AxialRule {
    int count;
    float const* x;  ///< h = x * (S + H)/L
    float const* weight;
};
struct DepositInput {
    std::size_t count;
    LineOutput lines;
    float axial;           ///< (S + H) / L
    AxialRule rules[8];    ///< for growing ratio of asymmetry to width
    float rule_limits[8];  ///< ratio up to which each is used
    float degrees_per_step;
    std::size_t points;
    float* grids[line_levels];  ///< points `-line_padding ...`: pointers to point 0
    std::size_t grid_points[line_levels];
};
/// What a call did, for benchmarks.
struct DepositWork {
    std::size_t shapes;      ///< single peak shapes added
    std::size_t operations;  ///< single-precision operations in their sums; a division or an exponential's
                             ///< step counts 1
};
HUTCH_DECLARE_FOR_EACH_ISA(DepositWork, deposit_lines, (DepositInput const&))
/// fine[i] += coarse interpolated at i/2 (six-point), for all points and a few beyond both ends.
HUTCH_DECLARE_FOR_EACH_ISA(void, prolong, (float const* coarse, float* fine, std::size_t count))

// ---- background and counting
// ------------------------------------------------------------------------------------

struct BackgroundInput {
    std::size_t points;
    float const* chebyshev;
    std::size_t terms;
    float const* humps;  ///< per hump: centre [points], 4 ln 2 / fwhm^2 [1/points^2], height
    std::size_t hump_count;
};
/// y[i] += sum_k c_k T_k(-1 + 2 i / (points - 1)) + sum of Gaussian humps, all times scale.
HUTCH_DECLARE_FOR_EACH_ISA(void, add_background, (BackgroundInput const&, float scale, float* y))
/// y[i] = max(0, y[i] * scale); returns nothing.
HUTCH_DECLARE_FOR_EACH_ISA(void, scale_positive, (float* y, std::size_t points, float scale))
HUTCH_DECLARE_FOR_EACH_ISA(float, largest, (float const* y, std::size_t points))
/// Replace expectations by Poisson counts; `points` is rounded up to 64, the array must be that long.
HUTCH_DECLARE_FOR_EACH_ISA(void, count_poisson,
                           (float* y, std::size_t points, std::uint64_t seed, std::uint32_t stream,
                            std::uint64_t index))

}  // namespace hutch::powder::detail
