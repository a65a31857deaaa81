#include "hutch/methods/powder/detail/steps.hpp"

#include "hutch/base/file.hpp"

#include <gtest/gtest.h>

namespace hutch::powder {
namespace {

namespace fs = std::filesystem;

step::Call call_of(step::Values const& given) {
    step::Call call;
    call.parameters = step::complete({.name = "a step", .parameters = setting_parameters()}, given);
    return call;
}

// An instrument file with one of each kind of number.
class PowderSetting : public testing::Test {
  protected:
    void SetUp() override {
        write_file(path_, "Type:PNC\nLam:1.909\nU:1.0\nV:0.0\nW:2.0\nX:0.0\nY:0.0\nZero:0.25\n");
    }
    void TearDown() override { fs::remove(path_); }
    step::Call with_instrument(step::Values const& given) const {
        auto call = call_of(given);
        call.inputs["instrument"] = {path_};
        return call;
    }

  private:
    fs::path path_ = fs::temp_directory_path() / "hutch_powder_setting.instprm";
};

}  // namespace

TEST_F(PowderSetting, HasTheDefaultsOfTheTableWhenNothingIsGiven) {
    Setting setting = read_setting(call_of({})), standard;
    for (Parameter const& parameter : parameters())
        EXPECT_EQ(parameter.in(setting), parameter.in(standard)) << parameter.name;
    EXPECT_EQ(setting.instrument.wavelengths.size(), 1u);
    EXPECT_EQ(setting.sample.march_axis, standard.sample.march_axis);
}

TEST_F(PowderSetting, TakesEveryNumberOfTheTable) {
    for (Parameter const& parameter : parameters()) {
        Setting setting = read_setting(call_of({{std::string(parameter.name), parameter.least}}));
        EXPECT_EQ(parameter.in(setting), parameter.least) << parameter.name;
    }
}

TEST_F(PowderSetting, IsTheInstrumentFilesWhereNothingElseIsSaid) {
    Setting const setting = read_setting(with_instrument({{"zero", 0.5}, {"size", 0.3}}));
    EXPECT_EQ(setting.instrument.radiation, Radiation::neutron);
    EXPECT_EQ(setting.instrument.wavelengths[0].value, 1.909);
    EXPECT_GT(setting.instrument.u, 0);
    EXPECT_EQ(setting.instrument.zero, 0.5);
    EXPECT_EQ(setting.sample.size_um, 0.3);
    EXPECT_EQ(read_setting(with_instrument({{"zero", 0}})).instrument.zero, 0);
    EXPECT_EQ(read_setting(with_instrument({})).instrument.zero, 0.25);
    EXPECT_EQ(read_setting(with_instrument({{"radiation", "xray"}})).instrument.radiation, Radiation::xray);
}

TEST(PatternLines, AreOneOrTwo) {
    data::Pattern pattern;
    pattern.wavelength = 1.5406;
    ASSERT_EQ(lines_of(pattern).size(), 1u);
    EXPECT_EQ(lines_of(pattern)[0].value, 1.5406);
    EXPECT_EQ(lines_of(pattern)[0].weight, 1);
    pattern.second_wavelength = 1.5444;
    pattern.second_intensity = 0.5;
    ASSERT_EQ(lines_of(pattern).size(), 2u);
    EXPECT_EQ(lines_of(pattern)[1].value, 1.5444);
    EXPECT_EQ(lines_of(pattern)[1].weight, 0.5);
}

TEST_F(PowderSetting, ReadsRowsOfWavelengthsAndHumps) {
    Setting const setting =
        read_setting(call_of({{"wavelength", step::Value::List{1.5405, step::Value::List{1.5443, 0.5}}},
                              {"hump", step::Value::List{step::Value::List{25, 8, 0.1}}},
                              {"background", step::Value::List{0.1, -0.02}},
                              {"march_axis", step::Value::List{1, 1, 0}}}));
    ASSERT_EQ(setting.instrument.wavelengths.size(), 2u);
    EXPECT_EQ(setting.instrument.wavelengths[0].weight, 1);
    EXPECT_EQ(setting.instrument.wavelengths[1].weight, 0.5);
    ASSERT_EQ(setting.background.humps.size(), 1u);
    EXPECT_EQ(setting.background.humps[0].fwhm, 8);
    EXPECT_EQ(setting.background.chebyshev, (std::vector<double>{0.1, -0.02}));
    EXPECT_EQ(setting.sample.march_axis, (std::array<double, 3>{1, 1, 0}));
}

}  // namespace hutch::powder
