#include "hutch/methods/powder/refine/line_shape.hpp"

#include "hutch/compute/isa.hpp"
#include "hutch/methods/powder/factors.hpp"
#include "hutch/methods/powder/refine/detail/angle_kernels.hpp"
#include "hutch/methods/powder/refine/test_channels.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::powder::refine {
namespace {

constexpr double degree = std::numbers::pi / 180;

// Value, d_centre, d_gauss_square, d_lorentz, d_bragg, d_axial.
Table channels_of(AngleLine const& line, std::vector<double> const& x) {
    Table c(channel_count, std::vector<double>(x.size(), NAN));
    angle_line(line, x.data(), x.size(),
               {c[0].data(), c[1].data(), c[2].data(), c[3].data(), c[4].data(), c[5].data()});
    return c;
}

struct Case {
    char const* name;
    AngleLine line;
};
Case const cases[] = {
    {"symmetric", {40.1, 40, 0.01, 0.05, 0, 0.5}},
    {"pure Gauss", {40.1, 40, 0.01, 0, 0, 0.5}},
    {"nearly pure Lorentz", {40.1, 40, 1e-8, 0.05, 0, 0.5}},
    {"one ray", {40.1, 40, 0.01, 0.05, 0.004, 0.5}},
    {"two rays", {40.1, 40, 0.01, 0.05, 0.012, 0.5}},
    {"laboratory, low", {15.02, 15, 0.004, 0.03, 0.04, 0.48}},
    {"laboratory, lowest", {5.03, 5, 0.004, 0.01, 0.03, 0.5}},
    {"synchrotron", {4.001, 4, 2e-5, 0.002, 0.0022, 0.5}},
    {"close to 90", {89.9, 89.7, 0.01, 0.03, 0.05, 0.4}},
    {"beyond 90", {140.1, 140, 0.01, 0.03, 0.05, 0.3}},
    {"far beyond 90", {165.1, 165, 0.03, 0.01, 0.06, 0.1}},
};

std::vector<double> window(AngleLine const& line, double widths, std::size_t n) {
    double const h = pseudo_voigt(std::sqrt(line.gauss_square), line.lorentz).fwhm;
    double const rays = line.axial * line.axial / 2 / std::tan(line.bragg * degree) / degree;
    return even_points(line.centre - widths * h - std::max(0.0, 2 * rays),
                       line.centre + widths * h + std::max(0.0, -2 * rays), n);
}

// The 400 rays of the plain pattern (plain.cpp): midpoints in the height, each with its own arc cosine.
double plain_line(AngleLine const& line, double x, int n = 400) {
    PseudoVoigt const shape = pseudo_voigt(std::sqrt(line.gauss_square), line.lorentz);
    double value = 0, total = 0;
    for (int i = 0; i < n; ++i) {
        double const t = (i + 0.5) / n, h = t * line.axial;
        double const delta = std::acos(std::cos(line.bragg * degree) * std::sqrt(1 + h * h));
        double const weight = std::min(2 * line.share, 1 - t) / ((1 + h * h) * std::sin(delta));
        value += weight * shape.at(x - line.centre - (delta / degree - line.bragg));
        total += weight;
    }
    return value / total;
}

}  // namespace

TEST(AngleLine, IsThePseudoVoigtWithoutDivergence) {
    for (auto const& [name, line] : cases) {
        AngleLine symmetric = line;
        symmetric.axial = 0;
        PseudoVoigt const shape = pseudo_voigt(std::sqrt(line.gauss_square), line.lorentz);
        std::vector<double> const x = window(symmetric, 30, 4001);
        std::vector<double> const value = channels_of(symmetric, x)[0];
        for (std::size_t i = 0; i < x.size(); ++i)
            ASSERT_NEAR(value[i], shape.at(x[i] - line.centre), 1e-12 * shape.at(0))
                << name << " at " << x[i];
    }
}

// What is beyond the window of a Lorentz share eta is eta / (pi d / H), for both sides together. The rules of
// the axial divergence may be off by 1e-5 of the height.
TEST(AngleLine, HasAreaOne) {
    for (auto const& [name, line] : cases) {
        PseudoVoigt const shape = pseudo_voigt(std::sqrt(line.gauss_square), line.lorentz);
        double const from = line.centre - 600 * shape.fwhm, to = line.centre + 600 * shape.fwhm;
        std::vector<double> const x = even_points(from, to, 60001), value = channels_of(line, x)[0];
        double sum = 0;
        for (double const v : value) sum += v * (x[1] - x[0]);
        EXPECT_NEAR(sum + shape.eta / (std::numbers::pi * 600), 1, 1e-5) << name;
    }
}

TEST(AngleLine, IsThePlainSumOverRays) {
    for (auto const& [name, line] : cases) {
        std::vector<double> const x = window(line, 40, 401), value = channels_of(line, x)[0];
        // 400 midpoints are good to 1e-5 themselves; 2,000 to 4e-7.
        std::vector<double> plain(x.size());
        for (std::size_t i = 0; i < x.size(); ++i) plain[i] = plain_line(line, x[i], 2000);
        EXPECT_LE(largest_difference(plain, value), 1e-5 * largest(plain)) << name;
    }
}

TEST(AngleLine, IsThePlainSumOverRaysForAllAnglesAndDivergences) {
    for (double const bragg : {5.0, 9.0, 20.0, 60.0, 89.0, 93.0, 120.0, 150.0, 170.0})
        for (double const axial : {0.001, 0.01, 0.03, 0.06})
            for (double const width : {0.005, 0.02, 0.1})
                for (double const share : {0.5, 0.2}) {
                    AngleLine const line{bragg, bragg, width * width, width / 2, axial, share};
                    double const ratio =
                        axial * axial / 2 / std::abs(std::tan(bragg * degree)) / degree / width;
                    if (ratio > 20) continue;
                    std::vector<double> const x = window(line, 25, 151), value = channels_of(line, x)[0];
                    std::vector<double> plain(x.size());
                    for (std::size_t i = 0; i < x.size(); ++i) plain[i] = plain_line(line, x[i], 1000);
                    EXPECT_LE(largest_difference(plain, value), 1.2e-5 * largest(plain))
                        << bragg << " degrees, axial " << axial << ", width " << width << ", share " << share;
                }
}

// Fourth-order central differences; the step is small against the width, and large against rounding. Where a
// step takes a point over the border between the rays and the two that stand for them in the tails, the value
// may jump by 1e-5 of the height: those few points are told from the rest by their number.
TEST(AngleLine, HasTheDerivativesOfItsValue) {
    for (auto const& [name, line] : cases) {
        std::vector<double> const x = window(line, 12, 1201);
        Table const analytic = channels_of(line, x);
        double const width = pseudo_voigt(std::sqrt(line.gauss_square), line.lorentz).fwhm;
        struct Direction {
            double AngleLine::* member;
            std::size_t channel;
            double step;
        };
        for (auto const& [member, channel, step] : {Direction{&AngleLine::centre, 1, 1e-3 * width},
                                                    {&AngleLine::bragg, 4, 1e-4 * line.bragg},
                                                    {&AngleLine::gauss_square, 2, 1e-3 * line.gauss_square},
                                                    {&AngleLine::lorentz, 3, 1e-3 * line.lorentz},
                                                    {&AngleLine::axial, 5, 1e-3 * line.axial}}) {
            if (step == 0) continue;
            auto const moved = [&](double by) {
                AngleLine other = line;
                other.*member += by * step;
                return channels_of(other, x)[0];
            };
            auto const a = moved(1), b = moved(-1), c = moved(2), d = moved(-2);
            std::vector<double> off(x.size());
            for (std::size_t i = 0; i < x.size(); ++i)
                off[i] = std::abs((8 * (a[i] - b[i]) - (c[i] - d[i])) / (12 * step) - analytic[channel][i]);
            std::ranges::sort(off, std::greater{});
            double const height = std::max(largest(analytic[channel]), 1e-8 * largest(analytic[0]));
            EXPECT_LE(off[0] * step, 1e-5 * largest(analytic[0])) << name << ", channel " << channel;
            EXPECT_LE(off[6], 1e-7 * height) << name << ", channel " << channel;
        }
    }
}

// From point to point the value changes as its slope says; rules may differ by 1e-5 of the height.
TEST(AngleLine, HasNoSteps) {
    for (auto const& [name, line] : cases) {
        std::vector<double> const x = window(line, 12, 20001);
        Table const c = channels_of(line, x);
        double most = 0;
        for (std::size_t i = 0; i + 1 < x.size(); ++i)
            most = std::max(
                most, std::abs(c[0][i + 1] - c[0][i] + (x[i + 1] - x[i]) * (c[1][i] + c[1][i + 1]) / 2));
        EXPECT_LE(most, 1e-5 * largest(c[0])) << name;
    }
}

// The derivative by the Lorentz width is finite at 0, and the one that the line has just beside it.
TEST(AngleLine, LosesItsLorentzPartSmoothly) {
    for (auto const& [name, line] : cases) {
        AngleLine without = line, hardly = line;
        without.lorentz = 0, hardly.lorentz = 1e-9 * std::sqrt(line.gauss_square);
        std::vector<double> const x = window(without, 20, 401);
        expect_same_channels(channels_of(without, x), channels_of(hardly, x), 1e-7, name);
    }
}

TEST(AngleLine, StaysBelowTheFloorBeyondItsReach) {
    for (auto const& [name, line] : cases)
        for (double const floor : {0.1, 1e-2, 1e-4}) {
            Reach const r = reach(line, floor);
            std::vector<double> const inside =
                even_points(line.centre - r.below, line.centre + r.above, 2001);
            double const height = largest(channels_of(line, inside)[0]), far = r.below + r.above;
            double outside = 0;
            for (auto const& x : {even_points(line.centre - r.below - far, line.centre - r.below, 200),
                                  even_points(line.centre + r.above, line.centre + r.above + far, 200)})
                outside = std::max(outside, largest(channels_of(line, x)[0]));
            EXPECT_LE(outside, 1.001 * floor * height) << name << ", floor " << floor;
            EXPECT_GE(outside, 0.1 * floor * height) << name << ", floor " << floor << ": much too far";
        }
}

// Derivatives by bragg and axial are not wanted: the others are the same numbers.
TEST(AngleLine, LeavesOutWhatIsNotWanted) {
    for (auto const& [name, line] : cases) {
        std::vector<double> const x = window(line, 30, 777);
        Table const all = channels_of(line, x);
        Table c(4, std::vector<double>(x.size(), NAN));
        angle_line(line, x.data(), x.size(),
                   {c[0].data(), c[1].data(), c[2].data(), c[3].data(), nullptr, nullptr});
        expect_same_channels(all, c, 1e-13, name);
    }
}

TEST(AngleLine, IsNothingWhereAllRaysWouldPassTheDirectBeam) {
    AngleLine const line{0.001, 0.001, 0.01, 0.01, 0.05, 0.5};
    for (auto const& channel : channels_of(line, {-0.1, 0.0, 0.1, 5.0}))
        for (double const value : channel) EXPECT_EQ(value, 0);
}

// Each level by its own name, not by what the processor has.
TEST(AngleLine, IsTheSameForAllInstructionSets) {
    using Kernel = decltype(&detail::baseline::sum_rays);
    std::vector<Kernel> kernels{&detail::baseline::sum_rays};
#if defined(__x86_64__)
    if (compute::best_isa() >= compute::Isa::x86_64_v3) kernels.push_back(&detail::x86_64_v3::sum_rays);
    if (compute::best_isa() >= compute::Isa::x86_64_v4) kernels.push_back(&detail::x86_64_v4::sum_rays);
#endif
    detail::AngleShape const shape{
        0.01, -100, 0.39, 0.03, 5, 0.3, 3.0, {1, 0.5, -0.4, 3}, {0.7, -0.3, 0.2, 1}};
    std::vector<detail::AngleRay> rays;
    for (int i = 0; i < 7; ++i)
        rays.push_back({40 - 0.03 * i, 1.0 / 7, 0.1 * (i - 3), 0.1, 0.2 * (3 - i), 3});
    std::vector<double> const x = even_points(37, 42, 1003);
    for (std::size_t const count : {1u, 7u})
        for (bool const has_gauss : {true, false}) {
            std::vector<Table> made;
            for (Kernel const kernel : kernels) {
                Table& c = made.emplace_back(channel_count, std::vector<double>(x.size(), NAN));
                kernel(shape, rays.data(), count, has_gauss, x.data(), x.size(),
                       {c[0].data(), c[1].data(), c[2].data(), c[3].data(), c[4].data(), c[5].data()});
                for (std::size_t k = 0; k < channel_count; ++k)
                    EXPECT_LE(largest_difference(made[0][k], c[k]), 1e-12 * largest(made[0][k]))
                        << "channel " << k << ", " << count << " rays, level " << made.size() - 1;
            }
        }
}

}  // namespace hutch::powder::refine
