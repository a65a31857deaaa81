#include "hutch/methods/powder/axial.hpp"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

namespace hutch::powder {
namespace {

// Integral of x^p W(x) over [0, 1] with W = min(2 share, 1 - x): the corner lies at 1 - 2 share.
double moment(double share, int p) {
    double const corner = 1 - 2 * share;
    double const flat = 2 * share * std::pow(corner, p + 1) / (p + 1);
    auto const slope = [p](double x) { return std::pow(x, p + 1) / (p + 1) - std::pow(x, p + 2) / (p + 2); };
    return flat + slope(1) - slope(corner);
}

}  // namespace

// A Gauss rule with n nodes in x^2 is exact for x^0, x^2, ... x^(4n-2). Nodes are kept in single precision:
// each is off by 6e-8 at most, and x^(4n-2) by 4n-2 times that.
TEST(AxialNodes, IntegrateEvenPowersExactly) {
    for (double const share : {0.5, 0.49, 0.35, 0.2, 0.05, 0.001})
        for (int n = 1; n <= 40; n += n < 8 ? 1 : 8) {
            AxialNodes const nodes = axial_nodes(share, n);
            ASSERT_EQ(nodes.x.size(), std::size_t(n));
            for (int k = 0; k < 2 * n; ++k) {
                double sum = 0;
                for (std::size_t i = 0; i < nodes.x.size(); ++i)
                    sum += double(nodes.weight[i]) * std::pow(double(nodes.x[i]), 2 * k);
                double const exact = moment(share, 2 * k);
                ASSERT_NEAR(sum / exact, 1, 1e-6 + 1.2e-7 * 2 * k)
                    << "share " << share << ", " << n << " nodes, x^" << 2 * k;
            }
        }
}

// In double precision, also for the long rules that sharp lines with a long tail take.
TEST(AxialNodes, IntegrateEvenPowersExactlyInDoublePrecision) {
    for (double const share : {0.5, 0.35, 0.05})
        for (int const n : {1, 2, 8, 40, 80, 160}) {
            AxialQuadrature const rule = axial_quadrature(share, n);
            for (int k = 0; k < 2 * n; ++k) {
                double sum = 0;
                for (std::size_t i = 0; i < rule.x.size(); ++i)
                    sum += rule.weight[i] * std::pow(rule.x[i], 2 * k);
                double const exact = moment(share, 2 * k);
                ASSERT_NEAR(sum / exact, 1, 1e-11) << "share " << share << ", " << n << " nodes, x^" << 2 * k;
            }
        }
}

TEST(AxialNodes, LieWithinTheReachAndHavePositiveWeights) {
    for (double const share : {0.0, 1e-9, 0.1, 0.3, 0.5})
        for (int n = 1; n <= 40; ++n) {
            AxialNodes const nodes = axial_nodes(share, n);
            for (float const x : nodes.x) EXPECT_TRUE(x > 0 && x < 1) << x;
            for (float const weight : nodes.weight) EXPECT_GT(weight, 0);
        }
}

}  // namespace hutch::powder
