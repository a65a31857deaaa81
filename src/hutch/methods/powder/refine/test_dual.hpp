/// Differentiate plain code in tests: a number with its derivatives in N directions (forward mode).
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace hutch::powder::refine {

template <std::size_t N>
struct Dual {
    double value = 0;
    std::array<double, N> d{};

    Dual() = default;
    Dual(double number) : value(number) {}  // plain numbers mix with duals in formulas
    /// Return the variable of one direction.
    static Dual variable(double number, std::size_t direction) {
        Dual made(number);
        made.d[direction] = 1;
        return made;
    }

    /// Return a function of this: its value and its derivative here.
    Dual chain(double result, double slope) const {
        Dual made(result);
        for (std::size_t i = 0; i < N; ++i) made.d[i] = slope * d[i];
        return made;
    }

    Dual& operator+=(Dual const& b) {
        value += b.value;
        for (std::size_t i = 0; i < N; ++i) d[i] += b.d[i];
        return *this;
    }
    friend Dual operator+(Dual a, Dual const& b) { return a += b; }
    friend Dual operator-(Dual const& a) { return a.chain(-a.value, -1); }
    friend Dual operator-(Dual a, Dual const& b) {
        a.value -= b.value;
        for (std::size_t i = 0; i < N; ++i) a.d[i] -= b.d[i];
        return a;
    }
    friend Dual operator*(Dual const& a, Dual const& b) {
        Dual made(a.value * b.value);
        for (std::size_t i = 0; i < N; ++i) made.d[i] = a.value * b.d[i] + b.value * a.d[i];
        return made;
    }
    friend Dual operator/(Dual const& a, Dual const& b) {
        Dual made(a.value / b.value);
        for (std::size_t i = 0; i < N; ++i) made.d[i] = (a.d[i] - made.value * b.d[i]) / b.value;
        return made;
    }

    friend Dual sqrt(Dual const& a) {
        double const root = std::sqrt(a.value);
        return a.chain(root, 0.5 / root);
    }
    friend Dual exp(Dual const& a) {
        double const power = std::exp(a.value);
        return a.chain(power, power);
    }
    friend Dual sin(Dual const& a) { return a.chain(std::sin(a.value), std::cos(a.value)); }
    friend Dual cos(Dual const& a) { return a.chain(std::cos(a.value), -std::sin(a.value)); }
    friend Dual asin(Dual const& a) {
        return a.chain(std::asin(a.value), 1 / std::sqrt(1 - a.value * a.value));
    }
    friend Dual acos(Dual const& a) {
        return a.chain(std::acos(a.value), -1 / std::sqrt(1 - a.value * a.value));
    }
    friend Dual pow(Dual const& a, double power) {
        return a.chain(std::pow(a.value, power), power * std::pow(a.value, power - 1));
    }
};

inline double value_of(double number) { return number; }
template <std::size_t N>
double value_of(Dual<N> const& number) {
    return number.value;
}

/// Return the larger of a number and a constant; the constant has no derivatives.
template <class T>
T at_least(T const& number, double least) {
    return value_of(number) > least ? number : T(least);
}

/// Numbers that an expensive function of K inputs is evaluated with, whatever its inputs depend on: plain
/// ones for plain inputs, else duals of K directions, whose derivatives chained() carries over.
template <class T, std::size_t K>
struct InnerOf {
    using Type = Dual<K>;
};
template <std::size_t K>
struct InnerOf<double, K> {
    using Type = double;
};

template <class T, std::size_t K>
auto seeded(std::array<T, K> const& inputs) {
    std::array<typename InnerOf<T, K>::Type, K> seeds;
    for (std::size_t k = 0; k < K; ++k) {
        seeds[k] = value_of(inputs[k]);
        if constexpr (!std::is_same_v<T, double>) seeds[k].d[k] = 1;
    }
    return seeds;
}
template <std::size_t K>
double chained(double result, std::array<double, K> const&) {
    return result;
}
template <std::size_t N, std::size_t K>
Dual<N> chained(Dual<K> const& result, std::array<Dual<N>, K> const& inputs) {
    Dual<N> made(result.value);
    for (std::size_t k = 0; k < K; ++k)
        for (std::size_t i = 0; i < N; ++i) made.d[i] += result.d[k] * inputs[k].d[i];
    return made;
}

}  // namespace hutch::powder::refine
