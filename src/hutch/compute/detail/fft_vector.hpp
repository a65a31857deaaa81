/// Give vectors of complex numbers, their loads, stores and transposes; for *.isa.cpp files only.
#pragma once

#include <cstddef>

#define HUTCH_INLINE __attribute__((always_inline))

namespace hutch::compute::HUTCH_ISA {

using std::size_t;

#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
#elif defined(__AVX__)
constexpr int vector_bytes = 32;
#else
constexpr int vector_bytes = 16;
#endif

template <class Real>
struct Lanes {
    static constexpr int width = vector_bytes / int(sizeof(Real));
    typedef Real Vector __attribute__((vector_size(vector_bytes)));
};

/// Complex numbers of `width` lanes.
template <class Real>
struct Number {
    using Vector = typename Lanes<Real>::Vector;
    Vector re, im;
};
template <class Real>
HUTCH_INLINE inline Number<Real> operator+(Number<Real> a, Number<Real> b) {
    return {a.re + b.re, a.im + b.im};
}
template <class Real>
HUTCH_INLINE inline Number<Real> operator-(Number<Real> a, Number<Real> b) {
    return {a.re - b.re, a.im - b.im};
}
template <class Real>
HUTCH_INLINE inline Number<Real> operator*(Number<Real> a, Number<Real> b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
template <class Real>
HUTCH_INLINE inline Number<Real> times_pair(Number<Real> a, Real const* b) {
    return {a.re * b[0] - a.im * b[1], a.re * b[1] + a.im * b[0]};
}

/// Sums of which some are written a * 1 + b, with a 1 that the compiler does not know.
///
/// Many processors add in other units than those that multiply and add (AMD Zen 2 to 4: two of each), and a
/// transform has twice as many additions as multiplications: this gives both units the same work. The result
/// is the same to the bit.
template <class Real, int share>
class Adder {
    using Vector = typename Lanes<Real>::Vector;

  public:
    HUTCH_INLINE Adder() {
        one_ = one_ + 1;
#if defined(__FMA__)
        if constexpr (share > 0) asm("" : "+v"(one_));
#endif
    }
    template <int rank>
    HUTCH_INLINE Number<Real> add(Number<Real> a, Number<Real> b) const {
#if defined(__FMA__)
        if constexpr (rank <= share) return {a.re * one_ + b.re, a.im * one_ + b.im};
#endif
        return a + b;
    }
    template <int rank>
    HUTCH_INLINE Number<Real> subtract(Number<Real> a, Number<Real> b) const {
#if defined(__FMA__)
        if constexpr (rank <= share) return {a.re * one_ - b.re, a.im * one_ - b.im};
#endif
        return a - b;
    }

  private:
    Vector one_ = {};
};

// ---- unrolled loops --------------------------------------------------------------------------------------

template <int... I>
struct Sequence {};
template <int count, int... I>
struct MakeSequence : MakeSequence<count - 1, count - 1, I...> {};
template <int... I>
struct MakeSequence<0, I...> {
    using Type = Sequence<I...>;
};
template <int i>
struct Index {
    static constexpr int value = i;
};
template <class Body, int... I>
HUTCH_INLINE inline void unroll(Body const& body, Sequence<I...>) {
    (body(Index<I>{}), ...);
}
/// Call body(Index<0>{}), ..., body(Index<count - 1>{}).
template <int count, class Body>
HUTCH_INLINE inline void unroll(Body const& body) {
    unroll(body, typename MakeSequence<count>::Type{});
}

// ---- shuffles: lane l of the result is lane from(l) of a followed by b -----------------------------------

template <int width>
struct Even {
    static constexpr int from(int lane) { return 2 * lane; }
};
template <int width>
struct Odd {
    static constexpr int from(int lane) { return 2 * lane + 1; }
};
template <int width, int half>
struct Zip {
    static constexpr int from(int lane) { return half * width / 2 + lane / 2 + (lane % 2) * width; }
};
template <int width>
struct Reverse {
    static constexpr int from(int lane) { return width - 1 - lane; }
};
template <int width, int bit>
struct SwapLow {
    static constexpr int from(int lane) { return lane & bit ? width + lane - bit : lane; }
};
template <int width, int bit>
struct SwapHigh {
    static constexpr int from(int lane) { return lane & bit ? width + lane : lane + bit; }
};
template <class Order, class Vector, int... lane>
HUTCH_INLINE inline Vector shuffle(Vector a, Vector b, Sequence<lane...>) {
    return __builtin_shufflevector(a, b, Order::from(lane)...);
}
template <class Order, class Real, class Vector>
HUTCH_INLINE inline Vector shuffle(Vector a, Vector b) {
    return shuffle<Order>(a, b, typename MakeSequence<Lanes<Real>::width>::Type{});
}

// ---- loads and stores ------------------------------------------------------------------------------------

template <class Real>
HUTCH_INLINE inline typename Lanes<Real>::Vector load(Real const* from) {
    typename Lanes<Real>::Vector v;
    __builtin_memcpy(&v, from, sizeof v);
    return v;
}
template <class Real>
HUTCH_INLINE inline void store(typename Lanes<Real>::Vector v, Real* to) {
    __builtin_memcpy(to, &v, sizeof v);
}
template <class Real>
HUTCH_INLINE inline Number<Real> load_block(Real const* from) {
    return {load(from), load(from + Lanes<Real>::width)};
}
template <class Real>
HUTCH_INLINE inline void store_block(Number<Real> x, Real* to) {
    store<Real>(x.re, to);
    store<Real>(x.im, to + Lanes<Real>::width);
}
// A backward transform is a forward one of numbers whose real and imaginary parts are exchanged, and so is
// its result.
template <bool is_exchanged, class Real>
HUTCH_INLINE inline Number<Real> load_pairs(Real const* from) {
    constexpr int width = Lanes<Real>::width;
    auto const a = load(from), b = load(from + width);
    auto const even = shuffle<Even<width>, Real>(a, b), odd = shuffle<Odd<width>, Real>(a, b);
    if constexpr (is_exchanged) return {odd, even};
    return {even, odd};
}
template <bool is_exchanged, class Real>
HUTCH_INLINE inline void store_pairs(Number<Real> x, Real* to) {
    constexpr int width = Lanes<Real>::width;
    auto const even = is_exchanged ? x.im : x.re, odd = is_exchanged ? x.re : x.im;
    store<Real>(shuffle<Zip<width, 0>, Real>(even, odd), to);
    store<Real>(shuffle<Zip<width, 1>, Real>(even, odd), to + width);
}
template <class Real>
HUTCH_INLINE inline Number<Real> reverse(Number<Real> x) {
    using Order = Reverse<Lanes<Real>::width>;
    return {shuffle<Order, Real>(x.re, x.re), shuffle<Order, Real>(x.im, x.im)};
}

template <class Real, int bit, class Vector>
HUTCH_INLINE inline void swap_bits(Vector* rows) {
    constexpr int width = Lanes<Real>::width;
    if constexpr (bit < width) {
        unroll<width>([&](auto i) HUTCH_INLINE {
            constexpr int low = decltype(i)::value, high = low + bit;
            if constexpr ((low & bit) == 0) {
                Vector const a = rows[low], b = rows[high];
                rows[low] = shuffle<SwapLow<width, bit>, Real>(a, b);
                rows[high] = shuffle<SwapHigh<width, bit>, Real>(a, b);
            }
        });
        swap_bits<Real, 2 * bit>(rows);
    }
}
/// Transpose width x width numbers held as one vector a row.
template <class Real>
HUTCH_INLINE inline void transpose(Number<Real>* rows) {
    constexpr int width = Lanes<Real>::width;
    typename Lanes<Real>::Vector part[width];
    unroll<width>([&](auto i) HUTCH_INLINE { part[decltype(i)::value] = rows[decltype(i)::value].re; });
    swap_bits<Real, 1>(part);
    unroll<width>([&](auto i) HUTCH_INLINE { rows[decltype(i)::value].re = part[decltype(i)::value]; });
    unroll<width>([&](auto i) HUTCH_INLINE { part[decltype(i)::value] = rows[decltype(i)::value].im; });
    swap_bits<Real, 1>(part);
    unroll<width>([&](auto i) HUTCH_INLINE { rows[decltype(i)::value].im = part[decltype(i)::value]; });
}

/// First lane of a chunk of a tile in pairs.
HUTCH_INLINE inline size_t first_lane(size_t chunk, size_t lanes, size_t width) {
    return (chunk + 1) * width <= lanes ? chunk * width : lanes - width;
}

}  // namespace hutch::compute::HUTCH_ISA
