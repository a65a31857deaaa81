// Every instruction-set level computes the same: kernels are called by their level, not by what the processor
// has.
#include "hutch/base/random.hpp"
#include "hutch/compute/isa.hpp"
#include "hutch/methods/powder/axial.hpp"
#include "hutch/methods/powder/detail/kernels.hpp"
#include "hutch/methods/powder/simulate.hpp"
#include "hutch/methods/powder/test_structures.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::powder {
namespace {

struct Level {
    compute::Isa isa;
    decltype(&detail::baseline::add_atoms) add_atoms;
    decltype(&detail::baseline::compute_lines) compute_lines;
    decltype(&detail::baseline::compute_texture) compute_texture;
    decltype(&detail::baseline::deposit_lines) deposit_lines;
    decltype(&detail::baseline::prolong) prolong;
    decltype(&detail::baseline::add_background) add_background;
    decltype(&detail::baseline::scale_positive) scale_positive;
    decltype(&detail::baseline::count_poisson) count_poisson;
};

#define HUTCH_LEVEL(NAME)                                                                              \
    Level {                                                                                            \
        compute::Isa::NAME, &detail::NAME::add_atoms, &detail::NAME::compute_lines,                    \
            &detail::NAME::compute_texture, &detail::NAME::deposit_lines, &detail::NAME::prolong,      \
            &detail::NAME::add_background, &detail::NAME::scale_positive, &detail::NAME::count_poisson \
    }

// Those that this processor runs; the first is the baseline.
std::vector<Level> levels() {
    std::vector<Level> all{HUTCH_LEVEL(baseline)};
#if defined(__x86_64__)
    if (compute::best_isa() >= compute::Isa::x86_64_v3) all.push_back(HUTCH_LEVEL(x86_64_v3));
    if (compute::best_isa() >= compute::Isa::x86_64_v4) all.push_back(HUTCH_LEVEL(x86_64_v4));
#endif
    return all;
}

double largest_difference(std::vector<float> const& a, std::vector<float> const& b) {
    double most = 0, difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        most = std::max(most, double(std::abs(a[i])));
        difference = std::max(difference, double(std::abs(a[i] - b[i])));
    }
    return difference / most;
}

// Compare what each level makes with what the baseline makes.
template <class Make>
void expect_equal_levels(Make make, double tolerance) {
    auto const all = levels();
    std::vector<float> const first = make(all[0]);
    EXPECT_GT(*std::ranges::max_element(first), 0);
    for (Level const& level : all)
        EXPECT_LE(largest_difference(first, make(level)), tolerance) << to_name(level.isa);
}

constexpr std::size_t points = 4608;

struct Lines {
    std::vector<double> centre;
    std::vector<float> fwhm, eta, area, cosine, sine;
    explicit Lines(std::size_t n) : centre(n), fwhm(n), eta(n), area(n), cosine(n), sine(n) {}
    detail::LineOutput output() {
        return {centre.data(), fwhm.data(), eta.data(), area.data(), cosine.data(), sine.data()};
    }
};

void fill_lines(Level const& level, Reflections const& table, Lines& lines) {
    std::vector<float> const amplitude(table.species.size(), 0.3f), imaginary(table.species.size(), 0.5f);
    detail::LineInput in{};
    in.n = in.stride = table.padded, in.species = table.species.size();
    in.h = table.h.data(), in.k = table.k.data(), in.l = table.l.data(),
    in.multiplicity = table.multiplicity.data();
    in.s_squared_0 = table.s_squared.data(), in.f0 = table.f0.data(), in.f0_slope = table.f0_slope.data();
    in.g_real = table.g_real.data(), in.g_imaginary = table.g_imaginary.data();
    in.amplitude = amplitude.data(), in.imaginary = imaginary.data();
    auto const g = data::inverse(data::metric(table.cell));
    for (auto const& [to, from] : {std::pair{0, 0}, {1, 4}, {2, 8}, {3, 1}, {4, 2}, {5, 5}})
        in.metric[to] = g[std::size_t(from)];
    in.wavelength = 1.54, in.sine_limit = 0.95, in.polarisation = 0.5f, in.monochromator_cos2 = 1;
    in.w = 0.01f, in.u = 0.02f, in.size_fwhm = 0.03f, in.strain_fwhm = 0.05f, in.absorption_a = 0.4f,
    in.absorption_b = -0.1f;
    in.first = 10, in.step = 0.02, in.weight = 1;
    level.compute_lines(in, lines.output());
}

// Atoms, intensities and widths, lines on grids, and grids brought together: a pattern by the kernels of one
// level.
std::vector<float> pattern(Level const& level) {
    data::Structure const structure = lead_sulfate();
    Reflections table = find_reflections(structure, {0.85});
    detail::Atom const atom{{0.21, 0.37, 0.83}, {}, 0.5f};
    detail::AtomTarget const target{
        table.padded,           table.h.data(),      table.k.data(),          table.l.data(),
        table.s_squared.data(), table.g_real.data(), table.g_imaginary.data()};
    std::vector<float> sums(128);
    level.add_atoms(target, &atom, 1, {1.5f, false, false}, sums.data());
    Lines lines(table.padded);
    fill_lines(level, table, lines);
    AxialNodes const rule = axial_nodes(0.5, 8);
    detail::DepositInput in{};
    in.count = table.size, in.lines = lines.output(), in.axial = 0.04f, in.degrees_per_step = 0.02f,
    in.points = points;
    for (std::size_t r = 0; r < 8; ++r) {
        in.rules[r] = {8, rule.x.data(), rule.weight.data()};
        in.rule_limits[r] = r == 0 ? 0.02f : 1e9f;
    }
    std::vector<std::vector<float>> grids;
    for (std::size_t l = 0; l < detail::line_levels; ++l) {
        in.grid_points[l] = (points >> l) + 2;
        grids.emplace_back(in.grid_points[l] + 2 * detail::line_padding + 64);
        in.grids[l] = grids[l].data() + detail::line_padding;
    }
    level.deposit_lines(in);
    for (std::size_t l = detail::line_levels - 1; l > 0; --l)
        level.prolong(in.grids[l], in.grids[l - 1], in.grid_points[l - 1]);
    return {in.grids[0], in.grids[0] + points};
}

}  // namespace

// Fused multiply-add rounds once where the baseline rounds twice: a few units in 1e7 for each of some hundred
// terms.
TEST(InstructionSets, GiveTheSamePattern) { expect_equal_levels(pattern, 1e-5); }

TEST(InstructionSets, GiveTheSameTexture) {
    Reflections const table = find_reflections(corundum(), {0.85});
    float const directions[] = {0.2f, 0.1f, 0.3f, -0.1f, 0.4f, 0.2f};
    detail::TextureInput in{table.padded,
                            table.h.data(),
                            table.k.data(),
                            table.l.data(),
                            {0.06f, 0.06f, 0.006f, 0.03f, 0, 0},
                            directions,
                            2,
                            5.0f,
                            0.5f};
    expect_equal_levels(
        [&](Level const& level) {
            std::vector<float> factors(table.padded);
            level.compute_texture(in, factors.data());
            return factors;
        },
        1e-6);
}

TEST(InstructionSets, GiveTheSameBackground) {
    float const chebyshev[] = {1, -0.4f, 0.3f, 0.2f, -0.1f}, humps[] = {1000, 1e-5f, 0.3f};
    expect_equal_levels(
        [&](Level const& level) {
            std::vector<float> y(points, 0.5f);
            level.add_background({points, chebyshev, 5, humps, 1}, 2, y.data());
            level.scale_positive(y.data(), points, 3);
            return y;
        },
        1e-6);
}

// The random numbers are the same bits; an expectation that falls on the border between two counts may fall
// either way, one more or less in a few of a million draws.
TEST(InstructionSets, DrawTheSameCounts) {
    auto const all = levels();
    auto const draw = [](Level const& level) {
        std::vector<float> y(1 << 20);
        for (std::size_t i = 0; i < y.size(); ++i) y[i] = std::exp(float(i % 997) * 0.012f - 3);
        level.count_poisson(y.data(), y.size(), 5, counting_stream, 17);
        return y;
    };
    auto const first = draw(all[0]);
    for (Level const& level : all) {
        auto const y = draw(level);
        std::size_t different = 0;
        for (std::size_t i = 0; i < y.size(); ++i) {
            different += y[i] != first[i];
            ASSERT_LE(std::abs(y[i] - first[i]), 1 + 1e-6 * first[i]);
        }
        EXPECT_LT(different, 300u) << to_name(level.isa);
    }
}

}  // namespace hutch::powder
