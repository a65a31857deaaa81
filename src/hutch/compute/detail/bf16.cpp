#include "hutch/compute/detail/bf16.hpp"

#include <cstdint>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace hutch::compute::detail {

#if defined(__x86_64__)
namespace {

#define HUTCH_WITH_BF16 __attribute__((target("avx512f,avx512bf16")))

HUTCH_WITH_BF16 inline void add_pairs(__m512& sum, __m512bh factor) {
    sum = _mm512_dpbf16_ps(sum, factor, factor);
    asm volatile("" : "+v"(sum));
}

HUTCH_WITH_BF16 double run_avx512(std::size_t rounds, double& sink) {
    constexpr int chains = 12;
    __m512i bits = _mm512_set1_epi16(0x3c00);  // 0.0078125 as bfloat16: sums grow slowly and stay finite
    asm volatile("" : "+v"(bits));
    __m512bh const factor = (__m512bh)bits;
    __m512 a = _mm512_setzero_ps(), b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a,
           l = a;
    for (std::size_t round = 0; round < rounds; ++round) {
        add_pairs(a, factor), add_pairs(b, factor), add_pairs(c, factor), add_pairs(d, factor);
        add_pairs(e, factor), add_pairs(f, factor), add_pairs(g, factor), add_pairs(h, factor);
        add_pairs(i, factor), add_pairs(j, factor), add_pairs(k, factor), add_pairs(l, factor);
    }
    sink += double((a + b + c + d + e + f + g + h + i + j + k + l)[0]);
    return 2.0 * 32 * chains * double(rounds);
}

// Layout of LDTILECFG's operand: Intel, Architecture Instruction Set Extensions Programming Reference, 3.
struct alignas(64) TileShapes {
    std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
    std::uint16_t row_bytes[16] = {};
    std::uint8_t rows[16] = {};
};

__attribute__((target("amx-tile,amx-bf16"))) double run_amx(std::size_t rounds, double& sink) {
    TileShapes shapes;
    for (int tile = 0; tile < 8; ++tile) shapes.row_bytes[tile] = 64, shapes.rows[tile] = 16;
    alignas(64) std::uint16_t factors[16 * 32];
    alignas(64) float sums[16 * 16];
    for (auto& factor : factors) factor = 0x3c00;
    _tile_loadconfig(&shapes);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    _tile_loadd(4, factors, 64);
    _tile_loadd(5, factors, 64);
    _tile_loadd(6, factors, 64);
    _tile_loadd(7, factors, 64);
    for (std::size_t round = 0; round < rounds; ++round) {
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, sums, 64);
    _tile_release();
    sink += double(sums[0]);
    return 2.0 * 4 * 16 * 16 * 32 * double(rounds);
}

bool has_amx_bf16() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d >> 22 & 1) && (d >> 24 & 1);
}

// Linux gives tile data to a process on request only (Documentation/arch/x86/xstate.rst).
bool may_use_tiles() {
    constexpr long ask_for_feature = 0x1023, tile_data = 18;
    return ::syscall(SYS_arch_prctl, ask_for_feature, tile_data) == 0;
}

}  // namespace

Bf16Kernel find_bf16_kernel() {
    if (has_amx_bf16() && may_use_tiles()) return {"AMX", run_amx};
    unsigned a = 0, b = 0, c = 0, d = 0;
    bool const has_avx512_bf16 = __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 5 & 1);
    // The second asks whether the system saves the registers too.
    if (has_avx512_bf16 && __builtin_cpu_supports("avx512f")) return {"AVX512_BF16", run_avx512};
    return {};
}
#else
Bf16Kernel find_bf16_kernel() { return {}; }
#endif

}  // namespace hutch::compute::detail
