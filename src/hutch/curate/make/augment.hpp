/// Make further patterns from measured ones, each with its parent and all numbers that it was made with.
#pragma once

#include "hutch/curate/make/frame.hpp"
#include "hutch/curate/make/request.hpp"
#include "hutch/data/pattern.hpp"

#include <cstdint>
#include <string>

namespace hutch::curate::make {

/// What one child is made with.
struct AugmentationDraw {
    double exposure = 1;    ///< [1], of the parent's, 0 to 1
    double zero = 0;        ///< added to the axis, in its unit
    double scale = 1;       ///< [1], of intensities and their uncertainties
    double background = 0;  ///< [count], added before the scale, with its own counting noise
};

/// Draw the numbers of a child. They depend on the seed, the parent's id, the augmentation's name and the
/// child's number alone.
AugmentationDraw draw(Augmentation const& augmentation, std::uint64_t seed, std::string const& parent,
                      std::size_t copy);

/// Return the child of a pattern.
///
/// A shorter exposure f: where y are counts (whole numbers whose variance sigma^2 is y) each count is kept
/// with probability f, so that counts of mean m become counts of mean f m exactly. Otherwise y becomes f y
/// plus normal noise of variance f (1 - f) sigma^2, which with the variance f^2 sigma^2 of f y makes the f
/// sigma^2 that the shorter exposure would have. Without sigma y is only scaled.
data::Pattern augment(data::Pattern const& parent, AugmentationDraw const& draw, std::uint64_t seed,
                      std::string const& id);

/// Append children to the records that their augmentation means, with the parent's columns, group and split,
/// and columns `parent`, `augmentation`, `augment_exposure`, `augment_zero`, `augment_scale`,
/// `augment_background`. Nothing is added where the request asks for none.
void add_children(Request const& request, Frame& frame);

}  // namespace hutch::curate::make
