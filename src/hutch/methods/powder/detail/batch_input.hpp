/// Put the records of a batch together on the host, in the form that its kernels take.
#pragma once

#include "hutch/methods/powder/batch.hpp"
#include "hutch/methods/powder/detail/batch_kernels.hpp"
#include "hutch/methods/powder/detail/line_setup.hpp"

#include <map>
#include <vector>

namespace hutch::powder::detail {

/// Arrays of numbers one behind the other, and jobs and records that point into them once their address is
/// known.
class BatchInput {
  public:
    BatchInput(Grid const& grid, std::shared_ptr<DispersionTable const> dispersion)
        : grid_(grid), amplitudes_(std::move(dispersion)) {}

    void clear();
    void add(PatternRequest const& request);
    /// Let jobs and records point into a copy of numbers().
    void set_addresses(float const* base);

    std::vector<float> const& numbers() const { return numbers_; }
    std::vector<BatchJob> const& jobs() const { return jobs_; }
    std::vector<BatchRecord> const& records() const { return records_; }
    std::vector<std::uint32_t> const& job_of_chunk() const { return job_of_chunk_; }
    std::size_t lines() const { return job_of_chunk_.size() * line_chunk; }

  private:
    using Places = std::vector<std::size_t>;
    std::size_t add_numbers(std::vector<float> const& values);
    Places const& places_of(Reflections const& table);
    Places const& places_of(std::array<AxialNodes, axial_rule_count> const& rules);
    void add_job(PatternRequest const& request, std::size_t which, double const (&metric)[6],
                 TextureInput const& texture, std::size_t directions);

    Grid grid_;
    SpeciesAmplitudes amplitudes_;
    std::vector<float> numbers_;
    std::map<void const*, Places> known_;  // of reflections and of rules
    std::vector<BatchJob> jobs_;
    std::vector<BatchRecord> records_;
    std::vector<std::uint32_t> job_of_chunk_;
    Places job_places_, record_places_;  // in the order of set_addresses()
};

}  // namespace hutch::powder::detail
