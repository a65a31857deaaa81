/// Run a loop on threads: each index once, handed out dynamically, the first error thrown on.
#pragma once

#include <cstddef>
#include <functional>

namespace hutch::compute {

/// Return the number of hardware threads, at least 1; the variable HUTCH_THREADS overrides it.
unsigned default_threads();

/// Call `body(index, worker)` for each index in [0, count); worker in [0, threads) names the calling thread.
///
/// Indices are handed out in ascending order. After the first exception no further index is started, all
/// threads are joined, and that exception is thrown on.
void parallel_for(std::size_t count, unsigned threads,
                  std::function<void(std::size_t, unsigned)> const& body);

}  // namespace hutch::compute
