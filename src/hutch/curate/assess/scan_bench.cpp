// Bytes per second of one core over shards in the page cache: checksum, NaN, range, statistics, digest and
// sketch of every record in one pass, and parts of it; shares are of what a core can read from memory.
#include "hutch/base/checksum.hpp"
#include "hutch/base/random.hpp"
#include "hutch/compute/kept_limits.hpp"
#include "hutch/curate/assess/detail/digest.hpp"
#include "hutch/curate/assess/detail/measure.hpp"
#include "hutch/curate/assess/scan.hpp"
#include "hutch/curate/assess/sketch.hpp"
#include "hutch/curate/test_library.hpp"
#include "hutch/data/shard.hpp"

#include <cmath>

#include <benchmark/benchmark.h>

namespace hutch::curate::assess {
namespace {

constexpr std::size_t points = 4501, records = 2000;

// Peaks on a background, with noise.
std::vector<float> make_patterns(std::size_t count) {
    std::vector<float> y(points * count);
    RandomStream random(1, 90, 0);
    for (std::size_t r = 0; r < count; ++r) {
        double const centre = double(points) * random.uniform(), width = 5 + 50 * random.uniform();
        for (std::size_t i = 0; i < points; ++i) {
            double const away = (double(i) - centre) / width;
            y[r * points + i] = float(100 + 1000 / (1 + away * away) + 10 * random.uniform());
        }
    }
    return y;
}

struct Set {
    ScratchFolder scratch;
    Dictionary dictionary;

    Set() {
        auto const y = make_patterns(records);
        std::vector<std::int64_t> ids(records);
        for (std::size_t i = 0; i < records; ++i) ids[i] = std::int64_t(i);
        std::filesystem::create_directories(scratch / "set");
        data::ShardWriter writer(scratch / "set/train-0.h5");
        writer.write("intensity", std::span<float const>(y), {records, points}, {"count", "counts"});
        writer.write("id", std::span<std::int64_t const>(ids), {records}, {"1", "id"});
        writer.close();
        dictionary = parse_dictionary(R"({"name": "bench", "tables": [{"name": "records", "format": "hdf5",
 "files": [{"path": "train-*.h5", "split": "train"}], "fields": [
 {"name": "intensity", "dtype": "float32", "shape": [4501], "unit": "count", "role": "feature", "least": 0, "most": 1e6},
 {"name": "id", "dtype": "int64", "unit": "1", "role": "id"}]}]})",
                                      "bench");
    }
};

double memory_limit() {
    static double const limit = compute::kept_limits().core.plain.best();
    return limit;
}

void report(benchmark::State& state, double bytes) {
    state.SetBytesProcessed(std::int64_t(bytes));
    state.counters["share_of_memory"] =
        benchmark::Counter(bytes / memory_limit(), benchmark::Counter::kIsRate);
}

void whole_scan(benchmark::State& state) {
    Set const set;
    double bytes = 0, all = 0;
    for (auto _ : state) {
        Scan const scan = scan_dataset(set.scratch / "set", set.dictionary, {});
        bytes += double(scan.bytes), all += double(scan.tables[0].records);
    }
    report(state, bytes);
    state.counters["records/s"] = benchmark::Counter(all, benchmark::Counter::kIsRate);
}
BENCHMARK(whole_scan)->Unit(benchmark::kMillisecond)->MinTime(2);

// One part of it over 64 patterns, which stay in the second-level cache.
template <class Part>
void part(benchmark::State& state, Part const& work) {
    auto const y = make_patterns(64);
    for (auto _ : state)
        for (std::size_t r = 0; r < 64; ++r) work(std::span<float const>(y).subspan(r * points, points));
    report(state, double(state.iterations()) * double(y.size()) * sizeof(float));
}

void checksum_alone(benchmark::State& state) {
    part(state, [](std::span<float const> y) {
        Sha256 sum;
        sum.add(y.data(), y.size_bytes());
        benchmark::DoNotOptimize(sum.finish());
    });
}
BENCHMARK(checksum_alone);

void statistics_alone(benchmark::State& state) {
    auto const measure = HUTCH_CHOOSE_ISA(detail, measure_floats);
    part(state, [&](std::span<float const> y) {
        detail::Measured measured;
        measure(y.data(), y.size(), {}, measured);
        benchmark::DoNotOptimize(measured);
    });
}
BENCHMARK(statistics_alone);

void digest_alone(benchmark::State& state) {
    part(state, [](std::span<float const> y) {
        benchmark::DoNotOptimize(detail::digest(y.data(), y.size_bytes(), 1));
    });
}
BENCHMARK(digest_alone);

void sketch_alone(benchmark::State& state) {
    std::vector<double> doubles;
    part(state, [&](std::span<float const> y) {
        doubles.assign(y.begin(), y.end());
        benchmark::DoNotOptimize(sketch(std::span<double const>(doubles)));
    });
}
BENCHMARK(sketch_alone);

}  // namespace
}  // namespace hutch::curate::assess
