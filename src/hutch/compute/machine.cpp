#include "hutch/compute/machine.hpp"

#include "hutch/base/text.hpp"
#include "hutch/compute/detail/proc_text.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <sys/utsname.h>
#include <tuple>

#if defined(__linux__)
#include <sched.h>
#endif

namespace hutch::compute {
namespace {

namespace fs = std::filesystem;

// Files of /proc and /sys have no size that one could ask for; what cannot be read is empty.
std::string read_text(fs::path const& path) {
    std::ifstream in(path);
    std::ostringstream out;
    if (in) out << in.rdbuf();
    return std::string(trim(out.str()));
}

std::vector<fs::path> entries_of(fs::path const& folder) {
    std::error_code problem;
    std::vector<fs::path> entries;
    for (fs::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem))
        entries.push_back(at->path());
    std::ranges::sort(entries);
    return entries;
}

void read_caches_of(fs::path const& folder, std::set<std::string>& seen, std::vector<CacheFacts>& caches) {
    for (fs::path const& entry : entries_of(folder)) {
        if (!entry.filename().string().starts_with("index")) continue;
        CacheFacts cache;
        cache.level = int(to_number(read_text(entry / "level")).value_or(0));
        cache.kind = to_lower(read_text(entry / "type"));
        cache.bytes = detail::parse_size(read_text(entry / "size"));
        cache.line_bytes = unsigned(detail::parse_size(read_text(entry / "coherency_line_size")));
        std::string const shared = read_text(entry / "shared_cpu_list");
        cache.shared_by = unsigned(detail::parse_number_list(shared).size());
        bool const is_new = seen.insert(std::to_string(cache.level) + cache.kind + " " + shared).second;
        if (cache.level == 0 || cache.bytes == 0 || !is_new) continue;
        auto const alike = [&](CacheFacts const& other) {
            return std::tie(other.level, other.kind, other.bytes, other.shared_by) ==
                   std::tie(cache.level, cache.kind, cache.bytes, cache.shared_by);
        };
        auto found = std::ranges::find_if(caches, alike);
        if (found == caches.end()) found = caches.insert(caches.end(), cache);
        ++found->instances;
    }
}

// Sockets, cores and the first thread of each core, from the topology that the kernel shows of each
// processor.
void read_topology(fs::path const& folder, std::vector<unsigned> const& online, ProcessorFacts& facts) {
    std::set<std::string> sockets;
    std::map<std::pair<std::string, std::string>, unsigned> cores;
    for (unsigned const number : online) {
        fs::path const topology = folder / ("cpu" + std::to_string(number)) / "topology";
        std::string const socket = read_text(topology / "physical_package_id"),
                          core = read_text(topology / "core_id");
        if (socket.empty() || core.empty()) return;
        sockets.insert(socket);
        cores.insert({{socket + "/" + read_text(topology / "die_id"), core}, number});
    }
    if (cores.empty()) return;
    facts.sockets = unsigned(sockets.size());
    facts.cores = unsigned(cores.size());
    for (auto const& [core, number] : cores) facts.first_threads.push_back(number);
    std::ranges::sort(facts.first_threads);
}

std::string vendor_name(std::string const& pci_number) {
    // PCI-SIG vendor numbers, as listed in pci.ids.
    static std::map<std::string, std::string> const names{
        {"0x10de", "NVIDIA"}, {"0x1002", "AMD"}, {"0x8086", "Intel"}, {"0x1d94", "Hygon"}};
    auto const found = names.find(pci_number);
    return found == names.end() ? "" : found->second;
}

void list_nvidia(fs::path const& root, std::vector<GpuFacts>& gpus) {
    for (fs::path const& entry : entries_of(root / "proc/driver/nvidia/gpus"))
        gpus.push_back({detail::value_of(read_text(entry / "information"), "Model"), "NVIDIA",
                        to_lower(entry.filename().string()), 0, "/proc/driver/nvidia"});
}

// AMD's and Hygon's driver lists processors and GPUs alike; a GPU has SIMD units.
void list_kfd(fs::path const& root, std::vector<GpuFacts>& gpus) {
    for (fs::path const& node : entries_of(root / "sys/class/kfd/kfd/topology/nodes")) {
        std::map<std::string, std::uint64_t> values;
        std::string const properties = read_text(node / "properties");
        for (std::string_view const line : split_lines(properties))
            if (auto const words = split_words(line); words.size() == 2)
                values[std::string(words[0])] = std::uint64_t(to_number(words[1]).value_or(0));
        if (values["simd_count"] == 0) continue;
        GpuFacts gpu{read_text(node / "name"), values["vendor_id"] == 0x1d94 ? "Hygon" : "AMD", "", 0,
                     "/sys/class/kfd"};
        std::uint64_t const place = values["location_id"];
        char address[32];
        std::snprintf(address, sizeof address, "%04x:%02x:%02x.%x", unsigned(values["domain"]),
                      unsigned(place >> 8 & 0xff), unsigned(place >> 3 & 0x1f), unsigned(place & 7));
        if (values.contains("location_id")) gpu.address = address;
        for (fs::path const& bank : entries_of(node / "mem_banks")) {
            std::string const text = read_text(bank / "properties");
            for (std::string_view const line : split_lines(text))
                if (auto const words = split_words(line); words.size() == 2 && words[0] == "size_in_bytes")
                    gpu.memory_bytes += std::uint64_t(to_number(words[1]).value_or(0));
        }
        gpus.push_back(gpu);
    }
}

// Graphics cards whose driver is not one of those above: only the numbers are known.
void list_drm(fs::path const& root, std::vector<GpuFacts>& gpus) {
    for (fs::path const& entry : entries_of(root / "sys/class/drm")) {
        std::string const card = entry.filename().string();
        if (!card.starts_with("card") || card.find('-') != std::string::npos) continue;
        std::string const vendor = vendor_name(read_text(entry / "device/vendor"));
        std::error_code problem;
        std::string const address = fs::canonical(entry / "device", problem).filename().string();
        bool const is_listed =
            std::ranges::any_of(gpus, [&](GpuFacts const& gpu) { return gpu.address == address; });
        if (vendor.empty() || is_listed) continue;
        gpus.push_back({"PCI device " + read_text(entry / "device/device"), vendor, address,
                        detail::parse_size(read_text(entry / "device/mem_info_vram_total")),
                        "/sys/class/drm"});
    }
}

}  // namespace

ProcessorFacts read_processor(fs::path const& root) {
    detail::CpuInfo const info = detail::parse_cpuinfo(read_text(root / "proc/cpuinfo"));
    ProcessorFacts facts;
    facts.model = info.model;
    if (utsname names; ::uname(&names) == 0) facts.architecture = names.machine;
    facts.level = detail::psabi_level(info.flags);
    facts.features = detail::vector_extensions(info.flags);
    facts.is_virtual = std::ranges::find(info.flags, "hypervisor") != info.flags.end();
    fs::path const folder = root / "sys/devices/system/cpu";
    auto const online = detail::parse_number_list(read_text(folder / "online"));
    facts.threads = online.empty() ? info.threads : unsigned(online.size());
    facts.cores = info.cores;
    facts.sockets = info.sockets;
    read_topology(folder, online, facts);
    std::set<std::string> seen;
    for (unsigned const number : online)
        read_caches_of(folder / ("cpu" + std::to_string(number)) / "cache", seen, facts.caches);
    facts.numa_nodes =
        unsigned(detail::parse_number_list(read_text(root / "sys/devices/system/node/online")).size());
    return facts;
}

MemoryFacts read_memory(fs::path const& root) {
    std::string const text = read_text(root / "proc/meminfo");
    return {detail::meminfo_bytes(text, "MemTotal"), detail::meminfo_bytes(text, "MemAvailable"),
            detail::meminfo_bytes(text, "SwapTotal")};
}

std::vector<GpuFacts> list_gpus(fs::path const& root) {
    std::vector<GpuFacts> gpus;
    list_nvidia(root, gpus);
    list_kfd(root, gpus);
    list_drm(root, gpus);
    return gpus;
}

Machine look_around() {
    Machine machine;
    if (utsname names; ::uname(&names) == 0) {
        machine.host = names.nodename;
        machine.kernel = std::string(names.sysname) + " " + names.release;
    }
    machine.processor = read_processor();
    machine.memory = read_memory();
    machine.gpus = list_gpus();
    machine.slurm = ask_slurm();
    return machine;
}

std::vector<unsigned> usable_cores(ProcessorFacts const& processor) {
    std::vector<unsigned> usable;
#if defined(__linux__)
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        for (unsigned i = 0; i < CPU_SETSIZE; ++i)
            if (CPU_ISSET(i, &allowed)) usable.push_back(i);
#endif
    std::vector<unsigned> firsts;
    std::ranges::set_intersection(usable, processor.first_threads, std::back_inserter(firsts));
    if (!firsts.empty()) return firsts;
    return usable.empty() ? std::vector<unsigned>{0} : usable;
}

}  // namespace hutch::compute
