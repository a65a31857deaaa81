/// Declare the loops over the points of a line at constant wavelength.
#pragma once

#include "hutch/compute/isa.hpp"
#include "hutch/methods/powder/refine/line_shape.hpp"

namespace hutch::powder::refine::detail {

/// One ray of a line: where it lies, how much it takes, and how both change.
struct AngleRay {
    double centre, weight;  ///< [degree], sum of weights is 1
    double bragg_weight,
        bragg_centre;  ///< d weight, and weight * d centre, by the Bragg angle [1/degree], [1]
    double axial_weight, axial_centre;  ///< the same by (S + H) / L
};

/// A symmetric line by u = d^2, D = 1/(u + half_square), E = 2^(rate u): value = lorentz D + gauss E.
struct AngleShape {
    double half_square, rate;
    double gauss_distance;  ///< [degree] beyond it the Gauss part is nothing
    double lorentz, gauss;
    double slope_lorentz, slope_gauss;  ///< d value / d centre = d (slope_lorentz D^2 + slope_gauss E)
    double by_gauss_square[4];          ///< derivative: coefficients of D, D^2, E, u E
    double by_lorentz[4];
};

/// Write the channels of a line that is the sum of its rays. `has_gauss` false: all points lie beyond
/// gauss_distance from all rays.
HUTCH_DECLARE_FOR_EACH_ISA(void, sum_rays,
                           (AngleShape const&, AngleRay const*, std::size_t count, bool has_gauss,
                            double const* x, std::size_t n, AngleChannels const&))

}  // namespace hutch::powder::refine::detail
