/// Transform lines of contiguous complex numbers of any length.
#pragma once

#include "hutch/compute/detail/fft_columns.hpp"
#include "hutch/compute/detail/fft_workers.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace hutch::compute::detail {

/// How a line is transformed.
enum class FftWay {
    lanes,  ///< several lines side by side in one tile
    entry,  ///< radix 16 along the line, then the columns of what is left
    tiles,  ///< the columns, then the rows of a matrix, in tiles that fit the cache
    chirp   ///< as a convolution of a length that has small factors
};

/// Lines to transform; `in` and `out` may be the same.
template <class Real>
struct FftLineJob {
    Real const* in;
    Real* out;
    std::size_t in_distance, out_distance;  ///< [Real] from line to line
    std::size_t count;                      ///< <= group()
    bool is_backward;
};

template <class Real>
class FftLines {
  public:
    /// `count` lines will be transformed in all, which may change the way.
    FftLines(std::size_t length, std::size_t count);

    std::size_t length() const { return length_; }
    FftWay way() const { return way_; }
    /// Return how many lines run() takes at once, at most.
    std::size_t group() const { return way_ == FftWay::lanes ? width_ : 1; }
    /// Return how much scratch run() needs [Real].
    std::size_t scratch_size() const;
    /// Workers share a line only in the way `tiles`.
    void run(FftLineJob<Real> const& job, FftWorkers<Real> const& workers) const;

  private:
    void choose_way(std::size_t count);
    void plan_entry();
    void plan_tiles();
    void plan_chirp();
    void run_lanes(FftLineJob<Real> const& job, Real* scratch) const;
    void run_entry(FftLineJob<Real> const& job, Real* scratch) const;
    void run_tiles(FftLineJob<Real> const& job, FftWorkers<Real> const& workers) const;
    void run_chirp(FftLineJob<Real> const& job, Real* scratch) const;
    std::size_t middle_size() const { return 2 * columns_ * round_up(rows_, width_); }
    void first_half(std::size_t tile, FftLineJob<Real> const& job, Real* middle, Real* scratch) const;
    void second_half(std::size_t tile, FftLineJob<Real> const& job, Real const* middle, Real* scratch) const;
    FftTiles first_tiles() const { return cut_lanes<Real>(rows_, columns_); }
    FftTiles second_tiles() const { return cut_lanes<Real>(columns_, rows_); }

    std::size_t length_, width_;
    FftWay way_ = FftWay::lanes;
    std::size_t rows_ = 0, columns_ = 0;  // length = rows * columns
    std::optional<FftColumns<Real>> along_rows_, along_columns_;
    FftTable<Real> twiddles_;       // entry: (chunks of columns, radix - 1) blocks
    FftTable<Real> fine_, coarse_;  // tiles: see FftTwist
    FftTable<Real> chirp_, chirp_transform_;
    std::unique_ptr<FftLines> inner_;
};

}  // namespace hutch::compute::detail
