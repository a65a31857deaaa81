#include "hutch/compute/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace hutch::compute {

unsigned default_threads() {
    if (char const* text = std::getenv("HUTCH_THREADS"))
        if (int const wanted = std::atoi(text); wanted > 0) return unsigned(wanted);
    return std::max(1u, std::thread::hardware_concurrency());
}

void parallel_for(std::size_t count, unsigned threads,
                  std::function<void(std::size_t, unsigned)> const& body) {
    std::atomic<std::size_t> next{0};
    std::exception_ptr problem;
    std::mutex problem_mutex;
    auto const work = [&](unsigned worker) {
        try {
            for (std::size_t i; (i = next.fetch_add(1)) < count;) body(i, worker);
        } catch (...) {
            next = count;
            std::lock_guard const lock(problem_mutex);
            if (!problem) problem = std::current_exception();
        }
    };
    std::vector<std::thread> others;
    for (unsigned worker = 1; worker < threads && worker < count; ++worker) others.emplace_back(work, worker);
    work(0);
    for (auto& thread : others) thread.join();
    if (problem) std::rethrow_exception(problem);
}

}  // namespace hutch::compute
