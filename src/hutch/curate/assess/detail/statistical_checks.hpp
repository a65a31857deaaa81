/// Answer the questions that need statistics over records, each in a file of its own.
#pragma once

#include "hutch/curate/assess/check.hpp"

namespace hutch::curate::assess::detail {

Answer check_near_duplicates(Subject const& subject);
Answer check_target_leakage(Subject const& subject);
Answer check_vocabularies(Subject const& subject);
Answer check_label_noise(Subject const& subject);
Answer check_powder_lines(Subject const& subject);
Answer check_tomography(Subject const& subject);
Answer check_noise_model(Subject const& subject);
Answer check_drift(Subject const& subject);
Answer check_coverage(Subject const& subject);
Answer check_simulation_gap(Subject const& subject);
Answer check_community(Subject const& subject);
Answer check_recomputation(Subject const& subject);

}  // namespace hutch::curate::assess::detail
