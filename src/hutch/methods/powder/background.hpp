/// Estimate what lies under the peaks of a measured pattern.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace hutch::powder {

/// Estimate the background of equidistant counts by statistics-sensitive nonlinear iterative peak clipping
/// (SNIP).
///
/// The square root of the counts is clipped to the mean of its neighbours at a distance that falls from
/// `half_window` to 1, so that all narrower than about the window is taken for a peak. Counts below 0 count
/// as 0. Noise lowers the result: smooth noisy counts before.
///
/// \param half_window  [points]
/// \return             as many values as y
/// \par Cost    O(points * half_window)
/// \par Source  Ryan et al., Nucl. Instrum. Methods B34 (1988) 396; falling window: Morhac, ibid. A600 (2009)
/// 478
std::vector<double> snip_background(std::span<double const> y, std::size_t half_window);

/// Return the mean over 2 * half_window + 1 points; fewer at the ends.
std::vector<double> running_mean(std::span<double const> y, std::size_t half_window);

}  // namespace hutch::powder
