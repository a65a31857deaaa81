/// Write what a refinement found as PDF, for paper.
#pragma once

#include "hutch/methods/powder/refine/result.hpp"

#include <string>

namespace hutch::powder::refine {

/// Return whether this build can write PDF: it was built where Cairo and librsvg were found.
bool can_write_pdf();

/// Return a PDF of A4 pages with what to_html shows: tables as text, plots as vectors. It has no date, so
/// that equal results give equal bytes with the same libraries and fonts.
/// \throws Error unsupported without Cairo and librsvg, external when they fail
std::string to_pdf(Result const& result);

}  // namespace hutch::powder::refine
