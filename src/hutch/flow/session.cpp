#include "hutch/flow/session.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
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

// A folder with things of those names that no run made is somebody's work.
RunFolders checked(RunFolders folders) {
    if (!fs::exists(folders.state))
        for (char const* name : {"results", "flow.yaml", "provenance.json"})
            if (fs::exists(folders.out / name))
                throw Error(Fault::bad_input,
                            fmt::format("'{}' holds '{}', which no run made; expected an empty folder or "
                                        "that of a run; choose another --out",
                                        folders.out.string(), name));
    folders.make();
    return folders;
}

std::vector<std::string> lines_of(fs::path const& path) {
    std::vector<std::string> lines;
    if (!fs::exists(path)) return lines;
    std::string const text = read_file(path);
    for (auto const line : split_lines(text)) lines.emplace_back(line);
    return lines;
}

}  // namespace

FolderLock::FolderLock(RunFolders const& folders) {
    fs::path const path = folders.state / "lock";
    handle_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (handle_ >= 0 && ::flock(handle_, LOCK_EX | LOCK_NB) == 0) return;
    int const problem = errno;
    if (handle_ >= 0) ::close(handle_);
    if (problem == EWOULDBLOCK)
        throw Error(Fault::denied, fmt::format("'{}' is in use by another run; expected one run at a time; "
                                               "wait for it or choose another --out",
                                               folders.out.string()));
    throw Error(Fault::external,
                fmt::format("cannot lock ({}): '{}'", std::strerror(problem), path.string()));
}

FolderLock::~FolderLock() { ::close(handle_); }

Session::Session(Graph const& graph, std::span<step::Step const> steps, RunOptions const& options)
    : graph_(graph),
      options_(options),
      folders_(checked(RunFolders(options.out))),
      lock_(folders_),
      store_(folders_),
      shop_{steps, folders_, store_, options.program, options.threads, "", options.should_stop},
      schedule_(graph),
      started_(Schedule::Clock::now()),
      watched_(started_) {
    fs::path const unclean = folders_.state / "unclean";
    if (fs::exists(unclean) && fs::is_empty(folders_.jobs)) store_.remove_leftovers();
    write_file(unclean, "");
    write_file(folders_.out / "flow.yaml", graph.text.text);
    shown_.open(folders_.state / "shown", std::ios::app);
    keeper_ = std::make_unique<Committer>([this] { look_after(); });
}

bool Session::is_stopped() const { return options_.should_stop && options_.should_stop(); }

std::optional<Item> Session::take(std::function<bool(Item)> const& fits) {
    std::unique_lock lock(mutex_);
    for (;;) {
        if (problem_ || schedule_.is_done() || is_stopped()) return {};
        if (std::optional<Item> const item = schedule_.take()) {
            if (fits(*item)) return item;
            schedule_.put_back(*item);
        }
        auto const soon = Schedule::Clock::now() + 200ms;  // to see that the run is to stop
        changed_.wait_until(lock, std::min(soon, schedule_.next_repetition().value_or(soon)));
    }
}

std::optional<Item> Session::try_take() {
    std::lock_guard const lock(mutex_);
    return problem_ ? std::nullopt : schedule_.take();
}

bool Session::is_done() {
    std::lock_guard const lock(mutex_);
    return problem_ || schedule_.is_done() || is_stopped();
}

bool Session::has_ended() {
    std::lock_guard const lock(mutex_);
    return schedule_.is_done();
}

// A result from a flow in which steps had other names, under the names of this one.
static std::shared_ptr<Result const> as_made_by(std::shared_ptr<Result const> kept, Job const& job) {
    std::vector<UsedFile> const used = used_files(job);
    if (kept->making.item == job.item && kept->used == used) return kept;
    auto renamed = std::make_shared<Result>(*kept);
    renamed->making.item = job.item;
    renamed->used = used;
    return renamed;
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
            finish(item, as_made_by(std::move(kept), job), true);
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
    }
    changed_.notify_all();
}

void Session::fail(Item item, std::string const& message, std::string const& fault, bool may_repeat) {
    {
        std::lock_guard const lock(mutex_);
        schedule_.fail(item, message, fault, may_repeat);
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
        return is_stopped() ? put_back(item) : fail(item, error.what(), to_name(error.fault()));
    }
    finish(item, std::move(result), false);
}

void Session::wake() {
    {
        std::lock_guard const lock(mutex_);
    }  // not between somebody's look and their wait
    changed_.notify_all();
}

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

// Called by the keeper's thread about twenty times a second.
void Session::look_after() {
    RunState state;
    {
        std::lock_guard const lock(mutex_);
        auto const now = Schedule::Clock::now();
        if (options_.watch && now - watched_ > 200ms) state = {schedule_.counts(), note_}, watched_ = now;
    }
    try {
        if (!state.nodes.empty()) options_.watch(state);
        commit_and_show();
    } catch (...) {
        break_off(std::current_exception());
        throw;
    }
}

// Hard links: no second copy on disk, and the names stay when the store is gone.
void Session::show(Item item, Result const& result) {
    fs::path const folder = folders_.results / graph_.folder(item);
    for (ResultFile const& file : result.files) {
        fs::path const from = store_.path_of(result, file.name), to = folder / file.name;
        std::error_code problem;
        if (fs::equivalent(from, to, problem)) continue;
        shown_ << to.lexically_relative(folders_.results).string() << "\n";
        fs::create_directories(to.parent_path());
        fs::create_hard_link(from, to, problem);
        if (!problem) continue;
        fs::path const part = to.parent_path() / (".part-" + to.filename().string());
        fs::remove(part, problem);
        fs::create_hard_link(from, part, problem);
        if (problem) fs::copy_file(from, part);  // a file system without hard links
        fs::rename(part, to);
    }
    shown_.flush();
}

// Files that earlier runs made and no item of this flow gives any more; nothing else is touched.
void Session::remove_what_is_gone(std::vector<std::string> const& shown) {
    fs::path const list = folders_.state / "shown";
    std::unordered_set<std::string> const wanted(shown.begin(), shown.end());
    std::error_code ignored;
    for (std::string const& name : lines_of(list)) {
        if (wanted.contains(name)) continue;
        fs::remove(folders_.results / name, ignored);
        for (fs::path folder = fs::path(name).parent_path(); !folder.empty(); folder = folder.parent_path())
            if (!fs::is_empty(folders_.results / folder, ignored) ||
                !fs::remove(folders_.results / folder, ignored))
                break;
    }
    std::string text;
    for (std::string const& name : shown) text += name + "\n";
    write_file(list, text);
}

// Tables and provenance, where the results are not those that they describe already.
void Session::describe(std::vector<std::string> const& shown) {
    auto const result_of = [this](Item item) { return schedule_.result(item); };
    Sha256 sum;
    for (std::string const& name : shown) sum.add(name + "\n");
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n)
        for (std::size_t i = 0; i < graph_.nodes[n].items; ++i) {
            auto const result = result_of({n, i});
            sum.add(result ? result->key + result->folder + "\n" : "missing\n");
        }
    std::string const state = sum.finish();
    fs::path const described = folders_.state / "described";
    if (fs::exists(described) && read_file(described) == state &&
        fs::exists(folders_.out / "provenance.json"))
        return;
    write_item_tables(graph_, result_of, folders_.results);
    write_file(folders_.out / "provenance.json", provenance_text(graph_, result_of));
    write_file(described, state);
}

RunReport Session::end() {
    try {
        keeper_->stop();
    } catch (...) {
        break_off(std::current_exception());
    }
    if (problem_) std::rethrow_exception(problem_);
    commit_and_show();
    shown_.close();
    std::vector<std::string> shown;
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
        shown.push_back(graph_.nodes[n].text.id + ".csv");
        for (std::size_t i = 0; i < graph_.nodes[n].items; ++i)
            if (auto const result = schedule_.result({n, i}))
                for (ResultFile const& file : result->files)
                    shown.push_back((graph_.folder({n, i}) / file.name).string());
    }
    if (has_ended()) {
        remove_what_is_gone(shown);
        describe(shown);
        fs::remove(folders_.state / "unclean");
    }
    if (options_.watch) options_.watch({schedule_.counts(), ""});
    double const seconds = std::chrono::duration<double>(Schedule::Clock::now() - started_).count();
    return {schedule_.counts(), schedule_.failures(), seconds, store_.broken_lines(), !has_ended()};
}

}  // namespace hutch::flow
