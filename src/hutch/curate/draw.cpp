// Draw the setting of one record from the distributions of a recipe.
#include "hutch/base/error.hpp"
#include "hutch/curate/recipe.hpp"

#include <algorithm>

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

std::vector<TruthColumn> truth_columns(Recipe const& recipe) {
    std::vector<TruthColumn> columns;
    for (powder::Parameter const& parameter : powder::parameters())
        columns.push_back(
            {std::string(parameter.name), std::string(parameter.unit), std::string(parameter.help)});
    for (char const* index : {"h", "k", "l"})
        columns.push_back({fmt::format("march_axis_{}", index), "1", "plane that the texture is about"});
    for (std::size_t w = 1; w <= most_of(recipe, wavelength_count); ++w) {
        columns.push_back({fmt::format("wavelength_{}", w), "angstrom",
                           "wavelength of the beam; 0 where the instrument has none of that number"});
        columns.push_back({fmt::format("weight_{}", w), "1", "its intensity relative to the others"});
    }
    for (std::size_t k = 0; k < most_of(recipe, chebyshev_count); ++k)
        columns.push_back({fmt::format("background_{}", k), "1",
                           "Chebyshev coefficient relative to the strongest Bragg point"});
    for (std::size_t k = 1; k <= most_of(recipe, hump_count); ++k) {
        columns.push_back(
            {fmt::format("hump_{}_centre", k), "degree", "amorphous hump: two theta of its centre"});
        columns.push_back(
            {fmt::format("hump_{}_fwhm", k), "degree", "amorphous hump: full width at half maximum"});
        columns.push_back({fmt::format("hump_{}_height", k), "1",
                           "amorphous hump: height relative to the strongest Bragg point"});
    }
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
