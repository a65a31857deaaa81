/// Prepare a measured pattern for comparison: equal steps, peaks apart from background, width of the peaks.
#pragma once

#include "hutch/data/pattern.hpp"

#include <vector>

namespace hutch::powder {

/// A measured pattern on equal steps of two theta, with about four steps per peak width.
struct NetPattern {
    double first = 0, step = 0;           ///< two theta [degree]
    std::vector<double> net, background;  ///< [count], as the measured ones; net may be negative
    std::vector<double> peaks;  ///< net where the mean over a peak width stands out of the noise, else 0
    double noise = 0;           ///< standard deviation of net where no peak is, in the median
    double fwhm = 0, fwhm_growth = 0;  ///< [degree]: FWHM of a peak = fwhm + fwhm_growth * tan(theta)

    double at(std::size_t i) const { return first + step * double(i); }
    double last() const { return at(net.size() - 1); }
    double fwhm_at(double two_theta) const;
};

/// Return the two theta angles [degree] of all points; order as in the pattern. NaN where Q or d reach no
/// angle.
std::vector<double> two_theta_of(data::Pattern const& pattern, double wavelength);

/// Resample a measured pattern and take the background away.
///
/// \param wavelength  [angstrom] for patterns over Q or d
/// \throws Error bad_data with fewer than 32 usable points
NetPattern to_net_pattern(data::Pattern const& pattern, double wavelength);

}  // namespace hutch::powder
