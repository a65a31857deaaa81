/// Transform batches of arrays: lines first, then the columns of each plane, then those through all planes.
#pragma once

#include "hutch/compute/detail/fft_sweep.hpp"
#include "hutch/compute/fft.hpp"

#include <functional>

namespace hutch::compute::detail {

/// Where lines of arrays lie [Real].
template <class Pointer>
struct FftLayout {
    Pointer at;
    std::size_t array;  ///< from one array to the next
    std::size_t line;   ///< from one line to the next
};

/// What transforms lines.
template <class Real>
struct FftLineTask {
    std::function<void(FftLineJob<Real> const&, FftWorkers<Real> const&)> run;
    std::size_t group;    ///< lines that it takes at once
    std::size_t scratch;  ///< [Real]
};

/// Check a shape and return the number of elements of one array.
std::size_t check_shape(FftShape const& shape);

/// The loops around lines and sweeps. `width` numbers stand in each line of the spectrum.
template <class Real>
class FftVolume {
  public:
    FftVolume(FftShape const& shape, std::size_t width, FftLineTask<Real> const& lines, unsigned threads);

    bool has_sweeps() const { return planes_sweep_.has_value(); }
    /// Transform lines from `in` to `out`, then sweep `out`.
    void lines_first(FftLineTask<Real> const& lines, FftLayout<Real const*> in, FftLayout<Real*> out,
                     bool is_backward) const;
    /// Sweep `in` into `middle`, laid out alike, then transform lines from there to `out`.
    void lines_last(FftLineTask<Real> const& lines, FftLayout<Real const*> in, Real* middle,
                    FftLayout<Real*> out, bool is_backward) const;

  private:
    template <class Body>
    void for_each_plane(Body const& body) const;
    void run_lines(FftLineTask<Real> const& lines, FftLineJob<Real> const& all,
                   FftWorkers<Real> const& workers) const;
    void sweep_arrays(FftLayout<Real const*> in, FftLayout<Real*> out, bool is_backward) const;
    template <class Pointer>
    Pointer plane_of(FftLayout<Pointer> const& layout, std::size_t plane) const {
        return layout.at + plane / planes_ * layout.array + plane % planes_ * lines_ * layout.line;
    }

    std::size_t arrays_ = 1, planes_ = 1, lines_ = 1;
    std::size_t width_;
    unsigned threads_ = 1;
    bool is_small_ = false;  // one call for all lines, with scratch on the stack
    std::optional<FftSweep<Real>> planes_sweep_, arrays_sweep_;
    std::unique_ptr<ScratchPool> pool_;
};

}  // namespace hutch::compute::detail
