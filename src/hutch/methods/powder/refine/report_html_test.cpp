#include "hutch/methods/powder/refine/report_html.hpp"

#include "hutch/methods/powder/refine/detail/report_content.hpp"
#include "hutch/methods/powder/refine/test_result.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::powder::refine {
namespace {

bool contains(std::string const& text, std::string const& part) {
    return text.find(part) != std::string::npos;
}

// Return the first element that is not closed, or closed without being open; empty: none. <br>-like elements
// of HTML are not used in reports.
std::string first_unbalanced(std::string const& html) {
    std::vector<std::string> open;
    for (std::size_t at = html.find('<', 1); at != std::string::npos; at = html.find('<', at + 1)) {
        std::size_t const end = html.find('>', at);
        std::string const tag = html.substr(at + 1, end - at - 1);
        if (tag.ends_with('/')) continue;
        if (!tag.starts_with('/')) {
            open.push_back(tag.substr(0, tag.find_first_of(" \n")));
            continue;
        }
        if (open.empty() || "/" + open.back() != tag) return tag;
        open.pop_back();
    }
    return open.empty() ? "" : open.back();
}

detail::Part part_of(Result const& result, std::string const& title) {
    for (detail::Part const& part : detail::report_parts(result))
        if (part.title.starts_with(title)) return part;
    return {};
}

TEST(HtmlReport, IsOnePageThatLoadsNothing) {
    std::string const html = to_html(make_result());
    EXPECT_TRUE(html.starts_with("<!DOCTYPE html>"));
    EXPECT_EQ(first_unbalanced(html), "");
    for (char const* sign : {"<script", "<link", "src=", "@import", "url("})
        EXPECT_FALSE(contains(html, sign)) << sign;
    std::size_t plots = 0;
    for (std::size_t at = html.find("<svg"); at != std::string::npos; at = html.find("<svg", at + 1)) ++plots;
    EXPECT_EQ(plots, 4u);  // each pattern plain and on a root scale
    EXPECT_EQ(html, to_html(make_result()));
}

TEST(HtmlReport, EscapesForeignText) {
    std::string const html = to_html(make_result());
    EXPECT_TRUE(contains(html, "Gypsum &amp; &quot;silicon&quot; &lt;mixed&gt;"));
    EXPECT_TRUE(contains(html, "bank &lt;1&gt;"));
    EXPECT_TRUE(contains(html, "is not determined &lt;by these data&gt;"));
    EXPECT_TRUE(contains(html, "O1&#39;"));
    for (char const* raw : {"<mixed>", "<1>", "<by these"}) EXPECT_FALSE(contains(html, raw)) << raw;
}

TEST(ReportContent, ShowsAgreementPatternByPatternAndOverAll) {
    Result const result = make_result();
    detail::Part const part = part_of(result, "Agreement");
    ASSERT_EQ(part.rows.size(), 3u);
    EXPECT_EQ(part.rows[0][2], "380");
    EXPECT_EQ(part.rows[0][3], detail::percent(result.patterns[0].agreement.r_wp()));
    EXPECT_EQ(part.rows[1][1], "neutron, time of flight");
    EXPECT_EQ(part.rows[2][3], "5.61");
    EXPECT_EQ(part.rows[2][7], "1.270");
    for (auto const& row : part.rows) EXPECT_EQ(row.size(), part.columns.size());
}

TEST(ReportContent, ShowsNumbersWithTheirUncertainties) {
    Result const result = make_result();
    EXPECT_EQ(part_of(result, "Cells").rows[0][2], "5.6791(2)");
    EXPECT_EQ(part_of(result, "Cells as strained").rows[0][2], "5.6833(2)");
    EXPECT_EQ(part_of(result, "Atoms of sulfate").rows[3][6], "0.750(11)");
    EXPECT_EQ(part_of(result, "Anisotropic").rows[0][5], "-0.0020(5)");
    EXPECT_EQ(part_of(result, "Phases").rows[0][2], "85.3(4)");
    EXPECT_EQ(part_of(result, "Phases").rows[2][2], "–");
    detail::Part const sample = part_of(result, "Sample");
    ASSERT_EQ(sample.rows.size(), 2u);
    EXPECT_EQ(sample.rows[0], (std::vector<std::string>{"sulfate.xray.size.iso", "0.188(11)", "µm", ""}));
    EXPECT_EQ(sample.rows[1],
              (std::vector<std::string>{"sulfate.xray.strain.s400", "5(?)", "10⁻¹² Å⁻⁴", "at its bound"}));
    EXPECT_EQ(part_of(result, "Correlations").rows[0][2], "-0.970");
    EXPECT_EQ(part_of(result, "Distances in sulfate").rows[0][3], "1.473(2)");
    EXPECT_EQ(part_of(result, "Stages").rows[1][4], "5.50");
}

TEST(ReportContent, HasRowsAsLongAsTheHeading) {
    for (detail::Part const& part : detail::report_parts(make_result())) {
        if (part.kind == detail::Part::Kind::table)
            for (auto const& row : part.rows) EXPECT_EQ(row.size(), part.columns.size()) << part.title;
    }
}

TEST(ReportContent, OfAnEmptyResultHasNoEmptyTables) {
    for (detail::Part const& part : detail::report_parts({})) EXPECT_FALSE(part.rows.empty()) << part.title;
}

TEST(ReportContent, WritesUnitsForPeople) {
    struct Case {
        char const *unit, *text;
    };
    Case const cases[] = {{"1", ""},
                          {"angstrom2", "Å²"},
                          {"1e-6 angstrom-2", "10⁻⁶ Å⁻²"},
                          {"degree", "°"},
                          {"us/angstrom2", "µs/Å²"},
                          {"us.angstrom", "µs·Å"},
                          {"us-1", "µs⁻¹"},
                          {"angstrom4/us", "Å⁴/µs"},
                          {"count", "count"},
                          {"1e-6", "10⁻⁶"},
                          {"mm", "mm"},
                          {"", ""},
                          {"5xyz", "5xyz"},
                          {"a<b", "a<b"}};
    for (Case const& one : cases) EXPECT_EQ(detail::pretty_unit(one.unit), one.text) << one.unit;
}

TEST(ReportPlot, StaysSmallForManyPointsAndKeepsTheHighest) {
    Result result = make_result();
    PatternResult& pattern = result.patterns[0] = pattern_from("xray", 60000, 5, 0.002);
    EXPECT_LT(detail::pattern_plot(result, pattern, false).size(), 250'000u);
    EXPECT_LT(detail::pattern_plot(result, pattern, true).size(), 250'000u);
}

TEST(ReportPlot, LeavesOutDifferencesOfPointsThatDoNotCount) {
    Result result = make_result();
    std::string const with_gap = detail::pattern_plot(result, result.patterns[0], false);
    for (double& sigma : result.patterns[0].sigma) sigma = 1;
    std::string const without = detail::pattern_plot(result, result.patterns[0], false);
    auto const moves = [](std::string const& svg) {
        std::size_t const at = svg.rfind("stroke=\"#0072B2\"");
        std::size_t const start = svg.rfind("<path", at);
        return std::count(svg.begin() + std::ptrdiff_t(start), svg.begin() + std::ptrdiff_t(at), 'M');
    };
    EXPECT_EQ(moves(with_gap), moves(without) + 1);
}

}  // namespace
}  // namespace hutch::powder::refine
