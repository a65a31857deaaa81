/// Say how strongly an atom or ion scatters X-rays and neutrons.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace hutch::powder {

enum class Radiation { xray, neutron };
char const* to_name(Radiation radiation);

/// One kind of scatterer; equal kinds share a form factor.
struct Species {
    int atomic_number = 0;
    int charge = 0;  ///< 0 where the ion is not tabulated
    bool is_deuterium = false;
    auto operator<=>(Species const&) const = default;
};

/// Return the tabulated species nearest to an ion: the ion itself, or the neutral atom. The charge of an ion
/// counts only where Waasmaier and Kirfel list it.
Species nearest_tabulated(int atomic_number, int charge, bool is_deuterium);

/// Return f0 [electron] at s = sin(theta)/wavelength [1/angstrom], and d f0 / d(s^2).
///
/// Elements above Cf (98) have no table. \throws Error unsupported
/// \par Source  Waasmaier & Kirfel, Acta Cryst. A51 (1995) 416; H: Stewart, Davidson & Simpson, J. Chem.
/// Phys. 42
///              (1965) 3175; Y3+: International Tables C, 6.1.1.4
struct FormFactor {
    double value, slope;
};
FormFactor form_factor(Species const& species, double s_squared);

/// Dispersion correction f' + i f'' [electron].
struct Dispersion {
    double real = 0, imaginary = 0;
};

/// Return the bound coherent scattering length b' + i b'' [fm] at thermal energies. Natural isotopic mixture;
/// D has its own. b'' is given as its magnitude, for the strong absorbers B, Cd, In, Sm, Eu, Gd and Dy.
///
/// \throws Error unsupported for elements without a tabulated length
/// \par Source  V. F. Sears, Neutron News 3 (1992) 26-37; real parts as tabulated in gemmi
Dispersion neutron_length(Species const& species);

/// A source of f' and f''.
///
/// Cromer-Liberman is the default: it is computed at any wavelength from orbital cross sections that come
/// with the program, for all elements from Li to U, with Kissel and Pratt's relativistic correction
/// E_tot/mc^2. It is the method that GSAS-II uses, so that |F|^2 of both can be compared. Chantler's tables
/// (the newer work, sparser in energy) are read from an XrayDB file (xraydb.sqlite) that the user names.
class DispersionTable {
  public:
    virtual ~DispersionTable() = default;
    /// Return f', f'' of an element at a wavelength [angstrom]; 0 below Li and above U.
    virtual Dispersion at(int atomic_number, double wavelength) const = 0;
    virtual std::string name() const = 0;
};
std::shared_ptr<DispersionTable const> cromer_liberman();
std::shared_ptr<DispersionTable const> no_dispersion();
/// \throws Error not_found, bad_data when the file is no XrayDB database
std::shared_ptr<DispersionTable const> chantler(std::filesystem::path const& xraydb);
/// Return a table with some elements replaced (the same values at all wavelengths).
std::shared_ptr<DispersionTable const> with_overrides(std::shared_ptr<DispersionTable const> base,
                                                      std::map<int, Dispersion> overrides);

/// hc [keV angstrom]. \par Source  CODATA 2018 (exact in SI)
inline constexpr double hc_kev_angstrom = 12.398419843320026;

}  // namespace hutch::powder
