// Every kind of transform against FFTW 3, where it is installed.
#include "hutch/base/random.hpp"
#include "hutch/compute/fft.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#ifdef HUTCH_HAS_FFTW
#include <fftw3.h>

namespace hutch::compute {
namespace {

using Complex = std::complex<double>;

template <class Real>
constexpr double tolerance = sizeof(Real) == 4 ? 1e-6 : 1e-13;

// The peer's result in double precision: its own error is far below the tolerances.
std::vector<Complex> peer_transform(FftShape const& shape, std::vector<Complex> in, int sign) {
    std::vector<int> dims(shape.dims.begin(), shape.dims.end());
    int const size = int(in.size() / shape.batch);
    std::vector<Complex> out(in.size());
    auto* const from = reinterpret_cast<fftw_complex*>(in.data());
    auto* const to = reinterpret_cast<fftw_complex*>(out.data());
    fftw_plan const plan =
        fftw_plan_many_dft(int(dims.size()), dims.data(), int(shape.batch), from, nullptr, 1, size, to,
                           nullptr, 1, size, sign, FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
    fftw_execute(plan);
    fftw_destroy_plan(plan);
    return out;
}

template <class Real>
std::vector<std::complex<Real>> random_numbers(std::size_t count, std::uint64_t seed) {
    RandomStream random(seed, 98, count);
    std::vector<std::complex<Real>> numbers(count);
    for (auto& x : numbers) x = {Real(random.normal()), Real(random.normal())};
    return numbers;
}

template <class Real>
double relative_error(std::vector<std::complex<Real>> const& found, std::vector<Complex> const& expected) {
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        difference += std::norm(Complex(found[i]) - expected[i]);
        size += std::norm(expected[i]);
    }
    return std::sqrt(difference / size);
}

std::string to_text(FftShape const& shape) {
    std::string text;
    for (std::size_t const length : shape.dims) text += (text.empty() ? "" : " x ") + std::to_string(length);
    return text + ", batch " + std::to_string(shape.batch);
}

std::size_t element_count(FftShape const& shape) {
    std::size_t count = shape.batch;
    for (std::size_t const length : shape.dims) count *= length;
    return count;
}

std::vector<FftShape> all_shapes() {
    std::vector<FftShape> shapes;
    for (std::size_t length = 1; length <= 64; ++length)
        shapes.push_back({{length}, 1}), shapes.push_back({{length}, 21});
    for (std::size_t length : {67,   97,   100,   101,   127,   128,   240,   251,   256,   286,    360,
                               512,  625,  729,   1000,  1009,  1024,  1331,  2048,  2187,  4096,   4099,
                               5040, 8192, 10007, 16384, 28561, 30030, 32768, 65536, 65537, 100000, 1048576})
        shapes.push_back({{length}, 1});
    for (std::size_t length : {100, 127, 128, 256, 360, 1000, 1024, 4096}) shapes.push_back({{length}, 37});
    for (auto const& dims : std::vector<std::vector<std::size_t>>{
             {1, 1},       {2, 3},       {5, 7},       {16, 16},     {17, 19},   {33, 65},
             {64, 5},      {5, 64},      {100, 360},   {101, 103},   {128, 128}, {128, 129},
             {255, 257},   {512, 512},   {1, 1, 1},    {3, 4, 5},    {7, 1, 9},  {16, 16, 16},
             {17, 18, 19}, {32, 33, 34}, {64, 64, 64}, {2, 100, 50}, {97, 5, 3}}) {
        shapes.push_back({dims, 1});
        shapes.push_back({dims, 3});
    }
    return shapes;
}

template <class Real>
void compare_complex(FftShape const& shape) {
    auto const in = random_numbers<Real>(element_count(shape), 1);
    std::vector<Complex> const exact_in(in.begin(), in.end());
    Fft<Real> const plan(shape, 2);
    std::vector<std::complex<Real>> out(in.size());
    plan.forward(in.data(), out.data());
    EXPECT_LT(relative_error(out, peer_transform(shape, exact_in, FFTW_FORWARD)), tolerance<Real>)
        << to_text(shape);
    out = in;
    plan.backward(out.data(), out.data());
    EXPECT_LT(relative_error(out, peer_transform(shape, exact_in, FFTW_BACKWARD)), tolerance<Real>)
        << to_text(shape) << ", backward in place";
}

// The half spectrum of real numbers is the first half of each line of the full one.
template <class Real>
void compare_real(FftShape const& shape) {
    std::size_t const count = element_count(shape), length = shape.dims.back(), width = length / 2 + 1;
    auto const random = random_numbers<Real>(count, 2);
    std::vector<Real> in(count), back(count);
    for (std::size_t i = 0; i < count; ++i) in[i] = random[i].real();
    auto const full = peer_transform(shape, {in.begin(), in.end()}, FFTW_FORWARD);
    std::vector<std::complex<Real>> out(count / length * width);
    std::vector<Complex> half(out.size());
    for (std::size_t i = 0; i < half.size(); ++i) half[i] = full[i / width * length + i % width];
    RealFft<Real> const plan(shape, 2);
    plan.forward(in.data(), out.data());
    EXPECT_LT(relative_error(out, half), tolerance<Real>) << to_text(shape) << ", real";
    plan.backward(out.data(), back.data());
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < count; ++i) {
        difference += std::pow(double(back[i]) * double(shape.batch) / double(count) - double(in[i]), 2);
        size += double(in[i]) * double(in[i]);
    }
    EXPECT_LT(std::sqrt(difference / size), 2 * tolerance<Real>) << to_text(shape) << ", real there and back";
}

}  // namespace

TEST(FftPeer, ComplexTransformsEqualThoseOfFftwInDouble) {
    for (auto const& shape : all_shapes()) compare_complex<double>(shape);
}
TEST(FftPeer, ComplexTransformsEqualThoseOfFftwInFloat) {
    for (auto const& shape : all_shapes()) compare_complex<float>(shape);
}
TEST(FftPeer, RealTransformsEqualThoseOfFftwInDouble) {
    for (auto const& shape : all_shapes()) compare_real<double>(shape);
}
TEST(FftPeer, RealTransformsEqualThoseOfFftwInFloat) {
    for (auto const& shape : all_shapes()) compare_real<float>(shape);
}

}  // namespace hutch::compute

#else

TEST(FftPeer, ComplexTransformsEqualThoseOfFftw) { GTEST_SKIP() << "FFTW is not installed (libfftw3-dev)"; }

#endif
