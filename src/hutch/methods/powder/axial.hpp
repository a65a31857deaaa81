/// Make quadrature rules for the asymmetry that axial divergence gives to a line.
#pragma once

#include <vector>

namespace hutch::powder {

/// Nodes x in [0, 1] (height over S/L + H/L) and weights that sum to the integral of the overlap function.
struct AxialQuadrature {
    std::vector<double> x, weight;
};

/// Return the Gauss rule with n nodes in t = x^2 for the overlap W(x) = min(2 share, 1 - x).
///
/// \param share  the smaller of S/L and H/L over their sum, in [0, 0.5]
/// \param n      1 to 160
/// \par Source  Finger, Cox & Jephcoat, J. Appl. Cryst. 27 (1994) 892, for W; Gauss rules by Stieltjes'
/// procedure
AxialQuadrature axial_quadrature(double share, int n);

/// The same in single precision, for the kernels of simulated patterns.
struct AxialNodes {
    std::vector<float> x, weight;
};
AxialNodes axial_nodes(double share, int n);

}  // namespace hutch::powder
