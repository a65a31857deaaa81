// Patterns per second of one core over the real mix: the demo recipe, everything switched on, 4,501 points.
#include "hutch/compute/kept_limits.hpp"
#include "hutch/curate/collection.hpp"
#include "hutch/curate/groups.hpp"
#include "hutch/curate/shard_build.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include <benchmark/benchmark.h>

namespace hutch::curate {
namespace {

namespace fs = std::filesystem;

fs::path source_folder() { return HUTCH_SOURCE_DIR; }

// Everything that is read once: the recipe and the structures of both packages, on one thread.
struct Mix {
    Recipe recipe = read_recipe(source_folder() / "recipes/demo.yaml");
    Collection collection = collect_structures(recipe, 1);
};

Mix const* find_mix() {
    if (std::getenv("HUTCH_DATA") == nullptr) return nullptr;
    static Mix const mix;
    return &mix;
}

double fp32_limit() {
    static double const limit = compute::kept_limits().core.fp32_flops;
    return limit;
}

double& our_rate() {
    static double rate = 0;
    return rate;
}

void report(benchmark::State& state, double patterns) {
    state.counters["patterns/s"] = benchmark::Counter(patterns, benchmark::Counter::kIsRate);
}

// Structures in an order fixed by a seed, 24 records of each as the build does: structure factors, settings,
// expected counts with background, Poisson counts. No file is written.
void real_mix(benchmark::State& state) {
    Mix const* mix = find_mix();
    if (mix == nullptr) return state.SkipWithError("HUTCH_DATA is not set; run ./run bench");
    std::vector<std::unique_ptr<powder::PatternCalculator>> calculators;
    for (std::size_t i = 0; i < mix->recipe.instruments.size(); ++i)
        calculators.push_back(std::make_unique<powder::PatternCalculator>(
            calculation_grid(mix->recipe, i).grid, powder::cromer_liberman()));
    std::vector<float> y(calculators[0]->padded_points());
    double const d_min = recipe_d_min(mix->recipe);
    std::uint64_t record = 0;
    double seconds = 0;
    for (auto _ : state) {
        auto const start = std::chrono::steady_clock::now();
        data::Structure const& structure =
            mix->collection.structures[RandomStream(1, 99, record).below(mix->collection.structures.size())];
        powder::Reflections const table = powder::find_reflections(structure, {d_min});
        for (int i = 0; i < 24; ++i, ++record) {
            std::size_t const instrument = record % calculators.size();
            DrawnSetting const drawn = draw_setting(mix->recipe, instrument, record);
            calculators[instrument]->expected(table, drawn.setting, y.data());
            powder::draw_counts(y, 1, record);
            benchmark::DoNotOptimize(y.data());
        }
        seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    double operations = 0, shapes = 0, lines = 0;
    for (auto const& calculator : calculators)
        operations += double(calculator->operations()), shapes += double(calculator->shapes_added()),
            lines += double(calculator->lines_computed());
    our_rate() = double(record) / seconds;
    report(state, double(record));
    state.counters["lines/pattern"] = lines / double(record);
    state.counters["shapes/pattern"] = shapes / double(record);
    state.counters["GFLOP/s(lines)"] = operations / seconds / 1e9;
    state.counters["fp32_limit_GFLOP/s"] = fp32_limit() / 1e9;
    state.counters["share_of_limit"] = operations / seconds / fp32_limit();
}
BENCHMARK(real_mix)->Iterations(1500)->Unit(benchmark::kMillisecond);

// The same with everything that a build does: shards as HDF5 on disk, synced and checksummed.
void whole_shards(benchmark::State& state) {
    Mix const* mix = find_mix();
    if (mix == nullptr) return state.SkipWithError("HUTCH_DATA is not set; run ./run bench");
    Plan const plan = make_plan(mix->recipe, group_structures(mix->collection.structures, 1));
    BuildContext const context{mix->recipe, mix->collection, plan, "bench"};
    ShardBuilder builder(context);
    fs::path const path = fs::temp_directory_path() / "hutch_pattern_bench.h5";
    double patterns = 0;
    std::size_t shard = 0;
    for (auto _ : state) {
        builder.write(shard, path, [](std::size_t) {});
        patterns += double(plan.shards[shard++].records);
    }
    fs::remove(path);
    report(state, patterns);
}
BENCHMARK(whole_shards)->Iterations(4)->Unit(benchmark::kMillisecond);

// The sum of one second per structure and line that a peer's script prints.
std::optional<double> median_seconds(std::string const& command) {
    std::FILE* pipe = ::popen((command + " 2>/dev/null").c_str(), "r");
    if (pipe == nullptr) return {};
    std::vector<double> seconds;
    for (double value; std::fscanf(pipe, "%lf", &value) == 1;) seconds.push_back(value);
    ::pclose(pipe);
    if (seconds.empty()) return {};
    std::ranges::nth_element(seconds, seconds.begin() + std::ptrdiff_t(seconds.size() / 2));
    return seconds[seconds.size() / 2];
}

// Every 17th CIF of the Avogadro package that is no zeolite: those take the peers seconds each.
std::string sample_of_cifs() {
    std::vector<fs::path> paths;
    for (auto const& entry : fs::recursive_directory_iterator(fs::path(std::getenv("HUTCH_DATA")) /
                                                              "usr/share/avogadro2/crystals"))
        if (entry.path().extension() == ".cif" && entry.path().parent_path().filename() != "zeolites")
            paths.push_back(entry.path());
    std::ranges::sort(paths);
    std::string words;
    for (std::size_t i = 0; i < paths.size(); i += 17) words += " '" + paths[i].string() + "'";
    return words;
}

void peer(benchmark::State& state, std::string const& command, char const* how_to) {
    if (std::getenv("HUTCH_DATA") == nullptr)
        return state.SkipWithError("HUTCH_DATA is not set; run ./run bench");
    std::optional<double> seconds;
    for (auto _ : state) seconds = median_seconds(command + sample_of_cifs());
    if (!seconds) return state.SkipWithError(how_to);
    state.counters["patterns/s"] = 1 / *seconds;
    state.counters["ours/peer"] = our_rate() * *seconds;
}
void pymatgen_peak_lists(benchmark::State& state) {
    peer(state, "/usr/bin/python3 " + (source_folder() / "bench/pymatgen_rate.py").string(),
         "pymatgen is not installed (python3-pymatgen)");
}
BENCHMARK(pymatgen_peak_lists)->Iterations(1)->Unit(benchmark::kSecond);

void gsas2_patterns(benchmark::State& state) {
    char const *folder = std::getenv("HUTCH_GSAS2"), *shared = std::getenv("HUTCH_SHARED");
    if (folder == nullptr || shared == nullptr)
        return state.SkipWithError(
            "HUTCH_GSAS2 (a GSAS-II folder) or HUTCH_SHARED (with powder/reference_patterns) is not set");
    peer(state,
         "/usr/bin/python3 " + (source_folder() / "bench/gsas2_rate.py").string() + " '" + folder + "' '" +
             shared + "/powder/reference_patterns/lab_cuka.instprm'",
         "GSAS-II does not run here");
}
BENCHMARK(gsas2_patterns)->Iterations(1)->Unit(benchmark::kSecond);

}  // namespace
}  // namespace hutch::curate
