#include "hutch/compute/detail/team.hpp"

#include <algorithm>
#include <barrier>
#include <chrono>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#endif

namespace hutch::compute::detail {
namespace {

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void pin_to([[maybe_unused]] unsigned processor) {
#if defined(__linux__)
    cpu_set_t one;
    CPU_ZERO(&one);
    if (processor < CPU_SETSIZE) CPU_SET(processor, &one);
    (void)::sched_setaffinity(0, sizeof one, &one);
#endif
}

}  // namespace

Times run_together(std::vector<unsigned> const& processors, Repeats const& repeats,
                   std::function<void(unsigned)> const& body) {
    std::size_t const count = processors.size();
    std::vector<double> starts(count), ends(count);
    std::barrier gate{std::ptrdiff_t(count)};
    Times times;
    bool goes_on = true;
    auto const take_stock = [&] {
        double const seconds = std::ranges::max(ends) - std::ranges::min(starts);
        times.best = times.repeats == 0 ? seconds : std::min(times.best, seconds);
        times.total += seconds;
        ++times.repeats;
        goes_on = times.repeats < repeats.least || times.total < repeats.seconds;
    };
    auto const work = [&](unsigned worker) {
        pin_to(processors[worker]);
        for (;;) {
            gate.arrive_and_wait();
            if (!goes_on) return;
            starts[worker] = now();
            body(worker);
            ends[worker] = now();
            gate.arrive_and_wait();
            if (worker == 0) take_stock();
        }
    };
    std::vector<std::jthread> threads;
    for (std::size_t worker = 0; worker < count; ++worker) threads.emplace_back(work, unsigned(worker));
    threads.clear();
    return times;
}

}  // namespace hutch::compute::detail
