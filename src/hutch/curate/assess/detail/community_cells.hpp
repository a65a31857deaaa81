/// Compare labelled structures with entries of a community's collection of the same formula and space group.
#pragma once

#include "hutch/data/structure.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hutch::curate::assess::detail {

/// Atomic number and atomic fraction of each element, ascending.
using Composition = std::vector<std::pair<int, double>>;

/// Return the composition that a formula states ("Ca2 (Si O4)", "O4 Pb S"); nothing where it cannot be
/// counted
/// ("(Mg,Fe)2 Si O4", "Fe1-xO").
std::optional<Composition> composition_of(std::string_view formula);
bool is_same_composition(Composition const& one, Composition const& other);
/// Return the formula as OPTIMADE's chemical_formula_reduced has it: elements by name, whole numbers without
/// common divisor ("O4PbS"); empty where amounts are no whole numbers.
std::string reduced_formula(Composition const& composition);

/// What a labelled structure and an entry of the collection are compared by: the shortest cell edges, sorted.
struct CommunityEntry {
    Composition composition;
    int space_group = 0;                         ///< 0: unknown
    std::vector<std::array<double, 3>> lengths;  ///< [angstrom] of reduced cells, any of which may be meant
};

/// Return the sorted edges of the reduced cell: as it stands, and primitive by the centring of the space
/// group.
std::vector<std::array<double, 3>> reduced_lengths(data::Cell const& cell, int space_group);
/// Return the largest relative difference of edges between two entries, of the cells that agree best.
double cell_difference(CommunityEntry const& one, CommunityEntry const& other);

}  // namespace hutch::curate::assess::detail
