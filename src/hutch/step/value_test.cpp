#include "hutch/step/value.hpp"

#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"

#include <functional>
#include <limits>

#include <gtest/gtest.h>

namespace hutch::step {
namespace {

std::string message_of(std::function<void()> const& call) {
    try {
        call();
    } catch (Error const& error) {
        return error.what();
    }
    return "no error";
}

std::string refusal_of(std::string const& json) {
    return message_of([&] { parse_values(json, "call.json"); });
}

Value from_yaml(std::string const& text) {
    return to_value(Document::parse("value: " + text, "flow.yaml").at("value"));
}

}  // namespace

TEST(StepValue, EqualsByValueWhateverItIsHeldAs) {
    EXPECT_EQ(Value(1), Value(1.0));
    EXPECT_EQ(to_json(Value(1)), to_json(Value(1.0)));
    EXPECT_NE(Value(1), Value(true));
    EXPECT_NE(Value(1), Value("1"));
    // 2^53 + 1 is no double; the nearest double is another number.
    EXPECT_NE(Value(std::int64_t{9007199254740993}), Value(9007199254740992.0));
    EXPECT_EQ(Value(-0.0), Value(0));
}

TEST(StepValue, IsWrittenInTheFewestDigitsThatReadBackTheSame) {
    struct Case {
        Value value;
        std::string text;
    };
    Case const cases[] = {{0.1, "0.1"},
                          {1e15, "1000000000000000"},
                          {1e20, "1e+20"},
                          {-0.0, "0"},
                          {5e-324, "5e-324"},
                          {0.1 + 0.2, "0.30000000000000004"},
                          {true, "true"},
                          {{}, "null"},
                          {"a\"b\n", "\"a\\\"b\\n\""},
                          {Value::List{1.5405, 1}, "[1.5405,1]"}};
    for (Case const& one : cases) EXPECT_EQ(to_json(one.value), one.text);
    EXPECT_EQ(to_json(Values{{"b", 2}, {"a", Value::List{}}}), "{\"a\":[],\"b\":2}");
}

TEST(StepValue, ComesBackFromItsText) {
    Values const values{{"largest", std::numeric_limits<std::int64_t>::max()},
                        {"smallest", std::numeric_limits<std::int64_t>::min()},
                        {"beyond", 9223372036854775808.0},
                        {"huge", std::numeric_limits<double>::max()},
                        {"tiny", std::numeric_limits<double>::denorm_min()},
                        {"rows", Value::List{Value::List{1.5405, 1}, Value::List{1.5443, 0.5}}},
                        {"text", "Å \"quoted\" \\ \n"},
                        {"none", {}}};
    EXPECT_EQ(parse_values(to_json(values), "again"), values);
}

TEST(StepValue, RefusesWhatIsNoMapOfValues) {
    EXPECT_EQ(refusal_of("{\"a\": 1, \"a\": 2}"), "call.json: 'values' has 'a' twice; expected it once");
    EXPECT_EQ(refusal_of("{\"a\": {\"b\": 1}}"),
              "call.json: 'values' holds a map inside the map; expected values and lists");
    EXPECT_EQ(refusal_of("[1]"), "call.json: 'values' starts with a list; expected a map");
    EXPECT_EQ(refusal_of("1"), "call.json: 'values' is a single value; expected a map");
    for (std::string const broken : {"", "{", "{\"a\": 1,}", "{\"a\": 1} x", "{\"a\": NaN}", "{\"a\": 1e999}",
                                     "{\"a\": 01}", "{\"a\": \"\xff\"}", "{/* */}"})
        EXPECT_NE(refusal_of(broken).find("is broken at byte"), std::string::npos) << broken;
    EXPECT_NE(refusal_of("{\"a\": " + std::string(100000, '[')).find("nested deeper"), std::string::npos);
}

TEST(StepValue, RefusesToWriteWhatJsonCannotHold) {
    EXPECT_EQ(message_of([] { to_json(Value(std::numeric_limits<double>::quiet_NaN())); }),
              "'value' is nan; expected a finite number");
    EXPECT_NE(message_of([] { to_json(Value("\xff")); }).find("is no UTF-8"), std::string::npos);
}

TEST(StepValue, IsReadFromYamlByHowItLooksUnlessQuoted) {
    EXPECT_EQ(from_yaml("true"), Value(true));
    EXPECT_EQ(from_yaml("7"), Value(7));
    EXPECT_EQ(from_yaml("1e-3"), Value(0.001));
    EXPECT_EQ(from_yaml("xray"), Value("xray"));
    EXPECT_EQ(from_yaml("\"7\""), Value("7"));
    EXPECT_EQ(from_yaml("'true'"), Value("true"));
    EXPECT_EQ(from_yaml("~"), Value());
    EXPECT_EQ(from_yaml("[[1.5405, 1], [1.5443, 0.5]]"),
              Value(Value::List{Value::List{1.5405, 1}, Value::List{1.5443, 0.5}}));
    EXPECT_TRUE(from_yaml("7").is_integer());
    EXPECT_EQ(message_of([] { from_yaml("{a: 1}"); }),
              "flow.yaml:1: 'value' is a map; expected a value or a list");
}

TEST(StepValue, RefusesADocumentWhoseAliasesMultiply) {
    std::string text = "a: &a [1,1,1,1,1,1,1,1,1,1]\n";
    for (char c = 'b'; c < 'i'; ++c) {
        text += std::string(1, c) + ": &" + c + " [";
        for (int i = 0; i < 10; ++i) text += std::string(i ? "," : "") + "*" + char(c - 1);
        text += "]\n";
    }
    auto const document = Document::parse(text, "flow.yaml");
    EXPECT_NE(message_of([&] { to_value(document.at("h")); }).find("expected"), std::string::npos);
}

TEST(StepValue, ReadsAsPeopleWriteIt) {
    EXPECT_EQ(to_text(Value::List{Value::List{1.5405, 1}, Value::List{1.5443, 0.5}}), "1.5405:1,1.5443:0.5");
    EXPECT_EQ(to_text(Value(true)), "yes");
    EXPECT_EQ(to_text(Value(1e-3)), "0.001");
}

}  // namespace hutch::step
