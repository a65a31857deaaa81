/// Decide which items of a flow can run, and remember how each of them ended.
#pragma once

#include "hutch/flow/item.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hutch::flow {

/// How far a node has come; the counts of all states add up to `items`.
struct NodeCount {
    std::string id, step;
    std::size_t items = 0, waiting = 0, ready = 0, running = 0;
    std::size_t made = 0;  ///< in this run
    std::size_t kept = 0;  ///< found as results of earlier runs
    std::size_t failed = 0;
    std::size_t skipped = 0;  ///< something they need has failed
    double seconds = 0;       ///< spent by those made
    bool is_done() const { return waiting + ready + running == 0; }
};

struct FailedItem {
    std::string item, message, fault;
    unsigned attempts = 1;
};

/// The state of all items. Not thread-safe: whoever drives it holds a lock.
class Schedule {
  public:
    using Clock = std::chrono::steady_clock;
    explicit Schedule(Graph const& graph);

    /// Return the next item that can run, in the order of the flow; nothing when none can now.
    std::optional<Item> take(Clock::time_point now = Clock::now());
    /// Return when an item that waits for its repetition becomes ready, if there is one.
    std::optional<Clock::time_point> next_repetition() const;
    void finish(Item item, std::shared_ptr<Result const> result, bool was_kept);
    /// Note a failed attempt; \return whether the item will run again
    bool fail(Item item, std::string const& message, std::string const& fault, bool may_repeat = true);
    /// Put an item that was taken back, without counting an attempt.
    void put_back(Item item);
    std::shared_ptr<Result const> result(Item item) const { return states_[item.node][item.index].result; }
    unsigned attempt(Item item) const { return states_[item.node][item.index].attempts + 1u; }
    bool is_done() const { return open_ == 0; }
    std::vector<NodeCount> const& counts() const { return counts_; }
    std::vector<FailedItem> const& failures() const { return failures_; }

  private:
    enum class State : std::uint8_t { waiting, ready, running, made, kept, failed, skipped };
    struct ItemState {
        std::shared_ptr<Result const> result;
        std::uint32_t missing = 0;  ///< results it still needs
        std::uint8_t attempts = 0;
        State state = State::waiting;
    };
    ItemState& at(Item item) { return states_[item.node][item.index]; }
    std::size_t& count_of(std::size_t node, State state);
    void set(Item item, State state);
    void skip_dependents(Item item);

    Graph const& graph_;
    std::vector<std::vector<ItemState>> states_;
    std::vector<NodeCount> counts_;
    std::deque<Item> ready_;
    std::multimap<Clock::time_point, Item> repetitions_;
    std::vector<FailedItem> failures_;
    std::size_t open_ = 0;
};

}  // namespace hutch::flow
