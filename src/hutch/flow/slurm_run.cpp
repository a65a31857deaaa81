#include "hutch/flow/slurm_run.hpp"

#include "hutch/base/error.hpp"
#include "hutch/flow/committer.hpp"
#include "hutch/flow/detail/batch.hpp"
#include "hutch/flow/session.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <list>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

namespace hutch::flow {
namespace {

namespace fs = std::filesystem;
using detail::Batch;
using detail::Shape;
using Clock = std::chrono::steady_clock;

constexpr auto settling =
    std::chrono::seconds(2);  // so long more items of a kind may turn up before they are submitted

/// Follows one run on Slurm.
class Coordinator {
  public:
    Coordinator(Session& session, SlurmOptions const& slurm)
        : session_(session), slurm_(slurm), most_tasks_(max_array_size()) {
        for (SlurmPartition const& one : partitions())
            if (one.is_up && (slurm.partition.empty() ? one.is_default : one.name == slurm.partition))
                parallel_ += one.nodes * one.cpus;
        adopt();
    }

    void run() {
        while (!session_.is_done()) {
            take_items();
            drop_unwanted();
            submit_batches();
            take_results();
            if (session_.is_done()) break;
            follow();
            pause();
        }
        if (!session_.has_ended()) return;  // stopped or broken: jobs go on, and the next run follows them
        for (Batch const& batch : batches_) {
            ask([&] { batch.cancel_all(); });  // tasks whose items have all ended otherwise
            batch.remove();
        }
    }

  private:
    struct Waiting {
        Item item;
        Job job;
    };

    // Batches of an earlier process: what they still do is waited for, not submitted again.
    void adopt() {
        for (auto const& entry : fs::directory_iterator(session_.folders().jobs)) {
            try {
                batches_.emplace_back(session_.folders(), entry.path().filename().string());
            } catch (Error const&) {
                fs::remove_all(entry.path());  // cut off while it was written: it was never submitted
                continue;
            }
            Batch const& batch = batches_.back();
            for (std::size_t t = 0; t < batch.tasks().size(); ++t)
                for (Batch::Entry const& one : batch.tasks()[t]) in_flight_[one.key].batch = batch.name();
        }
    }

    void take_items() {
        while (std::optional<Item> const item = session_.try_take()) {
            std::optional<Job> job = session_.prepare(*item);
            if (!job) continue;
            wanted_[job->item] = job->key;
            if (auto const flying = in_flight_.find(job->key); flying != in_flight_.end()) {
                flying->second.items.push_back(*item);
                continue;
            }
            auto& group = waiting_[detail::shape_of(*job, slurm_)];
            if (group.empty()) since_[detail::shape_of(*job, slurm_)] = Clock::now();
            group.push_back({*item, std::move(*job)});
        }
    }

    double seconds_of(Shape const& shape) const {
        double const measured = session_.store().mean_seconds(shape.step);
        return measured > 0 ? measured
                            : step::find_step(session_.shop().steps, shape.step).about.needs.seconds;
    }

    void submit_batches() {
        for (auto& [shape, group] : waiting_) {
            if (group.empty()) continue;
            std::size_t const cpus = std::max(1u, shape.cpus) * std::max(1u, shape.ranks);
            std::size_t const each =
                items_per_task(group.size(), seconds_of(shape), parallel_ / cpus, slurm_.task_minutes);
            bool const is_full = group.size() >= each * std::max<std::size_t>(1, parallel_ / cpus);
            if (!is_full && Clock::now() - since_[shape] < settling) continue;
            make_batch(shape, group, each);
        }
        for (Batch& batch : batches_)
            if (!batch.is_submitted()) ask([&] { batch.submit(slurm_); });
    }

    void make_batch(Shape const& shape, std::vector<Waiting>& group, std::size_t each) {
        std::vector<std::vector<Job>> tasks;
        std::size_t const count = std::min(group.size(), each * most_tasks_);
        std::vector<std::string> keys;
        for (std::size_t i = 0; i < count; ++i) {
            if (i % each == 0) tasks.emplace_back();
            auto& flight = in_flight_[group[i].job.key];
            flight.items.push_back(group[i].item);
            if (flight.items.size() > 1) continue;  // equal keys: one job for all of them
            keys.push_back(group[i].job.key);
            tasks.back().push_back(std::move(group[i].job));
        }
        std::erase_if(tasks, [](auto const& task) { return task.empty(); });
        group.erase(group.begin(), group.begin() + std::ptrdiff_t(count));
        if (tasks.empty()) return;
        batches_.emplace_back(session_.folders(), slurm_, shape, tasks);
        for (std::string const& key : keys) in_flight_[key].batch = batches_.back().name();
    }

    // Batches of an earlier process whose items are not there any more, or run with other values now.
    void drop_unwanted() {
        for (auto batch = batches_.begin(); batch != batches_.end();) {
            bool const is_wanted = std::ranges::any_of(batch->open_tasks(), [&](std::size_t task) {
                return std::ranges::any_of(batch->tasks()[task],
                                           [&](Batch::Entry const& one) { return may_be_wanted(one); });
            });
            if (is_wanted) {
                ++batch;
                continue;
            }
            ask([&] { batch->cancel_all(); });
            for (auto const& task : batch->tasks())
                for (Batch::Entry const& one : task)
                    if (auto const flying = in_flight_.find(one.key);
                        flying != in_flight_.end() && flying->second.items.empty())
                        in_flight_.erase(flying);
            batch->remove();
            batch = batches_.erase(batch);
        }
    }

    bool may_be_wanted(Batch::Entry const& one) const {
        auto const flying = in_flight_.find(one.key);
        if (flying != in_flight_.end() && !flying->second.items.empty()) return true;
        auto const known = wanted_.find(one.item);
        if (known != wanted_.end()) return known->second == one.key;
        try {
            session_.graph().find_item(one.item);
            return true;  // not worked out yet: what it needs is not there
        } catch (Error const&) {
            return false;
        }
    }

    // Do something that needs the controller; when it is away, later. What it refuses is thrown.
    template <class Action>
    void ask(Action const& action) {
        try {
            action();
            silent_since_ = {};
        } catch (Error const& error) {
            if (error.fault() != Fault::external) throw;
            auto const now = Clock::now();
            if (silent_since_ == Clock::time_point{}) silent_since_ = now;
            if (now - silent_since_ > std::chrono::hours(1)) throw;
            session_.set_note(fmt::format("Slurm: {}", error.what()));
        }
    }

    void pause() {
        double const age = std::chrono::duration<double>(Clock::now() - started_).count();
        double const seconds = std::clamp(age / 50, slurm_.poll_seconds, std::max(15.0, slurm_.poll_seconds));
        auto const until = Clock::now() + std::chrono::duration<double>(seconds);
        while (Clock::now() < until && !session_.is_done())
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }

    void take_results() {
        session_.store().read_new();
        for (auto it = in_flight_.begin(); it != in_flight_.end();) {
            auto const& [key, flight] = *it;
            auto const failure = session_.store().failure(key);
            bool is_over = false;
            if (auto result = session_.store().find(key)) {
                for (Item const item : flight.items) session_.finish(item, result, false);
                is_over = true;
            } else if (failure && failure->making.batch == flight.batch && !flight.items.empty()) {
                for (Item const item : flight.items) session_.fail(item, failure->message, failure->fault);
                is_over = true;
            }
            it = is_over ? in_flight_.erase(it) : std::next(it);
        }
    }

    void follow() {
        std::size_t pending = 0, running = 0;
        std::string stuck;
        for (auto batch = batches_.begin(); batch != batches_.end();) {
            if (batch->is_submitted()) ask([&] { batch->follow(); });
            for (std::size_t const task : std::set<std::size_t>(batch->open_tasks())) {
                TaskReport const& report = batch->report(task);
                if (is_over(*batch, task))
                    batch->settle(task);
                else if (batch->is_submitted() && batch->ended_for(task) > slurm_.grace_seconds)
                    lose(*batch, task);
                else
                    ++(report.state == TaskState::running ? running : pending);
                if (is_stuck(report))
                    stuck = fmt::format("; a task of '{}' waits until somebody acts ({})", batch->name(),
                                        report.reason);
            }
            if (batch->is_settled()) {
                batch->remove();
                batch = batches_.erase(batch);
            } else {
                ++batch;
            }
        }
        if (silent_since_ == Clock::time_point{})
            session_.set_note(fmt::format("Slurm: {} tasks run, {} wait{}", running, pending, stuck));
    }

    bool is_over(Batch const& batch, std::size_t task) const {
        return std::ranges::none_of(batch.tasks()[task], [&](Batch::Entry const& one) {
            auto const flying = in_flight_.find(one.key);
            return flying != in_flight_.end() && flying->second.batch == batch.name();
        });
    }

    // A task has ended, and some of its items have neither result nor failure: they are tried again.
    void lose(Batch& batch, std::size_t task) {
        for (Batch::Entry const& one : batch.tasks()[task]) {
            auto const flying = in_flight_.find(one.key);
            if (flying == in_flight_.end() || flying->second.batch != batch.name()) continue;
            TaskReport const& report = batch.report(task);
            bool const is_hopeless = ++losses_[one.key] > slurm_.losses;
            for (Item const item : flying->second.items) {
                if (is_hopeless)
                    session_.fail(item,
                                  fmt::format("'{}' was lost with its task {} times; expected a result; the "
                                              "last task ended as {} on '{}'; what it wrote: '{}'",
                                              one.item, losses_[one.key],
                                              report.reason.empty() ? "unknown" : report.reason, report.node,
                                              batch.log_of(task).string()),
                                  "external", false);
                else
                    session_.put_back(item);
            }
            in_flight_.erase(flying);
        }
        batch.settle(task);
    }

    struct Flight {
        std::vector<Item> items;  ///< none: of an earlier process, not asked for yet
        std::string batch;
    };

    Session& session_;
    SlurmOptions const& slurm_;
    std::size_t parallel_ = 0, most_tasks_;
    std::list<Batch> batches_;
    std::map<Shape, std::vector<Waiting>> waiting_;
    std::map<Shape, Clock::time_point> since_;
    std::unordered_map<std::string, Flight> in_flight_;
    std::unordered_map<std::string, std::string> wanted_;  ///< keys of items that were worked out
    std::unordered_map<std::string, unsigned> losses_;
    Clock::time_point started_ = Clock::now();
    Clock::time_point silent_since_{};
};

}  // namespace

std::size_t items_per_task(std::size_t count, double seconds, std::size_t parallel, double task_minutes) {
    double const longest = 60 * task_minutes / std::max(seconds, 1e-6), shortest = longest / 5;
    double const spread = parallel == 0 ? longest : std::ceil(double(count) / double(parallel));
    return std::size_t(
        std::clamp(spread, std::max(1.0, std::floor(shortest)), std::max(1.0, std::floor(longest))));
}

RunReport run_flow_on_slurm(Graph const& graph, std::span<step::Step const> steps, RunOptions const& options,
                            SlurmOptions const& slurm) {
    Session session(graph, steps, options);
    Coordinator(session, slurm).run();
    return session.end();
}

// What Slurm gave this task.
static unsigned given_cpus() {
    char const* text = std::getenv("SLURM_CPUS_PER_TASK");
    int const count = text == nullptr ? 0 : std::atoi(text);
    return count > 0 ? unsigned(count) : 1;
}

std::size_t work_on_task(fs::path const& out, std::string const& batch, std::size_t task,
                         std::span<step::Step const> steps, std::string const& program) {
    RunFolders const folders(out);
    std::vector<Job> const jobs = detail::read_task(folders, batch, task);
    std::unordered_set<std::string> keys;
    for (Job const& job : jobs) keys.insert(job.key);
    Store store(folders, std::move(keys));
    Committer committer([&] { store.commit(); });
    Workshop const shop{steps, folders, store, program, given_cpus(), batch};
    std::size_t failed = 0;
    for (Job const& job : jobs) {
        if (committer.has_failed() || store.find(job.key)) continue;
        try {
            run_job(shop, job);
        } catch (Error const&) {
            ++failed;  // stands in the journal and in the item's log
        }
    }
    committer.stop();
    return failed;
}

}  // namespace hutch::flow
