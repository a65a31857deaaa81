#include "hutch/compute/limits.hpp"

#include "hutch/base/error.hpp"
#include "hutch/compute/detail/bf16.hpp"
#include "hutch/compute/detail/disk.hpp"
#include "hutch/compute/detail/energy.hpp"
#include "hutch/compute/detail/stream.hpp"
#include "hutch/compute/detail/team.hpp"
#include "hutch/compute/isa.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>

namespace hutch::compute {

HUTCH_DECLARE_FOR_EACH_ISA(double, run_fp64, (std::size_t rounds, double& sink))
HUTCH_DECLARE_FOR_EACH_ISA(double, run_fp32, (std::size_t rounds, double& sink))

namespace {

using namespace detail;
using Kernel = double (*)(std::size_t, double&);

constexpr std::uint64_t unknown_cache_array = 256 << 20, largest_array = std::uint64_t{4} << 30,
                        least_array = 32 << 20;

struct CacheSizes {
    std::uint64_t l1 = 0, l2 = 0, l3 = 0;  ///< [byte] of one; 0: unknown
    std::uint64_t l3_all = 0;              ///< of all sockets
    unsigned l3_instances = 1;
};

CacheSizes find_sizes(ProcessorFacts const& processor) {
    CacheSizes sizes;
    for (CacheFacts const& cache : processor.caches) {
        if (cache.kind == "instruction") continue;
        if (cache.level == 1) sizes.l1 = cache.bytes;
        if (cache.level == 2) sizes.l2 = cache.bytes;
        if (cache.level == 3) {
            sizes.l3 = cache.bytes;
            sizes.l3_all += cache.bytes * cache.instances;
            sizes.l3_instances = std::max(1u, cache.instances);
        }
    }
    return sizes;
}

// One measurement: which cores, with what counters around it.
class Meter {
  public:
    Meter(std::vector<unsigned> cores, EnergyCounters const& energy)
        : cores_(std::move(cores)), energy_(energy) {}
    std::vector<unsigned> const& cores() const { return cores_; }
    /// Return the operations per second of all cores together.
    double flops(Kernel kernel) {
        constexpr std::size_t rounds = 1 << 20;
        std::vector<double> operations(cores_.size()), sinks(cores_.size());
        Times times;
        watch([&] {
            times = run_together(cores_, repeats, [&](unsigned worker) {
                operations[worker] = kernel(rounds, sinks[worker]);
            });
        });
        double sum = 0;
        for (double const one : operations) sum += one;
        return sum / times.best;
    }
    template <class Work>
    void watch(Work const& work) {
        auto const before = energy_.read();
        auto const start = std::chrono::steady_clock::now();
        work();
        std::chrono::duration<double> const passed = std::chrono::steady_clock::now() - start;
        watts = energy_.joules_between(before, energy_.read()) / passed.count();
    }
    Repeats repeats;
    double watts = 0;  ///< of the last one

  private:
    std::vector<unsigned> cores_;
    EnergyCounters const& energy_;
};

void measure_arithmetic(Meter& meter, Rates& rates, Watts* watts) {
    double unused = 0;
    rates.fp64_flops = meter.flops(HUTCH_CHOOSE_ISA(hutch::compute, run_fp64));
    (watts ? watts->fp64 : unused) = meter.watts;
    rates.fp32_flops = meter.flops(HUTCH_CHOOSE_ISA(hutch::compute, run_fp32));
    (watts ? watts->fp32 : unused) = meter.watts;
    Bf16Kernel const bf16 = find_bf16_kernel();
    if (bf16.run == nullptr) return;
    rates.bf16_flops = meter.flops(bf16.run);
    (watts ? watts->bf16 : unused) = meter.watts;
}

void measure_memory(Meter& meter, std::uint64_t array_bytes, Rates& rates, Watts* watts) {
    {
        StreamArrays const arrays(meter.cores(), array_bytes, false);
        rates.plain = all_rates(arrays, false, meter.repeats);
        if (watts != nullptr) {
            meter.watch([&] { arrays.rate(StreamLoop::triad, false, meter.repeats); });
            watts->triad = meter.watts;
        }
    }
    rates.streaming = all_rates(StreamArrays(meter.cores(), array_bytes, true), true, meter.repeats);
}

// Half of a cache is left to whatever else is in it. A part of the third that is hardly larger than the
// second would measure the second.
void measure_caches(Meter const& meter, CacheSizes const& sizes, Rates& rates) {
    auto const cores = meter.cores().size();
    std::uint64_t const sharers = (cores + sizes.l3_instances - 1) / sizes.l3_instances;
    std::uint64_t const l3_share = sizes.l3 / 2 / std::max<std::uint64_t>(1, sharers);
    if (sizes.l1 > 0) rates.l1 = load_rate(meter.cores(), sizes.l1 / 2, meter.repeats);
    if (sizes.l2 > sizes.l1) rates.l2 = load_rate(meter.cores(), sizes.l2 / 2, meter.repeats);
    if (l3_share > 3 * sizes.l2 / 2) rates.l3 = load_rate(meter.cores(), l3_share, meter.repeats);
}

std::uint64_t array_size(std::uint64_t last_cache, MemoryFacts const& memory) {
    std::uint64_t const wish = last_cache > 0 ? 4 * last_cache : unknown_cache_array;
    std::uint64_t const free = memory.available_bytes > 0 ? memory.available_bytes : memory.total_bytes;
    return std::clamp(wish, least_array, std::max(least_array, std::min(largest_array, free / 8)));
}

DiskRates try_disk(std::filesystem::path const& folder) {
    try {
        return measure_disk(folder);
    } catch (Error const& error) {
        DiskRates rates;
        rates.folder = folder.string(), rates.problem = error.what();
        return rates;
    }
}

std::string time_now() {
    std::time_t const now = std::time(nullptr);
    std::tm parts{};
    char text[32];
    ::gmtime_r(&now, &parts);
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

}  // namespace

double StreamRates::best() const { return std::max({copy, scale, add, triad}); }

Limits measure_limits(ProcessorFacts const& processor, MemoryFacts const& memory,
                      MeasureOptions const& options) {
    auto const start = std::chrono::steady_clock::now();
    std::vector<unsigned> const cores = usable_cores(processor);
    CacheSizes const sizes = find_sizes(processor);
    EnergyCounters const energy;
    Limits limits;
    limits.processor = processor.model;
    limits.cores = unsigned(cores.size());
    limits.isa = to_name(best_isa());
    limits.measured = time_now();
    limits.bf16_unit = find_bf16_kernel().unit;
    limits.watts.source = energy.source();
    // The last core, because the first is the one that serves most interrupts.
    Meter one({cores.back()}, energy), all(cores, energy);
    if (options.is_quick) {
        one.repeats = {3, 0.15};
        measure_arithmetic(one, limits.core, nullptr);
        limits.array_bytes = array_size(sizes.l3, memory);
        StreamArrays const arrays(one.cores(), limits.array_bytes, false);
        limits.core.plain.copy = arrays.rate(StreamLoop::copy, false, one.repeats);
        limits.core.plain.triad = arrays.rate(StreamLoop::triad, false, one.repeats);
    } else {
        measure_arithmetic(one, limits.core, nullptr);
        measure_caches(one, sizes, limits.core);
        measure_memory(one, array_size(sizes.l3, memory), limits.core, nullptr);
        measure_arithmetic(all, limits.all, &limits.watts);
        measure_caches(all, sizes, limits.all);
        limits.array_bytes = array_size(sizes.l3_all, memory);
        measure_memory(all, limits.array_bytes, limits.all, &limits.watts);
    }
    if (!options.disk_folder.empty()) limits.disk = try_disk(options.disk_folder);
    limits.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return limits;
}

}  // namespace hutch::compute
