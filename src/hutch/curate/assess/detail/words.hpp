/// Look values up in the vocabularies that a dictionary may name.
#pragma once

#include <string_view>

namespace hutch::curate::assess::detail {

/// Return whether a value belongs to a vocabulary. `panet` and `pdg` are checked by their form: "PaNET01168"
/// or its address; a Monte Carlo number ("-211") or an identifier ("S008", "M070.3"). Unknown vocabularies
/// have all values.
bool is_word_of(std::string_view vocabulary, std::string_view value);

/// Return whether a text is a chemical formula: elements with amounts, brackets, charges, waters.
bool is_formula(std::string_view text);
/// Return the number of the space group with a Hermann-Mauguin symbol, 0 for none.
int number_of_symbol(std::string_view symbol);
/// Return data::CrystalSystem as a number: of "cubic" and the like, or of that number as text; -1 for none.
int system_of_name(std::string_view name);

}  // namespace hutch::curate::assess::detail
