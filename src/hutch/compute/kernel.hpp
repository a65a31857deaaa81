/// Say what a kernel is made of: the qualifier, blocks of threads, atomic addition; for host and device code.
///
/// A loop kernel is a trivially copyable struct of pointers and numbers with `void operator()(std::size_t i)
/// const`. A block kernel has a constant `threads`, a struct `Shared` and `template <class Block> void
/// operator()(Block&, Shared&) const`; its phases are `block.each_thread([&](int t) {...})`, with a barrier
/// after each. What a thread keeps from phase to phase lies in a `typename Block::template PerThread<T>`.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__HIPCC__)
#include <hip/hip_runtime.h>
#endif

#if defined(__CUDACC__) || defined(__HIPCC__)
#define HUTCH_KERNEL __host__ __device__
#else
#define HUTCH_KERNEL
#endif
#if defined(__CUDA_ARCH__) || defined(__HIP_DEVICE_COMPILE__)
#define HUTCH_ON_DEVICE 1
#else
#define HUTCH_ON_DEVICE 0
#endif

namespace hutch::compute {

/// One block on the processor: its threads are a loop.
template <int threads>
struct HostBlock {
    std::size_t index;

    template <class T>
    struct PerThread {
        T values[threads];
        T& operator[](int t) { return values[t]; }
        T const& operator[](int t) const { return values[t]; }
    };
    template <class Body>
    void each_thread(Body const& body) {
        for (int t = 0; t < threads; ++t) body(t);
    }
};

/// The same for tests: threads come in another order in each phase, so that a missing barrier shows.
template <int threads>
struct EmulatedBlock {
    std::size_t index;
    std::uint32_t order;

    template <class T>
    using PerThread = typename HostBlock<threads>::template PerThread<T>;

    template <class Body>
    void each_thread(Body const& body) {
        order = order * 1664525u + 1013904223u;
        int const start = int((order >> 8) % std::uint32_t(threads)), step = order >> 31 ? 1 : threads - 1;
        for (int i = 0, t = start; i < threads; ++i, t = (t + step) % threads) body(t);
    }
};

#if defined(__CUDACC__) || defined(__HIPCC__)
/// One block on a device; only device code may run its phases.
template <int threads>
struct DeviceBlock {
    std::size_t index;

    template <class T>
    struct PerThread {
        T value;
        HUTCH_KERNEL T& operator[](int) { return value; }
        HUTCH_KERNEL T const& operator[](int) const { return value; }
    };
    template <class Body>
    HUTCH_KERNEL void each_thread([[maybe_unused]] Body const& body) {
#if HUTCH_ON_DEVICE
        body(int(threadIdx.x));
        __syncthreads();
#endif
    }
};
#endif

/// Add to a number that other threads and blocks add to at the same time; T: float, double, std::int32_t or
/// std::uint64_t. Sums of floating-point numbers depend on the order, which no back end promises.
template <class T>
HUTCH_KERNEL void atomic_add(T& target, T value) {
#if HUTCH_ON_DEVICE
    if constexpr (sizeof(T) == 8 && T(0.5) == T(0))
        atomicAdd(reinterpret_cast<unsigned long long*>(&target), static_cast<unsigned long long>(value));
    else
        atomicAdd(&target, value);
#else
    T old, next;
    __atomic_load(&target, &old, __ATOMIC_RELAXED);
    do next = old + value;
    while (!__atomic_compare_exchange(&target, &old, &next, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
#endif
}

}  // namespace hutch::compute
