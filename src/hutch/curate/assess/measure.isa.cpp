// Loops over the values of one record, as many at a time as a vector holds. -ffinite-math-only holds here, so
// that NaN is told by its bits.
#include "hutch/curate/assess/detail/measure.hpp"

#include <cfloat>

namespace hutch::curate::assess::detail::HUTCH_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
#elif defined(__AVX__)
constexpr int vector_bytes = 32;
#else
constexpr int vector_bytes = 16;
#endif
constexpr std::size_t piece = 1024;  // sums of floats stay exact to about 1e-7 over so many

template <class Real>
struct Bits;
template <>
struct Bits<float> {
    using Whole = std::int32_t;
    typedef float Reals __attribute__((vector_size(vector_bytes)));
    typedef std::int32_t Wholes __attribute__((vector_size(vector_bytes)));
    static constexpr Whole magnitude = 0x7fffffff, infinity = 0x7f800000;
    static constexpr float largest = FLT_MAX, all_whole = 0x1p23f;
};
template <>
struct Bits<double> {
    using Whole = std::int64_t;
    typedef double Reals __attribute__((vector_size(vector_bytes)));
    typedef std::int64_t Wholes __attribute__((vector_size(vector_bytes)));
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

// Counts, range and sums of good values, one of each in every lane; masks are -1 where something holds.
template <class Real>
struct Lanes {
    using Reals = typename Bits<Real>::Reals;
    using Wholes = typename Bits<Real>::Wholes;
    static constexpr std::size_t width = sizeof(Reals) / sizeof(Real);

    Wholes nan{}, finite{}, filled{}, negative{}, below{}, above{}, saturated{};
    Reals low, high, sum{}, weight{}, moment{}, index{};
    Reals least, most, fill, saturation;
    Wholes has_fill, has_saturation;

    explicit Lanes(ValueRules const& rules)
        : low(Reals{} + Bits<Real>::largest),
          high(Reals{} - Bits<Real>::largest),
          least(Reals{} + limited<Real>(rules.least)),
          most(Reals{} + limited<Real>(rules.most)),
          fill(Reals{} + limited<Real>(rules.fill)),
          saturation(Reals{} + limited<Real>(rules.saturation)),
          has_fill(Wholes{} - rules.has_fill),
          has_saturation(Wholes{} - rules.has_saturation) {
        for (std::size_t i = 0; i < width; ++i) index[i] = Real(int(i));
    }

    inline __attribute__((always_inline)) void take(Reals const& value) {
        Wholes const all = (Wholes)value, bits = all & Bits<Real>::magnitude;
        Wholes const is_finite = (Wholes)(bits < Bits<Real>::infinity);
        Wholes const is_fill = is_finite & has_fill & (Wholes)(value == fill);
        Wholes const is_good = is_finite & ~is_fill;
        Reals const good = (Reals)(all & is_good);
        nan -= (Wholes)(bits > Bits<Real>::infinity), finite -= is_finite, filled -= is_fill;
        negative -= (Wholes)(good < 0);
        below -= is_good & (Wholes)(good < least), above -= is_good & (Wholes)(good > most);
        saturated -= is_good & has_saturation & (Wholes)(good >= saturation);
        Reals const for_low = (Reals)((all & is_good) | ((Wholes)low & ~is_good));
        Reals const for_high = (Reals)((all & is_good) | ((Wholes)high & ~is_good));
        low = for_low < low ? for_low : low;
        high = for_high > high ? for_high : high;
        Reals const size = (Reals)((Wholes)good & Bits<Real>::magnitude);
        sum += good, weight += size, moment += size * index;
        index += Real(int(width));
    }
};

template <class Vector>
auto total(Vector const& lanes) {
    double all = 0;
    for (std::size_t i = 0; i < sizeof(Vector) / sizeof(lanes[0]); ++i) all += double(lanes[i]);
    return all;
}

template <class Vector>
std::uint64_t total_count(Vector const& lanes) {
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < sizeof(Vector) / sizeof(lanes[0]); ++i) all += std::uint64_t(lanes[i]);
    return all;
}

// Counts and range of the good values.
template <class Real>
void first_pass(Real const* values, std::size_t count, std::size_t offset, ValueRules const& rules,
                Measured& to) {
    using Reals = typename Bits<Real>::Reals;
    Lanes<Real> lanes(rules);
    constexpr std::size_t width = Lanes<Real>::width;
    std::size_t i = 0;
    for (; i + width <= count; i += width) {
        Reals value;
        __builtin_memcpy(&value, values + i, sizeof value);
        lanes.take(value);
    }
    std::size_t const left = count - i;
    if (left > 0) {  // the rest, filled up with NaN
        typename Bits<Real>::Wholes const none = typename Bits<Real>::Wholes{} + Bits<Real>::magnitude;
        Reals value = (Reals)none;
        __builtin_memcpy(&value, values + i, left * sizeof(Real));
        lanes.take(value);
    }
    std::uint64_t const padding = left > 0 ? width - left : 0;
    std::uint64_t const nan = total_count(lanes.nan) - padding;
    to.nan += nan, to.infinite += count - total_count(lanes.finite) - nan;
    to.filled += total_count(lanes.filled), to.negative += total_count(lanes.negative);
    to.below += total_count(lanes.below), to.above += total_count(lanes.above);
    to.saturated += total_count(lanes.saturated);
    for (std::size_t lane = 0; lane < width; ++lane) {
        double const low = double(lanes.low[lane]), high = double(lanes.high[lane]);
        to.least = low < to.least ? low : to.least;
        to.most = high > to.most ? high : to.most;
    }
    double const weight = total(lanes.weight);
    to.sum += total(lanes.sum), to.weight += weight;
    to.moment += total(lanes.moment) + double(offset) * weight;
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
