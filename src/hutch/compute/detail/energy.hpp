/// Read the energy counters of processors where the system shows them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace hutch::compute::detail {

/// The counters of all processor packages: Linux' powercap first, else hwmon. Their sum only is of use.
class EnergyCounters {
  public:
    /// Look below a folder that takes the place of "/".
    explicit EnergyCounters(std::filesystem::path const& root = "/");
    /// Say where the counters are, or why there are none.
    std::string const& source() const { return source_; }
    bool are_there() const { return !counters_.empty(); }
    std::vector<std::uint64_t> read() const;  ///< [microjoule] of each
    /// Return what was used between two readings [J]; a counter that wrapped once is put right.
    double joules_between(std::vector<std::uint64_t> const& before,
                          std::vector<std::uint64_t> const& after) const;

  private:
    struct Counter {
        std::filesystem::path file;
        std::uint64_t range;  ///< [microjoule] it wraps at; 0: unknown
    };
    void add(std::filesystem::path const& file, std::filesystem::path const& range);
    std::vector<Counter> counters_;
    std::string source_;
};

}  // namespace hutch::compute::detail
