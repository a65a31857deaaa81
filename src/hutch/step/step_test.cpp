#include "hutch/step/step.hpp"

#include "hutch/step/test_step.hpp"
#include "hutch/step/unit.hpp"

#include <functional>
#include <limits>

#include <gtest/gtest.h>

namespace hutch::step {
namespace {

Field heat(char const* name) { return {.name = name, .unit = "K", .least = 0, .most = 1}; }

std::string refusal_of(Values given) {
    given.try_emplace("loaves", 1);
    return message_of([&] { complete(bread(), given); });
}

}  // namespace

TEST(StepComplete, FillsDefaultsAndGivesEveryValueOneForm) {
    Values const values = complete(
        bread(), {{"loaves", 2.0}, {"heat", 400}, {"phases_of_heat", Value::List{350, Value::List{500, 5}}}});
    EXPECT_EQ(to_json(values),
              "{\"baker\":\"Ann\",\"crust\":\"brown\",\"fan\":true,\"heat\":400,\"loaves\":2,\"phases_of_"
              "heat\":[[350,"
              "10],[500,5]],\"salt\":null,\"steam\":false}");
    EXPECT_TRUE(values.at("loaves").is_integer());
    EXPECT_FALSE(values.at("heat").is_integer());
    EXPECT_EQ(complete(bread(), values), values);
}

TEST(StepComplete, TakesOneItemForAListOfOne) {
    EXPECT_EQ(complete(bread(), {{"loaves", 1}, {"phases_of_heat", 350}}).at("phases_of_heat"),
              Value(Value::List{Value::List{350, 10}}));
}

TEST(StepComplete, NamesValueAndRuleOfWhatItRefuses) {
    struct Case {
        char const* name;
        Value value;
        char const* message;
    };
    Case const cases[] = {
        {"heet", 1, "'heet' is no parameter of bread.bake; expected 'heat'?"},
        {"heat", 0, "'heat' is 0 K; expected 300 to 600"},
        {"heat", "hot", "'heat' is 'hot'; expected 300 to 600"},
        {"heat", std::numeric_limits<double>::quiet_NaN(), "'heat' is nan K; expected 300 to 600"},
        {"heat", Value::List{400}, "'heat' is a list of 1; expected 300 to 600"},
        {"heat", Value(), "'heat' is none; expected 300 to 600"},
        {"heat", true, "'heat' is yes; expected 300 to 600"},
        {"loaves", 1.5, "'loaves' is 1.5; expected a whole number from 1 to 100"},
        {"loaves", 101, "'loaves' is 101; expected a whole number from 1 to 100"},
        {"crust", "braun", "'crust' is 'braun'; expected 'brown'?"},
        {"crust", "golden and thin", "'crust' is 'golden and thin'; expected one of: pale, brown, black"},
        {"crust", 3, "'crust' is 3; expected one of: pale, brown, black; put it in quotes"},
        {"steam", "yes", "'steam' is 'yes'; expected true or false"},
        {"baker", "Bob 2", "'baker' is 'Bob 2'; expected a name of letters"},
        {"baker", 2, "'baker' is 2; expected a name of letters; put it in quotes"},
        {"phases_of_heat", Value::List{350, 700},
         "'phases_of_heat' may be one row or 2; expected [[350, 700]] or [[350], [700]]"},
        {"phases_of_heat", Value::List{Value::List{350}, Value::List{700}},
         "'phases_of_heat[1]' is 700 K; expected 300 to 600"},
        {"phases_of_heat", Value::List{Value::List{350, -1}},
         "'phases_of_heat.time' is -1 min; expected 0 to 600"},
        {"phases_of_heat", Value::List{Value::List{350, 1, 1}},
         "'phases_of_heat' has 3 values; expected HEAT[:TIME]"},
        {"phases_of_heat", Value::List{Value::List{}}, "'phases_of_heat' has 0 values; expected HEAT[:TIME]"},
    };
    for (Case const& one : cases) EXPECT_EQ(refusal_of({{one.name, one.value}}), one.message);
}

TEST(StepComplete, SaysHowToGiveWhatIsMissing) {
    EXPECT_EQ(
        message_of([] { complete(bread(), {}, "flow.yaml:3: "); }),
        "flow.yaml:3: 'loaves' is missing; expected a whole number from 1 to 100; give --loaves N or, in a "
        "flow, loaves: VALUE");
}

TEST(StepComplete, RefusesTextsThatAreTooLongForTheirPattern) {
    EXPECT_NE(refusal_of({{"baker", std::string(1'000'000, 'a')}}), "no error");
}

TEST(StepFind, NamesTheNearestStep) {
    std::vector<Step> const steps{{bread(), {}}};
    EXPECT_EQ(&find_step(steps, "bread.bake"), &steps[0]);
    EXPECT_EQ(message_of([&] { find_step(steps, "bread.cake"); }),
              "'bread.cake' is no step; expected 'bread.bake'?");
    EXPECT_EQ(message_of([&] { find_step(steps, "engine.start"); }),
              "'engine.start' is no step; expected one of 'hutch step list'");
}

TEST(StepRun, SeesThatAStepKeepsToItsDescription) {
    Call call;
    auto const finds = [&](Values const& findings) {
        Step const step{bread(), [&](Call const&) { return Outcome{findings, ""}; }};
        return message_of([&] { run_step(step, call); });
    };
    EXPECT_EQ(finds({{"weight", 500}, {"marks", Value::List{9, 10}}}), "no error");
    EXPECT_EQ(finds({{"weight", "heavy"}}),
              "'weight' of bread.bake is 'heavy'; expected what the step describes");
    EXPECT_EQ(finds({{"marks", 9}}), "'marks' of bread.bake is '9'; expected what the step describes");
    EXPECT_EQ(finds({{"smell", "good"}}),
              "'smell' of bread.bake is 'good'; expected what the step describes");
    call.outputs["loaf"] = "nowhere/loaf.bread";
    EXPECT_EQ(finds({}), "'loaf' of bread.bake is not written; expected it: 'nowhere/loaf.bread'");
}

TEST(StepCall, GivesPathsThatWereGiven) {
    Call call;
    call.inputs["dough"] = {"a", "b"};
    call.outputs["loaf"] = "loaf.bread";
    EXPECT_EQ(call.input("dough"), "a");
    EXPECT_EQ(call.input("water"), "");
    EXPECT_EQ(call.output("loaf"), "loaf.bread");
    EXPECT_FALSE(call.output("crumbs"));
}

TEST(StepDescription, MayCallTheFirstOutputOut) {
    Description about = bread();
    about.outputs[0].name = "out";
    EXPECT_EQ(first_problem(about), std::nullopt);
    about.outputs[1].name = "out";
    EXPECT_NE(first_problem(about), std::nullopt);
}

TEST(StepDescription, OfTheSampleHasNoProblem) { EXPECT_EQ(first_problem(bread()), std::nullopt); }

TEST(StepDescription, IsRefusedForEachRuleItBreaks) {
    struct Case {
        char const* message;
        std::function<void(Description&)> spoil;
    };
    using D = Description&;
    Case const cases[] = {
        {"'bake' is no name; expected words such as 'powder.simulate'", [](D d) { d.name = "bake"; }},
        {"'bread.bake' has the version '1.2'; expected MAJOR.MINOR.PATCH", [](D d) { d.version = "1.2"; }},
        {"'bread.bake' has the summary ''; expected one clause without full stop",
         [](D d) { d.summary = ""; }},
        {"'bread.bake' has the summary 'Bake.'; expected one clause without full stop",
         [](D d) { d.summary = "Bake."; }},
        {"'bread.bake' has no reference; expected where its method is published or defined",
         [](D d) { d.reference = ""; }},
        {"'bread.bake' needs no memory or no time; expected memory_gib > 0 and seconds > 0",
         [](D d) { d.needs.seconds = 0; }},
        {"'bread.bake' has ranks by 'heat'; expected a parameter that is an integer",
         [](D d) { d.needs.ranks_parameter = "heat"; }},
        {"'bread.bake' has ranks by 'hands'; expected a parameter that is an integer",
         [](D d) { d.needs.ranks_parameter = "hands"; }},
        {"'bread.bake.Heat' is no name; expected lower-case letters, digits and _, a letter first",
         [](D d) { d.parameters[0].name = "Heat"; }},
        {"'bread.bake.heat' has no help; expected one line", [](D d) { d.parameters[0].help = ""; }},
        {"'bread.bake.heat' has no fields; expected at least one",
         [](D d) { d.parameters[0].fields.clear(); }},
        {"'bread.bake.heat' has no unit; expected one such as 'mm', or '1'",
         [](D d) { d.parameters[0].fields[0].unit = ""; }},
        {"'bread.bake.heat' has the unit 'warm'; expected one that UDUNITS knows",
         [](D d) { d.parameters[0].fields[0].unit = "warm"; }},
        {"'bread.bake.heat' has no finite range; expected least and most, or a rule in words",
         [](D d) { d.parameters[0].fields[0].most = std::numeric_limits<double>::infinity(); }},
        {"'bread.bake.heat' has the range 300 to 200; expected least <= most",
         [](D d) { d.parameters[0].fields[0].most = 200; }},
        {"'bread.bake.heat' has a default that breaks its rule: 'heat' is 5 K; expected 300 to 600; expected "
         "one "
         "within it",
         [](D d) { d.parameters[0].fallback = 5; }},
        {"'bread.bake.heat' has a default and words for none; expected one of both",
         [](D d) { d.parameters[0].otherwise = "warm"; }},
        {"'bread.bake.salt' has the default nothing; expected words that say what holds then",
         [](D d) { d.parameters[6].otherwise = ""; }},
        {"'bread.bake.crust' has no choices; expected at least one",
         [](D d) { d.parameters[2].fields[0].choices.clear(); }},
        {"'bread.bake.crust' has choices that are equal or empty; expected each once",
         [](D d) { d.parameters[2].fields[0].choices = {"a", "a"}; }},
        {"'bread.bake.steam' is a flag and has a unit; expected units of numbers only",
         [](D d) { d.parameters[3].fields[0].unit = "1"; }},
        {"'bread.bake.baker' has no rule; expected what it may be, in words",
         [](D d) { d.parameters[5].fields[0].rule = ""; }},
        {"'bread.bake.baker' has the pattern '('; expected an ECMAScript expression",
         [](D d) { d.parameters[5].fields[0].pattern = "("; }},
        {"'bread.bake.phases_of_heat.' is no name; expected lower-case letters, digits and _, a letter first",
         [](D d) { d.parameters[7].fields[0].name = ""; }},
        {"'bread.bake.phases_of_heat.heat' is there twice; expected fields of different names",
         [](D d) { d.parameters[7].fields[1].name = "heat"; }},
        {"'bread.bake.phases_of_heat.heat' has a fallback and is first; expected the parameter's default",
         [](D d) { d.parameters[7].fields[0].fallback = 400; }},
        {"'bread.bake.phases_of_heat.more' has no fallback; expected one, as the field before it may be left "
         "out",
         [](D d) { d.parameters[7].fields.push_back(heat("more")); }},
        {"'bread.bake.steam' is a flag in a list or row; expected a choice",
         [](D d) { d.parameters[3].is_list = true; }},
        {"'bread.bake.dough' has no help; expected one line", [](D d) { d.inputs[0].help = ""; }},
        {"'bread.bake.dough' has no format; expected what a reader must know",
         [](D d) { d.inputs[0].format = ""; }},
        {"'bread.bake.dough' has no dims; expected one name for each dimension",
         [](D d) { d.inputs[0].dims = {}; }},
        {"'bread.bake.dough' has no dtype; expected one, as it has dims",
         [](D d) { d.inputs[0].dtype = ""; }},
        {"'bread.bake.dough' has no unit; expected one such as 'mm', or '1'",
         [](D d) { d.inputs[0].unit = ""; }},
        {"'bread.bake.loaf' has the file '../loaf'; expected a name in a folder of results",
         [](D d) { d.outputs[0].file = "../loaf"; }},
        {"'bread.bake.loaf' has a unit and no dtype; expected units of arrays only",
         [](D d) { d.outputs[0].unit = "g"; }},
        {"'bread.bake.loaf' is a list; expected one file or a folder",
         [](D d) { d.outputs[0].is_list = true; }},
        {"'bread.bake.weight' has no unit; expected one such as 'mm', or '1'",
         [](D d) { d.findings[0].unit = ""; }},
        {"'bread.bake.weight' has no help; expected one line", [](D d) { d.findings[0].help = ""; }},
        {"'bread.bake.heat' is a name that is taken; expected another",
         [](D d) { d.inputs[0].name = "heat"; }},
        {"'bread.bake.json' is a name that is taken; expected another",
         [](D d) { d.parameters[0].name = "json"; }},
        {"'bread.bake.loaf' is a name that is taken; expected another",
         [](D d) { d.findings[0].name = "loaf"; }},
    };
    for (Case const& one : cases) {
        Description about = bread();
        one.spoil(about);
        EXPECT_EQ(first_problem(about).value_or("nothing"), one.message);
    }
}

TEST(StepUnit, IsAProductOfPowersOfKnownNames) {
    for (char const* good : {"1",           "degree",
                             "degree^2",    "1/angstrom",
                             "g/cm^3",      "keV",
                             "count",       "um",
                             "mm",          "GiB",
                             "count s^-1",  "kg*m^2/s^2",
                             "electron^2",  "barn",
                             "fm",          "byte",
                             "mrad",        "1/s",
                             "degree2",     "angstrom-1",
                             "1e-6",        "1e-6 angstrom-2",
                             "us.angstrom", "us2/angstrom4",
                             "W/(m K)",     "J/(kg*(K s))"})
        EXPECT_TRUE(is_unit(good)) << good;
    for (char const* bad : {"",        " ",       "foo",  "mm^",    "mm^0", "mm^x", "/",     "1/",  "mm//s",
                            "degrees", "kdegree", "m^99", "mm^2^2", "Å",    "2",    "0.5 m", "mm-", "mm--2",
                            "mm0",     "a.",      "(m",   "m)",     "()",   "m/()", "W/(m K"})
        EXPECT_FALSE(is_unit(bad)) << bad;
    EXPECT_FALSE(is_unit(std::string(1000000, '(') + "m" + std::string(1000000, ')')));
}

TEST(StepUnit, HasDimensionAndSize) {
    EXPECT_EQ(parse_unit("g/cm^3")->dimension, parse_unit("kg/m^3")->dimension);
    EXPECT_NEAR(parse_unit("g/cm^3")->factor, 1000, 1e-9);
    EXPECT_EQ(parse_unit("J")->dimension, parse_unit("eV")->dimension);
    EXPECT_EQ(parse_unit("W"), parse_unit("V A"));
    EXPECT_EQ(parse_unit("ohm")->dimension, parse_unit("V/A")->dimension);
    EXPECT_NE(parse_unit("degree")->dimension, parse_unit("1")->dimension);
    EXPECT_NEAR(parse_unit("1/angstrom")->factor, 1e10, 1);
    EXPECT_EQ(parse_unit("W/(m K)"), parse_unit("W m^-1 K^-1"));
    EXPECT_EQ(parse_unit("degC")->offset, 273.15);
    EXPECT_EQ(parse_unit("degC/min")->offset, 0);
    EXPECT_TRUE(is_same_unit("us", "microsecond"));
    EXPECT_TRUE(is_same_unit("m s^-1", "m/s"));
    EXPECT_TRUE(is_same_unit("degrees", "degree"));
    EXPECT_FALSE(is_same_unit("mm", "m"));
    EXPECT_FALSE(is_same_unit("degC", "K"));
}

}  // namespace hutch::step
