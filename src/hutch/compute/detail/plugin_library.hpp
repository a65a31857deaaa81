/// Load a plug-in once and find its functions.
#pragma once

#include "hutch/compute/detail/plugin.hpp"

#include <filesystem>
#include <map>
#include <mutex>
#include <string>

namespace hutch::compute::detail {

using Launcher = int (*)(void* stream, void const* functor, std::size_t bytes, std::size_t count);

/// A plug-in that was looked for; it stays loaded until the program ends, as device runtimes need.
class PluginLibrary {
  public:
    explicit PluginLibrary(std::string const& kind);
    /// Return the table, or null with the reason in problem().
    HutchPlugin const* table() const { return table_; }
    std::string const& problem() const { return problem_; }
    int devices() const { return devices_; }
    /// Return the launcher of a kernel, or null.
    Launcher find_launcher(char const* kernel);

  private:
    void load(std::string const& path);

    void* handle_ = nullptr;
    HutchPlugin const* table_ = nullptr;
    int devices_ = 0;
    std::string problem_;
    std::mutex mutex_;
    std::map<std::string, Launcher, std::less<>> launchers_;
};

/// The one AMD architecture that hutch_hip.so holds code for, as the kernel driver writes it: gfx906.
inline constexpr char const* hip_target_version = "90006";
/// Return why HIP's runtime must not be started, from the driver's files below `root`; empty when it may.
std::string hip_obstacle(std::filesystem::path const& root);

/// Return the plug-in of `cuda` or `hip`, loaded at the first call.
PluginLibrary& plugin_library(std::string const& kind);

}  // namespace hutch::compute::detail
