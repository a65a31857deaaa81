/// Transform one dimension of an array, other than the last, for all positions along the others.
#pragma once

#include "hutch/compute/detail/fft_lines.hpp"

namespace hutch::compute::detail {

/// `lanes` columns side by side, cut into tiles that are independent of each other.
template <class Real>
class FftSweep {
  public:
    FftSweep(std::size_t length, std::size_t lanes);

    std::size_t tiles() const { return tiles_.count(); }
    /// Return how much scratch run() needs [Real].
    std::size_t scratch_size() const;
    /// Transform one tile of a matrix (length, lanes) in pairs; `in` and `out` may be the same.
    void run(std::size_t tile, Real const* in, Real* out, bool is_backward, Real* scratch) const;

  private:
    void run_as_lines(FftTile<Real const*> in, FftTile<Real*> out, std::size_t lanes, bool is_backward,
                      Real* scratch) const;
    void run_padded(FftTile<Real const*> in, FftTile<Real*> out, bool is_backward, Real* scratch) const;

    std::size_t length_, lanes_, width_;
    FftTiles tiles_;
    std::optional<FftColumns<Real>> columns_;
    std::optional<FftLines<Real>> lines_;  // where the length has larger primes
};

}  // namespace hutch::compute::detail
