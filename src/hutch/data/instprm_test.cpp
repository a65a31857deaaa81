#include "hutch/data/instprm.hpp"

#include "hutch/base/error.hpp"

#include <cstdlib>
#include <functional>
#include <vector>

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

constexpr char const* gsas_two_banks =
    "            123456789012345678901234567890123456789012345678901234567890\n"
    "INS   BANK      2\n"
    "INS   HTYPE   PXCR\n"
    "INS  1 IRAD     3\n"
    "INS  1 ICONS  1.540500  1.544300       2.5         0       0.7    0       0.5\n"
    "INS  1I HEAD  a diffractometer\n"
    "INS  1DETAZM      90.0\n"
    "INS  1PRCF1     1    6      0.01\n"
    "INS  1PRCF11   9.000000E+00   9.000000E+00   9.000000E+00   0.000000E+00\n"
    "INS  1PRCF12   0.000000E+00   0.000000E+00\n"
    "INS  1PRCF2     3    8      0.01\n"
    "INS  1PRCF21   2.000000E+00  -2.000000E+00   5.000000E+00   1.000000E-01\n"
    "INS  1PRCF22   1.250000E+00   3.500000E+00   0.150000E-01   0.250000E-01\n"
    "INS  1PRCF3     2    6      0.01\n"
    "INS  1PRCF31   8.000000E+00   8.000000E+00   8.000000E+00   8.000000E+00\n"
    "INS  1PRCF32   8.000000E+00   8.000000E+00\n"
    "INS  2 ICONS 0.4132630                                   0.990    0\n"
    "INS  2 IRAD     0\n"
    "INS  2PRCF      2    6      0.01\n"
    "INS  2PRCF 1-1.16300000E+01-1.26000000E-01 6.30000000E+02 1.73000000E-01\n"
    "INS  2PRCF 2   4.000000E-01   0.000000E+00\n";

constexpr char const* gsas_time_of_flight =
    "INS   BANK      1\n"
    "INS   FPATH1     60.000000\n"
    "INS   HTYPE   PNTR\n"
    "INS  1 ICONS 22565.814     -0.25     3.000\n"
    "INS  1BNKPAR     3.180    90.000     0.000     0.000     0.200    1    1\n"
    "INS  1PRCF1     3   21   0.00200\n"
    "INS  1PRCF11       0.132000       0.027000       0.001000       1.000000\n";

void expect_values(InstrumentParameterFile const& file,
                   std::vector<std::pair<char const*, char const*>> const& expected) {
    for (auto const& [key, value] : expected) EXPECT_EQ(file.text(key, "no key"), value) << key;
}

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

TEST(Instprm, ReadsConstantWavelengthOfGsas) {
    auto const lab = parse_gsas_prm(gsas_two_banks, "f.PRM");
    expect_values(lab, {{"Type", "PXC"},
                        {"Bank", "1"},
                        {"Lam1", "1.5405"},
                        {"Lam2", "1.5443"},
                        {"I(L2)/I(L1)", "0.5"},
                        {"Zero", "0.025"},
                        {"Polariz.", "0.7"},
                        {"Source", "CuKa"},
                        {"Azimuth", "90"},
                        {"U", "2"},
                        {"V", "-2"},
                        {"W", "5"},
                        {"X", "1.25"},
                        {"Y", "3.5"},
                        {"SH/L", "0.04"},
                        {"Lam", "no key"},
                        {"I HEAD", "a diffractometer"},
                        {"PRCF12", "0.000000E+00   0.000000E+00"},
                        {"HTYPE", "PXCR"}});
    EXPECT_EQ(lab.lines.at("SH/L"), 13);
    EXPECT_EQ(lab.lines.at("Zero"), 5);
    // Numbers of 15 columns need no blank between them; function 2 has no SH/L.
    auto const second = parse_gsas_prm(gsas_two_banks, "f.PRM", 2);
    expect_values(second, {{"Bank", "2"},
                           {"Lam", "0.413263"},
                           {"Zero", "0"},
                           {"Polariz.", "0.99"},
                           {"U", "-11.63"},
                           {"V", "-0.126"},
                           {"W", "630"},
                           {"X", "0.173"},
                           {"Y", "0.4"},
                           {"SH/L", "no key"},
                           {"Source", "no key"},
                           {"Lam1", "no key"},
                           {"I HEAD", "no key"}});
}

TEST(Instprm, ReadsTimeOfFlightOfGsasAndKeepsItsProfileAsItIs) {
    auto const file = parse_gsas_prm(gsas_time_of_flight, "f.prm");
    expect_values(file, {{"Type", "PNT"},
                         {"difC", "22565.814"},
                         {"difA", "-0.25"},
                         {"Zero", "3"},
                         {"2-theta", "90"},
                         {"fltPath", "63.18"},
                         {"PRCF1", "3   21   0.00200"},
                         {"PRCF11", "0.132000       0.027000       0.001000       1.000000"},
                         {"U", "no key"}});
}

TEST(Instprm, ReadsRecordsOfGsasWithoutLineEnds) {
    std::string text;
    for (std::string record : {"INS   HTYPE   PNCR", "INS  1 ICONS  1.909000  0.000000      -0.1"}) {
        record.resize(80, ' ');
        text += record;
    }
    expect_values(
        parse_gsas_prm(text, "f"),
        {{"Type", "PNC"}, {"Lam", "1.909"}, {"Zero", "-0.001"}, {"Polariz.", "0"}, {"U", "no key"}});
}

TEST(Instprm, TellsTheTwoProgramsApartByContent) {
    expect_values(parse_instrument_file(gsas_two_banks, "f.instprm", 2),
                  {{"Type", "PXC"}, {"Lam", "0.413263"}});
    expect_values(parse_instrument_file(two_banks, "f.prm", 2), {{"Type", "PNC"}, {"Lam", "1.909"}});
    EXPECT_EQ(message_of([] { parse_instrument_file("1 2\n", "f.prm"); }),
              "f.prm:1: '1 2' has no ':'; expected key:value");
}

TEST(Instprm, SaysWhatIsWrongWithAFileOfGsasAndWhere) {
    std::string const start = "INS   HTYPE   PXCR\nINS  1 ICONS      1.54\n";
    struct Case {
        std::string text;
        int bank;
        char const* message;
    };
    for (Case const& c : {
             Case{"", 1, "f:1: file has no bank 1; expected records such as 'INS  1 ICONS'"},
             Case{gsas_two_banks, 3, "f:1: file has no bank 3; expected one of 1, 2"},
             Case{"INS  x ICONS\n", 1, "f:1: bank is 'x' in columns 5 to 6; expected 1 to 99 or blank"},
             Case{start + "INS  1 ICONS       2.0\n", 1,
                  "f:3: record 'ICONS' differs from that in line 2; expected it once"},
             Case{"INS  1 ICONS      1.54\n", 1, "f:1: 'HTYPE' is ''; expected PXC., PNC. or PNT."},
             Case{"INS   HTYPE   SXCR\nINS  1 ICONS\n", 1,
                  "f:1: 'HTYPE' is 'SXC'; expected PXC., PNC. or PNT."},
             Case{"INS   HTYPE   PXCR\nINS  1 IRAD     3\n", 1,
                  "f:1: bank 1 has no record 'ICONS'; expected it"},
             Case{"INS   HTYPE   PXCR\nINS  1 ICONS\n", 1, "f:2: 'LAM1' is 0 angstrom; expected > 0"},
             Case{"INS   HTYPE   PXCR\nINS  1 ICONS 1.5405 1.5443\n", 1,
                  "f:2: 'LAM1' is '1.5405 1.' in columns 13 to 22; expected a finite number"},
             Case{"INS   HTYPE   PXCR\nINS  1 ICONS      1.54" + std::string(40, ' ') + "    1\n", 1,
                  "f:2: 'IPOLA' is 1; expected 0, polarisation as the fraction POLA"},
             Case{start + "INS  1PRCF1     3    8\n", 1,
                  "f:3: record 'PRCF11' is missing; expected it with GU of profile function 3"},
             Case{start + "INS  1PRCF1     3    8\nINS  1PRCF11   1.0 2.0 3.0\n", 1,
                  "f:4: 'GU' is '1.0 2.0 3.0' in columns 13 to 27; expected a finite number"},
         })
        EXPECT_EQ(message_of([&] { parse_gsas_prm(c.text, "f", c.bank); }), c.message) << c.text;
}

// Values as PROVENANCE.md of the folders says.
TEST(InstprmData, ReadsFilesOfGsas) {
    char const* const shared = std::getenv("HUTCH_SHARED");
    auto const folder = std::filesystem::path(shared ? shared : "") / "powder";
    if (!shared || !std::filesystem::exists(folder))
        GTEST_SKIP() << "HUTCH_SHARED does not name a folder with powder";
    expect_values(read_gsas_prm(folder / "pbso4/INST_XRY.PRM"), {{"Type", "PXC"},
                                                                 {"Lam1", "1.5405"},
                                                                 {"Lam2", "1.5443"},
                                                                 {"I(L2)/I(L1)", "0.5"},
                                                                 {"Zero", "0"},
                                                                 {"Polariz.", "0.7"},
                                                                 {"Source", "CuKa"},
                                                                 {"U", "2"},
                                                                 {"V", "-2"},
                                                                 {"W", "5"},
                                                                 {"X", "0"},
                                                                 {"Y", "0"},
                                                                 {"SH/L", "0.03"}});
    expect_values(read_gsas_prm(folder / "pbso4/inst_d1a.prm"), {{"Type", "PNC"},
                                                                 {"Lam", "1.909"},
                                                                 {"Zero", "-0.001"},
                                                                 {"U", "354.031"},
                                                                 {"V", "-760.404"},
                                                                 {"W", "651.592"},
                                                                 {"X", "0"},
                                                                 {"Y", "0"},
                                                                 {"SH/L", "no key"}});
    for (auto const& [file, wavelength] :
         {std::pair{"nac_joint/11bm_gsas.prm", "0.413909"}, std::pair{"cucr2o4_seq/OH_00.prm", "0.413263"}})
        expect_values(read_gsas_prm(folder / file), {{"Type", "PXC"},
                                                     {"Lam", wavelength},
                                                     {"Zero", "0"},
                                                     {"Polariz.", "0.99"},
                                                     {"U", "1.163"},
                                                     {"V", "-0.126"},
                                                     {"W", "0.063"},
                                                     {"X", "0.173"},
                                                     {"Y", "0"},
                                                     {"SH/L", "0.0022"},
                                                     {"INAME", "APS11BM"}});
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
