/// Reduce a structure to the few numbers that identification compares: where its powder lines are and how
/// strong.
#pragma once

#include "hutch/data/structure.hpp"
#include "hutch/methods/powder/scattering.hpp"

#include <span>
#include <vector>

namespace hutch::powder {

/// Powder lines by ascending 1/d. Lines of the same d are one.
struct LineList {
    std::vector<float> inverse_d;  ///< [1/angstrom]
    std::vector<float> intensity;  ///< multiplicity * |F|^2 / volume^2, without angular factors
    bool empty() const { return inverse_d.empty(); }
};

struct LineListOptions {
    Radiation radiation = Radiation::xray;
    std::span<Dispersion const>
        dispersion;               ///< f', f'' by atomic number at the wavelength; not used for neutrons
    double d_min = 1.5;           ///< [angstrom]
    double default_u_iso = 0.01;  ///< [angstrom^2] for sites that state none
    std::size_t most_reflections = 1500;  ///< estimated; beyond, d_min is raised
};

/// Calculate the lines of a completed structure.
///
/// \throws Error unsupported for elements without form factor or scattering length
LineList list_lines(data::Structure const& structure, LineListOptions const& options);

}  // namespace hutch::powder
