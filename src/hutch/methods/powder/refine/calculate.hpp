/// Calculate patterns of a model with the Jacobian of what is refined, and take line intensities from what
/// was measured.
#pragma once

#include "hutch/methods/powder/refine/lines.hpp"

#include <span>
#include <vector>

namespace hutch::powder::refine {

/// What a model's calculation needs besides its parameters, made anew when cells have moved far.
struct Prepared {
    std::vector<ReflectionList> lists;  ///< one a share
    std::vector<std::vector<double>>
        squared;                    ///< one a share: intensities that are no structure's, else empty
    std::vector<data::Cell> cells;  ///< one a phase: of the reflection lists
};
/// List the reflections of all shares at the present cells. \param before  keeps its intensities where
/// indices are the same; may be null
Prepared prepare(Model const& model, Prepared const* before = nullptr);
/// Return whether a cell has moved so far from its reflection list that lines may be missing.
bool is_outdated(Model const& model, Prepared const& prepared);

/// One pattern calculated at its points in range (point,).
struct Calculated {
    std::vector<double> total, background;
    std::vector<std::size_t> columns;  ///< parameters
    std::vector<double> jacobian;      ///< (column, stride)
    struct Points {
        std::size_t begin, end;
    };
    std::vector<Points> support;  ///< per column: where it is not 0
    std::size_t stride = 0;
    std::vector<Lines> lines;         ///< one a share of this pattern
    std::vector<std::size_t> shares;  ///< which
};
/// Calculate one pattern at given values of all parameters, with derivatives by those wanted.
/// \throws Error exhausted where the derivatives would take more than 4 GB
Calculated calculate(Model const& model, Prepared const& prepared, std::size_t pattern,
                     std::span<double const> values, Wanted const& wanted);

/// Return the lines of one share of a calculated pattern alone (point,).
std::vector<double> calculate_share(Model const& model, std::size_t pattern, Calculated const& calculated,
                                    std::size_t which);

/// A line over the points where it is something.
struct LineWindow {
    std::size_t begin = 0;
    std::vector<double> value;
};
/// Return, per reflection of one share of a calculated pattern, what |F|^2 = 1 adds to the pattern.
std::vector<LineWindow> unit_lines(Model const& model, std::size_t pattern, Calculated const& calculated,
                                   std::size_t which);

/// Divide what was measured among the lines in proportion to what is calculated at each point.
///
/// \return  per share of the pattern, per reflection: |F|^2 as measured; where the pattern does not tell, the
///          calculated
/// \par Source  H. M. Rietveld, J. Appl. Cryst. 2 (1969) 65, section 6
std::vector<std::vector<double>> observed_squares(Model const& model, std::size_t pattern,
                                                  Calculated const& calculated);

/// Shares of its largest value between which a line ends: at PatternModel::tail_level where that lies
/// between.
inline constexpr double least_floor = 1e-5, most_floor = 2e-3;

}  // namespace hutch::powder::refine
