#include "hutch/curate/assess/detail/poisson.hpp"

#include "hutch/curate/assess/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::size_t block = 48, fewest_blocks = 4;
constexpr double fewest_counts = 20, white_power = 70, equal_signs = 0.4;
// The median over blocks of a mean of 44 squares lies below its mean: 1 - 2 / (9 k) cubed with k = 44 * 0.32
// free ones (squares of overlapping differences hang together); Wilson and Hilferty, PNAS 17 (1931) 684.
constexpr double median_of_blocks = 0.953;

struct Block {
    double mean = 0, variance = 0;
};

// Mean and variance of a block; a mean of 0 when it says nothing.
Block measure(std::span<double const> v) {
    double sum = 0, squares = 0, last = 0;
    std::size_t equal = 0, all = 0;
    for (double value : v) sum += value;
    for (std::size_t i = 0; i + 4 < v.size(); ++i) {
        double const d = v[i] - 4 * v[i + 1] + 6 * v[i + 2] - 4 * v[i + 3] + v[i + 4];
        squares += d * d;
        if (d * last != 0) ++all, equal += d * last > 0;
        last = d;
    }
    bool const is_noise = all < 8 || double(equal) < equal_signs * double(all);
    if (!std::isfinite(sum) || sum < fewest_counts || !is_noise) return {};
    return {sum / double(v.size()), squares / double(v.size() - 4) / white_power};
}

}  // namespace

std::optional<double> variance_over_mean(std::span<double const> counts) {
    std::vector<Block> blocks;
    for (std::size_t first = 0; first + block <= counts.size(); first += block) {
        Block const one = measure(counts.subspan(first, block));
        if (one.mean > 0) blocks.push_back(one);
    }
    if (blocks.size() < fewest_blocks) return {};
    std::ranges::sort(blocks, {}, &Block::mean);
    blocks.resize(std::max(fewest_blocks, blocks.size() / 2));
    std::vector<double> ratios;
    for (Block const& one : blocks) ratios.push_back(one.variance / one.mean);
    return median(std::move(ratios)) / median_of_blocks;
}

}  // namespace hutch::curate::assess::detail
