#include "hutch/methods/powder/refine/report_json.hpp"

#include "hutch/base/error.hpp"
#include "hutch/methods/powder/refine/test_result.hpp"

#include <functional>

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

TEST(JsonReport, IsTheSameAfterReadingAndWritingAgain) {
    std::string const text = to_json(make_result());
    Result const read = parse_json(text, "r.json");
    EXPECT_EQ(to_json(read), text);
    EXPECT_EQ(read.phases[0].structure.space_group_number, 15);
    EXPECT_EQ(read.patterns[1].parts.size(), 1u);
    EXPECT_DOUBLE_EQ(read.patterns[0].agreement.chi_squared, make_result().patterns[0].agreement.chi_squared);
}

struct Refused {
    char const* what;
    std::function<void(nlohmann::json&)> spoil;
    char const* message;
};

TEST(JsonReport, SaysWhereAFileDoesNotHangTogether) {
    using Json = nlohmann::json;
    Refused const cases[] = {
        {"kind", [](Json& j) { j.erase("shares"); }, "is JSON of another kind (no 'shares')"},
        {"missing", [](Json& j) { j["patterns"][0].erase("sigma"); }, "'patterns[0].sigma' is missing"},
        {"NaN", [](Json& j) { j["patterns"][0]["y"][17] = nullptr; },
         "'patterns[0].y[17]' is null; expected a finite number"},
        {"length", [](Json& j) { j["patterns"][0]["y"].erase(0); },
         "'patterns[0].y' has 399 values; expected 400"},
        {"order", [](Json& j) { j["patterns"][0]["x"][2] = 10; },
         "'patterns[0].x[2]' is 10; expected more than"},
        {"pattern", [](Json& j) { j["shares"][0]["pattern"] = "else"; },
         "'shares[0].pattern' is \"else\"; expected the name of one of 'patterns'"},
        {"phase", [](Json& j) { j["shares"][0]["phase"] = "else"; }, "expected the name of one of 'phases'"},
        {"twice", [](Json& j) { j["patterns"].push_back(j["patterns"][0]); }, "'patterns' has 'xray' twice"},
        {"R value", [](Json& j) { j["patterns"][0]["r_wp"] = 0.01; }, "which y, sigma and calculated give"},
        {"cell", [](Json& j) { j["phases"][0]["cell"]["a"]["value"] = -5; }, "expected a number above 0"},
        {"operation", [](Json& j) { j["phases"][0]["operations"][1] = "x,y"; },
         "expected a symmetry operation"},
        {"element", [](Json& j) { j["phases"][1]["sites"][0]["element"] = "Xx"; }, "expected a type symbol"},
        {"index", [](Json& j) { j["shares"][0]["reflections"]["h"][0] = 1e300; }, "an index up to a million"},
        {"structure", [](Json& j) { j["phases"][1]["cell"]["a"]["value"] = 9; }, "'phases[1]'"},
    };
    for (Refused const& one : cases) {
        Json json = Json::parse(to_json(make_result()));
        one.spoil(json);
        try {
            parse_json(json.dump(), "r.json");
            ADD_FAILURE() << one.what;
        } catch (Error const& error) {
            EXPECT_EQ(error.fault(), Fault::bad_data);
            EXPECT_NE(std::string(error.what()).find(one.message), std::string::npos) << error.what();
            EXPECT_NE(std::string(error.what()).find("r.json"), std::string::npos) << error.what();
        }
    }
    EXPECT_THROW(parse_json("{", "r.json"), Error);
    EXPECT_THROW(parse_json("[1]", "r.json"), Error);
}

}  // namespace
}  // namespace hutch::powder::refine
