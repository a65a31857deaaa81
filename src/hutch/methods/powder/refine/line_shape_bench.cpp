// Nanoseconds for a point with all channels of a line, and the share of this core's limit of fused
// multiply-adds; operations of a point and ray are counted by hand (a division counts 1).
#include "hutch/compute/kept_limits.hpp"
#include "hutch/methods/powder/refine/line_shape.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include <benchmark/benchmark.h>

namespace hutch::powder::refine {
namespace {

double fp64_limit() {
    static double const limit = compute::kept_limits().core.fp64_flops;
    return limit;
}

// Operations of a point: of a symmetric line with and without its Gauss part; of a time-of-flight line with
// all, with its Lorentz part only (15 or 8 terms twice, 15 operations each), and with its Gauss part only.
constexpr double core_operations = 58, tail_operations = 17;
constexpr double flight_operations = 30 * 15 + 190, flight_tail_operations = 16 * 15 + 40,
                 flight_gauss_operations = 190;

// Call often enough for about 50 us, and keep the best: other programs only make it longer.
template <class Body>
void measure(benchmark::State& state, std::size_t points, double operations, Body const& body) {
    using Clock = std::chrono::steady_clock;
    auto const round = [&](int calls) {
        auto const start = Clock::now();
        for (int i = 0; i < calls; ++i) {
            body();
            benchmark::ClobberMemory();
        }
        return std::chrono::duration<double>(Clock::now() - start).count() / calls;
    };
    int const calls = std::max(1, int(5e-5 / round(20)));
    double best = 1e30;
    for (auto _ : state) {
        double const seconds = round(calls);
        best = std::min(best, seconds);
        state.SetIterationTime(seconds);
    }
    state.counters["ns/point"] = 1e9 * best / double(points);
    if (operations > 0) state.counters["of_limit"] = operations * double(points) / best / fp64_limit();
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

void flight(benchmark::State& state, FlightLine const& line, double from, double to, bool has_gamma,
            double operations) {
    std::size_t const points = 512;
    std::vector<double> x(points), memory(6 * points);
    for (std::size_t i = 0; i < points; ++i)
        x[i] = line.centre + from + (to - from) * double(i) / double(points);
    auto const at = [&](std::size_t k) { return memory.data() + k * points; };
    measure(state, points, operations, [&] {
        flight_line(line, x.data(), points, {at(0), at(1), at(2), at(3), at(4), has_gamma ? at(5) : nullptr});
    });
}

FlightLine const powgen{30000, 0.13, 0.11, 100, 10};
FlightLine const gauss_only{30000, 0.13, 0.11, 100, 0};

BENCHMARK_CAPTURE(angle, symmetric_core, symmetric, -3, 3, core_operations)->UseManualTime()->Iterations(200);
BENCHMARK_CAPTURE(angle, symmetric_tail, symmetric, 5, 20, tail_operations)->UseManualTime()->Iterations(200);
BENCHMARK_CAPTURE(angle, symmetric, symmetric, -20, 20, 0)->UseManualTime()->Iterations(200);
BENCHMARK_CAPTURE(angle, laboratory_20_degrees, laboratory, -20, 20, 0)->UseManualTime()->Iterations(200);
BENCHMARK_CAPTURE(angle, laboratory_20_degrees_core, laboratory, -4, 4, 0)->UseManualTime()->Iterations(200);
BENCHMARK_CAPTURE(angle, laboratory_6_degrees, sharp, -20, 20, 0)->UseManualTime()->Iterations(200);
BENCHMARK_CAPTURE(flight, core, powgen, -300, 300, true, flight_operations)->UseManualTime()->Iterations(200);
BENCHMARK_CAPTURE(flight, tail, powgen, 500, 1500, true, flight_tail_operations)
    ->UseManualTime()
    ->Iterations(200);
BENCHMARK_CAPTURE(flight, window, powgen, -1000, 1000, true, 0)->UseManualTime()->Iterations(200);
BENCHMARK_CAPTURE(flight, without_lorentz, gauss_only, -300, 300, false, flight_gauss_operations)
    ->UseManualTime()
    ->Iterations(200);

}  // namespace
}  // namespace hutch::powder::refine
