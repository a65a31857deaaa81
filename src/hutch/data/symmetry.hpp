/// Read, write, close and recognise groups of symmetry operations.
#pragma once

#include "hutch/data/structure.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::data {

inline constexpr std::size_t most_operations =
    192;  ///< F m -3 m and its kin: no space group in a usual cell has more

/// Return the operation that a triplet such as "1/2+x,-y,z" or "x+0.5, -Y, Z" states; nothing if it states
/// none. Translations are rounded to 24ths if they are within 0.1/24 of one.
std::optional<Operation> parse_operation(std::string_view triplet);
/// Return the operation as "x+1/2,-y,z".
std::string to_triplet(Operation const& operation);
/// Return the operation that applies `second` first and then `first`, translation within [0, 24).
Operation compose(Operation const& first, Operation const& second);

/// A space group in one of the settings of International Tables.
struct SpaceGroup {
    int number = 0;
    std::string symbol;  ///< extended Hermann-Mauguin: "F d -3 m:2"
    std::string hall;
    std::vector<Operation> operations;  ///< identity first
};

/// Return the tabulated group with these operations, in any order; null if there is none.
SpaceGroup const* find_space_group(std::vector<Operation> const& operations);
/// Return the tabulated group that has these operations after a shift of the origin; null if there is none.
///
/// Shifts by eighths and sixths of the axes are tried. \par Cost about a millisecond: ask for the table's
/// settings first
SpaceGroup const* find_shifted_space_group(std::vector<Operation> const& operations);
/// Return the tabulated group with this Hermann-Mauguin symbol; the angles choose between "R 3:H" and "R
/// 3:R".
SpaceGroup const* find_space_group(std::string_view hermann_mauguin, Cell const& cell);
/// Return the tabulated group with this Hall symbol.
SpaceGroup const* find_space_group_by_hall(std::string_view hall);
/// Return the reference setting of a group, 1-230; null outside.
SpaceGroup const* find_space_group_by_number(int number);
/// Return all tabulated settings of a group, the reference one first; none outside 1-230.
std::vector<SpaceGroup const*> find_settings(int number);

/// Add the operations that a list lacks to be a group, remove repetitions, and put the identity first.
/// \return how many were missing
/// \throws Error bad_data when the group has more than 192 operations or one is no crystallographic operation
std::size_t close_group(std::vector<Operation>& operations);

/// Return the crystal system of the point group that the rotations form.
CrystalSystem find_crystal_system(std::vector<Operation> const& operations);

}  // namespace hutch::data
