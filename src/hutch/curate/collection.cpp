#include "hutch/curate/collection.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/compute/parallel.hpp"
#include "hutch/data/cif.hpp"
#include "hutch/methods/powder/reflections.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace hutch::curate {
namespace {

constexpr double small_cell =
    150;  // angstrom^3: below, a range may hold no line at all; looked at one by one

bool uses(Recipe const& recipe, powder::Radiation radiation) {
    return std::ranges::any_of(recipe.instruments,
                               [&](RecipeInstrument const& i) { return i.radiation == radiation; });
}

// The first reason why a structure cannot be simulated with this recipe.
std::optional<std::string> first_obstacle(data::Structure const& structure, Recipe const& recipe) {
    try {
        for (data::Site const& site : structure.sites) {
            powder::Species const species =
                powder::nearest_tabulated(site.atomic_number, site.charge, site.is_deuterium);
            if (uses(recipe, powder::Radiation::xray)) powder::form_factor(species, 0);
            if (uses(recipe, powder::Radiation::neutron)) powder::neutron_length(species);
        }
        if (data::volume(structure.cell) < small_cell) {
            auto const table = powder::find_reflections(structure, {recipe_d_min(recipe)});
            for (std::size_t i = 0; i < recipe.instruments.size(); ++i) {
                powder::Grid const grid = calculation_grid(recipe, i).grid;
                double const d = powder::needed_d_min(grid.last() - powder::tail_margin,
                                                      recipe.instruments[i].wavelengths[0].value.most(), 0);
                if (table.count_above(d * 1.1) == 0)
                    return fmt::format(
                        "'reflections' of the cell are all beyond the range of '{}'; expected at least one "
                        "in it",
                        recipe.instruments[i].name);
            }
        } else {
            double const points = powder::lattice_points(structure.cell, recipe_d_min(recipe));
            if (points > 16e6)
                return fmt::format(
                    "'cell' of {:.0f} angstrom^3 has {:.2g} lattice points in range; expected at most 16e6",
                    data::volume(structure.cell), points);
        }
    } catch (Error const& error) {
        return error.what();
    }
    return {};
}

std::string identity_of(data::Structure const& structure) {
    std::string text = data::to_cif(structure);
    return structure.source + "\n" + text;
}

data::Library read_source(Recipe const& recipe, RecipeSource const& source, unsigned threads) {
    try {
        return data::read_library({source.path}, threads);
    } catch (Error const& error) {
        throw error.within(
            fmt::format("{}: 'structures[{}].path'", recipe.file, &source - recipe.sources.data()));
    }
}

}  // namespace

double recipe_strain(Recipe const& recipe) {
    std::size_t const first = std::size_t(&powder::find_parameter("strain_11") - powder::parameters().data());
    double most = 0;
    for (RecipeInstrument const& instrument : recipe.instruments) {
        std::array<double, 6> strain{};
        for (std::size_t i = 0; i < 6; ++i)
            strain[i] = std::max(std::abs(instrument.parameters[first + i].least()),
                                 std::abs(instrument.parameters[first + i].most()));
        most = std::max(most, powder::largest_strain(strain));
    }
    return most;
}

double recipe_d_min(Recipe const& recipe) {
    double least = 1e9;
    for (std::size_t i = 0; i < recipe.instruments.size(); ++i)
        least = std::min(
            least, powder::needed_d_min(calculation_grid(recipe, i).grid.last(),
                                        recipe.instruments[i].shortest_wavelength(), recipe_strain(recipe)));
    return least;
}

Collection collect_structures(Recipe const& recipe, unsigned threads) {
    Collection collection;
    std::set<std::string> names;
    for (RecipeSource const& source : recipe.sources) {
        data::Library library = read_source(recipe, source, threads);
        std::vector<std::optional<std::string>> obstacles(library.structures.size());
        compute::parallel_for(library.structures.size(), threads, [&](std::size_t i, unsigned) {
            obstacles[i] = first_obstacle(library.structures[i], recipe);
        });
        SourceEntry entry{source.name,
                          source.licence,
                          source.citation,
                          source.url,
                          library.structures.size() + library.refusals.size(),
                          0,
                          {}};
        for (std::size_t i = 0; i < library.structures.size(); ++i) {
            data::Structure& structure = library.structures[i];
            if (obstacles[i]) {
                library.refusals.push_back({structure.source, data::cause_of(*obstacles[i]),
                                            structure.source + ": " + *obstacles[i]});
                continue;
            }
            if (!names.insert(structure.source).second)
                structure.source = source.name + "/" + structure.source;
            names.insert(structure.source);
            ++entry.usable;
            collection.structures.push_back(std::move(structure));
        }
        for (data::Refusal& refusal : library.refusals) {
            ++entry.refused[refusal.cause];
            collection.refusals.push_back(std::move(refusal));
        }
        collection.sources.push_back(std::move(entry));
    }
    std::vector<std::string> sums(collection.structures.size());
    compute::parallel_for(sums.size(), threads, [&](std::size_t i, unsigned) {
        sums[i] = sha256(identity_of(collection.structures[i]));
    });
    Sha256 total;
    for (std::string const& sum : sums) total.add(sum);
    collection.checksum = total.finish();
    return collection;
}

}  // namespace hutch::curate
