#include "hutch/methods/powder/axial.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace hutch::powder {
namespace {

// Gauss-Legendre on [0, 1] by Newton's method on the Legendre polynomial.
AxialQuadrature legendre(int n) {
    AxialQuadrature rule;
    for (int i = 0; i < n; ++i) {
        double z = std::cos(std::numbers::pi * (i + 0.75) / (n + 0.5)), derivative = 1;
        for (int step = 0; step < 100; ++step) {
            double p = 1, before = 0;
            for (int k = 0; k < n; ++k) {
                double const next = ((2 * k + 1) * z * p - k * before) / (k + 1);
                before = p;
                p = next;
            }
            derivative = n * (z * p - before) / (z * z - 1);
            double const change = p / derivative;
            z -= change;
            if (std::abs(change) < 1e-15) break;
        }
        rule.x.push_back((1 - z) / 2);
        rule.weight.push_back(1 / ((1 - z * z) * derivative * derivative));
    }
    return rule;
}

// The measure W(x) dx as points that integrate x^(4n-1) exactly, split where W has its kink.
AxialQuadrature dense_measure(double share, int n) {
    AxialQuadrature const base = legendre(std::max(64, 2 * n));
    double const kink = 1 - 2 * share;
    AxialQuadrature points;
    for (auto [from, to] : {std::pair{0.0, kink}, std::pair{kink, 1.0}})
        for (std::size_t i = 0; i < base.x.size() && to > from; ++i) {
            double const x = from + (to - from) * base.x[i];
            points.x.push_back(x * x);
            points.weight.push_back((to - from) * base.weight[i] * std::min(2 * share, 1 - x));
        }
    return points;
}

// Eigenvalues (left in diagonal) and first components of the eigenvectors of a symmetric tridiagonal matrix,
// by QL steps with implicit shifts; off[i] couples i and i + 1.
void diagonalize(std::vector<double>& diagonal, std::vector<double>& off, std::vector<double>& first) {
    std::size_t const n = diagonal.size();
    first.assign(n, 0);
    first[0] = 1;
    for (std::size_t low = 0; low < n; ++low)
        for (int step = 0; step < 80; ++step) {
            std::size_t high = low;
            while (high + 1 < n &&
                   std::abs(off[high]) > 1e-16 * (std::abs(diagonal[high]) + std::abs(diagonal[high + 1])))
                ++high;
            if (high == low) break;
            double const slope = (diagonal[low + 1] - diagonal[low]) / (2 * off[low]);
            double g = diagonal[high] - diagonal[low] +
                       off[low] / (slope + std::copysign(std::hypot(slope, 1.0), slope));
            double sine = 1, cosine = 1, moved = 0;
            for (std::size_t i = high; i-- > low;) {
                double f = sine * off[i];
                double const b = cosine * off[i], r = std::hypot(f, g);
                off[i + 1] = r;
                sine = f / r, cosine = g / r;
                g = diagonal[i + 1] - moved;
                double const t = (diagonal[i] - g) * sine + 2 * cosine * b;
                moved = sine * t;
                diagonal[i + 1] = g + moved;
                g = cosine * t - b;
                f = first[i + 1];
                first[i + 1] = sine * first[i] + cosine * f;
                first[i] = cosine * first[i] - sine * f;
            }
            diagonal[low] -= moved;
            off[low] = g;
            off[high] = 0;
        }
}

}  // namespace

AxialQuadrature axial_quadrature(double share, int n) {
    AxialQuadrature const measure = dense_measure(std::max(share, 1e-6), n);
    double const total = std::accumulate(measure.weight.begin(), measure.weight.end(), 0.0);
    // Stieltjes: recurrence coefficients of the orthogonal polynomials, as a Jacobi matrix.
    std::vector<double> diagonal(std::size_t(n), 0), off(std::size_t(n), 0), before(measure.x.size(), 0),
        current(measure.x.size(), 1);
    double norm_before = 1;
    for (int k = 0; k < n; ++k) {
        double norm = 0, moment = 0;
        for (std::size_t i = 0; i < current.size(); ++i) {
            norm += measure.weight[i] * current[i] * current[i];
            moment += measure.weight[i] * measure.x[i] * current[i] * current[i];
        }
        double const alpha = moment / norm, beta = k > 0 ? norm / norm_before : 0;
        diagonal[std::size_t(k)] = alpha;
        if (k > 0) off[std::size_t(k - 1)] = std::sqrt(beta);
        for (std::size_t i = 0; i < current.size(); ++i) {
            double const next = (measure.x[i] - alpha) * current[i] - beta * before[i];
            before[i] = current[i];
            current[i] = next;
        }
        norm_before = norm;
    }
    std::vector<double> first;
    diagonalize(diagonal, off, first);
    AxialQuadrature rule;
    for (std::size_t i = 0; i < diagonal.size(); ++i) {
        rule.x.push_back(std::sqrt(std::clamp(diagonal[i], 0.0, 1.0)));
        rule.weight.push_back(total * first[i] * first[i]);
    }
    return rule;
}

AxialNodes axial_nodes(double share, int n) {
    AxialQuadrature const rule = axial_quadrature(share, n);
    return {{rule.x.begin(), rule.x.end()}, {rule.weight.begin(), rule.weight.end()}};
}

}  // namespace hutch::powder
