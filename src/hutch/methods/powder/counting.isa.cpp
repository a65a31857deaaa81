// Background, scaling and counting statistics of a pattern.
#include "hutch/base/random.hpp"
#include "hutch/methods/powder/detail/kernels.hpp"
#include "hutch/methods/powder/detail/vector_math.hpp"

namespace hutch::powder::detail::HUTCH_ISA {

using namespace hutch::powder::HUTCH_ISA;

namespace {

constexpr int lanes = 16;
constexpr float smallest_normal_mean = 12.0f;  // from here on the expansion below is used

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

// Inverse of the normal distribution. M. Giles, "Approximating the erfinv function", GPU Computing Gems 2
// (2011), single-precision coefficients. The probability comes as 32 bits so that both tails keep their
// digits.
float normal_of(std::uint32_t bits) {
    std::uint32_t const folded = bits & 0x80000000u ? ~bits : bits;         // smaller side, < 2^31
    float const p = (float(std::int32_t(folded)) + 0.5f) * 2.3283064e-10f;  // in (0, 1/2]
    float const w = -log_of(4.0f * p * (1.0f - p));
    float const c = w - 2.5f, t = __builtin_sqrtf(w) - 3.0f;
    float const centre =
        1.50140941f +
        c * (0.246640727f +
             c * (-0.00417768164f +
                  c * (-0.00125372503f +
                       c * (0.00021858087f +
                            c * (-4.39150654e-06f +
                                 c * (-3.5233877e-06f + c * (3.43273939e-07f + c * 2.81022636e-08f)))))));
    float const tail =
        2.83297682f +
        t * (1.00167406f +
             t * (0.00943887047f +
                  t * (-0.0076224613f +
                       t * (0.00573950773f +
                            t * (-0.00367342844f +
                                 t * (0.00134934322f + t * (0.000100950558f + t * -0.000200214257f)))))));
    float const size = 1.41421356f * (1.0f - 2.0f * p) * (w < 5.0f ? centre : tail);
    return bits & 0x80000000u ? size : -size;
}

// Inverse of the Poisson distribution by its expansion in the normal deviate: M. Giles, ACM Trans. Math.
// Software 42 (2016) 7, "Algorithm 955", equations for the asymptotic approximation; the floor of it is the
// count.
float large_count(float mean, float w) {
    float const root = __builtin_sqrtf(mean), w2 = w * w;
    float const value = mean + root * w + (0.333333333f + w2 * 0.166666667f) -
                        w * (2.0f + w2) * (1.0f / 72) / root +
                        (-8.0f / 405 + w2 * (7.0f / 810 + w2 * (1.0f / 270))) / mean;
    return value > 0 ? __builtin_floorf(value) : 0.0f;
}

constexpr int chunk =
    4 * lanes;  // the four words of sixteen blocks: enough independent chains to hide latencies

// Small means: walk up the cumulative distribution, 44 terms hold all but 1e-11 of a mean of 12. Rounding may
// leave the sum below the largest random numbers for ever: the walk ends where terms become that small.
void count_small(float const* __restrict means, std::uint32_t const* __restrict bits, float most,
                 float* __restrict counts) {
    float mean[chunk], term[chunk], sum[chunk], random[chunk];
#pragma omp simd
    for (int i = 0; i < chunk; ++i) {
        mean[i] = means[i] < smallest_normal_mean ? means[i] : smallest_normal_mean;
        term[i] = exp_of(-mean[i]);
        sum[i] = 0;
        counts[i] = 0;
        random[i] = (float(std::int32_t(bits[i] >> 9)) + 0.5f) * 1.1920929e-07f;  // below 1 after rounding
    }
    int const terms = most < 0.5f ? 12 : most < 1.0f ? 16 : most < 4.0f ? 24 : most < 8.0f ? 34 : 44;
    for (int k = 1; k <= terms; ++k) {
        float const rate = 1.0f / float(k);
#pragma omp simd
        for (int i = 0; i < chunk; ++i) {
            sum[i] += term[i];
            counts[i] += random[i] > sum[i] && term[i] > 3e-8f ? 1.0f : 0.0f;
            term[i] *= mean[i] * rate;
        }
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
                float const current = term + 2.0f * x[i] * next[i] - after[i];
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
            for (std::int32_t i = 0; i < count; ++i) {
                float const distance = float(std::int32_t(from) + i) - centre;
                y[from + std::size_t(i)] += height * exp_of(-rate * distance * distance);
            }
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
