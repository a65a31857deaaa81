/// Write what steps say of themselves as pages of the manual, in Markdown.
#pragma once

#include "hutch/step/step.hpp"

#include <span>
#include <string>

namespace hutch::step {

/// Return one step's section.
std::string manual_of(Description const& about);
/// Return the page of all steps, by name: docs/steps.md.
std::string manual_of(std::span<Step const> steps);

}  // namespace hutch::step
