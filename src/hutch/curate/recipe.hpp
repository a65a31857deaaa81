/// Read a recipe: what a data set is made from and how, as YAML.
#pragma once

#include "hutch/curate/description.hpp"
#include "hutch/curate/distribution.hpp"
#include "hutch/data/chunk.hpp"
#include "hutch/data/pattern.hpp"
#include "hutch/methods/powder/simulate.hpp"

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::curate {

/// A source of structures. Environment variables in the path are replaced: ${HUTCH_DATA}/...
struct RecipeSource {
    std::filesystem::path path;
    std::string name, licence, citation, url;
};

struct RecipeHump {
    Distribution centre, fwhm, height;
};
struct RecipeWavelength {
    Distribution value, weight;
};

/// A virtual instrument: its axis, its beam, and the distributions that differ from the common ones.
struct RecipeInstrument {
    std::string name;
    double share = 1;  ///< how many of the records, relative to the others
    powder::Radiation radiation = powder::Radiation::xray;
    powder::Geometry geometry = powder::Geometry::bragg_brentano;
    data::AxisKind axis = data::AxisKind::two_theta;
    double first = 10, last = 100;  ///< in units of the axis
    std::vector<RecipeWavelength> wavelengths;
    std::vector<Distribution> parameters;  ///< in the order of powder::parameters()
    std::vector<Distribution> chebyshev;
    std::vector<RecipeHump> humps;
    double shortest_wavelength() const;
};

struct RecipeSplit {
    std::string name;
    double share;
};

enum class StoredType { float32, uint16 };

struct Recipe : Description {
    std::string text;  ///< as read, for the record
    std::string file;  ///< stands for the recipe in messages
    std::uint64_t seed = 0;
    std::uint64_t records = 0;
    std::uint64_t shard_records = 4096;
    std::size_t points = 4501;
    StoredType stored = StoredType::float32;
    data::Compression compression = data::Compression::none;  ///< of intensities
    std::vector<RecipeSource> sources;
    std::vector<RecipeSplit> splits;
    std::vector<RecipeInstrument> instruments;
    std::vector<std::array<double, 3>> march_axes;  ///< one is drawn for each record
};

/// Parse and check a whole recipe. \param name stands for the file in messages
/// \throws Error bad_input: `FILE:LINE: '<path>' is <value>; expected <rule>`
Recipe parse_recipe(std::string_view text, std::string const& name);
Recipe read_recipe(std::filesystem::path const& path);

/// One number per record that is stored as truth.
struct TruthColumn {
    std::string name, unit, description;
    double least = 0, most = 0;  ///< of what the distributions of all instruments can give, as floats
};
/// Return the columns in the order that draw_setting() fills them.
std::vector<TruthColumn> truth_columns(Recipe const& recipe);

/// What one record is made with.
struct DrawnSetting {
    powder::Setting setting;
    std::vector<float> truth;  ///< one value per column
};
/// Draw the setting of a record. It depends on the recipe's seed, the instrument and the record number alone.
///
/// Combinations that break a rule (a negative width) are drawn again, up to 2,000 times.
/// \throws Error bad_input when none of them is possible
DrawnSetting draw_setting(Recipe const& recipe, std::size_t instrument, std::uint64_t record);
/// Return the rule that all draws of a record break, or nothing when its setting is possible.
std::optional<std::string> first_problem(Recipe const& recipe, std::size_t instrument, std::uint64_t record);

/// Return the grid of two theta on which an instrument's patterns are calculated, and whether they are
/// resampled.
struct CalculationGrid {
    powder::Grid grid;
    bool is_resampled;
};
CalculationGrid calculation_grid(Recipe const& recipe, std::size_t instrument);
/// Return the stored axis values of an instrument.
std::vector<double> axis_values(Recipe const& recipe, std::size_t instrument);

}  // namespace hutch::curate
