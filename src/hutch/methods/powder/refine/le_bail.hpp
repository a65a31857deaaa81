/// Fit line intensities that are no structure's to what was measured, and take them out of the normal
/// equations.
#pragma once

#include "hutch/methods/powder/refine/calculate.hpp"

#include <Eigen/Core>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace hutch::powder::refine {

/// Move the intensities of all Le Bail phases towards those that describe the patterns best at these values.
///
/// Each pass multiplies every intensity by how its line's weighted share of what was measured stands to that
/// of what is calculated. chi^2 never rises, intensities stay positive, and lines that lie on each other keep
/// their ratio.
/// \par Source  A. Le Bail, H. Duroy, J. L. Fourquet, Mater. Res. Bull. 23 (1988) 447 for the way; M. E.
///              Daube-Witherspoon, G. Muehllehner, IEEE Trans. Med. Imaging 5 (1986) 61 for the weighted
///              ratio
void settle_intensities(Model const& model, Prepared& prepared, std::span<double const> values);

/// What a column of a Jacobian adds to which variable.
using VariablesOf = std::function<std::vector<std::pair<std::size_t, double>> const&(std::size_t parameter)>;

/// Take the Le Bail intensities of one calculated pattern out of its normal equations (lower triangle): what
/// is left is how chi^2 goes with the variables when the intensities follow.
void eliminate_intensities(Model const& model, std::size_t pattern, Calculated const& calculated,
                           VariablesOf const& variables, Eigen::MatrixXd& matrix, Eigen::VectorXd& gradient);

}  // namespace hutch::powder::refine
