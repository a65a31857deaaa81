#include "hutch/curate/assess/identifiers.hpp"

#include <gtest/gtest.h>

namespace hutch::curate::assess {
namespace {

TEST(Identifiers, KnowValidOnes) {
    for (char const* text : {"10.5281/zenodo.4806026", "https://doi.org/10.1107/S0021889892001304",
                             "doi:10.1000/182", "10.1000.10/a(b)c"})
        EXPECT_TRUE(is_doi(text)) << text;
    // ORCID's own examples; the last two end in X and 0.
    for (char const* text : {"0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X",
                             "https://orcid.org/0000-0002-1825-0097"})
        EXPECT_TRUE(is_orcid(text)) << text;
    // California Institute of Technology, Crossref, CERN
    for (char const* text :
         {"https://ror.org/05dxps055", "https://ror.org/02twcfp32", "https://ror.org/01ggx4157"})
        EXPECT_TRUE(is_ror(text)) << text;
    for (char const* text : {"CSTR:31253.11.sciencedb.j00001.00123", "17058.11.sciencedb.170001"})
        EXPECT_TRUE(is_cstr(text)) << text;
    EXPECT_TRUE(is_panet("PaNET01101"));
}

TEST(Identifiers, RefuseBrokenOnes) {
    for (char const* text : {"10.52/x", "10.5281/", "11.5281/zenodo.1", "10.5281/a b", "zenodo.4806026"})
        EXPECT_FALSE(is_doi(text)) << text;
    for (char const* text :
         {"0000-0002-1825-0098", "0000-0002-1694-2330", "000000021825-0097", "0000-0002-1825"})
        EXPECT_FALSE(is_orcid(text)) << text;
    for (char const* text :
         {"https://ror.org/05dxps056", "https://ror.org/05dxpl055", "05dxps05", "15dxps055"})
        EXPECT_FALSE(is_ror(text)) << text;
    for (char const* text : {"CSTR:3125.11.x", "31253.1.x", "31253.11."}) EXPECT_FALSE(is_cstr(text)) << text;
    for (char const* text : {"PaNET0110", "panet01101", "PaNET011011"}) EXPECT_FALSE(is_panet(text)) << text;
}

TEST(Identifiers, AreFoundInTexts) {
    auto const found = find_identifiers(
        "See (https://doi.org/10.1107/S0021889892001304), doi: 10.1000/x. By "
        "https://orcid.org/0000-0002-1825-0098; "
        "https://ror.org/05dxps055/ has PaNET01101. The services doi.org/ and ror.org/search are no "
        "identifiers.");
    ASSERT_EQ(found.size(), 5u);
    EXPECT_EQ(found[0].value, "10.1107/S0021889892001304");
    EXPECT_EQ(found[1].value, "10.1000/x");
    EXPECT_EQ(found[2].kind, "ORCID");
    EXPECT_FALSE(found[2].is_valid);
    EXPECT_TRUE(found[0].is_valid && found[1].is_valid && found[3].is_valid && found[4].is_valid);
    EXPECT_FALSE(named_identifier("orcid", "0000-0002-1825-0098")->is_valid);
    EXPECT_FALSE(named_identifier("name", "x"));
}

}  // namespace
}  // namespace hutch::curate::assess
