/// Keep results by what they were made from, so that nothing is made twice and nothing half-made counts.
#pragma once

#include "hutch/flow/journal.hpp"
#include "hutch/flow/result.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace hutch::flow {

/// Where a run keeps what; all below `OUT/.flow` but the results that people look at.
struct RunFolders {
    explicit RunFolders(std::filesystem::path out);
    std::filesystem::path out, state, journal, store, logs, jobs, results;
    std::filesystem::path log_of(std::string const& item) const { return logs / (item + ".log"); }
    /// Make them. \throws Error external
    void make() const;
};

/// Results of a run folder: of this process and of all others that wrote journals there.
///
/// A result is whole when its record is in a journal: records are appended after the files they name are on
/// disk. All functions may be called by several threads at once.
class Store {
  public:
    /// \param only_keys  results of other keys are passed over; empty: all count
    explicit Store(RunFolders const& folders, std::unordered_set<std::string> only_keys = {});
    ~Store();

    /// Take in what other processes have written since the last call.
    void read_new();
    /// Return the result of a key if its files are as they were: sizes and times, else checksums, are
    /// compared.
    std::shared_ptr<Result const> find(std::string const& key);
    /// Return the last failure of a key, or nothing.
    std::shared_ptr<Failure const> failure(std::string const& key) const;

    /// Make a folder for one result; relative to the store.
    std::string new_folder();
    std::filesystem::path path_of(Result const& result, std::string const& file) const {
        return folders_.store / result.folder / file;
    }

    /// Hand in a result; it counts for find() at once, for others and after a kill from the next commit() on.
    void add(std::shared_ptr<Result const> result);
    void add(Failure failure);
    /// Flush all files of handed-in results to disk, then their records. \return the results that are safe
    /// now
    std::vector<std::shared_ptr<Result const>> commit();

    /// Return the checksum of a file or folder outside, taken anew only where its mark has changed. Folders
    /// are looked at again after a second.
    std::string sum_of(std::filesystem::path const& path);
    /// Return the mean time [s] of an item of a step, from earlier results; 0 where there are none.
    double mean_seconds(std::string const& step) const;
    std::size_t broken_lines() const { return broken_; }
    /// Delete folders of results without record, left by killed runs. Only before anything is made
    /// in this session, and when no other process works here.
    void remove_leftovers();

  private:
    void take(Record record);
    void take(std::shared_ptr<Result const> result);
    bool is_wanted(std::string_view line) const;
    JournalWriter& writer();
    bool is_intact(Result const& result) const;
    std::string sum_of_file(std::filesystem::path const& path);

    RunFolders folders_;
    mutable std::mutex mutex_;
    std::mutex commit_mutex_;
    JournalReader reader_;
    std::unique_ptr<JournalWriter> writer_;
    std::unordered_set<std::string> only_keys_;
    std::unordered_map<std::string, std::vector<std::shared_ptr<Result const>>> results_;  ///< newest last
    std::unordered_map<std::string, std::shared_ptr<Failure const>> failures_;
    std::unordered_map<std::string, KnownSum> sums_;
    std::unordered_map<std::string, std::pair<std::string, std::chrono::steady_clock::time_point>>
        folder_sums_;
    std::array<std::mutex, 16> hashing_;  ///< no two threads take the same file's checksum at once
    std::unordered_map<std::string, std::pair<double, std::size_t>> times_;
    std::vector<std::shared_ptr<Result const>> pending_;
    std::vector<std::string> pending_lines_;
    std::atomic<std::uint64_t> counter_{0};
    std::size_t broken_ = 0;
};

/// Return the files of a path: itself, or what a folder holds, by name.
std::vector<std::filesystem::path> files_below(std::filesystem::path const& path);

}  // namespace hutch::flow
