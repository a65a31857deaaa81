#include "hutch/curate/assess/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace hutch::curate::assess {
namespace {

// x^a exp(-x) / Gamma(a)
double gamma_front(double a, double x) { return std::exp(a * std::log(x) - x - std::lgamma(a)); }

double lower_by_series(double a, double x) {
    double term = 1 / a, sum = term;
    for (double n = a + 1; std::abs(term) > 1e-16 * std::abs(sum) && n < a + 1e5; ++n) sum += term *= x / n;
    return sum * gamma_front(a, x);
}

// Lentz's evaluation of the continued fraction.
double upper_by_fraction(double a, double x) {
    constexpr double tiny = 1e-300;
    double b = x + 1 - a, c = 1 / tiny, d = 1 / b, h = d;
    for (int i = 1; i < 100000; ++i) {
        double const an = -double(i) * (double(i) - a);
        b += 2;
        d = an * d + b;
        if (std::abs(d) < tiny) d = tiny;
        c = b + an / c;
        if (std::abs(c) < tiny) c = tiny;
        d = 1 / d;
        double const change = d * c;
        h *= change;
        if (std::abs(change - 1) < 1e-15) break;
    }
    return h * gamma_front(a, x);
}

std::vector<double> sorted_finite(std::span<double const> values) {
    std::vector<double> sorted;
    for (double value : values)
        if (std::isfinite(value)) sorted.push_back(value);
    std::ranges::sort(sorted);
    return sorted;
}

double kolmogorov_tail(double lambda) {
    if (lambda < 0.2) return 1;
    double sum = 0, sign = 1;
    for (int j = 1; j < 100; ++j, sign = -sign) {
        double const term = std::exp(-2 * lambda * lambda * j * j);
        sum += sign * term;
        if (term < 1e-18) break;
    }
    return std::clamp(2 * sum, 0.0, 1.0);
}

// Columns that are too thin to be tested one by one become one.
CountTable with_thin_columns_joined(CountTable const& table) {
    std::vector<double> rows(table.rows), columns(table.columns);
    double total = 0;
    for (std::size_t r = 0; r < table.rows; ++r)
        for (std::size_t c = 0; c < table.columns; ++c)
            rows[r] += table.at(r, c), columns[c] += table.at(r, c), total += table.at(r, c);
    double smallest = std::numeric_limits<double>::infinity();
    for (double row : rows)
        if (row > 0) smallest = std::min(smallest, row);
    std::vector<std::size_t> kept;
    for (std::size_t c = 0; c < table.columns; ++c)
        if (columns[c] * smallest >= 5 * total) kept.push_back(c);
    CountTable joined(table.rows, kept.size() + 1);
    for (std::size_t r = 0; r < table.rows; ++r) {
        double rest = rows[r];
        for (std::size_t k = 0; k < kept.size(); ++k) rest -= joined.at(r, k) = table.at(r, kept[k]);
        joined.at(r, kept.size()) = std::max(0.0, rest);
    }
    return joined;
}

}  // namespace

double chi_square_tail(double chi_square, double degrees) {
    if (!(chi_square > 0) || !(degrees > 0)) return 1;
    double const a = degrees / 2, x = chi_square / 2;
    return std::clamp(x < a + 1 ? 1 - lower_by_series(a, x) : upper_by_fraction(a, x), 0.0, 1.0);
}

double normal_tail(double z) { return 0.5 * std::erfc(z / std::numbers::sqrt2); }

KolmogorovSmirnov kolmogorov_smirnov(std::span<double const> one, std::span<double const> other,
                                     double share_one, double share_other) {
    std::vector<double> const a = sorted_finite(one), b = sorted_finite(other);
    KolmogorovSmirnov found;
    if (a.empty() || b.empty()) return found;
    std::size_t i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
        double const value = std::min(a[i], b[j]);
        while (i < a.size() && a[i] == value) ++i;
        while (j < b.size() && b[j] == value) ++j;
        found.distance =
            std::max(found.distance, std::abs(double(i) / double(a.size()) - double(j) / double(b.size())));
    }
    double const n = double(a.size()) * share_one, m = double(b.size()) * share_other,
                 root = std::sqrt(n * m / (n + m));
    found.p = kolmogorov_tail((root + 0.12 + 0.11 / root) * found.distance);
    return found;
}

double population_stability(std::span<double const> one, std::span<double const> other) {
    std::vector<double> const a = sorted_finite(one), b = sorted_finite(other);
    if (a.empty() || b.empty()) return 0;
    std::vector<double> edges;
    for (std::size_t k = 1; k < 10; ++k) edges.push_back(a[k * a.size() / 10]);
    edges.erase(std::ranges::unique(edges).begin(), edges.end());
    edges.push_back(std::numeric_limits<double>::infinity());
    double sum = 0;
    std::size_t i = 0, j = 0;
    for (double edge : edges) {
        std::size_t const p0 = i, q0 = j;
        while (i < a.size() && a[i] <= edge) ++i;
        while (j < b.size() && b[j] <= edge) ++j;
        double const p = (double(i - p0) + 0.5) / (double(a.size()) + 0.5 * double(edges.size())),
                     q = (double(j - q0) + 0.5) / (double(b.size()) + 0.5 * double(edges.size()));
        sum += (p - q) * std::log(p / q);
    }
    return sum;
}

ChiSquare chi_square_test(CountTable const& table) {
    CountTable const t = with_thin_columns_joined(table);
    std::vector<double> rows(t.rows), columns(t.columns);
    double total = 0;
    for (std::size_t r = 0; r < t.rows; ++r)
        for (std::size_t c = 0; c < t.columns; ++c)
            rows[r] += t.at(r, c), columns[c] += t.at(r, c), total += t.at(r, c);
    ChiSquare found;
    auto const used_rows = double(std::ranges::count_if(rows, [](double n) { return n > 0; })),
               used_columns = double(std::ranges::count_if(columns, [](double n) { return n > 0; }));
    if (used_rows < 2 || used_columns < 2) return found;
    for (std::size_t r = 0; r < t.rows; ++r)
        for (std::size_t c = 0; c < t.columns; ++c) {
            double const expected = rows[r] * columns[c] / total;
            if (expected > 0) found.chi_square += std::pow(t.at(r, c) - expected, 2) / expected;
        }
    found.degrees = (used_rows - 1) * (used_columns - 1);
    found.p = chi_square_tail(found.chi_square, found.degrees);
    found.cramer_v = std::sqrt(found.chi_square / total / (std::min(used_rows, used_columns) - 1));
    return found;
}

double entropy(std::span<double const> counts) {
    double const total = std::accumulate(counts.begin(), counts.end(), 0.0);
    double sum = 0;
    for (double count : counts)
        if (count > 0) sum -= count / total * std::log(count / total);
    return sum;
}

double relative_information(CountTable const& table) {
    std::vector<double> columns(table.columns);
    for (std::size_t r = 0; r < table.rows; ++r)
        for (std::size_t c = 0; c < table.columns; ++c) columns[c] += table.at(r, c);
    double const total = std::accumulate(columns.begin(), columns.end(), 0.0), all = entropy(columns);
    if (!(all > 0)) return 0;
    double left = 0;  // of columns, when the row is known
    for (std::size_t r = 0; r < table.rows; ++r) {
        std::span const row = std::span(table.counts).subspan(r * table.columns, table.columns);
        left += std::accumulate(row.begin(), row.end(), 0.0) / total * entropy(row);
    }
    return 1 - left / all;
}

double divergence(std::span<double const> counts, std::span<double const> others) {
    double const extra = 0.5 * double(counts.size()),
                 n = std::accumulate(counts.begin(), counts.end(), 0.0) + extra,
                 m = std::accumulate(others.begin(), others.end(), 0.0) + extra;
    double sum = 0;
    for (std::size_t c = 0; c < counts.size(); ++c) {
        double const p = (counts[c] + 0.5) / n, q = (others[c] + 0.5) / m;
        sum += p * std::log(p / q);
    }
    return sum;
}

double area_under_roc(std::span<double const> scores, std::span<std::uint8_t const> is_positive) {
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return scores[i]; });
    double positives = 0, negatives = 0, wins = 0;
    for (std::size_t i = 0; i < order.size();) {
        double p = 0, n = 0;
        std::size_t j = i;
        for (; j < order.size() && scores[order[j]] == scores[order[i]]; ++j)
            (is_positive[order[j]] != 0 ? p : n) += 1;
        wins += p * (negatives + n / 2);
        positives += p, negatives += n;
        i = j;
    }
    return positives > 0 && negatives > 0 ? wins / (positives * negatives) : 0.5;
}

double median(std::vector<double> values) {
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    auto const middle = values.begin() + std::ptrdiff_t(values.size() / 2);
    std::ranges::nth_element(values, middle);
    if (values.size() % 2 == 1) return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace hutch::curate::assess
