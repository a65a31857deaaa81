// What hutch machine measures beside its peers in the same run: likwid-bench (Debian's likwid) where it is
// installed, and STREAM where HUTCH_STREAM names a program built from https://www.cs.virginia.edu/stream/ by
//   gcc -O3 -march=native -fopenmp -fno-tree-loop-distribute-patterns -DSTREAM_ARRAY_SIZE=... stream.c
// (the third option, because GCC would call memcpy for Copy, which stores past the caches).
//
// Each figure and its peer take turns, and the best of each counts, so that a busy moment hurts both alike.
#include "hutch/base/error.hpp"
#include "hutch/base/process.hpp"
#include "hutch/base/text.hpp"
#include "hutch/compute/detail/stream.hpp"
#include "hutch/compute/isa.hpp"
#include "hutch/compute/kept_limits.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

namespace hutch::compute {
HUTCH_DECLARE_FOR_EACH_ISA(double, run_fp64, (std::size_t rounds, double& sink))
HUTCH_DECLARE_FOR_EACH_ISA(double, run_fp32, (std::size_t rounds, double& sink))

namespace {

using namespace detail;

constexpr int turns = 6;

// What a program prints; nothing where it is not installed.
std::string output_of(std::vector<std::string> const& words,
                      std::vector<EnvironmentChange> const& environment = {}) {
    try {
        return run_process(words, {.environment = environment}).output;
    } catch (Error const&) {
        return "";
    }
}

// Return the first number behind "NAME:" in a line of its own; 0 when there is none.
double number_behind(std::string const& text, std::string const& name) {
    for (std::string_view const line : split_lines(text))
        if (line.starts_with(name + ":"))
            if (auto const words = split_words(line.substr(name.size() + 1)); !words.empty())
                return to_number(words[0]).value_or(0);
    return 0;
}

std::vector<unsigned> const& cores() {
    static std::vector<unsigned> const found = usable_cores(read_processor());
    return found;
}

std::uint64_t array_bytes() {
    std::uint64_t last = 64 << 20;
    for (CacheFacts const& cache : read_processor().caches)
        if (cache.level >= 3) last = cache.bytes * cache.instances;
    return 4 * last;
}

bool has_likwid() {
    static bool const has = !output_of({"likwid-bench", "-a"}).empty();
    return has;
}

// A working set and how often it is run through: some tens of milliseconds, since likwid-bench tells a mean.
struct LikwidRun {
    std::uint64_t kilobytes;
    int iterations;
};
constexpr LikwidRun in_l1{16, 100000};  // for each core

// One run of likwid-bench on all cores; the kernel's name takes the ending of this processor's vectors.
std::string likwid(std::string const& kernel, LikwidRun const& run, char const* ending = "") {
    char const* const vectors = best_isa() == Isa::x86_64_v4   ? "_avx512"
                                : best_isa() == Isa::x86_64_v3 ? "_avx"
                                                               : "_sse";
    return output_of({"likwid-bench", "-i", std::to_string(run.iterations), "-t", kernel + vectors + ending,
                      "-w", fmt::format("N:{}kB:{}", run.kilobytes * cores().size(), cores().size())});
}

void report(benchmark::State& state, char const* unit, double ours, char const* peer, double theirs) {
    state.counters[unit] = ours;
    if (theirs <= 0) return;
    state.counters[peer] = theirs;
    state.counters["ratio"] = ours / theirs;
}

// Alternately our loop and likwid's of the same bytes; neither has non-temporal stores.
void bandwidth(benchmark::State& state, StreamLoop loop, char const* kernel, int arrays_used) {
    double ours = 0, theirs = 0;
    for (auto _ : state) {
        StreamArrays const arrays(cores(), array_bytes(), false);
        for (int turn = 0; turn < turns; ++turn) {
            ours = std::max(ours, 1e-9 * arrays.rate(loop, false, {3, 0.4}));
            if (!has_likwid()) continue;
            std::string const text =
                likwid(kernel, {std::uint64_t(arrays_used) * array_bytes() / 1000 / cores().size(), 8});
            theirs = std::max(theirs, 1e-3 * number_behind(text, "MByte/s"));
        }
    }
    report(state, "GB/s", ours, "likwid_GB/s", theirs);
}

void arithmetic(benchmark::State& state, double (*kernel)(std::size_t, double&), char const* likwid_kernel) {
    double ours = 0, theirs = 0;
    for (auto _ : state) {
        for (int turn = 0; turn < turns; ++turn) {
            std::vector<double> operations(cores().size()), sinks(cores().size());
            Times const times = run_together(cores(), {3, 0.4}, [&](unsigned worker) {
                operations[worker] = kernel(1 << 20, sinks[worker]);
            });
            double sum = 0;
            for (double const one : operations) sum += one;
            ours = std::max(ours, 1e-9 * sum / times.best);
            if (!has_likwid()) continue;
            bool const has_fma = best_isa() != Isa::baseline;
            std::string const text = likwid(likwid_kernel, in_l1, has_fma ? "_fma" : "");
            theirs = std::max(theirs, 1e-3 * number_behind(text, "MFlops/s"));
        }
    }
    report(state, "GFLOP/s", ours, "likwid_GFLOP/s", theirs);
}

void l1_loads(benchmark::State& state) {
    double ours = 0, theirs = 0;
    for (auto _ : state) {
        for (int turn = 0; turn < turns; ++turn) {
            ours = std::max(ours, 1e-9 * load_rate(cores(), 16 << 10, {3, 0.4}));
            if (!has_likwid()) continue;
            theirs = std::max(theirs, 1e-3 * number_behind(likwid("load", in_l1), "MByte/s"));
        }
    }
    report(state, "GB/s", ours, "likwid_GB/s", theirs);
}

// STREAM's own program: its figures are the best of its repeats, in MB/s.
void stream(benchmark::State& state) {
    char const* const program = std::getenv("HUTCH_STREAM");
    if (program == nullptr)
        return state.SkipWithError("HUTCH_STREAM does not name a program built from STREAM");
    constexpr char const* names[] = {"Copy", "Scale", "Add", "Triad"};
    double ours[4] = {}, theirs[4] = {};
    for (auto _ : state) {
        StreamArrays const arrays(cores(), array_bytes(), false);
        for (int turn = 0; turn < turns; ++turn) {
            std::string const text = output_of(
                {program}, {{"OMP_NUM_THREADS", std::to_string(cores().size())}, {"OMP_PROC_BIND", "true"}});
            for (int loop = 0; loop < 4; ++loop) {
                ours[loop] = std::max(ours[loop], 1e-9 * arrays.rate(StreamLoop(loop), false, {3, 0.4}));
                theirs[loop] = std::max(theirs[loop], 1e-3 * number_behind(text, names[loop]));
            }
        }
    }
    for (int loop = 0; loop < 4; ++loop) {
        state.counters[fmt::format("{}_GB/s", names[loop])] = ours[loop];
        if (theirs[loop] > 0)
            state.counters[fmt::format("{}_ratio", names[loop])] = ours[loop] / theirs[loop];
    }
}

void quick_limits(benchmark::State& state) {
    for (auto _ : state)
        benchmark::DoNotOptimize(measure_limits(read_processor(), read_memory(), {true, {}}).core.fp32_flops);
}

BENCHMARK_CAPTURE(bandwidth, copy, StreamLoop::copy, "copy", 2)->Iterations(1)->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(bandwidth, triad, StreamLoop::triad, "stream", 3)->Iterations(1)->Unit(benchmark::kSecond);
BENCHMARK(l1_loads)->Iterations(1)->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(arithmetic, fp64, HUTCH_CHOOSE_ISA(hutch::compute, run_fp64), "peakflops")
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(arithmetic, fp32, HUTCH_CHOOSE_ISA(hutch::compute, run_fp32), "peakflops_sp")
    ->Iterations(1)
    ->Unit(benchmark::kSecond);
BENCHMARK(stream)->Iterations(1)->Unit(benchmark::kSecond);
BENCHMARK(quick_limits)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hutch::compute
