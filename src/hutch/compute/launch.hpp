/// Make kernels out of functors: for *.kernels.cpp files only, compiled by g++, nvcc and hipcc.
#pragma once

#include "hutch/compute/kernel.hpp"
#include "hutch/compute/queue.hpp"

#include <cstring>

namespace hutch::compute {

template <class Functor>
concept BlockFunctor = requires { typename Functor::Shared; };

template <class Functor>
struct KernelName;

#if defined(__CUDACC__) || defined(__HIPCC__)

// Without it nvcc copies a functor whose arrays are indexed into every thread's own memory.
#if defined(__HIPCC__)
#define HUTCH_GRID_CONSTANT
#else
#define HUTCH_GRID_CONSTANT __grid_constant__
#endif

inline constexpr int loop_threads = 256;

template <class Functor>
__global__ void __launch_bounds__(loop_threads)
    run_loop(HUTCH_GRID_CONSTANT Functor const functor, std::size_t count) {
    std::size_t const i = std::size_t(blockIdx.x) * loop_threads + threadIdx.x;
    if (i < count) functor(i);
}

template <class Functor>
__global__ void __launch_bounds__(Functor::threads) run_block(HUTCH_GRID_CONSTANT Functor const functor) {
    __shared__ typename Functor::Shared shared;
    DeviceBlock<Functor::threads> block{blockIdx.x};
    functor(block, shared);
}

/// What a plug-in's launchers return besides the toolkit's own codes.
enum class LaunchProblem { none = 0, wrong_size = -1, too_many = -2 };

template <class Functor>
int launch_on_device(void* stream, void const* bytes, std::size_t size, std::size_t count) {
    static_assert(sizeof(Functor) <= 4000, "arguments of a kernel have at most 4 KiB");
#if defined(__HIPCC__)
    constexpr std::size_t most = 0xffffffff / 1024;  // blocks times threads must stay below 2^32
#else
    constexpr std::size_t most = 0x7fffffff;
#endif
    if (size != sizeof(Functor)) return int(LaunchProblem::wrong_size);
    alignas(Functor) unsigned char copy[sizeof(Functor)];
    std::memcpy(copy, bytes, size);
    auto const& functor = *reinterpret_cast<Functor const*>(copy);
#if defined(__HIPCC__)
    auto const on = static_cast<hipStream_t>(stream);
#else
    auto const on = static_cast<cudaStream_t>(stream);
#endif
    if constexpr (BlockFunctor<Functor>) {
        if (count > most) return int(LaunchProblem::too_many);
        run_block<Functor><<<dim3(unsigned(count)), dim3(Functor::threads), 0, on>>>(functor);
    } else {
        std::size_t const blocks = (count + loop_threads - 1) / loop_threads;
        if (blocks > most) return int(LaunchProblem::too_many);
        run_loop<Functor><<<dim3(unsigned(blocks)), dim3(loop_threads), 0, on>>>(functor, count);
    }
#if defined(__HIPCC__)
    return int(hipGetLastError());
#else
    return int(cudaGetLastError());
#endif
}

/// Make the launcher `hutch_launch_NAME` of a plug-in; at file scope, the functor's type after the name.
#define HUTCH_EXPORT_KERNEL(NAME, ...)                                                       \
    extern "C" __attribute__((visibility("default"))) int hutch_launch_##NAME(               \
        void* stream, void const* functor, std::size_t bytes, std::size_t count) {           \
        return hutch::compute::launch_on_device<__VA_ARGS__>(stream, functor, bytes, count); \
    }

#else

template <class Functor>
void run_on_host(void const* bytes, std::size_t first, std::size_t last, [[maybe_unused]] void* shared,
                 [[maybe_unused]] std::uint32_t order) {
    Functor const& functor = *static_cast<Functor const*>(bytes);
    if constexpr (BlockFunctor<Functor>) {
        auto& memory = *static_cast<typename Functor::Shared*>(shared);
        for (std::size_t i = first; i < last; ++i)
            if (order == 0) {
                HostBlock<Functor::threads> block{i};
                functor(block, memory);
            } else {
                EmulatedBlock<Functor::threads> block{i, order};
                functor(block, memory);
            }
    } else {
        for (std::size_t i = first; i < last; ++i) functor(i);
    }
}

template <class Functor>
constexpr std::size_t shared_bytes_of() {
    if constexpr (BlockFunctor<Functor>)
        return sizeof(typename Functor::Shared);
    else
        return 0;
}

template <class Functor>
Kernel const& kernel_of() {
    static constexpr Kernel kernel{KernelName<Functor>::value, sizeof(Functor), shared_bytes_of<Functor>(),
                                   &run_on_host<Functor>};
    return kernel;
}

/// Make the processor's form of a kernel; at file scope, the functor's type after the name.
#define HUTCH_EXPORT_KERNEL(NAME, ...)               \
    template <>                                      \
    struct hutch::compute::KernelName<__VA_ARGS__> { \
        static constexpr char const* value = #NAME;  \
    };                                               \
    template hutch::compute::Kernel const& hutch::compute::kernel_of<__VA_ARGS__>();

#endif

}  // namespace hutch::compute
