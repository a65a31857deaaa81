// The memory, streams and facts of a plug-in; compiled by nvcc and by hipcc, never by g++.
#include "hutch/compute/detail/plugin.hpp"

#include <cstdio>
#include <cstring>

#include "kernel_sources.inc"

#if defined(__HIPCC__)
#include <hip/hip_runtime.h>
#define HUTCH_GPU(NAME) hip##NAME
#else
#include <cuda_runtime.h>
#define HUTCH_GPU(NAME) cuda##NAME
#endif

namespace {

#if defined(__HIPCC__)
using Attribute = hipDeviceAttribute_t;
using Properties = hipDeviceProp_t;
constexpr Attribute clock_rate = hipDeviceAttributeClockRate;
#else
using Attribute = cudaDeviceAttr;
using Properties = cudaDeviceProp;
constexpr Attribute clock_rate = cudaDevAttrClockRate;
#endif

using Stream = HUTCH_GPU(Stream_t);
Stream stream_of(void* stream) { return static_cast<Stream>(stream); }

int count_devices(int* devices) { return int(HUTCH_GPU(GetDeviceCount)(devices)); }

int describe(int device, HutchPluginDevice* facts) {
    Properties properties;
    int clock_khz = 0;
    if (int const code = int(HUTCH_GPU(GetDeviceProperties)(&properties, device)); code != 0) return code;
    if (int const code = int(HUTCH_GPU(DeviceGetAttribute)(&clock_khz, clock_rate, device)); code != 0)
        return code;
    std::memset(facts, 0, sizeof *facts);
    std::snprintf(facts->name, sizeof facts->name, "%s", properties.name);
#if defined(__HIPCC__)
    std::snprintf(facts->architecture, sizeof facts->architecture, "%s", properties.gcnArchName);
#else
    std::snprintf(facts->architecture, sizeof facts->architecture, "sm_%d%d", properties.major,
                  properties.minor);
#endif
    facts->clock_mhz = clock_khz / 1000;
    facts->memory_bytes = properties.totalGlobalMem;
    facts->shared_bytes = properties.sharedMemPerBlock;
    facts->units = properties.multiProcessorCount;
    facts->threads = properties.maxThreadsPerBlock;
    return 0;
}

int use(int device) { return int(HUTCH_GPU(SetDevice)(device)); }

int open_stream(void** stream) {
    Stream made;
    int const code = int(HUTCH_GPU(StreamCreateWithFlags)(&made, HUTCH_GPU(StreamNonBlocking)));
    *stream = made;
    return code;
}
int close_stream(void* stream) { return int(HUTCH_GPU(StreamDestroy)(stream_of(stream))); }

// A failure is told once: left standing, the next launch would report it as its own.
int taken(int code) {
    if (code != 0) (void)HUTCH_GPU(GetLastError)();
    return code;
}

int allocate(std::size_t bytes, void** memory) { return taken(int(HUTCH_GPU(Malloc)(memory, bytes))); }
int release(void* memory) { return int(HUTCH_GPU(Free)(memory)); }

int allocate_pinned(std::size_t bytes, void** memory) {
#if defined(__HIPCC__)
    return taken(int(hipHostMalloc(memory, bytes, hipHostMallocDefault)));
#else
    return taken(int(cudaMallocHost(memory, bytes)));
#endif
}
int release_pinned(void* memory) {
#if defined(__HIPCC__)
    return int(hipHostFree(memory));
#else
    return int(cudaFreeHost(memory));
#endif
}

int copy(void* stream, void* to, void const* from, std::size_t bytes, int direction) {
    constexpr HUTCH_GPU(MemcpyKind) kinds[] = {HUTCH_GPU(MemcpyHostToDevice), HUTCH_GPU(MemcpyDeviceToHost),
                                               HUTCH_GPU(MemcpyDeviceToDevice)};
    return int(HUTCH_GPU(MemcpyAsync)(to, from, bytes, kinds[direction], stream_of(stream)));
}
int fill(void* stream, void* to, int value, std::size_t bytes) {
    return int(HUTCH_GPU(MemsetAsync)(to, value, bytes, stream_of(stream)));
}
int wait(void* stream) { return int(HUTCH_GPU(StreamSynchronize)(stream_of(stream))); }

int is_exhausted(int code) {
#if defined(__HIPCC__)
    return code == int(hipErrorOutOfMemory);
#else
    return code == int(cudaErrorMemoryAllocation);
#endif
}
char const* error_text(int code) {
    if (code == -1) return "plug-in and program were built from different sources";
    if (code == -2) return "too many blocks for one launch";
    return HUTCH_GPU(GetErrorString)(static_cast<HUTCH_GPU(Error_t)>(code));
}

constexpr HutchPlugin table{hutch::compute::detail::plugin_version,
                            HUTCH_KERNEL_SOURCES,
                            count_devices,
                            describe,
                            use,
                            open_stream,
                            close_stream,
                            allocate,
                            release,
                            allocate_pinned,
                            release_pinned,
                            copy,
                            fill,
                            wait,
                            is_exhausted,
                            error_text};

}  // namespace

extern "C" __attribute__((visibility("default"))) HutchPlugin const* hutch_plugin() { return &table; }
