// Background, scaling and counting statistics of a pattern.
#include "hutch/base/random.hpp"
#include "hutch/methods/powder/detail/counts.hpp"
#include "hutch/methods/powder/detail/kernels.hpp"

namespace hutch::powder::detail::HUTCH_ISA {

namespace {

constexpr int lanes = 16;

// Sixteen Philox 4x32-10 blocks.
struct Blocks {
    std::uint32_t c[4][lanes];
};

void mix(Blocks& b, std::uint32_t key0, std::uint32_t key1) {
    for (int round = 0; round < philox_rounds; ++round) {
#pragma omp simd
        for (int i = 0; i < lanes; ++i) philox_round(b.c[0][i], b.c[1][i], b.c[2][i], b.c[3][i], key0, key1);
        key0 += philox_key_step0;
        key1 += philox_key_step1;
    }
}

constexpr int chunk =
    4 * lanes;  // the four words of sixteen blocks: enough independent chains to hide latencies

void count_small(float const* __restrict means, std::uint32_t const* __restrict bits, float most,
                 float* __restrict counts) {
    float mean[chunk], term[chunk], sum[chunk], random[chunk];
#pragma omp simd
    for (int i = 0; i < chunk; ++i) {
        mean[i] = means[i] < smallest_normal_mean ? means[i] : smallest_normal_mean;
        term[i] = exp_of(-mean[i]);
        sum[i] = 0;
        counts[i] = 0;
        random[i] = uniform_of(bits[i]);
    }
    int const terms = small_count_terms(most);
    for (int k = 1; k <= terms; ++k) {
        float const rate = 1.0f / float(k);
#pragma omp simd
        for (int i = 0; i < chunk; ++i)
            small_count_step(mean[i], rate, random[i], term[i], sum[i], counts[i]);
    }
}

}  // namespace

void count_poisson(float* y, std::size_t points, std::uint64_t seed, std::uint32_t stream,
                   std::uint64_t index) {
    auto const key0 = std::uint32_t(seed), key1 = std::uint32_t(seed >> 32);
    for (std::size_t from = 0; from < points; from += chunk) {
        Blocks blocks;
        for (int i = 0; i < lanes; ++i) {
            blocks.c[0][i] = std::uint32_t(from / 4) + std::uint32_t(i);
            blocks.c[1][i] = stream;
            blocks.c[2][i] = std::uint32_t(index);
            blocks.c[3][i] = std::uint32_t(index >> 32);
        }
        mix(blocks, key0, key1);
        std::uint32_t const* bits = &blocks.c[0][0];
        float* __restrict part = y + from;
        float least = part[0], most = part[0], counts[chunk];
        for (int i = 1; i < chunk; ++i)
            least = part[i] < least ? part[i] : least, most = part[i] > most ? part[i] : most;
        if (least < smallest_normal_mean)
            count_small(part, bits, most < smallest_normal_mean ? most : smallest_normal_mean, counts);
        if (most >= smallest_normal_mean)
#pragma omp simd
            for (int i = 0; i < chunk; ++i) {
                float const large = large_count(part[i] < 1.0f ? 1.0f : part[i], normal_of(bits[i]));
                counts[i] = part[i] >= smallest_normal_mean ? large : counts[i];
            }
        for (int i = 0; i < chunk; ++i) part[i] = counts[i];
    }
}

void add_background(BackgroundInput const& in, float scale, float* y) {
    constexpr std::size_t block = 128;
    float const slope = in.points > 1 ? 2.0f / float(in.points - 1) : 0.0f;
    for (std::size_t from = 0; from < in.points; from += block) {
        auto const count = std::int32_t(in.points - from < block ? in.points - from : block);
        // Clenshaw's recurrence, one term at a time for a whole block: the compiler sees simple loops.
        float x[block], next[block] = {}, after[block] = {};
        for (std::int32_t i = 0; i < count; ++i) x[i] = slope * float(std::int32_t(from) + i) - 1.0f;
        for (std::size_t k = in.terms; k > 1; --k) {
            float const term = in.chebyshev[k - 1];
            for (std::int32_t i = 0; i < count; ++i) {
                float const current = clenshaw_step(term, x[i], next[i], after[i]);
                after[i] = next[i];
                next[i] = current;
            }
        }
        float const first = in.terms > 0 ? in.chebyshev[0] : 0.0f;
        for (std::int32_t i = 0; i < count; ++i)
            y[from + std::size_t(i)] += scale * (first + x[i] * next[i] - after[i]);
        for (std::size_t hump = 0; hump < in.hump_count; ++hump) {
            float const centre = in.humps[3 * hump], rate = in.humps[3 * hump + 1],
                        height = scale * in.humps[3 * hump + 2];
            if (height == 0) continue;
            for (std::int32_t i = 0; i < count; ++i)
                y[from + std::size_t(i)] += height * hump_at(float(std::int32_t(from) + i) - centre, rate);
        }
    }
}

void scale_positive(float* y, std::size_t points, float scale) {
    for (std::size_t i = 0; i < points; ++i) y[i] = y[i] > 0 ? y[i] * scale : 0.0f;
}

float largest(float const* y, std::size_t points) {
    float most = y[0];
    for (std::size_t i = 0; i < points; ++i) most = y[i] > most ? y[i] : most;
    return most;
}

}  // namespace hutch::powder::detail::HUTCH_ISA
