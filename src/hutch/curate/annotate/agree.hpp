/// Tell how far the annotators of a data set agree: on labels of records, and on regions.
#pragma once

#include "hutch/curate/agreement.hpp"
#include "hutch/curate/annotate/annotation.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hutch::curate::annotate {

/// Return Krippendorff's alpha of nominal labels: 1 less observed over expected disagreement.
///
/// \param labels  one list for each annotator, all of one length; below 0: nothing was said. Items with less
///                than two labels are left out. 1 where all labels are of one class
/// \par Source    Krippendorff, Content Analysis, 3rd ed. (2013), section 12.3.1
double krippendorff_alpha(std::span<std::vector<LabelNumber> const> labels);

struct AgreementReport {
    std::vector<std::string> annotators, classes;  ///< by name
    std::size_t records = 0;                       ///< that at least two labelled
    Agreement kappa;                               ///< Cohen's for two annotators, Fleiss' for more
    double alpha = 0;                              ///< Krippendorff's; NaN without records
    std::size_t regions = 0;                       ///< of all annotators
    double f1 = 0;            ///< at an overlap of 0.5, mean over pairs of annotators; NaN without regions
    double mean_overlap = 0;  ///< of regions that match; NaN where none does
};

/// Compare the annotations of a vocabulary; those that others supersede do not count.
/// \throws Error bad_input when fewer than two annotators have any
AgreementReport agree(std::vector<Annotation> const& all, std::string const& vocabulary);

}  // namespace hutch::curate::annotate
