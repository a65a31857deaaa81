/// Read texts, counts, paths and splits of recipes and of other descriptions of data sets.
#pragma once

#include "hutch/base/document.hpp"
#include "hutch/curate/recipe.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hutch::curate::detail {

std::string text_or(Document const& document, char const* key, std::string const& fallback);
std::vector<std::string> texts_of(Document const& document, char const* key);
/// Return a whole number within a range, or the fallback where the key is not there.
std::uint64_t count_of(Document const& document, char const* key, std::uint64_t fallback, double least,
                       double most);
/// Return a text in which ${NAME} became the environment's value, so that a recipe need not know where data
/// lie.
std::string with_environment(Document const& document);
/// Read names and shares, which sum to 1.
std::vector<RecipeSplit> read_splits(Document const& document);

}  // namespace hutch::curate::detail
