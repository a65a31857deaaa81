#include "hutch/base/error.hpp"
#include "hutch/data/pattern.hpp"

#include <cmath>
#include <functional>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace hutch::data {
namespace {

constexpr char const* start_and_end =
    "<positions axis=\"Omega\" unit=\"deg\"><commonPosition>5</commonPosition></positions>\n"
    "<positions axis=\"2Theta\" unit=\"deg\"><startPosition>10</startPosition><endPosition>11</endPosition>"
    "</positions>\n";

std::string scan(std::string const& positions, std::string const& data) {
    return "<scan appendNumber=\"0\" scanAxis=\"Gonio\" status=\"Completed\">\n<dataPoints>\n" + positions +
           data + "</dataPoints></scan>\n";
}

std::string measurement(std::string const& scans, std::string const& before = "") {
    return "<xrdMeasurement measurementType=\"Scan\">" + before + scans + "</xrdMeasurement>\n";
}

std::string document(std::string const& measurements, std::string const& version = "1.5") {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xrdMeasurements "
           "xmlns=\"http://www.xrdml.com/XRDMeasurement/" +
           version + "\" status=\"Completed\"><sample><id>caf\xc3\xa9</id></sample>\n" + measurements +
           "</xrdMeasurements>\n";
}

std::string one(std::string const& data) { return document(measurement(scan(start_and_end, data))); }

std::string wavelengths(std::string const& intended, std::string const& beam = "",
                        std::string const& ratio = "0.5") {
    return "<usedWavelength intended=\"" + intended +
           "\"><kAlpha1 unit=\"Angstrom\">1.540598</kAlpha1><kAlpha2 unit=\"Angstrom\">1.544426</kAlpha2>"
           "<kBeta unit=\"Angstrom\">1.39225</kBeta><ratioKAlpha2KAlpha1>" +
           ratio + "</ratioKAlpha2KAlpha1></usedWavelength><incidentBeamPath>" + beam + "</incidentBeamPath>";
}

Pattern parse(std::string const& text, int bank = 0) {
    return parse_pattern(text, "a", PatternFormat::xrdml, bank);
}

std::string message_of(std::string const& text, Fault expected) {
    try {
        parse(text);
    } catch (Error const& error) {
        EXPECT_EQ(error.fault(), expected) << error.what();
        return error.what();
    }
    return "no error";
}

using Numbers = std::vector<double>;
std::string const counts = "<intensities unit=\"counts\">0 25 400</intensities>";

}  // namespace

TEST(Xrdml, ReadsEqualStepsAndLists) {
    std::string const list =
        "<positions axis=\"2Theta\"><listPositions>\n10 10.4\t11.5 </listPositions></positions>\n";
    struct Case {
        std::string text;
        Numbers x;
    };
    for (Case const& c :
         {Case{one(counts), {10, 10.5, 11}},
          Case{document(measurement(scan(list, counts)), "1.0"), {10, 10.4, 11.5}},
          Case{document(measurement(scan(list, "<counts>0 25<!-- 1 --> 400</counts>")), "2.1"),
               {10, 10.4, 11.5}}}) {
        Pattern const pattern = parse(c.text);
        EXPECT_EQ(pattern.x, c.x);
        EXPECT_EQ(pattern.y, (Numbers{0, 25, 400}));
        EXPECT_EQ(pattern.sigma, (Numbers{1, 5, 20}));
        EXPECT_EQ(pattern.axis, AxisKind::two_theta);
        EXPECT_EQ(pattern.title, "caf\xc3\xa9");
        EXPECT_EQ(guess_pattern_format(c.text, "a.xy"), PatternFormat::xrdml);
    }
}

TEST(Xrdml, TakesPrefixesOfNamespaces) {
    std::string text = one(counts);
    for (std::size_t at = 0; (at = text.find('<', at)) != std::string::npos; ++at)
        if (text[at + 1] != '?') text.insert(at + (text[at + 1] == '/' ? 2 : 1), "p:");
    EXPECT_EQ(parse(text).y, (Numbers{0, 25, 400}));
    EXPECT_EQ(guess_pattern_format("\xef\xbb\xbf" + text, "a.xy"), PatternFormat::xrdml);
}

// Both elements describe the same measurement: 1, 25 and 4 counts, the last two behind attenuators.
TEST(Xrdml, BringsAttenuationIntoCountsAndSigma) {
    std::string const factors = "<beamAttenuationFactors>1 4 100</beamAttenuationFactors>";
    for (char const* data : {"<intensities unit=\"counts\">1 100 400</intensities>",
                             "<counts unit=\"counts\">1 25 4</counts>"}) {
        Pattern const pattern = parse(one(factors + data));
        EXPECT_EQ(pattern.y, (Numbers{1, 100, 400}));
        EXPECT_EQ(pattern.sigma, (Numbers{1, 20, 200}));
    }
    Pattern const common =
        parse(one("<commonBeamAttenuationFactor>10</commonBeamAttenuationFactor><counts>1 25 4</counts>"));
    EXPECT_EQ(common.y, (Numbers{10, 250, 40}));
    EXPECT_EQ(common.sigma, (Numbers{10, 50, 20}));
}

TEST(Xrdml, BringsCountsToTheTimeOfTheFirstPoint) {
    Pattern const pattern = parse(one("<countingTimes unit=\"seconds\">2 4 8</countingTimes>" + counts));
    EXPECT_EQ(pattern.y, (Numbers{0, 12.5, 100}));
    EXPECT_EQ(pattern.sigma, (Numbers{1, 2.5, 5}));
    EXPECT_EQ(parse(one("<commonCountingTime>0.0</commonCountingTime>" + counts)).y, (Numbers{0, 25, 400}));
}

TEST(Xrdml, ReadsTheLinesThatReachTheSample) {
    struct Case {
        std::string text;
        double first, second, ratio;
    };
    for (Case const& c : {Case{wavelengths("K-Alpha"), 1.540598, 1.544426, 0.5},
                          Case{wavelengths("K-Alpha 1"), 1.540598, 1.544426, 0.5},
                          Case{wavelengths("K-Alpha", "<monochromator id=\"1\"/>"), 1.540598, 0, 0},
                          Case{wavelengths("K-Alpha 1", "", "0.0"), 1.540598, 0, 0},
                          Case{wavelengths("K-Beta"), 1.39225, 0, 0}, Case{"", 0, 0, 0},
                          Case{"<usedWavelength/>", 0, 0, 0}}) {
        Pattern const pattern = parse(document(measurement(scan(start_and_end, counts), c.text)));
        EXPECT_EQ(pattern.wavelength, c.first) << c.text;
        EXPECT_EQ(pattern.second_wavelength, c.second) << c.text;
        EXPECT_EQ(pattern.second_intensity, c.ratio) << c.text;
    }
}

TEST(Xrdml, CountsScansOverAllMeasurements) {
    std::string const text = document(measurement(scan(start_and_end, "<counts>1 1</counts>") +
                                                  scan(start_and_end, "<counts>2 2 2</counts>")) +
                                      measurement(scan(start_and_end, "<counts>3 3</counts>")));
    EXPECT_EQ(parse(text).y[0], 1);
    for (int bank : {1, 2, 3}) EXPECT_EQ(parse(text, bank).y[0], bank);
    EXPECT_THROW(parse(text, 4), Error);
}

TEST(Xrdml, SaysWhatIsWrongAndWhere) {
    struct Case {
        std::string text, message;
    };
    for (Case const& c : {
             Case{one(counts).substr(0, 300),
                  "a:5: XML is damaged (error parsing element attribute); expected it whole; is the file cut "
                  "short?"},
             Case{"<a/>", "a:1: root element is 'a'; expected xrdMeasurements"},
             Case{document(""), "a: file has no scan; expected one or more"},
             Case{document(measurement("<scan/>")), "a:3: scan 1 has no 'dataPoints'; expected them"},
             Case{one(""), "a:4: scan has neither 'counts' nor 'intensities'; expected one of them"},
             Case{one("<counts>1 2 x3</counts>"),
                  "a:7: value 3 of 'counts' is 'x3'; expected a finite number"},
             Case{one("<counts>1 -2 3</counts>"),
                  "a:7: point 2: 'counts' is -2; expected 0 or more, as counted; export what was corrected "
                  "as .xye "
                  "with its sigma"},
             Case{one("<counts>1</counts>"), "a:7: scan has 1 points; expected 2 or more"},
             Case{one("<counts unit=\"cps\">1 2</counts>"),
                  "a:7: 'unit' of counts is 'cps'; expected counts"},
             Case{one("<beamAttenuationFactors>1</beamAttenuationFactors><counts>1 2</counts>"),
                  "a:7: 'beamAttenuationFactors' has 1 values; expected 2, one for each point"},
             Case{one("<countingTimes>1 0</countingTimes><counts>1 2</counts>"),
                  "a:7: 'countingTimes' is 0; expected > 0"},
             Case{document(measurement(scan(
                      "<positions axis=\"2Theta\"><startPosition>1</startPosition></positions>", counts))),
                  "a:5: 'endPosition' of 2Theta is missing; expected it with startPosition"},
             Case{document(measurement(
                      scan("<positions axis=\"2Theta\"><startPosition>1</startPosition><endPosition>"
                           "1</endPosition></positions>",
                           counts))),
                  "a:5: 'x' is 1 after 1; expected strictly ascending x"},
             Case{document(measurement(
                      scan("<positions axis=\"2Theta\" unit=\"rad\"><listPositions/></positions>", counts))),
                  "a:5: 'unit' of 2Theta is 'rad'; expected deg"},
         })
        EXPECT_EQ(message_of(c.text, Fault::bad_data), c.message);
    EXPECT_EQ(
        message_of(document(measurement(scan("<positions axis=\"Phi\"><listPositions>1 2 3</listPositions>"
                                             "</positions>",
                                             counts))),
                   Fault::unsupported),
        "a: scan 1 is of 'Gonio'; expected one of 2 theta; choose another by its number (bank)");
    EXPECT_EQ(message_of(one("<divergenceCorrections>1 2 3</divergenceCorrections><counts>1 2 3</counts>"),
                         Fault::unsupported),
              "a:7: 'divergenceCorrections' differ from point to point; expected one for all; convert the "
              "scan to a "
              "fixed slit and export it as .xy");
    EXPECT_EQ(parse(one("<divergenceCorrections>2 2 2</divergenceCorrections><counts>1 2 3</counts>")).y,
              (Numbers{1, 2, 3}));
}

TEST(Xrdml, ExpandsNoEntities) {
    std::string text = one("<counts>1 &b; 3</counts>");
    std::string type = "<!DOCTYPE xrdMeasurements [<!ENTITY a \"1 1 1 1 1 1 1 1\"><!ENTITY b \"";
    for (int i = 0; i < 100; ++i) type += "&a;";
    text.insert(text.find("<xrdMeasurements"), type + "\">]>");
    EXPECT_EQ(message_of(text, Fault::bad_data),
              "a:7: value 2 of 'counts' is '&b;'; expected a finite number");
}

}  // namespace hutch::data
