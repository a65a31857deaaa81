/// Give the kernels of the FFT for one instruction-set level and one real type; for *.isa.cpp files only.
#pragma once

#include "hutch/compute/detail/fft_butterflies.hpp"
#include "hutch/compute/detail/fft_kernels.hpp"

namespace hutch::compute::HUTCH_ISA {

using namespace hutch::compute::detail;

template <int radix, bool from_pairs, bool to_pairs, bool is_last, bool is_backward, class Real>
void run_pass_of(FftPass<Real> const& a) {
    constexpr size_t width = Lanes<Real>::width;
    size_t const chunks = (a.lanes + width - 1) / width;
    size_t const in_step = 2 * a.left * a.done * a.in_pitch, out_step = 2 * a.done * a.out_pitch;
    Adder<Real, (is_last ? 2 : radix > 4 ? 1 : 0)> const sums;
    for (size_t p = 0; p < a.left; ++p) {
        Real const* twiddles = a.twiddles + 2 * size_t(radix - 1) * p;
        for (size_t row = 0; row < a.done; ++row) {
            Real const* in_row = a.in + 2 * (p * a.done + row) * a.in_pitch;
            Real* out_row = a.out + 2 * (radix * p * a.done + row) * a.out_pitch;
            for (size_t chunk = 0; chunk < chunks; ++chunk) {
                size_t const block = 2 * width * chunk, pair = 2 * first_lane(chunk, a.lanes, width);
                Real const* __restrict in = in_row + (from_pairs ? pair : block);
                Real* __restrict out = out_row + (to_pairs ? pair : block);
                Number<Real> x[radix];
                unroll<radix>([&](auto i) HUTCH_INLINE {
                    constexpr int j = decltype(i)::value;
                    if constexpr (from_pairs)
                        x[j] = load_pairs<is_backward>(in + j * in_step);
                    else
                        x[j] = load_block(in + j * in_step);
                });
                Dft<radix, Real>::run(x, sums);
                unroll<radix>([&](auto i) HUTCH_INLINE {
                    constexpr int k = decltype(i)::value;
                    if constexpr (k > 0 && !is_last) x[k] = times_pair(x[k], twiddles + 2 * (k - 1));
                    if constexpr (to_pairs)
                        store_pairs<is_backward>(x[k], out + k * out_step);
                    else
                        store_block(x[k], out + k * out_step);
                });
            }
        }
    }
}

template <int radix, bool from_pairs, bool to_pairs, bool is_last, class Real>
void run_pass(FftPass<Real> const& a) {
    if constexpr (from_pairs || to_pairs)
        if (a.is_backward) return run_pass_of<radix, from_pairs, to_pairs, is_last, true>(a);
    run_pass_of<radix, from_pairs, to_pairs, is_last, false>(a);
}

template <int radix, class Real>
typename FftKernels<Real>::Pass find_pass_of(FftForm in, FftForm out, bool is_last) {
    if (in == FftForm::pairs) return run_pass<radix, true, false, false, Real>;
    if (out == FftForm::pairs) return run_pass<radix, false, true, true, Real>;
    return is_last ? run_pass<radix, false, false, true, Real> : run_pass<radix, false, false, false, Real>;
}

template <class Real>
typename FftKernels<Real>::Pass find_pass(size_t radix, FftForm in, FftForm out, bool is_last) {
    switch (radix) {
        case 1:
            return find_pass_of<1, Real>(in, out, is_last);
        case 2:
            return find_pass_of<2, Real>(in, out, is_last);
        case 3:
            return find_pass_of<3, Real>(in, out, is_last);
        case 4:
            return find_pass_of<4, Real>(in, out, is_last);
        case 5:
            return find_pass_of<5, Real>(in, out, is_last);
        case 7:
            return find_pass_of<7, Real>(in, out, is_last);
        case 8:
            return find_pass_of<8, Real>(in, out, is_last);
        case 11:
            return find_pass_of<11, Real>(in, out, is_last);
        case 13:
            return find_pass_of<13, Real>(in, out, is_last);
        default:
            return find_pass_of<16, Real>(in, out, is_last);
    }
}

template <bool is_backward, class Real>
void enter_line_of(FftEntry<Real> const& a) {
    constexpr int radix = 16, width = Lanes<Real>::width;
    size_t const chunks = (a.columns + width - 1) / width, step = 2 * a.columns;
    Real const* twiddles = a.twiddles;
    Adder<Real, 1> const sums;
    for (size_t chunk = 0; chunk < chunks; ++chunk, twiddles += 2 * width * (radix - 1)) {
        size_t const first = first_lane(chunk, a.columns, width);
        Real const* __restrict in = a.in + 2 * first;
        Real* __restrict out = a.out + 2 * radix * first;
        Number<Real> x[radix];
        unroll<radix>([&](auto i) HUTCH_INLINE {
            x[decltype(i)::value] = load_pairs<is_backward>(in + decltype(i)::value * step);
        });
        Dft<radix, Real>::run(x, sums);
        unroll<radix - 1>([&](auto i) HUTCH_INLINE {
            constexpr int k = decltype(i)::value;
            x[k + 1] = x[k + 1] * load_block(twiddles + 2 * width * k);
        });
        unroll<radix / width>([&](auto part) HUTCH_INLINE {
            constexpr int from = decltype(part)::value * width;
            transpose(x + from);
            unroll<width>([&](auto i) HUTCH_INLINE {
                store_block(x[from + decltype(i)::value], out + 2 * (decltype(i)::value * radix + from));
            });
        });
    }
}

template <class Real>
void enter_line(FftEntry<Real> const& a) {
    a.is_backward ? enter_line_of<true>(a) : enter_line_of<false>(a);
}

template <class Real>
void twist(FftTwist<Real> const& a) {
    constexpr int width = Lanes<Real>::width;
    size_t const chunks = (a.lanes + width - 1) / width, groups = (a.rows + width - 1) / width;
    for (size_t chunk = 0; chunk < chunks; ++chunk)
        for (size_t group = 0; group < groups; ++group) {
            size_t const row = first_lane(group, a.rows, width);
            Real const* __restrict in = a.in + 2 * (row * a.in_pitch + chunk * width);
            Real const* __restrict fine = a.fine + 2 * row * width;
            Real const* __restrict coarse = a.coarse + 2 * (chunk * a.rows + row);
            Real* __restrict out =
                a.out + 2 * (first_lane(chunk, a.lanes, width) * a.out_pitch + group * width);
            Number<Real> x[width];
            unroll<width>([&](auto index) HUTCH_INLINE {
                constexpr int i = decltype(index)::value;
                x[i] = load_block(in + 2 * i * a.in_pitch) *
                       times_pair(load_block(fine + 2 * i * width), coarse + 2 * i);
            });
            transpose(x);
            unroll<width>([&](auto index) HUTCH_INLINE {
                constexpr int i = decltype(index)::value;
                store_block(x[i], out + 2 * i * a.out_pitch);
            });
        }
}

// ---- lines as lanes --------------------------------------------------------------------------------------

template <bool is_backward, class Real>
void gather_of(FftLanes<Real> const& a) {
    constexpr size_t width = Lanes<Real>::width;
    Real const* lines[width];
    for (size_t lane = 0; lane < width; ++lane)
        lines[lane] = a.lines + a.distance * (lane < a.count ? lane : a.count - 1);
    if (a.length < width) {
        for (size_t row = 0; row < a.length; ++row)
            for (size_t lane = 0; lane < width; ++lane) {
                a.tile[2 * row * width + lane] = lines[lane][2 * row + is_backward];
                a.tile[(2 * row + 1) * width + lane] = lines[lane][2 * row + !is_backward];
            }
        return;
    }
    for (size_t chunk = 0; chunk * width < a.length; ++chunk) {
        size_t const row = first_lane(chunk, a.length, width);
        Number<Real> x[width];
        unroll<width>([&](auto i) HUTCH_INLINE {
            x[decltype(i)::value] = load_pairs<is_backward>(lines[decltype(i)::value] + 2 * row);
        });
        transpose(x);
        unroll<width>([&](auto i) HUTCH_INLINE {
            store_block(x[decltype(i)::value], a.tile + 2 * (row + decltype(i)::value) * width);
        });
    }
}

template <class Real>
void gather(FftLanes<Real> const& a) {
    a.is_backward ? gather_of<true>(a) : gather_of<false>(a);
}

template <bool is_backward, class Real>
void scatter_of(FftLanes<Real> const& a) {
    constexpr size_t width = Lanes<Real>::width;
    if (a.length < width) {
        for (size_t lane = 0; lane < a.count; ++lane)
            for (size_t row = 0; row < a.length; ++row) {
                a.lines[lane * a.distance + 2 * row + is_backward] = a.tile[2 * row * width + lane];
                a.lines[lane * a.distance + 2 * row + !is_backward] = a.tile[(2 * row + 1) * width + lane];
            }
        return;
    }
    for (size_t chunk = 0; chunk * width < a.length; ++chunk) {
        size_t const row = first_lane(chunk, a.length, width);
        Number<Real> x[width];
        unroll<width>([&](auto i) HUTCH_INLINE {
            x[decltype(i)::value] = load_block(a.tile + 2 * (row + decltype(i)::value) * width);
        });
        transpose(x);
        unroll<width>([&](auto i) HUTCH_INLINE {
            constexpr size_t lane = decltype(i)::value;
            if (lane < a.count) store_pairs<is_backward>(x[lane], a.lines + lane * a.distance + 2 * row);
        });
    }
}

template <class Real>
void scatter(FftLanes<Real> const& a) {
    a.is_backward ? scatter_of<true>(a) : scatter_of<false>(a);
}

// ---- element by element ----------------------------------------------------------------------------------

template <bool in_exchanged, bool out_exchanged, class Real>
void multiply_of(Real const* a, Real const* b, Real* out, size_t count) {
    constexpr size_t width = Lanes<Real>::width;
    size_t i = 0;
    for (; i + width <= count; i += width)
        store_pairs<out_exchanged>(load_pairs<in_exchanged>(a + 2 * i) * load_pairs<false>(b + 2 * i),
                                   out + 2 * i);
    for (; i < count; ++i) {
        Real const ar = a[2 * i + in_exchanged], ai = a[2 * i + !in_exchanged], br = b[2 * i],
                   bi = b[2 * i + 1];
        out[2 * i + out_exchanged] = ar * br - ai * bi;
        out[2 * i + !out_exchanged] = ar * bi + ai * br;
    }
}

template <class Real>
void multiply(Real const* a, Real const* b, Real* out, size_t count, bool in_exchanged, bool out_exchanged) {
    if (in_exchanged) return multiply_of<true, false>(a, b, out, count);
    if (out_exchanged) return multiply_of<false, true>(a, b, out, count);
    multiply_of<false, false>(a, b, out, count);
}

// With e = (z[k] + conj z[half - k]) / 2 and o = (z[k] - conj z[half - k]) / 2i: x[k] = e + root o and
// x[half - k] = conj(e - root o). Here z = a and z[half - k] = b; they become x[k] and x[half - k].
template <class Value>
HUTCH_INLINE inline void split_two(Value& a_re, Value& a_im, Value& b_re, Value& b_im, Value w_re,
                                   Value w_im) {
    Value const e_re = (a_re + b_re) / 2, e_im = (a_im - b_im) / 2;
    Value const o_re = (a_im + b_im) / 2, o_im = (b_re - a_re) / 2;
    Value const t_re = o_re * w_re - o_im * w_im, t_im = o_re * w_im + o_im * w_re;
    a_re = e_re + t_re, a_im = e_im + t_im;
    b_re = e_re - t_re, b_im = t_im - e_im;
}

// The reverse, without the halves: e = x[k] + conj x[half - k], o = (x[k] - conj x[half - k]) conj root;
// z[k] = e + i o and z[half - k] = conj(e - i o).
template <class Value>
HUTCH_INLINE inline void merge_two(Value& a_re, Value& a_im, Value& b_re, Value& b_im, Value w_re,
                                   Value w_im) {
    Value const e_re = a_re + b_re, e_im = a_im - b_im;
    Value const d_re = a_re - b_re, d_im = a_im + b_im;
    Value const o_re = d_re * w_re + d_im * w_im, o_im = d_im * w_re - d_re * w_im;
    a_re = e_re - o_im, a_im = e_im + o_re;
    b_re = e_re + o_im, b_im = o_re - e_im;
}

template <bool is_split, class Real>
void pair_ends(Real const* in, Real const* roots, size_t half, Real* out) {
    constexpr size_t width = Lanes<Real>::width;
    size_t k = 1;
    for (; 2 * (k + width) <= half; k += width) {
        size_t const mirror = half - k - width + 1;
        Number<Real> a = load_pairs<false>(in + 2 * k), b = reverse(load_pairs<false>(in + 2 * mirror));
        Number<Real> const w = load_pairs<false>(roots + 2 * k);
        if constexpr (is_split)
            split_two(a.re, a.im, b.re, b.im, w.re, w.im);
        else
            merge_two(a.re, a.im, b.re, b.im, w.re, w.im);
        store_pairs<false>(a, out + 2 * k);
        store_pairs<false>(reverse(b), out + 2 * mirror);
    }
    for (; 2 * k <= half; ++k) {
        Real a_re = in[2 * k], a_im = in[2 * k + 1], b_re = in[2 * (half - k)], b_im = in[2 * (half - k) + 1];
        if constexpr (is_split)
            split_two(a_re, a_im, b_re, b_im, roots[2 * k], roots[2 * k + 1]);
        else
            merge_two(a_re, a_im, b_re, b_im, roots[2 * k], roots[2 * k + 1]);
        out[2 * k] = a_re, out[2 * k + 1] = a_im;
        out[2 * (half - k)] = b_re, out[2 * (half - k) + 1] = b_im;
    }
}

template <class Real>
void split_real(Real* line, Real const* roots, size_t half) {
    Real const re = line[0], im = line[1];
    pair_ends<true>(line, roots, half, line);
    line[0] = re + im, line[1] = 0;
    line[2 * half] = re - im, line[2 * half + 1] = 0;
}

template <class Real>
void merge_real(Real const* line, Real const* roots, size_t half, Real* out) {
    Real const first = line[0], last = line[2 * half];
    pair_ends<false>(line, roots, half, out);
    out[0] = first + last, out[1] = first - last;
}

template <class Real>
FftKernels<Real> fft_kernels() {
    return {size_t(Lanes<Real>::width),
            find_pass<Real>,
            enter_line<Real>,
            twist<Real>,
            gather<Real>,
            scatter<Real>,
            multiply<Real>,
            split_real<Real>,
            merge_real<Real>};
}

}  // namespace hutch::compute::HUTCH_ISA
