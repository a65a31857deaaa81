/// Say in words what the parts of a description expect, and how they are given on the command line.
#pragma once

#include "hutch/step/step.hpp"

#include <string>

namespace hutch::step {

/// Return what a field expects, in words: "0.001 to 1000000", "xray or neutron".
std::string rule_of(Field const& field);
/// Return what a parameter expects: the rule of its field, or the form of its row: "CENTRE:FWHM:HEIGHT".
std::string form_of(Parameter const& parameter);
/// Return the placeholder of a parameter: "VALUE", "FIRST:LAST:STEP", "VALUE[:WEIGHT]"; empty for flags.
std::string placeholder_of(Parameter const& parameter);
/// Return a name with - for _.
std::string to_kebab(std::string name);
/// Return the option that gives a parameter, "--size VALUE".
std::string option_of(Parameter const& parameter);
/// Return a parameter's value as the command line takes it: 0.05, 1.5405:1,1.5443:0.5, yes.
std::string to_text(Parameter const& parameter, Value const& value);

}  // namespace hutch::step
