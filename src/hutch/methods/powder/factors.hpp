/// Corrections that turn |F|^2 into the area of a line, in double precision with their sources.
#pragma once

#include "hutch/methods/powder/setting.hpp"

namespace hutch::powder {

/// exp(-a - b sin^2(theta)): transmission of a cylinder within 0.5 % for mu R up to 0.75 and within 1.2 % up
/// to 1, where it is worst backwards (factors_test, "is the mean over the cross-section").
///
/// \par Source  Rouse, Cooper, York & Chakera, Acta Cryst. A26 (1970) 682
struct CylinderAbsorption {
    double a, b;
};
CylinderAbsorption cylinder_absorption(double mu_r);

/// Polarisation factor for two theta [rad]: (p + (1-p) m c^2) / (p + (1-p) m), m = cos^2 of the monochromator
/// angle.
double polarisation_factor(Instrument const& instrument, double two_theta);

/// Shift [degree] of a line at two theta [rad] by zero, displacement and transparency.
/// \par Source  Klug & Alexander, X-ray Diffraction Procedures (1974), ch. 5 (displacement, transparency)
double line_shift(Instrument const& instrument, Sample const& sample, double two_theta);

/// Width and shape of a pseudo-Voigt of Gauss and Lorentz parts given by their FWHM.
/// \par Source  Thompson, Cox & Hastings, J. Appl. Cryst. 20 (1987) 79
struct PseudoVoigt {
    double fwhm, eta;
    /// Return the value [1/degree] at a distance [degree] from the centre; its integral is 1.
    double at(double distance) const;
};
PseudoVoigt pseudo_voigt(double gauss_fwhm, double lorentz_fwhm);
/// Return width and shape [degree] at theta [rad] for a wavelength [angstrom].
PseudoVoigt line_shape(Instrument const& instrument, Sample const& sample, double wavelength, double theta);

}  // namespace hutch::powder
