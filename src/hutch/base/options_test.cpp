#include "hutch/base/options.hpp"

#include "hutch/base/error.hpp"

#include <gtest/gtest.h>

namespace hutch {
namespace {

Option const known[] = {{"size", "VALUE", "", false}, {"library", "PATH", "", true}, {"json", "", "", false}};

std::string refusal_of(std::vector<std::string> const& words) {
    try {
        sort_words(known, words, "see --help");
    } catch (Error const& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST(Options, AreSortedFromPlainWords) {
    auto const sorted =
        sort_words(known, {"a", "--size=-2", "--json", "b", "--library", "x", "--library", "y", "--"}, "");
    EXPECT_EQ(sorted.plain, (std::vector<std::string>{"a", "b", "--"}));
    EXPECT_EQ(sorted.options.at("size"), std::vector<std::string>{"-2"});
    EXPECT_EQ(sorted.options.at("library"), (std::vector<std::string>{"x", "y"}));
    EXPECT_TRUE(sorted.options.contains("json"));
}

TEST(Options, SayWhatIsWrongWithThem) {
    EXPECT_EQ(refusal_of({"--sise", "1"}), "'--sise' is no option here; expected '--size'?; see --help");
    EXPECT_EQ(refusal_of({"--size"}), "'--size' has no value; expected VALUE; see --help");
    EXPECT_EQ(refusal_of({"--size", "--json"}),
              "'--size' is followed by '--json'; expected VALUE; see --help");
    EXPECT_EQ(refusal_of({"--size", "1", "--size", "2"}),
              "'--size' is given twice; expected once; see --help");
    EXPECT_EQ(refusal_of({"--json=yes"}), "'--json' has the value 'yes'; expected none; see --help");
}

}  // namespace hutch
