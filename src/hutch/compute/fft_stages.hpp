/// Batched transforms of power-of-two length as a sequence of launches, one work item a butterfly; for any
/// device.
#pragma once

#include "hutch/compute/kernel.hpp"

#include <cstddef>

namespace hutch::compute {

/// One pass of Stockham's algorithm of radix 4 over a batch, out of place: work items 0 <= i < batch * length
/// / 4.
///
/// Passes of radix 4, and one of radix 2 where the length is an odd power of two, follow each other with
/// `done` = 1, 4, 16, ... while two arrays change roles; the result is in order. Numbers are pairs (real,
/// imaginary). The same signs and scale as Fft.
///
/// \par Source  C. Van Loan, "Computational Frameworks for the Fast Fourier Transform", SIAM 1992,
/// section 1.7;
///              compared with Fft in fft_stages_test
template <class Real>
struct FftRadix4Stage {
    Real const* in;
    Real* out;
    Real const* roots;   ///< (length) pairs exp(-2 pi i k / length)
    std::size_t length;  ///< of one transform
    std::size_t done;    ///< product of the radices of earlier passes
    Real sign;           ///< +1 forward, -1 backward

    HUTCH_KERNEL void operator()(std::size_t i) const {
        std::size_t const quarter = length / 4, left = quarter / done, transform = i / quarter;
        std::size_t const inside = i % quarter, p = inside / done, row = inside % done;
        Real const* from = in + 2 * (transform * length + inside);
        Real* to = out + 2 * (transform * length + 4 * p * done + row);
        Real x[8];
        for (std::size_t j = 0; j < 4; ++j) {
            x[2 * j] = from[2 * j * quarter];
            x[2 * j + 1] = from[2 * j * quarter + 1] * sign;
        }
        Real const a_re = x[0] + x[4], a_im = x[1] + x[5], b_re = x[0] - x[4], b_im = x[1] - x[5];
        Real const c_re = x[2] + x[6], c_im = x[3] + x[7], d_re = x[2] - x[6], d_im = x[3] - x[7];
        Real const y[8] = {a_re + c_re, a_im + c_im, b_re + d_im, b_im - d_re,
                           a_re - c_re, a_im - c_im, b_re - d_im, b_im + d_re};
        for (std::size_t k = 0; k < 4; ++k) {
            Real const* root = roots + 2 * (p * k * (length / (4 * left)));
            to[2 * k * done] = y[2 * k] * root[0] - y[2 * k + 1] * root[1];
            to[2 * k * done + 1] = (y[2 * k] * root[1] + y[2 * k + 1] * root[0]) * sign;
        }
    }
};

/// One pass of radix 2, as above: work items 0 <= i < batch * length / 2.
template <class Real>
struct FftRadix2Stage {
    Real const* in;
    Real* out;
    Real const* roots;
    std::size_t length, done;
    Real sign;

    HUTCH_KERNEL void operator()(std::size_t i) const {
        std::size_t const half = length / 2, left = half / done, transform = i / half;
        std::size_t const inside = i % half, p = inside / done, row = inside % done;
        Real const* from = in + 2 * (transform * length + inside);
        Real* to = out + 2 * (transform * length + 2 * p * done + row);
        Real const* root = roots + 2 * (p * (length / (2 * left)));
        Real const b_re = from[0] - from[2 * half], b_im = (from[1] - from[2 * half + 1]) * sign;
        to[0] = from[0] + from[2 * half];
        to[1] = from[1] + from[2 * half + 1];
        to[2 * done] = b_re * root[0] - b_im * root[1];
        to[2 * done + 1] = (b_re * root[1] + b_im * root[0]) * sign;
    }
};

}  // namespace hutch::compute
