/// List the verbs of the command line; each is one function in a file of its own.
#pragma once

#include <string>
#include <vector>

namespace hutch::app {

/// Run a verb with the words behind it; return the process exit status. Errors leave as hutch::Error.
using Verb = int (*)(std::vector<std::string> const& words);

int powder_simulate(std::vector<std::string> const& words);
int powder_identify(std::vector<std::string> const& words);
int powder_convert(std::vector<std::string> const& words);
int powder_survey(std::vector<std::string> const& words);
int powder_parameters(std::vector<std::string> const& words);
int machine(std::vector<std::string> const& words);
int dataset_build(std::vector<std::string> const& words);
int dataset_verify(std::vector<std::string> const& words);

}  // namespace hutch::app
