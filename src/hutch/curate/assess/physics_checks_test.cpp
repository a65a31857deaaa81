#include "hutch/base/random.hpp"
#include "hutch/curate/assess/detail/poisson.hpp"
#include "hutch/curate/assess/test_scan.hpp"
#include "hutch/curate/test_library.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace hutch::curate::assess {
namespace {

Answer ask(MadeSet& set, std::string const& id) { return set.ask(physics_checks(), id); }

MadeSet set_of() { return MadeSet({{"train", 30}, {"test", 10}}); }

// Counts with peaks on a background.
std::vector<double> counted(std::uint64_t seed, double background, double fwhm = 9) {
    std::mt19937_64 random(seed);
    RandomStream places(seed, 1, 1);
    std::vector<double> y(3000, background);
    for (int peak = 0; peak < 25; ++peak) {
        double const centre = 3000 * places.uniform(), height = 20 * background * places.uniform();
        for (std::size_t i = 0; i < y.size(); ++i)
            y[i] += height * std::exp(-std::pow((double(i) - centre) / (fwhm / 1.665), 2));
    }
    for (double& value : y) value = double(std::poisson_distribution<long>(value)(random));
    return y;
}

TEST(NoiseModel, OfPoissonCountsIsOneAndOfChangedCountsIsNot) {
    using detail::variance_over_mean;
    for (double background : {3.0, 30.0, 1000.0})
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            std::vector<double> const y = counted(seed, background);
            EXPECT_NEAR(variance_over_mean(y).value(), 1, 0.3) << background;
            std::vector<double> twice = y, third = y, smooth = y, noisy = y;
            RandomStream random(seed, 2, 2);
            for (std::size_t i = 0; i < y.size(); ++i) {
                twice[i] *= 2, third[i] /= 3;
                if (i > 0 && i + 1 < y.size()) smooth[i] = (y[i - 1] + y[i] + y[i + 1]) / 3;
                noisy[i] += std::sqrt(2 * background) * random.normal();
            }
            EXPECT_NEAR(variance_over_mean(twice).value(), 2, 0.6);
            if (background > 10) {
                EXPECT_NEAR(variance_over_mean(third).value(), 1.0 / 3, 0.1);
            }
            if (auto const ratio = variance_over_mean(smooth)) {
                EXPECT_LT(*ratio, 0.3);
            }
            EXPECT_GT(variance_over_mean(noisy).value(), 2);
        }
    EXPECT_FALSE(variance_over_mean(std::vector<double>(3000, 0.0)));
    EXPECT_FALSE(variance_over_mean(std::vector<double>(10, 100.0)));
}

TEST(NoiseModel, IsThatOfTheBackgroundBetweenSharpAndStrongPeaks) {
    for (double background : {5.0, 200.0})
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            std::mt19937_64 random(seed);
            RandomStream places(seed, 1, 1);
            std::vector<double> y(3000, background);
            for (int peak = 0; peak < 60; ++peak) {
                double const centre = 3000 * places.uniform(), height = 1e5 * places.uniform();
                for (std::size_t i = 0; i < y.size(); ++i)
                    y[i] += height * std::exp(-std::pow((double(i) - centre) / 1.2, 2));
            }
            for (double& value : y) value = double(std::poisson_distribution<long>(value)(random));
            EXPECT_NEAR(detail::variance_over_mean(y).value(), 1, 0.35) << background;
            for (double& value : y) value *= 2;
            EXPECT_NEAR(detail::variance_over_mean(y).value(), 2, 0.7) << background;
        }
}

TEST(NoiseModel, IsAskedOfFieldsThatDeclareIt) {
    ScratchFolder const scratch;
    auto const with = [&](double factor) {
        MadeSet set = set_of();
        set.folder = scratch / "";
        Field& field = set.field("y", Role::feature);
        field.shape = {3000}, field.dtype = "float32", field.noise = "poisson";
        for (std::size_t f = 0; f < 2; ++f) {
            data::ShardWriter file(set.folder / set.scan().files[f].path);
            std::vector<float> values;
            std::uint64_t const records = f == 0 ? 30 : 10;
            for (std::uint64_t r = 0; r < records; ++r)
                for (double value : counted(100 * f + r, 40)) values.push_back(float(factor * value));
            file.write<float>("y", values, {records, 3000}, {});
            file.close();
        }
        return ask(set, "C45");
    };
    EXPECT_EQ(with(1).state, State::pass) << with(1).text;
    EXPECT_EQ(with(2).state, State::fail);
    MadeSet none = set_of();
    EXPECT_EQ(ask(none, "C45").state, State::not_applicable);
}

TEST(Relations, HoldBetweenEnergyAndWavelengthOfPhotonsAndNeutrons) {
    auto const with = [](double energy, char const* unit, double wavelength) {
        MadeSet set = set_of();
        set.numbers("e", Role::other, std::vector<double>(40, energy)).last().quantity = "energy";
        set.last().unit = unit;
        set.numbers("w", Role::other, std::vector<double>(40, wavelength)).last().quantity = "wavelength";
        set.last().unit = "angstrom";
        return ask(set, "C37").state;
    };
    EXPECT_EQ(with(8.048, "keV", 1.5406), State::pass);
    EXPECT_EQ(with(8048, "eV", 1.5406), State::pass);
    EXPECT_EQ(with(8.048, "keV", 1.7902), State::fail);
    EXPECT_EQ(with(8.048, "eV", 1.5406), State::fail);
    EXPECT_EQ(with(25.3, "meV", 1.798), State::pass);  // thermal neutrons
}

TEST(Relations, BoundAnglesAndSpacings) {
    MadeSet set = set_of();
    EXPECT_EQ(ask(set, "C37").state, State::not_applicable);
    set.field("axis", Role::axis).quantity = "two_theta";
    set.last().unit = "degree";
    set.facts().shared["axis"] = {5, 60, 140};
    EXPECT_EQ(ask(set, "C37").state, State::pass);
    set.facts().shared["axis"] = {5, 60, 190};
    EXPECT_EQ(ask(set, "C37").state, State::fail);
    set.table().fields.back().unit = "rad";
    set.facts().shared["axis"] = {0.1, 1, 3};
    EXPECT_EQ(ask(set, "C37").state, State::pass);
    MadeSet spacing = set_of();
    spacing.numbers("d", Role::other, std::vector<double>(40, 0.7)).last().quantity = "d";
    spacing.last().unit = "angstrom";
    spacing.facts().fields["d"].values = 40;
    spacing.facts().fields["d"].least = spacing.facts().fields["d"].most = 0.7;
    spacing.numbers("w", Role::other, std::vector<double>(40, 1.54)).last().quantity = "wavelength";
    spacing.last().unit = "angstrom";
    spacing.facts().fields["w"].values = 40;
    spacing.facts().fields["w"].least = spacing.facts().fields["w"].most = 1.54;
    EXPECT_EQ(ask(spacing, "C37").state, State::fail);
}

TEST(Methods, ThatThisBuildLacksAreNotChecked) {
    MadeSet set = set_of();
    EXPECT_EQ(ask(set, "C40").state, State::not_applicable);
    set.dictionary().physics.push_back({"ptychography", "records", {}});
    EXPECT_EQ(ask(set, "C40").text, "this build has no method for 'ptychography'");
    EXPECT_EQ(ask(set, "C40").state, State::not_checked);
    EXPECT_EQ(ask(set, "C39").state, State::not_applicable);
}

TEST(Tomography, NeedsBrightFlatsAndHalfATurn) {
    ScratchFolder const scratch;
    auto const with = [&](double flat, double seen, double last_angle) {
        MadeSet set = set_of();
        set.folder = scratch / "";
        for (char const* name : {"flat", "dark", "image"}) set.field(name, Role::other).shape = {20, 20};
        for (std::size_t f = 0; f < 2; ++f) {
            data::ShardWriter file(set.folder / set.scan().files[f].path);
            std::uint64_t const records = f == 0 ? 30 : 10;
            for (auto const& [name, level] : {std::pair{"flat", flat}, {"dark", 10.0}, {"image", seen}}) {
                std::vector<float> const values(400 * records, float(level));
                file.write<float>(name, values, {records, 20, 20}, {});
            }
            file.close();
        }
        std::vector<double> angles(40);
        for (std::size_t r = 0; r < 40; ++r) angles[r] = last_angle * double(r) / 39;
        set.numbers("angle", Role::other, angles).last().unit = "degree";
        set.dictionary().physics.push_back(
            {"tomography",
             "records",
             {{"flat", "flat"}, {"dark", "dark"}, {"projection", "image"}, {"angle", "angle"}}});
        return ask(set, "C39").state;
    };
    EXPECT_EQ(with(1000, 400, 180), State::pass);
    EXPECT_EQ(with(8, 400, 180), State::fail);      // darker than dark
    EXPECT_EQ(with(1000, 1500, 180), State::fail);  // more comes out than goes in
    EXPECT_EQ(with(1000, 400, 120), State::fail);
}

}  // namespace
}  // namespace hutch::curate::assess
