#include "hutch/curate/make/request.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

namespace hutch::curate::make {
namespace {

constexpr char minimal[] = R"(name: tiny
version: 1.0.0
licence: CC-BY-4.0
description: of nothing much
data:
  - {name: a, patterns: "*.xy", licence: CC0-1.0, citation: none, origin: measured}
  - {name: t, table: t.csv, licence: CC0-1.0, citation: none, origin: derived}
join:
  - {source: t, on: source_file, to: file}
)";

std::string problem_of(std::string const& more, std::string const& from = "", std::string const& to = "") {
    std::string text = minimal + more;
    if (!from.empty()) text.replace(text.find(from), from.size(), to);
    try {
        parse_request(text, "r.yaml");
    } catch (Error const& error) {
        EXPECT_EQ(error.fault(), Fault::bad_input);
        return error.what();
    }
    return "";
}

TEST(Request, ReadsTheLeastWithPathsBesideIt) {
    Request const request = parse_request(minimal, "folder/r.yaml");
    EXPECT_EQ(request.about.name, "tiny");
    EXPECT_EQ(request.sources.at(0).path, "folder/*.xy");
    EXPECT_TRUE(request.gives_records(request.sources[0]));
    EXPECT_FALSE(request.gives_records(request.sources[1]));
    EXPECT_EQ(request.split.splits.at(0).name, "train");
}

TEST(Request, ReadsEveryKey) {
    std::string const text = read_file(HUTCH_SOURCE_DIR "/src/hutch/curate/make/fuzz/request/all_keys");
    Request const request = parse_request(text, "r.yaml");
    EXPECT_EQ(request.sources.at(0).values.at("t").number, 1);
    EXPECT_FALSE(request.sources.at(0).values.at("s").number.has_value());
    EXPECT_EQ(request.selection.size(), 5u);
    EXPECT_EQ(request.selection[4].number, -5);
    EXPECT_EQ(request.labels.at(1).structures.size(), 2u);
    EXPECT_TRUE(request.labels[2].is_refined);
    EXPECT_EQ(request.augmentations.at(0).copies, 3u);
    EXPECT_EQ(request.split.stratify, "s");
}

TEST(Request, ReadsTheRecipeOfMeasuredPatterns) {
    ::setenv("HUTCH_DATA", "/somewhere", 1);
    std::string const path = HUTCH_SOURCE_DIR "/recipes/measured.yaml";
    Request const request = parse_request(read_file(path), path);
    ::unsetenv("HUTCH_DATA");
    EXPECT_EQ(request.axis->grid.points, 2048u);
    EXPECT_EQ(request.labels.size(), 2u);
}

TEST(Request, SaysFileLinePathAndRuleOfWhatIsBroken) {
    struct Case {
        char const *more, *problem;
    };
    for (auto const& [more, problem] : {
             Case{"selection: [temperature]\n",
                  "r.yaml:10: 'selection[0]' is 'temperature'; expected COLUMN, one of < <= = != >= >, and a "
                  "value; or COLUMN 'is given' or 'is missing'"},
             {"colums: {}\n", "r.yaml:10: 'colums' is not known; expected 'columns'?"},
             {"columns: {t: {unit: kelvins}}\n",
              "r.yaml:10: 'columns.t.unit' is 'kelvins'; expected a unit such as K, 1/angstrom or 1"},
             {"columns: {t: {quantity: warmth}}\n",
              "r.yaml:10: 'columns.t.quantity' is 'warmth'; expected a known one, such as temperature"},
             {"axis: {q: [2, 1], points: 10}\n",
              "r.yaml:10: 'axis.q' runs from 2 to 1; expected first < last"},
             {"axis: {points: 10}\n",
              "r.yaml:10: 'axis' has 0 axes; expected one of two_theta, q, d, time_of_flight"},
             {"cleaning: {outliers: {z: 1, columns: [t]}}\n",
              "r.yaml:10: 'cleaning.outliers.z' is 1; expected at least 2"},
             {"cleaning: {negative: delete}\n",
              "r.yaml:10: 'cleaning.negative' is 'delete'; expected one of: tag, mask, refuse"},
             {"labels: [{column: t, method: m, date: 2024, confidence: 1}]\n",
              "r.yaml:10: 'labels[0]' has neither or both of 'tool' and 'person'; expected one: a program "
              "with "
              "its version, or who did it"},
             {"labels: [{column: t, method: m, tool: x 1, date: now, confidence: 1}]\n",
              "r.yaml:10: 'labels[0].date' is 'now'; expected a date such as 2024-05-31"},
             {"labels: [{column: t, method: m, tool: x 1, date: 2024, confidence: 2}]\n",
              "r.yaml:10: 'labels[0].confidence' is 2; expected 0 to 1"},
             {"split_by: {time: t, stratify: s}\n",
              "r.yaml:10: 'split_by' has both 'stratify' and 'time'; expected one: an order in time decides "
              "all"},
             {"splits: {train: 0.5}\n", "r.yaml:10: 'splits' sums to 0.5; expected 1"},
             {"augment: [{name: x, splits: [tset]}]\n",
              "r.yaml:10: 'augment[0].splits' has 'tset'; expected names of 'splits'"},
         })
        EXPECT_EQ(problem_of(more), problem);
    EXPECT_EQ(problem_of("", "origin: measured", "origin: found"),
              "r.yaml:6: 'data[0].origin' is 'found'; expected one of: measured, simulated, derived");
    EXPECT_EQ(
        problem_of("", "patterns: \"*.xy\", ", ""),
        "r.yaml:6: 'data[0]' has 0 kinds of files; expected one of patterns, refinements, table, arrays");
    EXPECT_EQ(problem_of("", "source: t,", "source: a,"),
              "r.yaml:9: 'join[0].source' is 'a'; expected the name of a source that is a table");
}

}  // namespace
}  // namespace hutch::curate::make
