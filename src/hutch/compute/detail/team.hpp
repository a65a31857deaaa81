/// Run the same work at the same moment on chosen processors, and time it.
#pragma once

#include <functional>
#include <vector>

namespace hutch::compute::detail {

/// At least `least` times, and until so many seconds have passed.
struct Repeats {
    int least = 3;
    double seconds = 0.4;
};

struct Times {
    double best = 0;   ///< [s] from the first start to the last end, of the quickest repeat
    double total = 0;  ///< [s] of all repeats
    int repeats = 0;
};

/// Call `body(worker)` on a thread of its own for each processor number, pinned to it where the system lets
/// it. `body` must not throw.
Times run_together(std::vector<unsigned> const& processors, Repeats const& repeats,
                   std::function<void(unsigned)> const& body);

}  // namespace hutch::compute::detail
