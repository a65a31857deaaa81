// Laws that whole patterns obey, in the plain way and in the fast way.
#include "hutch/methods/powder/factors.hpp"
#include "hutch/methods/powder/simulate.hpp"
#include "hutch/methods/powder/test_structures.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include <gtest/gtest.h>

namespace hutch::powder {
namespace {

constexpr double pi = std::numbers::pi, degree = pi / 180;

// Simple cubic, so that a wavelength puts (100) at any angle.
data::Structure polonium(std::string const& group = "P m -3 m") {
    return structure_from("Po", "4 4 4 90 90 90", group, "Po Po 0 0 0 .01 1\n");
}
double wavelength_for(double two_theta) { return 8 * std::sin(two_theta / 2 * degree); }

Setting narrow_gauss(double two_theta) {
    Setting setting;
    setting.instrument.wavelengths = {{wavelength_for(two_theta), 1}};
    setting.instrument.w = 0.0025;
    setting.sample.size_um = 1e6;
    return setting;
}

std::vector<double> fast(Reflections const& table, Setting const& setting, Grid const& grid) {
    PatternCalculator calculator(grid, no_dispersion());
    std::vector<float> y(calculator.padded_points());
    calculator.bragg(table, setting, y.data());
    return {y.begin(), y.begin() + std::ptrdiff_t(grid.points)};
}

std::vector<double> plain(Reflections const& table, Setting const& setting, Grid const& grid) {
    std::vector<double> angles(grid.points);
    for (std::size_t i = 0; i < grid.points; ++i) angles[i] = grid.at(i);
    auto const lines = find_lines(table, setting, *no_dispersion(), grid.last() + tail_margin);
    return plain_pattern(lines, setting.instrument, angles);
}

struct Moments {
    double area, centroid;
};
Moments moments_of(std::vector<double> const& y, Grid const& grid) {
    double sum = 0, first = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += y[i], first += y[i] * grid.at(i);
    return {sum * grid.step, first / sum};
}

// Share of a line's area that lies on the grid; only Lorentz tails reach beyond it.
double share_inside(Line const& line, Grid const& grid) {
    auto const tail = [&](double x) { return std::atan(2 * (x - line.two_theta) / line.fwhm) / pi; };
    return 1 - line.eta * (1 - tail(grid.last()) + tail(grid.first));
}

struct Shape {
    char const* name;
    double gauss, size_um, axial;
};

}  // namespace

// (100) at 100 degrees is the only line: (110) would need a sine above 1. Widths from lines of 0.03 degrees
// to 3.
TEST(PatternArea, DoesNotDependOnWidthAndShape) {
    Grid const grid{40, 0.005, 24001};
    auto const table = find_reflections(polonium(), {3.5});
    for (Shape const& one : {Shape{"narrow Gauss", 0.03, 1e6, 0},
                             {"Gauss", 0.3, 1e6, 0},
                             {"broad Gauss", 3, 1e6, 0},
                             {"Lorentz", 1e-3, 0.2, 0},
                             {"broad Lorentz", 1e-3, 0.02, 0},
                             {"both", 0.3, 0.2, 0},
                             {"asymmetric", 0.1, 1e6, 0.03}}) {
        Setting setting = narrow_gauss(100);
        setting.instrument.w = one.gauss * one.gauss;
        setting.sample.size_um = one.size_um;
        setting.instrument.axial_sample = setting.instrument.axial_detector = one.axial;
        auto const lines = find_lines(table, setting, *no_dispersion(), 170);
        ASSERT_EQ(lines.size(), 1u);
        double const expected = lines[0].area * share_inside(lines[0], grid);
        // The narrowest has six points over its width: the sum of samples is the integral to rounding.
        EXPECT_NEAR(moments_of(plain(table, setting, grid), grid).area / expected, 1, 2e-5) << one.name;
        EXPECT_NEAR(moments_of(fast(table, setting, grid), grid).area / expected, 1, 2e-4) << one.name;
    }
}

// A uniform sample and a uniform detector, half heights S and H over the distance: the mean square of the
// height between them is (S^2 + H^2)/3, and each ray is displaced by -h^2/2 cot(2 theta). What is left out is
// of fourth order: h^2 (1 + cot^2) of it, below 1.5 % here.
TEST(AxialDivergence, ShiftsTheCentroidByTheAnalyticAmountAndKeepsTheArea) {
    for (double const two_theta : {30.0, 60.0, 90.0, 120.0, 150.0})
        for (auto const& [s, h] : {std::pair{0.015, 0.015}, {0.005, 0.02}, {0.02, 0.005}}) {
            Grid const grid{two_theta - 2, 0.002, 2001};
            auto const table = find_reflections(polonium(), {3.5});
            Setting setting = narrow_gauss(two_theta);
            Moments const before = moments_of(plain(table, setting, grid), grid);
            setting.instrument.axial_sample = s, setting.instrument.axial_detector = h;
            double const cotangent = std::cos(two_theta * degree) / std::sin(two_theta * degree);
            double const expected = -(s * s + h * h) / 6 * cotangent / degree;
            double const tolerance = 0.015 * std::abs(expected) + 1e-5;
            for (auto const& y : {plain(table, setting, grid), fast(table, setting, grid)}) {
                Moments const after = moments_of(y, grid);
                EXPECT_NEAR(after.area / before.area, 1, 2e-4) << two_theta;
                EXPECT_NEAR(after.centroid - before.centroid, expected, tolerance)
                    << two_theta << " " << s << " " << h;
            }
        }
}

namespace {

// Factors of texture by which the areas of all lines change.
std::vector<double> texture_factors(Reflections const& table, double ratio,
                                    std::array<double, 3> const& axis) {
    Setting setting;
    auto const before = find_lines(table, setting, *no_dispersion(), 150);
    setting.sample.march_ratio = ratio;
    setting.sample.march_axis = axis;
    auto const after = find_lines(table, setting, *no_dispersion(), 150);
    std::vector<double> factors;
    for (std::size_t i = 0; i < before.size(); ++i)  // some have no area, absent by their atoms alone
        factors.push_back(before[i].area > 0 ? after[i].area / before[i].area : 1);
    return factors;
}

}  // namespace

// Texture turns crystallites, it does not make any: the mean over all directions of the axis is 1. 20,000
// points of a Fibonacci lattice integrate the sharpest of these (27 times at the pole) within 1e-3.
TEST(MarchDollase, IsNormalised) {
    int const n = 5000;
    for (char const* group : {"P 1", "P m -3 m"}) {
        auto const table = find_reflections(polonium(group), {2.2});
        for (double const ratio : {1.0 / 3, 0.7, 1.0, 1.5, 3.0}) {
            std::vector<double> mean;
            for (int i = 0; i < n; ++i) {
                double const z = 1 - (2 * i + 1.0) / n, angle = i * pi * (3 - std::sqrt(5.0)),
                             r = std::sqrt(1 - z * z);
                auto const factors =
                    texture_factors(table, ratio, {r * std::cos(angle), r * std::sin(angle), z});
                mean.resize(factors.size());
                for (std::size_t j = 0; j < factors.size(); ++j) mean[j] += factors[j] / n;
            }
            for (double const value : mean)
                EXPECT_NEAR(value, 1, ratio == 1.0 ? 1e-9 : 1e-3) << group << " " << ratio;
        }
    }
}

TEST(MarchDollase, IsTheSameForEquivalentAxes) {
    auto const expect_same = [](data::Structure const& structure, std::array<double, 3> a,
                                std::array<double, 3> b) {
        auto const table = find_reflections(structure, {0.9});
        auto const first = texture_factors(table, 0.6, a), second = texture_factors(table, 0.6, b);
        for (std::size_t j = 0; j < first.size(); ++j)
            ASSERT_NEAR(first[j] / second[j], 1, 1e-9) << structure.name;
    };
    expect_same(lead_sulfate(), {1, 2, 3}, {-1, 2, 3});
    expect_same(lead_sulfate(), {1, 2, 3}, {2, 4, 6});
    expect_same(corundum(), {1, 0, 0}, {0, 1, 0});
    expect_same(corundum(), {1, 0, 2}, {-1, 1, 2});
    expect_same(silicon(), {1, 2, 3}, {3, -1, 2});
}

// Needles and plates: r < 1 raises the reflections along the axis to r^-3, r > 1 lowers them.
TEST(MarchDollase, RaisesTheAxisForRatiosBelowOne) {
    auto const table =
        find_reflections(polonium("P 1"), {3.5});  // (100), (010), (001), in one order or another
    auto const factors = texture_factors(table, 0.5, {0, 0, 1});
    for (std::size_t j = 0; j < factors.size(); ++j)
        EXPECT_NEAR(factors[j], table.l[j] == 1 ? 8 : std::pow(0.5, 1.5), 1e-9);
}

namespace {

using data::Matrix3;

// Columns of P are the new axes in terms of the old, `origin` is the new origin: x' = inverse(P) (x -
// origin).
data::Structure transformed(data::Structure const& old, Matrix3 const& p,
                            std::array<double, 3> const& origin) {
    Matrix3 const q = data::inverse(p), g = data::metric(old.cell);
    auto const times = [](Matrix3 const& a, Matrix3 const& b) {
        Matrix3 c{};
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < 3; ++j)
                for (std::size_t k = 0; k < 3; ++k) c[3 * i + j] += a[3 * i + k] * b[3 * k + j];
        return c;
    };
    Matrix3 const transposed{p[0], p[3], p[6], p[1], p[4], p[7], p[2], p[5], p[8]},
        m = times(transposed, times(g, p));
    data::Structure made = old;
    double const a = std::sqrt(m[0]), b = std::sqrt(m[4]), c = std::sqrt(m[8]);
    made.cell = {a,
                 b,
                 c,
                 std::acos(m[5] / (b * c)) / degree,
                 std::acos(m[2] / (a * c)) / degree,
                 std::acos(m[1] / (a * b)) / degree};
    made.notes.clear(), made.space_group.clear(), made.operations.clear();
    auto const point = [&](std::array<double, 3> const& x) {
        std::array<double, 3> y{};
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t k = 0; k < 3; ++k) y[i] += q[3 * i + k] * (x[k] - origin[k]);
        return y;
    };
    for (data::Site& site : made.sites) site.position = point(site.position);
    for (data::Operation const& operation : old.operations) {
        Matrix3 r{};
        std::array<double, 3> moved{};  // where the new origin goes
        for (std::size_t i = 0; i < 9; ++i) r[i] = operation.rotation[i];
        for (std::size_t i = 0; i < 3; ++i) {
            moved[i] = operation.translation[i] / 24.0;
            for (std::size_t k = 0; k < 3; ++k) moved[i] += r[3 * i + k] * origin[k];
        }
        Matrix3 const turned = times(q, times(r, p));
        auto const shift = point(moved);
        data::Operation image;
        for (std::size_t i = 0; i < 9; ++i) image.rotation[i] = int(std::lround(turned[i]));
        for (std::size_t i = 0; i < 3; ++i)
            image.translation[i] = int(((std::lround(24 * shift[i]) % 24) + 24) % 24);
        if (std::ranges::find(made.operations, image) == made.operations.end())
            made.operations.push_back(image);
    }
    data::complete(made);
    return made;
}

struct Rewritten {
    char const* symbol;  // empty: primitive cells of centred groups are not tabulated
    data::Structure from;
    Matrix3 axes;
    std::array<double, 3> origin{0, 0, 0};
};

data::Structure monoclinic() {
    return structure_from(
        "P21/c", "5.15 5.21 5.32 90 99.2 90", "P 1 21/c 1",
        "Zr Zr .2754 .0395 .2083 .006 1\nO1 O .0700 .3317 .3447 .007 1\nO2 O .4496 .7569 .4792 .007 1\n");
}
data::Structure c_centred() {
    return structure_from(
        "C2/m", "9.84 8.93 5.31 90 105.2 90", "C 1 2/m 1",
        "Ca Ca 0 .3 .5 .01 1\nMg Mg 0 .09 0 .008 .8\nSi Si .29 .085 .26 .006 1\nO O .116 .087 .142 .009 1\n");
}

Rewritten const settings[] = {
    {"P b n m", lead_sulfate(), {0, 1, 0, 0, 0, 1, 1, 0, 0}},
    {"P m c n", lead_sulfate(), {0, 0, 1, 1, 0, 0, 0, 1, 0}},
    {"P m n b", lead_sulfate(), {0, 1, 0, 1, 0, 0, 0, 0, -1}},
    {"R -3 c:R", corundum(), {2. / 3, -1. / 3, -1. / 3, 1. / 3, 1. / 3, -2. / 3, 1. / 3, 1. / 3, 1. / 3}},
    {"F d -3 m:1", silicon(), {1, 0, 0, 0, 1, 0, 0, 0, 1}, {.125, .125, .125}},
    {"P 1 21/n 1", monoclinic(), {-1, 0, 1, 0, 1, 0, -1, 0, 0}},
    {"", c_centred(), {.5, .5, 0, -.5, .5, 0, 0, 0, 1}},
    {"", silicon(), {0, .5, .5, .5, 0, .5, .5, .5, 0}},
};

}  // namespace

// Setting and origin are how people write a structure down; the pattern is what it does. Single precision:
// 1e-5 of the strongest point.
TEST(Pattern, IsTheSameInEquivalentSettings) {
    Grid const grid{10, 0.02, 5501};
    for (Rewritten const& one : settings) {
        data::Structure const other = transformed(one.from, one.axes, one.origin);
        EXPECT_EQ(other.space_group, one.symbol);
        EXPECT_NEAR(data::density(other) / data::density(one.from), 1, 1e-9) << one.symbol;
        for (Radiation const radiation : {Radiation::xray, Radiation::neutron}) {
            Setting setting;
            setting.instrument.radiation = radiation;
            double const d_min = needed_d_min(grid.last(), 1.5405929);
            auto const a = fast(find_reflections(one.from, {d_min}), setting, grid);
            auto b = fast(find_reflections(other, {d_min}), setting, grid);
            double const strongest = *std::ranges::max_element(a);
            double worst = 0;
            for (std::size_t i = 0; i < a.size(); ++i)
                worst = std::max(worst, std::abs(a[i] - b[i]) / strongest);
            EXPECT_LT(worst, 1e-5) << one.symbol << " from " << one.from.name << ", " << to_name(radiation);
        }
    }
}

}  // namespace hutch::powder
