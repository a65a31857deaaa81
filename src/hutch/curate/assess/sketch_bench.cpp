#include "hutch/base/random.hpp"
#include "hutch/curate/assess/sketch.hpp"

#include <benchmark/benchmark.h>

namespace hutch::curate::assess {
namespace {

// Bytes are those of float arrays as they stand in files.
void sketch_of_pattern(benchmark::State& state) {
    std::vector<double> y(std::size_t(state.range(0)));
    RandomStream random(1, 1, 1);
    for (double& value : y) value = 100 * random.uniform();
    for (auto _ : state) benchmark::DoNotOptimize(sketch(y));
    state.SetBytesProcessed(std::int64_t(state.iterations()) * state.range(0) * 4);
}
BENCHMARK(sketch_of_pattern)->Arg(256)->Arg(4501)->Arg(65536);

void near_pairs_of_random_records(benchmark::State& state) {
    std::vector<Sketch> sketches(std::size_t(state.range(0)));
    RandomStream random(2, 1, 1);
    for (Sketch& one : sketches)
        for (std::uint64_t& word : one) word = random.bits();
    for (auto _ : state) benchmark::DoNotOptimize(near_pairs(sketches));
    state.SetItemsProcessed(std::int64_t(state.iterations()) * state.range(0));
}
BENCHMARK(near_pairs_of_random_records)->Arg(40000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hutch::curate::assess
