#include "hutch/data/instprm.hpp"

#include "hutch/base/error.hpp"

#include <cstdlib>
#include <functional>

#include <gtest/gtest.h>

namespace hutch::data {
namespace {

std::string message_of(std::function<void()> const& call) {
    try {
        call();
    } catch (Error const& error) {
        EXPECT_EQ(error.fault(), Fault::bad_data);
        return error.what();
    }
    return "no error";
}

constexpr char const* two_banks =
    "#Bank 1: GSAS-II instrument parameter file; do not add/delete items!\n"
    "Type:PXC\nLam1:1.5405929;Lam2: 1.5444274; I(L2)/I(L1):0.5;\n"
    "#Bank 2: GSAS-II instrument parameter file; do not add/delete items!\r\n"
    "Type:PNC\r\nLam:1.909\r\n";

}  // namespace

TEST(Instprm, ReadsKeysOfTheBankAskedFor) {
    auto const first = parse_instprm(two_banks, "f.instprm");
    EXPECT_EQ(first.text("Type", ""), "PXC");
    EXPECT_EQ(first.number("Lam2"), 1.5444274);
    EXPECT_EQ(first.number("I(L2)/I(L1)"), 0.5);
    EXPECT_EQ(first.lines.at("Lam2"), 3);
    EXPECT_FALSE(first.has("Lam"));
    EXPECT_EQ(first.number("Lam", 7), 7);
    EXPECT_EQ(first.text("Source", "none"), "none");
    auto const second = parse_instprm(two_banks, "f.instprm", 2);
    EXPECT_EQ(second.number("Lam"), 1.909);
    EXPECT_EQ(second.text("Type", ""), "PNC");
    EXPECT_FALSE(second.has("Lam1"));
}

TEST(Instprm, KeepsUnknownKeysAndQuotedTables) {
    auto const file =
        parse_instprm("Type:PNT\nInstrName: a:b\npdabc:\"\"\"1; 2\n3: 4\"\"\"\nX:0.0\nX:0.0\n", "f");
    EXPECT_EQ(file.text("InstrName", ""), "a:b");
    EXPECT_EQ(file.text("pdabc", ""), "1; 2\n3: 4");
    EXPECT_EQ(file.number("X"), 0);
    EXPECT_EQ(file.lines.at("X"), 5);
}

TEST(Instprm, SaysWhatIsWrongAndWhere) {
    struct Case {
        char const* text;
        int bank;
        char const* message;
    };
    for (Case const& c : {
             Case{"", 1, "f:1: bank 1 has no 'Type'; expected one such as Type:PXC"},
             Case{"U:1\n", 1, "f:1: bank 1 has no 'Type'; expected one such as Type:PXC"},
             Case{"Type:PXC\n", 2, "f:1: file has no bank 2; expected one of 1"},
             Case{two_banks, 3, "f:1: file has no bank 3; expected one of 1, 2"},
             Case{"Type:PXC\nU:1\nU:2\n", 1, "f:3: 'U' is '2' after '1' in line 2; expected one value"},
             Case{"Type:PXC\nnonsense\n", 1, "f:2: 'nonsense' has no ':'; expected key:value"},
             Case{"Type:PXC\n :1\n", 1, "f:2: value '1' has no key; expected key:value"},
             Case{"Type:PXC\nt:\"\"\"1 2\n3", 1, "f:2: \"\"\" is not closed; expected a second \"\"\""},
             Case{"#Bank 1: a\nType:PXC\n#Bank 1: a\n", 1,
                  "f:3: bank 1 starts again; expected each bank once"},
         })
        EXPECT_EQ(message_of([&] { parse_instprm(c.text, "f", c.bank); }), c.message) << c.text;
}

TEST(Instprm, SaysWhichValueIsNoNumber) {
    auto const file = parse_instprm("Type:PXC\nU:abc\n", "f");
    EXPECT_EQ(message_of([&] { file.number("U"); }), "f:2: 'U' is 'abc'; expected a number");
    EXPECT_EQ(message_of([&] { file.number("U", 1); }), "f:2: 'U' is 'abc'; expected a number");
    EXPECT_EQ(message_of([&] { file.number("W"); }), "f:1: file has no 'W'; expected a number");
}

TEST(InstprmData, ReadsFilesOfGsas2) {
    char const* const shared = std::getenv("HUTCH_SHARED");
    auto const folder = std::filesystem::path(shared ? shared : "") / "powder";
    if (!shared || !std::filesystem::exists(folder))
        GTEST_SKIP() << "HUTCH_SHARED does not name a folder with powder";
    auto const lab = read_instprm(folder / "reference_patterns/lab_cuka.instprm");
    EXPECT_EQ(lab.number("I(L2)/I(L1)"), 0.5);
    EXPECT_EQ(lab.number("SH/L"), 0.002);
    EXPECT_EQ(read_instprm(folder / "reference_patterns/neutron_cw.instprm").number("V"), -298.2);
    EXPECT_EQ(read_instprm(folder / "reference_patterns/synchrotron.instprm").number("Lam"), 0.413263);
    auto const powgen = read_instprm(folder / "nac_joint/POWGEN_1066.instprm");
    EXPECT_EQ(powgen.text("Type", ""), "PNT");
    EXPECT_EQ(powgen.number("difC"), 22600.2479192);
}

}  // namespace hutch::data
