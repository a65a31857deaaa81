/// List every step of this build; the list is generated from the rooms that have a steps.cpp.
#pragma once

#include "hutch/step/step.hpp"

#include <vector>

namespace hutch {

/// Return all steps, room by room.
std::vector<step::Step> all_steps();

}  // namespace hutch
