/// Give width and shape of a pseudo-Voigt with their derivatives.
#pragma once

namespace hutch::powder::refine::detail {

/// FWHM and Lorentz share, and what they change with the square of the Gauss FWHM and with the Lorentz FWHM.
struct Width {
    double fwhm, eta;
    double fwhm_gauss_square, fwhm_lorentz, eta_gauss_square, eta_lorentz;
};
/// \param gauss_square > 0
/// \par Source  Thompson, Cox & Hastings, J. Appl. Cryst. 20 (1987) 79
Width width_of(double gauss_square, double lorentz);

/// Return the distance beyond which a pseudo-Voigt stays below `level` [1/unit of fwhm].
double distance_at(Width const& width, double level);

}  // namespace hutch::powder::refine::detail
