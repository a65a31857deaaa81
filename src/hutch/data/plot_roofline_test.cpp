#include "hutch/data/plot_roofline.hpp"

#include "hutch/base/error.hpp"
#include "hutch/data/detail/axis.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::data {
namespace {

using namespace detail;

std::size_t count(std::string const& text, std::string const& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

// Return the end of the path with these attributes, in px; steps are relative and may have no leading zero.
std::vector<double> numbers_of_path(std::string const& svg, std::string const& attributes) {
    std::size_t const end = svg.find("\" " + attributes);
    if (end == std::string::npos) return {};
    std::size_t const start = svg.rfind("<path d=\"", end) + 9;
    std::string text = svg.substr(start, end - start);
    std::vector<double> numbers;
    for (char const* at = text.c_str(); *at != '\0';) {
        char* after = nullptr;
        double const value = std::strtod(at, &after);
        if (after == at)
            ++at;
        else
            numbers.push_back(value), at = after;
    }
    return numbers;
}

std::vector<std::string> labels_of(Axis const& axis) {
    std::vector<std::string> labels;
    for (Tick const& tick : axis.ticks) labels.push_back(tick.label);
    return labels;
}

Roofline example() {
    return {{{"FP64 100 GFLOP/s", 1e11}, {"FP32 200 GFLOP/s", 2e11}},
            {{"memory 20 GB/s", 2e10}, {"L1 200 GB/s", 2e11}},
            {{"triad", 2.0 / 24, 1.6e9}, {"FFT", 1.5}}};
}

TEST(LogAxis, PutsTicksAtDecadesAndDigitsWhereThereIsRoom) {
    struct Case {
        double low, high, length;
        std::vector<std::string> labels;
    };
    for (Case const& c :
         {Case{0, 2, 100, {"1", "10", "100"}}, Case{-2, 0, 100, {"0.01", "0.1", "1"}},
          Case{9, 11, 100, {"10^9", "10^10", "10^11"}}, Case{0, 1, 600, {"1", "2", "5", "10"}},
          Case{0, 12, 300, {"10^0", "10^4", "10^8", "10^12"}}})
        EXPECT_EQ(labels_of(make_axis({c.low, c.high}, true, c.length, 80 * (c.length > 200 ? 1 : 0.4))),
                  c.labels)
            << c.low;
}

TEST(LogAxis, PlacesEachDecadeAtEqualSteps) {
    Axis const axis = make_axis({-1, 2}, true, 300, 50);
    for (Tick const& tick : axis.ticks) EXPECT_NEAR(axis.position(tick.at), 100 * (tick.at + 1), 1e-9);
    EXPECT_EQ(axis.minor_ticks.size(), 3U * 8U);  // 2 to 9 of three decades
}

TEST(LogX, DrawsPowersAsAStraightLine) {
    Curve curve{"", {}, {}, "#123456"};
    for (int i = 0; i <= 3; ++i) curve.x.push_back(std::pow(10.0, i)), curve.y.push_back(i);
    PlotOptions options;
    options.log_x = true;
    std::string const svg = plot_curves({curve}, {{"", {10, 0, -1}, "#abcdef"}}, options);
    auto const steps = numbers_of_path(svg, "fill=\"none\" stroke=\"#123456\"");
    ASSERT_EQ(steps.size(), 8U);
    for (std::size_t i = 4; i < 8; ++i) EXPECT_NEAR(steps[i], steps[i - 2], 0.11) << i;
    EXPECT_EQ(numbers_of_path(svg, "fill=\"none\" stroke=\"#abcdef\"").size(), 4U);  // no mark at 0 and -1
    EXPECT_EQ(count(svg, "font-size=\"9\">3</tspan>") + count(svg, ">1000</text>"), 1U);
}

TEST(LogX, TakesARangeAskedForAndPassesOverOneItCannotShow) {
    Curve const curve{"", {1, 10, 100, 1000}, {1, 2, 3, 4}, "#123456"};
    PlotOptions options;
    options.log_x = true;
    std::string const all = plot_curves({curve}, {}, options);
    options.x_min = -5, options.x_max = 100;
    EXPECT_EQ(plot_curves({curve}, {}, options), all);
    options.x_min = 10;
    std::string const part = plot_curves({curve}, {}, options);
    EXPECT_EQ(count(part, ">1000</text>"), 0U);
    EXPECT_EQ(count(part, ">100</text>"), 1U);
}

TEST(Roofline, HasItsRidgeWhereSlopeMeetsRoof) {
    Roof const roof{"", 1e11};
    Slope const slope{"", 2e10};
    double const ridge = ridge_point(roof, slope);
    EXPECT_DOUBLE_EQ(ridge, 5);
    EXPECT_DOUBLE_EQ(attainable_rate(roof, slope, ridge), roof.rate);
    EXPECT_DOUBLE_EQ(attainable_rate(roof, slope, ridge / 2), roof.rate / 2);
    EXPECT_DOUBLE_EQ(attainable_rate(roof, slope, 10 * ridge), roof.rate);
}

// The slope of the fastest memory ends where the highest roof starts.
TEST(Roofline, DrawsRoofsFromTheFirstSlopeOn) {
    std::string const svg = plot_roofline(example(), {});
    std::string const line = "fill=\"none\" stroke-width=\"1.8\" stroke=\"";
    auto const slope = numbers_of_path(svg, line + "#0072B2\"");
    auto const roof = numbers_of_path(svg, "fill=\"none\" stroke=\"#222\" stroke-width=\"1.6\"");
    ASSERT_EQ(slope.size(), 4U);
    ASSERT_EQ(roof.size(), 4U);
    EXPECT_NEAR(slope[0] + slope[2], roof[0], 0.2);
    EXPECT_NEAR(slope[1] + slope[3], roof[1], 0.2);
    EXPECT_EQ(roof[3], 0);
}

TEST(Roofline, NamesEveryLineAndKernelOnce) {
    std::string const svg = plot_roofline(example(), {});
    for (char const* name : {">FP64 100 GFLOP/s<", ">FP32 200 GFLOP/s<", ">memory 20 GB/s<", ">L1 200 GB/s<",
                             ">triad<", ">FFT<", ">operations per byte<", ">operations per second<"})
        EXPECT_EQ(count(svg, name), 1U) << name;
}

TEST(Roofline, KeepsLabelsOfEqualRoofsApart) {
    Roofline roofline = example();
    roofline.roofs = {{"one", 1e11}, {"two", 1e11}, {"three", 1.01e11}};
    std::string const svg = plot_roofline(roofline, {});
    std::vector<double> heights;
    for (char const* name : {">one<", ">two<", ">three<"}) {
        std::size_t const tag = svg.rfind("<text ", svg.find(name));
        heights.push_back(std::stod(svg.substr(svg.find("y=\"", tag) + 3)));
    }
    std::ranges::sort(heights);
    EXPECT_GE(heights[1] - heights[0], 12);
    EXPECT_GE(heights[2] - heights[1], 12);
}

TEST(Roofline, SaysWhenThereIsNothingToDraw) {
    EXPECT_EQ(count(plot_roofline({}, {}), ">no data<"), 1U);
    EXPECT_EQ(count(plot_roofline({{{"a", 1}}, {}, {}}, {}), ">no data<"), 1U);
}

TEST(Roofline, RefusesNumbersThatHaveNoLogarithm) {
    for (double bad :
         {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        Roofline roofs = example(), slopes = example(), kernels = example();
        roofs.roofs[0].rate = slopes.slopes[0].bandwidth = kernels.kernels[0].intensity = bad;
        EXPECT_THROW(plot_roofline(roofs, {}), Error);
        EXPECT_THROW(plot_roofline(slopes, {}), Error);
        EXPECT_THROW(plot_roofline(kernels, {}), Error);
    }
}

}  // namespace
}  // namespace hutch::data
