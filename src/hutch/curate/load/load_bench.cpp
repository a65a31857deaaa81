// How many records of a data set in the page cache come out of the loader, by processor time of all threads.
#include "hutch/base/random.hpp"
#include "hutch/curate/load/loader.hpp"
#include "hutch/data/shard.hpp"

#include <cmath>
#include <filesystem>
#include <sys/resource.h>
#include <unistd.h>

#include <benchmark/benchmark.h>

namespace {

namespace fs = std::filesystem;
using namespace hutch::curate::load;
using hutch::data::Compression, hutch::data::ShardWriter;

constexpr std::uint64_t points = 4501, side = 256, patterns = 8192, frames = 1024, per_file = 1024;

double cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    auto const seconds = [](timeval const& time) {
        return double(time.tv_sec) + 1e-6 * double(time.tv_usec);
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

// Counts of a pattern: forty peaks on a background, drawn with normal noise of their own size.
std::vector<float> pattern(std::uint64_t record) {
    hutch::RandomStream random(1, 100, record);
    std::vector<double> mean(points, 20 + 60 * random.uniform());
    for (int peak = 0; peak < 40; ++peak) {
        double const centre = random.uniform() * double(points), width = 4 + 8 * random.uniform(),
                     height = 5000 * std::pow(random.uniform(), 4);
        for (auto i = std::uint64_t(std::max(0.0, centre - 80));
             double(i) < std::min(double(points), centre + 80); ++i) {
            double const t = (double(i) - centre) / width;
            mean[i] += height / (1 + t * t);
        }
    }
    std::vector<float> counts;
    for (double const value : mean)
        counts.push_back(float(std::max(0.0, std::round(value + std::sqrt(value) * random.normal()))));
    return counts;
}

// A frame: few photons in most pixels.
std::vector<std::uint16_t> frame(std::uint64_t record) {
    hutch::RandomStream random(2, 100, record);
    std::vector<std::uint16_t> counts(side * side);
    for (auto& one : counts) one = std::uint16_t(-3 * std::log(random.uniform()));
    return counts;
}

template <class Number, class Make>
void write_files(fs::path const& folder, std::uint64_t records, std::vector<std::uint64_t> shape,
                 Compression compression, Make const& make) {
    fs::create_directories(folder);
    for (std::uint64_t first = 0; first < records; first += per_file) {
        std::vector<Number> all;
        for (std::uint64_t r = first; r < first + per_file; ++r) {
            auto const one = make(r % 512);  // as many different ones are enough, and quick to make
            all.insert(all.end(), one.begin(), one.end());
        }
        shape[0] = per_file;
        ShardWriter file(folder / ("train-" + std::to_string(first / per_file) + ".h5"));
        file.write<Number>("x", all, shape, {}, {compression, 1, 2});
        file.close();
    }
}

struct Scratch {
    fs::path path = fs::temp_directory_path() / ("hutch_load_bench_" + std::to_string(::getpid()));
    ~Scratch() { fs::remove_all(path); }
    fs::path of(Compression compression, bool are_frames) {
        fs::path const folder = path / (std::string(to_name(compression)) + (are_frames ? "_frames" : ""));
        if (fs::exists(folder)) return folder;
        if (are_frames)
            write_files<std::uint16_t>(folder, frames, {0, side, side}, compression, frame);
        else
            write_files<float>(folder, patterns, {0, points}, compression, pattern);
        return folder;
    }
};

void read_epochs(benchmark::State& state, bool are_frames) {
    static Scratch scratch;
    auto const compression = Compression(state.range(0));
    LoaderOptions options{
        .batch = are_frames ? std::uint64_t{64} : std::uint64_t{256}, .shuffle = Shuffle::records, .seed = 1};
    options.workers = unsigned(state.range(1));
    Loader loader(std::make_shared<RecordSet const>(scratch.of(compression, are_frames), OpenOptions{}),
                  options);
    while (loader.next()) {
    }  // files are opened, pages mapped
    std::uint64_t records = 0;
    double const start = cpu_seconds();
    for (auto _ : state)
        while (auto const batch = loader.next()) records += batch->records.size();
    double const used = cpu_seconds() - start;
    state.SetItemsProcessed(std::int64_t(records));
    state.SetBytesProcessed(std::int64_t(records * (are_frames ? side * side * 2 : points * 4)));
    state.counters["records/core-s"] = double(records) / used;
    state.SetLabel(to_name(compression));
}

void patterns_at_random(benchmark::State& state) { read_epochs(state, false); }
void frames_at_random(benchmark::State& state) { read_epochs(state, true); }

BENCHMARK(patterns_at_random)->ArgsProduct({{0, 1, 2}, {0, 2}})->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(frames_at_random)->ArgsProduct({{0, 1, 2}, {0, 2}})->UseRealTime()->Unit(benchmark::kMillisecond);

void places_of_a_shuffle(benchmark::State& state) {
    Permutation const permutation(std::uint64_t(state.range(0)), 1, 2);
    std::uint64_t place = 0, sum = 0;
    for (auto _ : state) {
        sum += permutation(place);
        if (++place == std::uint64_t(state.range(0))) place = 0;
    }
    benchmark::DoNotOptimize(sum);
    state.SetItemsProcessed(std::int64_t(state.iterations()));
}
BENCHMARK(places_of_a_shuffle)->Arg(40000)->Arg(1000000000);

}  // namespace
