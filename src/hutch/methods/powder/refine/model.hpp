/// Describe what a refinement fits: phases, measured patterns, and how each phase shows in each pattern.
#pragma once

#include "hutch/data/pattern.hpp"
#include "hutch/data/structure.hpp"
#include "hutch/methods/powder/refine/parameters.hpp"
#include "hutch/methods/powder/refine/symmetry_forms.hpp"
#include "hutch/methods/powder/setting.hpp"

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hutch::powder::refine {

/// Numbers that symmetry ties, with the parameters they follow from.
struct Tied {
    Form form;
    Block block;  ///< one parameter for each name of the form

    /// Set form.size numbers from all parameters' values.
    void evaluate(std::span<double const> values, std::span<double> result) const;
};

/// Places of the parameters of one site.
struct SiteModel {
    Tied position;
    bool is_anisotropic = false;
    std::size_t u_iso = 0;  ///< [angstrom^2] where it is isotropic
    Tied displacement;      ///< U11 U22 U33 U12 U13 U23 [angstrom^2] where it is not
    std::size_t occupancy = 0;
};

/// Where the intensities of a phase's lines come from.
enum class Intensities {
    structure,  ///< Rietveld: squared structure factors
    le_bail,    ///< taken from the pattern itself, cycle by cycle
    pawley      ///< parameters, one for each line
};
char const* to_name(Intensities intensities);

/// A phase: where it starts, and its parameters.
struct PhaseModel {
    std::string name;
    data::Structure structure;  ///< as it was at the start; positions on their special positions
    Intensities intensities = Intensities::structure;
    Tied cell;  ///< a b c alpha beta gamma [angstrom, degree]
    std::vector<SiteModel> sites;
};

/// A smooth background, a sum of terms with one parameter each.
enum class BackgroundKind {
    chebyshev,    ///< T_k on the range mapped to [-1, 1]
    cosine,       ///< cos(k pi t) on the range mapped to [0, 1]
    interpolated  ///< straight between values at points that stand equally apart
};
char const* to_name(BackgroundKind kind);

/// A broad peak that belongs to no phase: position, area, Gauss FWHM^2 and Lorentz FWHM in units of x.
struct HumpModel {
    std::size_t position = 0, area = 0, gauss = 0, lorentz = 0;
};

/// Instrument parameters at constant wavelength, places in the table. Units as Instrument has them.
struct AngleInstrument {
    std::size_t wavelength = 0;  ///< [angstrom] the first; others keep their ratio to it
    std::size_t ratio = 0;       ///< intensity of the second to the first
    std::size_t polarisation = 0;
    std::size_t u = 0, v = 0, w = 0, x = 0, y = 0, z = 0;
    std::size_t axial = 0;  ///< (S + H) / L
    std::size_t zero = 0, displacement = 0, transparency = 0;
    std::size_t perpendicular = 0, parallel = 0;  ///< Debye-Scherrer: displacement [mm]
    std::size_t absorption = 0;                   ///< mu R of a cylinder
    std::size_t roughness_a = 0, roughness_b = 0;
    double axial_share = 0.5;  ///< the smaller of S and H over their sum
};

/// Instrument parameters at time of flight, in microseconds and angstrom, named as GSAS-II names them.
struct FlightInstrument {
    std::size_t dif_c = 0, dif_a = 0, dif_b = 0, zero = 0;
    std::size_t alpha = 0, beta_0 = 0, beta_1 = 0, beta_q = 0;
    std::size_t sigma_0 = 0, sigma_1 = 0, sigma_2 = 0, sigma_q = 0;
    std::size_t x = 0, y = 0, z = 0;
    std::size_t absorption = 0;  ///< [1/angstrom] transmission exp(-absorption * wavelength)
    double two_theta = 90;       ///< [degree] of the bank
};

/// A measured pattern: its points, and the parameters of its instrument and background.
struct PatternModel {
    std::string name;
    data::Pattern measured;
    std::vector<double> weight;      ///< 1/sigma^2 per point; 0 for points that do not count
    std::size_t begin = 0, end = 0;  ///< points within the range
    bool is_flight = false;
    Instrument instrument;  ///< radiation, list, wavelengths, monochromator; numbers are parameters
    AngleInstrument angle;
    FlightInstrument flight;
    BackgroundKind background_kind = BackgroundKind::chebyshev;
    Block background;
    std::vector<HumpModel> humps;
    std::vector<double> fixed_background;  ///< [count] per point; empty: none
    double tail_level = 0;                 ///< [count] lines are continued until they fall below this

    std::span<double const> x() const { return {measured.x.data() + begin, end - begin}; }
    std::span<double const> y() const { return {measured.y.data() + begin, end - begin}; }
    std::span<double const> weights() const { return {weight.data() + begin, end - begin}; }
};

enum class SizeKind { isotropic, uniaxial };
enum class StrainKind { isotropic, uniaxial, general };

/// How one phase shows in one pattern.
struct ShareModel {
    std::size_t phase = 0, pattern = 0;
    std::size_t scale = 0;
    SizeKind size_kind = SizeKind::isotropic;
    std::size_t size = 0, size_axial = 0;  ///< [micrometre]; axial: along the axis
    std::size_t size_lorentz = 0;          ///< share of the broadening that is Lorentzian, 0 to 1
    StrainKind strain_kind = StrainKind::isotropic;
    std::size_t strain = 0, strain_axial = 0;  ///< [1e-6]
    Block strain_terms;                        ///< Stephens' coefficients [1e-12 angstrom^-4]
    Form strain_form;
    std::size_t strain_lorentz = 0;
    std::array<double, 3> broadening_axis{0, 0, 1};  ///< normal of (hkl), for the uniaxial kinds
    std::size_t march = 0;
    std::array<double, 3> march_axis{0, 0, 1};
    Block texture;  ///< coefficients of symmetrised harmonics
    int texture_degree = 0;
    std::size_t extinction = 0;
    Tied lattice;       ///< added to the reciprocal metric 11 22 33 12 13 23 [1e-6 angstrom^-2]
    Block intensities;  ///< Pawley: one for each line group
};

/// All phases, patterns and shares over one table of parameters.
struct Model {
    std::string title;
    Parameters parameters;
    std::vector<PhaseModel> phases;
    std::vector<PatternModel> patterns;
    std::vector<ShareModel> shares;
    std::shared_ptr<DispersionTable const> dispersion;
};

}  // namespace hutch::powder::refine
