/// Tell which element an atom-type symbol or a site label of a crystal structure means.
#pragma once

#include <bitset>
#include <optional>
#include <string_view>

namespace hutch::data {

/// What stands on a site besides the atom that is listed: hydrogen atoms without positions of their own.
enum class Implied { nothing, hydroxyl, water, hydrogen };

struct Species {
    int atomic_number = 0;
    int charge = 0;
    bool is_deuterium = false;
    Implied implied = Implied::nothing;
};

using ElementSet = std::bitset<119>;  ///< by atomic number; D counts as 1

/// Return the atomic number of a symbol in the usual spelling ("Pb"; 1 for "D"), 0 if it is none.
int atomic_number(std::string_view symbol);
/// Return the elements that a formula such as "Ca2 (Mg,Fe)5 Si8 O22 (OH)2" names.
ElementSet elements_of(std::string_view formula);
/// Return what a type symbol means: "Pb2+", "O2-", "Fe+3", "PB", "D", "Wat", "OH".
std::optional<Species> parse_type_symbol(std::string_view symbol);
/// Return what a site label means: "Fe3+M1", "O-H2", "AlT*", "CaA", "Wat1", "Oh".
///
/// \param expected  elements of the formula, which decide whether "Ho1" is holmium or hydrogen; may be empty
std::optional<Species> parse_label(std::string_view label, ElementSet const& expected);

}  // namespace hutch::data
