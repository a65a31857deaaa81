/// Write what a refinement found as tables for a terminal.
#pragma once

#include "hutch/methods/powder/refine/result.hpp"

#include <string>

namespace hutch::powder::refine {

/// Return tables of stages, agreement, cells, sites and other refined parameters, and the warnings.
std::string to_report_text(Result const& result);

}  // namespace hutch::powder::refine
