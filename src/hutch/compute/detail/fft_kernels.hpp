/// Name the kernels of the FFT that are compiled for each instruction-set level, and what they are given.
#pragma once

#include "hutch/compute/isa.hpp"

#include <cstddef>

// A tile is a matrix of complex numbers: its rows are the index that is transformed, its lanes are
// independent transforms side by side. In pairs, real and imaginary part of a number lie together, as in
// std::complex. In blocks, `width` real parts are followed by their `width` imaginary parts. A tile of L
// lanes has ceil(L / width) chunks; the last chunk of a tile in pairs starts at lane L - width and may
// overlap the one before it, so that no kernel needs a tail: L >= width always. Pitches are in complex
// numbers.
namespace hutch::compute::detail {

enum class FftForm { pairs, blocks };

/// One pass of Stockham's algorithm over a tile (C. Van Loan, "Computational Frameworks for the Fast Fourier
/// Transform", SIAM 1992, section 1.7): a row is digits (left, done) before and (left, radix, done) after.
template <class Real>
struct FftPass {
    Real const* in;
    Real* out;
    std::size_t in_pitch, out_pitch;
    std::size_t lanes;
    std::size_t done;      ///< product of the radices of earlier passes
    std::size_t left;      ///< product of the radices of later passes
    Real const* twiddles;  ///< (left, radix - 1) pairs; not read by a last pass
    bool is_backward;      ///< exchange real and imaginary parts in pairs
};

/// First pass over one line of radix * columns numbers; its result is a tile (columns, radix) in blocks.
template <class Real>
struct FftEntry {
    Real const* in;
    Real* out;
    std::size_t columns;
    Real const* twiddles;  ///< (chunks of columns, radix - 1) blocks
    bool is_backward;
};

/// Twiddle and transpose a tile (rows, lanes) in blocks into one of (lanes, rows) in blocks.
template <class Real>
struct FftTwist {
    Real const* in;
    Real* out;
    std::size_t in_pitch, out_pitch;
    std::size_t rows, lanes;
    Real const* fine;    ///< (rows) blocks: root^(row * lane in chunk)
    Real const* coarse;  ///< (chunks of lanes, rows) pairs: root^(row * first lane of the chunk)
};

/// Copy between `count` <= width lines of `length` numbers in pairs and a tile (length, width) in blocks.
template <class Real>
struct FftLanes {
    Real* lines;
    std::size_t distance;  ///< [Real] from line to line
    std::size_t count, length;
    Real* tile;
    bool is_backward;
};

template <class Real>
struct FftKernels {
    using Pass = void (*)(FftPass<Real> const&);

    std::size_t width;
    /// Return the pass of a radix in {1, 2, 3, 4, 5, 7, 8, 11, 13, 16}; a last pass has no twiddles; never
    /// from pairs to pairs.
    Pass (*find_pass)(std::size_t radix, FftForm in, FftForm out, bool is_last);
    void (*enter_line)(FftEntry<Real> const&);  ///< of radix 16
    void (*twist)(FftTwist<Real> const&);
    void (*gather)(FftLanes<Real> const&);
    void (*scatter)(FftLanes<Real> const&);
    /// out[i] = a[i] * b[i] in pairs; parts of `a` or of `out` exchanged, not of both.
    void (*multiply)(Real const* a, Real const* b, Real* out, std::size_t count, bool a_exchanged,
                     bool out_exchanged);
    /// Turn the transform of `half` packed pairs of real numbers into half + 1 numbers, in place.
    void (*split_real)(Real* line, Real const* roots, std::size_t half);
    /// The reverse of split_real, unscaled: `half` numbers from half + 1.
    void (*merge_real)(Real const* line, Real const* roots, std::size_t half, Real* out);
};

}  // namespace hutch::compute::detail

namespace hutch::compute {
HUTCH_DECLARE_FOR_EACH_ISA(detail::FftKernels<float>, fft_kernels_float, ())
HUTCH_DECLARE_FOR_EACH_ISA(detail::FftKernels<double>, fft_kernels_double, ())
}  // namespace hutch::compute
