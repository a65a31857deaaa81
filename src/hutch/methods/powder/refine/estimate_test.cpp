#include "hutch/methods/powder/refine/test_result.hpp"

#include <gtest/gtest.h>

namespace hutch::powder::refine {
namespace {

TEST(Estimates, AreWrittenWithOneDigitOfUncertaintyOrTwoUpTo19) {
    struct Case {
        double value, su;
        char const* text;
    };
    Case const cases[] = {
        {5.398623, 0.00006, "5.39862(6)"},
        {0.18754, 0.0011, "0.1875(11)"},
        {0.18754, 0.0019, "0.1875(19)"},
        {0.18754, 0.00194, "0.1875(19)"},
        {0.18754, 0.00196, "0.188(2)"},
        {0.18754, 0.002, "0.188(2)"},
        {-0.18754, 0.0099, "-0.188(10)"},
        {1.23456, 0.00095, "1.2346(10)"},
        {-0.00001, 0.0003, "0.0000(3)"},
        {1234.5, 23, "1230(20)"},
        {1234.5, 14, "1234(14)"},
        {12346, 140, "12350(140)"},
        {3, 1, "3.0(10)"},
        {90, 0, "90"},
        {1. / 3, 0, "0.333333"},
        {1.5405929, 0, "1.54059"},
        {-0.0, 0, "0"},
        {0.25, not_known, "0.25(?)"},
        {not_known, 0, "?"},
        {not_known, not_known, "?"},
        {4.52e-12, 2.1e-13, "4.5e-12(2)"},
        {2.5e12, 3e10, "2.50e12(3)"},
        {1e-12, 2e-3, "0.000(2)"},
    };
    for (Case const& one : cases)
        EXPECT_EQ(to_text({one.value, one.su}), one.text) << one.value << " " << one.su;
}

TEST(Correlations, AreListedOnceTheStrongestFirstAndUndeterminedOnesLeftOut) {
    Result const result = make_result();
    auto const all = result.strong_correlations(0.4);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(result.parameters[all[0].first].name, "sulfate.cell.a");
    EXPECT_EQ(result.parameters[all[0].second].name, "sulfate.xray.size.iso");
    EXPECT_EQ(all[0].coefficient, -0.97);
    EXPECT_EQ(all[1].coefficient, 0.5);
    EXPECT_EQ(result.strong_correlations(0.9).size(), 1u);
}

}  // namespace
}  // namespace hutch::powder::refine
