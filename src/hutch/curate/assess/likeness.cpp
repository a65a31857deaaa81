#include "hutch/curate/assess/likeness.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace hutch::curate::assess {
namespace {

using Values = std::vector<double>;

constexpr std::size_t fewest_values = 8, fewest_for_noise = 64, fewest_for_background = 128;
constexpr int most_shift = 3;
constexpr double copied_correlation = 1 - 1e-6, copied_noise = 0.5, copied_noise_correlation = 0.9;
constexpr double repeated_correlation = 0.98;
constexpr double clean_share = 0.05;  // of the other's noise variance: it was added
constexpr double equal_signs = 0.3;  // white noise: acos(0.8) / pi = 0.205 of neighbouring fourth differences
constexpr double white_power = 70;   // 1 + 16 + 36 + 16 + 1
constexpr double kept_share = 0.75;  // of squares; the largest are of peaks
constexpr std::size_t block = 9;
constexpr double noise_in_trimmed = 0.368;  // of a normal distribution's variance, up to its third quartile
constexpr double fewest_taking_part = 12;   // one or two sharp peaks are alike by chance
constexpr double most_scale = 2;  // between repeats; weak records look like anything else that is scaled down

// Take a running mean away; from short arrays the mean of all.
Values without_background(std::span<double const> values) {
    std::size_t const n = values.size(),
                      half = n < fewest_for_background ? n : std::max<std::size_t>(2, n / 40);
    Values sums(n + 1, 0), left(n);
    for (std::size_t i = 0; i < n; ++i) sums[i + 1] = sums[i] + values[i];
    for (std::size_t i = 0; i < n; ++i) {
        std::size_t const first = i > half ? i - half : 0, last = std::min(n, i + half + 1);
        left[i] = values[i] - (sums[last] - sums[first]) / double(last - first);
    }
    return left;
}

struct Products {
    double aa = 0, bb = 0, ab = 0;
    double correlation() const { return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0; }
};

// Of a[i] and b[i + shift].
Products products(Values const& a, Values const& b, int shift) {
    Products made;
    std::size_t const n = a.size(), first = shift < 0 ? std::size_t(-shift) : 0,
                      last = shift > 0 ? n - std::size_t(shift) : n;
    for (std::size_t i = first; i < last; ++i) {
        double const y = b[std::size_t(std::ptrdiff_t(i) + shift)];
        made.aa += a[i] * a[i], made.bb += y * y, made.ab += a[i] * y;
    }
    return made;
}

Values fourth_differences(Values const& v) {
    Values made(v.size() < 5 ? 0 : v.size() - 4);
    for (std::size_t i = 0; i < made.size(); ++i)
        made[i] = v[i] - 4 * v[i + 1] + 6 * v[i + 2] - 4 * v[i + 3] + v[i + 4];
    return made;
}

// Mean of the smaller squares.
double trimmed_power(Values const& values) {
    Values squares(values.size());
    std::ranges::transform(values, squares.begin(), [](double v) { return v * v; });
    auto const kept = std::ptrdiff_t(kept_share * double(squares.size()));
    if (kept == 0) return 0;
    std::ranges::nth_element(squares, squares.begin() + kept - 1);
    double sum = 0;
    for (auto i = squares.begin(); i != squares.begin() + kept; ++i) sum += *i;
    return sum / double(kept);
}

// How many values carry an array: (sum x)^2 / sum x^2 of what rises out of the noise.
double participation(Values const& net, double noise_power) {
    double const least = 3 * std::sqrt(noise_power / (white_power * noise_in_trimmed));
    double sum = 0, squares = 0;
    for (double const x : net)
        if (x > least) sum += x, squares += x * x;
    return squares > 0 ? sum * sum / squares : 0;
}

bool is_noise(Values const& differences) {
    std::size_t equal = 0, all = 0;
    for (std::size_t i = 1; i < differences.size(); ++i) {
        double const product = differences[i - 1] * differences[i];
        if (product == 0) continue;
        ++all;
        if (product > 0) ++equal;
    }
    return all > differences.size() / 4 && double(equal) < equal_signs * double(all);
}

struct Whiteness {
    double structure = 0, deviation = 0;  // of a sum of squares of white noise
};

// Compare the power of block sums of d with the variance that white noise would have in each block.
Whiteness whiteness(Values const& d, Values const& variance) {
    double power = 0, expected = 0, squares = 0;
    for (std::size_t first = 0; first + block <= d.size(); first += block) {
        double sum = 0, noise = 0;
        for (std::size_t i = first; i < first + block; ++i) sum += d[i], noise += variance[i];
        power += sum * sum, expected += noise, squares += noise * noise;
    }
    if (!(expected > 0)) return {};
    return {power / expected, std::sqrt(2 * squares) / expected};
}

struct Pair {
    Values a, b;    // values that both have
    Values da, db;  // fourth differences
};

// Both from where they overlap after a shift.
Pair aligned(Values const& a, Values const& b, int shift) {
    Pair pair;
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto const j = std::ptrdiff_t(i) + shift;
        if (j < 0 || j >= std::ptrdiff_t(b.size())) continue;
        pair.a.push_back(a[i]);
        pair.b.push_back(b[std::size_t(j)]);
    }
    return pair;
}

// Variance of each value of a - s b: as counts say, or as the scatter of d around it does.
Values variances(Pair const& raw, Values const& d, double scale, bool is_poisson) {
    Values made(d.size());
    if (is_poisson) {
        for (std::size_t i = 0; i < d.size(); ++i)
            made[i] = std::max(raw.a[i], 0.0) + scale * scale * std::max(raw.b[i], 0.0);
        return made;
    }
    Values const differences = fourth_differences(d);
    for (std::size_t i = 0; i < d.size(); ++i) {
        double const one = differences[std::min(i < 2 ? 0 : i - 2, differences.size() - 1)];
        made[i] = one * one / white_power;
    }
    return made;
}

void judge_noise(Pair const& raw, Pair const& net, double scale, ComparisonOptions const& options,
                 Comparison& made) {
    Values d(net.a.size());
    for (std::size_t i = 0; i < d.size(); ++i) d[i] = net.a[i] - scale * net.b[i];
    Values const da = fourth_differences(raw.a), db = fourth_differences(raw.b), dd = fourth_differences(d);
    double const noise_a = trimmed_power(da), noise_b = scale * scale * trimmed_power(db);
    made.is_noisy = is_noise(da) && is_noise(db);
    if (noise_a + noise_b > 0) made.noise_ratio = trimmed_power(dd) / (noise_a + noise_b);
    if (made.is_noisy && made.correlation >= copied_noise_correlation && made.noise_ratio < copied_noise) {
        made.likeness = Likeness::copied;
        return;
    }
    auto const [structure, deviation] = whiteness(d, variances(raw, d, scale, options.is_poisson));
    bool const is_added =
        is_noise(dd) && std::min(noise_a, noise_b) < clean_share * std::max(noise_a, noise_b);
    bool const is_as_strong = scale <= most_scale && scale >= 1 / most_scale;
    bool const is_expected = is_added || (options.is_poisson && is_as_strong);
    // 20 % for what a background leaves; declared noise says how far it may go, added noise only scatters
    made.structure = structure, made.white_limit = 1.2 + (is_added ? 6 : 3) * deviation;
    bool const is_told_by_many = std::min(participation(net.a, noise_a),
                                          participation(net.b, trimmed_power(db))) >= fewest_taking_part;
    if (made.correlation >= repeated_correlation && is_expected && is_told_by_many && structure > 0 &&
        structure < made.white_limit)
        made.likeness = Likeness::repeated;
}

}  // namespace

Comparison compare(std::span<double const> one, std::span<double const> other,
                   ComparisonOptions const& options) {
    Comparison made;
    if (one.size() != other.size()) return made;
    Values a, b;
    for (std::size_t i = 0; i < one.size(); ++i)
        if (std::isfinite(one[i]) && std::isfinite(other[i])) a.push_back(one[i]), b.push_back(other[i]);
    if (a.size() < fewest_values) return made;
    Values const x = without_background(a), y = without_background(b);
    int const reach = a.size() < fewest_for_noise ? 0 : most_shift;
    Products best;
    for (int k = 0; k <= 2 * reach; ++k) {
        int const shift = k % 2 == 0 ? k / 2 : -(k + 1) / 2;
        Products const found = products(x, y, shift);
        if (k > 0 && found.correlation() <= best.correlation()) continue;
        best = found;
        made.shift = shift;
    }
    made.correlation = best.correlation();
    if (made.correlation >= copied_correlation)
        made.likeness = Likeness::copied;
    else if (a.size() >= fewest_for_noise && made.correlation >= copied_noise_correlation)
        judge_noise(aligned(a, b, made.shift), aligned(x, y, made.shift), best.ab / best.bb, options, made);
    return made;
}

}  // namespace hutch::curate::assess
