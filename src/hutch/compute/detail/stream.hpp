/// Run STREAM's four loops and the loads of each cache on chosen cores.
#pragma once

#include "hutch/compute/detail/team.hpp"
#include "hutch/compute/limits.hpp"

#include <cstddef>
#include <vector>

namespace hutch::compute::detail {

enum class StreamLoop { copy, scale, add, triad };

/// Three arrays of numbers, each core's part first touched by that core.
class StreamArrays {
  public:
    StreamArrays(std::vector<unsigned> cores, std::uint64_t bytes_each, bool has_huge_pages);
    ~StreamArrays();
    StreamArrays(StreamArrays const&) = delete;
    StreamArrays& operator=(StreamArrays const&) = delete;

    /// Return bytes per second of the quickest repeat, as STREAM counts them.
    double rate(StreamLoop loop, bool non_temporal, Repeats const& repeats, Times* times = nullptr) const;
    /// Return the first number of an array after the loops that ran, for tests.
    double const* array(int which) const { return start_[which]; }
    std::size_t count() const { return cores_.size() * share_; }

  private:
    std::vector<unsigned> cores_;
    std::size_t share_;  ///< numbers of one core in each array
    std::size_t bytes_ = 0;
    void* block_ = nullptr;
    double* start_[3] = {};
};

StreamRates all_rates(StreamArrays const& arrays, bool non_temporal, Repeats const& repeats);

/// Return bytes per second that cores load together, each from so many bytes of its own.
double load_rate(std::vector<unsigned> const& cores, std::uint64_t bytes_each, Repeats const& repeats);

}  // namespace hutch::compute::detail
