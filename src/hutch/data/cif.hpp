/// Read crystal structures from CIF (International Tables G) text.
#pragma once

#include "hutch/data/structure.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::data {

/// Read the structures of all data blocks that hold one.
///
/// Symmetry comes from the operations if the file lists them, else from the Hall or Hermann-Mauguin symbol,
/// else from the number with its standard setting (a note says so). Dictionaries old and new (_symmetry_...,
/// _space_group_...), B and U, U_ij, B_ij and beta_ij are understood; unknown elements are an error.
/// \param name  stands for the file in messages and as Structure::source
/// \throws Error bad_data: `NAME:LINE: '<item>' is <value>; expected <rule>`
std::vector<Structure> parse_cif(std::string_view text, std::string const& name);
/// Read a file (gzip too) that holds at least one structure.
std::vector<Structure> read_cif(std::filesystem::path const& path);

/// Write a structure as CIF that parse_cif reads back equal.
std::string to_cif(Structure const& structure);

/// Return a text as a value of a CIF, on one line, in quotes where it needs them; `?` for an empty one.
std::string to_cif_value(std::string text);

}  // namespace hutch::data
