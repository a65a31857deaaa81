// What every step of this build must say of itself.
#include "hutch/steps.hpp"

#include "hutch/step/manual.hpp"

#include <fstream>
#include <iterator>
#include <set>

#include <gtest/gtest.h>

namespace hutch {
namespace step {

void PrintTo(Step const& one, std::ostream* out) { *out << one.about.name; }

}  // namespace step

class AllSteps : public testing::TestWithParam<step::Step> {};

TEST_P(AllSteps, SaysAllThatIsAskedOfADescription) {
    EXPECT_EQ(step::first_problem(GetParam().about).value_or(""), "");
    EXPECT_TRUE(GetParam().run);
}

TEST_P(AllSteps, HasDefaultsThatKeepTheirFormWhenTheyAreGiven) {
    step::Description about = GetParam().about;
    std::erase_if(about.parameters, [](step::Parameter const& one) { return !one.fallback; });
    step::Values const defaults = step::complete(about, {});
    EXPECT_EQ(step::complete(about, step::parse_values(step::to_json(defaults), about.name)), defaults);
}

std::string name_of(testing::TestParamInfo<step::Step> const& info) {
    std::string name = info.param.about.name;
    for (char& c : name) c = c == '.' ? '_' : c;
    return name;
}

INSTANTIATE_TEST_SUITE_P(Each, AllSteps, testing::ValuesIn(all_steps()), name_of);

TEST(StepList, HasEachNameOnce) {
    std::set<std::string> names;
    for (step::Step const& one : all_steps())
        EXPECT_TRUE(names.insert(one.about.name).second) << one.about.name;
    EXPECT_FALSE(names.empty());
}

TEST(StepList, IsThePageOfTheManual) {
    std::ifstream page(HUTCH_SOURCE_DIR "/docs/steps.md");
    std::string const text((std::istreambuf_iterator<char>(page)), {});
    auto const steps = all_steps();
    EXPECT_EQ(text, step::manual_of(std::span<step::Step const>(steps)))
        << "docs/steps.md is not what the steps say; write it anew: hutch step manual >docs/steps.md";
}

}  // namespace hutch
