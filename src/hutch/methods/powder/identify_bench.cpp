#include "hutch/compute/parallel.hpp"
#include "hutch/data/amcsd.hpp"
#include "hutch/methods/powder/identify.hpp"

#include <cstdlib>
#include <filesystem>

#include <benchmark/benchmark.h>

namespace hutch::powder {
namespace {

std::filesystem::path data_folder() {
    char const* const folder = std::getenv("HUTCH_DATA");
    return folder ? folder : "";
}

std::vector<data::Structure> read_library() {
    std::vector<data::Structure> library;
    data::read_amcsd(data_folder() / "usr/lib/python3/dist-packages/larch/xrd/amscif_trim.db",
                     compute::default_threads(), [&](data::AmcsdEntry&& entry) {
                         if (entry.problem.empty()) library.push_back(std::move(entry.structure));
                     });
    return library;
}

data::Pattern lead_sulfate() {
    return data::read_pattern(data_folder() /
                              "usr/share/doc/objcryst-fox/example/tutorial-pbso4/xray.dat.gz");
}

// The round robin's PbSO4 against all of AMCSD, reading both files included.
void read_and_identify(benchmark::State& state) {
    if (data_folder().empty()) return state.SkipWithError("HUTCH_DATA is not set");
    IdentifyOptions options;
    options.threads = unsigned(state.range(0));
    std::size_t compared = 0;
    for (auto _ : state) {
        std::vector<data::Structure> const library = read_library();
        Identification const found = identify(lead_sulfate(), library, options);
        compared += found.compared;
    }
    state.SetItemsProcessed(std::int64_t(compared));
}
BENCHMARK(read_and_identify)
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void identify_only(benchmark::State& state) {
    if (data_folder().empty()) return state.SkipWithError("HUTCH_DATA is not set");
    std::vector<data::Structure> const library = read_library();
    data::Pattern const measured = lead_sulfate();
    for (auto _ : state) benchmark::DoNotOptimize(identify(measured, library, {}).candidates.size());
    state.SetItemsProcessed(std::int64_t(state.iterations() * library.size()));
}
BENCHMARK(identify_only)->Unit(benchmark::kMillisecond);

void list_lines_of_all(benchmark::State& state) {
    if (data_folder().empty()) return state.SkipWithError("HUTCH_DATA is not set");
    std::vector<data::Structure> const library = read_library();
    std::vector<Dispersion> const dispersion(119);
    std::size_t lines = 0;
    for (auto _ : state)
        for (data::Structure const& structure : library)
            lines += list_lines(structure, {Radiation::xray, dispersion, 1.5}).inverse_d.size();
    state.SetItemsProcessed(std::int64_t(lines));
}
BENCHMARK(list_lines_of_all)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hutch::powder
