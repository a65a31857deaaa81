/// Say how far annotators agree beyond what chance alone would give.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hutch::curate {

/// Number of a class; below zero where an annotator said nothing.
using LabelNumber = std::int32_t;

/// How far two or more annotators agree.
struct Agreement {
    std::size_t items = 0;      ///< that at least two annotators labelled
    double observed = 0;        ///< share of pairs of labels of one item that are equal
    double by_chance = 0;       ///< share that would be if labels were drawn independently
    double kappa = 0;           ///< (observed - by_chance) / (1 - by_chance); 1 when all say one class
    double standard_error = 0;  ///< of kappa, for large numbers of items
};

/// Return Cohen's kappa of two annotators; chance follows each one's own class counts.
///
/// Items that one of them left out are not counted.
/// \par Source  Cohen, Educ. Psychol. Meas. 20 (1960) 37; simple standard error sqrt(po (1 - po) / n) / (1 -
/// pe)
Agreement cohen_kappa(std::span<LabelNumber const> one, std::span<LabelNumber const> other);

/// Return Cohen's weighted kappa of classes that have an order; a disagreement costs the squared distance.
///
/// `observed` and `by_chance` are 1 less the mean cost over the largest.
/// \par Source  Cohen, Psychol. Bull. 70 (1968) 213
Agreement weighted_kappa(std::span<LabelNumber const> one, std::span<LabelNumber const> other);

/// Return Fleiss' kappa of any number of annotators; chance follows the class counts of all together.
///
/// \param labels  one list for each annotator, all of one length; items with less than two labels are left
///                out, others may have different numbers of labels (pairs of each item are counted)
/// \par Source    Fleiss, Psychol. Bull. 76 (1971) 378; the standard error is that of the mean over items
Agreement fleiss_kappa(std::span<std::vector<LabelNumber> const> labels);

}  // namespace hutch::curate
