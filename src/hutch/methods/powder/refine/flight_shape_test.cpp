#define HUTCH_ISA elementary
#include "hutch/methods/powder/refine/detail/elementary.hpp"
#undef HUTCH_ISA

#include "hutch/compute/isa.hpp"
#include "hutch/methods/powder/factors.hpp"
#include "hutch/methods/powder/refine/detail/flight_kernels.hpp"
#include "hutch/methods/powder/refine/test_channels.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::powder::refine {
namespace {

// Value, d_centre, d_alpha, d_beta, d_sigma_square, d_gamma.
Table channels_of(FlightLine const& line, std::vector<double> const& x) {
    Table c(channel_count, std::vector<double>(x.size(), NAN));
    flight_line(line, x.data(), x.size(),
                {c[0].data(), c[1].data(), c[2].data(), c[3].data(), c[4].data(), c[5].data()});
    return c;
}
double value_at(FlightLine const& line, double x) { return channels_of(line, {x})[0][0]; }

PseudoVoigt pseudo_voigt_of(FlightLine const& line) {
    return pseudo_voigt(std::sqrt(8 * std::numbers::ln2 * line.sigma_square), line.gamma);
}

struct Case {
    char const* name;
    FlightLine line;
};
Case const cases[] = {
    {"POWGEN, long d", {30000, 0.13, 0.11, 100, 10}},
    {"POWGEN, short d", {8000, 0.6, 0.1, 9, 1}},
    {"no Lorentz part", {8000, 0.5, 0.05, 25, 0}},
    {"hardly a Lorentz part", {8000, 0.5, 0.05, 25, 1e-4}},
    {"hardly a Gauss part", {8000, 0.5, 0.05, 1e-8, 5}},
    {"slow decay", {20000, 2, 0.01, 400, 50}},
    {"slow rise", {20000, 0.01, 0.5, 4, 3}},
    {"narrow", {5000, 0.02, 0.03, 0.01, 0.05}},
    {"wide", {5000, 3, 2, 400, 100}},
};

std::vector<double> window(FlightLine const& line, double widths, std::size_t n) {
    double const h = pseudo_voigt_of(line).fwhm;
    return even_points(line.centre - widths * (h + 1 / line.alpha),
                       line.centre + widths * (h + 1 / line.beta), n);
}

struct IntegralCase {
    double a, b, real, imaginary;
};
// mpmath 1.2.1, 30 digits: exp(z) E1(z); on the negative axis the upper side of the cut.
IntegralCase const integrals[] = {
    {0.001, 0.01, 4.0424544080382501, -1.4222418328470155},
    {-0.5, 1e-06, -0.27549639308186778, -1.9054705402275258},
    {0.7, 0.3, 0.69738696396251474, -0.18485003614351794},
    {1.9, 0.5, 0.36069829774986627, -0.071996108957473181},
    {-1.9, 0.6, -0.43826339382932148, -0.49782371151533579},
    {-1.2, 1.5, -0.10183225107870134, -0.51985129953479027},
    {0.1, 2.1, 0.14797259106562797, -0.37550637123433153},
    {2.5, 0.001, 0.30352580472306957, -9.6474152768323289e-5},
    {-2.5, 0, -0.58065006372226667, -0.25787762864676874},
    {-5, 0.0001, -0.27076413854875019, -0.021174961312311518},
    {-5, 2, -0.1941538815682247, -0.11279070950495899},
    {-14, 7, -0.059627887196010655, -0.032465131005889806},
    {-30, 3, -0.034159066110487608, -0.0035430676901395975},
    {3, 9, 0.040313789453060359, -0.092612832328003623},
    {0, 16, 0.0038209145376396269, -0.062032370302433322},
    {40, 0.1, 0.024403969505100552, -5.9588136219209241e-5},
    {-100, 0.1, -0.010102052215120148, -1.0206242353554965e-5},
    {1000, 3000, 0.0001000799479832758, -0.00029993996405759701},
    {-7, 0.5, -0.17184361953753702, -0.018285491668864047},
    {0, 1.99, 0.14556039083588375, -0.40047150821322783},
};

struct Integral {
    std::vector<double> real, imaginary;
};
Integral integral_of(std::vector<double> const& a, double b) {
    Integral f{std::vector<double>(a.size()), std::vector<double>(a.size())};
    HUTCH_CHOOSE_ISA(detail, exponential_integral)
    (a.data(), b, std::cos(b), std::sin(b), a.size(), f.real.data(), f.imaginary.data());
    return f;
}

struct ValueCase {
    double t;
    FlightLine line;
    double value;
};
// mpmath 1.2.1, 30 digits: the convolution itself by quadrature, without erfc and E1.
ValueCase const values[] = {
    {0, {0, 0.5, 0.05, 25, 0}, 0.025243792469468671},
    {30, {0, 0.5, 0.05, 25, 3}, 0.010455500908370453},
    {-20, {0, 0.5, 0.05, 25, 3}, 0.00074545963126469507},
    {200, {0, 0.5, 0.05, 25, 10}, 5.9816651849441363e-5},
    {-60, {0, 0.2, 0.1, 100, 40}, 0.0015354250041493069},
    {15, {0, 0.2, 0.1, 100, 40}, 0.010649840716231128},
    {0, {0, 2, 0.02, 400, 5}, 0.007214582709016307},
    {500, {0, 2, 0.02, 400, 50}, 4.6658086032276e-5},
    {-300, {0, 0.02, 0.03, 30, 30}, 0.00010162400918228845},
    {4, {0, 1, 0.3, 4, 0.5}, 0.07715815078527306},
    {1, {0, 0.01, 0.01, 1, 0.1}, 0.004933829446202848},
    {0.3, {0, 40, 20, 1, 1}, 0.27046538095268792},
};

}  // namespace

TEST(Elementary, FunctionsAreThoseOfTheLibrary) {
    using namespace elementary;
    for (double x = -700; x < 700; x += 0.137) ASSERT_NEAR(exp2_of(x) / std::exp2(x), 1, 1e-15) << x;
    for (double x = 1e-40; x < 1e30; x *= 1.0137) {
        ASSERT_NEAR(log_of(x), std::log(x), 1e-15 * std::max(1.0, std::abs(std::log(x)))) << x;
        ASSERT_NEAR(angle_of(1, x), std::atan2(x, 1), 2e-15) << x;
        ASSERT_NEAR(angle_of(-1, x), std::atan2(x, -1), 2e-15) << x;
    }
    for (double y = 0; y < 8; y += 0.01)
        ASSERT_NEAR(erfcx_of(y) / (std::exp(y * y) * std::erfc(y)), 1, 4e-14) << y;
    // Abramowitz & Stegun 7.1.23.
    for (double y = 30; y < 1e8; y *= 1.7)
        ASSERT_NEAR(erfcx_of(y) * y * std::sqrt(std::numbers::pi), 1 - 0.5 / (y * y) * (1 - 1.5 / (y * y)),
                    1e-8)
            << y;
}

TEST(ExponentialIntegralPeer, IsThatOfMpmath) {
    for (auto const& c : integrals) {
        Integral const f = integral_of({c.a}, c.b);
        std::complex<double> const exact(c.real, c.imaginary);
        EXPECT_LE(std::abs(std::complex<double>(f.real[0], f.imaginary[0]) - exact), 3e-12 * std::abs(exact))
            << c.a << " + " << c.b << " i";
    }
}

// Across the borders of series and sums, and on both sides of them, d/dz exp(z) E1(z) = exp(z) E1(z) - 1/z.
TEST(ExponentialIntegral, ObeysItsDifferentialEquation) {
    for (double const b : {1e-3, 0.3, 1.0, 1.999, 2.5, 8.0, 15.9, 17.0})
        for (double const from : {-40.0, 0.37}) {
            constexpr double step = 0.01;
            std::vector<double> const a = even_points(from, from + 4000 * step, 4001);
            Integral const f = integral_of(a, b);
            for (std::size_t i = 2; i + 2 < a.size(); ++i) {
                std::complex<double> const z(a[i], b);
                if (std::abs(z) < 0.4) continue;  // the difference is not good enough near the pole
                auto const at = [&](std::size_t k) {
                    return std::complex<double>(f.real[k], f.imaginary[k]);
                };
                auto const slope = (8.0 * (at(i + 1) - at(i - 1)) - (at(i + 2) - at(i - 2))) / (12 * step);
                ASSERT_LE(std::abs(slope - (at(i) - 1.0 / z)), 2e-6 * std::pow(std::abs(z), -5.0) + 2e-9)
                    << a[i] << " + " << b << " i";
            }
        }
}

TEST(FlightLinePeer, IsTheConvolutionThatMpmathIntegrates) {
    for (auto const& c : values) {
        double const height = largest(channels_of(c.line, window(c.line, 3, 200))[0]);
        EXPECT_NEAR(value_at(c.line, c.t), c.value, 1e-11 * height + 1e-11 * c.value) << "at " << c.t;
    }
}

// Beyond the window lies a Lorentz part as of a line that the exponentials shift by little.
TEST(FlightLine, HasAreaOne) {
    for (auto const& [name, line] : cases) {
        PseudoVoigt const shape = pseudo_voigt_of(line);
        double const scale = shape.fwhm + 1 / line.alpha + 1 / line.beta, far = 2000 * scale;
        // Even steps in sinh: dense at the centre.
        std::size_t const n = 40001;
        double const small = std::min(shape.fwhm, scale) / 4, end = std::asinh(far / small);
        std::vector<double> x = even_points(-end, end, n), weight(n);
        double const step = x[1] - x[0];
        for (std::size_t i = 0; i < n; ++i)
            weight[i] = step * small * std::cosh(x[i]), x[i] = line.centre + small * std::sinh(x[i]);
        std::vector<double> const value = channels_of(line, x)[0];
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i) sum += weight[i] * value[i];
        double const outside = shape.eta * shape.fwhm / (std::numbers::pi * far);
        EXPECT_NEAR(sum + outside, 1, 1e-7) << name;
    }
}

TEST(FlightLine, BecomesThePseudoVoigtOfSteepExponentials) {
    FlightLine const line{100, 1e7, 2e7, 25, 4};
    PseudoVoigt const shape = pseudo_voigt_of(line);
    for (double const x : even_points(0, 200, 401))
        ASSERT_NEAR(value_at(line, x), shape.at(x - line.centre), 1e-7 * shape.at(0)) << x;
}

TEST(FlightLine, BecomesTheGaussFormWithoutLorentzPart) {
    FlightLine const line{100, 0.3, 0.1, 25, 0};
    double const s = line.sigma_square, root = std::sqrt(2 * s), norm = 0.3 * 0.1 / (2 * (0.3 + 0.1));
    auto const gauss_form = [&](double t) {
        return norm * (std::exp(0.3 * (0.3 * s + 2 * t) / 2) * std::erfc((0.3 * s + t) / root) +
                       std::exp(0.1 * (0.1 * s - 2 * t) / 2) * std::erfc((0.1 * s - t) / root));
    };
    for (double const x : even_points(0, 200, 401))
        ASSERT_NEAR(value_at(line, x), gauss_form(x - line.centre), 1e-13 * gauss_form(0)) << x;
}

TEST(FlightLine, IsItsMirrorImageWhenRiseAndDecayChangePlaces) {
    for (auto const& [name, line] : cases) {
        FlightLine const mirrored{0, line.beta, line.alpha, line.sigma_square, line.gamma};
        std::vector<double> x = window(line, 20, 501);
        std::vector<double> const value = channels_of(line, x)[0];
        for (double& v : x) v = -(v - line.centre);
        std::ranges::reverse(x);
        std::vector<double> other = channels_of(mirrored, x)[0];
        std::ranges::reverse(other);
        EXPECT_LE(largest_difference(value, other), 1e-11 * largest(value)) << name;
    }
}

// Fourth-order central differences. Where series and sums of the exponential integral meet, the value may
// jump by 3e-12 of itself, which a step of 1e-2 turns into less than 1e-9 of the derivative.
TEST(FlightLine, HasTheDerivativesOfItsValue) {
    for (auto const& [name, line] : cases) {
        std::vector<double> const x = window(line, 10, 1201);
        Table const analytic = channels_of(line, x);
        struct Direction {
            double FlightLine::* member;
            std::size_t channel;
            double step;
        };
        double const width = pseudo_voigt_of(line).fwhm;
        for (auto const& [member, channel, step] : {Direction{&FlightLine::centre, 1, 2e-3 * width},
                                                    {&FlightLine::alpha, 2, 2e-3 * line.alpha},
                                                    {&FlightLine::beta, 3, 2e-3 * line.beta},
                                                    {&FlightLine::sigma_square, 4, 2e-3 * line.sigma_square},
                                                    {&FlightLine::gamma, 5, 2e-3 * line.gamma}}) {
            if (step == 0) continue;
            auto const moved = [&](double by) {
                FlightLine other = line;
                other.*member += by * step;
                return channels_of(other, x)[0];
            };
            auto const a = moved(1), b = moved(-1), c = moved(2), d = moved(-2);
            double most = 0, where = 0;
            for (std::size_t i = 0; i < x.size(); ++i) {
                double const difference = (8 * (a[i] - b[i]) - (c[i] - d[i])) / (12 * step);
                double const off = std::abs(difference - analytic[channel][i]);
                if (off > most) most = off, where = x[i];
            }
            EXPECT_LE(most, 1e-7 * largest(analytic[channel]) + 3e-12 * largest(analytic[0]) / step)
                << name << ", channel " << channel << " at " << where;
        }
    }
}

TEST(FlightLine, LeavesOutWhatIsNotWanted) {
    for (auto const& [name, line] : cases) {
        std::vector<double> const x = window(line, 30, 777);
        Table const all = channels_of(line, x);
        Table c(5, std::vector<double>(x.size(), NAN));
        flight_line(line, x.data(), x.size(),
                    {c[0].data(), c[1].data(), c[2].data(), c[3].data(), c[4].data(), nullptr});
        expect_same_channels(all, c, 1e-13, name);
    }
}

// The derivative by the Lorentz width is finite at 0, and the one that the line has just beside it.
TEST(FlightLine, LosesItsLorentzPartSmoothly) {
    for (auto const& [name, line] : cases) {
        FlightLine without = line, hardly = line;
        without.gamma = 0, hardly.gamma = 1e-9 * std::sqrt(line.sigma_square);
        std::vector<double> const x = window(without, 20, 401);
        expect_same_channels(channels_of(without, x), channels_of(hardly, x), 1e-7, name);
    }
}

TEST(FlightLine, StaysBelowTheFloorBeyondItsReach) {
    for (auto const& [name, line] : cases)
        for (double const floor : {0.1, 1e-2, 1e-4}) {
            Reach const r = reach(line, floor);
            std::vector<double> const inside =
                even_points(line.centre - r.below, line.centre + r.above, 4001);
            double const height = largest(channels_of(line, inside)[0]), far = r.below + r.above;
            double left = largest(channels_of(
                       line, even_points(line.centre - r.below - far, line.centre - r.below, 200))[0]),
                   right = largest(channels_of(
                       line, even_points(line.centre + r.above, line.centre + r.above + far, 200))[0]);
            EXPECT_LE(std::max(left, right), 1.05 * floor * height) << name << ", floor " << floor;
            EXPECT_GE(std::min(left, right), 0.8 * floor * height)
                << name << ", floor " << floor << ": too far";
        }
}

// Each level by its own name, not by what the processor has.
TEST(FlightLine, IsTheSameForAllInstructionSets) {
    using Kernel = decltype(&detail::baseline::sum_parts);
    std::vector<Kernel> kernels{&detail::baseline::sum_parts};
#if defined(__x86_64__)
    if (compute::best_isa() >= compute::Isa::x86_64_v3) kernels.push_back(&detail::x86_64_v3::sum_parts);
    if (compute::best_isa() >= compute::Isa::x86_64_v4) kernels.push_back(&detail::x86_64_v4::sum_parts);
#endif
    double const alpha = 0.2, beta = 0.05, half = 6;
    detail::FlightShape shape{};
    shape.centre = 100, shape.half = half, shape.variance = 26, shape.lorentz = -0.01, shape.gauss = 0.02;
    shape.alpha = {alpha, std::cos(alpha * half), std::sin(alpha * half), 1};
    shape.beta = {beta, std::cos(beta * half), std::sin(beta * half), 4};
    shape.gauss_edge = 4;
    for (std::size_t k = 0; k < 5; ++k) shape.by_sigma_square[k] = 0.1, shape.by_gamma[k] = 0.2;
    std::vector<double> const x = even_points(-300, 700, 1003);
    for (auto const parts :
         {detail::FlightParts::both, detail::FlightParts::lorentz, detail::FlightParts::gauss}) {
        std::vector<Table> made;
        for (Kernel const kernel : kernels) {
            Table& c = made.emplace_back(channel_count, std::vector<double>(x.size(), NAN));
            kernel(shape, parts, x.data(), x.size(),
                   {c[0].data(), c[1].data(), c[2].data(), c[3].data(), c[4].data(), c[5].data()});
            for (std::size_t k = 0; k < channel_count; ++k)
                EXPECT_LE(largest_difference(made[0][k], c[k]), 1e-12 * largest(made[0][k]))
                    << "channel " << k << ", parts " << int(parts) << ", level " << made.size() - 1;
        }
    }
}

}  // namespace hutch::powder::refine
