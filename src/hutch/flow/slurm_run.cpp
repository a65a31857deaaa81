#include "hutch/flow/slurm_run.hpp"

#include "hutch/base/error.hpp"
#include "hutch/flow/detail/batch.hpp"
#include "hutch/flow/session.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <list>
#include <unordered_map>

#include <fmt/format.h>

namespace hutch::flow {
namespace {

namespace fs = std::filesystem;
using detail::Batch;
using detail::Shape;
using Clock = std::chrono::steady_clock;

constexpr auto settling =
    std::chrono::seconds(2);   // so long more items of a kind may turn up before they are submitted
constexpr unsigned grace = 3;  // polls between the end of a task and the verdict that its items are lost

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
            submit_batches();
            take_results();
            if (session_.is_done()) break;
            follow();
            std::this_thread::sleep_for(std::chrono::duration<double>(slurm_.poll_seconds));
        }
        for (Batch const& batch : batches_) {
            batch.cancel_all();  // tasks whose items are all settled otherwise
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
                for (std::string const& key : batch.tasks()[t]) in_flight_[key];
        }
    }

    void take_items() {
        while (std::optional<Item> const item = session_.try_take()) {
            std::optional<Job> job = session_.prepare(*item);
            if (!job) continue;
            if (auto const flying = in_flight_.find(job->key); flying != in_flight_.end()) {
                flying->second.push_back(*item);
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
        for (std::size_t i = 0; i < count; ++i) {
            if (i % each == 0) tasks.emplace_back();
            auto& items = in_flight_[group[i].job.key];
            items.push_back(group[i].item);
            seen_failures_[group[i].job.key] = session_.store().failure(group[i].job.key);
            if (items.size() == 1)
                tasks.back().push_back(std::move(group[i].job));  // equal keys: one job for all of them
        }
        std::erase_if(tasks, [](auto const& task) { return task.empty(); });
        group.erase(group.begin(), group.begin() + std::ptrdiff_t(count));
        if (!tasks.empty()) batches_.emplace_back(session_.folders(), slurm_, shape, tasks);
    }

    // Do something that needs the controller; when it is away, later.
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

    void take_results() {
        session_.store().read_new();
        for (auto it = in_flight_.begin(); it != in_flight_.end();) {
            bool is_over = false;
            if (auto result = session_.store().find(it->first)) {
                for (Item const item : it->second) session_.finish(item, result, false);
                is_over = true;
            } else if (auto const failure = session_.store().failure(it->first);
                       failure && failure != seen_failures_[it->first] && !it->second.empty()) {
                for (Item const item : it->second) session_.fail(item, failure->message, failure->fault);
                is_over = true;
            }
            it = is_over ? in_flight_.erase(it) : std::next(it);
        }
    }

    void follow() {
        std::size_t pending = 0, running = 0;
        for (auto batch = batches_.begin(); batch != batches_.end();) {
            if (batch->is_submitted()) ask([&] { batch->follow(); });
            for (std::size_t const task : std::set<std::size_t>(batch->open_tasks())) {
                if (is_over(*batch, task))
                    batch->settle(task);
                else if (batch->is_submitted() && batch->ended_for(task) >= grace)
                    lose(*batch, task);
                else
                    ++(batch->report(task).state == TaskState::running ? running : pending);
            }
            if (batch->is_settled()) {
                batch->remove();
                batch = batches_.erase(batch);
            } else {
                ++batch;
            }
        }
        if (silent_since_ == Clock::time_point{})
            session_.set_note(fmt::format("Slurm: {} tasks run, {} wait", running, pending));
    }

    bool is_over(Batch const& batch, std::size_t task) const {
        return std::ranges::none_of(batch.tasks()[task],
                                    [&](std::string const& key) { return in_flight_.contains(key); });
    }

    // A task has ended, and some of its items have neither result nor failure: they are tried again.
    void lose(Batch& batch, std::size_t task) {
        for (std::string const& key : batch.tasks()[task]) {
            auto const flying = in_flight_.find(key);
            if (flying == in_flight_.end()) continue;
            TaskReport const& report = batch.report(task);
            bool const is_hopeless = ++losses_[key] > slurm_.losses;
            for (Item const item : flying->second) {
                if (is_hopeless)
                    session_.fail(item,
                                  fmt::format("'{}' was lost with its task {} times; expected a result; the "
                                              "last ended as {} on '{}'",
                                              session_.graph().folder(item).string(), losses_[key],
                                              report.reason.empty() ? "unknown" : report.reason, report.node),
                                  "external", false);
                else
                    session_.put_back(item);
            }
            in_flight_.erase(flying);
        }
        batch.settle(task);
    }

    Session& session_;
    SlurmOptions const& slurm_;
    std::size_t parallel_ = 0, most_tasks_;
    std::list<Batch> batches_;
    std::map<Shape, std::vector<Waiting>> waiting_;
    std::map<Shape, Clock::time_point> since_;
    std::unordered_map<std::string, std::vector<Item>> in_flight_;
    std::unordered_map<std::string, std::shared_ptr<Failure const>>
        seen_failures_;  // before it was submitted
    std::unordered_map<std::string, unsigned> losses_;
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
    Store store(folders);
    std::size_t failed = 0;
    auto committed = Clock::now();
    for (Job const& job : jobs) {
        if (store.find(job.key)) continue;
        Workshop const shop{steps, folders, store, program, given_cpus()};
        try {
            run_job(shop, job);
        } catch (Error const&) {
            ++failed;  // stands in the journal and in the item's log
        }
        if (Clock::now() - committed > std::chrono::milliseconds(300)) {
            store.commit();
            committed = Clock::now();
        }
    }
    store.commit();
    return failed;
}

}  // namespace hutch::flow
