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
/// Return the option that gives a parameter, "--size VALUE"; for a flag that holds by default, "--no-NAME".
std::string option_of(Parameter const& parameter);
/// Return the units of a parameter's fields: "um", "degree, degree, 1"; empty where there is none.
std::string units_of(Parameter const& parameter);
/// Return the rules of all fields: "0.001 to 1000000", "centre 0 to 180, fwhm 0.01 to 180".
std::string rules_of(Parameter const& parameter);
/// Return what holds when a parameter is left out, in words; empty when it must be given.
std::string default_of(Parameter const& parameter);
/// Return the placeholder of a port: its name in capitals, with "..." for a list.
std::string placeholder_of(Port const& port);
/// Return what an option of a port takes: "FILE" or "FOLDER".
std::string path_word(Port const& port);
/// Return how a step is called: "powder convert FROM TO [options]".
std::string usage_of(Description const& about);
/// Return a step's name as words of the command line: "powder simulate".
std::string words_of(Description const& about);
/// Return a clause as a sentence.
std::string to_sentence(std::string const& text);
/// Return a parameter's value as the command line takes it: 0.05, 1.5405:1,1.5443:0.5, yes.
std::string to_text(Parameter const& parameter, Value const& value);

}  // namespace hutch::step
