/// Measure what this machine can do at most, for people to see and for benchmarks to print their share of.
#pragma once

#include "hutch/compute/machine.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace hutch::compute {

/// Bandwidth as STREAM counts it [byte/s]: bytes that the loop names, without those that a cache fetches to
/// write.
struct StreamRates {
    double copy = 0, scale = 0, add = 0, triad = 0;  ///< 0: not measured
    double best() const;
};

/// What one core, or all cores together, can do; 0: not measured, or there is no such unit.
struct Rates {
    double fp64_flops = 0, fp32_flops = 0;  ///< [1/s] fused multiply-adds, two operations each
    double bf16_flops = 0;                  ///< [1/s] products and sums of bfloat16 in pairs or tiles
    double l1 = 0, l2 = 0, l3 = 0;          ///< [byte/s] loads out of half of that cache
    StreamRates plain;                      ///< ordinary pages and stores: to be compared with STREAM
    StreamRates streaming;                  ///< huge pages and stores past the caches, where there are such
};

struct DiskRates {
    std::string folder;          ///< empty: not asked for
    std::string problem;         ///< why there are no numbers; empty: there are
    double write = 0, read = 0;  ///< [byte/s]; writing includes the sync at the end
    std::uint64_t bytes = 0;     ///< of the scratch file
    bool is_direct = false;      ///< past the page cache (O_DIRECT); if not, `read` may be memory's
};

/// Mean power of all packages while all cores run that loop [W]; 0: not exposed or not measured.
struct Watts {
    std::string source;  ///< of the counters, or why there are none
    double fp64 = 0, fp32 = 0, bf16 = 0, triad = 0;
};

struct Limits {
    std::string processor;          ///< with `cores` and `isa`, what the numbers belong to
    unsigned cores = 0;             ///< that this process may use
    std::string isa;                ///< see isa.hpp
    std::string measured;           ///< time in UTC, "2026-01-31T12:00:00Z"
    std::string bf16_unit;          ///< "AMX", "AVX512_BF16"; empty: none
    double seconds = 0;             ///< that the measurement took
    std::uint64_t array_bytes = 0;  ///< of each of STREAM's three arrays, all cores together
    Rates core, all;
    DiskRates disk;
    Watts watts;
};

struct MeasureOptions {
    bool is_quick = false;              ///< arithmetic and triad of one core only, in about a second
    std::filesystem::path disk_folder;  ///< empty: no disk
};

/// Measure. A disk that cannot be written is told in the result. Takes about 15 s, more where caches are very
/// large; best of several repeats.
///
/// STREAM's rules (https://www.cs.virginia.edu/stream/ref.html): each array at least 4 times the last cache,
/// as far as an eighth of the free memory allows.
Limits measure_limits(ProcessorFacts const& processor, MemoryFacts const& memory,
                      MeasureOptions const& options = {});

}  // namespace hutch::compute
