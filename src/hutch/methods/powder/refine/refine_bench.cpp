// Seconds of whole refinements on one core, and the rate of their inner loop.
//
// The round robin needs HUTCH_SHARED, its peer HUTCH_GSAS2, a folder of GSAS-II.
#include "hutch/base/file.hpp"
#include "hutch/compute/kept_limits.hpp"
#include "hutch/data/pattern.hpp"
#include "hutch/methods/powder/refine/detail/kernels.hpp"
#include "hutch/methods/powder/refine/series.hpp"
#include "hutch/methods/powder/simulate.hpp"
#include "hutch/methods/powder/test_structures.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace hutch::powder::refine {
namespace {

char const* const tutorial = R"(
title: PbSO4
phases: {PbSO4: {structure: PbSO4-Wyckoff.cif}}
patterns:
  X: {data: PBSO4.XRA, instrument: INST_XRY.PRM, background: 3}
  N: {data: PBSO4.CWN, instrument: inst_d1a.prm, background: 3}
set: {profile.axial: 0.002, X.profile.x: 0, X.profile.y: 0}
refine:
  - [background, "*.*.scale"]
  - [cell]
  - [PbSO4.N.lattice]
  - [PbSO4.X.size.iso, PbSO4.X.strain.iso]
  - [X.shift.displacement, N.shift.perpendicular, N.shift.parallel, position, thermal]
  - {refine: [profile.u, profile.v, profile.w], range: {X: [16, 158.4], N: [19, 153]}}
)";

double& our_seconds() {
    static double seconds = 0;
    return seconds;
}

void round_robin(benchmark::State& state) {
    char const* const shared = std::getenv("HUTCH_SHARED");
    if (!shared) return state.SkipWithError("HUTCH_SHARED does not name the folder of measured data");
    std::filesystem::path const folder = std::filesystem::path(shared) / "powder/pbso4";
    Description const description = read_description(Document::parse(tutorial, "tutorial"),
                                                     [&](std::string const& name) { return folder / name; });
    double r_wp = 0;
    std::size_t cycles = 0;
    std::clock_t const start = std::clock();
    for (auto _ : state) {
        Run const finished = run(description);
        r_wp = finished.last().overall.r_wp();
        cycles = 0;
        for (StageResult const& stage : finished.stages) cycles += stage.fit.cycles;
    }
    our_seconds() = double(std::clock() - start) / CLOCKS_PER_SEC / double(state.iterations());
    state.counters["r_wp_percent"] = 100 * r_wp;
    state.counters["cycles"] = double(cycles);
}
BENCHMARK(round_robin)->Name("refine/pbso4_six_stages")->Unit(benchmark::kMillisecond)->MinTime(2);

// The same six stages by GSAS-II: processor seconds of its stages, which its script prints in the tenth
// column.
void gsas2(benchmark::State& state) {
    char const *folder = std::getenv("HUTCH_GSAS2"), *shared = std::getenv("HUTCH_SHARED");
    if (!folder || !shared)
        return state.SkipWithError("HUTCH_GSAS2 (a GSAS-II folder) or HUTCH_SHARED is not set");
    std::string const command =
        std::string("/usr/bin/python3 " HUTCH_SOURCE_DIR "/tests/peers/gsas2_refine.py '") + folder + "' '" +
        shared + "/powder/pbso4' 2>/dev/null | awk -F, 'NF == 10 { s += $10 } END { print s }'";
    double seconds = 0;
    for (auto _ : state) {
        std::FILE* const pipe = ::popen(command.c_str(), "r");
        if (!pipe || std::fscanf(pipe, "%lf", &seconds) != 1) seconds = 0;
        if (pipe) ::pclose(pipe);
    }
    if (!(seconds > 0)) return state.SkipWithError("GSAS-II does not run here");
    state.counters["cpu_s"] = seconds;
    state.counters["peer/ours"] = seconds / our_seconds();
}
BENCHMARK(gsas2)->Name("refine/pbso4_six_stages_gsas2")->Iterations(1)->Unit(benchmark::kSecond);

// Patterns of 10,000 points whose cell drifts, with counting noise.
Series drifting(std::size_t count) {
    Grid const grid{10, 0.012, 10000};
    Setting setting;
    setting.instrument.u = 0.01, setting.instrument.v = -0.008, setting.instrument.w = 0.012;
    setting.sample.size_um = 0.2;
    setting.sample.microstrain = 8e-4;
    setting.background.chebyshev = {0.03, -0.01};
    setting.dose = 20000;
    Series series{{"temperature", "K"}, "P", {}};
    PatternCalculator calculator(grid, cromer_liberman());
    std::vector<float> y(calculator.padded_points());
    for (std::size_t i = 0; i < count; ++i) {
        data::Structure structure = lead_sulfate();
        double const share = double(i) / 1000;
        structure.cell.a *= 1 + 0.004 * share, structure.cell.b *= 1 + 0.002 * share;
        structure.cell.c *= 1 + 0.001 * share;
        calculator.expected(find_reflections(structure, {powder::needed_d_min(grid.last(), 1.54)}), setting,
                            y.data());
        draw_counts(y, 7, i);
        SeriesItem item{"pattern " + std::to_string(i), double(i), {}};
        for (std::size_t k = 0; k < grid.points; ++k) {
            item.measured.x.push_back(grid.at(k));
            item.measured.y.push_back(double(y[k]));
            item.measured.sigma.push_back(std::sqrt(std::max(1.0, double(y[k]))));
        }
        series.items.push_back(std::move(item));
    }
    return series;
}

void thousand(benchmark::State& state) {
    Series const series = drifting(std::size_t(state.range(0)));
    Description description;
    description.title = "drift";
    description.phases.push_back({"PbSO4", lead_sulfate(), Intensities::structure, {}});
    PatternDescription pattern;
    pattern.name = "P";
    pattern.measured = series.items[0].measured;
    pattern.instrument.u = 0.01, pattern.instrument.v = -0.008, pattern.instrument.w = 0.012;
    description.patterns.push_back(pattern);
    description.stages = {{"scale", {"background", "*.*.scale"}, {}, {}},
                          {"cell", {"cell", "shift.zero"}, {}, {}},
                          {"sample", {"size.iso", "strain.iso"}, {}, {}},
                          {"atoms", {"Pb1.position", "S1.position", "thermal"}, {}, {}}};
    double goodness = 0;
    std::size_t variables = 0;
    for (auto _ : state) {
        goodness = 0;
        SeriesOptions options;
        options.on_item = [&](std::size_t, std::size_t, SeriesItem const&, Result const& result) {
            goodness += result.goodness, variables = result.variables;
        };
        run_series(description, series, options);
    }
    state.counters["patterns/s"] = benchmark::Counter(
        double(series.items.size()) * double(state.iterations()), benchmark::Counter::kIsRate);
    state.counters["mean_goodness"] = goodness / double(series.items.size());
    state.counters["variables"] = double(variables);
}
BENCHMARK(thousand)
    ->Name("refine/series_10000_points")
    ->Arg(100)
    ->Arg(1000)
    ->Unit(benchmark::kSecond)
    ->Iterations(1);

// The normal matrix of `rows` parameters and 10,000 points: two operations for each pair and point, of which
// the lower triangle is needed.
void normal(benchmark::State& state) {
    static auto const kernel = HUTCH_CHOOSE_ISA(hutch::powder::refine::detail, add_normal);
    std::size_t const rows = std::size_t(state.range(0)), n = 10000;
    std::vector<double> jacobian(rows * n, 0.5), weight(n, 2), residual(n, 1), matrix(rows * rows),
        vector(rows);
    std::vector<detail::Support> const support(rows, {0, n});
    for (auto _ : state) {
        kernel({jacobian.data(), rows, n, n, support.data(), weight.data(), residual.data()}, matrix.data(),
               vector.data());
        benchmark::DoNotOptimize(matrix.data());
    }
    double const operations = double(rows) * double(rows + 1) * double(n);
    double const limit = compute::kept_limits().core.fp64_flops;
    state.counters["flops"] =
        benchmark::Counter(operations * double(state.iterations()), benchmark::Counter::kIsRate);
    state.counters["of_limit"] =
        benchmark::Counter(operations / limit * double(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(normal)->Name("refine/normal_matrix")->Arg(20)->Arg(40)->Arg(80)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace hutch::powder::refine
