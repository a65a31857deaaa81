#include "hutch/curate/licence.hpp"

#include <set>

#include <gtest/gtest.h>

namespace hutch::curate {
namespace {

TEST(Licence, KnowsEachIdOnce) {
    std::set<std::string> ids;
    for (Licence const& one : licences()) EXPECT_TRUE(ids.insert(one.id).second) << one.id;
    EXPECT_GE(ids.size(), 60u);
    EXPECT_TRUE(find_licence("CC-BY-NC-SA-4.0")->non_commercial);
    EXPECT_EQ(find_licence("cc-by-4.0"), nullptr);  // SPDX ids are written in one way
}

struct Case {
    std::vector<std::string> inputs;
    char const* output;
    Compatibility expected;
};

TEST(Licence, FitsOrDoesNot) {
    using enum Compatibility;
    std::vector<Case> const cases{
        {{}, "CC-BY-4.0", yes},
        {{"Unlicense", "BSD-2-Clause"}, "CC-BY-4.0", yes},
        {{"CC0-1.0", "PDDL-1.0"}, "CC0-1.0", yes},
        {{"CC-BY-4.0"}, "CC0-1.0", no},  // attribution cannot be passed on
        {{"CC-BY-4.0"}, "CC-BY-NC-4.0", yes},
        {{"CC-BY-NC-4.0"}, "CC-BY-4.0", no},
        {{"CC-BY-SA-4.0"}, "CC-BY-SA-4.0", yes},
        {{"CC-BY-SA-3.0"}, "CC-BY-SA-4.0", yes},
        {{"CC-BY-SA-4.0"}, "CC-BY-SA-3.0", no},
        {{"CC-BY-SA-4.0"}, "CC-BY-4.0", no},
        {{"CC-BY-SA-4.0"}, "GPL-3.0-only", yes},
        {{"CC-BY-ND-4.0"}, "CC-BY-ND-4.0", no},
        {{"ODbL-1.0"}, "ODbL-1.0", yes},
        {{"ODbL-1.0"}, "CC-BY-4.0", no},
        {{"CC-BY-NC-SA-4.0"}, "CC-BY-SA-4.0", no},
        {{"GPL-2.0-only"}, "GPL-3.0-only", no},
        {{"GPL-2.0-or-later"}, "GPL-3.0-only", yes},
        {{"GPL-2.0-only", "Unlicense"}, "GPL-2.0-only", yes},
        {{"GPL-2.0-only OR CC-BY-4.0"}, "CC-BY-4.0", yes},
        {{"GPL-2.0-only AND CC-BY-4.0"}, "CC-BY-4.0", no},
        {{"GPL-3.0-only WITH GCC-exception-3.1"}, "GPL-3.0-only", yes},
        {{"LicenseRef-own"}, "CC-BY-4.0", unknown},
        {{"LicenseRef-own", "CC-BY-ND-4.0"}, "CC-BY-4.0", no},  // what is certain comes first
        {{""}, "CC-BY-4.0", unknown},
        {{"MIT"}, "my own", unknown},
    };
    for (Case const& one : cases) {
        Verdict const verdict = compatible(one.inputs, one.output);
        EXPECT_EQ(verdict.compatibility, one.expected)
            << (one.inputs.empty() ? "" : one.inputs[0]) << " -> " << one.output << ": " << verdict.reason;
        EXPECT_FALSE(verdict.reason.empty());
    }
}

TEST(Licence, FindsIdsInExpressions) {
    EXPECT_EQ(ids_in("(MIT OR Apache-2.0) AND GPL-3.0-only WITH GCC-exception-3.1"),
              (std::vector<std::string>{"MIT", "Apache-2.0", "GPL-3.0-only"}));
}

}  // namespace
}  // namespace hutch::curate
