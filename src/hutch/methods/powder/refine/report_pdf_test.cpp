#include "hutch/methods/powder/refine/report_pdf.hpp"

#include "hutch/base/error.hpp"
#include "hutch/methods/powder/refine/test_result.hpp"

#include <string>

#include <gtest/gtest.h>

// Fontconfig keeps what it has read until the end of the program.
extern "C" char const* __lsan_default_suppressions();
extern "C" char const* __lsan_default_suppressions() { return "leak:libfontconfig"; }

namespace hutch::powder::refine {
namespace {

std::size_t count(std::string const& text, std::string const& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

TEST(PdfReport, IsRefusedWithTheRemedyWhereItIsNotBuiltIn) {
    if (can_write_pdf()) GTEST_SKIP() << "this build writes PDF";
    try {
        to_pdf(make_result());
        FAIL() << "expected an error";
    } catch (Error const& error) {
        EXPECT_EQ(error.fault(), Fault::unsupported);
        EXPECT_NE(std::string(error.what()).find("librsvg2-dev"), std::string::npos);
    }
}

TEST(PdfReport, HasItsPagesWholeAndNoDate) {
    if (!can_write_pdf()) GTEST_SKIP() << "this build writes no PDF";
    std::string const pdf = to_pdf(make_result());
    EXPECT_TRUE(pdf.starts_with("%PDF-1."));
    EXPECT_TRUE(pdf.ends_with("%%EOF\n"));
    EXPECT_EQ(count(pdf, "/CreationDate"), 0u);
    EXPECT_EQ(count(pdf, "/Subtype /Image"), 0u) << "plots are vectors";
    EXPECT_EQ(pdf, to_pdf(make_result()));
}

TEST(PdfReport, SurvivesLongAndIllFormedTexts) {
    if (!can_write_pdf()) GTEST_SKIP() << "this build writes no PDF";
    Result result = make_result();
    result.title = std::string(3000, 'w') + " \xff\xc0 \x01 " + std::string(3000, 'x');
    result.warnings.assign(
        200,
        "a long sentence \xed\xa0\x80 that fills more than one line of the page and so is broken "
        "into several of them, none of which is lost");
    result.phases[0].sites.resize(400, result.phases[0].sites[0]);
    std::string const pdf = to_pdf(result);
    EXPECT_GT(pdf.size(), to_pdf(make_result()).size() + 10'000);
}

TEST(PdfReport, OfAnEmptyResultIsAPage) {
    if (!can_write_pdf()) GTEST_SKIP() << "this build writes no PDF";
    EXPECT_TRUE(to_pdf({}).ends_with("%%EOF\n"));
}

}  // namespace
}  // namespace hutch::powder::refine
