#include "hutch/compute/detail/fft_lines.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace hutch::compute::detail {
namespace {

constexpr std::size_t entry_radix = 16;
// Longest line that is transformed whole; measured on an AMD EPYC (Zen 4) with 1 MiB of L2 a core.
template <class Real>
constexpr std::size_t entry_length = sizeof(Real) == 4 ? 65536 : 16384;
constexpr std::size_t lanes_bytes = 256 << 10;  // largest tile of lines side by side

// Return the largest divisor up to the root of `length` if both factors hold a vector; 0 otherwise.
std::size_t find_rows(std::size_t length, std::size_t width) {
    for (auto rows = std::size_t(std::sqrt(double(length))); rows >= width; --rows)
        if (length % rows == 0) return rows;
    return 0;
}

bool can_enter(std::size_t length, std::size_t width) {
    return length % entry_radix == 0 && length / entry_radix >= width;
}

// Return a quick length that holds the convolution of a line with its chirp.
std::size_t find_chirp_length(std::size_t length, std::size_t width) {
    std::size_t const least = std::max(2 * length - 1, entry_radix * width), power = std::bit_ceil(least);
    for (std::size_t eighths : {5, 6, 7})
        if (power / 8 * eighths >= least && can_enter(power / 8 * eighths, width)) return power / 8 * eighths;
    return power;
}

}  // namespace

template <class Real>
FftLines<Real>::FftLines(std::size_t length, std::size_t count)
    : length_(length), width_(fft_kernels<Real>().width) {
    choose_way(count);
    if (way_ == FftWay::lanes) along_columns_.emplace(length);
    if (way_ == FftWay::entry) plan_entry();
    if (way_ == FftWay::tiles) plan_tiles();
    if (way_ == FftWay::chirp) plan_chirp();
}

template <class Real>
void FftLines<Real>::choose_way(std::size_t count) {
    std::size_t const bytes = 2 * sizeof(Real) * length_;
    bool const fills_lanes = 2 * count >= width_ && bytes * width_ <= lanes_bytes;
    if (find_radices(length_).empty()) {
        way_ = FftWay::chirp;
    } else if (can_enter(length_, width_) && length_ <= entry_length<Real>) {
        way_ = FftWay::entry;
    } else if (rows_ = fills_lanes ? 0 : find_rows(length_, width_); rows_ > 0) {
        way_ = FftWay::tiles;
    } else {
        way_ = FftWay::lanes;
    }
}

// ---- several lines side by side --------------------------------------------------------------------------

template <class Real>
void FftLines<Real>::run_lanes(FftLineJob<Real> const& job, Real* scratch) const {
    FftKernels<Real> const& kernels = fft_kernels<Real>();
    Real* const first = scratch;
    Real* const second = scratch + along_columns_->scratch_size(width_);
    Real* const result = along_columns_->other_tile(second, first);
    kernels.gather({const_cast<Real*>(job.in), job.in_distance, job.count, length_, first, job.is_backward});
    along_columns_->run({first, width_, FftForm::blocks}, {result, width_, FftForm::blocks}, width_,
                        job.is_backward, second, first);
    kernels.scatter({job.out, job.out_distance, job.count, length_, result, job.is_backward});
}

// ---- radix 16 along the line, then the columns of what is left -------------------------------------------

template <class Real>
void FftLines<Real>::plan_entry() {
    rows_ = entry_radix;
    columns_ = length_ / rows_;
    along_columns_.emplace(columns_);
    for (std::size_t chunk = 0; chunk * width_ < columns_; ++chunk)
        for (std::size_t k = 1; k < rows_; ++k) {
            std::size_t const block = twiddles_.size(), from = first_lane(chunk, columns_, width_);
            twiddles_.resize(block + 2 * width_);
            for (std::size_t lane = 0; lane < width_; ++lane)
                put_root(k * (from + lane), length_, &twiddles_[block + lane],
                         &twiddles_[block + width_ + lane]);
        }
}

template <class Real>
void FftLines<Real>::run_entry(FftLineJob<Real> const& job, Real* scratch) const {
    Real* const second = scratch + 2 * length_;
    fft_kernels<Real>().enter_line({job.in, scratch, columns_, twiddles_.data(), job.is_backward});
    along_columns_->run({scratch, rows_, FftForm::blocks}, {job.out, rows_, FftForm::pairs}, rows_,
                        job.is_backward, second, scratch);
}

// ---- rows and columns of a matrix ------------------------------------------------------------------------

template <class Real>
void FftLines<Real>::plan_tiles() {
    columns_ = length_ / rows_;
    along_rows_.emplace(rows_);
    along_columns_.emplace(columns_);
    fine_.resize(2 * width_ * rows_);
    for (std::size_t row = 0; row < rows_; ++row)
        for (std::size_t lane = 0; lane < width_; ++lane)
            put_root(row * lane, length_, &fine_[2 * width_ * row + lane],
                     &fine_[2 * width_ * row + width_ + lane]);
    for (std::size_t chunk = 0; chunk * width_ < columns_; ++chunk)
        for (std::size_t row = 0; row < rows_; ++row) {
            coarse_.resize(coarse_.size() + 2);
            put_root(row * first_lane(chunk, columns_, width_), length_, &coarse_.end()[-2],
                     &coarse_.end()[-1]);
        }
}

template <class Real>
void FftLines<Real>::first_half(std::size_t tile, FftLineJob<Real> const& job, Real* middle,
                                Real* scratch) const {
    FftTiles const tiles = first_tiles();
    std::size_t const begin = tiles.begin(tile), lanes = tiles.lanes_of(tile);
    std::size_t const tile_pitch = round_up(lanes, width_), pitch = round_up(rows_, width_);
    Real* const second = scratch + along_rows_->scratch_size(lanes);
    Real* const result = along_rows_->other_tile(scratch, second);
    along_rows_->run({job.in + 2 * begin, columns_, FftForm::pairs}, {result, tile_pitch, FftForm::blocks},
                     lanes, job.is_backward, scratch, second);
    fft_kernels<Real>().twist({result, middle + 2 * begin * pitch, tile_pitch, pitch, rows_, lanes,
                               fine_.data(), coarse_.data() + 2 * begin / width_ * rows_});
}

template <class Real>
void FftLines<Real>::second_half(std::size_t tile, FftLineJob<Real> const& job, Real const* middle,
                                 Real* scratch) const {
    FftTiles const tiles = second_tiles();
    std::size_t const begin = tiles.begin(tile), lanes = tiles.lanes_of(tile);
    along_columns_->run({middle + 2 * begin, round_up(rows_, width_), FftForm::blocks},
                        {job.out + 2 * begin, rows_, FftForm::pairs}, lanes, job.is_backward, scratch,
                        scratch + along_columns_->scratch_size(lanes));
}

template <class Real>
void FftLines<Real>::run_tiles(FftLineJob<Real> const& job, FftWorkers<Real> const& workers) const {
    Real* const middle = workers.scratch();
    workers.for_each(first_tiles().count(), [&](std::size_t tile, Real* scratch) {
        first_half(tile, job, middle, scratch + middle_size());
    });
    workers.for_each(second_tiles().count(), [&](std::size_t tile, Real* scratch) {
        second_half(tile, job, middle, scratch + middle_size());
    });
}

// ---- as a convolution ------------------------------------------------------------------------------------
// L. I. Bluestein, IEEE Trans. Audio Electroacoust. 18 (1970) 451: n k = (n^2 + k^2 - (k - n)^2) / 2.

template <class Real>
void FftLines<Real>::plan_chirp() {
    std::size_t const size = find_chirp_length(length_, width_);
    inner_ = std::make_unique<FftLines>(size, 1);
    chirp_.resize(2 * length_);
    chirp_transform_.assign(2 * size, 0);
    std::size_t square = 0;  // n^2 modulo 2 length
    for (std::size_t n = 0; n < length_; square = (square + 2 * n + 1) % (2 * length_), ++n) {
        put_root(square, 2 * length_, &chirp_[2 * n], &chirp_[2 * n + 1]);
        for (std::size_t const place : {n, (size - n) % size}) {
            chirp_transform_[2 * place] = chirp_[2 * n] / Real(size);
            chirp_transform_[2 * place + 1] = -chirp_[2 * n + 1] / Real(size);
        }
    }
    FftTable<Real> scratch(inner_->scratch_size());
    Real* const line = chirp_transform_.data();
    inner_->run({line, line, 0, 0, 1, false}, FftWorkers<Real>(scratch.data()));
}

template <class Real>
void FftLines<Real>::run_chirp(FftLineJob<Real> const& job, Real* scratch) const {
    FftKernels<Real> const& kernels = fft_kernels<Real>();
    std::size_t const size = inner_->length();
    Real* const line = scratch;
    FftWorkers<Real> const rest(scratch + 2 * size);
    kernels.multiply(job.in, chirp_.data(), line, length_, job.is_backward, false);
    std::fill(line + 2 * length_, line + 2 * size, Real(0));
    inner_->run({line, line, 0, 0, 1, false}, rest);
    kernels.multiply(line, chirp_transform_.data(), line, size, false, false);
    inner_->run({line, line, 0, 0, 1, true}, rest);
    kernels.multiply(line, chirp_.data(), job.out, length_, false, job.is_backward);
}

// ---- all ways --------------------------------------------------------------------------------------------

template <class Real>
std::size_t FftLines<Real>::scratch_size() const {
    switch (way_) {
        case FftWay::lanes:
            return 2 * along_columns_->scratch_size(width_);
        case FftWay::entry:
            return 4 * length_;
        case FftWay::tiles:
            return middle_size() + 2 * std::max(along_rows_->scratch_size(first_tiles().most()),
                                                along_columns_->scratch_size(second_tiles().most()));
        case FftWay::chirp:
            break;
    }
    return 2 * inner_->length() + inner_->scratch_size();
}

template <class Real>
void FftLines<Real>::run(FftLineJob<Real> const& job, FftWorkers<Real> const& workers) const {
    switch (way_) {
        case FftWay::lanes:
            return run_lanes(job, workers.scratch());
        case FftWay::entry:
            return run_entry(job, workers.scratch());
        case FftWay::tiles:
            return run_tiles(job, workers);
        case FftWay::chirp:
            return run_chirp(job, workers.scratch());
    }
}

template class FftLines<float>;
template class FftLines<double>;

}  // namespace hutch::compute::detail
