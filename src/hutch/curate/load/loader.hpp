/// Give the records of a data set in batches: shuffled, read ahead by threads, shared among ranks, resumable.
#pragma once

#include "hutch/curate/load/batch.hpp"
#include "hutch/curate/load/order.hpp"
#include "hutch/curate/load/record_set.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::curate::load {

struct LoaderOptions {
    std::vector<std::string> fields{};            ///< empty: features and labels
    std::map<std::string, std::string> dtypes{};  ///< other types than stored, of single fields
    std::uint64_t batch = 256;                    ///< records
    bool drop_last = false;                       ///< leave out a last batch that is not full
    Shuffle shuffle = Shuffle::none;
    std::uint64_t seed = 0;
    std::uint64_t rank = 0, world = 1;
    Ends ends = Ends::drop;
    unsigned workers = 2;  ///< threads that prepare batches; 0: the one that asks for them
    unsigned ahead = 0;    ///< batches prepared before they are asked for; 0: two more than workers
};

/// Which batches come depends on data set, options and position alone, never on threads.
class Loader {
  public:
    /// \throws Error bad_input
    Loader(std::shared_ptr<RecordSet const> records, LoaderOptions const& options);
    ~Loader();
    Loader(Loader const&) = delete;
    Loader& operator=(Loader const&) = delete;

    /// Return the next batch, or null once at the end of each epoch.
    /// \throws Error bad_data where a record cannot be read; the same call gives the same error again
    std::shared_ptr<Batch const> next();
    /// Go to the start of an epoch.
    void start(std::uint64_t epoch);
    std::uint64_t epoch() const;
    /// Return the number of the next batch within the epoch.
    std::uint64_t position() const;
    std::uint64_t records() const;  ///< of this rank, in an epoch
    std::uint64_t batches() const;  ///< in an epoch
    std::vector<BatchField> const& fields() const;

    /// Return where the next batch stands, as one line of JSON.
    std::string state() const;
    /// Go on from there: exactly the batches come that would have come. \throws Error bad_input when data set
    /// or options are others
    void set_state(std::string_view json);

  private:
    struct Work;
    std::unique_ptr<Work> work_;
};

}  // namespace hutch::curate::load
