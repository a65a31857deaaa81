#include "hutch/methods/powder/refine/detail/variables.hpp"

#include "hutch/base/error.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::powder::refine {
namespace {

using detail::Variables;
using Terms = std::vector<std::pair<std::string, double>>;

// Parameters a to e, of which those named are refined.
Problem problem_of(std::string const& refined) {
    Problem problem;
    for (char const name : std::string("abcde")) {
        Parameter one;
        one.name = std::string(1, name), one.value = 0.1 * (name - 'a' + 1);
        one.is_refined = refined.find(name) != std::string::npos;
        problem.model.parameters.add(one);
    }
    return problem;
}

void constrain(Problem& problem, Terms const& terms, double constant, std::string const& text) {
    Constraint made{{}, constant, text};
    for (auto const& [name, factor] : terms)
        made.terms.emplace_back(problem.model.parameters.find(name), factor);
    problem.constraints.push_back(made);
}

std::string refusal(Problem const& problem) {
    try {
        Variables const variables(problem);
    } catch (Error const& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST(Variables, AreTheRefinedParametersWithoutConstraints) {
    Variables const variables(problem_of("ad"));
    ASSERT_EQ(variables.size(), 2u);
    EXPECT_EQ(variables.parameter(0), 0u);
    EXPECT_EQ(variables.parameter(1), 3u);
    EXPECT_EQ(variables.expand({1, 2, 3, 4, 5}, {10, 40}), (std::vector<double>{10, 2, 3, 40, 5}));
}

TEST(Variables, LetTheLastOfASumFollow) {
    Problem problem = problem_of("a");
    constrain(problem, {{"a", 1}, {"b", 1}}, 1, "a + b = 1");
    Variables const variables(problem);
    ASSERT_EQ(variables.size(), 1u);
    EXPECT_EQ(variables.parameter(0), 0u);
    EXPECT_TRUE(variables.is_refined(1));
    auto const values = variables.consistent(problem.model.parameters.values());
    EXPECT_DOUBLE_EQ(values[0], 0.1);
    EXPECT_DOUBLE_EQ(values[1], 0.9);
}

TEST(Variables, FollowChainsOfEqualities) {
    Problem problem = problem_of("c");
    constrain(problem, {{"a", 1}, {"b", -1}}, 0, "a = b");
    constrain(problem, {{"b", 1}, {"c", -1}}, 0, "b = c");
    constrain(problem, {{"c", 2}, {"d", -1}}, -0.5, "2 c + 0.5 = d");
    Variables const variables(problem);
    ASSERT_EQ(variables.size(), 1u);
    EXPECT_EQ(variables.refined().size(), 4u);
    auto const values = variables.expand(problem.model.parameters.values(), {0.3});
    for (std::size_t const i : {0, 1, 2}) EXPECT_DOUBLE_EQ(values[i], 0.3);
    EXPECT_DOUBLE_EQ(values[3], 1.1);
    EXPECT_DOUBLE_EQ(values[4], 0.5);
}

TEST(Variables, LeaveNothingFreeWhereConstraintsFixAll) {
    Problem problem = problem_of("ab");
    constrain(problem, {{"a", 1}, {"b", 1}}, 1, "a + b = 1");
    constrain(problem, {{"a", 1}, {"b", -1}}, 0, "a = b");
    Variables const variables(problem);
    EXPECT_EQ(variables.size(), 0u);
    auto const values = variables.consistent(problem.model.parameters.values());
    EXPECT_DOUBLE_EQ(values[0], 0.5);
    EXPECT_DOUBLE_EQ(values[1], 0.5);
}

TEST(Variables, TakeAConstraintTwice) {
    Problem problem = problem_of("ab");
    constrain(problem, {{"a", 1}, {"b", 1}}, 1, "a + b = 1");
    constrain(problem, {{"a", 2}, {"b", 2}}, 2, "2 a + 2 b = 2");
    EXPECT_EQ(Variables(problem).size(), 1u);
}

TEST(Variables, RefuseContradictionsByTheirText) {
    Problem problem = problem_of("ab");
    constrain(problem, {{"a", 1}, {"b", 1}}, 1, "a + b = 1");
    constrain(problem, {{"a", 1}, {"b", 1}}, 0.5, "a + b = 0.5");
    EXPECT_EQ(refusal(problem).find("'a + b = 0.5' contradicts"), 0u) << refusal(problem);

    Problem nothing = problem_of("ab");
    constrain(nothing, {{"a", 1}, {"a", -1}}, 1, "a - a = 1");
    EXPECT_EQ(refusal(nothing).find("'a - a = 1' contradicts"), 0u) << refusal(nothing);

    Problem values = problem_of("");  // nothing refined: the values themselves must hold
    constrain(values, {{"a", 1}, {"b", -1}}, 0, "a = b");
    EXPECT_EQ(refusal(values).find("'a = b' contradicts"), 0u) << refusal(values);
}

}  // namespace hutch::powder::refine
