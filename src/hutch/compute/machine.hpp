/// Say what this machine is: processor, caches, memory, GPUs and Slurm partitions, read and never guessed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace hutch::compute {

/// One level of cache. Caches that are alike are one entry with their number.
struct CacheFacts {
    int level = 0;
    std::string kind;         ///< "data", "instruction", "unified"
    std::uint64_t bytes = 0;  ///< of one
    unsigned line_bytes = 0;  ///< 0: unknown
    unsigned shared_by = 0;   ///< hardware threads on one; 0: unknown
    unsigned instances = 0;   ///< how many there are
};

struct ProcessorFacts {
    std::string model;         ///< empty: unknown
    std::string architecture;  ///< as `uname -m` says
    std::string level;  ///< of the x86-64 psABI, "x86-64-v1" to "x86-64-v4"; empty: unknown or not x86-64
    std::vector<std::string> features;  ///< vector and matrix extensions, as /proc/cpuinfo names them
    unsigned sockets = 0, cores = 0, threads = 0, numa_nodes = 0;  ///< online; 0: unknown
    bool is_virtual = false;                                       ///< a hypervisor says that it is there
    std::vector<CacheFacts> caches;                                ///< empty: unknown
    /// Processor numbers of the first hardware thread of each core; empty: unknown.
    std::vector<unsigned> first_threads;
};

struct MemoryFacts {
    std::uint64_t total_bytes = 0, available_bytes = 0, swap_bytes = 0;  ///< total 0: unknown
};

/// A GPU as the operating system names it; a back end that finds more may fill or append these.
struct GpuFacts {
    std::string name;                ///< empty: unknown
    std::string vendor;              ///< "NVIDIA", "AMD", "Intel", "Hygon"
    std::string address;             ///< on the PCI bus, "0000:3b:00.0"; empty: unknown
    std::uint64_t memory_bytes = 0;  ///< 0: unknown
    std::string source;              ///< where this was read
};

struct PartitionFacts {
    std::string name;
    bool is_default = false, is_up = false;
    unsigned nodes = 0, idle_nodes = 0, processors = 0, idle_processors = 0;
    std::uint64_t least_memory_bytes = 0, most_memory_bytes = 0;  ///< of a node
    std::string time_limit;                                       ///< as Slurm writes it, "1-00:00:00"
    std::vector<std::string> resources;                           ///< GRES of a node, "gpu:a100:4"
};

struct SlurmFacts {
    bool is_installed = false;
    std::string problem;  ///< why there is no list, when sinfo is there but does not answer
    std::vector<PartitionFacts> partitions;
};

struct Machine {
    std::string host, kernel;
    ProcessorFacts processor;
    MemoryFacts memory;
    std::vector<GpuFacts> gpus;
    SlurmFacts slurm;
};

/// Read what is here; anything that cannot be read stays unknown. Runs sinfo if there is one, for 5 s at
/// most.
Machine look_around();

/// Read /proc and /sys below a folder that takes the place of "/".
ProcessorFacts read_processor(std::filesystem::path const& root = "/");
MemoryFacts read_memory(std::filesystem::path const& root = "/");
std::vector<GpuFacts> list_gpus(std::filesystem::path const& root = "/");

/// Ask Slurm for its partitions.
SlurmFacts ask_slurm();
/// Read what `sinfo -h -o "%P|%a|%l|%F|%C|%m|%G"` prints; lines of one partition are put together, and lines
/// of another form are left out.
std::vector<PartitionFacts> parse_sinfo(std::string_view text);

/// Return the processors that this process may use, one for each core as far as that is known.
std::vector<unsigned> usable_cores(ProcessorFacts const& processor);

/// Return the facts as JSON; unknown ones are null.
std::string to_json(Machine const& machine);

}  // namespace hutch::compute
