/// List the reflections of a crystal structure with what its |F|^2 is made of, once for all radiations.
#pragma once

#include "hutch/data/structure.hpp"
#include "hutch/methods/powder/scattering.hpp"

#include <array>
#include <cstddef>
#include <vector>

namespace hutch::compute {
class Queue;
}

namespace hutch::powder {

/// Symmetry-unique reflections as structure of arrays, sorted by descending d.
///
/// Arrays are padded to a multiple of 16 with copies of the last entry, so that kernels need no tail loop;
/// `size` is the true count. A reflection stands for all symmetry-equivalent ones (of the Laue class): it is
/// the one with the fewest negative indices, and among those the largest, index by index.
struct Reflections {
    std::size_t size = 0, padded = 0;
    std::vector<float> h, k, l;       ///< Miller indices, integers
    std::vector<float> multiplicity;  ///< number of equivalents on the full sphere
    std::vector<float> s_squared;  ///< (sin(theta)/wavelength)^2 = 1/(4 d^2) [1/angstrom^2] in the given cell
    std::vector<Species> species;
    /// Per species, `padded` values each: f0 [electron], d f0/d(s^2), and the geometric structure factor
    /// G = sum over its atoms of occupancy * displacement factor * exp(2 pi i h.x), real and imaginary.
    std::vector<float> f0, f0_slope, g_real, g_imaginary;
    std::vector<std::array<float, 9>> laue;  ///< rotations that act on hkl, one of each pair +-R
    data::Cell cell;
    double volume = 0;  ///< [angstrom^3]

    /// Return how many reflections have d >= a limit [angstrom] (reflections are sorted).
    std::size_t count_above(double d) const;
};

/// Limits that protect against inputs no one means.
struct ReflectionOptions {
    double d_min = 1.0;             ///< [angstrom], > 0
    std::size_t most = 16'000'000;  ///< lattice points examined; more is an error
};

/// Return how many lattice points (half the sphere's box) find_reflections() looks at.
double lattice_points(data::Cell const& cell, double d_min);

/// Find all reflections with d >= d_min that are not systematically absent, and their structure factors.
///
/// \param structure  completed (data::complete)
/// \param queue      where sums over atoms are calculated; null: on this thread
/// \throws Error exhausted when the cell and d_min give more lattice points than `most`,
///         unsupported for an element without form factor
/// \par Cost  O(lattice points * Laue operations + reflections * atoms in the primitive cell)
/// \par Source  International Tables for Crystallography B, 1.2 (structure factor); A (absences)
Reflections find_reflections(data::Structure const& structure, ReflectionOptions const& options,
                             compute::Queue* queue = nullptr);

/// Return |F|^2 per reflection, averaged over Friedel pairs: [electron^2] for X-rays, [barn] for neutrons.
///
/// With F(h) = sum_e (f0 + f' + i f'') G_e the mean of |F(h)|^2 and |F(-h)|^2 is |sum (f0+f') G|^2 + |sum f''
/// G|^2.
///
/// \param cell  form factors are taken at the d of this cell (a strained one); displacement factors stay as
/// they are
/// \param pairs `listed` gives |F|^2 of the listed hkl alone, as some programs do
enum class FriedelPairs { mean, listed };
std::vector<double> squared_structure_factors(Reflections const& reflections, Radiation radiation,
                                              double wavelength, DispersionTable const& dispersion,
                                              data::Cell const& cell,
                                              FriedelPairs pairs = FriedelPairs::mean);

}  // namespace hutch::powder
