/// Write what a refinement found as one HTML page, for people.
#pragma once

#include "hutch/methods/powder/refine/result.hpp"

#include <string>

namespace hutch::powder::refine {

/// Return a page that needs nothing else: styles and plots (SVG) are inside, no script, nothing is loaded.
///
/// It has the agreement of each pattern, warnings, cells, weight fractions, atoms, plots of each pattern with
/// ticks and difference, other refined numbers, distances, correlations and stages. Equal results give equal
/// bytes.
std::string to_html(Result const& result);

}  // namespace hutch::powder::refine
