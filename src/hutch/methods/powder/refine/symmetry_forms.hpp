/// Find which linear combinations of coordinates, tensors and cell constants a space group leaves free.
#pragma once

#include "hutch/data/structure.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace hutch::powder::refine {

// All forms are found from the operations alone: the mean over the group projects on what it keeps, and row
// reduction with pivots in the natural order names the free numbers. Structures must be completed
// (data::complete).

/// Numbers tied by symmetry: value[i] = offset[i] + sum over k of parameter[k] * basis[k * size + i].
///
/// Parameter k is the value at its pivot itself: there the offset is 0, its own basis 1 and that of others 0.
struct Form {
    std::size_t size = 0;            ///< how many numbers: 3, 6, 15
    std::vector<std::string> names;  ///< of free parameters, after their pivots: "x", "u11", "s400"
    std::vector<std::size_t> pivots;
    std::vector<double> basis;   ///< (names, size)
    std::vector<double> offset;  ///< (size,)

    /// Write the values that parameters (one a name) give; `values` has `size` places.
    void evaluate(std::span<double const> parameters, std::span<double> values) const;
};

/// Return the free coordinates x y z of a site; the offset puts it exactly on its special position.
///
/// The site's symmetry is what moves it by less than 0.1 angstrom, as in data::complete(). If that is no
/// group (a site just off a special position), the farthest images are left out until it is one. Start values
/// are the site's coordinates at the pivots.
/// \throws Error bad_input for a site that is not there
Form position_form(data::Structure const& structure, std::size_t site);

/// Return the free components u11 u22 u33 u12 u13 u23 of a site's displacement tensor (CIF convention).
///
/// In settings of International Tables the form does not depend on the cell's constants.
/// \throws Error bad_input for a site that is not there
Form displacement_form(data::Structure const& structure, std::size_t site);

/// Return the free cell constants a b c alpha beta gamma [angstrom, degree]; fixed angles are in the offset.
/// \throws Error unsupported when the ties are not linear, as in primitive settings of some centred cells
Form cell_form(data::Structure const& structure);

/// Return the free components d11 d22 d33 d12 d13 d23 of a tensor added to the reciprocal metric, 1/d^2 =
/// h^2 g11 + k^2 g22 + l^2 g33 + 2 h k g12 + 2 h l g13 + 2 k l g23.
Form reciprocal_metric_form(data::Structure const& structure);

/// Exponents (H, K, L) of the monomials of a quartic form, in the order of strain_form().
inline constexpr std::array<std::array<int, 3>, 15> quartic_exponents{{{4, 0, 0},
                                                                       {0, 4, 0},
                                                                       {0, 0, 4},
                                                                       {2, 2, 0},
                                                                       {2, 0, 2},
                                                                       {0, 2, 2},
                                                                       {3, 1, 0},
                                                                       {1, 0, 3},
                                                                       {0, 3, 1},
                                                                       {1, 3, 0},
                                                                       {3, 0, 1},
                                                                       {0, 1, 3},
                                                                       {2, 1, 1},
                                                                       {1, 2, 1},
                                                                       {1, 1, 2}}};

/// Return the free coefficients s400 s040 ... of sum S_HKL h^H k^K l^L with H + K + L = 4, the variance of
/// 1/d^2 by anisotropic strain. Values take all factors in: coefficients of a hexagonal cell hold s310 =
/// 2 s400. \par Source  P. W. Stephens, J. Appl. Cryst. 32 (1999) 281
Form strain_form(data::Structure const& structure);

/// Real spherical harmonics of even degree that the Laue class keeps, as functions of a plane normal.
///
/// For a texture with fibre symmetry about the diffraction vector, intensities are multiplied by 1 + sum
/// over terms of coefficient * value. Over the sphere of normals each term has mean 0 and mean square 1, and
/// terms are orthogonal. Axes: x along a, z along c*; terms of one degree begin with the lowest order m.
/// \par Source  H. J. Bunge, Texture Analysis in Materials Science (1982)
class Harmonics {
  public:
    /// \param degree  highest degree of terms: even, 2 to 12
    /// \throws Error bad_input for another degree
    /// \par Cost  tens of milliseconds for degree 12 of cubic groups, below one for degree 4
    Harmonics(data::Structure const& structure, int degree);

    /// "c4_1": degree, and number within it from 1 on.
    std::vector<std::string> const& names() const { return names_; }
    /// Write the value of each term for the normal of planes (hkl), in the cell that the structure had.
    /// Indices need not be whole; all 0 gives NaN.
    void evaluate(double h, double k, double l, std::span<double> values) const;

  private:
    void add_terms(int degree, std::vector<double> const& projector);

    int degree_;
    data::Matrix3 normals_{};  // row i: reciprocal axis i, Cartesian
    std::vector<std::string> names_;
    std::vector<int> degrees_;     // of each term
    std::vector<double> weights_;  // of the harmonics in each term: 2 degree + 1 values a term
};

/// Return the displacement tensor U11 U22 U33 U12 U13 U23 of an isotropic one: u * a*_i.a*_j /
/// (|a*_i||a*_j|).
std::array<double, 6> isotropic_tensor(data::Cell const& cell, double u_iso);
/// Return the equivalent isotropic displacement, sum of U_ij |a*_i||a*_j| a_i.a_j / 3 over all i, j.
/// \par Source  R. X. Fischer & E. Tillmanns, Acta Cryst. C44 (1988) 775
double equivalent_u(data::Cell const& cell, std::array<double, 6> const& u);

}  // namespace hutch::powder::refine
