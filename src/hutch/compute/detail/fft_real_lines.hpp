/// Transform lines of real numbers: of even length as half as many complex numbers, of odd length in full.
#pragma once

#include "hutch/compute/detail/fft_lines.hpp"

namespace hutch::compute::detail {

template <class Real>
class FftRealLines {
  public:
    /// `count` lines will be transformed in all.
    FftRealLines(std::size_t length, std::size_t count);

    std::size_t group() const { return lines_.group(); }
    /// Return how much scratch both directions need [Real].
    std::size_t scratch_size() const { return group() * line_size() + lines_.scratch_size(); }
    /// Real numbers in, length / 2 + 1 pairs out.
    void forward(FftLineJob<Real> const& job, FftWorkers<Real> const& workers) const;
    /// The reverse, unscaled.
    void backward(FftLineJob<Real> const& job, FftWorkers<Real> const& workers) const;

  private:
    bool is_even() const { return length_ % 2 == 0; }
    std::size_t line_size() const { return round_up(2 * lines_.length(), 16); }

    std::size_t length_;
    FftLines<Real> lines_;
    FftTable<Real> roots_;  // pairs exp(-2 pi i k / length)
};

}  // namespace hutch::compute::detail
