#include "hutch/methods/powder/setting.hpp"

#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/methods/powder/factors.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

#include <fmt/format.h>

namespace hutch::powder {
namespace {

constexpr double big = 1e9;

constexpr Parameter table[] = {
    {"polarisation", "1", 0, 1,
     "share of the incident beam polarised perpendicular to the plane of diffraction",
     [](Setting& s) -> double& { return s.instrument.polarisation; }},
    {"monochromator_two_theta", "degree", 0, 180,
     "diffraction angle of the monochromator crystal; 0 for none",
     [](Setting& s) -> double& { return s.instrument.monochromator_two_theta; }},
    {"u", "degree^2", -100, 100, "Caglioti u: Gauss FWHM^2 = u tan^2 + v tan + w",
     [](Setting& s) -> double& { return s.instrument.u; }},
    {"v", "degree^2", -100, 100, "Caglioti v", [](Setting& s) -> double& { return s.instrument.v; }},
    {"w", "degree^2", 0, 100, "Caglioti w", [](Setting& s) -> double& { return s.instrument.w; }},
    {"x", "degree", -10, 10, "Lorentz FWHM that goes with 1/cos",
     [](Setting& s) -> double& { return s.instrument.x; }},
    {"y", "degree", -10, 10, "Lorentz FWHM that goes with tan",
     [](Setting& s) -> double& { return s.instrument.y; }},
    {"z", "degree", -10, 10, "Lorentz FWHM, constant", [](Setting& s) -> double& { return s.instrument.z; }},
    {"axial_sample", "1", 0, 0.2, "S/L: half height of the sample over its distance to the detector",
     [](Setting& s) -> double& { return s.instrument.axial_sample; }},
    {"axial_detector", "1", 0, 0.2, "H/L: half height of the detector over the same distance",
     [](Setting& s) -> double& { return s.instrument.axial_detector; }},
    {"zero", "degree", -5, 5, "added to every two theta",
     [](Setting& s) -> double& { return s.instrument.zero; }},
    {"goniometer_radius", "mm", 1, 1e5, "distance between sample and detector",
     [](Setting& s) -> double& { return s.instrument.goniometer_radius_mm; }},
    {"size", "um", 1e-3, 1e6, "crystallite size; FWHM = wavelength / (size cos)",
     [](Setting& s) -> double& { return s.sample.size_um; }},
    {"size_gauss_share", "1", 0, 1, "0: size broadening is Lorentzian, 1: Gaussian",
     [](Setting& s) -> double& { return s.sample.size_gauss_share; }},
    {"microstrain", "1", 0, 0.2, "FWHM in radians = microstrain * tan",
     [](Setting& s) -> double& { return s.sample.microstrain; }},
    {"march_ratio", "1", 0.05, 20, "March-Dollase coefficient; 1 for no texture",
     [](Setting& s) -> double& { return s.sample.march_ratio; }},
    {"displacement", "mm", -10, 10, "sample above the focusing circle (Bragg-Brentano)",
     [](Setting& s) -> double& { return s.sample.displacement_mm; }},
    {"displacement_perpendicular", "mm", -100, 100, "sample off the axis across the beam (Debye-Scherrer)",
     [](Setting& s) -> double& { return s.sample.displacement_perpendicular_mm; }},
    {"displacement_parallel", "mm", -100, 100, "sample off the axis along the beam (Debye-Scherrer)",
     [](Setting& s) -> double& { return s.sample.displacement_parallel_mm; }},
    {"transparency", "degree", -1, 5, "shift of -transparency * sin(two theta)",
     [](Setting& s) -> double& { return s.sample.transparency; }},
    {"absorption_mu_r", "1", 0, 1, "cylinder: linear absorption times radius (Debye-Scherrer)",
     [](Setting& s) -> double& { return s.sample.absorption_mu_r; }},
    {"plate_mu_t", "1", 0, big,
     "plate: linear absorption times thickness (Bragg-Brentano); 0 for a thick one",
     [](Setting& s) -> double& { return s.sample.plate_mu_t; }},
    {"extra_u", "angstrom^2", -0.05, 1, "added to every displacement parameter",
     [](Setting& s) -> double& { return s.sample.extra_u; }},
    {"strain_11", "1", -0.1, 0.1, "lattice strain, made to obey the symmetry",
     [](Setting& s) -> double& { return s.sample.strain[0]; }},
    {"strain_22", "1", -0.1, 0.1, "lattice strain", [](Setting& s) -> double& { return s.sample.strain[1]; }},
    {"strain_33", "1", -0.1, 0.1, "lattice strain", [](Setting& s) -> double& { return s.sample.strain[2]; }},
    {"strain_23", "1", -0.1, 0.1, "lattice strain", [](Setting& s) -> double& { return s.sample.strain[3]; }},
    {"strain_13", "1", -0.1, 0.1, "lattice strain", [](Setting& s) -> double& { return s.sample.strain[4]; }},
    {"strain_12", "1", -0.1, 0.1, "lattice strain", [](Setting& s) -> double& { return s.sample.strain[5]; }},
    {"dose", "count", 0, 1e7, "expected counts at the strongest point; 0 for no counting statistics",
     [](Setting& s) -> double& { return s.dose; }},
};

std::string out_of_range(Parameter const& parameter, double value) {
    std::string const unit = parameter.unit == "1" ? "" : " " + std::string(parameter.unit);
    return fmt::format("'{}' is {}{}; expected {} to {}", parameter.name, value, unit, parameter.least,
                       parameter.most);
}

std::optional<std::string> wavelength_problem(Instrument const& instrument) {
    if (instrument.wavelengths.empty()) return "'wavelengths' is empty; expected at least one";
    for (Wavelength const& one : instrument.wavelengths) {
        if (!(one.value >= 0.01 && one.value <= 20))
            return fmt::format("'wavelength' is {} angstrom; expected 0.01 to 20", one.value);
        if (!(one.weight >= 0 && one.weight <= big))
            return fmt::format("'weight' of a wavelength is {}; expected >= 0", one.weight);
    }
    if (!(instrument.wavelengths[0].weight > 0)) return "'weight' of the first wavelength is 0; expected > 0";
    return {};
}

std::optional<std::string> width_problem(Instrument const& i, double first, double last) {
    for (int step = 0; step <= 16; ++step) {
        double const two_theta = std::clamp(first + (last - first) * step / 16, 0.01, 179.0);
        double const theta = two_theta / 2 * std::numbers::pi / 180, t = std::tan(theta);
        double const gauss = i.u * t * t + i.v * t + i.w;
        double const lorentz = i.x / std::cos(theta) + i.y * t + i.z;
        if (gauss < 0)
            return fmt::format(
                "'u, v, w' give a Gauss FWHM^2 of {:.4g} degree^2 at {:.4g} degrees; expected >= 0 over the "
                "range",
                gauss, two_theta);
        if (lorentz < 0)
            return fmt::format(
                "'x, y, z' give a Lorentz FWHM of {:.4g} degrees at {:.4g} degrees; expected >= 0 over the "
                "range",
                lorentz, two_theta);
    }
    return {};
}

}  // namespace

char const* to_name(Geometry geometry) {
    return geometry == Geometry::bragg_brentano ? "bragg_brentano" : "debye_scherrer";
}

std::span<Parameter const> parameters() { return table; }

Parameter const& find_parameter(std::string_view name) {
    auto const found = std::ranges::find(table, name, &Parameter::name);
    if (found != std::end(table)) return *found;
    std::vector<std::string> known;
    for (Parameter const& parameter : table) known.emplace_back(parameter.name);
    std::string const near = nearest_word(name, known);
    throw Error(Fault::bad_input, fmt::format("'{}' is no parameter; expected {}", name,
                                              near.empty() ? fmt::format("one of: {}", fmt::join(known, ", "))
                                                           : "'" + near + "'?"));
}

bool is_of_instrument(Parameter const& parameter) {
    Setting setting;
    auto const address = [](auto& object) { return reinterpret_cast<std::uintptr_t>(&object); };
    auto const place = address(parameter.in(setting)), first = address(setting.instrument);
    return place >= first && place < first + sizeof(setting.instrument);
}

void set_parameter(Setting& setting, Parameter const& parameter, double value) {
    if (!(value >= parameter.least && value <= parameter.most))
        throw Error(Fault::bad_input, out_of_range(parameter, value));
    parameter.in(setting) = value;
}

std::optional<std::string> first_problem(Setting const& setting, double first, double last) {
    if (!(first >= 0 && last > first && last <= 180))
        return fmt::format("'range' is {} to {} degrees; expected 0 <= first < last <= 180", first, last);
    Setting copy = setting;
    for (Parameter const& parameter : table) {
        double const value = parameter.in(copy);
        if (!(value >= parameter.least && value <= parameter.most)) return out_of_range(parameter, value);
    }
    if (auto problem = wavelength_problem(setting.instrument)) return problem;
    if (auto problem = width_problem(setting.instrument, first, last)) return problem;
    for (double two_theta : {first, (first + last) / 2, last})
        if (double const shift =
                line_shift(setting.instrument, setting.sample, two_theta * std::numbers::pi / 180);
            !(std::abs(shift) <= 2.5))
            return fmt::format(
                "'zero', 'displacement' and 'transparency' shift lines by {:.4g} degrees at {:.4g}; expected "
                "at most 2.5",
                shift, two_theta);
    auto const& axis = setting.sample.march_axis;
    if (setting.sample.march_ratio != 1 && axis[0] == 0 && axis[1] == 0 && axis[2] == 0)
        return "'march_axis' is [0, 0, 0]; expected a plane (hkl)";
    for (double coefficient : setting.background.chebyshev)
        if (!(std::abs(coefficient) <= 1e6))
            return fmt::format("'chebyshev' holds {}; expected numbers up to 1e6", coefficient);
    for (Hump const& hump : setting.background.humps)
        if (!(hump.fwhm > 0.01 && hump.fwhm <= 1000 && std::abs(hump.height) <= 1e6 &&
              std::abs(hump.centre) <= 1000))
            return fmt::format(
                "'hump' has centre {}, fwhm {}, height {}; expected degrees, a width > 0.01 and a height up "
                "to 1e6",
                hump.centre, hump.fwhm, hump.height);
    return {};
}

Instrument to_instrument(data::InstrumentParameterFile const& file) {
    std::string const type = file.text("Type", "");
    if (type != "PXC" && type != "PNC")
        throw Error(
            Fault::unsupported,
            fmt::format("{}: 'Type' is '{}'; expected PXC (X-ray) or PNC (neutron), constant wavelength",
                        file.name, type));
    Instrument instrument;
    instrument.radiation = type == "PXC" ? Radiation::xray : Radiation::neutron;
    instrument.geometry = file.has("Lam1") ? Geometry::bragg_brentano : Geometry::debye_scherrer;
    if (file.has("Lam1"))
        instrument.wavelengths = {{file.number("Lam1"), 1},
                                  {file.number("Lam2"), file.number("I(L2)/I(L1)")}};
    else
        instrument.wavelengths = {{file.number("Lam"), 1}};
    double const azimuth = file.number("Azimuth", 0) * std::numbers::pi / 180,
                 p = file.number("Polariz.", 0.5);
    instrument.polarisation =
        instrument.radiation == Radiation::neutron
            ? 0.5
            : p * std::cos(azimuth) * std::cos(azimuth) + (1 - p) * std::sin(azimuth) * std::sin(azimuth);
    double const variance_to_fwhm2 = 8 * std::numbers::ln2 * 1e-4;  // centidegree^2 -> degree^2
    instrument.u = variance_to_fwhm2 * file.number("U", 0);
    instrument.v = variance_to_fwhm2 * file.number("V", 0);
    instrument.w = variance_to_fwhm2 * file.number("W", 0);
    instrument.x = 0.01 * file.number("X", 0);
    instrument.y = 0.01 * file.number("Y", 0);
    instrument.z = 0.01 * file.number("Z", 0);
    instrument.axial_sample = instrument.axial_detector = 0.5 * file.number("SH/L", 0);
    instrument.zero = file.number("Zero", 0);
    return instrument;
}

}  // namespace hutch::powder
