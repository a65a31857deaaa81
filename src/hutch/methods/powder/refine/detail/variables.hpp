/// Turn refined parameters and linear constraints into independent variables.
#pragma once

#include "hutch/methods/powder/refine/least_squares.hpp"

#include <utility>
#include <vector>

namespace hutch::powder::refine::detail {

/// Parameters that follow from fewer variables, each of which is itself a parameter.
///
/// A constraint that ties a refined parameter makes the others in it refined too.
class Variables {
  public:
    using Terms = std::vector<std::pair<std::size_t, double>>;

    /// \throws Error bad_input when a constraint contradicts others
    explicit Variables(Problem const& problem);

    std::size_t size() const { return parameters_.size(); }
    /// Return the parameter that is a variable.
    std::size_t parameter(std::size_t variable) const { return parameters_[variable]; }
    bool is_refined(std::size_t parameter) const { return is_refined_[parameter] != 0; }
    std::vector<char> const& refined_flags() const { return is_refined_; }
    std::vector<std::size_t> refined() const;
    /// Return the variables a refined parameter follows from, with factors.
    Terms const& of(std::size_t parameter) const { return terms_[parameter]; }
    /// Return all parameters' values for values of the variables.
    std::vector<double> expand(std::vector<double> values, std::vector<double> const& variables) const;
    /// Return values that keep the constraints, with the variables as they are.
    std::vector<double> consistent(std::vector<double> const& values) const;

  private:
    void eliminate(Problem const& problem);

    std::vector<std::size_t> parameters_;
    std::vector<char> is_refined_;
    std::vector<Terms> terms_;       ///< per parameter
    std::vector<double> constants_;  ///< per parameter
};

}  // namespace hutch::powder::refine::detail
