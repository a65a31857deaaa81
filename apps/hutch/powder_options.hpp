/// Read what the powder verbs share from the command line: structures, instruments, samples, f' and f''.
#pragma once

#include "hutch/data/structure.hpp"
#include "hutch/methods/powder/setting.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "arguments.hpp"

namespace hutch::app {

/// Options that describe instrument, sample, background and scattering tables.
std::vector<Option> setting_options();
powder::Setting read_setting(Arguments const& arguments);
std::shared_ptr<powder::DispersionTable const> read_dispersion(Arguments const& arguments);

/// Read one structure: of a CIF file (`entry` counts from 1), or of an AMCSD database (`entry` is its
/// number).
data::Structure read_structure(std::filesystem::path const& path, std::string const& entry);

}  // namespace hutch::app
