#include "hutch/methods/powder/setting.hpp"

#include "hutch/base/error.hpp"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <numbers>
#include <set>

#include <gtest/gtest.h>

namespace hutch::powder {
namespace {

Instrument from_text(std::string const& text) {
    return to_instrument(data::parse_instprm(text, "x.instprm"));
}

std::string const header = "#GSAS-II instrument parameter file\n";

struct Broken {
    char const* message;
    void (*spoil)(Setting&);
};

double const nan = std::numeric_limits<double>::quiet_NaN();

// One broken rule each, with the message word by word: these are what people read.
Broken const broken[] = {
    {"'polarisation' is 1.5; expected 0 to 1", [](Setting& s) { s.instrument.polarisation = 1.5; }},
    {"'polarisation' is nan; expected 0 to 1", [](Setting& s) { s.instrument.polarisation = nan; }},
    {"'size' is 0 um; expected 0.001 to 1000000", [](Setting& s) { s.sample.size_um = 0; }},
    {"'absorption_mu_r' is 1.5; expected 0 to 1", [](Setting& s) { s.sample.absorption_mu_r = 1.5; }},
    {"'march_ratio' is 0; expected 0.05 to 20", [](Setting& s) { s.sample.march_ratio = 0; }},
    {"'strain_13' is 0.2; expected -0.1 to 0.1", [](Setting& s) { s.sample.strain[4] = 0.2; }},
    {"'dose' is -1 count; expected 0 to 10000000", [](Setting& s) { s.dose = -1; }},
    {"'wavelengths' is empty; expected at least one", [](Setting& s) { s.instrument.wavelengths.clear(); }},
    {"'wavelength' is 0 angstrom; expected 0.01 to 20",
     [](Setting& s) { s.instrument.wavelengths[0].value = 0; }},
    {"'wavelength' is nan angstrom; expected 0.01 to 20",
     [](Setting& s) { s.instrument.wavelengths[0].value = nan; }},
    {"'weight' of the first wavelength is 0; expected > 0",
     [](Setting& s) { s.instrument.wavelengths[0].weight = 0; }},
    {"'u, v, w' give a Gauss FWHM^2 of -0.4782 degree^2 at 10 degrees; expected >= 0 over the range",
     [](Setting& s) { s.instrument.v = -5.58; }},
    {"'x, y, z' give a Lorentz FWHM of -0.01004 degrees at 10 degrees; expected >= 0 over the range",
     [](Setting& s) { s.instrument.x = -0.01; }},
    {"'march_axis' is [0, 0, 0]; expected a plane (hkl)",
     [](Setting& s) { s.sample.march_ratio = 0.8, s.sample.march_axis = {0, 0, 0}; }},
    {"'chebyshev' holds 10000000; expected numbers up to 1e6",
     [](Setting& s) { s.background.chebyshev = {0, 1e7}; }},
    {"'hump' has centre 25, fwhm 0, height 0.1; expected degrees, a width > 0.01 and a height up to 1e6",
     [](Setting& s) { s.background.humps = {{25, 0, 0.1}}; }},
};

}  // namespace

TEST(Setting, SaysTheFirstRuleThatIsBroken) {
    EXPECT_EQ(first_problem(Setting{}, 10, 100), std::nullopt);
    for (Broken const& one : broken) {
        Setting setting;
        one.spoil(setting);
        EXPECT_EQ(first_problem(setting, 10, 100).value_or("nothing"), one.message);
    }
}

TEST(Setting, RefusesRangesThatAreNone) {
    for (auto const& [first, last] :
         {std::pair{10.0, 10.0}, {-1.0, 50.0}, {10.0, 181.0}, {nan, 50.0}, {10.0, nan}})
        EXPECT_TRUE(first_problem(Setting{}, first, last)) << first << " " << last;
}

TEST(Setting, HasParametersWithNamesOfTheirOwnAndDefaultsInRange) {
    std::set<std::string_view> names;
    std::set<double const*> places;
    Setting setting;
    for (Parameter const& parameter : parameters()) {
        EXPECT_TRUE(names.insert(parameter.name).second) << parameter.name;
        EXPECT_TRUE(places.insert(&parameter.in(setting)).second) << parameter.name << " shares its number";
        EXPECT_FALSE(parameter.unit.empty() || parameter.help.empty()) << parameter.name;
        EXPECT_LT(parameter.least, parameter.most);
        EXPECT_NO_THROW(set_parameter(setting, parameter, parameter.in(setting))) << parameter.name;
        EXPECT_THROW(set_parameter(setting, parameter, parameter.most * 1.1 + 1), Error) << parameter.name;
        EXPECT_THROW(set_parameter(setting, parameter, nan), Error) << parameter.name;
    }
}

TEST(Setting, NamesTheNearestParameter) {
    try {
        find_parameter("microstran");
        FAIL();
    } catch (Error const& error) {
        EXPECT_EQ(std::string(error.what()), "'microstran' is no parameter; expected 'microstrain'?");
    }
}

// GSAS-II: variances in centidegree^2, Lorentz widths in centidegree, SH/L for both heights together.
TEST(Instrument, TakesTheNumbersOfGsas2InOurUnits) {
    Instrument const lab =
        from_text(header +
                  "Type:PXC\nBank:1.0\nLam1:1.5405929\nLam2:1.5444274\nI(L2)/I(L1):0.5\nZero:0.01\n"
                  "Polariz.:0.7\nU:2.0\nV:-2.0\nW:5.0\nX:1.5\nY:2.5\nZ:0.5\nSH/L:0.002\nAzimuth:0.0\n");
    EXPECT_EQ(lab.radiation, Radiation::xray);
    EXPECT_EQ(lab.geometry, Geometry::bragg_brentano);
    ASSERT_EQ(lab.wavelengths.size(), 2u);
    EXPECT_EQ(lab.wavelengths[0].value, 1.5405929);
    EXPECT_EQ(lab.wavelengths[1].value, 1.5444274);
    EXPECT_EQ(lab.wavelengths[1].weight, 0.5);
    EXPECT_NEAR(lab.polarisation, 0.7, 1e-15);
    // sigma = 0.01 sqrt(variance) degrees, FWHM = sqrt(8 ln 2) sigma.
    EXPECT_NEAR(std::sqrt(lab.w), 2.3548200450 * 0.01 * std::sqrt(5.0), 1e-10);
    EXPECT_NEAR(lab.u / lab.w, 0.4, 1e-12);
    EXPECT_NEAR(lab.v / lab.w, -0.4, 1e-12);
    EXPECT_NEAR(lab.x, 0.015, 1e-15);
    EXPECT_NEAR(lab.y, 0.025, 1e-15);
    EXPECT_NEAR(lab.z, 0.005, 1e-15);
    EXPECT_NEAR(lab.axial_sample, 0.001, 1e-15);
    EXPECT_NEAR(lab.axial_detector, 0.001, 1e-15);
    EXPECT_EQ(lab.zero, 0.01);
}

// The same numbers as above, where GSAS has them.
TEST(Instrument, IsReadFromAFileOfGsas) {
    Instrument const lab = to_instrument(
        data::parse_gsas_prm("INS   HTYPE   PXCR\n"
                             "INS  1 ICONS 1.5405929 1.5444274       1.0         0       0.7    0       0.5\n"
                             "INS  1PRCF1     3    8      0.01\n"
                             "INS  1PRCF11   2.000000E+00  -2.000000E+00   5.000000E+00   0.000000E+00\n"
                             "INS  1PRCF12   1.500000E+00   2.500000E+00   0.100000E-02   0.100000E-02\n",
                             "x.prm"));
    EXPECT_EQ(lab.radiation, Radiation::xray);
    EXPECT_EQ(lab.geometry, Geometry::bragg_brentano);
    ASSERT_EQ(lab.wavelengths.size(), 2u);
    EXPECT_EQ(lab.wavelengths[1].value, 1.5444274);
    EXPECT_EQ(lab.wavelengths[1].weight, 0.5);
    EXPECT_NEAR(lab.polarisation, 0.7, 1e-15);
    EXPECT_NEAR(std::sqrt(lab.w), 2.3548200450 * 0.01 * std::sqrt(5.0), 1e-10);
    EXPECT_NEAR(lab.x, 0.015, 1e-15);
    EXPECT_NEAR(lab.y, 0.025, 1e-15);
    EXPECT_NEAR(lab.axial_sample, 0.001, 1e-15);
    EXPECT_NEAR(lab.zero, 0.01, 1e-15);
}

// Widths at the strong lines near 20 degrees, as the round robin of R. J. Hill has them: tenths of a degree.
TEST(InstrumentData, OfTheLeadSulfateRoundRobinIsSensible) {
    char const* const shared = std::getenv("HUTCH_SHARED");
    auto const folder = std::filesystem::path(shared ? shared : "") / "powder/pbso4";
    if (!shared || !std::filesystem::exists(folder))
        GTEST_SKIP() << "HUTCH_SHARED does not name a folder with powder/pbso4";
    struct Case {
        char const* file;
        Radiation radiation;
        double wavelength, least, most;
    };
    for (Case const& c : {Case{"INST_XRY.PRM", Radiation::xray, 1.5405, 0.04, 0.06},
                          Case{"inst_d1a.prm", Radiation::neutron, 1.909, 0.5, 0.6}}) {
        Setting setting;
        setting.instrument = to_instrument(data::read_instrument_file(folder / c.file));
        Instrument const& one = setting.instrument;
        EXPECT_EQ(one.radiation, c.radiation);
        EXPECT_EQ(one.wavelengths.at(0).value, c.wavelength);
        double const t = std::tan(10 * std::numbers::pi / 180),
                     fwhm = std::sqrt((one.u * t + one.v) * t + one.w);
        EXPECT_GT(fwhm, c.least);
        EXPECT_LT(fwhm, c.most);
        EXPECT_EQ(first_problem(setting, 10, 150), std::nullopt);
    }
}

TEST(Instrument, TurnsThePolarisationWithTheAzimuth) {
    auto const at = [](char const* azimuth) {
        return from_text(header + "Type:PXC\nLam:0.4\nPolariz.:0.99\nAzimuth:" + azimuth + "\n").polarisation;
    };
    EXPECT_NEAR(at("0"), 0.99, 1e-12);
    EXPECT_NEAR(at("90"), 0.01, 1e-12);
    EXPECT_NEAR(at("45"), 0.5, 1e-12);
    EXPECT_NEAR(at("180"), 0.99, 1e-12);
}

TEST(Instrument, OfOneWavelengthIsOneForCylinders) {
    Instrument const neutron = from_text(header + "Type:PNC\nLam:1.909\nPolariz.:0.0\nU:1\nV:1\nW:1\n");
    EXPECT_EQ(neutron.radiation, Radiation::neutron);
    EXPECT_EQ(neutron.geometry, Geometry::debye_scherrer);
    EXPECT_EQ(neutron.wavelengths[0].value, 1.909);
}

TEST(Instrument, RefusesTimeOfFlight) {
    try {
        from_text(header + "Type:PNT\ndifC:22580\n");
        FAIL();
    } catch (Error const& error) {
        EXPECT_EQ(error.fault(), Fault::unsupported);
        EXPECT_NE(std::string(error.what()).find("x.instprm: 'Type' is 'PNT'"), std::string::npos)
            << error.what();
    }
    EXPECT_THROW(from_text(header + "Type:PXC\n"), Error);
}

}  // namespace hutch::powder
