/// Fix what a plug-in (hutch_cuda.so, hutch_hip.so) offers: a table of C functions.
///
/// Each function returns 0 or a code that error_text() explains. Kernels are symbols of their own:
/// `int hutch_launch_NAME(void* stream, void const* functor, size_t bytes, size_t count)`.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {

struct HutchPluginDevice {
    char name[256];
    char architecture[64];  ///< sm_90, gfx906
    std::uint64_t memory_bytes;
    std::uint64_t shared_bytes;  ///< of one block at most
    std::int32_t units;          ///< multiprocessors or compute units
    std::int32_t threads;        ///< of one block at most
    std::int32_t clock_mhz;
};

struct HutchPlugin {
    std::uint32_t version;
    char const* kernel_sources;  ///< checksum of all headers and kernels it was built from
    int (*count)(int* devices);
    int (*describe)(int device, HutchPluginDevice* facts);
    int (*use)(int device);  ///< for the calling thread; before any call below
    int (*open)(void** stream);
    int (*close)(void* stream);
    int (*allocate)(std::size_t bytes, void** memory);
    int (*release)(void* memory);
    int (*allocate_pinned)(std::size_t bytes, void** memory);
    int (*release_pinned)(void* memory);
    int (*copy)(void* stream, void* to, void const* from, std::size_t bytes, int direction);
    int (*fill)(void* stream, void* to, int value, std::size_t bytes);
    int (*wait)(void* stream);
    int (*is_exhausted)(int code);  ///< 1: the code says that there is not enough memory
    char const* (*error_text)(int code);
};

HutchPlugin const* hutch_plugin();
}

namespace hutch::compute::detail {
inline constexpr std::uint32_t plugin_version = 2;
}
