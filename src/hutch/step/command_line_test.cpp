#include "hutch/step/command_line.hpp"

#include "hutch/step/help.hpp"
#include "hutch/step/manual.hpp"
#include "hutch/step/test_step.hpp"

#include <unistd.h>

#include <gtest/gtest.h>

namespace hutch::step {
namespace {

namespace fs = std::filesystem;

// Runs in a folder of its own that holds a.dough, b.dough and egg.
class StepCommandLine : public testing::Test {
  protected:
    void SetUp() override {
        fs::remove_all(folder_);
        fs::create_directories(folder_);
        for (char const* name : {"a.dough", "b.dough", "egg"}) std::ofstream(folder_ / name) << "x";
    }
    void TearDown() override { fs::remove_all(folder_); }
    std::string path(char const* name) const { return (folder_ / name).string(); }
    Request read(std::vector<std::string> words) const {
        return read_command_line(bread(), words, defaults_);
    }
    Values parameters(std::vector<std::string> words) const {
        words.insert(words.end(), {"--dough", path("a.dough"), "--out", path("loaf"), "--loaves", "2"});
        return read(words).call.parameters;
    }
    std::string refusal(std::vector<std::string> words) const {
        return message_of([&] { parameters(words); });
    }

  private:
    fs::path folder_ = fs::temp_directory_path() / ("hutch_step_command_line_" + std::to_string(::getpid()));
    Call defaults_{.threads = 7};
};

}  // namespace

TEST_F(StepCommandLine, ReadsParametersByTheirTypes) {
    Values const values =
        parameters({"--heat", "400", "--crust=pale", "--steam", "--no-fan", "--baker", "Bob", "--salt", "1e1",
                    "--phases-of-heat", "350,400:5", "--phases-of-heat", "500"});
    EXPECT_EQ(to_json(values),
              "{\"baker\":\"Bob\",\"crust\":\"pale\",\"fan\":false,\"heat\":400,\"loaves\":2,\"phases_of_"
              "heat\":[[350,"
              "10],[400,5],[500,10]],\"salt\":10,\"steam\":true}");
}

TEST_F(StepCommandLine, TakesPlainWordsAsNeededInputsThenOutputs) {
    auto const request = read(
        {"--loaves", "1", path("a.dough"), path("b.dough"), "--glaze", path("egg"), "--loaf", path("l")});
    EXPECT_EQ(request.call.inputs.at("dough"), (std::vector<fs::path>{path("a.dough"), path("b.dough")}));
    EXPECT_EQ(request.call.input("glaze"), path("egg"));
    EXPECT_EQ(request.call.output("loaf"), path("l"));
    EXPECT_FALSE(request.call.output("crumbs"));
    auto const named = read({"--loaves", "1", "--dough", path("a.dough"), path("l")});
    EXPECT_EQ(named.call.output("loaf"), path("l"));
}

TEST_F(StepCommandLine, TakesAnOutputThatIsCalledOut) {
    Description about = bread();
    about.outputs[0].name = "out";
    auto const request = read_command_line(about, {"--loaves", "1", path("a.dough"), "--out", path("l")}, {});
    EXPECT_EQ(request.call.output("out"), path("l"));
}

TEST_F(StepCommandLine, KeepsDefaultsOfTheCallUnlessToldOtherwise) {
    std::vector<std::string> const words{"--loaves", "1", path("a.dough"), "--out", path("l")};
    EXPECT_EQ(read(words).call.threads, 7u);
    EXPECT_EQ(read(words).call.device, "cpu");
    auto more = words;
    more.insert(more.end(), {"--threads", "3", "--device", "cuda:1", "--json"});
    EXPECT_EQ(read(more).call.threads, 3u);
    EXPECT_EQ(read(more).call.device, "cuda:1");
    EXPECT_TRUE(read(more).wants_json);
    EXPECT_TRUE(read({"--help"}).wants_help);
}

TEST_F(StepCommandLine, SaysWhatIsWrongInTheSameGrammarAsAFlow) {
    EXPECT_EQ(refusal({"--heet", "1"}),
              "'--heet' is no option here; expected '--heat'?; see 'hutch bread bake --help'");
    EXPECT_EQ(refusal({"--heat", "hot"}), "'heat' is 'hot'; expected 300 to 600");
    EXPECT_EQ(refusal({"--heat", "7"}), "'heat' is 7 K; expected 300 to 600");
    EXPECT_EQ(refusal({"--heat", "nan"}), "'heat' is 'nan'; expected 300 to 600");
    EXPECT_EQ(refusal({"--phases-of-heat", "350:1:2"}),
              "'phases_of_heat' has 3 values; expected HEAT[:TIME]");
    EXPECT_EQ(refusal({"--phases-of-heat", ""}), "'phases_of_heat' is ''; expected 300 to 600");
    EXPECT_EQ(refusal({"--threads", "0"}), "'threads' is 0; expected a whole number from 1 to 1024");
    EXPECT_EQ(refusal({"--threads", "1.5"}), "'threads' is 1.5; expected a whole number from 1 to 1024");
    EXPECT_EQ(refusal({"--crumbs", path("no/crumbs")}),
              "'crumbs' would lie in a folder that is not there; expected one: '" + path("no") + "'");
    EXPECT_EQ(refusal({"--glaze", path("milk")}),
              "'glaze' is not there; expected egg: '" + path("milk") + "'");
    EXPECT_EQ(refusal({"--loaf", path("x")}), "'loaf' is given twice; expected --out or --loaf");
    EXPECT_EQ(refusal({"word"}),
              "'word' is one word too many; expected 'hutch bread bake DOUGH... LOAF --loaves N "
              "[options]'; see 'hutch bread bake --help'");
    EXPECT_EQ(message_of([&] { read({"--loaves", "1"}); }),
              "'dough' is missing; expected one or more (dough): 'hutch bread bake "
              "DOUGH... LOAF --loaves N [options]'");
    EXPECT_EQ(message_of([&] { read({path("a.dough"), "--out", path("l")}); }),
              "'loaves' is missing; expected a whole number from 1 to 100; give --loaves N or, in a flow, "
              "loaves: VALUE");
}

TEST_F(StepCommandLine, WritesFindingsAndOutputsInTheOrderOfTheDescription) {
    Call call;
    call.outputs["loaf"] = "a \"loaf\"";
    EXPECT_EQ(to_json(bread(), call, {{{"marks", Value::List{9, 10}}, {"weight", 500.5}}, ""}),
              "{\"weight\": 500.5, \"marks\": [9,10], \"loaf\": \"a \\\"loaf\\\"\"}");
    EXPECT_EQ(to_json(bread(), {}, {}), "{}");
}

TEST(StepHelp, NamesEverythingOnce) {
    std::string const help = help_of(bread());
    for (char const* part :
         {"usage: hutch bread bake DOUGH... LOAF --loaves N [options]\n\nBake what was kneaded.\n",
          "  DOUGH..., --dough FILE          kneaded [dough; mm; repeat for more]\n",
          "  --glaze FILE                    brushed on [egg; may be left out]\n",
          "  LOAF, --out FILE, --loaf FILE   baked [bread]\n",
          "  --heat VALUE                    of the oven [K; 300 to 600; default 500]\n",
          "  --loaves N                      how many [a whole number from 1 to 100; must be given]\n",
          "  --steam                         let steam in\n", "  --no-fan ", "  --threads N ",
          "  --salt VALUE                    of the dough [g; 0 to 50; default as the recipe says]\n",
          "  weight                          of a loaf [g]\n",
          "\nVersion 1.2.0. Source: H. McGee, On Food and Cooking (2004), chapter 10\n"})
        EXPECT_NE(help.find(part), std::string::npos) << part << "\n" << help;
}

TEST(StepManual, IsAPageWithOneTableOfEachKind) {
    std::string const page = manual_of(bread());
    for (char const* part :
         {"## bread.bake 1.2.0\n\nBake what was kneaded.\n",
          "| `dough` (list) | dough | float64 (layer) [mm] | yes | kneaded |\n",
          "| `phases_of_heat` (list) | K, min | heat 300 to 600, time 0 to 600 (else 10) | none | heat for "
          "some time |\n",
          "| `loaves` | 1 | a whole number from 1 to 100 | must be given | how many |\n",
          "| `marks` | integer (list) | 1 | out of ten |\n",
          "Needs as many threads as it is given, a GPU if there is one, 1 GiB of memory.\n"})
        EXPECT_NE(page.find(part), std::string::npos) << part << "\n" << page;
}

}  // namespace hutch::step
