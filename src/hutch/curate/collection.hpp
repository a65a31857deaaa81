/// Gather the structures that a recipe names, with what is wrong with the others.
#pragma once

#include "hutch/curate/recipe.hpp"
#include "hutch/curate/summary.hpp"
#include "hutch/data/library.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hutch::curate {

struct Collection {
    std::vector<data::Structure> structures;
    std::vector<data::Refusal> refusals;
    std::vector<SourceEntry> sources;
    std::string checksum;  ///< of everything that the records depend on
};

/// Read all sources; leave out, with its cause, what cannot be simulated on every instrument of the recipe.
Collection collect_structures(Recipe const& recipe, unsigned threads);

/// Return a bound of the strain that the recipe can draw, as a share of any length.
double recipe_strain(Recipe const& recipe);
/// Return the smallest d [angstrom] that any instrument of the recipe needs.
double recipe_d_min(Recipe const& recipe);

}  // namespace hutch::curate
