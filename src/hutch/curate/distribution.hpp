/// Describe how a number is drawn for each record: a constant, or a distribution with a rule.
#pragma once

#include "hutch/base/document.hpp"
#include "hutch/base/random.hpp"

#include <string>
#include <vector>

namespace hutch::curate {

/// Written in a recipe as a number, or as one of
///   {uniform: [a, b]}   {log_uniform: [a, b]}   {normal: [mean, sd]}   {choice: [v1, v2, ...]}
/// each with an optional `probability: p`, `otherwise: value`: with probability 1 - p the value is
/// `otherwise`; and with an optional `levels: n` for uniform and log_uniform, which then take n equidistant
/// values only.
class Distribution {
  public:
    static Distribution constant(double value);
    /// Parse and check that every value it can give lies in [least, most]; a normal one is cut there instead.
    /// \throws Error bad_input with file, line, path, value and rule
    static Distribution parse(Document const& document, double least, double most, std::string const& unit);

    double draw(RandomStream& random) const;
    double least() const { return least_; }
    double most() const { return most_; }
    bool is_constant() const { return least_ == most_; }
    bool is_logarithmic() const { return kind_ == Kind::log_uniform; }

  private:
    enum class Kind { constant, uniform, log_uniform, normal, choice };
    static Kind read_kind(Document const& document, Distribution& result);
    void read_mixture(Document const& document);
    Kind kind_ = Kind::constant;
    double a_ = 0, b_ = 0, least_ = 0, most_ = 0;
    double probability_ = 1, otherwise_ = 0;
    int levels_ = 0;
    std::vector<double> choices_;
};

}  // namespace hutch::curate
