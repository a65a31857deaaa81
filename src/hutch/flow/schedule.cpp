#include "hutch/flow/schedule.hpp"

#include <cmath>

namespace hutch::flow {

Schedule::Schedule(Graph const& graph) : graph_(graph) {
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
        Node const& node = graph.nodes[n];
        states_.emplace_back(node.items);
        counts_.push_back({node.text.id, node.text.step, node.items, node.items});
        open_ += node.items;
        std::size_t missing = 0;
        for (std::size_t other : node.needs) missing += graph.match_count(n, other);
        for (std::size_t i = 0; i < node.items; ++i) {
            states_[n][i].missing = std::uint32_t(missing);
            if (missing > 0) continue;
            set({n, i}, State::ready);
            ready_.push_back({n, i});
        }
    }
}

std::size_t& Schedule::count_of(std::size_t node, State state) {
    NodeCount& count = counts_[node];
    switch (state) {
        case State::waiting:
            return count.waiting;
        case State::ready:
            return count.ready;
        case State::running:
            return count.running;
        case State::made:
            return count.made;
        case State::kept:
            return count.kept;
        case State::failed:
            return count.failed;
        case State::skipped:
            break;
    }
    return count.skipped;
}

void Schedule::set(Item item, State state) {
    --count_of(item.node, at(item).state);
    at(item).state = state;
    ++count_of(item.node, state);
    if (state >= State::made) --open_;
}

std::optional<Item> Schedule::take(Clock::time_point now) {
    while (!repetitions_.empty() && repetitions_.begin()->first <= now) {
        ready_.push_back(repetitions_.begin()->second);
        repetitions_.erase(repetitions_.begin());
    }
    if (ready_.empty()) return {};
    Item const item = ready_.front();
    ready_.pop_front();
    set(item, State::running);
    return item;
}

std::optional<Schedule::Clock::time_point> Schedule::next_repetition() const {
    return repetitions_.empty() ? std::nullopt : std::optional(repetitions_.begin()->first);
}

void Schedule::put_back(Item item) {
    set(item, State::ready);
    ready_.push_front(item);
}

void Schedule::finish(Item item, std::shared_ptr<Result const> result, bool was_kept) {
    if (!was_kept) counts_[item.node].seconds += result->making.seconds;
    at(item).result = std::move(result);
    set(item, was_kept ? State::kept : State::made);
    for (std::size_t node : graph_.nodes[item.node].needed_by)
        graph_.for_each_match(item, node, [&](Item dependent) {
            if (--at(dependent).missing > 0 || at(dependent).state != State::waiting) return;
            set(dependent, State::ready);
            ready_.push_back(dependent);
        });
}

bool Schedule::fail(Item item, std::string const& message, std::string const& fault, bool may_repeat) {
    NodeText const& text = graph_.nodes[item.node].text;
    unsigned const attempts = ++at(item).attempts;
    if (may_repeat && attempts <= text.retries) {
        set(item, State::ready);
        double const wait = text.retry_wait * std::pow(2.0, double(attempts - 1));
        repetitions_.emplace(
            Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(wait)),
            item);
        return true;
    }
    set(item, State::failed);
    failures_.push_back({graph_.folder(item).string(), message, fault, attempts});
    skip_dependents(item);
    return false;
}

void Schedule::skip_dependents(Item item) {
    for (std::size_t node : graph_.nodes[item.node].needed_by)
        graph_.for_each_match(item, node, [&](Item dependent) {
            if (at(dependent).state != State::waiting) return;
            set(dependent, State::skipped);
            skip_dependents(dependent);
        });
}

}  // namespace hutch::flow
