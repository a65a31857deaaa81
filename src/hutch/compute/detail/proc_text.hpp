/// Take apart the texts of Linux' /proc and /sys that say what a processor is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::compute::detail {

/// What /proc/cpuinfo says; counts are 0 and texts empty where it does not say.
struct CpuInfo {
    std::string model;
    std::vector<std::string> flags;
    unsigned threads = 0, cores = 0, sockets = 0;
};

/// Read /proc/cpuinfo of x86-64 or ARM; a processor without a model name is named by its numbers.
CpuInfo parse_cpuinfo(std::string_view text);

/// Return the level of the x86-64 psABI that flags of /proc/cpuinfo reach; empty without "lm".
/// \par Source  System V ABI, AMD64 supplement, version 1.0, table 3.1
std::string psabi_level(std::vector<std::string> const& flags);

/// Return those flags that name vector and matrix extensions, in their order.
std::vector<std::string> vector_extensions(std::vector<std::string> const& flags);

/// Return the numbers of a list such as "0-3,8"; empty when it is none.
std::vector<unsigned> parse_number_list(std::string_view text);

/// Return the bytes of a size such as "32K" or "8M"; 0 when it is none.
std::uint64_t parse_size(std::string_view text);

/// Return the bytes behind a name in /proc/meminfo; 0 when it is not there.
std::uint64_t meminfo_bytes(std::string_view text, std::string_view name);

/// Return what stands behind "NAME:" in lines of names and values; empty when it is not there.
std::string value_of(std::string_view text, std::string_view name);

}  // namespace hutch::compute::detail
