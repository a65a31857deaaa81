// Loops over the values of one record: 16 at a time with AVX-512. -ffinite-math-only holds here, so that NaN
// is told by its bits.
#include "hutch/curate/assess/detail/measure.hpp"

#include <cfloat>

namespace hutch::curate::assess::detail::HUTCH_ISA {
namespace {

constexpr std::size_t piece = 1024;  // sums of floats stay exact to about 1e-7 over so many

template <class Real>
struct Bits;
template <>
struct Bits<float> {
    using Whole = std::int32_t;
    static constexpr Whole magnitude = 0x7fffffff, infinity = 0x7f800000;
    static constexpr float largest = FLT_MAX, all_whole = 0x1p23f;
};
template <>
struct Bits<double> {
    using Whole = std::int64_t;
    static constexpr Whole magnitude = 0x7fffffffffffffff, infinity = 0x7ff0000000000000;
    static constexpr double largest = DBL_MAX, all_whole = 0x1p52;
};

template <class Real>
inline typename Bits<Real>::Whole magnitude_bits(Real value) {
    return __builtin_bit_cast(typename Bits<Real>::Whole, value) & Bits<Real>::magnitude;
}

template <class Real>
inline Real limited(double value) {
    if (value > double(Bits<Real>::largest)) return Bits<Real>::largest;
    if (value < -double(Bits<Real>::largest)) return -Bits<Real>::largest;
    return Real(value);
}

// Counts and range of the good values.
template <class Real>
void first_pass(Real const* values, std::size_t count, std::size_t offset, ValueRules const& rules,
                Measured& to) {
    using Whole = typename Bits<Real>::Whole;
    Real const least = limited<Real>(rules.least), most = limited<Real>(rules.most);
    Real const fill = limited<Real>(rules.fill), saturation = limited<Real>(rules.saturation);
    Whole const has_fill = rules.has_fill, has_saturation = rules.has_saturation;
    Whole nan = 0, bad = 0, filled = 0, negative = 0, below = 0, above = 0, saturated = 0;
    Real low = Real(to.least), high = Real(to.most), sum = 0, weight = 0, moment = 0;
    for (std::size_t i = 0; i < count; ++i) {
        Real const value = values[i];
        Whole const bits = magnitude_bits(value);
        Whole const is_finite = bits < Bits<Real>::infinity;
        Whole const is_fill = is_finite & has_fill & (value == fill);
        Whole const is_good = is_finite & ~is_fill & 1;
        Real const x = is_good ? value : Real(0);
        nan += bits > Bits<Real>::infinity;
        bad += 1 - is_finite;
        filled += is_fill;
        negative += x < 0;
        below += is_good & (x < least);
        above += is_good & (x > most);
        saturated += is_good & has_saturation & (x >= saturation);
        Real const for_low = is_good ? value : low, for_high = is_good ? value : high;
        low = for_low < low ? for_low : low;
        high = for_high > high ? for_high : high;
        Real const size = x < 0 ? -x : x;
        sum += x, weight += size, moment += size * Real(int(i));
    }
    to.nan += std::uint64_t(nan), to.infinite += std::uint64_t(bad - nan), to.filled += std::uint64_t(filled);
    to.negative += std::uint64_t(negative), to.below += std::uint64_t(below),
        to.above += std::uint64_t(above);
    to.saturated += std::uint64_t(saturated);
    to.least = double(low), to.most = double(high);
    to.sum += double(sum), to.weight += double(weight);
    to.moment += double(moment) + double(offset) * double(weight);
}

// What needs the mean and the largest value; all values are good.
template <class Real>
void second_pass(Real const* values, std::size_t count, double mean_value, double most_value, Measured& to) {
    using Whole = typename Bits<Real>::Whole;
    Real const mean = Real(mean_value), most = Real(most_value);
    Whole fractional = 0, at_most = 0;
    Real squares = 0;
    for (std::size_t i = 0; i < count; ++i) {
        Real const value = values[i], away = value - mean;
        squares += away * away;
        // From here on every value is whole, and larger ones would not fit the integer.
        Real const size = value < 0 ? -value : value;
        Real const small = size < Bits<Real>::all_whole ? value : Real(0);
        fractional += small != Real(Whole(small));
        at_most += value == most;
    }
    to.sum_of_squares += double(squares);
    to.fractional += std::uint64_t(fractional), to.at_most += std::uint64_t(at_most);
}

template <class Real>
double bends(Real const* values, std::size_t count) {
    Real sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
        Real const bend = values[i] - 2 * values[i + 1] + values[i + 2];
        sum += bend * bend;
    }
    return double(sum);
}

template <class Real>
void measure_all(Real const* values, std::size_t count, ValueRules const& rules, Measured& to) {
    to = Measured{};
    to.least = double(Bits<Real>::largest), to.most = -double(Bits<Real>::largest);
    for (std::size_t at = 0; at < count; at += piece)
        first_pass(values + at, count - at < piece ? count - at : piece, at, rules, to);
    if (to.bad() > 0 || count == 0) return;
    double const mean = to.sum / double(count);
    for (std::size_t at = 0; at < count; at += piece)
        second_pass(values + at, count - at < piece ? count - at : piece, mean, to.most, to);
    for (std::size_t at = 0; at + 2 < count; at += piece)
        to.sum_of_bends += bends(values + at, count - 2 - at < piece ? count - 2 - at : piece);
}

}  // namespace

void measure_floats(float const* values, std::size_t count, ValueRules const& rules, Measured& to) {
    measure_all(values, count, rules, to);
}

void measure_doubles(double const* values, std::size_t count, ValueRules const& rules, Measured& to) {
    measure_all(values, count, rules, to);
}

void widen(float const* values, std::size_t count, float* least, float* most, float* active) {
    for (std::size_t i = 0; i < count; ++i) {
        float const value = values[i];
        bool const is_finite = magnitude_bits(value) < Bits<float>::infinity;
        float const low = is_finite ? value : least[i], high = is_finite ? value : most[i];
        least[i] = low < least[i] ? low : least[i];
        most[i] = high > most[i] ? high : most[i];
        active[i] += is_finite && value != 0 ? 1.f : 0.f;
    }
}

}  // namespace hutch::curate::assess::detail::HUTCH_ISA
