#include "hutch/curate/card.hpp"

#include "hutch/curate/detail/balance.hpp"
#include "hutch/curate/detail/clean_text.hpp"
#include "hutch/curate/test_summary.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::curate {
namespace {

bool contains(std::string const& text, std::string const& part) {
    return text.find(part) != std::string::npos;
}

// Return the first element that is not closed in its order; empty: none. Plots are tested where they are
// made.
std::string first_open_element(std::string const& html) {
    std::vector<std::string> open;
    for (std::size_t at = html.find('<', 1); at != std::string::npos; at = html.find('<', at + 1)) {
        std::size_t const end = html.find('>', at);
        if (end == std::string::npos) return "'<' without '>'";
        std::string const tag = html.substr(at + 1, end - at - 1),
                          name = tag.substr(0, tag.find_first_of(" \n/", 1));
        if (tag.starts_with('/')) {
            if (open.empty() || "/" + open.back() != name) return tag;
            open.pop_back();
        } else if (!tag.ends_with('/'))
            open.push_back(name);
    }
    return open.empty() ? "" : open.back();
}

TEST(Card, SaysWhatAUserNeedsInBothFormats) {
    for (std::string const& card : {to_card_markdown(small_summary()), to_card_html(small_summary())})
        for (char const* part :
             {"Demo patterns",   "1.2.3",      "CC-BY-4.0",        "Doe, J. (2026)",
              "h5py.File(",      "train/0.h5", "intensity",        "2048",
              "count",           "validation", "hexagonal",        "66.7 %",
              "0.918",           "A database", "no atoms",         "60.0 %",
              "Many silicates.", "Use cases",  "Colour",           "hutch 0.1.0 with seed 7",
              "seed: 7",         "20 MB",      "checksums.sha256", "records.csv"})
            EXPECT_TRUE(contains(card, part)) << part << "\n" << card;
}

TEST(Card, OpensTheFirstTrainingFileWithTheLargestFieldFirst) {
    EXPECT_TRUE(contains(to_card_markdown(small_summary()),
                         "import h5py\nfile = h5py.File(\"train/0.h5\", \"r\")\n"
                         "record = {name: file[name][0] for name in [\"intensity\", \"id\"]}\n```"));
}

TEST(Card, IsWellFormedWhateverTheTextsSay) {
    for (DatasetSummary const& summary : {small_summary(), evil_summary(), DatasetSummary{}})
        EXPECT_EQ(first_open_element(to_card_html(summary)), "");
}

TEST(Card, ShowsForeignTextAsText) {
    std::string const html = to_card_html(evil_summary()), markdown = to_card_markdown(evil_summary());
    EXPECT_FALSE(contains(html, "<script"));
    EXPECT_FALSE(contains(html, "\xff"));
    EXPECT_TRUE(contains(html, "&lt;script&gt;alert(&quot;1&quot;)"));
    EXPECT_TRUE(contains(markdown, "\\<script\\>"));
    EXPECT_TRUE(contains(markdown, "\\[l\\](javascript:0)"));
    EXPECT_FALSE(contains(markdown, "\xff"));
    EXPECT_FALSE(contains(html, "href=\"javascript"));
}

TEST(Card, LoadsNothingFromElsewhere) {
    std::string const html = to_card_html(small_summary()), markdown = to_card_markdown(small_summary());
    for (char const* part : {"<script", "<link", "<img", "src=", "@import", "url("})
        EXPECT_FALSE(contains(html, part)) << part;
    EXPECT_FALSE(contains(markdown, "!["));
    EXPECT_FALSE(contains(markdown, "<svg"));
    EXPECT_TRUE(contains(html, "prefers-color-scheme: dark"));
}

TEST(Card, DrawsClassesDistributionsAndExamples) {
    std::string const html = to_card_html(small_summary());
    std::size_t plots = 0;
    for (std::size_t at = html.find("<svg "); at != std::string::npos; at = html.find("<svg ", at + 1))
        ++plots;
    EXPECT_EQ(plots, 3U);
}

TEST(Card, ListsTwentyFilesAndCountsTheRest) {
    DatasetSummary summary = small_summary();
    for (int i = 0; i < 1500; ++i)
        summary.files.push_back({"train/x" + std::to_string(i), 1, "", "train", 1});
    std::string const card = to_card_markdown(summary);
    EXPECT_TRUE(contains(card, "1,483 more files."));
    EXPECT_TRUE(contains(card, "`train/x16`"));
    EXPECT_FALSE(contains(card, "`train/x17`"));
}

TEST(Card, LeavesOutWhatIsEmpty) {
    std::string const card = to_card_markdown({});
    EXPECT_TRUE(card.starts_with("# Data set\n"));
    EXPECT_FALSE(contains(card, "## "));
    EXPECT_FALSE(contains(to_card_html({}), "<section"));
}

TEST(Card, IsTheSameTwice) {
    EXPECT_EQ(to_card_html(small_summary()), to_card_html(small_summary()));
    EXPECT_EQ(to_card_markdown(small_summary()), to_card_markdown(small_summary()));
}

TEST(Card, SaysFirstWhatTheDataAreGoodFor) {
    std::string const card = to_card_markdown(small_summary());
    EXPECT_LT(card.find("### Use cases"), card.find("### Biases"));
    EXPECT_LT(card.find("### Biases"), card.find("### Colour"));
}

TEST(Card, KeepsCodeInItsFence) {
    DatasetSummary summary = small_summary();
    summary.recipe = "a: |\n  ```\n  # out\n";
    EXPECT_TRUE(contains(to_card_markdown(summary), "````yaml\na: |\n  ```\n  # out\n````\n"));
}

TEST(Balance, IsOneForEvenCountsAndFallsWithImbalance) {
    EXPECT_DOUBLE_EQ(detail::measure_balance({5, 5, 5, 5}).evenness, 1);
    EXPECT_DOUBLE_EQ(detail::measure_balance({9}).evenness, 1);
    auto const uneven = detail::measure_balance({3, 1, 0});
    EXPECT_NEAR(uneven.evenness, 0.811278, 1e-6);  // binary entropy of 1/4
    EXPECT_EQ(uneven.largest_to_smallest, 3);
    EXPECT_EQ(uneven.empty, 1U);
    EXPECT_EQ(detail::measure_balance({}).classes, 0U);
    EXPECT_EQ(detail::measure_balance({0, 0}).evenness, 0);
}

TEST(CleanText, FindsAddressesWithoutTheSentenceAroundThem) {
    auto const pieces = detail::find_links("see (https://a.org/b?c=1&d), or http://e.org.");
    std::vector<std::string> links;
    std::string whole;
    for (auto const& piece : pieces) {
        if (piece.is_link) links.emplace_back(piece.text);
        whole += piece.text;
    }
    EXPECT_EQ(links, (std::vector<std::string>{"https://a.org/b?c=1&d", "http://e.org"}));
    EXPECT_EQ(whole, "see (https://a.org/b?c=1&d), or http://e.org.");
}

}  // namespace
}  // namespace hutch::curate
