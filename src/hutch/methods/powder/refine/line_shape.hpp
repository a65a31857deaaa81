/// Give value and analytic derivatives of one diffraction line over a window of points.
#pragma once

#include <cstddef>

namespace hutch::powder::refine {

/// Pseudo-Voigt smeared by axial divergence, of area 1: constant wavelength.
///
/// \par Source  Thompson, Cox & Hastings, J. Appl. Cryst. 20 (1987) 79 (width and shape); Finger, Cox &
/// Jephcoat, J. Appl. Cryst. 27 (1994) 892 (axial divergence), as a sum over Gauss nodes in the height on the
/// detector, with weights that sum to 1
struct AngleLine {
    double centre;        ///< [degree] two theta with all shifts: where the symmetric line would stand
    double bragg;         ///< [degree] two theta that the axial formula uses: without zero and displacement
    double gauss_square;  ///< [degree^2] FWHM^2 of the Gauss part, > 0
    double lorentz;       ///< [degree] FWHM of the Lorentz part, >= 0
    double axial;         ///< (S + H) / L, >= 0; 0: symmetric
    double share;         ///< the smaller of S and H over their sum, in [0, 0.5]
};

/// Arrays of n values: the line [1/degree] and its derivatives.
///
/// What shifts a line without changing its Bragg angle (zero, displacement) takes d_centre; what changes the
/// Bragg angle (cell, wavelength) takes d_centre + d_bragg, since it moves both.
struct AngleChannels {
    double *value, *d_centre, *d_gauss_square, *d_lorentz;
    double *d_bragg, *d_axial;  ///< both null: not wanted
};

/// Write a line's channels for n ascending points x [degree].
///
/// The derivatives are those of the function computed. Within 1e-5 of its height that is the exact integral
/// over the heights (line_shape_test, "is the plain sum over rays"), unless the asymmetry is 25 times as wide
/// as the line or the lowest rays pass the direct beam, which is where two theta is as small as `axial`.
/// The Gauss part is left out where it is below 1e-18 of the height.
void angle_line(AngleLine const& line, double const* x, std::size_t n, AngleChannels const& channels);

/// How far a line reaches to both sides of its centre.
struct Reach {
    double below, above;
};
/// Return distances [degree] beyond which the value stays below `floor` (in (0, 1)) times its largest.
Reach reach(AngleLine const& line, double floor);

/// Two exponentials back to back, convolved with a pseudo-Voigt, of area 1: time of flight.
///
/// exp(alpha t) before t = 0 and exp(-beta t) after it; width and shape of the pseudo-Voigt as above. GSAS's
/// and GSAS-II's source (epsvoigt.for) has E1 at -alpha t instead of alpha t for the rise, which mirrors that
/// exponential in the Lorentz part: lines with gamma > 0 differ from theirs on the side of short times.
///
/// \par Source  Von Dreele, Jorgensen & Windsor, J. Appl. Cryst. 15 (1982) 581 (Gauss part); Larson & Von
/// Dreele, GSAS manual, LAUR 86-748, time-of-flight profile function 3 (Lorentz part by the exponential
/// integral)
struct FlightLine {
    double centre;        ///< [us]
    double alpha, beta;   ///< [1/us] rise and decay, > 0
    double sigma_square;  ///< [us^2] variance of the Gauss part, > 0
    double gamma;         ///< [us] FWHM of the Lorentz part, >= 0
};
/// Arrays of n values: the line [1/us] and its derivatives.
struct FlightChannels {
    double *value, *d_centre, *d_alpha, *d_beta, *d_sigma_square, *d_gamma;
};
/// Write a line's channels for n ascending points x [us]; d_gamma null: not wanted, and with gamma = 0 the
/// Lorentz part, two thirds of the work, is then left out.
///
/// Within 1e-11 of the height (flight_shape_test, "is the convolution that mpmath integrates").
void flight_line(FlightLine const& line, double const* x, std::size_t n, FlightChannels const& channels);
/// Return distances [us] beyond which the value stays below `floor` (in (0, 1)) times its largest.
Reach reach(FlightLine const& line, double floor);

}  // namespace hutch::powder::refine
