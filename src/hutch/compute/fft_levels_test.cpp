// The kernels of the FFT by their instruction-set level, not by what the processor has, against the
// definition.
#include "hutch/base/random.hpp"
#include "hutch/compute/detail/fft_columns.hpp"

#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::compute::detail {
namespace {

using Complex = std::complex<double>;

// Those that this processor runs; the first is the baseline.
std::vector<FftKernels<float>> levels() {
    std::vector<FftKernels<float>> all{baseline::fft_kernels_float()};
#if defined(__x86_64__)
    if (best_isa() >= Isa::x86_64_v3) all.push_back(x86_64_v3::fft_kernels_float());
    if (best_isa() >= Isa::x86_64_v4) all.push_back(x86_64_v4::fft_kernels_float());
#endif
    return all;
}

FftTable<float> random_table(std::size_t numbers) {
    RandomStream random(1, 98, numbers);
    FftTable<float> table(2 * numbers);
    for (float& x : table) x = float(random.normal());
    return table;
}

// Number `lane` of row `row` of a tile (rows, width).
Complex number(FftTable<float> const& tile, FftForm form, std::size_t width, std::size_t row,
               std::size_t lane) {
    std::size_t const at = 2 * row * width;
    if (form == FftForm::pairs) return {tile[at + 2 * lane], tile[at + 2 * lane + 1]};
    return {tile[at + lane], tile[at + width + lane]};
}

// One pass that is the whole transform, with twiddles of 1.
void check_pass(FftKernels<float> const& kernels, std::size_t radix, FftForm from, FftForm to, bool is_last) {
    FftTable<float> const in = random_table(radix * kernels.width);
    FftTable<float> out(in.size()), ones(2 * radix);
    for (std::size_t k = 0; k < radix; ++k) ones[2 * k] = 1;
    std::size_t const width = kernels.width;
    kernels.find_pass(radix, from, to,
                      is_last)({in.data(), out.data(), width, width, width, 1, 1, ones.data(), false});
    for (std::size_t lane = 0; lane < width; ++lane)
        for (std::size_t k = 0; k < radix; ++k) {
            Complex expected = 0;
            for (std::size_t n = 0; n < radix; ++n)
                expected += number(in, from, width, n, lane) *
                            std::polar(1.0, -2 * std::numbers::pi * double(n * k % radix) / double(radix));
            EXPECT_LT(std::abs(number(out, to, width, k, lane) - expected), 1e-5)
                << "radix " << radix << ", width " << width;
        }
}

}  // namespace

TEST(FftLevels, EveryPassOfEveryLevelEqualsTheDefinition) {
    for (auto const& kernels : levels())
        for (std::size_t radix : {1, 2, 3, 4, 5, 7, 8, 11, 13, 16}) {
            check_pass(kernels, radix, FftForm::pairs, FftForm::blocks, false);
            check_pass(kernels, radix, FftForm::blocks, FftForm::blocks, false);
            check_pass(kernels, radix, FftForm::blocks, FftForm::blocks, true);
            check_pass(kernels, radix, FftForm::blocks, FftForm::pairs, true);
        }
}

TEST(FftLevels, LinesComeBackFromLanesExactly) {
    for (auto const& kernels : levels())
        for (std::size_t length : {1, 3, 16, 37})
            for (bool const is_backward : {false, true}) {
                std::size_t const count = kernels.width - 1;
                FftTable<float> lines = random_table(count * length), back(lines.size());
                FftTable<float> tile(2 * length * kernels.width);
                kernels.gather({lines.data(), 2 * length, count, length, tile.data(), is_backward});
                kernels.scatter({back.data(), 2 * length, count, length, tile.data(), is_backward});
                EXPECT_EQ(lines, back) << "length " << length << ", width " << kernels.width;
            }
}

TEST(FftLevels, RealSpectraComeBackFromTheirHalves) {
    for (auto const& kernels : levels())
        for (std::size_t half : {1, 2, 3, 50, 64, 129}) {
            FftTable<float> line = random_table(half), back(2 * half), roots(2 * half + 2);
            FftTable<float> const before = line;
            for (std::size_t k = 0; k <= half; ++k) put_root(k, 2 * half, &roots[2 * k], &roots[2 * k + 1]);
            line.resize(2 * half + 2);
            kernels.split_real(line.data(), roots.data(), half);
            kernels.merge_real(line.data(), roots.data(), half, back.data());
            for (std::size_t i = 0; i < before.size(); ++i)
                EXPECT_NEAR(back[i], 2 * before[i], 1e-5) << "half " << half << ", width " << kernels.width;
        }
}

}  // namespace hutch::compute::detail
