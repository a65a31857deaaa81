/// Turn the points of a curve into what is drawn: cut at gaps and borders, thinned to pixels.
#pragma once

#include "hutch/data/detail/axis.hpp"
#include "hutch/data/plot.hpp"

#include <vector>

namespace hutch::data::detail {

struct Point {
    double x, y;
};
using Run = std::vector<Point>;  ///< points that are joined

/// Return the runs of a curve within a range of x, all in axis space (see to_axis_space).
///
/// A line that leaves the range is cut on the border; points and sticks outside are dropped.
std::vector<Run> visible_runs(Curve const& curve, Range x, bool log_x, bool log_y);

/// Return the points of least and greatest y of each pixel column, in their order; points in [px].
Run thin_columns(Run const& run);
/// Return the first point of each cell of 2 by 2 pixels, for clouds of points.
Run thin_cells(Run const& run);

}  // namespace hutch::data::detail
