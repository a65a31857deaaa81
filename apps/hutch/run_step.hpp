/// Run one step with the words of the command line, and print what it found.
#pragma once

#include "hutch/step/step.hpp"

#include <string>
#include <vector>

namespace hutch::app {

/// \throws Error what reading the words or the step throws
int run_step(step::Step const& wanted, std::vector<std::string> const& words);

}  // namespace hutch::app
