/// Measure what one core of this machine can do at most, for benchmarks to print their share of.
#pragma once

namespace hutch::compute {

/// Measured on the calling thread in about 0.2 s.
struct CoreLimits {
    double fp32_flops;      ///< [1/s] fused multiply-adds on independent registers, two operations each
    double copy_bandwidth;  ///< [byte/s] read + written, arrays of 64 MiB
};

CoreLimits measure_core_limits();

}  // namespace hutch::compute
