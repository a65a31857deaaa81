/// Put structures that are nearly the same into one group, so that no split separates them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hutch/data/structure.hpp"

namespace hutch::curate {

/// When two structures count as nearly the same: their reduced cells or their compositions agree, and so do their
/// diffraction fingerprints after both cells are scaled to one volume per primitive cell.
struct GroupOptions {
    double length_tolerance = 0.02;      ///< relative, of sorted reduced cell lengths
    double angle_tolerance = 2;          ///< [degree], of reduced cell angles folded to <= 90
    double same_cell_similarity = 0.90;  ///< cosine of fingerprints when the cells agree
    double same_formula_similarity = 0.95;  ///< cosine when the compositions agree and the cells need not
};

/// What is compared.
struct Fingerprint {
    std::vector<std::uint16_t> bin;      ///< ascending
    std::vector<float> weight;           ///< of unit length
};
/// Return the X-ray intensities of the strongest low-angle lines on a scale that does not depend on the cell volume.
Fingerprint fingerprint(data::Structure const& structure);
double similarity(Fingerprint const& a, Fingerprint const& b);

/// Return for each structure the number of its group, 0 ... in order of first appearance.
///
/// Groups are the connected parts of "nearly the same": two structures of different groups never are.
/// \par Cost  O(n * neighbours in cell volume); 10,000 structures take about a second on two threads
std::vector<std::int32_t> group_structures(std::span<data::Structure const> structures, unsigned threads, GroupOptions const& options = {});

}  // namespace hutch::curate
