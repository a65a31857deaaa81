#include "hutch/step/schema.hpp"

#include "hutch/step/test_step.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace hutch::step {
namespace {

nlohmann::json schema() { return nlohmann::json::parse(schema_of(bread())); }
nlohmann::json parameter(char const* name) {
    return schema()["properties"]["parameters"]["properties"][name];
}

}  // namespace

TEST(StepSchema, NamesWhatMustBeGiven) {
    EXPECT_EQ(schema()["required"], nlohmann::json({"parameters", "inputs", "outputs"}));
    EXPECT_EQ(schema()["properties"]["parameters"]["required"], nlohmann::json({"loaves"}));
    EXPECT_EQ(schema()["properties"]["inputs"]["required"], nlohmann::json({"dough"}));
    EXPECT_EQ(schema()["properties"]["parameters"]["additionalProperties"], false);
}

TEST(StepSchema, KeepsRangesUnitsAndDefaults) {
    EXPECT_EQ(parameter("heat"), nlohmann::json::parse(R"({"type": "number", "minimum": 300, "maximum": 600,
        "x-unit": "K", "description": "of the oven", "default": 500})"));
    EXPECT_EQ(parameter("salt")["type"], nlohmann::json({"number", "null"}));
    EXPECT_EQ(parameter("salt")["x-otherwise"], "as the recipe says");
    EXPECT_EQ(parameter("baker")["pattern"], "^(?:[A-Za-z]+)$");
}

TEST(StepSchema, DescribesRowsByTheirFields) {
    auto const rows = parameter("phases_of_heat");
    EXPECT_EQ(rows["type"], "array");
    EXPECT_EQ(rows["items"]["minItems"], 1);
    EXPECT_EQ(rows["items"]["items"], false);
    EXPECT_EQ(rows["items"]["prefixItems"].size(), 2u);
    EXPECT_EQ(rows["items"]["prefixItems"][1]["default"], 10);
    EXPECT_EQ(rows["items"]["x-form"], "HEAT[:TIME]");
}

}  // namespace hutch::step
