#include "hutch/base/text.hpp"

#include "hutch/base/error.hpp"

#include <gtest/gtest.h>

namespace hutch {

TEST(Text, SplitsLinesOfBothKinds) {
    EXPECT_EQ(split_lines("a\r\nb\n\nc"), (std::vector<std::string_view>{"a", "b", "", "c"}));
    EXPECT_TRUE(split_lines("").empty());
}

TEST(Text, SplitsWords) {
    EXPECT_EQ(split_words("  a\tb  c "), (std::vector<std::string_view>{"a", "b", "c"}));
    EXPECT_EQ(split_words("1, 2,3", true), (std::vector<std::string_view>{"1", "2", "3"}));
}

TEST(Text, ReadsWholeNumbersOnly) {
    EXPECT_EQ(to_number(" +1.5e3 "), 1500);
    for (char const* text : {"", "1.5x", "inf", "nan", "--1", "1e999"}) EXPECT_FALSE(to_number(text)) << text;
}

TEST(Text, NamesWhatIsNotANumber) {
    try {
        parse_number("abc", "wavelength");
        FAIL();
    } catch (Error const& error) {
        EXPECT_STREQ(error.what(), "'wavelength' is 'abc'; expected a number");
        EXPECT_EQ(error.fault(), Fault::bad_data);
    }
}

TEST(Text, ShowsForeignTextSafely) { EXPECT_EQ(in_quotes("a\nb\x7f"), "'a?b?'"); }

TEST(Text, WritesJsonStrings) { EXPECT_EQ(to_json_text("a\"\n\xff"), "\"a\\\"\\n\xEF\xBF\xBD\""); }

TEST(Text, GroupsThousands) {
    EXPECT_EQ(with_commas(4065346), "4,065,346");
    EXPECT_EQ(with_commas(-12), "-12");
    EXPECT_EQ(with_commas(-1000), "-1,000");
}

}  // namespace hutch
