#include "hutch/data/plot.hpp"

#include "hutch/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::data {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

bool contains(std::string const& text, std::string const& part) {
    return text.find(part) != std::string::npos;
}

std::size_t count(std::string const& text, std::string const& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

std::string attribute(std::string const& tag, std::string const& name) {
    std::size_t const at = tag.find(" " + name + "=\"");
    if (at == std::string::npos) return "";
    std::size_t const start = at + name.size() + 3;
    return tag.substr(start, tag.find('"', start) - start);
}

bool is_xml_text(std::string text) {
    for (char const* entity : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"})
        for (std::size_t at; (at = text.find(entity)) != std::string::npos;)
            text.replace(at, std::strlen(entity), "_");
    return std::ranges::none_of(
        text, [](unsigned char c) { return c == '&' || c == '>' || (c < 32 && c != '\n') || c == 127; });
}

// Return what is wrong with a text as XML, as far as the elements that plots are made of need it; empty:
// nothing.
std::string first_flaw(std::string const& xml) {
    std::vector<std::string> open;
    if (!xml.starts_with("<svg ")) return "no svg";
    for (std::size_t at = 0; at < xml.size();) {
        std::size_t const end = xml.find('>', at);
        if (end == std::string::npos) return "'<' without '>'";
        std::string const tag = xml.substr(at + 1, end - at - 1),
                          name = tag.substr(0, tag.find_first_of(" /", 1));
        if (!is_xml_text(tag) || count(tag, "\"") % 2 != 0 || count(tag, "<") > 0) return "tag: " + tag;
        if (tag.starts_with('/')) {
            if (open.empty() || "/" + open.back() != name) return "end: " + tag;
            open.pop_back();
        } else if (!tag.ends_with('/'))
            open.push_back(name);
        at = std::min(xml.find('<', end), xml.size());
        std::string const text = xml.substr(end + 1, at - end - 1);
        if (!is_xml_text(text)) return "text: " + text;
        if (open.empty() && (at < xml.size() || text != "\n")) return "more after the root";
    }
    return open.empty() ? "" : "not closed: " + open.back();
}

std::vector<std::string> tags_of(std::string const& svg, std::string const& name) {
    std::vector<std::string> tags;
    for (std::size_t at = 0; (at = svg.find("<" + name + " ", at)) != std::string::npos; ++at)
        tags.push_back(svg.substr(at, svg.find('>', at) - at));
    return tags;
}

// Return the `d` of the paths with a stroke colour.
std::vector<std::string> paths_of(std::string const& svg, std::string const& colour) {
    std::vector<std::string> found;
    for (std::string const& tag : tags_of(svg, "path"))
        if (attribute(tag, "stroke") == colour) found.push_back(attribute(tag, "d"));
    return found;
}

std::vector<std::string> texts_of(std::string const& svg) {
    std::vector<std::string> found;
    for (std::size_t at = 0; (at = svg.find("<text ", at)) != std::string::npos;) {
        at = svg.find('>', at) + 1;
        found.push_back(svg.substr(at, svg.find("</text>", at) - at));
    }
    return found;
}

PlotOptions log_x() {
    PlotOptions options;
    options.log_x = true;
    return options;
}

Curve ramp(std::size_t points, double scale = 1) {
    Curve curve{"", {}, {}, "#123456"};
    for (std::size_t i = 0; i < points; ++i)
        curve.x.push_back(double(i)), curve.y.push_back(scale * double(i));
    return curve;
}

TEST(Plot, IsWellFormedWhateverTheTextSays) {
    std::string const evil = "a <b> & \"c\" 'd' \x01\x7f\n ü λ \xff\xc0\xaf \xed\xa0\x80 \xef\xbf\xbf ]]>";
    PlotOptions const options{evil, evil, evil};
    Curve curve{evil, {0, 1}, {0, 1}, "\"/><script>"};
    for (std::string const& svg :
         {plot_curves({curve}, {{evil, {0.5}, evil}}, options), plot_bars({{evil, 1}}, options),
          plot_histogram({1, 2}, 3, options), plot_curves({}, {}, options)}) {
        EXPECT_EQ(first_flaw(svg), "") << svg;
        EXPECT_TRUE(contains(svg, "a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;"));
        EXPECT_TRUE(contains(svg, "ü λ"));
        EXPECT_FALSE(contains(svg, "<script"));
        EXPECT_FALSE(contains(svg, "\xff"));
    }
}

TEST(Plot, ItsTestsSeeFlaws) {
    for (char const* text :
         {"<svg ><g></svg>\n", "<svg >a & b</svg>\n", "<svg ></svg><svg ></svg>\n", "<svg ><a></b></svg>\n"})
        EXPECT_NE(first_flaw(text), "") << text;
}

TEST(Plot, KeepsAPeakOfOneSampleWhenThinned) {
    Curve curve{"", {}, {}, "#123456"};
    for (int i = 0; i < 1'000'000; ++i)
        curve.x.push_back(i), curve.y.push_back(i == 543'210 ? 1000 : std::sin(i));
    PlotOptions const options;
    std::string const svg = plot_curves({curve}, {}, options);
    EXPECT_LT(svg.size(), 40'000U);
    auto const paths = paths_of(svg, "#123456");
    ASSERT_EQ(paths.size(), 1U);
    // The peak is the only step of more than 300 px upwards and is followed by one downwards.
    double tallest = 0;
    std::string const steps = paths[0].substr(paths[0].find('l') + 1);
    for (std::size_t at = 0; at < steps.size();) {
        at = std::min(steps.find_first_of(" -", at + 1), steps.size());
        if (at < steps.size()) tallest = std::min(tallest, std::strtod(steps.c_str() + at, nullptr));
    }
    EXPECT_LT(tallest, -300);
}

TEST(Plot, KeepsEveryPointOfAShortCurve) {
    auto const paths = paths_of(plot_curves({ramp(50)}, {}, {}), "#123456");
    ASSERT_EQ(paths.size(), 1U);  // 49 steps; after the first, each starts with a blank
    EXPECT_EQ(count(paths[0], "M"), 1U);
    EXPECT_EQ(count(paths[0], "-"), 49U);
}

TEST(Plot, BreaksLinesAtGaps) {
    for (double gap : {nan, infinity, -infinity}) {
        Curve curve = ramp(20);
        curve.y[7] = gap;
        curve.x[13] = gap;
        std::string const svg = plot_curves({curve}, {}, {});
        EXPECT_EQ(count(paths_of(svg, "#123456").at(0), "M"), 3U);
        EXPECT_FALSE(contains(svg, "nan") || contains(svg, "inf"));
    }
}

TEST(Plot, TakesValuesThatHaveNoLogarithmForGaps) {
    Curve curve = ramp(20);
    curve.y[0] = 1, curve.y[10] = 0;
    PlotOptions options;
    options.log_y = true;
    EXPECT_EQ(count(paths_of(plot_curves({curve}, {}, options), "#123456").at(0), "M"), 2U);
}

TEST(Plot, PutsTicksAtNiceNumbers) {
    struct Case {
        double x_max, scale;
        std::vector<std::string> shown, not_shown;
    };
    for (Case const& c :
         {Case{10, 1, {"0", "1", "2", "10"}, {"1.0"}}, Case{0.7, 1, {"0", "0.1", "0.3", "0.7"}, {"0.30"}},
          Case{123, 1, {"0", "20", "120"}, {"123"}}, Case{3e7, 1, {"0.5", "3.0"}, {"30000000"}},
          Case{4e-7, 1, {"0.5", "4.0"}, {"0.0000004"}}}) {
        Curve const curve{"", {0, c.x_max}, {5, 5}, ""};
        auto const texts = texts_of(plot_curves({curve}, {}, {}));
        for (auto const& text : c.shown)
            EXPECT_EQ(std::ranges::count(texts, text), 1) << c.x_max << " " << text;
        for (auto const& text : c.not_shown)
            EXPECT_EQ(std::ranges::count(texts, text), 0) << c.x_max << " " << text;
    }
}

TEST(Plot, NamesTheCommonFactorOfLargeNumbers) {
    EXPECT_TRUE(
        contains(plot_curves({ramp(5, 1e7)}, {}, {}), "×10<tspan dy=\"-4\" font-size=\"9\">7</tspan>"));
    EXPECT_TRUE(contains(plot_curves({ramp(5, 1e-7)}, {}, {}), "font-size=\"9\">−7</tspan>"));
}

TEST(Plot, DrawsConstantDataInTheMiddle) {
    for (double value : {0.0, 5.0, -3e9, 1e300, 1e-300, 5e-324}) {
        Curve const curve{"", {1, 2, 3}, {value, value, value}, "#123456"};
        std::string const svg = plot_curves({curve}, {}, {});
        EXPECT_EQ(first_flaw(svg), "");
        EXPECT_EQ(paths_of(svg, "#123456").size(), 1U) << value;
        EXPECT_GE(texts_of(svg).size(), 5U) << value;
    }
    Curve const point{"", {7}, {7}, "#123456", Curve::Style::points};
    EXPECT_EQ(paths_of(plot_curves({point}, {}, {}), "#123456").size(), 1U);
}

TEST(Plot, TellsCloseNumbersApart) {
    Curve const curve{"", {1000.001, 1000.002}, {0, 1}, ""};
    auto const texts = texts_of(plot_curves({curve}, {}, {}));
    EXPECT_EQ(std::ranges::count(texts, "1000.0015"), 1);
}

TEST(Plot, SurvivesTheWidestRanges) {
    double const most = std::numeric_limits<double>::max();
    PlotOptions options;
    for (bool log : {false, true}) {
        options.log_x = options.log_y = log;
        Curve const curve{"", {-1e300, 0, 1e300, most}, {-1e300, 1e-300, 1e300, most}, ""};
        EXPECT_EQ(first_flaw(plot_curves({curve}, {}, options)), "");
        EXPECT_EQ(first_flaw(plot_bars({{"a", -1e300}, {"b", 1e300}, {"c", most}}, options)), "");
        EXPECT_EQ(first_flaw(plot_histogram({-1e300, 1e-300, 1e300, most}, 7, options)), "");
    }
}

TEST(Plot, DrawsRootsOnARootAxis) {
    PlotOptions options;
    options.root_y = true;
    std::string const svg =
        plot_curves({{"", {0, 1, 2, 3, 4}, {-100, 0, 100, 400, 900}, "#123456"}}, {}, options);
    auto const texts = texts_of(svg);
    for (char const* label : {"0", "100", "500", "−100"})
        EXPECT_NE(std::ranges::find(texts, label), texts.end()) << label;
    // -10, 0, 10, 20, 30 are equal steps, so each part of the line is the same.
    std::string const path = paths_of(svg, "#123456").at(0);
    std::string const steps = path.substr(path.find('l') + 1);
    double x = 0, y = 0;
    char const* at = steps.c_str();
    for (int i = 0; i < 4; ++i) {
        char* end = nullptr;
        double const dx = std::strtod(at, &end), dy = std::strtod(end, &end);
        at = end;
        if (i > 0) {
            EXPECT_NEAR(dx, x, 0.2);
            EXPECT_NEAR(dy, y, 0.2);
        }
        x = dx, y = dy;
    }
    EXPECT_LT(y, -10);
}

TEST(Plot, SaysWhenThereIsNoData) {
    PlotOptions log;
    log.log_y = true;
    Curve const negative{"", {1, 2}, {-1, -2}, ""}, gaps{"", {1, nan}, {nan, 1}, ""};
    for (std::string const& svg :
         {plot_curves({}, {}, {}), plot_curves({Curve{}}, {TickRow{}}, {}), plot_curves({negative}, {}, log),
          plot_curves({gaps}, {}, {}), plot_panels({}), plot_bars({}, {}), plot_histogram({}, 10, {}),
          plot_histogram({nan, -1}, 10, log_x())}) {
        EXPECT_EQ(first_flaw(svg), "");
        EXPECT_TRUE(contains(svg, ">no data<"));
    }
}

TEST(Plot, CutsLinesAtTheRangeAskedFor) {
    PlotOptions options;
    options.x_min = 2.25, options.x_max = 2.75;
    std::string const svg = plot_curves({ramp(10)}, {{"", {1, 2.5, 9}, "#abcdef"}}, options);
    EXPECT_EQ(count(paths_of(svg, "#123456").at(0), "l"), 1U);  // between two samples, yet drawn
    EXPECT_EQ(count(paths_of(svg, "#abcdef").at(0), "M"), 1U);
    auto const texts = texts_of(svg);
    EXPECT_EQ(std::ranges::count(texts, "2.65"), 1);  // of x; y has wider steps
}

TEST(Plot, SharesWidthAmongPanelsAndNumbersOnce) {
    Panel upper{{ramp(5, 1e5)}, {}, {}}, lower{{ramp(5)}, {}, {}};
    lower.options.x_label = "x";
    std::string const svg = plot_panels({upper, lower});
    std::vector<std::string> places;
    for (std::string const& tag : tags_of(svg, "rect"))
        if (attribute(tag, "stroke") == "#888")
            places.push_back(attribute(tag, "x") + " " + attribute(tag, "width"));
    ASSERT_EQ(places.size(), 2U);
    EXPECT_EQ(places[0], places[1]);
    auto const texts = texts_of(svg);
    EXPECT_EQ(std::ranges::count(texts, "3.5"), 1);  // of the lower x axis
}

TEST(Plot, RefusesCurvesOfUnequalLengthAndAbsurdSizes) {
    EXPECT_THROW(plot_curves({{"a", {1, 2}, {1}, ""}}, {}, {}), Error);
    for (double size : {0.0, -5.0, nan, 1e9}) {
        PlotOptions options;
        options.width = size;
        EXPECT_THROW(plot_curves({}, {}, options), Error) << size;
    }
    EXPECT_THROW(plot_histogram({1}, 0, {}), Error);
}

TEST(PlotBars, SumsTheSmallestAsOther) {
    std::vector<Bar> bars;
    for (int i = 0; i < 100; ++i) bars.push_back({"name " + std::to_string(i), double(i)});
    std::string const svg = plot_bars(bars, {}, 10);
    auto const texts = texts_of(svg);
    EXPECT_EQ(std::ranges::count(texts, "other (91)"), 1);
    EXPECT_EQ(std::ranges::count(texts, "4,095"), 1);  // 0 + 1 + ... + 90
    EXPECT_LT(svg.find("name 91"), svg.find("name 99"));
    PlotOptions options;
    options.largest_first = true;
    std::string const sorted = plot_bars(bars, options, 10);
    EXPECT_GT(sorted.find("name 91"), sorted.find("name 99"));
}

TEST(PlotBars, LieWhereNamesAreLong) {
    PlotOptions const options{"", "names", "counts"};
    // The label that reads upwards belongs to the vertical axis.
    auto const upright = [](std::string const& svg) { return svg.substr(svg.rfind("rotate(")); };
    EXPECT_TRUE(contains(upright(plot_bars({{"a long name", 1}, {"another", 2}}, options)), ">names<"));
    EXPECT_TRUE(contains(upright(plot_bars({{"a", 1}, {"b", 2}}, options)), ">counts<"));
}

TEST(PlotBars, ShowsValuesThatAreNoNumbers) {
    std::string const svg = plot_bars({{"a", nan}, {"b", 2.5}, {"c", -1}}, {});
    EXPECT_EQ(first_flaw(svg), "");
    EXPECT_TRUE(contains(svg, ">not finite<"));
    EXPECT_TRUE(contains(svg, ">2.5<"));
}

TEST(PlotHistogram, CountsEveryValueOnce) {
    std::string const svg = plot_histogram({1, 1, 2, 10, 100, 1000, 0, -1, nan, infinity}, 3, log_x());
    EXPECT_TRUE(contains(svg, "n = 6; left out: 2 not finite, 2 not positive")) << svg;
    EXPECT_TRUE(contains(plot_histogram({1, 2, 3}, 3, {}), ">n = 3<"));
    PlotOptions options;
    options.x_min = 1, options.x_max = 2;
    EXPECT_TRUE(contains(plot_histogram({1, 2, 3}, 3, options), "n = 2; left out: 1 outside the range"));
}

TEST(PlotHistogram, PutsTicksAtDecades) {
    std::string const svg = plot_histogram({1, 1e3, 1e6}, 6, log_x());
    for (char const* decade : {"0", "3", "6"})
        EXPECT_TRUE(contains(svg, "10<tspan dy=\"-4\" font-size=\"9\">" + std::string(decade) + "</tspan>"));
}

TEST(PlotBinned, IsTheHistogramOfTheSameCounts) {
    PlotOptions options;
    options.x_min = 0, options.x_max = 4;
    EXPECT_EQ(plot_binned({0, 1, 2, 3, 4}, {1, 2, 0, 3}, options),
              plot_histogram({0.5, 1.2, 1.3, 3.1, 3.2, 3.3}, 4, options));
    EXPECT_EQ(first_flaw(plot_binned({1, 10, 1000}, {5, 7}, log_x())), "");
    EXPECT_TRUE(contains(plot_binned({}, {}, {}), ">no data<"));
    EXPECT_TRUE(contains(plot_binned({0, 1}, {0}, {}), ">no data<"));
}

TEST(PlotBinned, RefusesEdgesThatDoNotBoundTheCounts) {
    EXPECT_THROW(plot_binned({0, 1}, {1, 2}, {}), Error);
    EXPECT_THROW(plot_binned({0, 1, 1}, {1, 2}, {}), Error);
    EXPECT_THROW(plot_binned({0, nan}, {1}, {}), Error);
    EXPECT_THROW(plot_binned({0, 1}, {1}, log_x()), Error);
}

}  // namespace
}  // namespace hutch::data
