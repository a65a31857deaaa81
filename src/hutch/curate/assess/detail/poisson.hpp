/// Compare the variance of counts with their mean where nothing but noise varies.
#pragma once

#include <optional>
#include <span>

namespace hutch::curate::assess::detail {

/// Return variance over mean of an array of counts; 1 for Poisson noise. Nothing where too little can be
/// said.
///
/// The array is cut into blocks of 48 values. The variance of a block is the mean square of its fourth
/// differences over 70, which a slope or a bend hardly adds to. Blocks count where they have 20 counts and
/// more and neighbouring differences mostly of opposite sign, as noise has; the half of them with the smaller
/// means is taken, away from peaks, and the result is their median.
std::optional<double> variance_over_mean(std::span<double const> counts);

}  // namespace hutch::curate::assess::detail
