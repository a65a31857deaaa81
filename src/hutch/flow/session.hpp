/// Hold what a running flow shares among its threads: the store, the schedule, and the thread that makes
/// results safe.
#pragma once

#include "hutch/flow/committer.hpp"
#include "hutch/flow/execute.hpp"
#include "hutch/flow/run.hpp"

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <optional>
#include <utility>

namespace hutch::flow {

/// Keeps other runs out of a folder. \throws Error denied when one works there
class FolderLock {
  public:
    explicit FolderLock(RunFolders const& folders);
    ~FolderLock();
    FolderLock(FolderLock const&) = delete;
    FolderLock& operator=(FolderLock const&) = delete;

  private:
    int handle_;
};

/// One run in a folder that no other run works in at the same time.
class Session {
  public:
    Session(Graph const& graph, std::span<step::Step const> steps, RunOptions const& options);
    Session(Session const&) = delete;
    Session& operator=(Session const&) = delete;
    ~Session() = default;

    Graph const& graph() const { return graph_; }
    Store& store() { return store_; }
    RunFolders const& folders() const { return folders_; }
    Workshop const& shop() const { return shop_; }

    /// Wait for the next item that `fits`; nothing when all is done, or something went wrong with the session
    /// itself.
    std::optional<Item> take(std::function<bool(Item)> const& fits);
    /// Return the next item at once, or nothing.
    std::optional<Item> try_take();
    /// Return whether nothing is left to do: all is done, the run was told to stop, or something went wrong
    /// with it.
    bool is_done();
    /// Return whether all items have ended in one way or another.
    bool has_ended();
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
    bool is_stopped() const;
    void look_after();
    void commit_and_show();
    void show(Item item, Result const& result);
    void remove_what_is_gone(std::vector<std::string> const& shown);
    void describe(std::vector<std::string> const& shown);

    Graph const& graph_;
    RunOptions const& options_;
    RunFolders folders_;
    FolderLock lock_;
    Store store_;
    Workshop shop_;
    std::mutex mutex_;
    std::condition_variable changed_;
    Schedule schedule_;
    std::vector<std::pair<Item, std::shared_ptr<Result const>>> unshown_;
    std::exception_ptr problem_;
    std::string note_;
    std::ofstream shown_;  ///< names of files below results/, as they are made
    Schedule::Clock::time_point started_, watched_;
    std::unique_ptr<Committer> keeper_;
};

}  // namespace hutch::flow
