#include "hutch/methods/powder/factors.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hutch::powder {
namespace {
constexpr double degree = std::numbers::pi / 180;
}

CylinderAbsorption cylinder_absorption(double mu_r) {
    return {1.7133 * mu_r - 0.0927 * mu_r * mu_r, -0.0368 * mu_r - 0.3750 * mu_r * mu_r};
}

double polarisation_factor(Instrument const& instrument, double two_theta) {
    if (instrument.radiation == Radiation::neutron) return 1;
    double const p = instrument.polarisation, c = std::cos(two_theta);
    double const m = std::pow(std::cos(instrument.monochromator_two_theta * degree), 2);
    return (p + (1 - p) * m * c * c) / (p + (1 - p) * m);
}

double line_shift(Instrument const& instrument, Sample const& sample, double two_theta) {
    double const radius = instrument.goniometer_radius_mm;
    double shift = instrument.zero - sample.transparency * std::sin(two_theta);
    if (instrument.geometry == Geometry::bragg_brentano)
        return shift - 2 * sample.displacement_mm / radius * std::cos(two_theta / 2) / degree;
    return shift + (sample.displacement_perpendicular_mm * std::cos(two_theta) +
                    sample.displacement_parallel_mm * std::sin(two_theta)) /
                       radius / degree;
}

double PseudoVoigt::at(double distance) const {
    double const x = distance / fwhm;
    double const lorentz = 2 / std::numbers::pi / (1 + 4 * x * x);
    double const gauss =
        2 * std::sqrt(std::numbers::ln2 / std::numbers::pi) * std::exp(-4 * std::numbers::ln2 * x * x);
    return (eta * lorentz + (1 - eta) * gauss) / fwhm;
}

PseudoVoigt pseudo_voigt(double g, double l) {
    double const sum = std::pow(g, 5) + 2.69269 * std::pow(g, 4) * l + 2.42843 * std::pow(g, 3) * l * l +
                       4.47163 * g * g * std::pow(l, 3) + 0.07842 * g * std::pow(l, 4) + std::pow(l, 5);
    double const fwhm = std::pow(sum, 0.2), r = l / fwhm;
    return {fwhm, std::min(1.0, 1.36603 * r - 0.47719 * r * r + 0.11116 * r * r * r)};
}

PseudoVoigt line_shape(Instrument const& i, Sample const& sample, double wavelength, double theta) {
    double const t = std::tan(theta), c = std::cos(theta);
    double const size = wavelength / (sample.size_um * 1e4) / degree;
    double const gauss_size = sample.size_gauss_share * size / c;
    double const gauss2 = std::max(1e-8, i.u * t * t + i.v * t + i.w + gauss_size * gauss_size);
    double const lorentz =
        i.z + (i.x + (1 - sample.size_gauss_share) * size) / c + (i.y + sample.microstrain / degree) * t;
    return pseudo_voigt(std::sqrt(gauss2), std::max(1e-5, lorentz));
}

}  // namespace hutch::powder
