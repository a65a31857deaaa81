#include "hutch/curate/assess/sketch.hpp"

#include "hutch/base/random.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace hutch::curate::assess {
namespace {

constexpr std::size_t bin_count = 512, bit_count = 256;
constexpr std::size_t half_window = 12;    // bins to each side of the running mean: 5 % of the length
constexpr std::size_t least_values = 128;  // shorter arrays have no background apart from their mean
constexpr int value_bits = 30;             // of the range of an array; sums of 2^33 of them fit
constexpr std::int64_t unit = 1024, limit = 16;
constexpr int rounds = 3;  // random signs and a Hadamard transform
constexpr std::uint64_t sign_seed = 0x68757463682d7369;

using Bins = std::array<std::int64_t, bin_count>;
using Wave = std::array<std::int32_t, bin_count>;

struct Range {
    double least = std::numeric_limits<double>::infinity(), most = -least;
};

Range range_of(std::span<double const> values) {
    Range range;
    for (double value : values) {
        bool const is_finite = std::abs(value) <= std::numeric_limits<double>::max();
        range.least = is_finite && value < range.least ? value : range.least;
        range.most = is_finite && value > range.most ? value : range.most;
    }
    return range;
}

struct Binned {
    Bins sums{}, counts{};
};

// Short arrays are stretched: each value fills some bins.
Binned to_bins(std::span<double const> values, Range const& range) {
    Binned binned;
    int exponent = 0;
    std::frexp(range.most - range.least, &exponent);
    double const scale = std::ldexp(1.0, std::clamp(value_bits - exponent, -1000, 1000));
    std::size_t const n = values.size();
    for (std::size_t b = 0; b < bin_count; ++b) {
        std::size_t const first = b * n / bin_count, last = std::max(first + 1, (b + 1) * n / bin_count);
        std::int64_t sum = 0, count = 0;
        for (std::size_t i = first; i < last; ++i) {
            if (!(values[i] >= range.least && values[i] <= range.most)) continue;
            sum += std::int64_t((values[i] - range.least) * scale);
            ++count;
        }
        binned.sums[b] = count > 0 ? sum / count : 0;
        binned.counts[b] = count > 0 ? 1 : 0;
    }
    return binned;
}

// Take the mean over a window of bins from each; those without values get 0.
Bins without_background(Binned const& binned, std::size_t half) {
    std::array<std::int64_t, bin_count + 1> sums{}, counts{};
    for (std::size_t b = 0; b < bin_count; ++b) {
        sums[b + 1] = sums[b] + binned.sums[b] * binned.counts[b];
        counts[b + 1] = counts[b] + binned.counts[b];
    }
    Bins left{};
    for (std::size_t b = 0; b < bin_count; ++b) {
        if (binned.counts[b] == 0) continue;
        std::size_t const first = b > half ? b - half : 0, last = std::min(bin_count, b + half + 1);
        left[b] = binned.sums[b] - (sums[last] - sums[first]) / (counts[last] - counts[first]);
    }
    return left;
}

// Bins in units of 1/1024 of their mean |bin|, the largest limited: a single strong peak is not all that
// counts, and noise stays as small as it is.
bool to_wave(Bins const& bins, Wave& wave) {
    std::int64_t sum = 0;
    for (std::int64_t bin : bins) sum += std::abs(bin);
    std::int64_t const mean = sum / std::int64_t(bin_count);
    if (mean == 0) return false;
    for (std::size_t b = 0; b < bin_count; ++b)
        wave[b] = std::int32_t(std::clamp(bins[b] * unit / mean, -limit * unit, limit * unit));
    return true;
}

void hadamard(Wave& wave) {
    for (std::size_t step = 1; step < bin_count; step *= 2)
        for (std::size_t i = 0; i < bin_count; i += 2 * step)
            for (std::size_t j = i; j < i + step; ++j) {
                std::int32_t const a = wave[j], b = wave[j + step];
                wave[j] = a + b;
                wave[j + step] = a - b;
            }
}

// Signs of round r for array number `which` of a record.
Wave signs_of(std::uint32_t which, int round) {
    RandomStream random(sign_seed, which, std::uint64_t(round));
    Wave signs;
    for (std::size_t b = 0; b < bin_count; b += 64) {
        std::uint64_t const bits = random.bits();
        for (std::size_t i = 0; i < 64; ++i) signs[b + i] = (bits >> i & 1) != 0 ? 1 : -1;
    }
    return signs;
}

using Signs = std::array<Wave, rounds>;

Signs make_signs(std::uint32_t which) {
    Signs signs;
    for (int round = 0; round < rounds; ++round) signs[std::size_t(round)] = signs_of(which, round);
    return signs;
}

Signs const& first_signs() {
    static Signs const signs = make_signs(0);
    return signs;
}

bool has_shape(std::span<double const> values) {
    Range const range = range_of(values);
    return range.most > range.least;
}

// Project one array; false when it is constant. With a mean of 1 and a limit of 16 the length
// is at most sqrt(16 * 512) units, and no number exceeds that times 512^1.5: 1.1e9.
bool project(std::span<double const> values, Signs const& signs, Wave& wave) {
    Range const range = range_of(values);
    if (!(range.most > range.least) || !std::isfinite(range.most - range.least)) return false;
    std::size_t const half = values.size() < least_values ? bin_count : half_window;
    if (!to_wave(without_background(to_bins(values, range), half), wave)) return false;
    for (Wave const& round : signs) {
        for (std::size_t b = 0; b < bin_count; ++b) wave[b] *= round[b];
        hadamard(wave);
    }
    return true;
}

template <class Number>
Sketch signs_to_bits(std::array<Number, bin_count> const& wave) {
    Sketch made{};
    for (std::size_t i = 0; i < bit_count; ++i) made[i / 64] |= std::uint64_t(wave[i] > 0) << (i % 64);
    return made;
}

}  // namespace

Sketch sketch(std::span<double const> values) {
    Wave wave;
    return project(values, first_signs(), wave) ? signs_to_bits(wave) : Sketch{};
}

Sketch sketch(std::span<std::span<double const> const> arrays) {
    if (arrays.size() == 1) return sketch(arrays[0]);
    Bins sums{};
    for (std::size_t a = 0; a < arrays.size(); ++a) {
        Wave wave;
        if (!has_shape(arrays[a])) continue;
        if (!project(arrays[a], a == 0 ? first_signs() : make_signs(std::uint32_t(a)), wave)) continue;
        for (std::size_t b = 0; b < bin_count; ++b) sums[b] += wave[b];
    }
    return signs_to_bits(sums);
}

int distance(Sketch const& one, Sketch const& other) {
    int bits = 0;
    for (std::size_t i = 0; i < one.size(); ++i) bits += std::popcount(one[i] ^ other[i]);
    return bits;
}

}  // namespace hutch::curate::assess
