/// Calculate the lines of one phase in one pattern, and how each depends on the parameters.
#pragma once

#include "hutch/methods/powder/refine/model.hpp"
#include "hutch/methods/powder/reflections.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace hutch::powder::refine {

/// What of a share stays as it is while its parameters move: reflections, and directions in the cell of the
/// start.
struct ReflectionList {
    std::size_t size = 0;  ///< reflections
    std::vector<double> h, k, l, multiplicity;
    std::vector<double> cosine_squared;  ///< to the broadening axis, (reflection,)
    std::size_t equivalents = 0;         ///< of the Laue group, one of each pair
    std::vector<double> march_squared;   ///< cosine^2 to the texture axis, (reflection, equivalent)
    std::vector<double> harmonics;       ///< (reflection, term)
    std::vector<double> strain_terms;    ///< of the free terms of Stephens' form, (reflection, term)
    std::vector<Species> species;
    double mass = 0;  ///< of the cell's contents [g/mol]
};
/// Take what lines need of each reflection from a table of reflections.
ReflectionList make_list(Model const& model, ShareModel const& share, Reflections const& reflections);
/// Return the d [angstrom] down to which a pattern shows lines, with a margin for cells that change by 2 %.
double needed_d_min(PatternModel const& pattern, Parameters const& parameters);

/// Quantities of a line that its shape depends on. At constant wavelength [degree]: area, centre, Bragg
/// angle, Gauss FWHM^2, Lorentz FWHM, axial divergence; at time of flight [us]: area, centre, alpha, beta,
/// Gauss variance, Lorentz FWHM.
enum Quantity : std::size_t { area, centre, third, fourth, fifth, sixth, quantities };

/// How a line's quantities change with one parameter; an empty array stands for zeros.
struct LineDerivative {
    std::size_t parameter = 0;
    std::array<std::vector<double>, quantities> d;
};

/// Lines, reflection by reflection for each wavelength: line = wavelength * reflections + reflection.
struct Lines {
    std::size_t reflections = 0, wavelengths = 1;
    std::array<std::vector<double>, quantities> value;
    std::vector<double> q;                ///< 1/d^2 [1/angstrom^2] per reflection
    std::vector<double> squared;          ///< |F|^2 or what stands for it, per reflection
    std::vector<double> area_per_square;  ///< area / squared, per line
    std::vector<char> exists;             ///< per line: 0 where the sine would be above 1
    std::vector<LineDerivative> derivatives;
    double volume = 0;

    std::size_t size() const { return reflections * wavelengths; }
};

/// Which parameters' derivatives are wanted.
struct Wanted {
    std::vector<char> is_wanted;
    bool operator()(std::size_t parameter) const { return is_wanted[parameter] != 0; }
    static Wanted none(std::size_t parameters) { return {std::vector<char>(parameters, 0)}; }
};

/// Calculate lines at given values of all parameters.
///
/// \param squared  used instead of |F|^2 where the phase's intensities are not the structure's (reflection,)
Lines calculate_lines(Model const& model, ShareModel const& share, ReflectionList const& list,
                      std::span<double const> values, std::span<double const> squared, Wanted const& wanted);

}  // namespace hutch::powder::refine
