// Patterns per second by batches on each device that answers, and on the processor: 4,501 points, counted.
#include "hutch/compute/devices.hpp"
#include "hutch/methods/powder/batch.hpp"
#include "hutch/methods/powder/test_structures.hpp"

#include <benchmark/benchmark.h>

namespace hutch::powder {
namespace {

// Lines of an ordinary laboratory instrument, with two wavelengths, axial divergence and a background.
Setting laboratory() {
    Setting setting;
    setting.instrument.wavelengths.push_back({1.5444274, 0.5});
    setting.instrument.u = 0.01, setting.instrument.v = -0.008, setting.instrument.w = 0.012;
    setting.instrument.axial_sample = setting.instrument.axial_detector = 0.02;
    setting.sample.size_um = 0.1;
    setting.background.chebyshev = {0.05, -0.02, 0.01};
    setting.dose = 10000;
    return setting;
}

void by_batches(benchmark::State& state, std::string const& device) {
    Grid const grid{10, 0.02, 4501};
    std::vector<Reflections> tables;
    for (auto const& structure : {lead_sulfate(), corundum(), zincite(), silicon()})
        tables.push_back(find_reflections(structure, {needed_d_min(grid.last(), 1.54)}));
    Setting const setting = laboratory();
    std::vector<PatternRequest> requests;
    std::size_t const count = device.starts_with("cpu") ? 64 : 4096;
    for (std::size_t i = 0; i < count; ++i) requests.push_back({&tables[i % tables.size()], &setting, i});
    BatchCalculator calculator(compute::Queue::open(device), grid, cromer_liberman());
    std::vector<float> y(count * calculator.padded_points());
    for (auto _ : state) {
        calculator.counted(requests, 1, y);
        benchmark::DoNotOptimize(y.data());
    }
    state.counters["patterns/s"] =
        benchmark::Counter(double(count) * double(state.iterations()), benchmark::Counter::kIsRate);
}

// The processor's own way, for comparison: one pattern after the other on a hierarchy of grids, on one
// thread.
void one_by_one(benchmark::State& state) {
    Grid const grid{10, 0.02, 4501};
    Reflections const table = find_reflections(lead_sulfate(), {needed_d_min(grid.last(), 1.54)});
    Setting const setting = laboratory();
    PatternCalculator calculator(grid, cromer_liberman());
    std::vector<float> y(calculator.padded_points());
    std::uint64_t index = 0;
    for (auto _ : state) {
        calculator.expected(table, setting, y.data());
        draw_counts(y, 1, index++);
        benchmark::DoNotOptimize(y.data());
    }
    state.counters["patterns/s"] =
        benchmark::Counter(double(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(one_by_one)->Name("one_by_one/cpu:1");

// A device that does not answer has an entry that says why.
bool const registered = [] {
    for (compute::DeviceFacts const& facts : compute::list_devices())
        benchmark::RegisterBenchmark(("by_batches/" + facts.device + " (" + facts.name + ")").c_str(),
                                     [facts](benchmark::State& state) {
                                         if (!facts.problem.empty())
                                             return state.SkipWithError(facts.problem.c_str());
                                         by_batches(state, facts.device);
                                     })
            ->UseRealTime()
            ->Unit(benchmark::kMillisecond);
    return true;
}();

}  // namespace
}  // namespace hutch::powder
