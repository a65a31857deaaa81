/// Tell whether a text is a unit: products, quotients and powers of known names, in the way of UDUNITS.
#pragma once

#include <string_view>

namespace hutch::step {

/// Return whether a unit such as "1/angstrom", "degree^2", "g/cm^3", "keV", "count s^-1" can be understood.
///
/// SI symbols take SI prefixes; names in words ("degree", "angstrom", "count") do not. "1" has no dimension.
bool is_unit(std::string_view text);

}  // namespace hutch::step
