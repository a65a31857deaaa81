/// Write what a refinement found as CIF and pdCIF, for journals and databases.
#pragma once

#include "hutch/methods/powder/refine/result.hpp"

#include <cstddef>
#include <string>

namespace hutch::powder::refine {

/// Return one data block for each phase (structure, bonds, agreement) and one for each pattern (points,
/// reflections, phases), tied together by their _pd_block_id.
///
/// Items are those of cif_core 2.4.5 and cif_pd 1.0.1. What a journal asks for and a fit cannot know
/// (temperature, colour, authors, ...) is there with the value `?`. Equal results give equal bytes, so there
/// is no date: block ids start with a checksum of the data instead. data::parse_cif reads the structures
/// back, data::parse_pattern the first pattern. Refined numbers are rounded to their s.u., others have 9
/// digits.
std::string to_cif(Result const& result);

/// Return the block of one phase alone. \throws Error bad_input for a phase that is not there
std::string to_cif(Result const& result, std::size_t phase);

/// Return one block for each share, in their order: the phase PHASE_PATTERN, with the lattice strain of that
/// pattern in its cell, volume and density. What a pattern measured at another temperature is simulated from.
/// Bonds are left out.
std::string to_cif_by_share(Result const& result);

}  // namespace hutch::powder::refine
