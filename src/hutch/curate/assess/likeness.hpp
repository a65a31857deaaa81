/// Tell a copy of a record from another record that only looks like it.
#pragma once

#include <span>

namespace hutch::curate::assess {

/// How two records that look alike are related.
enum class Likeness {
    different,  ///< more differs than noise explains
    repeated,   ///< the same physics measured or simulated again: only noise differs
    copied      ///< one was made from the other: they share their noise, or every digit that counts
};

struct Comparison {
    Likeness likeness = Likeness::different;
    double correlation = 0;  ///< of both without background, at the best shift of up to three values
    int shift = 0;           ///< [value] of the second one that fits best
    double noise_ratio = 1;  ///< noise of the difference over what independent noise would give
    double structure =
        0;  ///< power of the difference in means of nine values, over that of white noise: 1 is white
    double white_limit = 0;  ///< largest `structure` that white noise may have
    bool is_noisy = false;   ///< both have noise to tell by
};

struct ComparisonOptions {
    bool is_poisson = false;  ///< declared: variance equals mean, in counts
};

/// Compare two arrays of the same length value by value.
///
/// The rule. A running mean over 5 % of the length is taken from both, b is scaled to a by least squares,
/// d = a - s b.
///   copied    the correlation is at least 1 - 1e-6; or it is at least 0.9, both are noisy, and fourth
///             differences of d are less than half of what independent noise of a and b would give, so that
///             the same noise must be in both
///   repeated  the correlation is at least 0.98, d is white (means of nine values vary no more than those of
///             white noise do) and noise was to be expected: it is declared, is
///             as large as declared and s is between 1/2 and 2, or one record is clean and the other is not;
///             and at least 12 values carry each of both, (sum x)^2 / sum x^2 of what rises out of the noise:
///             one sharp peak stands anywhere by chance
///   different all else. Records of one structure with another size, strain, texture, shift or width differ
///   by
///             peaks that rise out of the noise of d, and so do other structures.
/// Calibrated on repeats: other seeds of the same physics are never `copied`, and `repeated` only where their
/// declared noise explains all of the difference (likeness_test).
///
/// Values that are not finite in one of both are left out. Arrays of other lengths, with less than 8 values
/// or constant ones are `different`: they say too little. An array is noisy where neighbouring fourth
/// differences have mostly opposite signs, as those of white noise have.
Comparison compare(std::span<double const> one, std::span<double const> other,
                   ComparisonOptions const& options = {});

}  // namespace hutch::curate::assess
