/// Keep the numbers of a refinement in one table, by name.
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::powder::refine {

/// One number that may be refined.
struct Parameter {
    std::string name;  ///< dotted: "PbSO4.O1.position.x", "xray.background.0", "PbSO4.xray.size"
    std::string unit;
    double value = 0;
    double least = -std::numeric_limits<double>::infinity();
    double most = std::numeric_limits<double>::infinity();
    double most_factor = 0;  ///< by which it may grow or shrink in one cycle; 0: no limit
    double free_below = 0;   ///< from where on it may shrink at once
    bool is_refined = false;
    bool is_fixed = false;  ///< never refined: its value is a convention
};

/// Parameters that stand next to each other in a table.
struct Block {
    std::size_t first = 0, count = 0;
    std::size_t operator[](std::size_t i) const { return first + i; }
};

/// Return whether a selector names a parameter: its dotted words, in which * and ? stand for anything, match
/// consecutive words of the name ("cell" and "O?.position" and "xray.background.0").
bool selects(std::string_view selector, std::string_view name);

/// The table of all parameters.
class Parameters {
  public:
    /// Add a number and return its place. \throws Error bad_input when the name exists
    std::size_t add(Parameter parameter);
    std::size_t size() const { return all_.size(); }
    Parameter& operator[](std::size_t i) { return all_[i]; }
    Parameter const& operator[](std::size_t i) const { return all_[i]; }
    /// Return the place of a name. \throws Error bad_input that names the nearest one
    std::size_t find(std::string_view name) const;
    /// Return the places a selector names, ascending, without what is fixed. \throws Error bad_input when
    /// there are none
    std::vector<std::size_t> select(std::string_view selector) const;
    std::vector<double> values() const;
    std::map<std::string, double> values_by_name() const;
    void set_values(std::span<double const> values);
    std::vector<Parameter> const& all() const { return all_; }

  private:
    std::vector<Parameter> all_;
    std::map<std::string, std::size_t, std::less<>> places_;
};

}  // namespace hutch::powder::refine
