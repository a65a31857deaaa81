/// Bring patterns of different axes onto one grid of q, with their uncertainties.
#pragma once

#include "hutch/data/pattern.hpp"
#include "hutch/methods/powder/refine/result.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace hutch::curate::fuse {

/// Equal steps of q [1/angstrom]; each point stands for the interval of a step around it.
struct Grid {
    double first = 0.5, last = 8;
    std::size_t points = 4096;
    double step() const { return (last - first) / double(points - 1); }
    double at(std::size_t i) const { return first + double(i) * step(); }
};

/// Return q = 2 pi / d [1/angstrom] of each point of a refined pattern, ordered as its points; NaN where
/// there is none.
///
/// The shifts that were refined (zero, displacement, transparency; time of flight per d) are taken from the
/// positions of the reflections, interpolated between them and kept beyond the first and last. Of several
/// wavelengths the first counts. Without reflections the Bragg law of two theta holds as it is, and a time of
/// flight has no q.
/// \param reflections  of all phases in the pattern, in any order
std::vector<double> to_q(powder::refine::PatternResult const& pattern,
                         std::span<powder::refine::ReflectionResult const> reflections);
/// Return q of the points of a simulated pattern, by the Bragg law where its axis is two theta.
/// \param wavelength [angstrom], for two theta
std::vector<double> to_q(data::Pattern const& pattern, double wavelength);

/// How much of each point of a grid the points of a pattern cover.
class Resampling {
  public:
    /// A point stands for the interval up to half way to its neighbours, at the edge of a gap for as much as
    /// on its other side. \param counts  whether a point counts; empty: all do
    Resampling(std::span<double const> q, std::span<char const> counts, Grid const& grid);
    /// Return the mean of a value over each interval of the grid; 0 where mask() is.
    std::vector<float> mean(std::span<double const> values) const;
    /// Return the standard deviation of mean(), points being independent; 0 where mask() is.
    ///
    /// Where the grid is finer than the points, neighbours share a point and are not independent.
    std::vector<float> deviation(std::span<double const> sigma) const;
    /// Return 1 where counting points cover at least half of the interval, else 0.
    std::vector<std::int8_t> const& mask() const { return mask_; }

  private:
    struct Part {
        std::size_t point, place;
        double share;  ///< of the covered interval
    };
    std::vector<Part> parts_;  ///< by place
    std::vector<std::int8_t> mask_;
};

}  // namespace hutch::curate::fuse
