/// Put structures that are nearly the same into one group, so that no split separates them.
#pragma once

#include "hutch/data/structure.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace hutch::curate {

/// When two structures count as nearly the same. Their fingerprints are compared after both cells are scaled
/// to one volume per primitive cell; the overlap of two compositions is the sum over elements of the smaller
/// atomic fraction. One of three must hold:
///   the same compound        cells agree within 2 %, overlap >= 0.7, fingerprints >= 0.90
///   the same pattern         cells agree within 0.5 %, fingerprints >= 0.98, whatever the atoms
///   the same in another cell overlap >= 0.95, fingerprints >= 0.95 (other settings, other temperatures)
/// A cell that repeats a smaller one without saying so is taken as it is: it has another volume per primitive
/// cell.
struct GroupOptions {
    double length_tolerance = 0.02;  ///< relative, of sorted reduced cell lengths
    double angle_tolerance = 2;      ///< [degree], of reduced cell angles folded to <= 90
    double compound_overlap = 0.7, compound_similarity = 0.90;
    double pattern_length_tolerance = 0.005, pattern_similarity = 0.98;
    double other_cell_overlap = 0.95, other_cell_similarity = 0.95;
};

/// What is compared.
struct Fingerprint {
    std::vector<std::uint16_t> bin;  ///< ascending
    std::vector<float> weight;       ///< of unit length
};
/// Return the X-ray intensities of the strongest low-angle lines on a scale that does not depend on the cell
/// volume.
Fingerprint fingerprint(data::Structure const& structure);
double similarity(Fingerprint const& a, Fingerprint const& b);

/// Return for each structure the number of its group, 0 ... in order of first appearance.
///
/// Groups are the connected parts of "nearly the same": two structures of different groups never are.
/// \par Cost  O(n * neighbours in cell volume); 10,000 structures take about a second on two threads
std::vector<std::int32_t> group_structures(std::span<data::Structure const> structures, unsigned threads,
                                           GroupOptions const& options = {});

}  // namespace hutch::curate
