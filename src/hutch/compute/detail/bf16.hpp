/// Multiply-add pairs of bfloat16 with what this processor has for it: AMX tiles, AVX512_BF16, or nothing.
#pragma once

#include <cstddef>

namespace hutch::compute::detail {

struct Bf16Kernel {
    char const* unit = "";  ///< "AMX", "AVX512_BF16"; empty: there is none
    /// Run so many rounds on the calling thread and return the operations done (a product and a sum are two).
    double (*run)(std::size_t rounds, double& sink) = nullptr;
};

/// Return the fastest one that runs here; asks the kernel for the right to use AMX tiles if there are any.
Bf16Kernel find_bf16_kernel();

}  // namespace hutch::compute::detail
