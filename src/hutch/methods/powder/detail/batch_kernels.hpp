/// Declare the device kernels that calculate many patterns at once; their bodies stand in batch.kernels.cpp.
///
/// A batch has records (patterns), jobs (one wavelength of a record), lines (one reflection of a job) and
/// rays (a line, or what axial divergence splits it into). Lines of a job stand together in whole chunks,
/// jobs of a record too.
#pragma once

#include "hutch/compute/kernel.hpp"
#include "hutch/methods/powder/detail/kernels.hpp"

#include <cstdint>

namespace hutch::powder::detail {

inline constexpr std::size_t line_chunk = 64;  ///< lines of one chunk belong to one job

struct BatchJob {
    LineInput in;
    TextureInput texture;  ///< count 0: none
    std::size_t first_line, count;
    std::uint32_t record;
};

struct BatchRecord {
    std::size_t first_line, last_line;
    float axial;
    float const *node_x, *node_weight;  ///< of all rules, one behind the other
    BackgroundInput background;
    float dose;
    std::uint64_t index;  ///< of the counting statistics
};

struct BatchLine {
    double centre;
    float fwhm, eta, area, cos_two_theta, sin_two_theta;
};

/// A pseudo-Voigt as the sum needs it, in grid steps.
struct BatchRay {
    double centre;
    float lorentz_height, half_width2, gauss_height, gauss_rate, gauss_reach;
};

struct AxialRules {
    float limits[8];
    int first[9];  ///< which nodes belong to each rule
    float degrees_per_step;
};

/// For each line: its values, and how many rays it needs (0: it does not show).
struct BatchLines {
    BatchJob const* jobs;
    std::uint32_t const* job_of_chunk;
    BatchRecord const* records;
    AxialRules rules;
    BatchLine* lines;
    std::int32_t* rays;
    HUTCH_KERNEL void operator()(std::size_t i) const;
};

/// For each line: its rays, from `ray_of_line[i]` on.
struct BatchRays {
    BatchJob const* jobs;
    std::uint32_t const* job_of_chunk;
    BatchRecord const* records;
    AxialRules rules;
    BatchLine const* lines;
    std::int32_t const* ray_of_line;
    BatchRay* rays;
    HUTCH_KERNEL void operator()(std::size_t i) const;
};

/// A block sums all rays of one record over a tile of points: Lorentz parts everywhere, Gauss parts where
/// they count.
struct SumRays {
    static constexpr int threads = 128, each = 4, staged = 128;
    static constexpr std::size_t tile = threads * each;
    struct Shared {
        float offset[staged], lorentz_height[staged], half_width2[staged], gauss_height[staged],
            gauss_rate[staged];
    };
    BatchRecord const* records;
    std::int32_t const* ray_of_line;
    BatchRay const* rays;
    std::size_t tiles, points, stride;  ///< per record; `stride` points lie between two records in y
    float* y;
    template <class Block>
    HUTCH_KERNEL void operator()(Block& block, Shared& shared) const;
};

/// A block finds the largest point of one record.
struct StrongestPoint {
    static constexpr int threads = 256;
    struct Shared {
        float most[threads];
    };
    float const* y;
    std::size_t points, stride;
    float* strongest;
    template <class Block>
    HUTCH_KERNEL void operator()(Block& block, Shared& shared) const;
};

/// For each point of the records: the background relative to the strongest point is added.
struct AddBackground {
    BatchRecord const* records;
    float const* strongest;
    std::size_t points, stride;
    float* y;
    HUTCH_KERNEL void operator()(std::size_t i) const;
};

/// For each point: scaled so that the strongest is the dose, not below 0, and 0 behind the last point.
struct ScalePoints {
    BatchRecord const* records;
    float const* strongest;
    std::size_t points, stride;
    float* y;
    HUTCH_KERNEL void operator()(std::size_t i) const;
};

/// For every four points that share a block of random numbers: Poisson counts, where the record has a dose.
struct DrawCounts {
    BatchRecord const* records;
    std::size_t stride;
    std::uint64_t seed;
    std::uint32_t stream;
    float* y;
    HUTCH_KERNEL void operator()(std::size_t i) const;
};

/// Atoms of one site: all of one species, with one kind of displacement.
struct AtomGroup {
    std::size_t first, count;
    std::size_t species;
    AtomOptions options;
};

/// For each species and reflection: the geometric structure factor.
struct SumAtoms {
    AtomGroup const* groups;
    std::size_t group_count;
    Atom const* atoms;
    float const *h, *k, *l, *s_squared;
    std::size_t n;  ///< reflections
    float *g_real, *g_imaginary;
    HUTCH_KERNEL void operator()(std::size_t i) const;
};

}  // namespace hutch::powder::detail
