/// Declare the loop over the points of a time-of-flight line.
#pragma once

#include "hutch/compute/isa.hpp"
#include "hutch/methods/powder/refine/line_shape.hpp"

namespace hutch::powder::refine::detail {

/// One exponential's rate k, and cosine and sine of k * half, which its exponential integral takes near 0.
struct FlightSide {
    double rate, cosine, sine;
    double norm;  ///< d log(alpha beta / (alpha + beta)) / d rate
};

/// With F(z) = exp(z) E1(z) at p = alpha (t + i half), q = beta (-t + i half), and with h of the Gauss parts
/// and their e = exp(-t^2 / (2 variance)), value = lorentz Im(F(p) + F(q)) + gauss (h1 + h2).
struct FlightShape {
    double centre;
    FlightSide alpha, beta;
    double half, variance;
    double lorentz, gauss;
    double gauss_edge;  ///< sqrt(2 variance / pi)
    /// Derivatives: coefficients of Im(F(p) + F(q)), Re(alpha F(p) + beta F(q)), h1 + h2,
    /// alpha^2 h1 + beta^2 h2, e.
    double by_sigma_square[5], by_gamma[5];
};
enum class FlightParts { both, lorentz, gauss };

/// Write the channels of n points, of the parts that are something there; d_gamma may be null.
HUTCH_DECLARE_FOR_EACH_ISA(void, sum_parts,
                           (FlightShape const&, FlightParts, double const* x, std::size_t n,
                            FlightChannels const&))

/// F(z) = exp(z) E1(z) at z = a + i b for n ascending or descending a and one b >= 0 (0: the upper side of
/// the cut), within 3e-12 of itself; cosine and sine are those of b.
HUTCH_DECLARE_FOR_EACH_ISA(void, exponential_integral,
                           (double const* a, double b, double cosine, double sine, std::size_t n,
                            double* real, double* imaginary))

}  // namespace hutch::powder::refine::detail
