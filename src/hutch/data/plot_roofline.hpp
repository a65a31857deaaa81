/// Draw a roofline: how many operations per second a machine allows at so many operations per byte.
#pragma once

#include "hutch/data/plot.hpp"

#include <string>
#include <vector>

namespace hutch::data {

/// What arithmetic units can do at most: a horizontal line.
struct Roof {
    std::string label;
    double rate;  ///< [1/s] operations, > 0
};

/// What a memory or cache can deliver at most: a line through the origin, at 45 degrees per decade.
struct Slope {
    std::string label;
    double bandwidth;  ///< [byte/s], > 0
};

/// A kernel by its operations per byte moved, with its measured rate if there is one.
struct KernelMark {
    std::string label;
    double intensity;  ///< [1/byte] operations, > 0
    double rate = 0;   ///< [1/s] operations; 0: not measured, drawn as a line up to the highest roof
};

struct Roofline {
    std::vector<Roof> roofs;
    std::vector<Slope> slopes;
    std::vector<KernelMark> kernels;
};

/// Return the operations per byte at which a slope meets a roof.
/// \par Source  S. Williams, A. Waterman, D. Patterson, Commun. ACM 52 (4), 65 (2009)
double ridge_point(Roof const& roof, Slope const& slope);
/// Return the lower of roof and slope at so many operations per byte [1/s].
double attainable_rate(Roof const& roof, Slope const& slope, double intensity);

/// Return the picture as SVG; axis labels of the options may be empty, width and height are used.
///
/// \throws Error bad_input when a number is not finite or not above 0
std::string plot_roofline(Roofline const& roofline, PlotOptions const& options);

}  // namespace hutch::data
