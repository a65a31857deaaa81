/// Describe everything about one pattern but the structure: instrument, sample, background, counting.
#pragma once

#include "hutch/data/instprm.hpp"
#include "hutch/methods/powder/scattering.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::powder {

struct Wavelength {
    double value = 1.5405929;  ///< [angstrom]
    double weight = 1;         ///< intensity relative to the others
};

/// Which shifts a displaced sample causes, and which absorption factor holds.
enum class Geometry { bragg_brentano, debye_scherrer };
char const* to_name(Geometry geometry);

struct Instrument {
    Radiation radiation = Radiation::xray;
    Geometry geometry = Geometry::bragg_brentano;
    std::vector<Wavelength> wavelengths{{}};
    double polarisation =
        0.5;  ///< share of the incident intensity polarised perpendicular to the plane of diffraction
    double monochromator_two_theta = 0;  ///< [degree] of the monochromator crystal; 0: none
    double u = 0, v = 0, w = 0.01;       ///< Caglioti: Gauss FWHM^2 = u tan^2 + v tan + w [degree^2]
    double x = 0, y = 0, z = 0;          ///< Lorentz FWHM = x / cos + y tan + z [degree]
    double axial_sample = 0;             ///< S/L: half height of the sample over the distance to the detector
    double axial_detector = 0;           ///< H/L: half height of the detector likewise
    double zero = 0;                     ///< [degree] added to two theta
    double goniometer_radius_mm = 200;
};

struct Sample {
    double size_um = 1;           ///< volume-weighted, Scherrer constant 1; FWHM = lambda / (size cos)
    double size_gauss_share = 0;  ///< 0: size broadening is Lorentzian, 1: Gaussian
    double microstrain = 0;       ///< FWHM of two theta [rad] = microstrain * tan(theta), Lorentzian
    double march_ratio = 1;       ///< March-Dollase r; 1: no texture
    std::array<double, 3> march_axis{0, 0, 1};  ///< normal of the plane (hkl) that is oriented
    double displacement_mm = 0;  ///< Bragg-Brentano: above the focusing circle; shift -2 s cos(theta) / R
    double displacement_perpendicular_mm = 0;  ///< Debye-Scherrer: shift s cos(2 theta) / R
    double displacement_parallel_mm = 0;       ///< Debye-Scherrer: shift s sin(2 theta) / R
    double transparency =
        0;  ///< [degree] shift -transparency * sin(2 theta); 1 / (2 mu R) for a thick sample
    double absorption_mu_r = 0;      ///< Debye-Scherrer cylinder: mu times radius, at most 1
    double plate_mu_t = 0;           ///< Bragg-Brentano plate: mu times thickness; 0: infinitely thick
    double extra_u = 0;              ///< [angstrom^2] added to every displacement parameter
    std::array<double, 6> strain{};  ///< 11 22 33 23 13 12, Cartesian (x along a, z normal to a and b)
};

struct Hump {
    double centre = 25;  ///< two theta [degree]
    double fwhm = 8;     ///< [degree]
    double height = 0;   ///< relative to the strongest Bragg point
};

/// Relative to the strongest point of the Bragg part, so that it means the same for every structure.
struct Background {
    std::vector<double> chebyshev;  ///< coefficients of T_0, T_1, ... on the range mapped to [-1, 1]
    std::vector<Hump> humps;        ///< amorphous scattering
};

struct Setting {
    Instrument instrument;
    Sample sample;
    Background background;
    double dose =
        0;  ///< expected counts at the strongest point; 0: no counting statistics, and y on its own scale
};

/// One number of a Setting that a recipe or a command line may set, with its unit, rule and help.
struct Parameter {
    std::string_view name, unit;
    double least, most;
    std::string_view help;
    double& (*in)(Setting&);
};
std::span<Parameter const> parameters();
/// Return the parameter of a name. \throws Error bad_input that names the nearest known one
Parameter const& find_parameter(std::string_view name);
/// Return whether a parameter is the instrument's, not the sample's.
bool is_of_instrument(Parameter const& parameter);
/// Set one number after checking its range. \throws Error bad_input
void set_parameter(Setting& setting, Parameter const& parameter, double value);

/// Return the first broken rule as `'name' is value; expected rule`, or nothing. Rules that tie several
/// numbers together are checked too: widths over the range, wavelengths, shifts of at most 2.5 degrees,
/// texture axis.
std::optional<std::string> first_problem(Setting const& setting, double two_theta_first,
                                         double two_theta_last);

/// Take an instrument from GSAS-II's parameters: U, V, W as variances [centidegree^2], X, Y, Z [centidegree],
/// SH/L with S/L = H/L = half of it, Polariz. seen at Azimuth, Lam or Lam1 + Lam2 with their ratio, Zero.
/// \throws Error unsupported for time of flight
Instrument to_instrument(data::InstrumentParameterFile const& file);

}  // namespace hutch::powder
