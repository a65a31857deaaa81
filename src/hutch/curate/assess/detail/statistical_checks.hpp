/// Answer the questions that need statistics over records, each in a file of its own.
#pragma once

#include "hutch/curate/assess/check.hpp"

namespace hutch::curate::assess::detail {

Answer check_near_duplicates(Subject const& subject);
Answer check_target_leakage(Subject const& subject);

}  // namespace hutch::curate::assess::detail
