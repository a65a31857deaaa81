/// Name the steps of this room that have a file of their own.
#pragma once

#include "hutch/step/step.hpp"

namespace hutch::curate {

step::Step fuse_step();
step::Step make_step();
std::vector<step::Step> annotate_steps();
step::Step assess_step();

}  // namespace hutch::curate
