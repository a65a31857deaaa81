#include "hutch/flow/session.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/flow/provenance.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <unordered_set>

#include <fmt/format.h>

namespace hutch::flow {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// Made before the lock and the store need them.
RunFolders made(RunFolders folders) {
    folders.make();
    return folders;
}

int lock_folder(RunFolders const& folders) {
    fs::path const path = folders.state / "lock";
    int const handle = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (handle >= 0 && ::flock(handle, LOCK_EX | LOCK_NB) == 0) return handle;
    int const problem = errno;
    if (handle >= 0) ::close(handle);
    if (problem == EWOULDBLOCK)
        throw Error(Fault::denied, fmt::format("'{}' is in use by another run; expected one run at a time; "
                                               "wait for it or choose another --out",
                                               folders.out.string()));
    throw Error(Fault::external,
                fmt::format("cannot lock ({}): '{}'", std::strerror(problem), path.string()));
}

}  // namespace

Session::Session(Graph const& graph, std::span<step::Step const> steps, RunOptions const& options)
    : graph_(graph),
      options_(options),
      folders_(made(RunFolders(options.out))),
      lock_(lock_folder(folders_)),
      store_(folders_),
      shop_{steps, folders_, store_, options.program, options.threads},
      schedule_(graph),
      started_(Schedule::Clock::now()) {
    fs::path const unclean = folders_.state / "unclean";
    bool const has_jobs = fs::exists(folders_.jobs) && !fs::is_empty(folders_.jobs);
    if (fs::exists(unclean) && !has_jobs) store_.remove_leftovers();
    write_file(unclean, "");
    write_file(folders_.out / "flow.yaml", graph.text.text);
    keeper_ = std::thread([this] { look_after(); });
}

Session::~Session() {
    {
        std::lock_guard const lock(mutex_);
        is_ending_ = true;
    }
    changed_.notify_all();
    if (keeper_.joinable()) keeper_.join();
    ::close(lock_);
}

std::optional<Item> Session::take(std::function<bool(Item)> const& fits) {
    std::unique_lock lock(mutex_);
    for (;;) {
        if (problem_ || schedule_.is_done()) return {};
        if (std::optional<Item> const item = schedule_.take()) {
            if (fits(*item)) return item;
            schedule_.put_back(*item);
        }
        if (auto const when = schedule_.next_repetition())
            changed_.wait_until(lock, *when);
        else
            changed_.wait(lock);
    }
}

std::optional<Item> Session::try_take() {
    std::lock_guard const lock(mutex_);
    return problem_ ? std::nullopt : schedule_.take();
}

bool Session::is_done() {
    std::lock_guard const lock(mutex_);
    return problem_ || schedule_.is_done();
}

std::optional<Job> Session::prepare(Item item) {
    try {
        Job job = make_job(
            graph_, item,
            [this](Item other) {
                std::lock_guard const lock(mutex_);
                return schedule_.result(other);
            },
            store_);
        if (auto kept = store_.find(job.key)) {
            finish(item, std::move(kept), true);
            return {};
        }
        std::lock_guard const lock(mutex_);
        job.attempt = schedule_.attempt(item);
        return job;
    } catch (Error const& error) {
        fail(item, error.what(), to_name(error.fault()), false);
    } catch (fs::filesystem_error const& error) {
        fail(item, error.what(), to_name(Fault::external), false);
    }
    return {};
}

void Session::finish(Item item, std::shared_ptr<Result const> result, bool was_kept) {
    {
        std::lock_guard const lock(mutex_);
        unshown_.emplace_back(item, result);
        schedule_.finish(item, std::move(result), was_kept);
        has_changed_ |= !was_kept;
    }
    changed_.notify_all();
}

void Session::fail(Item item, std::string const& message, std::string const& fault, bool may_repeat) {
    {
        std::lock_guard const lock(mutex_);
        schedule_.fail(item, message, fault, may_repeat);
        has_changed_ = true;
    }
    changed_.notify_all();
}

void Session::put_back(Item item) {
    std::lock_guard const lock(mutex_);
    schedule_.put_back(item);
}

void Session::run(Item item) {
    std::optional<Job> const job = prepare(item);
    if (!job) return;
    std::shared_ptr<Result const> result;
    try {
        result = run_job(shop_, *job);
    } catch (Error const& error) {
        return fail(item, error.what(), to_name(error.fault()));
    }
    finish(item, std::move(result), false);
}

void Session::wake() { changed_.notify_all(); }

void Session::set_note(std::string note) {
    std::lock_guard const lock(mutex_);
    note_ = std::move(note);
}

void Session::break_off(std::exception_ptr problem) {
    {
        std::lock_guard const lock(mutex_);
        if (!problem_) problem_ = std::move(problem);
    }
    changed_.notify_all();
}

void Session::commit_and_show() {
    std::vector<std::pair<Item, std::shared_ptr<Result const>>> safe;
    {
        std::lock_guard const lock(mutex_);
        safe.swap(unshown_);
    }
    store_.commit();
    for (auto const& [item, result] : safe) show(item, *result);
}

void Session::look_after() {
    auto watched = started_;
    for (bool is_last = false; !is_last;) {
        RunState state;
        {
            std::unique_lock lock(mutex_);
            changed_.wait_for(lock, 50ms, [&] { return is_ending_; });
            is_last = is_ending_;
            auto const now = Schedule::Clock::now();
            if (options_.watch && now - watched > 200ms) state = {schedule_.counts(), note_}, watched = now;
        }
        if (!state.nodes.empty()) options_.watch(state);
        try {
            if (!is_last) commit_and_show();
        } catch (...) {
            break_off(std::current_exception());
        }
    }
}

// Hard links: no second copy on disk, and the names stay when the store is gone.
void Session::show(Item item, Result const& result) {
    fs::path const folder = folders_.results / graph_.folder(item);
    for (ResultFile const& file : result.files) {
        fs::path const from = store_.path_of(result, file.name), to = folder / file.name;
        std::error_code problem;
        if (fs::equivalent(from, to, problem)) continue;
        fs::create_directories(to.parent_path());
        fs::create_hard_link(from, to, problem);
        if (!problem) continue;
        fs::path const part = to.parent_path() / (".part-" + to.filename().string());
        fs::remove(part, problem);
        fs::create_hard_link(from, part, problem);
        if (problem) fs::copy_file(from, part);  // a file system without hard links
        fs::rename(part, to);
    }
}

// Remove what no item of this flow gives (any more).
void Session::tidy_results() {
    std::unordered_set<std::string> wanted;
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
        wanted.insert(graph_.nodes[n].text.id + ".csv");
        for (std::size_t i = 0; i < graph_.nodes[n].items; ++i) {
            auto const result = schedule_.result({n, i});
            if (!result) continue;
            fs::path const folder = graph_.folder({n, i});
            for (ResultFile const& file : result->files) wanted.insert((folder / file.name).string());
        }
    }
    std::vector<fs::path> folders;
    for (auto const& entry : fs::recursive_directory_iterator(folders_.results)) {
        if (entry.is_directory())
            folders.push_back(entry.path());
        else if (!wanted.contains(entry.path().string().substr(folders_.results.string().size() + 1)))
            fs::remove(entry.path());
    }
    std::ranges::sort(folders, std::greater{}, [](fs::path const& path) { return path.string().size(); });
    std::error_code ignored;
    for (fs::path const& folder : folders)
        if (fs::is_empty(folder)) fs::remove(folder, ignored);
}

RunReport Session::end() {
    {
        std::lock_guard const lock(mutex_);
        is_ending_ = true;
    }
    changed_.notify_all();
    keeper_.join();
    if (problem_) std::rethrow_exception(problem_);
    commit_and_show();
    tidy_results();
    auto const result_of = [this](Item item) { return schedule_.result(item); };
    if (has_changed_ || !fs::exists(folders_.out / "provenance.json")) {
        write_item_tables(graph_, result_of, folders_.results);
        write_file(folders_.out / "provenance.json", provenance_text(graph_, result_of));
    }
    fs::remove(folders_.state / "unclean");
    if (options_.watch) options_.watch({schedule_.counts(), ""});
    double const seconds = std::chrono::duration<double>(Schedule::Clock::now() - started_).count();
    return {schedule_.counts(), schedule_.failures(), seconds, store_.broken_lines()};
}

}  // namespace hutch::flow
