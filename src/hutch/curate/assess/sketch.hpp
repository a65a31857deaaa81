/// Find records that are nearly the same among millions: a signature of 256 bits for each, and its
/// neighbours.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace hutch::curate::assess {

/// 256 signs of random projections; all zero says that there was nothing to compare.
///
/// Two arrays whose shapes correlate by r differ in about 256 acos(r) / pi bits: 4 at 0.999, 12 at 0.99,
/// 26 at 0.95, 128 when they have nothing in common (sketch_test, "differs by the angle").
/// \par Source  Charikar, STOC 2002 (signs of projections); Ailon and Chazelle, SIAM J. Comput. 39 (2009) 302
///              (random signs and Hadamard transforms in place of a dense matrix)
using Sketch = std::array<std::uint64_t, 4>;

/// Return the signature of one array of any length and dimension, row-major.
///
/// The array is averaged into 512 bins. Of 128 values and more a running mean over 5 % of the length is taken
/// away (background, trend), of shorter ones the mean; what is left is limited to 16 times its mean, so that
/// a single strong peak is not all that counts. Values times a positive number plus another give the same
/// bits, but for projections that are zero within rounding. NaN and infinite values are left out of their
/// bin; a bin without values counts as background. Constant arrays, and those with less than two finite
/// values, give zeros.
///
/// The same bits on every machine: values are taken to integers by one subtraction and one product with a
/// power of two, and from there on all sums are of integers, which have no order.
/// \par Cost  about two passes over the values and 14,000 integer additions (sketch_bench)
Sketch sketch(std::span<double const> values);
/// Return one signature of several arrays of one record; each counts the same, whatever its length and unit.
Sketch sketch(std::span<std::span<double const> const> arrays);

/// Return in how many bits two signatures differ.
int distance(Sketch const& one, Sketch const& other);

struct SketchPair {
    std::uint32_t one = 0, other = 0;  ///< one < other
    int distance = 0;
    bool operator==(SketchPair const&) const = default;
};

struct NearPairsOptions {
    int most_distance = 32;            ///< [bit]; 32 is a correlation of 0.92
    std::size_t most_pairs = 1 << 20;  ///< the closest ones are kept
    std::size_t window = 64;           ///< records of a crowded bucket that one is compared with
    /// Return whether a pair is asked for; empty: all are.
    std::function<bool(std::uint32_t one, std::uint32_t other)> is_wanted{};
};

struct NearPairs {
    std::vector<SketchPair> pairs;  ///< ascending by distance, then by index
    bool is_cut = false;            ///< there were more than `most_pairs`
};

/// Find the pairs of signatures that are at most some bits apart; those of nothing but zeros have no pairs.
///
/// Signatures are cut into 16 bands of 16 bits (8 of 32 above 2^18 records). Records that are equal in a
/// band are compared; where many are, each only with its next ones in the order of the other bands. Of pairs
/// that differ in 5 % of the bits 99.99 % share a band of 16, of 10 % 96 %.
/// \par Cost  O(bands * n * (log n + window)) time, 16 bytes a record and 12 a pair, whatever the data
NearPairs near_pairs(std::span<Sketch const> sketches, NearPairsOptions const& options = {});

}  // namespace hutch::curate::assess
