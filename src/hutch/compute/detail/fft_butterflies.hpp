/// Give discrete Fourier transforms of a few points, unrolled, in every lane; for *.isa.cpp files only.
#pragma once

#include "hutch/compute/detail/fft_vector.hpp"

namespace hutch::compute::HUTCH_ISA {

// ---- roots of unity as constants -------------------------------------------------------------------------

struct Root {
    double cosine, sine;
};
/// Return cosine and sine of 2 pi k / n: Taylor series within an eighth of a turn, then quarter turns.
constexpr Root root(int k, int n) {
    k = (k % n + n) % n;
    int const quarter = (8 * k + n) / (2 * n);
    long double const x = 1.57079632679489661923132169163975144L * (4 * k - quarter * n) / n;
    long double cosine = 0, sine = 0, term = 1;
    for (int i = 0; i < 24; i += 2) {
        cosine += term;
        term *= x / (i + 1);
        sine += term;
        term *= -x / (i + 2);
    }
    long double const c[] = {cosine, -sine, -cosine, sine}, s[] = {sine, cosine, -sine, -cosine};
    return {double(c[quarter % 4]), double(s[quarter % 4])};
}

/// Return x * exp(-2 pi i k / n).
template <int k, int n, class Real>
HUTCH_INLINE inline Number<Real> turn(Number<Real> x) {
    constexpr int eighths = 8 * k % n == 0 ? 8 * k / n % 8 : -1;
    constexpr Real half = Real(root(1, 8).cosine);
    if constexpr (eighths == 0) return x;
    if constexpr (eighths == 1) return {(x.re + x.im) * half, (x.im - x.re) * half};
    if constexpr (eighths == 2) return {x.im, -x.re};
    if constexpr (eighths == 3) return {(x.im - x.re) * half, (x.re + x.im) * -half};
    if constexpr (eighths == 4) return {-x.re, -x.im};
    if constexpr (eighths == 5) return {(x.re + x.im) * -half, (x.re - x.im) * half};
    if constexpr (eighths == 6) return {-x.im, x.re};
    if constexpr (eighths == 7) return {(x.re - x.im) * half, (x.re + x.im) * half};
    constexpr Real c = Real(root(k, n).cosine), s = Real(root(k, n).sine);
    return {x.re * c + x.im * s, x.im * c - x.re * s};
}

// ---- transforms ------------------------------------------------------------------------------------------

template <int points, class Real>
struct Dft;

/// First for the rows, then for the columns of an a x b matrix.
template <int a, int b, class Real>
struct DftOfProduct {
    template <class Sums>
    HUTCH_INLINE static inline void run(Number<Real>* x, Sums const& sums) {
        Number<Real> y[a * b];
        unroll<b>([&](auto column) HUTCH_INLINE {
            constexpr int j = decltype(column)::value;
            Number<Real> part[a];
            unroll<a>([&](auto i) HUTCH_INLINE { part[decltype(i)::value] = x[b * decltype(i)::value + j]; });
            Dft<a, Real>::run(part, sums);
            unroll<a>([&](auto i) HUTCH_INLINE {
                constexpr int k = decltype(i)::value;
                y[k * b + j] = turn<j * k, a * b>(part[k]);
            });
        });
        unroll<a>([&](auto row) HUTCH_INLINE {
            constexpr int i = decltype(row)::value;
            Dft<b, Real>::run(y + i * b, sums);
            unroll<b>([&](auto k)
                          HUTCH_INLINE { x[i + a * decltype(k)::value] = y[i * b + decltype(k)::value]; });
        });
    }
};

/// Odd number of points: sums of x[j] + x[-j] and x[j] - x[-j].
template <int points, class Real>
struct Dft {
    static_assert(points % 2 == 1);
    template <class Sums>
    HUTCH_INLINE static inline void run(Number<Real>* x, Sums const&) {
        constexpr int half = points / 2;
        Number<Real> const first = x[0];
        Number<Real> sum[half + 1], difference[half + 1];
        unroll<half>([&](auto i) HUTCH_INLINE {
            constexpr int j = decltype(i)::value + 1;
            sum[j] = x[j] + x[points - j];
            difference[j] = x[j] - x[points - j];
            x[0] = x[0] + sum[j];
        });
        unroll<half>([&](auto i) HUTCH_INLINE {
            constexpr int k = decltype(i)::value + 1;
            Number<Real> even = first, odd = {first.re - first.re, first.im - first.im};
            unroll<half>([&](auto l) HUTCH_INLINE {
                constexpr int j = decltype(l)::value + 1;
                constexpr Root w = root(j * k, points);
                even = {even.re + sum[j].re * Real(w.cosine), even.im + sum[j].im * Real(w.cosine)};
                odd = {odd.re + difference[j].re * Real(w.sine), odd.im + difference[j].im * Real(w.sine)};
            });
            x[k] = {even.re + odd.im, even.im - odd.re};
            x[points - k] = {even.re - odd.im, even.im + odd.re};
        });
    }
};
template <class Real>
struct Dft<1, Real> {
    template <class Sums>
    HUTCH_INLINE static inline void run(Number<Real>*, Sums const&) {}
};
template <class Real>
struct Dft<2, Real> {
    template <class Sums>
    HUTCH_INLINE static inline void run(Number<Real>* x, Sums const&) {
        Number<Real> const a = x[0], b = x[1];
        x[0] = a + b;
        x[1] = a - b;
    }
};
template <class Real>
struct Dft<4, Real> {
    template <class Sums>
    HUTCH_INLINE static inline void run(Number<Real>* x, Sums const& sums) {
        Number<Real> const a = sums.template add<1>(x[0], x[2]), b = sums.template subtract<1>(x[0], x[2]);
        Number<Real> const c = sums.template add<2>(x[1], x[3]), d = sums.template subtract<2>(x[1], x[3]);
        x[0] = a + c;
        x[2] = a - c;
        x[1] = {b.re + d.im, b.im - d.re};
        x[3] = {b.re - d.im, b.im + d.re};
    }
};
template <class Real>
struct Dft<8, Real> : DftOfProduct<2, 4, Real> {};
template <class Real>
struct Dft<16, Real> : DftOfProduct<4, 4, Real> {};

}  // namespace hutch::compute::HUTCH_ISA
