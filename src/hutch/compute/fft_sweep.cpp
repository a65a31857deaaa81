#include "hutch/compute/detail/fft_sweep.hpp"

#include <algorithm>

namespace hutch::compute::detail {

template <class Real>
FftSweep<Real>::FftSweep(std::size_t length, std::size_t lanes)
    : length_(length),
      lanes_(lanes),
      width_(fft_kernels<Real>().width),
      tiles_(cut_lanes<Real>(length, lanes)) {
    if (find_radices(length).empty())
        lines_.emplace(length, 1);
    else
        columns_.emplace(length);
}

template <class Real>
std::size_t FftSweep<Real>::scratch_size() const {
    std::size_t const most = std::max(tiles_.most(), width_);
    if (lines_) return 2 * length_ * most + lines_->scratch_size();
    return 2 * length_ * width_ + 2 * columns_->scratch_size(most);
}

template <class Real>
void FftSweep<Real>::run(std::size_t tile, Real const* in, Real* out, bool is_backward, Real* scratch) const {
    std::size_t const begin = 2 * tiles_.begin(tile), lanes = tiles_.lanes_of(tile);
    FftTile<Real const*> const from{in + begin, lanes_, FftForm::pairs};
    FftTile<Real*> const to{out + begin, lanes_, FftForm::pairs};
    if (lines_) return run_as_lines(from, to, lanes, is_backward, scratch);
    if (lanes < width_) return run_padded(from, to, is_backward, scratch);
    columns_->run(from, to, lanes, is_backward, scratch, scratch + columns_->scratch_size(lanes));
}

template <class Real>
void FftSweep<Real>::run_as_lines(FftTile<Real const*> in, FftTile<Real*> out, std::size_t lanes,
                                  bool is_backward, Real* scratch) const {
    FftWorkers<Real> const workers(scratch + 2 * length_ * lanes);
    for (std::size_t row = 0; row < length_; ++row)
        for (std::size_t lane = 0; lane < lanes; ++lane)
            std::copy_n(in.at + 2 * (row * in.pitch + lane), 2, scratch + 2 * (lane * length_ + row));
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        Real* const line = scratch + 2 * lane * length_;
        lines_->run({line, line, 0, 0, 1, is_backward}, workers);
    }
    for (std::size_t row = 0; row < length_; ++row)
        for (std::size_t lane = 0; lane < lanes; ++lane)
            std::copy_n(scratch + 2 * (lane * length_ + row), 2, out.at + 2 * (row * out.pitch + lane));
}

// Fewer lanes than a vector has: work on a copy with zeros beside them.
template <class Real>
void FftSweep<Real>::run_padded(FftTile<Real const*> in, FftTile<Real*> out, bool is_backward,
                                Real* scratch) const {
    Real* const first = scratch + 2 * length_ * width_;
    std::fill(scratch, first, Real(0));
    for (std::size_t row = 0; row < length_; ++row)
        std::copy_n(in.at + 2 * row * in.pitch, 2 * lanes_, scratch + 2 * row * width_);
    columns_->run({scratch, width_, FftForm::pairs}, {scratch, width_, FftForm::pairs}, width_, is_backward,
                  first, first + columns_->scratch_size(width_));
    for (std::size_t row = 0; row < length_; ++row)
        std::copy_n(scratch + 2 * row * width_, 2 * lanes_, out.at + 2 * row * out.pitch);
}

template class FftSweep<float>;
template class FftSweep<double>;

}  // namespace hutch::compute::detail
