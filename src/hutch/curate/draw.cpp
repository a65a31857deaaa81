// Draw the setting of one record from the distributions of a recipe.
#include "hutch/base/error.hpp"
#include "hutch/curate/recipe.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace hutch::curate {
namespace {

// Streams of random numbers: every use has its own, so that a new one leaves the others as they are. The
// powder room's counting statistics use stream 1.
constexpr std::uint32_t setting_stream = 2;

std::size_t most_of(Recipe const& recipe, std::size_t (*count)(RecipeInstrument const&)) {
    std::size_t most = 0;
    for (RecipeInstrument const& instrument : recipe.instruments) most = std::max(most, count(instrument));
    return most;
}
std::size_t wavelength_count(RecipeInstrument const& instrument) { return instrument.wavelengths.size(); }
std::size_t chebyshev_count(RecipeInstrument const& instrument) { return instrument.chebyshev.size(); }
std::size_t hump_count(RecipeInstrument const& instrument) { return instrument.humps.size(); }

powder::Setting draw_once(Recipe const& recipe, RecipeInstrument const& instrument, RandomStream& random) {
    powder::Setting setting;
    setting.instrument.radiation = instrument.radiation;
    setting.instrument.geometry = instrument.geometry;
    setting.instrument.wavelengths.clear();
    for (RecipeWavelength const& one : instrument.wavelengths) {
        double const value = one.value.draw(random);
        setting.instrument.wavelengths.push_back({value, one.weight.draw(random)});
    }
    auto const known = powder::parameters();
    for (std::size_t p = 0; p < known.size(); ++p)
        known[p].in(setting) = instrument.parameters[p].draw(random);
    setting.sample.march_axis = recipe.march_axes[random.below(recipe.march_axes.size())];
    for (Distribution const& term : instrument.chebyshev)
        setting.background.chebyshev.push_back(term.draw(random));
    for (RecipeHump const& hump : instrument.humps) {
        double const centre = hump.centre.draw(random), fwhm = hump.fwhm.draw(random);
        setting.background.humps.push_back({centre, fwhm, hump.height.draw(random)});
    }
    return setting;
}

std::vector<float> truth_of(Recipe const& recipe, powder::Setting const& drawn) {
    powder::Setting setting = drawn;
    std::vector<float> truth;
    for (powder::Parameter const& parameter : powder::parameters())
        truth.push_back(float(parameter.in(setting)));
    for (double index : setting.sample.march_axis) truth.push_back(float(index));
    for (std::size_t w = 0; w < most_of(recipe, wavelength_count); ++w) {
        bool const exists = w < setting.instrument.wavelengths.size();
        truth.push_back(exists ? float(setting.instrument.wavelengths[w].value) : 0);
        truth.push_back(exists ? float(setting.instrument.wavelengths[w].weight) : 0);
    }
    for (std::size_t k = 0; k < most_of(recipe, chebyshev_count); ++k)
        truth.push_back(k < setting.background.chebyshev.size() ? float(setting.background.chebyshev[k]) : 0);
    for (std::size_t k = 0; k < most_of(recipe, hump_count); ++k) {
        bool const exists = k < setting.background.humps.size();
        powder::Hump const hump = exists ? setting.background.humps[k] : powder::Hump{0, 0, 0};
        truth.insert(truth.end(), {float(hump.centre), float(hump.fwhm), float(hump.height)});
    }
    return truth;
}

}  // namespace

namespace {

// What the distributions of a number can give, over all instruments; an instrument without one gives 0.
struct Reach {
    double least = std::numeric_limits<double>::infinity(), most = -least;

    void add(double low, double high) {
        // Values are stored as floats; rounding keeps their order.
        least = std::min(least, double(float(low))), most = std::max(most, double(float(high)));
    }
    void add(Distribution const& one) { add(one.least(), one.most()); }
};

template <class Add>
TruthColumn column(Recipe const& recipe, std::string name, char const* unit, std::string_view description,
                   Add const& add) {
    Reach reach;
    for (RecipeInstrument const& instrument : recipe.instruments) add(instrument, reach);
    return {std::move(name), unit, std::string(description), reach.least, reach.most};
}

void add_wavelengths(Recipe const& recipe, std::vector<TruthColumn>& columns) {
    for (std::size_t w = 0; w < most_of(recipe, wavelength_count); ++w) {
        auto const reach_of = [w](Distribution RecipeWavelength::* member) {
            return [w, member](RecipeInstrument const& instrument, Reach& reach) {
                if (w < instrument.wavelengths.size())
                    reach.add(instrument.wavelengths[w].*member);
                else
                    reach.add(0, 0);
            };
        };
        columns.push_back(column(recipe, fmt::format("wavelength_{}", w + 1), "angstrom",
                                 "wavelength of the beam; 0 where the instrument has none of that number",
                                 reach_of(&RecipeWavelength::value)));
        columns.push_back(column(recipe, fmt::format("weight_{}", w + 1), "1",
                                 "its intensity relative to the others",
                                 reach_of(&RecipeWavelength::weight)));
    }
}

void add_humps(Recipe const& recipe, std::vector<TruthColumn>& columns) {
    for (std::size_t k = 0; k < most_of(recipe, hump_count); ++k) {
        auto const add = [&](char const* what, char const* unit, char const* description,
                             Distribution RecipeHump::* member) {
            columns.push_back(column(recipe, fmt::format("hump_{}_{}", k + 1, what), unit, description,
                                     [k, member](RecipeInstrument const& instrument, Reach& reach) {
                                         if (k < instrument.humps.size())
                                             reach.add(instrument.humps[k].*member);
                                         else
                                             reach.add(0, 0);
                                     }));
        };
        add("centre", "degree", "amorphous hump: two theta of its centre", &RecipeHump::centre);
        add("fwhm", "degree", "amorphous hump: full width at half maximum", &RecipeHump::fwhm);
        add("height", "1", "amorphous hump: height relative to the strongest Bragg point",
            &RecipeHump::height);
    }
}

}  // namespace

std::vector<TruthColumn> truth_columns(Recipe const& recipe) {
    std::vector<TruthColumn> columns;
    auto const known = powder::parameters();
    for (std::size_t p = 0; p < known.size(); ++p)
        columns.push_back(column(
            recipe, std::string(known[p].name), std::string(known[p].unit).c_str(), known[p].help,
            [p](RecipeInstrument const& instrument, Reach& reach) { reach.add(instrument.parameters[p]); }));
    for (std::size_t i = 0; i < 3; ++i) {
        Reach reach;
        for (auto const& axis : recipe.march_axes) reach.add(axis[i], axis[i]);
        columns.push_back({fmt::format("march_axis_{}", "hkl"[i]), "1", "plane that the texture is about",
                           reach.least, reach.most});
    }
    add_wavelengths(recipe, columns);
    for (std::size_t k = 0; k < most_of(recipe, chebyshev_count); ++k)
        columns.push_back(column(recipe, fmt::format("background_{}", k), "1",
                                 "Chebyshev coefficient relative to the strongest Bragg point",
                                 [k](RecipeInstrument const& instrument, Reach& reach) {
                                     if (k < instrument.chebyshev.size())
                                         reach.add(instrument.chebyshev[k]);
                                     else
                                         reach.add(0, 0);
                                 }));
    add_humps(recipe, columns);
    return columns;
}

namespace {

// Draw up to 2,000 times; return the last broken rule, or nothing and the setting.
std::optional<std::string> draw_possible(Recipe const& recipe, std::size_t which, std::uint64_t record,
                                         powder::Setting& setting) {
    RecipeInstrument const& instrument = recipe.instruments[which];
    powder::Grid const grid = calculation_grid(recipe, which).grid;
    RandomStream random(recipe.seed, setting_stream, record);
    std::optional<std::string> problem;
    for (int attempt = 0; attempt < 2000; ++attempt) {
        setting = draw_once(recipe, instrument, random);
        problem = powder::first_problem(setting, grid.first, grid.last());
        if (!problem) break;
    }
    return problem;
}

}  // namespace

std::optional<std::string> first_problem(Recipe const& recipe, std::size_t which, std::uint64_t record) {
    powder::Setting setting;
    return draw_possible(recipe, which, record, setting);
}

DrawnSetting draw_setting(Recipe const& recipe, std::size_t which, std::uint64_t record) {
    powder::Setting setting;
    if (auto const problem = draw_possible(recipe, which, record, setting))
        throw Error(
            Fault::bad_input,
            fmt::format("{}: 'instruments[{}]' breaks a rule in each of 2,000 draws for record {}: {}",
                        recipe.file, which, record, *problem));
    return {setting, truth_of(recipe, setting)};
}

}  // namespace hutch::curate
