// hutch machine: what is here, and what it can do at most.
#include "hutch/compute/machine.hpp"

#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
#include "hutch/compute/devices.hpp"
#include "hutch/compute/kept_limits.hpp"
#include "hutch/data/plot_roofline.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <unistd.h>
#include <utility>

#include "arguments.hpp"
#include "verbs.hpp"
#include <fmt/format.h>

namespace hutch::app {
namespace {

namespace fs = std::filesystem;
using namespace compute;

std::string in_binary(std::uint64_t bytes) {
    if (bytes == 0) return "unknown";
    if (bytes >= std::uint64_t{1} << 30) return fmt::format("{:.1f} GiB", double(bytes) / double(1 << 30));
    if (bytes >= 1 << 20) return fmt::format("{} MiB", bytes >> 20);
    return fmt::format("{} KiB", bytes >> 10);
}

std::string or_unknown(std::string const& text) { return text.empty() ? "unknown" : text; }

std::string counted(unsigned number, char const* what) {
    if (number == 0) return fmt::format("{}s unknown", what);
    return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

// ---- facts -----------------------------------------------------------------------------------------------

void print_processor(ProcessorFacts const& processor) {
    fmt::print("Processor  {} ({}{}{})\n", or_unknown(processor.model), or_unknown(processor.architecture),
               processor.level.empty() ? "" : ", " + processor.level,
               processor.is_virtual ? ", in a virtual machine" : "");
    fmt::print("           {}, {}, {}, {}; {} usable here\n", counted(processor.sockets, "socket"),
               counted(processor.cores, "core"), counted(processor.threads, "thread"),
               counted(processor.numa_nodes, "NUMA node"),
               counted(unsigned(usable_cores(processor).size()), "core"));
    std::string line;
    for (std::string const& feature : processor.features) {
        if (line.size() + feature.size() > 80) fmt::print("          {}\n", std::exchange(line, ""));
        line += " " + feature;
    }
    fmt::print("          {}\n", line.empty() ? " vector extensions unknown" : line);
    char const* title = "Caches";
    for (CacheFacts const& cache : processor.caches)
        fmt::print("{:9}  L{} {:12}{:>9}  x {:<4} {} on each\n", std::exchange(title, ""), cache.level,
                   or_unknown(cache.kind), in_binary(cache.bytes), cache.instances,
                   counted(cache.shared_by, "thread"));
    if (processor.caches.empty()) fmt::print("Caches     unknown\n");
}

void print_slurm(SlurmFacts const& slurm) {
    if (!slurm.is_installed) return fmt::print("Slurm      not installed\n");
    if (!slurm.problem.empty()) return fmt::print("Slurm      installed, no answer: {}\n", slurm.problem);
    char const* title = "Slurm";
    for (PartitionFacts const& one : slurm.partitions) {
        std::string const memory = one.least_memory_bytes == one.most_memory_bytes
                                       ? in_binary(one.most_memory_bytes)
                                       : fmt::format("{} to {}", in_binary(one.least_memory_bytes),
                                                     in_binary(one.most_memory_bytes));
        std::string resources;
        for (std::string const& resource : one.resources) resources += ", " + resource;
        fmt::print("{:9}  {:12} {:4}  {} of {} nodes idle, {} of {} processors idle, {} a node, limit {}{}\n",
                   std::exchange(title, ""), one.name + (one.is_default ? "*" : ""),
                   one.is_up ? "up" : "down", one.idle_nodes, one.nodes, one.idle_processors, one.processors,
                   memory, or_unknown(one.time_limit), resources);
    }
    if (slurm.partitions.empty()) fmt::print("Slurm      no partitions\n");
}

// What --device takes, and why others are not here.
void print_devices() {
    char const* title = "Devices";
    for (compute::DeviceFacts const& facts : compute::list_devices())
        fmt::print("{:9}  {}{}\n", std::exchange(title, ""), facts.device,
                   facts.problem.empty() ? fmt::format("  {}, {}", or_unknown(facts.name), facts.architecture)
                                         : "  cannot be used: " + facts.problem);
}

void print_facts(Machine const& machine) {
    fmt::print("Machine    {}, {}\n", or_unknown(machine.host), or_unknown(machine.kernel));
    print_processor(machine.processor);
    MemoryFacts const& memory = machine.memory;
    fmt::print("Memory     {}, {} available, {}\n", in_binary(memory.total_bytes),
               in_binary(memory.available_bytes),
               memory.swap_bytes == 0 ? "no swap" : in_binary(memory.swap_bytes) + " swap");
    char const* title = "GPUs";
    for (GpuFacts const& gpu : machine.gpus)
        fmt::print("{:9}  {} {}, {}, memory {}\n", std::exchange(title, ""), gpu.vendor, or_unknown(gpu.name),
                   or_unknown(gpu.address), in_binary(gpu.memory_bytes));
    if (machine.gpus.empty()) fmt::print("GPUs       none found\n");
    print_devices();
    print_slurm(machine.slurm);
}

// ---- limits ----------------------------------------------------------------------------------------------

std::string in_giga(double value) { return value > 0 ? fmt::format("{:.1f}", 1e-9 * value) : "-"; }

void print_row(std::string const& what, double core, double all, char const* unit) {
    fmt::print("  {:28}{:>10}{:>12}  {}\n", what, in_giga(core), in_giga(all), unit);
}

void print_rates(Limits const& limits) {
    Rates const &core = limits.core, &all = limits.all;
    print_row("FP64 multiply-add", core.fp64_flops, all.fp64_flops, "GFLOP/s");
    print_row("FP32 multiply-add", core.fp32_flops, all.fp32_flops, "GFLOP/s");
    if (limits.bf16_unit.empty())
        fmt::print("  {:28}{:>10}{:>12}\n", "BF16 dot product", "no unit", "no unit");
    else
        print_row("BF16 by " + limits.bf16_unit, core.bf16_flops, all.bf16_flops, "GFLOP/s");
    print_row("L1 load", core.l1, all.l1, "GB/s");
    print_row("L2 load", core.l2, all.l2, "GB/s");
    print_row("L3 load", core.l3, all.l3, "GB/s");
    print_row("memory copy", core.plain.copy, all.plain.copy, "GB/s  as STREAM counts");
    print_row("memory scale", core.plain.scale, all.plain.scale, "GB/s");
    print_row("memory add", core.plain.add, all.plain.add, "GB/s");
    print_row("memory triad", core.plain.triad, all.plain.triad, "GB/s");
    print_row("memory, best loop", core.streaming.best(), all.streaming.best(),
              "GB/s  huge pages, non-temporal stores");
}

void print_watts(Limits const& limits) {
    Watts const& watts = limits.watts;
    if (watts.fp64 <= 0) return fmt::print("  {:28}{}\n", "power", watts.source);
    fmt::print("  {:28}{:.0f} W in FP64, {:.0f} W in FP32, {:.0f} W in triad ({})\n", "power", watts.fp64,
               watts.fp32, watts.triad, watts.source);
    fmt::print("  {:28}{:.2f} FP64, {:.2f} FP32", "GFLOP/s per watt",
               1e-9 * limits.all.fp64_flops / watts.fp64, 1e-9 * limits.all.fp32_flops / watts.fp32);
    if (watts.bf16 > 0) fmt::print(", {:.2f} BF16", 1e-9 * limits.all.bf16_flops / watts.bf16);
    fmt::print("\n");
}

void print_limits(Limits const& limits, fs::path const& kept_in) {
    fmt::print("\nLimits, measured {} in {:.0f} s, {}\n", limits.measured, limits.seconds,
               kept_in.empty() ? "not kept" : "kept in " + kept_in.string());
    fmt::print("  {:28}{:>10}{:>12}\n", "", "one core", counted(limits.cores, "core"));
    print_rates(limits);
    DiskRates const& disk = limits.disk;
    if (!disk.problem.empty())
        fmt::print("  {:28}{}\n", "disk", disk.problem);
    else if (!disk.folder.empty())
        fmt::print("  {:28}write {:.2f} GB/s with sync, read {:.2f} GB/s; {} {}, in {}\n", "disk",
                   1e-9 * disk.write, 1e-9 * disk.read, in_binary(disk.bytes),
                   disk.is_direct ? "past the page cache" : "through the page cache", disk.folder);
    print_watts(limits);
}

// ---- measuring and drawing -------------------------------------------------------------------------------

struct Found {
    Limits limits;
    fs::path kept_in;  // empty: nowhere
};

fs::path chosen_folder(Arguments const& arguments) {
    fs::path const folder = arguments.text("folder", ".");
    std::error_code problem;
    if (!fs::is_directory(folder, problem))
        throw Error(Fault::not_found,
                    fmt::format("'--folder' is {}; expected a folder", in_quotes(folder.string())));
    return fs::absolute(folder).lexically_normal();
}

Found measure(Machine const& machine, fs::path const& folder) {
    if (::isatty(STDERR_FILENO)) fmt::print(stderr, "measuring, for about 15 s\n");
    Found found{measure_limits(machine.processor, machine.memory, {false, folder}), limits_path()};
    if (found.kept_in.empty()) return found;
    try {
        write_limits(found.kept_in, found.limits);
    } catch (Error const& error) {
        fmt::print(stderr, "hutch: limits are not kept: {}\n", error.what());
        found.kept_in.clear();
    }
    return found;
}

Found find_limits(Arguments const& arguments, Machine const& machine) {
    fs::path const folder = chosen_folder(arguments);
    if (arguments.has("quick")) return {measure_limits(machine.processor, machine.memory, {true, {}}), {}};
    if (!arguments.has("measure") && !arguments.has("folder"))
        if (auto kept = read_limits(limits_path(), machine.processor))
            return {*std::move(kept), limits_path()};
    return measure(machine, folder);
}

data::KernelMark parse_kernel(std::string const& text) {
    auto const parts = split(text, ':');
    auto const number = [&](std::size_t i) { return i < parts.size() ? to_number(parts[i]) : 0; };
    auto const intensity = number(1), rate = number(2);
    bool const is_good = parts.size() >= 2 && parts.size() <= 3 && intensity && *intensity > 0 && rate &&
                         (parts.size() == 2 || *rate > 0);
    if (!is_good)
        throw Error(
            Fault::bad_input,
            fmt::format("'--kernel' is {}; expected NAME:OPERATIONS_PER_BYTE[:OPERATIONS_PER_SECOND], both "
                        "above 0",
                        in_quotes(text)));
    return {std::string(parts[0]), *intensity, *rate};
}

std::string with_prefix(double rate) {
    return rate >= 1e12 ? fmt::format("{:.1f} T", 1e-12 * rate) : fmt::format("{:.1f} G", 1e-9 * rate);
}

bool has_all_cores(Limits const& limits) { return limits.all.fp64_flops > 0; }

data::Roofline to_roofline(Limits const& limits, std::vector<data::KernelMark> kernels) {
    Rates const& rates = has_all_cores(limits) ? limits.all : limits.core;
    data::Roofline roofline{{}, {}, std::move(kernels)};
    auto const add_roof = [&](char const* name, double rate) {
        if (rate > 0) roofline.roofs.push_back({fmt::format("{} {}FLOP/s", name, with_prefix(rate)), rate});
    };
    auto const add_slope = [&](char const* name, double rate) {
        if (rate > 0) roofline.slopes.push_back({fmt::format("{} {}B/s", name, with_prefix(rate)), rate});
    };
    add_roof("FP64", rates.fp64_flops);
    add_roof("FP32", rates.fp32_flops);
    add_roof(limits.bf16_unit == "AMX" ? "BF16 AMX" : "BF16", rates.bf16_flops);
    add_slope("L1", rates.l1);
    add_slope("L2", rates.l2);
    add_slope("L3", rates.l3);
    add_slope("memory", std::max(rates.streaming.best(), rates.plain.best()));
    // Two operations on 24 bytes that STREAM counts.
    if (rates.plain.triad > 0)
        roofline.kernels.push_back({"STREAM triad", 2.0 / 24, rates.plain.triad * 2 / 24});
    return roofline;
}

void draw(fs::path const& file, Limits const& limits, std::vector<data::KernelMark> const& kernels) {
    data::PlotOptions options;
    options.title = fmt::format("{}, {}", or_unknown(limits.processor),
                                counted(has_all_cores(limits) ? limits.cores : 1, "core"));
    options.width = 900, options.height = 560;
    write_file(file, data::plot_roofline(to_roofline(limits, kernels), options));
}

}  // namespace

int machine(std::vector<std::string> const& words) {
    Arguments const arguments(
        "machine [options]",
        "Show what is here (processor, caches, memory, GPUs, Slurm partitions) and what it can do at most:\n"
        "arithmetic, bandwidth of caches and memory, disk, power. Limits are measured when none are kept, "
        "in\n"
        "about 15 s, and kept in ~/.cache/hutch/machine.json or the file that HUTCH_MACHINE names.",
        {{"measure", "", "measure again"},
         {"quick", "", "measure arithmetic and memory of one core only, in about a second; not kept"},
         {"folder", "DIR", "measure again, with the disk of this folder; default: the current one"},
         {"plot", "FILE.svg", "draw the roofline of all cores"},
         {"kernel", "NAME:OPS_PER_BYTE[:OPS_PER_S]", "mark a kernel in the roofline; may be repeated", true}},
        0, 0, words);
    if (arguments.wants_help()) return arguments.print_help(), 0;
    std::vector<data::KernelMark> kernels;
    for (std::string const& text : arguments.all("kernel")) kernels.push_back(parse_kernel(text));
    Machine const found = look_around();
    Found const kept = find_limits(arguments, found);
    if (arguments.has("plot")) draw(arguments.text("plot"), kept.limits, kernels);
    if (arguments.has("json")) {
        fmt::print("{{\"machine\": {},\n\"limits\": {},\n\"kept_in\": {}}}\n", to_json(found),
                   to_json(kept.limits), kept.kept_in.empty() ? "null" : to_json_text(kept.kept_in.string()));
        return 0;
    }
    print_facts(found);
    print_limits(kept.limits, kept.kept_in);
    return 0;
}

}  // namespace hutch::app
