#include "hutch/methods/powder/refine/report_json.hpp"

#include "hutch/methods/powder/refine/test_result.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace hutch::powder::refine {
namespace {

TEST(JsonReport, KeepsEveryNumberExactly) {
    Result const result = make_result();
    auto const json = nlohmann::json::parse(to_json(result));
    EXPECT_EQ(json["title"], result.title);
    EXPECT_EQ(json["r_wp"].get<double>(), result.r_wp);
    EXPECT_EQ(json["patterns"][1]["calculated"].get<std::vector<double>>(), result.patterns[1].calculated);
    EXPECT_EQ(json["patterns"][0]["r_wp"].get<double>(), result.patterns[0].agreement.r_wp());
    EXPECT_EQ(json["phases"][0]["sites"][2]["u_aniso"][4]["value"].get<double>(), -0.002);
    EXPECT_EQ(json["phases"][0]["cell"]["beta"]["su"].get<double>(), result.phases[0].cell[4].su);
    EXPECT_EQ(json["shares"][0]["reflections"]["calculated"][0].get<double>(), 5012.5);
    EXPECT_EQ(json["correlation"][0][2].get<double>(), -0.97);
    EXPECT_EQ(json["parameters"].size(), result.parameters.size());
}

TEST(JsonReport, HasNullForWhatIsNotKnown) {
    auto const json = nlohmann::json::parse(to_json(make_result()));
    EXPECT_TRUE(json["parameters"][3]["su"].is_null());
    EXPECT_TRUE(json["correlation"][0][3].is_null());
    EXPECT_TRUE(json["shares"][2]["weight_fraction"]["value"].is_null());
    EXPECT_TRUE(json["phases"][0]["sites"][0]["u_aniso"].is_null());
    EXPECT_TRUE(json["shares"][0]["cell"].is_null());
    EXPECT_FALSE(json["shares"][2]["cell"].is_null());
}

TEST(JsonReport, TellsTheLinesOfEachPhaseInAPatternApart) {
    auto const json = nlohmann::json::parse(to_json(make_result()));
    EXPECT_EQ(json["patterns"][0]["lines"]["sulfate"][0], 1);
    EXPECT_EQ(json["patterns"][0]["lines"]["silicon"][0], 2);
    EXPECT_EQ(json["patterns"][1]["lines"].size(), 1u);
}

}  // namespace
}  // namespace hutch::powder::refine
