/// Transform all lanes of a tile along its rows; the one algorithm that every FFT here is made of.
#pragma once

#include "hutch/compute/detail/fft_kernels.hpp"
#include "hutch/compute/detail/fft_scratch.hpp"

#include <cstdint>
#include <vector>

namespace hutch::compute::detail {

template <class Real>
FftKernels<Real> const& fft_kernels();

/// Write exp(-2 pi i k / n) as a pair, rounded once.
template <class Real>
void put_root(std::uint64_t k, std::uint64_t n, Real* re, Real* im);

/// Return the radices of a length, largest power of two first; empty when a prime factor is above 13.
std::vector<std::size_t> find_radices(std::size_t length);

/// Round up to a multiple of a power of two.
inline std::size_t round_up(std::size_t count, std::size_t unit) { return (count + unit - 1) & ~(unit - 1); }

/// Rows in pairs may lie anywhere; blocks are dense unless a pitch is given.
template <class Pointer>
struct FftTile {
    Pointer at;
    std::size_t pitch;
    FftForm form;
};

/// Cut lanes into tiles of `each` lanes, a multiple of the width; the last one takes what is left over.
struct FftTiles {
    std::size_t lanes, each;
    std::size_t count() const { return lanes < each ? 1 : lanes / each; }
    std::size_t begin(std::size_t tile) const { return tile * each; }
    std::size_t lanes_of(std::size_t tile) const { return tile + 1 == count() ? lanes - begin(tile) : each; }
    std::size_t most() const { return lanes_of(count() - 1); }
};

/// Cut lanes so that a tile of `rows` rows fits the cache.
template <class Real>
FftTiles cut_lanes(std::size_t rows, std::size_t lanes);

/// Return the first lane of a chunk of a tile in pairs.
inline std::size_t first_lane(std::size_t chunk, std::size_t lanes, std::size_t width) {
    return (chunk + 1) * width <= lanes ? chunk * width : lanes - width;
}

template <class Real>
class FftColumns {
  public:
    /// `length` has no prime factor above 13.
    explicit FftColumns(std::size_t length);

    std::size_t length() const { return length_; }
    /// Return how many numbers each of the two scratch tiles of run() holds [Real].
    std::size_t scratch_size(std::size_t lanes) const;
    /// Transform; lanes >= width. `in` and `out` may be the same numbers. Passes write `first`, `second`,
    /// `first` ... and the last one `out`: `first` may not be `in`, `second` may; see other_tile() for `out`.
    void run(FftTile<Real const*> in, FftTile<Real*> out, std::size_t lanes, bool is_backward, Real* first,
             Real* second) const;
    /// Return the one of the two scratch tiles that run() may write its result to.
    Real* other_tile(Real* first, Real* second) const { return stages_.size() % 2 == 1 ? first : second; }

  private:
    using Pass = typename FftKernels<Real>::Pass;
    struct Stage {
        std::size_t radix, left;
        Pass enter, stay, stay_last, leave;  // from pairs, between blocks, as the last pass, to pairs
        FftTable<Real> twiddles;
    };

    Stage make_stage(std::size_t radix, std::size_t left) const;
    std::size_t length_, width_;
    std::vector<Stage> stages_;
    Pass copy_;  // from blocks to pairs
};

}  // namespace hutch::compute::detail
