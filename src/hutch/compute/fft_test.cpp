#include "hutch/compute/fft.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/random.hpp"

#include <cmath>
#include <cstring>
#include <numbers>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::compute {
namespace {

template <class Real>
using Numbers = std::vector<std::complex<Real>>;
using Wide = std::complex<long double>;

// What the documentation promises; rounding grows as the root of log2 N from about 6e-8 and 1e-16.
template <class Real>
constexpr double tolerance = sizeof(Real) == 4 ? 1e-6 : 1e-13;

template <class Real>
Numbers<Real> random_numbers(std::size_t count, std::uint64_t seed) {
    RandomStream random(seed, 98, count);
    Numbers<Real> numbers(count);
    for (auto& x : numbers) x = {Real(random.normal()), Real(random.normal())};
    return numbers;
}

template <class Real>
std::vector<Real> random_reals(std::size_t count, std::uint64_t seed) {
    std::vector<Real> numbers;
    for (auto const& x : random_numbers<Real>(count, seed)) numbers.push_back(x.real());
    return numbers;
}

template <class Found, class Expected>
double relative_error(Found const& found, Expected const& expected) {
    EXPECT_EQ(found.size(), expected.size());
    long double difference = 0, size = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        difference += std::norm(Wide(found[i]) - Wide(expected[i]));
        size += std::norm(Wide(expected[i]));
    }
    return double(std::sqrt(difference / size));
}

Wide unit_root(std::size_t k, std::size_t n, int sign) {
    return std::polar(1.0L,
                      sign * 2 * std::numbers::pi_v<long double> * (long double)(k % n) / (long double)(n));
}

// The definition, one dimension after the other, in long double.
template <class Real>
std::vector<Wide> direct_transform(std::vector<std::size_t> const& dims, Numbers<Real> const& in, int sign) {
    std::vector<Wide> now(in.begin(), in.end());
    std::size_t stride = 1;
    for (std::size_t d = dims.size(); d-- > 0; stride *= dims[d]) {
        std::size_t const n = dims[d];
        std::vector<Wide> roots, next(now.size());
        for (std::size_t k = 0; k < n; ++k) roots.push_back(unit_root(k, n, sign));
        for (std::size_t i = 0; i < now.size(); ++i) {
            std::size_t const k = i / stride % n, first = i - k * stride;
            for (std::size_t j = 0; j < n; ++j) next[i] += now[first + j * stride] * roots[j * k % n];
        }
        now = std::move(next);
    }
    return now;
}

template <class Real>
Numbers<Real> forward(FftShape const& shape, Numbers<Real> const& in, unsigned threads = 1) {
    Numbers<Real> out(in.size());
    Fft<Real>(shape, threads).forward(in.data(), out.data());
    return out;
}
template <class Real>
Numbers<Real> backward(FftShape const& shape, Numbers<Real> const& in, unsigned threads = 1) {
    Numbers<Real> out(in.size());
    Fft<Real>(shape, threads).backward(in.data(), out.data());
    return out;
}

std::size_t element_count(std::vector<std::size_t> const& dims) {
    std::size_t count = 1;
    for (std::size_t const length : dims) count *= length;
    return count;
}

std::string to_text(std::vector<std::size_t> const& dims) {
    std::string text;
    for (std::size_t const length : dims) text += (text.empty() ? "" : " x ") + std::to_string(length);
    return text;
}

// Every way a line goes, vectors that lines and columns do not fill, every radix, primes, dimensions of 1.
std::vector<std::vector<std::size_t>> small_shapes() {
    std::vector<std::vector<std::size_t>> shapes;
    for (std::size_t length = 1; length <= 64; ++length) shapes.push_back({length});
    for (std::size_t length :
         {81, 97, 100, 121, 127, 128, 169, 251, 256, 286, 343, 360, 400, 512, 625, 1000, 1009, 1024})
        shapes.push_back({length});
    for (auto const& dims : std::vector<std::vector<std::size_t>>{{1, 1},
                                                                  {1, 7},
                                                                  {7, 1},
                                                                  {2, 3},
                                                                  {16, 16},
                                                                  {17, 19},
                                                                  {33, 18},
                                                                  {40, 5},
                                                                  {5, 40},
                                                                  {37, 50},
                                                                  {3, 4, 5},
                                                                  {1, 8, 1},
                                                                  {7, 1, 16},
                                                                  {8, 16, 4},
                                                                  {17, 3, 20}})
        shapes.push_back(dims);
    return shapes;
}

template <class Real>
class FftOf : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(FftOf, Reals);

// The spectrum of real numbers, each line cut to its first half.
template <class Real>
std::vector<Wide> direct_half(std::vector<std::size_t> const& dims, std::vector<Real> const& in) {
    auto const full = direct_transform(dims, Numbers<Real>(in.begin(), in.end()), -1);
    std::size_t const length = dims.back(), width = length / 2 + 1;
    std::vector<Wide> half;
    for (std::size_t i = 0; i < full.size(); ++i)
        if (i % length < width) half.push_back(full[i]);
    return half;
}

}  // namespace

TYPED_TEST(FftOf, EqualsTheDefinitionInBothDirections) {
    for (auto const& dims : small_shapes()) {
        auto const in = random_numbers<TypeParam>(element_count(dims), 1);
        EXPECT_LT(relative_error(forward({dims}, in), direct_transform(dims, in, -1)), tolerance<TypeParam>)
            << to_text(dims);
        EXPECT_LT(relative_error(backward({dims}, in), direct_transform(dims, in, +1)), tolerance<TypeParam>)
            << to_text(dims);
    }
}

TYPED_TEST(FftOf, RealNumbersEqualTheDefinition) {
    for (auto const& dims : small_shapes()) {
        auto const in = random_reals<TypeParam>(element_count(dims), 2);
        auto const expected = direct_half(dims, in);
        RealFft<TypeParam> const plan({dims});
        Numbers<TypeParam> out(expected.size());
        plan.forward(in.data(), out.data());
        EXPECT_LT(relative_error(out, expected), tolerance<TypeParam>) << to_text(dims);
    }
}

TYPED_TEST(FftOf, ThereAndBackMultipliesByTheNumberOfElements) {
    for (auto const& dims : std::vector<std::vector<std::size_t>>{
             {12}, {4096}, {10007}, {50000}, {65536}, {262144}, {300, 200}, {256, 512}, {64, 32, 48}}) {
        std::size_t const count = element_count(dims);
        auto const in = random_numbers<TypeParam>(count, 3);
        auto expected = in;
        for (auto& x : expected) x *= TypeParam(count);
        EXPECT_LT(relative_error(backward({dims}, forward({dims}, in)), expected), 2 * tolerance<TypeParam>)
            << to_text(dims);
    }
}

TYPED_TEST(FftOf, RealNumbersComeBackTimesTheNumberOfElements) {
    auto shapes = small_shapes();
    shapes.insert(shapes.end(), {{4096}, {10007}, {65536}, {131072}, {300, 201}, {256, 512}, {64, 32, 48}});
    for (auto const& dims : shapes) {
        std::size_t const count = element_count(dims);
        auto const in = random_reals<TypeParam>(count, 4);
        auto expected = in, back = in;
        for (auto& x : expected) x *= TypeParam(count);
        RealFft<TypeParam> const plan({dims});
        Numbers<TypeParam> spectrum(count / dims.back() * (dims.back() / 2 + 1));
        plan.forward(in.data(), spectrum.data());
        plan.backward(spectrum.data(), back.data());
        EXPECT_LT(relative_error(back, expected), 2 * tolerance<TypeParam>) << to_text(dims);
    }
}

TYPED_TEST(FftOf, KeepsTheSumOfSquares) {
    for (std::size_t length : {100, 1024, 1009, 65536, 78125}) {
        auto const in = random_numbers<TypeParam>(length, 5);
        long double before = 0, after = 0;
        for (auto const& x : in) before += std::norm(Wide(x));
        for (auto const& x : forward({{length}}, in)) after += std::norm(Wide(x));
        EXPECT_NEAR(double(after / before / length), 1, tolerance<TypeParam>) << length;
    }
}

TYPED_TEST(FftOf, AShiftTurnsThePhases) {
    for (std::size_t length : {60, 1024, 4096, 30030}) {
        std::size_t const shift = 7;
        auto const in = random_numbers<TypeParam>(length, 6);
        auto shifted = in;
        for (std::size_t n = 0; n < length; ++n) shifted[n] = in[(n + length - shift) % length];
        auto const spectrum = forward({{length}}, in);
        std::vector<Wide> expected;
        for (std::size_t k = 0; k < length; ++k)
            expected.push_back(Wide(spectrum[k]) * unit_root(k * shift, length, -1));
        EXPECT_LT(relative_error(forward({{length}}, shifted), expected), 2 * tolerance<TypeParam>) << length;
    }
}

TYPED_TEST(FftOf, IsLinear) {
    std::size_t const length = 1440;
    auto const a = random_numbers<TypeParam>(length, 7), b = random_numbers<TypeParam>(length, 8);
    std::complex<TypeParam> const factor(TypeParam(0.3), TypeParam(-1.7));
    auto sum = a;
    for (std::size_t n = 0; n < length; ++n) sum[n] = a[n] + factor * b[n];
    auto expected = forward({{length}}, a);
    auto const second = forward({{length}}, b);
    for (std::size_t k = 0; k < length; ++k) expected[k] += factor * second[k];
    EXPECT_LT(relative_error(forward({{length}}, sum), expected), 2 * tolerance<TypeParam>);
}

TYPED_TEST(FftOf, AnImpulseHasTheSpectrumOfARoot) {
    for (std::size_t length : {16, 100, 256, 2048, 16384, 131072}) {
        std::size_t const place = 5;
        Numbers<TypeParam> in(length);
        in[place] = 1;
        std::vector<Wide> expected;
        for (std::size_t k = 0; k < length; ++k) expected.push_back(unit_root(k * place, length, -1));
        EXPECT_LT(relative_error(forward({{length}}, in), expected), tolerance<TypeParam>) << length;
    }
}

TYPED_TEST(FftOf, RealNumbersHaveTheFirstHalfOfAHermitianSpectrum) {
    std::size_t const rows = 36, columns = 50, width = columns / 2 + 1;
    auto const in = random_reals<TypeParam>(rows * columns, 9);
    auto const full = forward<TypeParam>({{rows, columns}}, {in.begin(), in.end()});
    Numbers<TypeParam> half(rows * width);
    RealFft<TypeParam>({{rows, columns}}).forward(in.data(), half.data());
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t k = 0; k < columns; ++k) {
            auto const mirror = half[(rows - i) % rows * width + (columns - k) % columns % width];
            auto const expected = k < width ? half[i * width + k] : std::conj(mirror);
            if (k < width || (columns - k) < width)
                EXPECT_LT(std::abs(full[i * columns + k] - expected), 50 * tolerance<TypeParam>)
                    << i << ", " << k;
        }
}

TYPED_TEST(FftOf, ABatchEqualsItsArraysOneByOne) {
    for (auto const& dims :
         std::vector<std::vector<std::size_t>>{{10}, {100}, {127}, {256}, {1000}, {20, 30}, {4, 5, 6}})
        for (std::size_t batch : {2, 5, 16, 33}) {
            std::size_t const count = element_count(dims), distance = count + 3;
            auto const in = random_numbers<TypeParam>(batch * distance, 10);
            Numbers<TypeParam> const all = forward({dims, batch, distance}, in);
            for (std::size_t b = 0; b < batch; ++b) {
                auto const from = in.begin() + std::ptrdiff_t(b * distance),
                           found = all.begin() + std::ptrdiff_t(b * distance);
                Numbers<TypeParam> const one(from, from + std::ptrdiff_t(count));
                EXPECT_LT(relative_error(Numbers<TypeParam>(found, found + std::ptrdiff_t(count)),
                                         forward({dims}, one)),
                          tolerance<TypeParam>)
                    << to_text(dims) << ", batch " << batch;
            }
        }
}

TYPED_TEST(FftOf, LeavesWhatLiesBetweenArraysAlone) {
    for (std::size_t length : {5, 100, 512}) {
        std::size_t const batch = 19, distance = length + 2;
        auto const in = random_numbers<TypeParam>(batch * distance, 11);
        auto const mark = std::complex<TypeParam>(7, 7);
        Numbers<TypeParam> out(batch * distance, mark);
        Fft<TypeParam>({{length}, batch, distance}).forward(in.data(), out.data());
        for (std::size_t i = 0; i < out.size(); ++i)
            if (i % distance >= length) EXPECT_EQ(out[i], mark) << length << ", " << i;
    }
}

TYPED_TEST(FftOf, RealBatchesMayLieApart) {
    for (std::size_t length : {9, 100, 1024}) {
        std::size_t const batch = 18, distance = length + 1, width = length / 2 + 1;
        auto const in = random_reals<TypeParam>(batch * distance, 12);
        RealFft<TypeParam> const all({{length}, batch, distance}), one({{length}});
        Numbers<TypeParam> found(batch * width), expected(batch * width);
        all.forward(in.data(), found.data());
        std::vector<TypeParam> back(batch * distance), back_expected(batch * distance);
        all.backward(found.data(), back.data());
        for (std::size_t b = 0; b < batch; ++b) {
            one.forward(&in[b * distance], &expected[b * width]);
            one.backward(&found[b * width], &back_expected[b * distance]);
        }
        EXPECT_LT(relative_error(found, expected), tolerance<TypeParam>) << length;
        EXPECT_LT(relative_error(back, back_expected), tolerance<TypeParam>) << length;
    }
}

TYPED_TEST(FftOf, InPlaceGivesTheSameBytes) {
    for (auto const& dims : std::vector<std::vector<std::size_t>>{{7},
                                                                  {100},
                                                                  {1024},
                                                                  {1009},
                                                                  {65536},
                                                                  {131072},
                                                                  {50, 60},
                                                                  {5, 3},
                                                                  {128, 130},
                                                                  {64, 64},
                                                                  {19, 20, 21}}) {
        auto in = random_numbers<TypeParam>(element_count(dims), 13);
        Fft<TypeParam> const plan({dims});
        Numbers<TypeParam> out(in.size());
        plan.forward(in.data(), out.data());
        plan.forward(in.data(), in.data());
        EXPECT_EQ(std::memcmp(in.data(), out.data(), in.size() * sizeof(in[0])), 0) << to_text(dims);
    }
}

TYPED_TEST(FftOf, ThreadsGiveTheSameBytes) {
    std::vector<FftShape> const shapes{{{65536}},         {{262144}},   {{1000}, 70},    {{4096}, 20},
                                       {{48}, 2001},      {{300, 257}}, {{128, 128}, 5}, {{40, 33, 64}},
                                       {{32, 40, 37}, 2}, {{331}, 200}, {{2, 300, 200}}};
    for (auto const& shape : shapes) {
        std::size_t const count = element_count(shape.dims) * shape.batch;
        auto const in = random_numbers<TypeParam>(count, 14);
        EXPECT_EQ(forward(shape, in, 4), forward(shape, in, 1)) << to_text(shape.dims);
        auto const reals = random_reals<TypeParam>(count, 14);
        std::size_t const width = shape.dims.back() / 2 + 1;
        Numbers<TypeParam> one(count / shape.dims.back() * width), four(one.size());
        std::vector<TypeParam> back_one(count), back_four(count);
        RealFft<TypeParam> const with_one(shape, 1), with_four(shape, 4);
        with_one.forward(reals.data(), one.data());
        with_four.forward(reals.data(), four.data());
        EXPECT_EQ(one, four) << to_text(shape.dims);
        with_one.backward(one.data(), back_one.data());
        with_four.backward(one.data(), back_four.data());
        EXPECT_EQ(back_one, back_four) << to_text(shape.dims);
    }
}

TYPED_TEST(FftOf, OnePlanServesManyThreads) {
    FftShape const shape{{60, 100}};
    auto const in = random_numbers<TypeParam>(6000, 15);
    Fft<TypeParam> const plan(shape);
    RealFft<TypeParam> const real_plan(shape);
    auto const expected = forward(shape, in);
    std::vector<Numbers<TypeParam>> results(12, Numbers<TypeParam>(in.size()));
    std::vector<std::thread> threads;
    for (auto& result : results)
        threads.emplace_back([&] {
            std::vector<TypeParam> back(6000);
            for (int repeat = 0; repeat < 5; ++repeat) {
                plan.forward(in.data(), result.data());
                real_plan.backward(in.data(), back.data());
            }
        });
    for (auto& thread : threads) thread.join();
    for (auto const& result : results) EXPECT_EQ(result, expected);
}

TYPED_TEST(FftOf, APlanCanBeMoved) {
    auto const in = random_numbers<TypeParam>(300, 16);
    Fft<TypeParam> first({{300}});
    Fft<TypeParam> const second = std::move(first);
    Numbers<TypeParam> out(300);
    second.forward(in.data(), out.data());
    EXPECT_EQ(out, forward({{300}}, in));
}

TYPED_TEST(FftOf, RefusesShapesThatAreNone) {
    struct {
        FftShape shape;
        char const* message;
    } const cases[] = {
        {{{}}, "'dims' has 0 lengths; expected 1 to 3"},
        {{{1, 2, 3, 4}}, "'dims' has 4 lengths; expected 1 to 3"},
        {{{5, 0}}, "'dims' has a length of 0; expected > 0"},
        {{{5}, 0}, "'batch' is 0; expected > 0"},
        {{{5, 4}, 2, 19}, "'distance' is 19; expected 0 or at least the number of elements, 20"},
        {{{std::size_t{1} << 40, std::size_t{1} << 40}}, "'dims' has too many elements"},
        {{{std::size_t{1} << 30}, std::size_t{1} << 40}, "'batch' is 1099511627776; expected at most"},
    };
    auto const refuses = [](auto make, FftShape const& shape, std::string const& message) {
        try {
            make(shape);
            ADD_FAILURE() << "accepted: " << message;
        } catch (Error const& error) {
            EXPECT_EQ(error.fault(), Fault::bad_input);
            EXPECT_TRUE(std::string(error.what()).starts_with(message)) << error.what();
        }
    };
    for (auto const& c : cases) {
        refuses([](FftShape const& shape) { Fft<TypeParam> const plan(shape); }, c.shape, c.message);
        refuses([](FftShape const& shape) { RealFft<TypeParam> const plan(shape); }, c.shape, c.message);
    }
}

}  // namespace hutch::compute
