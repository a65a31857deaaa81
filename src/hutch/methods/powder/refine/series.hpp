/// Refine a series of patterns one after the other, each from where the last one ended.
#pragma once

#include "hutch/methods/powder/refine/result.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hutch::powder::refine {

/// One pattern of a series with what was varied: temperature, pressure, time.
struct SeriesItem {
    std::string name;  ///< of the file, without its ending
    double variable = 0;
    data::Pattern measured;
};

/// What was varied.
struct SeriesVariable {
    std::string name = "number", unit = "1";
};

/// Patterns that are refined one after the other.
struct Series {
    SeriesVariable variable;
    std::string pattern;  ///< the pattern of the description that the files take the place of
    std::vector<SeriesItem> items;
};

/// Read `series` of a description: the files, and where the variable is written.
///
/// `{pattern: NAME, files: [FILE, ...], variable: {name: temperature, unit: K, header: "Temp (K)"}}`: the
/// variable is the number that follows these words in each file; or `values: [...]`; without either, files
/// are numbered. Items come out in the order of the variable.
Series read_series(Document const& document, FileFinder const& find);

struct SeriesOptions {
    std::function<void(std::size_t number, std::size_t count, SeriesItem const&, Result const&)> on_item;
    /// An item that cannot be refined, and why; the series goes on from the values of the one before.
    std::function<void(std::size_t number, std::size_t count, SeriesItem const&, std::string const&)>
        on_failure;
    std::function<bool()> should_stop;
};

/// What a series keeps of each item.
struct SeriesRow {
    std::string name;
    double variable = 0, r_wp = 0, goodness = 0;
    std::string ending;               ///< of the last stage, or why the item failed: then all numbers are NaN
    std::vector<Estimate> estimates;  ///< in the order of SeriesTable::names
};
struct SeriesTable {
    SeriesVariable variable;
    std::vector<std::string> names, units;  ///< refined parameters
    std::vector<SeriesRow> rows;
};

/// Refine all items: the first through the stages of the description, each other from the values of the one
/// before, all parameters at once. One that ends badly that way goes through the stages too, and the better
/// end counts.
SeriesTable run_series(Description description, Series const& series, SeriesOptions const& options);

}  // namespace hutch::powder::refine
