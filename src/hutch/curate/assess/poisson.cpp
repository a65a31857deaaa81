#include "hutch/curate/assess/detail/poisson.hpp"

#include "hutch/curate/assess/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::size_t block = 48, fewest_blocks = 4, fewest_differences = 12;
constexpr double fewest_counts = 20, white_power = 70, equal_signs = 0.4, never_empty = 10;
// The median over blocks of a mean of n squares lies below its mean: 1 - 2 / (9 k) cubed with k = 0.32 n free
// ones (squares of overlapping differences hang together); Wilson and Hilferty, PNAS 17 (1931) 684.
double median_of_mean(std::size_t squares) { return std::pow(1 - 2 / (9 * 0.32 * double(squares)), 3); }

struct Block {
    double mean = 0, variance = 0;
};

// Five points that belong together: their mean, and their fourth difference, which is noise where the signal
// is smooth. The sum of five counts does not tell the sign of the difference, and in counts its variance is
// that of the sum: five points may be left out by their level.
struct Five {
    double mean = 0, difference = 0, least = 0;
};

// All fives of a block; none where differences follow the signal.
std::vector<Five> fives_of(std::span<double const> v) {
    std::vector<Five> all;
    double last = 0;
    std::size_t equal = 0, signs = 0;
    for (std::size_t i = 0; i + 4 < v.size(); ++i) {
        double const d = v[i] - 4 * v[i + 1] + 6 * v[i + 2] - 4 * v[i + 3] + v[i + 4];
        all.push_back(
            {(v[i] + v[i + 1] + v[i + 2] + v[i + 3] + v[i + 4]) / 5, d, std::ranges::min(v.subspan(i, 5))});
        if (d * last != 0) ++signs, equal += d * last > 0;
        last = d;
    }
    if (signs >= 8 && double(equal) >= equal_signs * double(signs)) all.clear();
    return all;
}

// Mean and variance of what stands at the usual level of a block: sharp peaks stand above, and nothing where
// there should be ten counts or more is a dead pixel. A mean of 0 when the block says nothing.
Block measure(std::span<double const> v) {
    for (double value : v)
        if (!std::isfinite(value)) return {};
    std::vector<Five> const fives = fives_of(v);
    std::vector<double> levels;
    for (Five const& five : fives) levels.push_back(five.mean);
    double const usual = median(levels), highest = usual + 3 * std::sqrt(std::max(0.0, usual) / 5);
    double sum = 0, squares = 0;
    std::size_t used = 0;
    for (Five const& five : fives)
        if (five.mean <= highest && (five.least > 0 || usual < never_empty))
            sum += five.mean, squares += five.difference * five.difference, ++used;
    if (used < fewest_differences || sum / double(used) * double(v.size()) < fewest_counts) return {};
    return {sum / double(used), squares / double(used) / white_power / median_of_mean(used)};
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
    return median(std::move(ratios));
}

}  // namespace hutch::curate::assess::detail
