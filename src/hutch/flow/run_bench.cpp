// What a flow costs beyond its steps: 10,000 items that write one short file each, and a second run that
// makes nothing.
#include "hutch/base/file.hpp"
#include "hutch/flow/run.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <benchmark/benchmark.h>

namespace hutch::flow {
namespace {

constexpr int item_count = 10'000;

step::Step trivial_step() {
    step::Step step;
    step.about.name = "bench.write";
    step.about.version = "1.0.0";
    step::Field field;
    field.unit = "1";
    step.about.parameters = {{"number", "what is written", {field}, false, {}}};
    step::Port output{"out", "the number", "text"};
    output.file = "out.txt";
    step.about.outputs = {output};
    step.about.findings = {{"number", "what was written", step::Type::number, "1"}};
    step.run = [](step::Call const& call) {
        std::ofstream(*call.output("out")) << call.number("number") << "\n";
        return step::Outcome{{{"number", call.number("number")}}, ""};
    };
    return step;
}

struct Bench {
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("flow_bench_" + std::to_string(::getpid()));
    std::vector<step::Step> steps{trivial_step()};
    Graph graph = make_graph(
        parse_flow("flow: bench\nsteps:\n  a:\n    step: bench.write\n    for: {n: {from: 1, to: " +
                       std::to_string(item_count) + "}}\n    parameters: {number: '${n}'}\n",
                   "bench.yaml"),
        steps);

    explicit Bench() { std::filesystem::remove_all(folder); }
    ~Bench() { std::filesystem::remove_all(folder); }
    bool run(unsigned threads) {
        return run_flow(graph, steps, {folder, threads, "hutch bench", {}}).is_complete();
    }
};

// Only the runs are timed: making the graph and removing ten thousand files are no part of them.
double seconds_of(Bench& bench, unsigned threads, benchmark::State& state) {
    auto const start = std::chrono::steady_clock::now();
    if (!bench.run(threads)) state.SkipWithError("the run is not complete");
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void first_run(benchmark::State& state) {
    double seconds = 0;
    for (auto _ : state) {
        Bench bench;
        seconds = seconds_of(bench, unsigned(state.range(0)), state);
        state.SetIterationTime(seconds);
    }
    state.counters["ms/item"] = seconds * 1e3 / item_count;
}
BENCHMARK(first_run)->Arg(1)->Arg(2)->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);

void second_run(benchmark::State& state) {
    Bench bench;
    bench.run(2);
    double seconds = 0;
    for (auto _ : state) state.SetIterationTime(seconds = seconds_of(bench, unsigned(state.range(0)), state));
    state.counters["ms/item"] = seconds * 1e3 / item_count;
}
BENCHMARK(second_run)->Arg(1)->Arg(2)->Iterations(3)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hutch::flow
