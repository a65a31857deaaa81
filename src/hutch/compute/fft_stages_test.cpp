#include "hutch/compute/fft_stages.hpp"

#include "hutch/base/random.hpp"
#include "hutch/compute/fft.hpp"
#include "hutch/compute/test_kernels.hpp"

#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::compute {
namespace {

template <class Real>
using Numbers = std::vector<std::complex<Real>>;

// A launch: the work items in the order that a plain loop has, or from the last to the first.
template <class Stage>
void launch(Stage const& stage, std::size_t items, bool reversed) {
    for (std::size_t i = 0; i < items; ++i) stage(reversed ? items - 1 - i : i);
}

template <class Real>
Numbers<Real> transform_in_stages(Numbers<Real> now, std::size_t length, Real sign, bool reversed) {
    Numbers<Real> next(now.size()), roots;
    for (std::size_t k = 0; k < length; ++k)
        roots.emplace_back(std::polar(1.0, -2 * std::numbers::pi * double(k) / double(length)));
    auto const pairs = [](Numbers<Real>& numbers) { return reinterpret_cast<Real*>(numbers.data()); };
    for (std::size_t done = 1; done < length;) {
        bool const is_four = length / done % 4 == 0;
        if (is_four)
            launch(FftRadix4Stage<Real>{pairs(now), pairs(next), pairs(roots), length, done, sign},
                   now.size() / 4, reversed);
        else
            launch(FftRadix2Stage<Real>{pairs(now), pairs(next), pairs(roots), length, done, sign},
                   now.size() / 2, reversed);
        done *= is_four ? 4 : 2;
        std::swap(now, next);
    }
    return now;
}

template <class Real>
double relative_error(Numbers<Real> const& found, Numbers<Real> const& expected) {
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < found.size(); ++i)
        difference += std::norm(found[i] - expected[i]), size += std::norm(expected[i]);
    return std::sqrt(difference / size);
}

template <class Real>
void compare(double tolerance) {
    std::size_t const batch = 3;
    for (std::size_t length = 1; length <= 4096; length *= 2) {
        RandomStream random(1, 98, length);
        Numbers<Real> in(batch * length), forward(in.size()), backward(in.size());
        for (auto& x : in) x = {Real(random.normal()), Real(random.normal())};
        Fft<Real> const plan({{length}, batch});
        plan.forward(in.data(), forward.data());
        plan.backward(in.data(), backward.data());
        EXPECT_LT(relative_error(transform_in_stages<Real>(in, length, 1, false), forward), tolerance)
            << length;
        EXPECT_LT(relative_error(transform_in_stages<Real>(in, length, -1, true), backward), tolerance)
            << length;
    }
}

// The same passes as launches on a queue: 5 transforms of 2,048 points, five passes of radix 4 and one of
// radix 2.
template <class Real>
std::vector<double> on_queue(Queue& queue) {
    std::size_t const length = 2048, items = 5 * length;
    RandomStream random(1, 98, 0);
    std::vector<Real> numbers(2 * items), roots;
    for (Real& value : numbers) value = Real(random.normal());
    for (std::size_t k = 0; k < length; ++k) {
        double const angle = -2 * std::numbers::pi * double(k) / double(length);
        roots.insert(roots.end(), {Real(std::cos(angle)), Real(std::sin(angle))});
    }
    Buffer<Real> now(queue, numbers), next(queue, numbers), table(queue, roots);
    for (std::size_t done = 1; done < length;) {
        bool const is_four = length / done % 4 == 0;
        if (is_four)
            parallel_for(queue, items / 4,
                         FftRadix4Stage<Real>{now.data(), next.data(), table.data(), length, done, 1});
        else
            parallel_for(queue, items / 2,
                         FftRadix2Stage<Real>{now.data(), next.data(), table.data(), length, done, 1});
        done *= is_four ? 4 : 2;
        std::swap(now, next);
    }
    return as_numbers(now);
}

// Devices may fuse multiplications and additions.
bool const registered = register_kernel_cases("FftKernels", {{"fft_radix4_float", 1e-6, on_queue<float>},
                                                             {"fft_radix2_float", 1e-6, on_queue<float>},
                                                             {"fft_radix4_double", 1e-14, on_queue<double>},
                                                             {"fft_radix2_double", 1e-14, on_queue<double>}});

}  // namespace

TEST(FftStages, EqualTheTransformOnTheProcessorInFloat) { compare<float>(1e-6); }
TEST(FftStages, EqualTheTransformOnTheProcessorInDouble) { compare<double>(1e-13); }

}  // namespace hutch::compute
