/// Declare the refinement's kernels: plain loops over arrays, compiled for each instruction set level.
#pragma once

#include "hutch/compute/isa.hpp"

#include <cstddef>

namespace hutch::powder::refine::detail {

// ---- squared structure factors with derivatives

struct FactorOperation {
    double rotation[9];
    double translation[3];
};

struct FactorSite {
    double position[3];
    double occupancy;
    double weight;  ///< how many atoms one operation stands for, times 2 where the structure is centric
    double u[6];    ///< U11 U22 U33 U12 U13 U23, or U_iso in front [angstrom^2]
    bool is_anisotropic;
    std::size_t species;
};

inline constexpr std::size_t site_derivatives = 10;  ///< x y z, U11 ... U23 (U_iso in its place), occupancy
inline constexpr std::size_t factor_block = 64;      ///< reflections at a time

struct FactorInput {
    std::size_t n;  ///< reflections
    double const *h, *k, *l;
    double const* q;       ///< 1/d^2 [1/angstrom^2]
    double reciprocal[3];  ///< a* b* c* [1/angstrom]
    std::size_t species;
    double const *f0, *f0_slope;     ///< per species n values: f0 and d f0 / d(q)
    double const *real, *imaginary;  ///< per species: what is added to f0
    FactorOperation const* operations;
    std::size_t operation_count;
    bool is_centric;
    FactorSite const* sites;
    std::size_t site_count;
};

/// Arrays of n values; `d_site` holds site_derivatives of them for each site, or is null. d_q is the
/// derivative with all else fixed, d_axis those by the logarithms of a*, b*, c*.
struct FactorOutput {
    double *value, *d_q;
    double* d_axis[3];
    double* d_site;
    double* work;  ///< factor_work() values
};
std::size_t factor_work(FactorInput const& in);
HUTCH_DECLARE_FOR_EACH_ISA(void, squared_factors, (FactorInput const&, FactorOutput const&))

// ---- normal equations

/// rows[k][i] += coefficient * channel[i] for i in [0, n), over several channels.
struct Combination {
    double* row;
    double coefficient[6];
};
HUTCH_DECLARE_FOR_EACH_ISA(void, add_combinations,
                           (Combination const*, std::size_t count, double const* const* channels,
                            std::size_t channel_count, std::size_t n))

/// Points at which a row of the Jacobian is not 0.
struct Support {
    std::size_t begin, end;
};
/// Add J W J^T of `rows` rows with n points (row stride `stride`) to the lower triangle of a rows x rows
/// matrix, and J W r to a vector.
struct NormalInput {
    double const* jacobian;
    std::size_t rows, stride, n;
    Support const* support;  ///< one a row
    double const *weight, *residual;
};
HUTCH_DECLARE_FOR_EACH_ISA(void, add_normal, (NormalInput const&, double* matrix, double* vector))

}  // namespace hutch::powder::refine::detail
