/// Hold what a running flow shares among its threads: the store, the schedule, and the thread that makes
/// results safe.
#pragma once

#include "hutch/flow/execute.hpp"
#include "hutch/flow/run.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace hutch::flow {

/// One run in a folder that no other run works in at the same time.
class Session {
  public:
    Session(Graph const& graph, std::span<step::Step const> steps, RunOptions const& options);
    ~Session();
    Session(Session const&) = delete;
    Session& operator=(Session const&) = delete;

    Graph const& graph() const { return graph_; }
    Store& store() { return store_; }
    RunFolders const& folders() const { return folders_; }
    Workshop const& shop() const { return shop_; }

    /// Wait for the next item that `fits`; nothing when all is done, or something went wrong with the session
    /// itself.
    std::optional<Item> take(std::function<bool(Item)> const& fits);
    /// Return the next item at once, or nothing.
    std::optional<Item> try_take();
    bool is_done();
    /// Work out an item's job; an error becomes the item's failure. What the store has already is finished
    /// here.
    std::optional<Job> prepare(Item item);
    void finish(Item item, std::shared_ptr<Result const> result, bool was_kept);
    void fail(Item item, std::string const& message, std::string const& fault, bool may_repeat = true);
    void put_back(Item item);
    /// Run an item to its end on the calling thread.
    void run(Item item);
    void wake();
    void set_note(std::string note);
    /// Note an error that ends the run, such as a full disk; take() gives nothing any more, end() throws it.
    void break_off(std::exception_ptr problem);

    /// Make everything safe, write what people look at, and report.
    RunReport end();

  private:
    void look_after();
    void commit_and_show();
    void show(Item item, Result const& result);
    void tidy_results();

    Graph const& graph_;
    RunOptions const& options_;
    RunFolders folders_;
    int lock_ = -1;
    Store store_;
    Workshop shop_;
    std::mutex mutex_;
    std::condition_variable changed_;
    Schedule schedule_;
    std::vector<std::pair<Item, std::shared_ptr<Result const>>> unshown_;
    std::exception_ptr problem_;
    std::string note_;
    bool is_ending_ = false, has_changed_ = false;
    Schedule::Clock::time_point started_;
    std::thread keeper_;
};

}  // namespace hutch::flow
