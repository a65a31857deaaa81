// Nanoseconds for a point with all channels of a line, and the share of this core's limit of fused
// multiply-adds; operations of a point and ray are counted by hand (a division counts 1).
#include "hutch/compute/kept_limits.hpp"
#include "hutch/methods/powder/refine/line_shape.hpp"

#include <array>
#include <vector>

#include <benchmark/benchmark.h>

namespace hutch::powder::refine {
namespace {

double fp64_limit() {
    static double const limit = compute::kept_limits().core.fp64_flops;
    return limit;
}

// Operations of a point: of each ray with and without its Gauss part, and of bringing their sums together.
constexpr double core_operations = 58, tail_operations = 17;

template <class Body>
void measure(benchmark::State& state, std::size_t points, double operations, Body const& body) {
    for (auto _ : state) {
        body();
        benchmark::ClobberMemory();
    }
    state.counters["ns/point"] =
        benchmark::Counter(1e-9 * double(points) * double(state.iterations()),
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    if (operations > 0)
        state.counters["of_limit"] =
            benchmark::Counter(operations * double(points) * double(state.iterations()) / fp64_limit(),
                               benchmark::Counter::kIsRate);
}

// `from` and `to` are distances from the centre in FWHM.
void angle(benchmark::State& state, AngleLine const& line, double from, double to, double operations) {
    std::size_t const points = 512;
    std::vector<double> x(points), memory(6 * points);
    for (std::size_t i = 0; i < points; ++i)
        x[i] = line.centre + 0.1 * (from + (to - from) * double(i) / double(points));
    auto const at = [&](std::size_t k) { return memory.data() + k * points; };
    measure(state, points, operations,
            [&] { angle_line(line, x.data(), points, {at(0), at(1), at(2), at(3), at(4), at(5)}); });
}

AngleLine const symmetric{40, 40, 0.0036, 0.05, 0, 0.5};
AngleLine const laboratory{20, 20, 0.0036, 0.05, 0.04, 0.5};
AngleLine const sharp{6, 6, 0.0036, 0.05, 0.05, 0.5};
BENCHMARK_CAPTURE(angle, symmetric_core, symmetric, -3, 3, core_operations);
BENCHMARK_CAPTURE(angle, symmetric_tail, symmetric, 5, 20, tail_operations);
BENCHMARK_CAPTURE(angle, symmetric, symmetric, -20, 20, 0);
BENCHMARK_CAPTURE(angle, laboratory_20_degrees, laboratory, -20, 20, 0);
BENCHMARK_CAPTURE(angle, laboratory_20_degrees_core, laboratory, -4, 4, 0);
BENCHMARK_CAPTURE(angle, laboratory_6_degrees, sharp, -20, 20, 0);

}  // namespace
}  // namespace hutch::powder::refine
