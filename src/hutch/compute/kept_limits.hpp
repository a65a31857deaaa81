/// Keep measured limits in a file of the user, so that they are measured once for a machine.
#pragma once

#include "hutch/compute/limits.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace hutch::compute {

/// Return where limits are kept: the variable HUTCH_MACHINE, or hutch/machine.json in XDG_CACHE_HOME or
/// ~/.cache; empty when there is no home.
std::filesystem::path limits_path();

/// Return what a file holds, or nothing when there is none, when it is damaged, or when it belongs to another
/// processor model, number of usable cores or instruction-set level than this process runs with.
std::optional<Limits> read_limits(std::filesystem::path const& path, ProcessorFacts const& processor);
/// Write limits, making the folder if need be. \throws Error external
void write_limits(std::filesystem::path const& path, Limits const& limits);

/// Return the kept limits of this machine or, where there are none, those of one core, measured now in a
/// second.
Limits kept_limits();

/// Return limits as JSON; what was not measured is null.
std::string to_json(Limits const& limits);

}  // namespace hutch::compute
