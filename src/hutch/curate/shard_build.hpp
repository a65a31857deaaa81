/// Calculate the records of one shard and write its file.
#pragma once

#include "hutch/curate/collection.hpp"
#include "hutch/curate/plan.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace hutch::curate {

/// What all shards of a data set share.
struct BuildContext {
    Recipe const& recipe;
    Collection const& collection;
    Plan const& plan;
    std::string generator;
    std::string device =
        "cpu";  ///< what patterns are calculated on: `cpu`, or a device of compute::Queue::open
};

/// Holds one thread's calculators and buffers; makes one shard after the other.
///
/// On the processor patterns are calculated one by one (powder::PatternCalculator); on a device, emulated
/// ones too, by the hundred (powder::BatchCalculator). Both draw counts by the same random numbers, but
/// expectations differ by up to 4e-4 of the strongest point, and counts by as much and one more (build_test,
/// "gives nearly the same on a device").
class ShardBuilder {
  public:
    explicit ShardBuilder(BuildContext const& context);
    ~ShardBuilder();
    ShardBuilder(ShardBuilder&&) noexcept;
    /// Calculate and write shard `which` to a path that does not have its final name. \param progress called
    /// with the number of records after each chunk
    void write(std::size_t which, std::filesystem::path const& path,
               std::function<void(std::size_t)> const& progress);

  private:
    struct Work;
    std::unique_ptr<Work> work_;
};

}  // namespace hutch::curate
