/// Calculate many powder patterns at once on a queue: a device, threads of the processor, or emulated.
#pragma once

#include "hutch/compute/queue.hpp"
#include "hutch/methods/powder/simulate.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace hutch::powder {

/// One pattern of a batch; both must live until the call returns.
struct PatternRequest {
    Reflections const* reflections;
    Setting const* setting;
    std::uint64_t index = 0;  ///< of its counting statistics, as in draw_counts()
};

/// Calculates patterns on one grid, many at a time, and keeps device memory in between. Not for two threads
/// at a time.
///
/// Every line is summed at every point in single precision; Gauss parts are left out beyond 3.5 times the
/// width. The result differs from the plain way by less than 2e-4 of the strongest point and from
/// PatternCalculator by less than 4e-4 (batch_test, "equals the plain form"). Counts are drawn by the random
/// numbers of draw_counts().
class BatchCalculator {
  public:
    BatchCalculator(compute::Queue queue, Grid const& grid,
                    std::shared_ptr<DispersionTable const> dispersion);
    ~BatchCalculator();
    BatchCalculator(BatchCalculator&&) noexcept;

    /// Return how many numbers one pattern takes: points rounded up to 64.
    std::size_t padded_points() const;
    /// Fill y (requests, padded_points()) with expected counts, as PatternCalculator::expected() does.
    void expected(std::span<PatternRequest const> requests, std::span<float> y);
    /// The same, with Poisson counts where a setting has a dose.
    void counted(std::span<PatternRequest const> requests, std::uint64_t seed, std::span<float> y);

  private:
    struct Work;
    std::unique_ptr<Work> work_;
};

}  // namespace hutch::powder
