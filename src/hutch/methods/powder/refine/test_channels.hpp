/// Offer tables of channels and what the tests of both kinds of line ask of them.
#pragma once

#include "hutch/methods/powder/refine/line_shape.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::powder::refine {

inline constexpr std::size_t channel_count = 6;
using Table = std::vector<std::vector<double>>;  ///< (channel, point)

inline std::vector<double> even_points(double from, double to, std::size_t n) {
    std::vector<double> x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = from + (to - from) * double(i) / double(n - 1);
    return x;
}

inline double largest(std::vector<double> const& y) {
    double most = 0;
    for (double const v : y) most = std::max(most, std::abs(v));
    return most;
}

inline double largest_difference(std::vector<double> const& a, std::vector<double> const& b) {
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
    return most;
}

/// Expect as many channels as `some` has to be those of `all`.
inline void expect_same_channels(Table const& all, Table const& some, double tolerance, char const* name) {
    for (std::size_t k = 0; k < some.size(); ++k)
        EXPECT_LE(largest_difference(all[k], some[k]), tolerance * largest(all[k]))
            << name << ", channel " << k;
}

}  // namespace hutch::powder::refine
