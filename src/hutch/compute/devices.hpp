/// List the devices that queues can be opened on, and say why others cannot.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hutch::compute {

struct DeviceFacts {
    std::string device;        ///< what Queue::open takes: `cpu`, `cuda:0`
    std::string name;          ///< as its maker calls it
    std::string architecture;  ///< sm_90, gfx906, or the instruction-set level of the processor
    std::uint64_t memory_bytes = 0;
    std::uint64_t shared_bytes = 0;  ///< of one block at most; 0: the processor has none
    int units = 0;                   ///< multiprocessors, compute units or hardware threads
    int clock_mhz = 0;               ///< 0: not known
    std::string problem;             ///< why it cannot be used; empty: it can
};

/// Return the processor, then every CUDA and HIP device, or one entry with a `problem` for a kind without
/// any.
std::vector<DeviceFacts> list_devices();

/// Return the folders where plug-ins are looked for: HUTCH_PLUGINS (`:` between), then places beside the
/// program.
std::vector<std::string> plugin_folders();

}  // namespace hutch::compute
