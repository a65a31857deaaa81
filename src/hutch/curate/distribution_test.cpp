#include "hutch/curate/distribution.hpp"

#include "hutch/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

namespace hutch::curate {
namespace {

Distribution parsed(std::string const& text, double least = -1e6, double most = 1e6) {
    return Distribution::parse(Document::parse("x: " + text, "r.yaml").at("x"), least, most, "mm");
}

std::string problem_of(std::string const& text, double least, double most) {
    try {
        parsed(text, least, most);
    } catch (Error const& error) {
        EXPECT_EQ(error.fault(), Fault::bad_input);
        return error.what();
    }
    return "";
}

constexpr int draws = 40000;

std::vector<double> drawn(Distribution const& distribution) {
    std::vector<double> values;
    RandomStream random(5, 0, 0);
    for (int i = 0; i < draws; ++i) values.push_back(distribution.draw(random));
    return values;
}

struct Moments {
    double mean, sd, least, most;
};
Moments moments_of(std::vector<double> const& values) {
    double sum = 0, squares = 0;
    for (double value : values) sum += value, squares += value * value;
    double const mean = sum / double(values.size());
    return {mean, std::sqrt(std::max(0.0, squares / double(values.size()) - mean * mean)),
            *std::ranges::min_element(values), *std::ranges::max_element(values)};
}

TEST(Distribution, HasTheMomentsAndTheRangeOfItsKind) {
    double const spread = std::log(100.0);
    struct Case {
        char const* text;
        double mean, sd, least, most;
    };
    // Mean and standard deviation from the densities: uniform (b - a) / sqrt 12; log uniform (b - a) / ln(b /
    // a) and its second moment (b^2 - a^2) / (2 ln(b / a)); a mixture adds p (1 - p) times the square of the
    // distance of its means.
    Case const cases[] = {
        {"3.5", 3.5, 0, 3.5, 3.5},
        {"{uniform: [2, 5]}", 3.5, 3 / std::sqrt(12.0), 2, 5},
        {"{uniform: [-1, 1], levels: 3}", 0, std::sqrt(2.0 / 3), -1, 1},
        {"{log_uniform: [1, 100]}", 99 / spread, std::sqrt(9999 / (2 * spread) - std::pow(99 / spread, 2)), 1,
         100},
        {"{log_uniform: [1, 100], levels: 3}", 37, std::sqrt(10101.0 / 3 - 37 * 37), 1, 100},
        {"{normal: [10, 2]}", 10, 2, -2, 22},
        {"{choice: [1, 2, 6]}", 3, std::sqrt(14.0 / 3), 1, 6},
        {"{uniform: [2, 4], probability: 0.25, otherwise: 7}", 6, std::sqrt(0.25 / 3 + 0.1875 * 16), 2, 7},
    };
    for (Case const& one : cases) {
        Distribution const distribution = parsed(one.text);
        Moments const found = moments_of(drawn(distribution));
        double const sigma = one.sd / std::sqrt(double(draws));
        EXPECT_NEAR(found.mean, one.mean, 5 * sigma + 1e-12) << one.text;
        EXPECT_NEAR(found.sd, one.sd, 0.03 * one.sd + 1e-12) << one.text;
        EXPECT_GE(found.least, one.least) << one.text;
        EXPECT_LE(found.most, one.most) << one.text;
        EXPECT_DOUBLE_EQ(distribution.least(), one.least) << one.text;
        EXPECT_DOUBLE_EQ(distribution.most(), one.most) << one.text;
        EXPECT_EQ(distribution.is_constant(), one.sd == 0) << one.text;
    }
}

TEST(Distribution, TakesItsLevelsAndNothingElse) {
    auto const uniform = drawn(parsed("{uniform: [0, 1], levels: 5}"));
    EXPECT_EQ(std::set<double>(uniform.begin(), uniform.end()), (std::set<double>{0, 0.25, 0.5, 0.75, 1}));
    auto const logarithmic = drawn(parsed("{log_uniform: [1, 16], levels: 5}"));
    EXPECT_EQ(std::set<double>(logarithmic.begin(), logarithmic.end()).size(), 5u);
    EXPECT_NEAR(double(std::ranges::count_if(logarithmic, [](double x) { return std::abs(x - 4) < 1e-9; })),
                draws / 5.0, 5 * std::sqrt(draws * 0.16));
}

TEST(Distribution, GivesTheOtherValueWithTheRestOfTheProbability) {
    auto const values = drawn(parsed("{normal: [0, 1], probability: 0.3, otherwise: 50}"));
    EXPECT_NEAR(double(std::ranges::count(values, 50.0)), 0.7 * draws, 5 * std::sqrt(0.21 * draws));
    auto const never = drawn(parsed("{uniform: [0, 1], probability: 0, otherwise: 2}"));
    EXPECT_EQ(std::ranges::count(never, 2.0), draws);
    auto const always = drawn(parsed("{uniform: [0, 1], probability: 1, otherwise: 2}"));
    EXPECT_EQ(std::ranges::count(always, 2.0), 0);
}

TEST(Distribution, CutsTheNormalOneAtTheRangeOfTheParameter) {
    Distribution const cut = parsed("{normal: [0.1, 1]}", 0, 1);
    auto const values = drawn(cut);
    EXPECT_GE(*std::ranges::min_element(values), 0);
    EXPECT_LE(*std::ranges::max_element(values), 1);
    EXPECT_EQ(cut.least(), 0);
    EXPECT_EQ(cut.most(), 1);
}

TEST(Distribution, KnowsWhetherItIsLogarithmic) {
    EXPECT_TRUE(parsed("{log_uniform: [1, 2]}").is_logarithmic());
    EXPECT_FALSE(parsed("{uniform: [1, 2]}").is_logarithmic());
}

TEST(Distribution, SaysWhatIsWrong) {
    struct Case {
        char const *text, *message;
    };
    for (auto const& [text, message] : {
             Case{"12", "'x' is 12 mm; expected 0 to 10"},
             Case{"word", "'x' is 'word'; expected a number"},
             Case{"nan", "'x' is 'nan'; expected a number"},
             Case{"[1, 2]",
                  "'x' is neither a number nor a distribution; expected for example 0.1 or {uniform: [0, "
                  "0.1]}"},
             Case{"{}", "'x' names 0 distributions; expected one of uniform, log_uniform, normal, choice"},
             Case{"{uniform: [0, 1], choice: [2]}",
                  "'x' names 2 distributions; expected one of uniform, log_uniform, normal, choice"},
             Case{"{unifrom: [0, 1]}", "'x.unifrom' is not known; expected 'uniform'?"},
             Case{"{uniform: [0, 1, 2]}", "'x.uniform' is a list of 3; expected two numbers"},
             Case{"{uniform: 1}", "'x.uniform' is '1'; expected a list"},
             Case{"{uniform: [0, a]}", "'x.uniform[1]' is 'a'; expected a number"},
             Case{"{uniform: [1, 0]}", "'x' runs from 1 to 0; expected the smaller first"},
             Case{"{uniform: [0, 11]}", "'x' reaches from 0 to 11 mm; expected within 0 to 10"},
             Case{"{log_uniform: [0, 1]}", "'x.log_uniform' begins at 0; expected > 0"},
             Case{"{normal: [11, 1]}", "'x.normal' has mean 11 mm; expected 0 to 10"},
             Case{"{normal: [1, 0]}", "'x.normal' has standard deviation 0; expected > 0"},
             Case{"{choice: []}", "'x.choice' is empty; expected at least one value"},
             Case{"{choice: [1, 20]}", "'x' reaches from 1 to 20 mm; expected within 0 to 10"},
             Case{"{choice: [1, 2], levels: 3}",
                  "'x.levels' is given; expected it with uniform or log_uniform only"},
             Case{"{uniform: [1, 2], levels: 1}", "'x.levels' is 1; expected 2 to 100,000"},
             Case{"{uniform: [1, 2], levels: 2.5}", "'x.levels' is '2.5'; expected an integer"},
             Case{"{uniform: [1, 2], probability: 0.5}",
                  "'x' has only one of 'probability' and 'otherwise'; expected both or none"},
             Case{"{uniform: [1, 2], probability: 2, otherwise: 1}", "'x.probability' is 2; expected 0 to 1"},
             Case{"{uniform: [1, 2], probability: 0.5, otherwise: 11}",
                  "'x' reaches from 1 to 11 mm; expected within 0 to 10"},
         })
        EXPECT_EQ(problem_of(text, 0, 10), std::string("r.yaml:1: ") + message) << text;
}

}  // namespace
}  // namespace hutch::curate
