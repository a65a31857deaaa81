#include "hutch/compute/limits.hpp"

#include "hutch/compute/isa.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <vector>

namespace hutch::compute {

HUTCH_DECLARE_FOR_EACH_ISA(float, run_fma, (std::size_t rounds))

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

CoreLimits measure_core_limits() {
    auto const fma = HUTCH_CHOOSE_ISA(hutch::compute, run_fma);
    CoreLimits limits{0, 0};
    std::size_t const rounds = 1 << 20;
    float volatile sink = 0;
    for (int repeat = 0; repeat < 6; ++repeat) {
        auto const start = std::chrono::steady_clock::now();
        sink = fma(rounds);
        limits.fp32_flops =
            std::max(limits.fp32_flops, 2.0 * 16 * 12 * double(rounds) / seconds_since(start));
    }
    (void)sink;
    std::vector<char> from(64 << 20, 1), to(64 << 20, 2);
    for (int repeat = 0; repeat < 4; ++repeat) {
        auto const start = std::chrono::steady_clock::now();
        std::memcpy(to.data(), from.data(), from.size());
        limits.copy_bandwidth =
            std::max(limits.copy_bandwidth, 2.0 * double(from.size()) / seconds_since(start));
        from[std::size_t(repeat)] = to[std::size_t(repeat) + 1];
    }
    return limits;
}

}  // namespace hutch::compute
