/// List the verbs of the command line that are no steps; each is one function in a file of its own.
#pragma once

#include <string>
#include <vector>

namespace hutch::app {

/// Run a verb with the words behind it; return the process exit status. Errors leave as hutch::Error.
using Verb = int (*)(std::vector<std::string> const& words);

int run_flow(std::vector<std::string> const& words);
int show_log(std::vector<std::string> const& words);
int work_on_task(std::vector<std::string> const& words);
int step_list(std::vector<std::string> const& words);
int step_show(std::vector<std::string> const& words);
int step_schema(std::vector<std::string> const& words);
int step_manual(std::vector<std::string> const& words);
int assess(std::vector<std::string> const& words);
int machine(std::vector<std::string> const& words);

}  // namespace hutch::app
