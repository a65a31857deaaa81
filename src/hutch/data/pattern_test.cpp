#include "hutch/data/pattern.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/data/detail/pattern_formats.hpp"
#include "hutch/data/gzip.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <optional>

#include <gtest/gtest.h>

namespace hutch::data {
namespace {

using F = PatternFormat;

std::string message_of(std::function<void()> const& call, Fault expected) {
    try {
        call();
    } catch (Error const& error) {
        EXPECT_EQ(error.fault(), expected) << error.what();
        return error.what();
    }
    return "no error";
}

Pattern sample(AxisKind axis, bool has_sigma) {
    Pattern pattern;
    pattern.title = "PbSO4 'neutron', 1.909 A";
    pattern.axis = axis;
    pattern.wavelength = 1.909;
    for (int i = 0; i < 57; ++i) {
        pattern.x.push_back(0.3 + i / 7.0);
        pattern.y.push_back(1e4 * std::exp(-i / 3.0) - 1.0 / 3);
        if (has_sigma) pattern.sigma.push_back(i == 5 ? 0 : 2.0 / (1 + i));
    }
    return pattern;
}

// Rounding to nine digits changes a number by at most half of the ninth: 5e-9 of it.
void expect_nine_digits(std::vector<double> const& found, std::vector<double> const& expected) {
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        EXPECT_NEAR(found[i], expected[i], 5e-9 * std::abs(expected[i])) << "point " << i;
}

// Data tests: a folder named by an environment variable, else the test is skipped.
std::optional<std::filesystem::path> folder_of(char const* variable, char const* below) {
    char const* const value = std::getenv(variable);
    if (!value) return std::nullopt;
    auto path = std::filesystem::path(value) / below;
    if (!std::filesystem::exists(path)) return std::nullopt;
    return path;
}

}  // namespace

TEST(Pattern, ComesBackFromEveryFormat) {
    struct Case {
        F format;
        AxisKind axis;
        bool has_sigma;
    };
    for (Case const& c :
         {Case{F::xy, AxisKind::two_theta, false}, Case{F::xy, AxisKind::q, false},
          Case{F::xye, AxisKind::d, true}, Case{F::xye, AxisKind::time_of_flight, true},
          Case{F::cif, AxisKind::time_of_flight, true}, Case{F::xye, AxisKind::two_theta, true},
          Case{F::fxye, AxisKind::two_theta, true}, Case{F::cif, AxisKind::two_theta, true},
          Case{F::cif, AxisKind::q, false}, Case{F::cif, AxisKind::d, true}}) {
        Pattern const pattern = sample(c.axis, c.has_sigma);
        std::string const text = to_text(pattern, c.format);
        SCOPED_TRACE(text.substr(0, 200));
        Pattern const back = parse_pattern(text, "a", c.format);
        EXPECT_EQ(back.title, pattern.title);
        EXPECT_EQ(back.axis, pattern.axis);
        EXPECT_EQ(back.wavelength, pattern.wavelength);
        expect_nine_digits(back.x, pattern.x);
        expect_nine_digits(back.y, pattern.y);
        expect_nine_digits(back.sigma, pattern.sigma);
        EXPECT_EQ(guess_pattern_format(text, "a"), c.format);
    }
}

TEST(Pattern, ComesBackFromFoxWithCountingErrors) {
    Pattern const pattern = sample(AxisKind::two_theta, false);
    std::string const text = to_text(pattern, F::fox);
    Pattern const back = parse_pattern(text, "a.dat");
    EXPECT_EQ(guess_pattern_format(text, "a.dat"), F::fox);
    EXPECT_EQ(back.title, pattern.title);
    expect_nine_digits(back.x, pattern.x);
    expect_nine_digits(back.y, pattern.y);
    EXPECT_EQ(back.sigma.front(), std::sqrt(back.y.front()));
    EXPECT_EQ(back.sigma.back(), 1);
}

TEST(Pattern, ReadsColumnsUnderHeadersInEitherDirection) {
    Pattern const pattern = parse_pattern(
        "2theta intensity\r\n# Wavelength: 1.5e-10 m\n! note\n\n12,\t30, 3\r\n 11.5 20 2\n# between\n+11 1e1 "
        ".5",
        "a.csv");
    EXPECT_EQ(pattern.x, (std::vector<double>{11, 11.5, 12}));
    EXPECT_EQ(pattern.y, (std::vector<double>{10, 20, 30}));
    EXPECT_EQ(pattern.sigma, (std::vector<double>{.5, 2, 3}));
    EXPECT_DOUBLE_EQ(pattern.wavelength, 1.5);
    EXPECT_EQ(pattern.axis, AxisKind::two_theta);
}

TEST(Pattern, GuessesTheFormat) {
    struct Case {
        std::string text, name;
        F format;
    };
    for (Case const& c :
         {Case{"1 2\n2 3\n", "a.xy", F::xy},
          Case{"1 2 3\n2 3 4\n", "a.dat", F::xye},
          Case{"1 2\n2 3\n", "a.dat", F::xy},
          Case{"10 0.1 20 t\n5 6 7 8 9\n", "a.dat", F::fox},
          Case{"10 0.1 20\n5\n", "a.dat.gz", F::fox},
          Case{"10 0.1 20\n10.1 0.2 0.1\n", "a.dat", F::xye},
          Case{"t\nBANK 1 2 2 CONS 1 1 0 0 FXYE\n", "a.txt", F::fxye},
          Case{"", "A.FXYE", F::fxye},
          Case{"", "a.gsa", F::gsas},
          Case{"", "a.RAW.gz", F::gsas},
          Case{"t\nBANK 1 9 1 CONST 1 1 0 0\n", "PBSO4.CWN", F::gsas},
          Case{std::string("title").append(75, ' ') + "BANK 1 9 1 CONST 1 1 0 0 STD", "a.dat", F::gsas},
          Case{"", "a.cif.gz", F::cif},
          Case{"# c\ndata_x\n", "a", F::cif},
          Case{"", "a.XYE.gz", F::xye},
          Case{"", "a", F::xy},
          Case{"RAW4.00", "a.cif", F::bruker_raw},
          Case{std::string("RAW \5\0\0\0", 8), "a.xy", F::bruker_raw},
          Case{std::string("RAW2\1\0", 6), "a.xy", F::bruker_raw},
          Case{"RAW data\n1 2\n3 4\n", "a.xy", F::xy},
          Case{"RAW2 data\nBANK 1 9 1 CONST 1 1 0 0\n", "a.raw", F::gsas},
          Case{"PK\3\4", "a.xy", F::brml},
          Case{"<?xml?><xrdMeasurements>", "a.xy", F::xrdml},
          Case{"", "a.xrdml.gz", F::xrdml},
          Case{"", "a.BRML", F::brml},
          Case{"<xrdMeasurement>", "a.xy", F::xy},
          Case{"t\nBANK 1 9 1 CONST 1 1 0 0 FXYE\n", "a.xye", F::fxye},
          Case{"t\nBANK 1 9 1 CONST 1 1 0 0\n", "a.fxye", F::gsas},
          Case{"data_a\nloop_\n_pd_meas_counts_total\n1\n", "a.xye", F::cif},
          Case{"data_a of today\n1 2 3\n2 3 4\n", "a.xye", F::xye}})
        EXPECT_EQ(guess_pattern_format(c.text, c.name), c.format) << c.name << ": " << c.text;
}

// Fields of eight columns: two for the number of counters, six for the counts; nothing need stand between
// them.
TEST(Pattern, ReadsCountsOfGsasThatRunTogether) {
    std::string const text =
        "a title\r\nBANK 1 12 2 CONST 1000 2.5 0 0 STD   \r\n"
        " 4   400     10012003456 2999999       0      -5               9     7.5 1  1.E2\r\n"
        "# between\r\n"
        "10  1000      16       0       0                                                \r\n"
        "\x1a";
    Pattern const pattern = parse_pattern(text, "a.gsa");
    EXPECT_EQ(pattern.title, "a title");
    EXPECT_EQ(pattern.axis, AxisKind::two_theta);
    EXPECT_EQ(pattern.wavelength, 0);
    EXPECT_EQ(pattern.y, (std::vector<double>{400, 100, 3456, 999999, 0, -5, 0, 9, 7.5, 100, 1000, 16}));
    expect_nine_digits(pattern.sigma, {10, 10, std::sqrt(3456 / 12.), std::sqrt(999999 / 2.), 1, 0, 0, 3,
                                       std::sqrt(7.5), 10, 10, 4});
    EXPECT_EQ(pattern.x.front(), 10);
    EXPECT_EQ(pattern.x.back(), 10.275);
}

TEST(Pattern, ReadsRecordsOfGsasWithoutLineEnds) {
    std::string text;
    for (std::string record :
         {"title", "BANK 1 11 2 CONST 500 10", "      10      11      12      13", "      20       0"}) {
        if (record.starts_with("      10"))
            for (int i = 0; i < 6; ++i) record += "       1";
        record.resize(80, ' ');
        text += record;
    }
    Pattern const pattern = parse_pattern(text, "a");
    EXPECT_EQ(pattern.title, "title");
    EXPECT_EQ(pattern.x.back(), 6);
    EXPECT_EQ(pattern.y, (std::vector<double>{10, 11, 12, 13, 1, 1, 1, 1, 1, 1, 20}));
    text[170] = 'x';
    EXPECT_EQ(message_of([&] { parse_pattern(text, "f"); }, Fault::bad_data),
              "f:3: 'counts' is 'x   11' in columns 11 to 16; expected a finite number");
}

TEST(Pattern, ReadsPairsAndTriplesOfGsas) {
    Pattern const pairs = parse_pattern(
        "t\nBANK 1 6 2 CONS 1000 10 0 0 ESD\n"
        "  1234.5    12.5    -3.2     1.5                1234567812345678     7.0     0.0\n"
        "       8       2\n",
        "a.gss");
    expect_nine_digits(pairs.x, {10, 10.1, 10.2, 10.3, 10.4, 10.5});
    EXPECT_EQ(pairs.y, (std::vector<double>{1234.5, -3.2, 0, 12345678, 7, 8}));
    EXPECT_EQ(pairs.sigma, (std::vector<double>{12.5, 1.5, 0, 12345678, 0, 2}));

    Pattern const triples = parse_pattern(
        "t\nBANK 1 5 2 RALF 48008 64 64331 0.001 ALT\n"
        "   48008 235511 3757   48072-228258 3674   48136 23.551.3700   48200      0    0\n"
        "   48264  10000  500\n",
        "a.gss");
    EXPECT_EQ(triples.axis, AxisKind::time_of_flight);
    expect_nine_digits(triples.x, {1500.25, 1502.25, 1504.25, 1506.25, 1508.25});
    expect_nine_digits(triples.y, {23.5511, -22.8258, 23.551, 0, 1});
    expect_nine_digits(triples.sigma, {.3757, .3674, .37, 0, .05});
}

// GSAS, LAUR 86-748: times of flight are edges of bins, intensities are counts in them.
TEST(Pattern, GivesDensitiesOfBinnedPatterns) {
    Pattern const bins =
        parse_pattern("t\nBANK 1 3 3 SLOG 100 300 0.01 0 FXYE\n 100 8 2\n 104 9 3\n 110 7 1\n", "a");
    EXPECT_TRUE(bins.is_binned);
    Pattern const density = to_density(bins);
    EXPECT_EQ(density.x, (std::vector<double>{102, 107}));
    EXPECT_EQ(density.y, (std::vector<double>{2, 1.5}));
    EXPECT_EQ(density.sigma, (std::vector<double>{.5, .5}));
    EXPECT_EQ(to_density(density).x, density.x);
}

// As in the neutron data of the lead sulfate round robin.
TEST(Pattern, PassesOverALastRecordOfGsasThatStandsTwice) {
    std::string const record = "       5       6\n";
    Pattern const pattern = parse_pattern("t\nBANK 1 2 1 CONST 100 50\n" + record + record, "a", F::gsas);
    EXPECT_EQ(pattern.y, (std::vector<double>{5, 6}));
}

TEST(Pattern, ReadsTheBankOfGsasAskedFor) {
    std::string const text =
        "t\n# wavelength: 1.5\nBANK 2 2 2 SLOG 100 300 0.01 0 FXYE\n 100 7 1\n 101 8 2\n"
        "# Total flight path 63.18m\nBANK 4 2 2 TIME_MAP 1 FXY\n 200 9\n 202 16\n"
        "BANK  3 2 1 CONST 100 50 STD\n       5       6\n";
    EXPECT_EQ(parse_pattern(text, "a").x, (std::vector<double>{100, 101}));
    Pattern const time = parse_pattern(text, "a", F::gsas, 4);
    EXPECT_EQ(time.axis, AxisKind::time_of_flight);
    EXPECT_EQ(time.title, "t");
    EXPECT_EQ(time.x, (std::vector<double>{200, 202}));
    EXPECT_EQ(time.sigma, (std::vector<double>{3, 4}));
    Pattern const angles = parse_pattern(text, "a", F::fxye, 3);
    EXPECT_EQ(angles.axis, AxisKind::two_theta);
    EXPECT_EQ(angles.x, (std::vector<double>{1, 1.5}));
    EXPECT_EQ(message_of([&] { parse_pattern(text, "f", F::gsas, 1); }, Fault::bad_data),
              "f:11: file has no bank 1; expected one of '2', '4', '3'");
    EXPECT_EQ(message_of([&] { parse_pattern(text, "f", F::gsas, -1); }, Fault::bad_input),
              "'bank' is -1; expected 0 (the first) or more: 'f'");
    EXPECT_EQ(
        message_of([&] { parse_pattern("1 2\n2 3\n", "f", F::xy, 1); }, Fault::bad_input),
        "'bank' is 1; expected 0, as only files of GSAS, XRDML, RAW and BRML have more than one scan: 'f'");
}

TEST(Pattern, SaysWhatIsWrongWithGsasAndWhere) {
    std::string const ten =
        "       1       2       3       4       5       6       7       8       9      10\n";
    struct Case {
        std::string text;
        char const* message;
    };
    for (Case const& c : {
             Case{"", "f:0: file has no BANK line; expected 'BANK n npts nrec CONST start step 0 0 STD'"},
             Case{"t\nBANK\n",
                  "f:2: 'BANK' has 0 items; expected 'BANK n npts nrec CONST start step 0 0 STD'"},
             Case{"t\nBANK 1 10 1 CONST 1 1 0 0 XYZ\n",
                  "f:2: 'BANK type' is 'XYZ'; expected STD, ESD, ALT, FXY or FXYE"},
             Case{"t\nBANK 1 10 1 EDS 1 1 0 0 STD\n",
                  "f:2: 'BANK binning' is 'EDS'; expected CONST (constant wavelength), or SLOG, RALF, COND, "
                  "LOG6, LPSD or TIME_MAP (time of flight)"},
             Case{"t\nBANK 1 10 1 TIME_MAP 1 STD\n",
                  "f:2: 'BANK type' is 'STD' with time of flight; expected ALT, FXY or FXYE, which hold x; "
                  "convert the file to FXYE"},
             Case{"t\nBANK 1 10 1 CONST\n", "f:2: 'BANK start' is missing; expected a finite number"},
             Case{"t\nBANK 1 10 1 CONST 1 0\n", "f:2: 'BANK step' is 0; expected another number"},
             Case{"t\nBANK 1 1e9 1 CONST 1 1\n", "f:2: 'BANK npts' is '1e9'; expected 2 to 10000000"},
             Case{"t\nBANK 1 20 2 CONST 1 1\n" + ten,
                  "f:2: 'BANK npts' is 20; expected 10, the number of points that follow"},
             Case{"t\nBANK 1 12 2 CONST 1 1\n" + ten + "       1                       \n",
                  "f:2: 'BANK npts' is 12; expected 11, the number of points that follow"},
             Case{"t\nBANK 1 8 1 CONST 1 1\n" + ten,
                  "f:2: 'BANK npts' is 8; expected 10, the number of points that follow"},
             Case{"t\nBANK 1 10 1 CONST 1 1\n" + ten + "       2\n",
                  "f:2: 'BANK npts' is 10; expected 11, the number of points that follow"},
             Case{"t\nBANK 1 10 1 CONST 1 1\n20 21 26 29 30 36 18 21 25 25\n",
                  "f:3: 'counts' is '21 26' in columns 3 to 8; expected a finite number"},
             Case{"t\nBANK 1 2 1 CONST 1 1 0 0 ESD\n       1       1       2      -1\n",
                  "f:3: 'sigma' is -1; expected 0 or more"},
             Case{"t\nBANK 1 2 1 RALF 1 1 0 0 ALT\n   48008      1    1   48008      1    1\n",
                  "f:3: 'x' is 1500.25 after 1500.25; expected strictly ascending x"},
             Case{"t\nBANK 1 2 2 CONS 5000000 10 0 0 STD\n       1       1\n",
                  "f:2: 'x' is 50000.1 degree with BANK binning CONST; expected at most 360; is x a time of "
                  "flight, mark it so (SLOG) and give x in the file (FXYE)"},
         })
        EXPECT_EQ(message_of([&] { parse_pattern(c.text, "f", F::gsas); }, Fault::bad_data), c.message)
            << c.text;
}

TEST(Pattern, ReadsTheFirstBankOfFxye) {
    Pattern const pattern = parse_pattern(
        "title of it\n# Calibrated wavelength = 0.4139\nBANK  1 3  3 CONST 50.00 0.10 0 0 FXYE\n"
        " 50 239.9 16\n# c\n 50.1 244 16.5\n50.2 1 0\nBANK 2 1 1 CONS 1 1 0 0 FXYE\n 1 2 3\n",
        "a.fxye");
    EXPECT_EQ(pattern.title, "title of it");
    EXPECT_EQ(pattern.wavelength, 0.4139);
    expect_nine_digits(pattern.x, {0.5, 0.501, 0.502});
    EXPECT_EQ(pattern.y, (std::vector<double>{239.9, 244, 1}));
    EXPECT_EQ(pattern.sigma, (std::vector<double>{16, 16.5, 0}));
}

// GSAS reads records of 80 characters by their place in the file (LAUR 86-748).
TEST(Pattern, WritesFxyeInRecordsOfEightyColumns) {
    Pattern pattern = sample(AxisKind::two_theta, true);
    pattern.title = std::string(100, 'x');
    pattern.y[3] = -1.23456789e-300;
    std::string const text = to_text(pattern, F::fxye);
    EXPECT_EQ(text.size(), (pattern.x.size() + 3) * 82);
    for (std::size_t end = 80; end < text.size(); end += 82) EXPECT_EQ(text.substr(end, 2), "\r\n");
    EXPECT_EQ(text.substr(2 * 82, 46), "BANK 1 57 57 CONS 30 14.285714 0 0 FXYE       ");
}

TEST(Pattern, ReadsUncertaintiesRangesAndGapsOfPdcif) {
    Pattern const pattern = parse_pattern(
        "data_block\n_pd_meas_2theta_range_min 10.0\n_pd_meas_2theta_range_inc "
        "0.5\n_pd_meas_2theta_range_max 12\n"
        "loop_ _diffrn_radiation_wavelength _diffrn_radiation_wavelength_id 1.5406(1) a 1.5444 b\n"
        "loop_\n_pd_meas_intensity_total\n_pd_calc_intensity_total\n"
        "100(10) 1  20.5(12) 2  . 3  1.5E2(3) 4  7(1) 5\n",
        "a.cif");
    EXPECT_EQ(pattern.title, "block");
    EXPECT_EQ(pattern.wavelength, 1.5406);
    EXPECT_EQ(pattern.x, (std::vector<double>{10, 10.5, 11.5, 12}));
    EXPECT_EQ(pattern.y, (std::vector<double>{100, 20.5, 150, 7}));
    expect_nine_digits(pattern.sigma, {10, 1.2, 30, 1});
}

TEST(Pattern, TakesSigmaFromWeightsElseFromCounts) {
    std::string const start = "data_a loop_ _pd_meas_2theta_scan _pd_meas_counts_total ";
    EXPECT_EQ(parse_pattern(start + "_pd_proc_ls_weight 1 100 .25  2 50 0  3 70 .", "a.cif").sigma,
              (std::vector<double>{2, 0, 0}));
    EXPECT_EQ(parse_pattern(start + "1 100 2 49", "a.cif").sigma, (std::vector<double>{10, 7}));
    EXPECT_TRUE(parse_pattern("data_a loop_ _pd_proc_d_spacing _pd_calc_intensity_total 3 1 2 2", "a.cif")
                    .sigma.empty());
}

TEST(Pattern, SaysWhatIsWrongWithATextAndWhere) {
    struct Case {
        F format;
        std::string text;
        char const* message;
    };
    std::string const bank = "title\nBANK 1 2 2 CONS 1 1 0 0 FXYE\n";
    std::string const loop = "data_a\nloop_\n_pd_meas_2theta_scan\n_pd_meas_counts_total\n";
    for (Case const& c : {
             Case{F::xy, "", "f:0: pattern has 0 points; expected at least 2"},
             Case{F::xy, "only text\n", "f:1: pattern has 0 points; expected at least 2"},
             Case{F::xy, "1 2\n", "f:1: pattern has 1 points; expected at least 2"},
             Case{F::xy, "1 2\n2\n", "f:2: 'y' is missing; expected a finite number"},
             Case{F::xy, "1 2\n2,,3\n", "f:2: 'y' is missing; expected a finite number"},
             Case{F::xy, "1 2\n2 nan\n", "f:2: 'y' is 'nan'; expected a finite number"},
             Case{F::xy, "1 2\n2 1e999\n", "f:2: 'y' is '1e999'; expected a finite number"},
             Case{F::xy, "1 2\nend of data\n", "f:2: 'x' is 'end'; expected a finite number"},
             Case{F::xy, "1 2\n1 3\n", "f:2: 'x' is 1 after 1; expected strictly ascending x"},
             Case{F::xy, "1 2\n2 3\n1.5 3\n", "f:3: 'x' is 1.5 after 2; expected strictly ascending x"},
             Case{F::xy, "3 2\n2 3\n2 3\n", "f:3: 'x' is 2 after 2; expected strictly descending x"},
             Case{F::xye, "1 2 3\n2 3\n", "f:2: 'sigma' is missing; expected a finite number"},
             Case{F::xye, "1 2 3\n2 3 -1\n", "f:2: 'sigma' is -1; expected 0 or more"},
             Case{F::fxye, "title\n",
                  "f:1: file has no BANK line; expected 'BANK n npts nrec CONST start step 0 0 STD'"},
             Case{F::fxye, "t\nBANK 1 2.5 2 CONS 1 2 3 0 FXYE\n",
                  "f:2: 'BANK npts' is '2.5'; expected 2 to 10000000"},
             Case{F::fxye, "t\nBANK 1 4 4 CONS 1 1 0 0 FXYE\n1 2 3\n2 2 3\n",
                  "f:2: 'BANK npts' is 4; expected 2, the number of points that follow"},
             Case{F::fxye, bank + "1 2 3\n2 x 3\n", "f:4: 'y' is 'x'; expected a finite number"},
             Case{F::fox, "", "f:0: 'start' is missing; expected a finite number"},
             Case{F::fox, "10 0.1 title\n", "f:1: 'stop' is 'title'; expected a finite number"},
             Case{F::fox, "10 0 20\n", "f:1: 'step' is 0; expected > 0 (the header is start step stop)"},
             Case{F::fox, "10 20 0.1\n",
                  "f:1: 'stop' is 0.1; expected more than start, 10 (the header is start step stop)"},
             Case{F::fox, "10 1e-9 20\n",
                  "f:1: 'step' is 1e-09; expected at most 10,000,000 points from start to stop"},
             Case{F::fox, "1 1 10\n1 2 3\n4 five\n", "f:3: 'count' is 'five'; expected a finite number"},
             Case{F::fox, "1 1 10\n1 2 3\n4 5 6 7 8\n",
                  "f:3: file has 8 counts; expected 10 as its header says (start step stop)"},
             Case{F::cif, "data_a\n_x 1\n_x 2\n", "f:3: not readable as CIF (in data_a: duplicate tag _x)"},
             Case{F::cif, "data_a\n_x 'open\n", "f:2: not readable as CIF (unterminated 'string')"},
             Case{F::cif, "data_a\ndata_a\n", "f:1: not readable as CIF (duplicate block name: a)"},
             Case{F::cif, "data_a\n_x 1\n",
                  "f:1: CIF has no powder pattern; expected a loop with an intensity such as "
                  "_pd_meas_counts_total, and "
                  "_pd_meas_2theta_scan, _pd_proc_2theta_corrected or _pd_meas_2theta_range_min, _inc and "
                  "_max"},
             Case{F::cif, loop + "1 2\n2 x\n",
                  "f:2: '_pd_meas_counts_total' is 'x' in row 2 of the loop; expected a number"},
             Case{F::cif, loop + "1 2\n2 3(\n",
                  "f:2: '_pd_meas_counts_total' is '3(' in row 2 of the loop; expected a number"},
             Case{F::cif, loop + "1 2\n1 3\n", "f:2: 'x' is 1 after 1; expected strictly ascending x"},
             Case{F::cif, loop + "1 ?\n2 3\n", "f:2: pattern has 1 points; expected at least 2"},
             Case{F::cif,
                  "data_a\n_pd_meas_2theta_range_min 1\n_pd_meas_2theta_range_inc "
                  "1\n_pd_meas_2theta_range_max 9\n"
                  "loop_\n_pd_meas_counts_total 1 2 3\n",
                  "f:5: loop has 3 rows; expected as many as from 1 to 9 in steps of 1 "
                  "(_pd_meas_2theta_range_...)"},
             Case{F::cif, "data_a\n_pd_meas_2theta_range_min x\nloop_\n_pd_meas_counts_total 1 2 3\n",
                  "f:2: '_pd_meas_2theta_range_min' is 'x'; expected a number"},
         })
        EXPECT_EQ(message_of([&] { parse_pattern(c.text, "f", c.format); }, Fault::bad_data), c.message)
            << c.text;
}

TEST(Pattern, StopsAtTenMillionPoints) {
    std::string const name = "f";
    detail::PatternBuilder builder(name);
    for (std::size_t i = 0; i < detail::most_points; ++i) builder.add(1, double(i), 0);
    EXPECT_EQ(message_of([&] { builder.add(2, 1e9, 0); }, Fault::exhausted),
              "f:2: pattern has more than 10,000,000 points; expected at most that");
}

TEST(Pattern, RefusesToWriteWhatAFormatCannotHold) {
    struct Case {
        F format;
        std::function<void(Pattern&)> spoil;
        Fault fault;
        char const* message;
    };
    for (Case const& c : {
             Case{F::xy, [](Pattern& p) { p.y.pop_back(); }, Fault::bad_input,
                  "'y' has 56 values; expected 57 as x has"},
             Case{F::xy, [](Pattern& p) { p.sigma.pop_back(); }, Fault::bad_input,
                  "'sigma' has 56 values; expected none or 57 as x has"},
             Case{F::xy, [](Pattern& p) { p = Pattern{}; }, Fault::bad_input,
                  "'pattern' has 0 points; expected 2 to 10000000"},
             Case{F::xy, [](Pattern& p) { p.x[1] = p.x[0]; }, Fault::bad_input,
                  "'x' is 0.3 after 0.3 at point 1; expected ascending x, 1e-11 of x apart"},
             Case{F::xy,
                  [](Pattern& p) {
                      p.y[1] = std::nan("");
                      p.x[1] = 0.5;
                  },
                  Fault::bad_input, "point 1 is (0.5, nan); expected finite numbers"},
             Case{F::xye, [](Pattern& p) { p.sigma[2] = -1; }, Fault::bad_input,
                  "'sigma' is -1 at point 2; expected 0 or more"},
             Case{F::xye, [](Pattern& p) { p.sigma.clear(); }, Fault::bad_input,
                  "'sigma' is empty; expected it for format xye; write format xy"},
             Case{F::xye, [](Pattern& p) { p.wavelength = -1; }, Fault::bad_input,
                  "'wavelength' is -1 angstrom; expected 0 (unknown) or more"},
             Case{F::fxye, [](Pattern& p) { p.sigma.clear(); }, Fault::bad_input,
                  "'sigma' is empty; expected it for format fxye"},
             Case{F::fxye, [](Pattern& p) { p.axis = AxisKind::q; }, Fault::unsupported,
                  "'axis' is q; expected two_theta for format fxye; write xye or cif"},
             Case{F::fxye, [](Pattern& p) { p.x.back() = 400; }, Fault::bad_input,
                  "'x' is 400 degree; expected -360 to 360"},
             Case{F::gsas, [](Pattern&) {}, Fault::unsupported,
                  "'format' is gsas; expected one that is written; write fxye"},
             Case{F::fox, [](Pattern& p) { p.axis = AxisKind::d; }, Fault::unsupported,
                  "'axis' is d; expected two_theta for format fox; write xy or cif"},
             Case{F::fox, [](Pattern& p) { p.x[1] = 0.5; }, Fault::bad_input,
                  "'x' is 0.5 at point 1; expected 0.442857142857, as format fox holds equal steps only; "
                  "write xye"},
             Case{F::cif, [](Pattern& p) { p.sigma[0] = 1e-200; }, Fault::bad_input,
                  "'sigma' is 1e-200; expected 0 or 1e-150 to 1e150 for format cif"},
         }) {
        Pattern pattern = sample(AxisKind::two_theta, true);
        c.spoil(pattern);
        EXPECT_EQ(message_of([&] { to_text(pattern, c.format); }, c.fault), c.message);
    }
}

TEST(Pattern, WritesFilesByTheirEnding) {
    auto const folder = std::filesystem::path(testing::TempDir());
    Pattern const pattern = sample(AxisKind::two_theta, true);
    for (char const* ending : {".xy", ".xye", ".fxye", ".dat", ".cif"}) {
        auto const path = folder / (std::string("hutch_pattern_test") + ending);
        write_pattern(path, pattern);
        expect_nine_digits(read_pattern(path).x, pattern.x);
    }
    EXPECT_EQ(message_of([&] { write_pattern("a.raw", pattern); }, Fault::bad_input),
              "'a.raw' ends in '.raw'; expected .xy, .xye, .fxye, .dat or .cif");
}

TEST(PatternData, ReadsTheExamplesOfFox) {
    auto const folder = folder_of("HUTCH_DATA", "usr/share/doc/objcryst-fox/example");
    if (!folder) GTEST_SKIP() << "HUTCH_DATA does not name a folder with objcryst-fox";
    struct Case {
        char const* file;
        std::size_t points;
        double first, last, largest;
    };
    for (Case const& c : {Case{"tutorial-pbso4/xray.dat.gz", 6001, 10, 160, 15702},
                          Case{"tutorial-pbso4/neutron.dat.gz", 2920, 10, 155.95, 2459},
                          Case{"tutorial-cimetidine/cime.dat.gz", 7699, 8.01, 84.99, 0}}) {
        Pattern const pattern = read_pattern(*folder / c.file);
        ASSERT_EQ(pattern.x.size(), c.points);
        EXPECT_DOUBLE_EQ(pattern.x.front(), c.first);
        EXPECT_NEAR(pattern.x.back(), c.last, 1e-9);
        if (c.largest > 0) EXPECT_EQ(*std::max_element(pattern.y.begin(), pattern.y.end()), c.largest);
    }
}

TEST(PatternData, ReadsFxyeOf11Bm) {
    auto const folder = folder_of("HUTCH_SHARED", "powder");
    if (!folder) GTEST_SKIP() << "HUTCH_SHARED does not name a folder with powder";
    Pattern const joint = read_pattern(*folder / "nac_joint/11BM_NAC.fxye");
    EXPECT_EQ(joint.x.size(), 59498U);  // one more than its BANK line says
    EXPECT_EQ(joint.wavelength, 0.413909);
    EXPECT_EQ(joint.title, "NAC /nov12/11bmb_1804");
    EXPECT_NEAR(joint.x.front(), 0.5, 1e-12);
    EXPECT_EQ(joint.y.front(), 239.933);
    EXPECT_EQ(joint.sigma.back(), 43.1);
    int files = 0;
    for (auto const& entry : std::filesystem::directory_iterator(*folder / "cucr2o4_seq")) {
        if (entry.path().extension() != ".fxye") continue;
        Pattern const pattern = read_pattern(entry.path());
        Pattern const back = parse_pattern(to_text(pattern, F::fxye), "again.fxye");
        expect_nine_digits(back.x, pattern.x);
        expect_nine_digits(back.sigma, pattern.sigma);
        ++files;
    }
    EXPECT_GT(files, 0);
}

// Points, ranges and steps as PROVENANCE.md of the folders says; counts as the files show them.
TEST(PatternData, ReadsGsasOfTheLeadSulfateRoundRobinAndOfPowgen) {
    auto const folder = folder_of("HUTCH_SHARED", "powder");
    if (!folder) GTEST_SKIP() << "HUTCH_SHARED does not name a folder with powder";
    struct Case {
        char const* file;
        AxisKind axis;
        std::size_t points;
        double first, last, first_y, last_y, last_sigma;
    };
    for (Case const& c :
         {Case{"pbso4/PBSO4.XRA", AxisKind::two_theta, 6001, 10, 160, 179, 368, std::sqrt(368.)},
          Case{"pbso4/PBSO4.CWN", AxisKind::two_theta, 2919, 10, 155.9, 220, 450, std::sqrt(450.)},
          Case{"nac_joint/PG3_22048.gsa", AxisKind::time_of_flight, 6825, 6777.081541902, 103815.513456395,
               117.138863759, 816.733245228, 254.187384503},
          Case{"nac_joint/PG3_22049.gsa", AxisKind::time_of_flight, 5199, 25978.812577293, 207677.502053489,
               278.49629804, 129.080792434, 209.902418264}}) {
        SCOPED_TRACE(c.file);
        Pattern const pattern = read_pattern(*folder / c.file);
        EXPECT_EQ(pattern.axis, c.axis);
        ASSERT_EQ(pattern.x.size(), c.points);
        ASSERT_EQ(pattern.sigma.size(), c.points);
        EXPECT_NEAR(pattern.x.front(), c.first, 1e-9 * c.first);
        EXPECT_NEAR(pattern.x.back(), c.last, 1e-9 * c.last);
        EXPECT_EQ(pattern.y.front(), c.first_y);
        EXPECT_EQ(pattern.y.back(), c.last_y);
        EXPECT_DOUBLE_EQ(pattern.sigma.back(), c.last_sigma);
    }
    // Frames of POWGEN are banks 2 and 4 of files that hold one bank each.
    EXPECT_EQ(read_pattern(*folder / "nac_joint/PG3_22049.gsa", 4).x.size(), 5199U);
    EXPECT_THROW(read_pattern(*folder / "nac_joint/PG3_22049.gsa", 2), Error);
}

// The same two measurements as distributed with FOX, in another format by another hand: two counts of the
// 6001 of the X-ray file differ there, by 3 and by 1.
TEST(PatternPeer, ReadsTheCountsOfTheRoundRobinAsFoxHasThem) {
    auto const folder = folder_of("HUTCH_SHARED", "powder/pbso4");
    auto const fox = folder_of("HUTCH_DATA", "usr/share/doc/objcryst-fox/example/tutorial-pbso4");
    if (!folder || !fox) GTEST_SKIP() << "HUTCH_SHARED and HUTCH_DATA do not name folders with PbSO4";
    struct Case {
        char const *gsas, *fox;
        int differing;
    };
    for (Case const& c : {Case{"PBSO4.XRA", "xray.dat.gz", 2}, Case{"PBSO4.CWN", "neutron.dat.gz", 0}}) {
        SCOPED_TRACE(c.gsas);
        Pattern const pattern = read_pattern(*folder / c.gsas), other = read_pattern(*fox / c.fox);
        ASSERT_LE(pattern.y.size(), other.y.size());
        int differing = 0;
        for (std::size_t i = 0; i < pattern.y.size(); ++i) {
            EXPECT_NEAR(pattern.x[i], other.x[i], 1e-9);
            EXPECT_NEAR(pattern.y[i], other.y[i], 3);
            differing += pattern.y[i] != other.y[i];
        }
        EXPECT_EQ(differing, c.differing);
    }
}

TEST(PatternData, ReadsColumnsOfOtherPrograms) {
    auto const folder = folder_of("HUTCH_SHARED", "powder");
    if (!folder) GTEST_SKIP() << "HUTCH_SHARED does not name a folder with powder";
    EXPECT_EQ(read_pattern(*folder / "reference_patterns/Si.lab_cuka.xy").x.front(), 10);
    EXPECT_EQ(read_pattern(*folder / "ceo2_steel_2d/ref_pyfai_full_csr_1d.xy").y.front(), 39.355869);
}

}  // namespace hutch::data
