/// Read constraints and restraints as people write them.
#pragma once

#include "hutch/methods/powder/refine/description.hpp"

namespace hutch::powder::refine {

/// Add the constraints and restraints of a description to a problem whose parameters exist.
///
/// A constraint is `A + 2 * B = 1`, `A = B`, or `equal: SELECTOR`; a restraint is a map with `distance:
/// [PHASE, SITE, SITE]`, `angle: [PHASE, SITE, SITE, SITE]` or `sum: EXPRESSION`, and `value` and `sigma`.
/// \throws Error bad_input `FILE:LINE: ...`
void add_rules(Description const& description, Problem& problem);

}  // namespace hutch::powder::refine
