/// Hold a crystal structure as plain values: cell, symmetry operations, sites, and where it came from.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace hutch::data {

/// Unit cell lengths [angstrom] and angles [degree].
struct Cell {
    double a = 0, b = 0, c = 0, alpha = 90, beta = 90, gamma = 90;
};

using Matrix3 = std::array<double, 9>;  ///< row by row

/// Return the metric tensor G with G_ij = a_i . a_j [angstrom^2].
Matrix3 metric(Cell const& cell);
/// Return the cell that has a metric tensor.
Cell cell_of(Matrix3 const& metric);
/// Return the inverse of a 3x3 matrix; the determinant must not be 0.
Matrix3 inverse(Matrix3 const& m);
double determinant(Matrix3 const& m);
Matrix3 product(Matrix3 const& a, Matrix3 const& b);
Matrix3 transposed(Matrix3 const& m);
/// Return the cell volume [angstrom^3]; NaN for angles that close no cell.
double volume(Cell const& cell);
/// Return the matrix that takes fractional to Cartesian coordinates [angstrom]; a along x, b in the x-y
/// plane.
Matrix3 orthogonalization(Cell const& cell);

/// One symmetry operation x' = R x + t.
struct Operation {
    std::array<int, 9> rotation{1, 0, 0, 0, 1, 0, 0, 0, 1};  ///< row by row
    std::array<int, 3> translation{0, 0, 0};                 ///< in units of 1/24, each in [0, 24)
    bool operator==(Operation const&) const = default;
};

enum class CrystalSystem { triclinic, monoclinic, orthorhombic, tetragonal, trigonal, hexagonal, cubic };
char const* to_name(CrystalSystem system);

/// One atom site of the asymmetric unit.
struct Site {
    std::string label;      ///< as the source names it
    int atomic_number = 0;  ///< 1 for deuterium too
    int charge = 0;         ///< ionic charge, where the source states one
    bool is_deuterium = false;
    std::array<double, 3> position{};              ///< fractional
    double occupancy = 1;                          ///< chemical: 1 is a full site, on special positions too
    double u_iso = 0;                              ///< [angstrom^2]; used when u_aniso is absent
    std::optional<std::array<double, 6>> u_aniso;  ///< U11 U22 U33 U12 U13 U23 [angstrom^2], CIF convention
    double multiplicity = 0;  ///< number of equivalent positions in the cell; set by complete()
};

struct Structure {
    std::string name;            ///< what people call it: mineral or compound name
    std::string source;          ///< file path or "AMCSD 12345": unique in a library
    std::string citation;        ///< authors, journal, year, pages, as far as the source tells
    std::string formula;         ///< as the source declares it
    std::string space_group;     ///< Hermann-Mauguin symbol with setting, as recognised from the operations
    int space_group_number = 0;  ///< 1-230; 0 when the operations form no known group
    CrystalSystem system = CrystalSystem::triclinic;
    Cell cell;
    std::vector<Operation> operations;  ///< all of the group, centring included, identity first
    std::vector<Site> sites;
    std::optional<double> declared_density;  ///< [g/cm^3]
    std::vector<std::string> notes;          ///< what was assumed while reading, one sentence each
};

/// Check a structure that a reader has filled and derive what follows: space group number and symbol from the
/// operations, crystal system, site multiplicities (positions closer than 0.1 angstrom are the same). Sites
/// that repeat another one by symmetry, with the same element, charge and occupancy, are left out with a
/// note.
/// \throws Error bad_data naming the item, its value and the rule: cell that closes, positive volume,
/// operations
///         that form a group and keep the metric within 2 %, at least one site, occupancies in [0, 1.05] with
///         at least one above 0, known elements, finite coordinates, displacement within [-0.1, 2] angstrom^2
void complete(Structure& structure);

/// Return the reduced (Niggli) primitive cell. \par Source gemmi's Gruber reduction
Cell niggli_cell(Structure const& structure);
/// Return how many atoms of each element the cell holds, by atomic number (index 0 unused), length 119.
std::vector<double> cell_contents(Structure const& structure);
/// Return the density [g/cm^3] from contents and volume.
double density(Structure const& structure);
/// Return the contents as a formula in Hill order, reduced by the formula units that fit: "O4 Pb S".
std::string composition_formula(Structure const& structure);
/// Return the symbol of an element: "Pb"; empty outside 1-118.
char const* element_symbol(int atomic_number);

}  // namespace hutch::data
