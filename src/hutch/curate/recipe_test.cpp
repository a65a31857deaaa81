#include "hutch/curate/recipe.hpp"

#include "hutch/base/error.hpp"
#include "hutch/curate/test_library.hpp"

#include <cmath>
#include <cstdlib>
#include <numbers>

#include <gtest/gtest.h>

namespace hutch::curate {
namespace {

constexpr char minimal[] = R"(name: tiny
version: 1.0.0
records: 10
structures:
  - path: cifs
splits: {train: 0.8, test: 0.2}
instruments:
  - name: lab
    two_theta: [10, 90]
    wavelengths: [{wavelength: 1.5406}]
)";

std::string problem_of(std::string const& text) {
    try {
        parse_recipe(text, "r.yaml");
    } catch (Error const& error) {
        EXPECT_EQ(error.fault(), Fault::bad_input);
        return error.what();
    }
    return "";
}

TEST(Recipe, ParsesTheLeast) {
    Recipe const recipe = parse_recipe(minimal, "folder/r.yaml");
    EXPECT_EQ(recipe.text, minimal);
    EXPECT_EQ(recipe.title, "tiny");
    EXPECT_EQ(recipe.records, 10u);
    EXPECT_EQ(recipe.seed, 0u);
    EXPECT_EQ(recipe.shard_records, 4096u);
    EXPECT_EQ(recipe.points, 4501u);
    EXPECT_EQ(recipe.stored, StoredType::float32);
    EXPECT_EQ(recipe.sources.at(0).path, "folder/cifs");
    EXPECT_EQ(recipe.sources.at(0).name, "cifs");
    ASSERT_EQ(recipe.splits.size(), 2u);
    EXPECT_EQ(recipe.splits[1].name, "test");
    RecipeInstrument const& lab = recipe.instruments.at(0);
    EXPECT_EQ(lab.radiation, powder::Radiation::xray);
    EXPECT_EQ(lab.geometry, powder::Geometry::bragg_brentano);
    EXPECT_EQ(lab.shortest_wavelength(), 1.5406);
    EXPECT_EQ(lab.parameters.size(), powder::parameters().size());
}

TEST(Recipe, PutsAllRecordsIntoTrainWithoutSplits) {
    Recipe const recipe = parse_recipe(with(minimal, "splits: {train: 0.8, test: 0.2}\n", ""), "r.yaml");
    ASSERT_EQ(recipe.splits.size(), 1u);
    EXPECT_EQ(recipe.splits[0].name, "train");
}

TEST(Recipe, ParsesTheDemo) {
    ::setenv("HUTCH_DATA", "/somewhere", 1);
    Recipe const recipe = read_recipe(HUTCH_SOURCE_DIR "/recipes/demo.yaml");
    ::unsetenv("HUTCH_DATA");
    EXPECT_EQ(recipe.records, 200000u);
    EXPECT_EQ(recipe.instruments.size(), 3u);
    EXPECT_EQ(recipe.sources.at(0).path, "/somewhere/usr/share/avogadro2/crystals");
    EXPECT_EQ(recipe.instruments[0].wavelengths.size(), 2u);
    EXPECT_EQ(recipe.instruments[2].radiation, powder::Radiation::neutron);
    for (std::size_t i = 0; i < 3; ++i)
        for (std::uint64_t record = 0; record < 2000; ++record)
            ASSERT_EQ(draw_setting(recipe, i, record).truth.size(), truth_columns(recipe).size());
}

TEST(Recipe, DrawsTheSameSettingForTheSameRecordAndAnotherForTheNext) {
    Recipe const recipe = parse_recipe(small_recipe, "r.yaml");
    EXPECT_EQ(draw_setting(recipe, 0, 5).truth, draw_setting(recipe, 0, 5).truth);
    EXPECT_NE(draw_setting(recipe, 0, 5).truth, draw_setting(recipe, 0, 6).truth);
    Recipe const other = parse_recipe(with(small_recipe, "seed: 7", "seed: 8"), "r.yaml");
    EXPECT_NE(draw_setting(recipe, 0, 5).truth, draw_setting(other, 0, 5).truth);
}

TEST(Recipe, StoresWhatItSets) {
    Recipe const recipe = parse_recipe(small_recipe, "r.yaml");
    auto const columns = truth_columns(recipe);
    DrawnSetting const drawn = draw_setting(recipe, 0, 3);
    ASSERT_EQ(drawn.truth.size(), columns.size());
    for (std::size_t c = 0; c < columns.size(); ++c) {
        if (columns[c].name == "size") EXPECT_EQ(drawn.truth[c], float(drawn.setting.sample.size_um));
        if (columns[c].name == "dose") EXPECT_EQ(drawn.truth[c], float(drawn.setting.dose));
        if (columns[c].name == "march_axis_h")
            EXPECT_EQ(drawn.truth[c], float(drawn.setting.sample.march_axis[0]));
        if (columns[c].name == "weight_2")
            EXPECT_EQ(drawn.truth[c], float(drawn.setting.instrument.wavelengths.at(1).weight));
        if (columns[c].name == "hump_1_centre") EXPECT_EQ(drawn.truth[c], 25);
        if (columns[c].name == "background_0")
            EXPECT_EQ(drawn.truth[c], float(drawn.setting.background.chebyshev.at(0)));
    }
    DrawnSetting const neutrons = draw_setting(recipe, 1, 3);
    for (std::size_t c = 0; c < columns.size(); ++c)
        if (columns[c].name == "wavelength_2" || columns[c].name == "hump_1_height")
            EXPECT_EQ(neutrons.truth[c], 0);
}

// Q and d axes: the calculation's angles hold every angle that the stored axis and the wavelengths can ask
// for, with room for the four points of the interpolation.
TEST(Recipe, CalculatesBeyondBothEndsOfAQOrDAxis) {
    Recipe const recipe = parse_recipe(small_recipe, "r.yaml");
    EXPECT_FALSE(calculation_grid(recipe, 0).is_resampled);
    EXPECT_EQ(axis_values(recipe, 0).back(), 90);
    for (std::size_t i : {2, 3}) {
        CalculationGrid const made = calculation_grid(recipe, i);
        EXPECT_TRUE(made.is_resampled);
        auto const x = axis_values(recipe, i);
        Distribution const& wavelengths = recipe.instruments[i].wavelengths[0].value;
        for (double l : {wavelengths.least(), wavelengths.most()})
            for (double end : {x.front(), x.back()}) {
                double const sine = recipe.instruments[i].axis == data::AxisKind::q
                                        ? end * l / (4 * std::numbers::pi)
                                        : l / (2 * end);
                double const two_theta = 2 * std::asin(sine) * 180 / std::numbers::pi;
                EXPECT_GE(two_theta, made.grid.at(2));
                EXPECT_LE(two_theta, made.grid.at(made.grid.points - 3));
            }
    }
}

TEST(Recipe, SaysWhichVariableOfTheEnvironmentIsMissing) {
    ::unsetenv("HUTCH_NOT_SET");
    std::string const text = with(minimal, "path: cifs", "path: ${HUTCH_NOT_SET}/cifs");
    EXPECT_EQ(problem_of(text),
              "r.yaml:5: 'structures[0].path' uses ${HUTCH_NOT_SET}, which is not set; expected that "
              "variable in the environment");
    ::setenv("HUTCH_NOT_SET", "/a", 1);
    EXPECT_EQ(parse_recipe(text, "r.yaml").sources.at(0).path, "/a/cifs");
    ::unsetenv("HUTCH_NOT_SET");
}

struct BadRecipe {
    char const *what, *by, *message;
};
constexpr BadRecipe bad_recipes[] = {
    {"name: tiny\n", "", "1: document has no 'name'; expected it"},
    {"name: tiny", "name: ti ny", "1: 'name' is 'ti ny'; expected a word without blanks and slashes"},
    {"version: 1.0.0", "version: 1.0", "2: 'version' is '1.0'; expected MAJOR.MINOR.PATCH"},
    {"version: 1.0.0\n", "", "1: document has no 'version'; expected it"},
    {"records: 10\n", "", "1: document has no 'records'; expected it"},
    {"records: 10", "records: 0", "3: 'records' is 0; expected 1 to 10,000,000,000"},
    {"records: 10", "records: ten", "3: 'records' is 'ten'; expected a number"},
    {"records: 10", "records: 1.5", "3: 'records' is '1.5'; expected an integer"},
    {"records: 10", "recods: 10", "3: 'recods' is not known; expected 'records'?"},
    {"records: 10", "records: 10\nrecords: 11", "4: 'records' is given twice; expected once"},
    {"records: 10", "records: 10\nseed: -1", "4: 'seed' is -1; expected 0 to 9,000,000,000,000,000"},
    {"records: 10", "records: 10\npoints: 15", "4: 'points' is 15; expected 16 to 1,000,000"},
    {"records: 10", "records: 10\nshard_records: 65537",
     "4: 'shard_records' is 65,537; expected 1 to 65,536"},
    {"records: 10", "records: 10\npoints: 100000\nshard_records: 60000",
     "1: document asks for shards of 60000 x 100000 numbers; expected at most 250,000,000; lower "
     "shard_records"},
    {"records: 10", "records: 10\ncompression: gzip",
     "4: 'compression' is 'gzip'; expected none, bitshuffle_lz4 or zstd"},
    {"records: 10", "records: 10\ndtype: int8", "4: 'dtype' is 'int8'; expected float32 or uint16"},
    {"records: 10", "records: 10\ndtype: uint16",
     "4: 'dtype' is uint16, but the dose of 'lab' reaches from 0 to 0 counts; expected a dose above 0 and at "
     "most 60,000"},
    {"records: 10", "records: 10\nmarch_axes: [[0, 0, 0]]",
     "4: 'march_axes[0]' is no plane; expected h, k, l up to 100, not all 0"},
    {"records: 10", "records: 10\nmarch_axes: [[0, 1]]",
     "4: 'march_axes[0]' is a list of 2; expected h, k, l"},
    {"records: 10", "records: 10\nmarch_axes: []", "4: 'march_axes' is empty; expected at least one plane"},
    {"  - path: cifs", "  - name: cifs", "5: 'structures[0]' has no 'path'; expected it"},
    {"\n  - path: cifs", " []", "4: 'structures' is empty; expected at least one source"},
    {"splits: {train: 0.8, test: 0.2}", "splits: {train: 0.8, test: 0.3}",
     "6: 'splits' sums to 1.1; expected 1"},
    {"splits: {train: 0.8, test: 0.2}", "splits: {train: 0.8, train: 0.2}",
     "6: 'splits.train' is given twice; expected once"},
    {"splits: {train: 0.8, test: 0.2}", "splits: {train: 1.2, test: -0.2}",
     "6: 'splits.test' is -0.2; expected > 0"},
    {"splits: {train: 0.8, test: 0.2}", "splits: {a/b: 1}",
     "6: 'splits' has the name 'a/b'; expected a word without blanks, commas, dots and slashes"},
    {"splits: {train: 0.8, test: 0.2}", "splits: [0.8, 0.2]", "6: 'splits' is a list of 2; expected a map"},
    {"splits: {train: 0.8, test: 0.2}", "parameters: {size: 0}",
     "6: 'parameters.size' is 0 um; expected 0.001 to 1000000"},
    {"splits: {train: 0.8, test: 0.2}", "parameters: {sizes: 1}",
     "6: 'parameters.sizes' is not known; expected 'size'?"},
    {"splits: {train: 0.8, test: 0.2}", "parameters: {w: 0, u: 0, v: -0.1}",
     "8: 'instruments[0]' breaks a rule in each of 2,000 draws: 'u, v, w' give a Gauss FWHM^2 of -0.008749 "
     "degree^2 at 10 degrees; expected >= 0 over the range"},
    {"splits: {train: 0.8, test: 0.2}", "background: {humps: [{centre: 20, fwhm: 0, height: 1}]}",
     "6: 'background.humps[0].fwhm' is 0 degree; expected 0.1 to 360"},
    {"splits: {train: 0.8, test: 0.2}", "background: {chebyshev: [a]}",
     "6: 'background.chebyshev[0]' is 'a'; expected a number"},
    {"name: lab", "name: l b",
     "8: 'instruments[0].name' is 'l b'; expected a word without blanks, commas and slashes"},
    {"two_theta: [10, 90]", "two_theta: [10, 190]",
     "9: 'instruments[0].two_theta[1]' is 190 degrees; expected at most 175"},
    {"two_theta: [10, 90]", "two_theta: [90, 10]",
     "9: 'instruments[0].two_theta' runs from 90 to 10; expected 0 < first < last"},
    {"two_theta: [10, 90]", "two_theta: [10, 90, 0.1]",
     "9: 'instruments[0].two_theta' is a list of 3; expected the first and the last value"},
    {"two_theta: [10, 90]", "share: 0\n    two_theta: [10, 90]",
     "9: 'instruments[0].share' is 0; expected above 0 and below 1,000,000"},
    {"two_theta: [10, 90]", "radiation: electron\n    two_theta: [10, 90]",
     "9: 'instruments[0].radiation' is 'electron'; expected one of: xray, neutron"},
    {"two_theta: [10, 90]", "geometry: flat\n    two_theta: [10, 90]",
     "9: 'instruments[0].geometry' is 'flat'; expected one of: bragg_brentano, debye_scherrer"},
    {"two_theta: [10, 90]", "q: [1, 9]",
     "8: 'instruments[0]' reaches beyond what 1.5406 angstrom can; expected a smaller range of q"},
    {"two_theta: [10, 90]", "d: [0.5, 9]",
     "8: 'instruments[0]' reaches beyond what 1.5406 angstrom can; expected a smaller range of d"},
    {"two_theta: [10, 90]", "d: [1, 9]\n    q: [1, 2]",
     "8: 'instruments[0]' has 2 axes; expected one of two_theta, q, d"},
    {"    two_theta: [10, 90]\n", "", "8: 'instruments[0]' has 0 axes; expected one of two_theta, q, d"},
    {"[{wavelength: 1.5406}]", "[]", "10: 'instruments[0].wavelengths' is empty; expected at least one"},
    {"[{wavelength: 1.5406}]", "[{wavelength: 0.01}]",
     "10: 'instruments[0].wavelengths[0].wavelength' is 0.01 angstrom; expected 0.1 to 10"},
    {"[{wavelength: 1.5406}]", "[{wavelength: 1.5406, weight: 0}]",
     "10: 'instruments[0].wavelengths' gives the first wavelength a weight that can be 0; expected > 0"},
    {"[{wavelength: 1.5406}]",
     "[{wavelength: 1.5406}]\n  - {name: lab, two_theta: [10, 90], wavelengths: [{wavelength: 1}]}",
     "11: 'instruments[1].name' is 'lab' again; expected different names"},
    {"[{wavelength: 1.5406}]", "[{wavelength: 1.5406}",
     "11: 'syntax' is broken (end of sequence flow not found); expected YAML"},
};

TEST(Recipe, SaysWhatIsWrongAndWhere) {
    for (BadRecipe const& bad : bad_recipes)
        EXPECT_EQ(problem_of(with(minimal, bad.what, bad.by)), std::string("r.yaml:") + bad.message)
            << bad.by;
}

TEST(Recipe, TakesShortIntegersOnlyForDosesThatFit) {
    std::string const text =
        with(minimal, "records: 10",
             "records: 10\ndtype: uint16\nparameters: {dose: {log_uniform: [100, 60000]}}");
    EXPECT_EQ(parse_recipe(text, "r.yaml").stored, StoredType::uint16);
    EXPECT_NE(problem_of(with(text, "60000", "60001")), "");
    EXPECT_NE(problem_of(with(text, "{log_uniform: [100, 60000]}",
                              "{uniform: [100, 200], probability: 0.5, otherwise: 0}")),
              "");
}

}  // namespace
}  // namespace hutch::curate
