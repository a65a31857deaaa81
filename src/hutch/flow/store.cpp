#include "hutch/flow/store.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <unordered_set>

#include <fmt/format.h>

namespace hutch::flow {

namespace fs = std::filesystem;

RunFolders::RunFolders(fs::path given)
    : out(fs::absolute(given).lexically_normal()),
      state(out / ".flow"),
      journal(state / "journal"),
      store(state / "store"),
      logs(state / "logs"),
      jobs(state / "jobs"),
      results(out / "results") {}

void RunFolders::make() const {
    for (auto const& folder : {journal, store, logs, jobs, results}) {
        std::error_code problem;
        fs::create_directories(folder, problem);
        if (problem)
            throw Error(Fault::external,
                        fmt::format("cannot make a folder ({}); expected one that can be written: '{}'",
                                    problem.message(), folder.string()));
    }
}

std::vector<fs::path> files_below(fs::path const& path) {
    if (!fs::is_directory(path)) return {path};
    std::vector<fs::path> files;
    for (auto const& entry : fs::recursive_directory_iterator(path))
        if (entry.is_regular_file()) files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

Store::Store(RunFolders const& folders, std::unordered_set<std::string> only_keys)
    : folders_(folders), reader_(folders.journal), only_keys_(std::move(only_keys)) {
    read_new();
}

Store::~Store() = default;

// Made when there is something to write, so that a look at a run folder leaves nothing behind.
JournalWriter& Store::writer() {
    std::lock_guard const lock(mutex_);
    if (!writer_) writer_ = std::make_unique<JournalWriter>(folders_.journal);
    return *writer_;
}

void Store::take(std::shared_ptr<Result const> result) {
    auto& [seconds, count] = times_[result->making.step];
    seconds += result->making.seconds;
    ++count;
    failures_.erase(result->key);
    auto& all = results_[result->key];
    all.push_back(std::move(result));
}

void Store::take(Record record) {
    if (auto* result = std::get_if<Result>(&record)) {
        take(std::make_shared<Result const>(std::move(*result)));
    } else if (auto* failure = std::get_if<Failure>(&record)) {
        std::string const key = failure->key;
        failures_[key] = std::make_shared<Failure const>(std::move(*failure));
    } else {
        auto& sum = std::get<KnownSum>(record);
        std::string const path = sum.path;
        sums_[path] = std::move(sum);
    }
}

// Tells without parsing: a task of an array reads the journals of all others.
bool Store::is_wanted(std::string_view line) const {
    constexpr std::string_view mark = "\"result\":\"";
    if (only_keys_.empty()) return true;
    std::size_t const at = line.find(mark);
    return at == line.npos || only_keys_.contains(std::string(line.substr(at + mark.size(), 64)));
}

void Store::read_new() {
    std::lock_guard const lock(mutex_);
    broken_ += reader_.read([&](std::string_view line) {
        if (!is_wanted(line)) return;
        try {
            take(parse_record(line));
        } catch (Error const&) {
            ++broken_;
        }
    });
}

bool Store::is_intact(Result const& result) const {
    for (ResultFile const& file : result.files) {
        fs::path const path = path_of(result, file.name);
        try {
            FileMark const mark = mark_of(path);
            if (mark.bytes != file.bytes) return false;
            if (mark.modified_ns != file.modified_ns && sha256_of_file(path) != file.sha256) return false;
        } catch (Error const&) {
            return false;
        }
    }
    return true;
}

std::shared_ptr<Result const> Store::find(std::string const& key) {
    std::vector<std::shared_ptr<Result const>> candidates;
    {
        std::lock_guard const lock(mutex_);
        auto const found = results_.find(key);
        if (found == results_.end()) return nullptr;
        candidates = found->second;
    }
    for (auto one = candidates.rbegin(); one != candidates.rend(); ++one)
        if (is_intact(**one)) return *one;
    return nullptr;
}

std::shared_ptr<Failure const> Store::failure(std::string const& key) const {
    std::lock_guard const lock(mutex_);
    auto const found = failures_.find(key);
    return found == failures_.end() ? nullptr : found->second;
}

std::string Store::new_folder() {
    std::uint64_t const number = counter_++;
    return fmt::format("{}/{:03}/{:03}", writer().name(), number / 1000, number % 1000);
}

void Store::add(std::shared_ptr<Result const> result) {
    std::string line = to_text(*result);
    std::lock_guard const lock(mutex_);
    pending_lines_.push_back(std::move(line));
    pending_.push_back(result);
    take(std::move(result));
}

void Store::add(Failure failure) {
    std::string line = to_text(failure);
    std::lock_guard const lock(mutex_);
    pending_lines_.push_back(std::move(line));
    take(std::move(failure));
}

std::vector<std::shared_ptr<Result const>> Store::commit() {
    std::lock_guard const one_at_a_time(commit_mutex_);
    std::vector<std::shared_ptr<Result const>> results;
    std::vector<std::string> lines;
    {
        std::lock_guard const lock(mutex_);
        results.swap(pending_);
        lines.swap(pending_lines_);
    }
    if (lines.empty()) return results;
    bool const has_files = std::ranges::any_of(results, [](auto const& one) { return !one->files.empty(); });
    if (has_files) {
        int const handle = ::open(folders_.store.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        bool const is_synced = handle >= 0 && ::syncfs(handle) == 0;
        int const problem = errno;
        if (handle >= 0) ::close(handle);
        if (!is_synced)
            throw Error(Fault::external, fmt::format("cannot sync to disk ({}): '{}'", std::strerror(problem),
                                                     folders_.store.string()));
    }
    writer().append(lines);
    return results;
}

std::string Store::sum_of_file(fs::path const& path) {
    std::string const name = path.string();
    std::lock_guard const one_at_a_time(hashing_[std::hash<std::string>{}(name) % hashing_.size()]);
    FileMark const mark = mark_of(path);
    {
        std::lock_guard const lock(mutex_);
        auto const known = sums_.find(name);
        if (known != sums_.end() && known->second.mark == mark) return known->second.sha256;
    }
    KnownSum sum{name, sha256_of_file(path), mark};
    // A file that was written just now may be written again within the same tick of the clock: look anew next
    // time.
    auto const now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    bool const is_settled = now - mark.modified_ns > 2'000'000'000 && mark_of(path) == mark;
    if (!is_settled) return sum.sha256;
    std::string line = to_text(sum);
    std::lock_guard const lock(mutex_);
    pending_lines_.push_back(std::move(line));
    sums_[name] = sum;
    return sum.sha256;
}

std::string Store::sum_of(fs::path const& path) {
    if (!fs::exists(path))
        throw Error(Fault::not_found, fmt::format("cannot read file (it is not there): '{}'", path.string()));
    if (!fs::is_directory(path)) return sum_of_file(path);
    auto const now = std::chrono::steady_clock::now();
    {
        std::lock_guard const lock(mutex_);
        auto const known = folder_sums_.find(path.string());
        if (known != folder_sums_.end() && now - known->second.second < std::chrono::seconds(1))
            return known->second.first;
    }
    std::string list;
    for (fs::path const& file : files_below(path))
        list += sum_of_file(file) + "  " + file.lexically_relative(path).string() + "\n";
    std::string const sum = sha256(list);
    std::lock_guard const lock(mutex_);
    folder_sums_[path.string()] = {sum, std::chrono::steady_clock::now()};
    return sum;
}

double Store::mean_seconds(std::string const& step) const {
    std::lock_guard const lock(mutex_);
    auto const found = times_.find(step);
    return found == times_.end() ? 0 : found->second.first / double(found->second.second);
}

void Store::remove_leftovers() {
    std::unordered_set<std::string> used;
    {
        std::lock_guard const lock(mutex_);
        for (auto const& [key, results] : results_)
            for (auto const& result : results) used.insert(result->folder);
    }
    std::error_code ignored;  // what cannot be listed or removed only takes room
    for (auto const& writer : fs::directory_iterator(folders_.store, ignored))
        for (auto const& block : fs::directory_iterator(writer.path(), ignored))
            for (auto const& one : fs::directory_iterator(block.path(), ignored))
                if (!used.contains(one.path().lexically_relative(folders_.store).string()))
                    fs::remove_all(one.path(), ignored);
}

}  // namespace hutch::flow
