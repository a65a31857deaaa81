/// Write what a refinement found as JSON, for programs, and read it back.
#pragma once

#include "hutch/methods/powder/refine/result.hpp"

#include <string>
#include <string_view>

namespace hutch::powder::refine {

/// Return a result as one JSON object. Numbers read back exactly; NaN and infinities are null. R values are
/// fractions of 1. An `estimate` is {"value", "su"}: su 0 where the number was not refined, null where the
/// data do not determine it.
///
///     hutch         version of the program
///     title, ending
///     variables, observations, restraints, r_wp, r_exp, goodness     of all patterns together
///     phases        [{name, intensities, space_group, space_group_number, formula, operations, cell,
///                     volume, density, sites, distances}]
///       cell        {a, b, c, alpha, beta, gamma: estimate}           [angstrom, degree]
///       sites       [{label, element, multiplicity, position: [x, y, z], occupancy, u_iso, u_aniso}],
///                   all estimates; u_aniso is null or [U11, U22, U33, U12, U13, U23] [angstrom^2]
///       distances   [{from, to, symmetry, length}]                    [angstrom]
///     patterns      [{name, radiation, axis, wavelengths: [{value, weight}], points, r_wp, r_p,
///                     r_wp_net, r_exp, goodness, x, y, sigma, calculated, background, lines: {PHASE:
///                     [...]}}]
///       points      that count; those with sigma 0 do not
///     shares        [{phase, pattern, scale, weight_fraction, cell (null unless strained), r_bragg,
///                     r_f, reflections}]
///       reflections {h, k, l, multiplicity, d, position, calculated, observed}, arrays of equal length
///     parameters    [{name, unit, value, su, is_refined, is_at_bound}]
///     refined       names of refined parameters
///     correlation   (refined, refined), rows of numbers
///     stages        [{name, ending, cycles, variables, r_wp: [per pattern], r_wp_all, goodness}]
///     warnings      [text]
std::string to_json(Result const& result);

/// Read what to_json wrote, and check that it hangs together: arrays of one length, finite points with
/// ascending x, names that occur once and are referred to as they stand, structures that are possible.
///
/// Sums of the agreement are taken from the points again; they give the stated R values within rounding, or
/// the file is refused. Null becomes NaN where a number may be unknown. Structures are complete and may lack
/// sites that repeat others; a phase without sites keeps the space group that the file states.
/// \param name  stands for the file in messages
/// \throws Error bad_data: `NAME: '<path>' is <value>; expected <rule>`
Result parse_json(std::string_view text, std::string const& name);

}  // namespace hutch::powder::refine
