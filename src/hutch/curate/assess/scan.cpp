#include "hutch/curate/assess/scan.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/progress.hpp"
#include "hutch/base/text.hpp"
#include "hutch/compute/parallel.hpp"
#include "hutch/curate/assess/detail/declared_files.hpp"
#include "hutch/curate/assess/detail/file_facts.hpp"
#include "hutch/curate/assess/table_file.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <sys/stat.h>

#include <fmt/format.h>

namespace hutch::curate::assess {
namespace {

namespace fs = std::filesystem;
using detail::FileFacts;
using detail::FileTask;

// How much of a table's records has to be held.
struct Plan {
    std::uint64_t records = 0;       // of all files, as far as they can be opened
    std::uint64_t always = 0;        // bytes a record that nothing may be left out of
    std::uint64_t thinnable = 0;     // bytes a record that may be thinned out
    std::uint64_t index_ranges = 0;  // bytes of one file's ranges by index
};

Plan plan_of(RecordTable const& table) {
    Plan plan;
    plan.always = 48;  // digest and sketch
    for (Field const& field : table.fields) {
        if (detail::is_text(field))
            plan.always += field.role == Role::id ? 100 : 8;  // ids are all different: word, entry of its map
        else if (!field.shape.empty())
            plan.thinnable += sizeof(RecordStatistics);
        else
            (detail::may_thin(field) ? plan.thinnable : plan.always) += sizeof(double);
        std::uint64_t width = 1;
        for (std::int64_t const length : field.shape)
            width *= std::uint64_t(std::max<std::int64_t>(1, length));
        if (!field.shape.empty()) plan.index_ranges += 2 * sizeof(float) * width;
    }
    return plan;
}

// Records of a file without reading its values; of lines by the length of the first ones.
std::uint64_t estimate_records(fs::path const& path, RecordTable const& table, std::uint64_t bytes) {
    try {
        if (table.format == "hdf5" || table.format == "npy") return open_table_file(path, table)->records();
        auto const source = detail::open_source(path);
        std::string start(std::min<std::uint64_t>(bytes, 1 << 16), '\0');
        source->read(0, start.size(), start.data());
        auto const lines = std::uint64_t(std::ranges::count(start, '\n')) + 1;
        return bytes / std::max<std::uint64_t>(1, start.size() / lines) + 1;
    } catch (std::exception const&) {
        return 0;  // told when the file is scanned
    }
}

class Scanner {
  public:
    Scanner(fs::path const& folder, Dictionary const& dictionary, ScanOptions const& options)
        : folder_(folder), dictionary_(dictionary), options_(options) {
        if (!fs::is_directory(folder))
            throw Error(Fault::not_found,
                        fmt::format("'{}' is no folder; expected a data set", folder.string()));
        dictionary_hash_ = sha256(to_json(dictionary));
        for (auto& [path, file] : detail::list_files(folder, dictionary, options.keep))
            scan_.files.push_back(std::move(file));
        scan_.declared_records = detail::manifest_records(folder);
        for (RecordTable const& table : dictionary.tables) merges_.emplace_back(table);
        make_tasks();
        bound_memory();
    }

    Scan run() {
        auto const start = std::chrono::steady_clock::now();
        if (!options_.keep.empty()) fs::create_directories(options_.keep);
        std::optional<Progress> progress;
        if (options_.is_interactive) progress.emplace("scan", "bytes", total_bytes_);
        compute::parallel_for(tasks_.size(), options_.threads, [&](std::size_t i, unsigned) {
            if (is_suspect(i)) return;
            take(i, one_file(i));
            if (!progress) return;
            std::lock_guard const lock(mutex_);
            progress->show(shown_bytes_ += scan_.files[tasks_[i].file].bytes);
        });
        for (std::size_t const i : suspects_) take(i, one_file(i));
        for (auto& merge : merges_) scan_.tables.push_back(merge.finish());
        scan_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return std::move(scan_);
    }

  private:
    struct Task {
        std::size_t file = 0;   // index into Scan::files
        std::size_t table = 0;  // index into the dictionary, or its size for no table
        FileTask what;
    };

    void make_tasks() {
        for (std::size_t i = 0; i < scan_.files.size(); ++i) {
            ScannedFile const& file = scan_.files[i];
            if (!file.is_there) continue;
            total_bytes_ += file.bytes;
            std::vector<std::size_t> const tables = tables_of(file.path);
            if (tables.empty())
                tasks_.push_back({i, dictionary_.tables.size(), {file.path, nullptr, 1, true, {}}});
            for (std::size_t const t : tables) {
                Task task{i, t, {file.path, &dictionary_.tables[t], 1, true, {}}};
                for (std::size_t const other : tables)
                    if (other != t) task.what.others.push_back(&dictionary_.tables[other]);
                tasks_.push_back(std::move(task));
            }
        }
    }

    // Tables that stand in a file, in their order.
    std::vector<std::size_t> tables_of(std::string const& path) const {
        std::vector<std::size_t> found;
        for (std::size_t t = 0; t < dictionary_.tables.size(); ++t)
            if (std::ranges::any_of(dictionary_.tables[t].files, [&](TableFiles const& one) {
                    return detail::fits_pattern(path,
                                                one.path.starts_with("./") ? one.path.substr(2) : one.path);
                }))
                found.push_back(t);
        return found;
    }

    void bound_memory() {
        std::vector<Plan> plans;
        for (RecordTable const& table : dictionary_.tables) plans.push_back(plan_of(table));
        std::vector<std::uint64_t> files(plans.size(), 0);
        for (Task const& task : tasks_)
            if (task.what.table != nullptr) {
                plans[task.table].records += estimate_records(folder_ / task.what.path, *task.what.table,
                                                              scan_.files[task.file].bytes);
                ++files[task.table];
            }
        // Half of it for lists; the rest for what threads have in hand, for words and for ranges by index.
        double always = 0, thinnable = 0;
        for (Plan const& plan : plans)
            always += double(plan.records * plan.always), thinnable += double(plan.records * plan.thinnable);
        double const budget = double(options_.memory_bytes) / 2;
        if (always > budget)
            throw Error(
                Fault::exhausted,
                fmt::format("'memory_bytes' is {}; expected at least {} for ids, labels and digests of "
                            "all records; give more memory",
                            options_.memory_bytes, std::uint64_t(2 * always)));
        auto const every = std::uint64_t(thinnable > budget - always ? thinnable / (budget - always) + 1 : 1);
        for (Task& task : tasks_) {
            task.what.every = every;
            if (task.what.table != nullptr)
                task.what.keeps_index_ranges =
                    plans[task.table].index_ranges * (options_.threads + 2) < options_.memory_bytes / 8;
        }
    }

    fs::path kept_path(std::size_t i) const {
        Task const& task = tasks_[i];
        struct stat about{};
        if (options_.keep.empty() || ::stat((folder_ / task.what.path).c_str(), &about) != 0) return {};
        std::string const key = fmt::format("{}\n{}\n{}.{}\n{}\n{} {} {}", task.what.path, about.st_size,
                                            about.st_mtim.tv_sec, about.st_mtim.tv_nsec, dictionary_hash_,
                                            task.table, task.what.every, task.what.keeps_index_ranges);
        return options_.keep / (sha256(key).substr(0, 32) + ".facts");
    }

    // Bytes that are not those that were declared may make the HDF5 library fail in ways that end the
    // process. Such files are left for the end, when no other thread is at work, and read by a process of
    // their own.
    bool is_suspect(std::size_t i) {
        Task& task = tasks_[i];
        std::string const& declared = scan_.files[task.file].declared_sha256;
        if (task.what.table == nullptr || task.what.table->format != "hdf5" || declared.empty()) return false;
        try {
            task.what.sha256 = sha256_of_file(folder_ / task.what.path);
        } catch (Error const&) {
            return false;  // told when it is scanned
        }
        if (to_lower(declared) == task.what.sha256) return false;
        std::lock_guard const lock(mutex_);
        suspects_.push_back(i);
        return true;
    }

    FileFacts one_file(std::size_t i) {
        fs::path const kept = kept_path(i);
        if (!kept.empty() && fs::exists(kept)) {
            try {
                if (auto facts = detail::facts_from(read_file(kept))) {
                    std::lock_guard const lock(mutex_);
                    ++scan_.kept_files;
                    return std::move(*facts);
                }
            } catch (Error const&) {  // it is scanned again
            }
        }
        bool const is_risky = std::ranges::find(suspects_, i) != suspects_.end();
        FileFacts facts = is_risky ? detail::scan_file_apart(folder_, tasks_[i].what)
                                   : detail::scan_file(folder_, tasks_[i].what);
        if (!kept.empty()) write_file(kept, detail::to_bytes(facts));
        std::lock_guard const lock(mutex_);
        scan_.bytes += scan_.files[tasks_[i].file].bytes;
        return facts;
    }

    // Facts are put together in the order of files, whichever thread is done first.
    void take(std::size_t i, FileFacts facts) {
        std::lock_guard const lock(mutex_);
        waiting_.emplace(i, std::move(facts));
        for (auto next = waiting_.find(done_); next != waiting_.end(); next = waiting_.find(++done_)) {
            Task const& task = tasks_[done_];
            ScannedFile& file = scan_.files[task.file];
            FileFacts& part = next->second;
            bool const is_first = done_ == 0 || tasks_[done_ - 1].file != task.file;
            file.sha256 = part.sha256;
            if (is_first) file.records = part.records;
            if (!part.problem.empty()) file.problem = part.problem;
            if (task.what.table != nullptr) merges_[task.table].append(std::move(part), task.file, task.what);
            waiting_.erase(next);
        }
    }

    fs::path folder_;
    Dictionary const& dictionary_;
    ScanOptions options_;
    std::string dictionary_hash_;
    Scan scan_;
    std::vector<Task> tasks_;
    std::vector<detail::TableMerge> merges_;
    std::uint64_t total_bytes_ = 0, shown_bytes_ = 0;
    std::mutex mutex_;
    std::map<std::size_t, FileFacts> waiting_;
    std::size_t done_ = 0;
    std::vector<std::size_t> suspects_;  // tasks
};

}  // namespace

std::size_t TableFacts::file_of(std::uint64_t record) const {
    auto const after = std::ranges::upper_bound(first_records, record);
    return files[std::size_t(after - first_records.begin()) - 1];
}

Scan scan_dataset(fs::path const& folder, Dictionary const& dictionary, ScanOptions const& options) {
    return Scanner(folder, dictionary, options).run();
}

}  // namespace hutch::curate::assess
