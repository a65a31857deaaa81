/// Read a step's call from words of the command line, and write its result as JSON.
#pragma once

#include "hutch/step/step.hpp"

#include <string>
#include <vector>

namespace hutch::step {

struct Request {
    Call call;  ///< not filled when help is wanted
    bool wants_help = false, wants_json = false;
};

/// Read a call: `--name VALUE` for parameters, `--port FILE` for inputs and outputs, `--out FILE` for the
/// first output.
///
/// Plain words are the required inputs that are not named, in their order (a list takes all that are left),
/// then the required outputs. A row is written A:B:C; items of a list stand between commas or in repeated
/// options.
/// \param defaults  gives threads, device and what else is no matter of the words
/// \throws Error bad_input; not_found for an input, or a folder of an output, that is not there
Request read_command_line(Description const& about, std::vector<std::string> const& words,
                          Call const& defaults);

/// The options that every step has when its needs say so: --threads, --device; and --json, --help.
std::vector<Parameter> common_parameters(Description const& about);

/// Return findings and paths of outputs as one JSON map, in the order of the description.
std::string to_json(Description const& about, Call const& call, Outcome const& outcome);

}  // namespace hutch::step
