#include "hutch/compute/devices.hpp"

#include "hutch/base/text.hpp"
#include "hutch/compute/detail/plugin_library.hpp"
#include "hutch/compute/isa.hpp"
#include "hutch/compute/machine.hpp"
#include "hutch/compute/parallel.hpp"

#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "kernel_sources.inc"
#include <fmt/format.h>

namespace hutch::compute {
namespace {

namespace fs = std::filesystem;

DeviceFacts processor() {
    DeviceFacts facts;
    facts.device = "cpu";
    facts.name = read_processor().model;
    facts.architecture = to_name(best_isa());
    facts.memory_bytes = read_memory().total_bytes;
    facts.units = int(default_threads());
    return facts;
}

void add_devices(std::string const& kind, std::vector<DeviceFacts>& all) {
    detail::PluginLibrary& library = detail::plugin_library(kind);
    if (library.table() == nullptr) {
        DeviceFacts facts;
        facts.device = kind;
        facts.problem = library.problem();
        all.push_back(facts);
        return;
    }
    for (int device = 0; device < library.devices(); ++device) {
        HutchPluginDevice found{};
        int const code = library.table()->describe(device, &found);
        DeviceFacts facts;
        facts.device = fmt::format("{}:{}", kind, device);
        facts.name = found.name, facts.architecture = found.architecture;
        facts.memory_bytes = found.memory_bytes, facts.shared_bytes = found.shared_bytes;
        facts.units = found.units, facts.clock_mhz = found.clock_mhz;
        if (code != 0) facts.problem = library.table()->error_text(code);
        all.push_back(facts);
    }
}

}  // namespace

std::vector<DeviceFacts> list_devices() {
    std::vector<DeviceFacts> all{processor()};
    add_devices("cuda", all);
    add_devices("hip", all);
    return all;
}

std::vector<std::string> plugin_folders() {
    std::vector<std::string> folders;
    if (char const* text = std::getenv("HUTCH_PLUGINS"))
        for (auto const part : split(text, ':'))
            if (!part.empty()) folders.emplace_back(part);
    std::error_code ignored;
    fs::path const program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    // The build tree keeps them in its folder `plugins`; installed they stand in libdir/hutch.
    for (char const* place : {"plugins", "../plugins", "../../plugins", "../lib/hutch", "../lib64/hutch"})
        folders.push_back((program / place).lexically_normal().string());
    for (auto const& entry : fs::directory_iterator(program / "../lib", ignored))
        if (entry.path().filename().string().ends_with("-linux-gnu"))
            folders.push_back((entry.path() / "hutch").lexically_normal().string());
    return folders;
}

namespace detail {

// HIP's runtime ends the program when a library holds no code for any GPU that is here.
std::string hip_obstacle(fs::path const& root) {
    std::error_code ignored;
    std::string found;
    for (auto const& node : fs::directory_iterator(root / "sys/class/kfd/kfd/topology/nodes", ignored)) {
        std::ifstream in(node.path() / "properties");
        for (std::string key, value; in >> key >> value;) {
            if (key != "gfx_target_version" || value == "0") continue;
            if (value == hip_target_version) return "";
            found = value;
        }
    }
    return found.empty()
               ? "no AMD GPU is here"
               : fmt::format("the AMD GPU here has the architecture {}; the plug-in is built for {} (gfx906)",
                             found, hip_target_version);
}

PluginLibrary::PluginLibrary(std::string const& kind) {
    std::string const file = "hutch_" + kind + ".so";
    for (std::string const& folder : plugin_folders())
        if (std::error_code ignored; fs::exists(fs::path(folder) / file, ignored)) {
            if (kind == "hip") problem_ = hip_obstacle("/");
            if (!problem_.empty()) return;
            load((fs::path(folder) / file).string());
            return;
        }
    problem_ = fmt::format("no {} plug-in is here: {} is built where {} is found",
                           kind == "cuda" ? "CUDA" : "HIP", file, kind == "cuda" ? "nvcc" : "hipcc");
}

void PluginLibrary::load(std::string const& path) {
    handle_ = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle_ == nullptr) {
        problem_ = fmt::format("cannot load the plug-in: {}", ::dlerror());
        return;
    }
    auto const entry = reinterpret_cast<HutchPlugin const* (*)()>(::dlsym(handle_, "hutch_plugin"));
    HutchPlugin const* const table = entry != nullptr ? entry() : nullptr;
    if (table == nullptr || table->version != plugin_version ||
        table->kernel_sources != std::string_view(HUTCH_KERNEL_SOURCES)) {
        problem_ = fmt::format(
            "the plug-in was built from other sources than this program; build it again: '{}'", path);
        return;
    }
    int const code = table->count(&devices_);
    if (code != 0 && path.ends_with("hutch_cuda.so") && ::dlopen("libcuda.so.1", RTLD_LAZY) == nullptr)
        problem_ = "no NVIDIA driver is installed: libcuda.so.1 was not found";
    else if (code != 0)
        problem_ = fmt::format("no device: {}", table->error_text(code));
    else if (devices_ == 0)
        problem_ = "no device";
    else
        table_ = table;
}

Launcher PluginLibrary::find_launcher(char const* kernel) {
    std::lock_guard const lock(mutex_);
    auto const known = launchers_.find(std::string_view(kernel));
    if (known != launchers_.end()) return known->second;
    std::string const symbol = std::string("hutch_launch_") + kernel;
    auto const found = reinterpret_cast<Launcher>(::dlsym(handle_, symbol.c_str()));
    launchers_.emplace(kernel, found);
    return found;
}

PluginLibrary& plugin_library(std::string const& kind) {
    // Each when it is asked for: whoever wants CUDA does not start the runtime of HIP.
    if (kind == "cuda") {
        static PluginLibrary cuda("cuda");
        return cuda;
    }
    static PluginLibrary hip("hip");
    return hip;
}

}  // namespace detail
}  // namespace hutch::compute
