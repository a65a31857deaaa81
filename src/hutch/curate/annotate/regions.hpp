/// Compare regions: how much two of them share, and how well two annotators' regions match.
#pragma once

#include "hutch/curate/annotate/annotation.hpp"

#include <vector>

namespace hutch::curate::annotate {

/// Return intersection over union of two regions, 0 to 1; a box and a polygon compare, an interval only with
/// an interval. Polygons may be concave and cross themselves; the even-odd rule says what is inside.
///
/// Exact: between heights where edges begin, end or cross, widths are linear.
double overlap(Region const& one, Region const& other);

/// How the regions of two annotators match.
struct Match {
    std::size_t one = 0, other = 0;  ///< regions of each
    std::size_t matched = 0;
    double mean_overlap = 0;  ///< of those that match
    /// Return 2 matched / (one + other); 1 where neither has any.
    double f1() const;
};

/// Match regions of equal target and label one to one, the largest overlap first, where it is at least
/// `least`.
Match match(std::vector<Annotation> const& one, std::vector<Annotation> const& other, double least = 0.5);

}  // namespace hutch::curate::annotate
