/// Write what a step says of itself as help for the terminal.
#pragma once

#include "hutch/step/step.hpp"

#include <string>

namespace hutch::step {

/// Return usage, inputs, outputs, parameters with unit, rule and default, findings, reference and version.
std::string help_of(Description const& about);

}  // namespace hutch::step
