/// Name the steps of this room, one function each, and what several of them share.
#pragma once

#include "hutch/data/pattern.hpp"
#include "hutch/methods/powder/setting.hpp"
#include "hutch/step/step.hpp"

#include <memory>
#include <string>
#include <vector>

namespace hutch::powder {

step::Step simulate_step();
step::Step convert_step();
step::Step identify_step();
step::Step survey_step();
step::Step refine_step();
step::Step refine_series_step();

/// The parameters of instrument, sample, background and counting: parameters() and what is no single number.
std::vector<step::Parameter> setting_parameters();
/// Those of them that tell what was measured with: radiation, wavelength, polarisation.
std::vector<step::Parameter> beam_parameters();
step::Port instrument_port();
/// The input of a measured pattern, and the parameter that says which one of several in its file.
step::Port pattern_port(std::string const& what);
step::Parameter bank_parameter();
/// Read the pattern that these two name.
data::Pattern read_measured(step::Call const& call);
/// Return the wavelengths that the file of a pattern tells, one or two; it must tell one.
std::vector<Wavelength> lines_of(data::Pattern const& measured);
/// Read a setting from what was given of them; the instrument file holds where nothing else is said.
Setting read_setting(step::Call const& call);
/// Return numbers of the elements that a parameter lists by symbol.
std::vector<int> read_elements(step::Call const& call, std::string const& parameter);
/// Return the number of an element. \throws Error bad_input
int element_number(std::string const& symbol);

}  // namespace hutch::powder
