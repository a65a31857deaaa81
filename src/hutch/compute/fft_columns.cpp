#include "hutch/compute/detail/fft_columns.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hutch::compute::detail {
namespace {

constexpr std::size_t tile_bytes = 128 << 10;  // of one of two scratch tiles: both fit half of a 1 MiB L2
constexpr std::size_t most_chunks = 4;         // more do not help

}  // namespace

template <>
FftKernels<float> const& fft_kernels() {
    static FftKernels<float> const kernels = HUTCH_CHOOSE_ISA(hutch::compute, fft_kernels_float)();
    return kernels;
}
template <>
FftKernels<double> const& fft_kernels() {
    static FftKernels<double> const kernels = HUTCH_CHOOSE_ISA(hutch::compute, fft_kernels_double)();
    return kernels;
}

template <class Real>
void put_root(std::uint64_t k, std::uint64_t n, Real* re, Real* im) {
    // Quarter turns are exact, and what is left is at most an eighth of a turn, where both series are best.
    k %= n;
    std::uint64_t const quarter = (8 * k + n) / (2 * n);
    auto const rest = std::int64_t(4 * k) - std::int64_t(quarter * n);
    double const angle = 0.5 * std::numbers::pi * double(rest) / double(n);
    Real const c = Real(std::cos(angle)), s = Real(std::sin(angle));
    Real const cosine[] = {c, -s, -c, s}, sine[] = {s, c, -s, -c};
    *re = cosine[quarter % 4];
    *im = -sine[quarter % 4];
}

std::vector<std::size_t> find_radices(std::size_t length) {
    std::size_t twos = 0;
    for (; length % 2 == 0; length /= 2) ++twos;
    std::vector<std::size_t> radices;
    for (std::size_t passes = (twos + 3) / 4; passes > 0; --passes) {
        std::size_t const bits = (twos + passes - 1) / passes;
        radices.push_back(std::size_t{1} << bits);
        twos -= bits;
    }
    for (std::size_t prime : {13, 11, 7, 5, 3})
        for (; length % prime == 0; length /= prime) radices.push_back(prime);
    if (length > 1) return {};
    if (radices.empty()) radices.push_back(1);
    return radices;
}

template <class Real>
FftTiles cut_lanes(std::size_t rows, std::size_t lanes) {
    std::size_t const width = fft_kernels<Real>().width, chunk_bytes = 2 * sizeof(Real) * width * rows;
    return {lanes, width * std::clamp(tile_bytes / chunk_bytes, std::size_t{1}, most_chunks)};
}

template <class Real>
FftColumns<Real>::FftColumns(std::size_t length)
    : length_(length),
      width_(fft_kernels<Real>().width),
      copy_(fft_kernels<Real>().find_pass(1, FftForm::blocks, FftForm::pairs, true)) {
    std::size_t left = length;
    for (std::size_t const radix : find_radices(length)) {
        left /= radix;
        stages_.push_back(make_stage(radix, left));
    }
}

template <class Real>
typename FftColumns<Real>::Stage FftColumns<Real>::make_stage(std::size_t radix, std::size_t left) const {
    auto const find_pass = fft_kernels<Real>().find_pass;
    Stage stage{radix,
                left,
                find_pass(radix, FftForm::pairs, FftForm::blocks, false),
                find_pass(radix, FftForm::blocks, FftForm::blocks, false),
                find_pass(radix, FftForm::blocks, FftForm::blocks, true),
                find_pass(radix, FftForm::blocks, FftForm::pairs, true),
                FftTable<Real>(2 * left * (radix - 1))};
    for (std::size_t p = 0; p < left; ++p)
        for (std::size_t k = 1; k < radix; ++k) {
            Real* const pair = &stage.twiddles[2 * (p * (radix - 1) + k - 1)];
            put_root(p * k, left * radix, pair, pair + 1);
        }
    return stage;
}

template <class Real>
std::size_t FftColumns<Real>::scratch_size(std::size_t lanes) const {
    return 2 * length_ * round_up(lanes, width_);
}

template <class Real>
void FftColumns<Real>::run(FftTile<Real const*> in, FftTile<Real*> out, std::size_t lanes, bool is_backward,
                           Real* first, Real* second) const {
    bool const from_pairs = in.form == FftForm::pairs, to_pairs = out.form == FftForm::pairs;
    // A single pass from pairs to pairs does not exist: a copy writes the result.
    bool const needs_copy = stages_.size() == 1 && from_pairs && to_pairs;
    std::size_t const pitch = round_up(lanes, width_);
    FftPass<Real> pass{in.at, first, in.pitch, pitch, lanes, 1, 1, nullptr, is_backward};
    for (Stage const& stage : stages_) {
        bool const is_last = &stage == &stages_.back() && !needs_copy;
        pass.left = stage.left;
        pass.twiddles = stage.twiddles.data();
        if (is_last) pass.out = out.at, pass.out_pitch = out.pitch;
        bool const is_first = pass.done == 1 && &stage == &stages_.front();
        Pass const last = to_pairs ? stage.leave : stage.stay_last;
        (is_first && from_pairs ? stage.enter : is_last ? last : stage.stay)(pass);
        pass.in = pass.out, pass.in_pitch = pass.out_pitch;
        pass.out = pass.out == first ? second : first;
        pass.done *= stage.radix;
    }
    if (!needs_copy) return;
    pass.out = out.at, pass.out_pitch = out.pitch;
    copy_(pass);
}

template void put_root(std::uint64_t, std::uint64_t, float*, float*);
template void put_root(std::uint64_t, std::uint64_t, double*, double*);
template FftTiles cut_lanes<float>(std::size_t, std::size_t);
template FftTiles cut_lanes<double>(std::size_t, std::size_t);
template class FftColumns<float>;
template class FftColumns<double>;

}  // namespace hutch::compute::detail
