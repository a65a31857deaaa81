#include "hutch/base/random.hpp"
#include "hutch/compute/launch.hpp"
#include "hutch/methods/powder/detail/atom.hpp"
#include "hutch/methods/powder/detail/batch_kernels.hpp"
#include "hutch/methods/powder/detail/counts.hpp"
#include "hutch/methods/powder/detail/line_values.hpp"
#include "hutch/methods/powder/detail/peak.hpp"

namespace hutch::powder::detail {

using namespace HUTCH_ISA;

namespace {

HUTCH_KERNEL float mean_texture(TextureInput const& texture, float h, float k, float l) {
    float const r2 = texture.ratio * texture.ratio, inverse_r = 1.0f / texture.ratio;
    float sum = 0;
    for (std::size_t d = 0; d < texture.count; ++d)
        sum += 1.0f / inverse_march_dollase(texture, r2, inverse_r, texture.directions + 3 * d, h, k, l);
    return sum / float(texture.count);
}

HUTCH_KERNEL int rule_of(AxialRules const& rules, float axial, BatchLine const& line) {
    float const reach = 0.5f * axial * axial * 57.2957795f / rules.degrees_per_step;
    return axial_rule(reach, line.cos_two_theta, line.sin_two_theta, line.fwhm, rules.limits);
}

HUTCH_KERNEL BatchRay ray_of(BatchLine const& line, float shift, float area) {
    Peak const peak = peak_of(line.fwhm, line.eta, area);
    // 2^(-4 * 3.5^2) is 2e-15 of the height.
    return {line.centre + double(shift), peak.lorentz_height, peak.half_width2,
            peak.gauss_height,           peak.gauss_rate,     3.5f * line.fwhm};
}

}  // namespace

HUTCH_KERNEL void BatchLines::operator()(std::size_t i) const {
    BatchJob const& job = jobs[job_of_chunk[i / line_chunk]];
    std::size_t const j = i - job.first_line;
    rays[i] = 0;
    if (j >= job.count) return;
    LineInput const& in = job.in;
    float const h = in.h[j], k = in.k[j], l = in.l[j];
    double const q = inverse_d_squared(in.metric, double(h), double(k), double(l));
    LineValues const values = line_values(in, line_constants(in), q, j);
    float area = values.area * squared_factor(in, j, float(0.25 * q));
    if (job.texture.count > 0) area *= mean_texture(job.texture, h, k, l);
    BatchLine const line{values.centre, values.fwhm,          values.eta,
                         area,          values.cos_two_theta, values.sin_two_theta};
    lines[i] = line;
    if (!(area > 0)) return;
    int const rule = rule_of(rules, records[job.record].axial, line);
    rays[i] = rules.first[rule + 1] - rules.first[rule];
}

HUTCH_KERNEL void BatchRays::operator()(std::size_t i) const {
    std::int32_t const first = ray_of_line[i], count = ray_of_line[i + 1] - first;
    if (count == 0) return;
    BatchLine const line = lines[i];
    BatchRecord const& record = records[jobs[job_of_chunk[i / line_chunk]].record];
    int const rule = rule_of(rules, record.axial, line);
    if (rule == 0) {
        rays[first] = ray_of(line, 0, line.area);
        return;
    }
    float const *x = record.node_x + rules.first[rule], *weight = record.node_weight + rules.first[rule];
    float total = 0;
    for (int node = 0; node < count; ++node) {
        AxialRay const ray = axial_ray(line.cos_two_theta, line.sin_two_theta, record.axial * x[node]);
        total += ray.exists ? weight[node] / ray.divisor : 0.0f;
    }
    float const norm = total > 0 ? line.area / total : 0.0f;
    for (int node = 0; node < count; ++node) {
        AxialRay const ray = axial_ray(line.cos_two_theta, line.sin_two_theta, record.axial * x[node]);
        float const share = ray.exists ? weight[node] / ray.divisor : 0.0f;
        rays[first + node] = ray_of(line, ray.shift * 57.2957795f / rules.degrees_per_step, norm * share);
    }
}

template <class Block>
HUTCH_KERNEL void SumRays::operator()(Block& block, Shared& shared) const {
    std::size_t const which = block.index / tiles, first_point = block.index % tiles * tile;
    BatchRecord const& record = records[which];
    std::int32_t const first = ray_of_line[record.first_line], last = ray_of_line[record.last_line];
    typename Block::template PerThread<float[each]> sums;
    block.each_thread([&](int t) {
        for (int k = 0; k < each; ++k) sums[t][k] = 0;
    });
    for (std::int32_t from = first; from < last; from += staged) {
        int const count = last - from < staged ? last - from : staged;
        block.each_thread([&](int t) {
            if (t >= count) return;
            BatchRay const& ray = rays[from + t];
            float const offset = float(ray.centre - double(first_point));
            bool const shows = offset > -ray.gauss_reach && offset < float(tile) + ray.gauss_reach;
            shared.offset[t] = offset;
            shared.lorentz_height[t] = ray.lorentz_height;
            shared.half_width2[t] = ray.half_width2;
            shared.gauss_height[t] = shows ? ray.gauss_height : 0.0f;
            shared.gauss_rate[t] = ray.gauss_rate;
        });
        block.each_thread([&](int t) {
            for (int r = 0; r < count; ++r) {
                float const offset = shared.offset[r], height = shared.lorentz_height[r],
                            half_width2 = shared.half_width2[r], gauss = shared.gauss_height[r],
                            rate = shared.gauss_rate[r];
                for (int k = 0; k < each; ++k) {
                    float const x = float(k * threads + t) - offset, u = x * x;
                    sums[t][k] += height / (u + half_width2);
                }
                if (gauss == 0) continue;
                for (int k = 0; k < each; ++k) {
                    float const x = float(k * threads + t) - offset;
                    sums[t][k] += gauss * exp2_of(rate * x * x);
                }
            }
        });
    }
    block.each_thread([&](int t) {
        for (int k = 0; k < each; ++k) {
            std::size_t const point = first_point + std::size_t(k * threads + t);
            if (point < points) y[which * stride + point] = sums[t][k];
        }
    });
}

template <class Block>
HUTCH_KERNEL void StrongestPoint::operator()(Block& block, Shared& shared) const {
    float const* const row = y + block.index * stride;
    block.each_thread([&](int t) {
        float most = row[0];
        for (std::size_t i = std::size_t(t); i < points; i += threads) most = row[i] > most ? row[i] : most;
        shared.most[t] = most;
    });
    for (int half = threads / 2; half > 0; half /= 2)
        block.each_thread([&](int t) {
            if (t < half && shared.most[t + half] > shared.most[t]) shared.most[t] = shared.most[t + half];
        });
    block.each_thread([&](int t) {
        if (t == 0) strongest[block.index] = shared.most[0];
    });
}

HUTCH_KERNEL void AddBackground::operator()(std::size_t i) const {
    std::size_t const which = i / points, point = i % points;
    BackgroundInput const& in = records[which].background;
    float const scale = strongest[which] > 0 ? strongest[which] : 1.0f;
    float const x = points > 1 ? 2.0f / float(points - 1) * float(point) - 1.0f : -1.0f;
    float next = 0, after = 0;
    for (std::size_t k = in.terms; k > 1; --k) {
        float const current = clenshaw_step(in.chebyshev[k - 1], x, next, after);
        after = next;
        next = current;
    }
    float sum = (in.terms > 0 ? in.chebyshev[0] : 0.0f) + x * next - after;
    for (std::size_t hump = 0; hump < in.hump_count; ++hump) {
        float const* const terms = in.humps + 3 * hump;
        sum += terms[2] * hump_at(float(point) - terms[0], terms[1]);
    }
    y[which * stride + point] += scale * sum;
}

HUTCH_KERNEL void ScalePoints::operator()(std::size_t i) const {
    std::size_t const which = i / stride, point = i % stride;
    float const top = strongest[which], dose = records[which].dose > 0 ? records[which].dose : 1.0f;
    y[i] = point < points && top > 0 && y[i] > 0 ? y[i] * (dose / top) : 0.0f;
}

HUTCH_KERNEL void DrawCounts::operator()(std::size_t i) const {
    // Point 64 c + 16 w + n takes word w of the random block 16 c + n, as count_poisson does.
    std::size_t const blocks = stride / 4, which = i / blocks, block = i % blocks;
    BatchRecord const& record = records[which];
    if (!(record.dose > 0)) return;
    std::uint32_t words[4] = {std::uint32_t(block), stream, std::uint32_t(record.index),
                              std::uint32_t(record.index >> 32)};
    std::uint32_t key0 = std::uint32_t(seed), key1 = std::uint32_t(seed >> 32);
    for (int round = 0; round < philox_rounds; ++round) {
        philox_round(words[0], words[1], words[2], words[3], key0, key1);
        key0 += philox_key_step0;
        key1 += philox_key_step1;
    }
    float* const part = y + which * stride + block / 16 * 64 + block % 16;
    for (int w = 0; w < 4; ++w) {
        float const mean = part[16 * w];
        if (mean >= smallest_normal_mean) {
            part[16 * w] = large_count(mean, normal_of(words[w]));
            continue;
        }
        float const random = uniform_of(words[w]);
        float term = exp_of(-mean), sum = 0, count = 0;
        int const terms = small_count_terms(mean);
        for (int k = 1; k <= terms; ++k) small_count_step(mean, 1.0f / float(k), random, term, sum, count);
        part[16 * w] = count;
    }
}

HUTCH_KERNEL void SumAtoms::operator()(std::size_t i) const {
    std::size_t const species = i / n, j = i % n;
    float real = 0, imaginary = 0;
    for (std::size_t g = 0; g < group_count; ++g) {
        AtomGroup const& group = groups[g];
        if (group.species != species) continue;
        float cosines = 0, sines = 0;
        for (std::size_t a = group.first; a < group.first + group.count; ++a) {
            AtomWave const wave = group.options.is_anisotropic ? atom_wave<true>(atoms[a], h[j], k[j], l[j])
                                                               : atom_wave<false>(atoms[a], h[j], k[j], l[j]);
            cosines += wave.factor * cosine_of_turns(wave.turns);
            if (!group.options.is_centric) sines += wave.factor * sine_of_turns(wave.turns);
        }
        float const displacement =
            group.options.is_anisotropic ? 1.0f : exp_of(-group.options.b_iso * s_squared[j]);
        real += displacement * cosines;
        imaginary += displacement * sines;
    }
    g_real[i] = real;
    g_imaginary[i] = imaginary;
}

}  // namespace hutch::powder::detail

HUTCH_EXPORT_KERNEL(powder_batch_lines, hutch::powder::detail::BatchLines)
HUTCH_EXPORT_KERNEL(powder_batch_rays, hutch::powder::detail::BatchRays)
HUTCH_EXPORT_KERNEL(powder_sum_rays, hutch::powder::detail::SumRays)
HUTCH_EXPORT_KERNEL(powder_strongest_point, hutch::powder::detail::StrongestPoint)
HUTCH_EXPORT_KERNEL(powder_add_background, hutch::powder::detail::AddBackground)
HUTCH_EXPORT_KERNEL(powder_scale_points, hutch::powder::detail::ScalePoints)
HUTCH_EXPORT_KERNEL(powder_draw_counts, hutch::powder::detail::DrawCounts)
HUTCH_EXPORT_KERNEL(powder_sum_atoms, hutch::powder::detail::SumAtoms)
