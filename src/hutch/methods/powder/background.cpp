#include "hutch/methods/powder/background.hpp"

#include <algorithm>
#include <cmath>

namespace hutch::powder {

std::vector<double> snip_background(std::span<double const> y, std::size_t half_window) {
    std::vector<double> root(y.size()), clipped(y.size());
    for (std::size_t i = 0; i < y.size(); ++i) root[i] = std::sqrt(std::max(0.0, y[i]));
    for (std::size_t p = std::min(half_window, y.size() / 2); p > 0; --p) {
        clipped = root;
        for (std::size_t i = p; i + p < y.size(); ++i)
            clipped[i] = std::min(root[i], (root[i - p] + root[i + p]) / 2);
        root.swap(clipped);
    }
    for (double& value : root) value *= value;
    return root;
}

std::vector<double> running_mean(std::span<double const> y, std::size_t half_window) {
    std::vector<double> sums(y.size() + 1, 0.0), result(y.size());
    for (std::size_t i = 0; i < y.size(); ++i) sums[i + 1] = sums[i] + y[i];
    for (std::size_t i = 0; i < y.size(); ++i) {
        std::size_t const from = i < half_window ? 0 : i - half_window;
        std::size_t const to = std::min(y.size(), i + half_window + 1);
        result[i] = (sums[to] - sums[from]) / double(to - from);
    }
    return result;
}

}  // namespace hutch::powder
