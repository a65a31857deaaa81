/// Compare the peaks of a powder pattern with where a cell and its space group allow lines.
#pragma once

#include "hutch/data/pattern.hpp"
#include "hutch/data/structure.hpp"

#include <cstddef>
#include <vector>

namespace hutch::curate::assess::detail {

/// A maximum of a pattern that stands out of noise and background.
struct ObservedPeak {
    double two_theta = 0, fwhm = 0;  ///< [degree]
    double height = 0;               ///< [count] above the background
};
/// Return the strongest peaks, at most `most`, by descending height; only those of at least 4 % of the
/// strongest.
/// \throws Error bad_data with fewer than 32 usable points
std::vector<ObservedPeak> find_observed_peaks(data::Pattern const& pattern, double wavelength,
                                              std::size_t most);

/// A phase as its labels say it.
struct LabelledPhase {
    data::Cell cell;
    int space_group = 0;  ///< 1-230; 0: unknown, no line is absent
};

struct LineMatch {
    std::size_t peaks = 0;
    std::size_t on_lattice = 0;  ///< peaks where the cell has a line, whatever the space group
    std::size_t allowed = 0;     ///< peaks where the space group, in its best setting, allows one
    double by_chance = 0;   ///< share of the range where a peak would be taken for one on an allowed line
    double shift = 0;       ///< [degree] that fits best
    bool is_dense = false;  ///< the cell has too many lines to judge
};

struct LineMatchOptions {
    std::vector<double> wavelengths;  ///< [angstrom], strongest first
    double most_shift = 0.15;         ///< [degree] zero error and displacement that no label declares
    double zero = 0;                  ///< [degree] that labels declare
};

/// Count peaks that stand where lines may be, within 0.35 of their width plus 0.03 degree, after the shift of
/// all peaks (up to `most_shift`) that explains most of them. Of several phases any may explain a peak.
///
/// The setting of a space group is not labelled: all tabulated ones are tried, and the one that explains most
/// counts.
LineMatch match_lines(std::vector<ObservedPeak> const& peaks, std::vector<LabelledPhase> const& phases,
                      LineMatchOptions const& options);

}  // namespace hutch::curate::assess::detail
