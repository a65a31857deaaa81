/// Say what a report of a refinement shows, whatever it is written to: tables, plots and lists in order.
#pragma once

#include "hutch/methods/powder/refine/result.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace hutch::powder::refine::detail {

/// One part of a report: a table, a plot or a list of sentences. All texts are plain, not markup.
struct Part {
    enum class Kind { table, plot, list } kind = Kind::table;
    std::string title{};
    std::vector<std::string> columns{};            ///< of a table
    std::size_t text_columns = 1;                  ///< the first ones are text, the others numbers
    std::vector<std::vector<std::string>> rows{};  ///< of a table; a list has one text in each
    std::string svg{};                             ///< of a plot
    bool is_folded = false;  ///< of second rank: closed at first where the reader can open it
};

/// Return the parts of a report. Empty ones are left out.
std::vector<Part> report_parts(Result const& result);

/// Return the plot of one pattern: observed, calculated, background, ticks of each phase, and the difference
/// below.
/// \param is_root  intensities as their roots, so that weak lines can be seen
std::string pattern_plot(Result const& result, PatternResult const& pattern, bool is_root);

/// Return a unit for people: "1e-6 angstrom-2" is 10⁻⁶ Å⁻²; empty for "1".
std::string pretty_unit(std::string const& unit);

/// Return a fraction as a percentage with two decimals; "–" where it is not finite.
std::string percent(double fraction);

}  // namespace hutch::powder::refine::detail
