/// Give each thread that works on a transform a piece of scratch memory.
#pragma once

#include "hutch/compute/detail/fft_scratch.hpp"
#include "hutch/compute/parallel.hpp"

#include <optional>
#include <vector>

namespace hutch::compute::detail {

template <class Real>
class FftWorkers {
  public:
    /// One worker, the caller.
    explicit FftWorkers(Real* scratch) : scratch_(scratch) {}
    /// The caller with `scratch` and others with pieces of the pool, at least as large.
    FftWorkers(Real* scratch, ScratchPool& pool, unsigned threads)
        : scratch_(scratch), pool_(&pool), threads_(threads) {}

    unsigned threads() const { return threads_; }
    /// Return the caller's own piece; while for_each() runs on several threads, none of them uses it.
    Real* scratch() const { return scratch_; }

    /// Return the same workers without the first `used` numbers of scratch; the pool's pieces stay whole.
    FftWorkers after(std::size_t used) const {
        FftWorkers rest = *this;
        rest.scratch_ += used;
        return rest;
    }

    /// Call body(index, scratch) for each index in [0, count).
    template <class Body>
    void for_each(std::size_t count, Body const& body) const {
        if (threads_ <= 1 || count <= 1) {
            for (std::size_t i = 0; i < count; ++i) body(i, scratch_);
            return;
        }
        std::vector<std::optional<ScratchPool::Loan>> loans(threads_);
        parallel_for(count, threads_, [&](std::size_t i, unsigned worker) {
            if (!loans[worker]) loans[worker].emplace(*pool_);
            body(i, static_cast<Real*>(loans[worker]->memory()));
        });
    }

  private:
    Real* scratch_;
    ScratchPool* pool_ = nullptr;
    unsigned threads_ = 1;
};

}  // namespace hutch::compute::detail
