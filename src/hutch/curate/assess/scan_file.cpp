#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/curate/assess/detail/field_scan.hpp"
#include "hutch/curate/assess/detail/file_facts.hpp"
#include "hutch/curate/assess/sketch.hpp"
#include "hutch/curate/assess/table_file.hpp"
#include "hutch/curate/detail/clean_text.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::uint64_t block_bytes = 1 << 19;  // of values: they stay in the second-level cache
constexpr std::size_t most_index_ranges = 4 << 20;

// Which values of a record count.
struct Mask {
    std::string name;
    bool is_shared = false;
    std::vector<double> values;  // of all records, or of the block
};

// One field on its way through a file.
struct Job {
    Field const* field = nullptr;
    Found found;
    FieldPart* part = nullptr;
    std::unique_ptr<FieldScan> scan;
    bool is_text = false, is_array = false;
    std::uint64_t width = 0;  // values of a record; 0: differs
    std::uint64_t declared_width = 0;
    std::uint64_t begins = 0;  // in the file, for the order of reading
    int digest_seed = 0;       // 0: not part of the digest
    std::uint64_t sketch_part = 0, sketch_parts = 0;
    Mask mask;
    std::vector<std::uint32_t>* texts = nullptr;
    std::vector<std::string>* words = nullptr;
    std::unordered_map<std::string, std::uint32_t> known{};
    std::vector<double>* numbers = nullptr;
    std::vector<RecordStatistics>* statistics = nullptr;
    std::size_t axis_length = 0;  // of axes: the last dimension
    bool is_lost = false;         // it cannot be read
};

std::string shown(std::vector<std::int64_t> const& shape) {
    return fmt::format("({})", fmt::join(shape, ", "));
}

std::uint64_t width_of(std::vector<std::int64_t> const& shape) {
    std::uint64_t width = 1;
    for (std::int64_t const length : shape) width = length < 0 ? 0 : width * std::uint64_t(length);
    return width;
}

bool is_text_type(std::string const& dtype) {
    return dtype.starts_with("utf8") || dtype.starts_with("str") || dtype.starts_with("bytes");
}

// Complex numbers, compounds and the like are compared with what is declared, but not measured.
bool is_no_number(std::string const& dtype) {
    for (char const* known : {"complex64", "complex128", "compound", "ragged", "opaque", "reference"})
        if (dtype == known) return true;
    return false;
}

bool fits(std::vector<std::int64_t> const& found, std::vector<std::int64_t> const& declared) {
    return found.size() == declared.size() &&
           std::equal(found.begin(), found.end(), declared.begin(),
                      [](std::int64_t is, std::int64_t said) { return said < 0 || is == said; });
}

class TableScan {
  public:
    TableScan(std::filesystem::path const& folder, FileTask const& task, Fixity& fixity, FileFacts& facts)
        : task_(task),
          table_(*task.table),
          fixity_(fixity),
          facts_(facts),
          file_(open_table_file(folder / task.path, table_)) {
        facts_.records = file_->records();
    }

    void run() {
        find_fields();
        scan_shared();
        bool const by_records =
            table_.format != "npy" && !(table_.format == "hdf5" && table_.layout == Layout::rows);
        if (by_records)
            scan_by_records();
        else
            for (Job& job : jobs_) scan_field(job);
        for (Job& job : jobs_)
            if (job.part->facts.index_least.size() > 0 && job.part->facts.records == 0)
                job.part->facts.index_least.clear(), job.part->facts.index_most.clear(),
                    job.part->facts.index_active.clear();
    }

  private:
    void say(FieldPart& part, std::string const& field, std::string const& what) {
        part.facts.not_as_said.push_back({task_.path, field, 0, what});
    }

    void compare(Field const& field, Found const& found, FieldPart& part, bool is_shared) {
        bool const should_be_text = is_text(field), is = is_text_type(found.dtype);
        bool const said_big = field.dtype.starts_with('>');
        std::string const said = field.dtype.substr(said_big ? 1 : 0);
        if (found.is_typed && !said.empty() && found.dtype != said && !(should_be_text && is))
            say(part, field.name, fmt::format("dtype is {}; declared {}", found.dtype, field.dtype));
        if (found.is_typed && found.is_little_endian == said_big)
            say(part, field.name,
                fmt::format("byte order is {}-endian; declared {}", said_big ? "little" : "big",
                            said_big ? "big (>)" : "little, as every dtype without >"));
        bool const knows_shape = found.is_typed || found.shape.size() != field.shape.size() || is_shared;
        if (knows_shape && !(is && found.shape.empty() && field.shape.empty()) &&
            !fits(found.shape, field.shape) && !(should_be_text && !found.is_typed))
            say(part, field.name,
                fmt::format("shape is {}; declared {}", shown(found.shape), shown(field.shape)));
        if (!found.unit.empty() || found.more_units.empty()) part.facts.units.push_back(found.unit);
        for (std::string const& unit : found.more_units) part.facts.units.push_back(unit);
        if (found.is_typed)
            ++(found.is_little_endian ? part.facts.little_endian_files : part.facts.big_endian_files);
        if (!is_shared && found.records != facts_.records)
            say(part, field.name,
                fmt::format("has {} records; others in the file have {}", found.records, facts_.records));
    }

    static bool is_single(Found const& found) { return found.dtype == "float32" || found.dtype == "float16"; }
    // What a number of the file may be off by, relative to the largest; texts are written with some digits
    // only.
    static double rounding(Found const& found) {
        if (!found.is_typed) return 1e-6;
        return is_single(found) ? 2.4e-7 : 1e-15;
    }
    bool is_axis(Field const& field) const {
        if (field.role == Role::axis) return true;
        return std::ranges::any_of(table_.fields, [&](Field const& one) { return one.axis == field.name; });
    }

    void find_fields() {
        auto const digested = digest_fields(table_);
        std::uint64_t arrays = 0;
        for (Field const* field : digested) arrays += field->shape.empty() ? 0 : 1;
        for (Field const& field : table_.fields) {
            FieldPart& part = facts_.fields[field.name];
            auto const found = file_->find(field.name);
            if (!found) continue;
            part.is_there = true;
            compare(field, *found, part, false);
            jobs_.push_back(make_job(field, *found, part));
            auto const at = std::ranges::find(digested, &field);
            if (at != digested.end()) {
                jobs_.back().digest_seed = 1 + int(at - digested.begin());
                if (jobs_.back().is_array && !jobs_.back().is_text && field.role == Role::feature)
                    jobs_.back().sketch_parts = arrays, jobs_.back().sketch_part = sketched_++;
            }
        }
        if (!digested.empty()) facts_.digests.assign(facts_.records, {});
        if (sketched_ > 0) facts_.sketches.assign(facts_.records, {});
        for (std::string const& name : file_->names())
            if (table_.find(name) == nullptr && !is_of_another_table(name))
                facts_.undeclared.push_back(curate::detail::clean_text(name));
        if (jobs_.empty() && !table_.fields.empty())
            facts_.problem = fmt::format("'{}' has none of the fields of '{}'; expected a file of that table",
                                         task_.path, table_.name);
        std::ranges::stable_sort(jobs_, {}, &Job::begins);
    }

    bool is_of_another_table(std::string const& name) const {
        return std::ranges::any_of(task_.others, [&](RecordTable const* other) {
            bool const is_below = other->layout == Layout::groups && name.starts_with(other->under + "/");
            return is_below || other->find(name) != nullptr;
        });
    }

    Job make_job(Field const& field, Found const& found, FieldPart& part) {
        Job job;
        job.field = &field, job.found = found, job.part = &part;
        job.is_text = is_text(field);
        job.is_array = !field.shape.empty() || (found.is_typed && !found.shape.empty());
        job.width = found.is_typed || field.shape.empty() ? width_of(found.shape) : 0;
        job.declared_width = width_of(field.shape);
        job.is_lost =
            found.is_typed && ((!job.is_text && is_text_type(found.dtype)) || is_no_number(found.dtype));
        job.begins = file_->offset_of(field.name, 0).value_or(std::numeric_limits<std::uint64_t>::max());
        job.scan = std::make_unique<FieldScan>(field, task_.path, part, is_single(found));
        job.axis_length = is_axis(field) && !found.shape.empty()
                              ? std::size_t(std::max<std::int64_t>(0, found.shape.back()))
                              : 0;
        if (job.is_text) {
            job.texts = &facts_.texts[field.name], job.words = &facts_.words[field.name];
        } else if (job.is_array) {
            job.statistics = &facts_.statistics[field.name];
            if (task_.keeps_index_ranges && job.declared_width > 1 &&
                job.declared_width <= most_index_ranges && field.role == Role::feature)
                job.scan->keep_index_ranges(job.declared_width);
        } else {
            job.numbers = &facts_.numbers[field.name];
        }
        job.mask.name = field.mask;
        return job;
    }

    void scan_shared() {
        for (Field const& field : table_.shared) {
            FieldPart& part = facts_.fields[field.name];
            auto const found = file_->find(field.name);
            part.is_there = found.has_value();
            if (!found) continue;
            compare(field, *found, part, true);
            if (is_text(field) || is_text_type(found->dtype) || is_no_number(found->dtype)) continue;
            try {
                Block block = file_->read_shared(field.name);
                FieldScan scan(field, task_.path, part, is_single(*found));
                scan.take_record(std::span<double const>(block.values), 0);
                if (is_axis(field) && !found->shape.empty())
                    scan.take_axis(block.values, std::size_t(std::max<std::int64_t>(0, found->shape.back())),
                                   0, rounding(*found));
                facts_.shared[field.name] = std::move(block.values);
            } catch (std::exception const& problem) {
                lose(problem);
            }
        }
        for (Job& job : jobs_) {
            if (job.mask.name.empty()) continue;
            auto const shared = facts_.shared.find(job.mask.name);
            job.mask.is_shared = shared != facts_.shared.end();
            if (job.mask.is_shared) job.mask.values = shared->second;
            if (!job.mask.is_shared && !file_->find(job.mask.name)) job.mask.name.clear();
        }
    }

    void lose(std::exception const& problem) {
        if (facts_.problem.empty()) facts_.problem = problem.what();
    }

    void scan_field(Job& job) {
        std::uint64_t const records = std::min(facts_.records, job.found.records);
        std::uint64_t const width = std::max<std::uint64_t>(1, job.is_text ? 16 : job.width);
        std::uint64_t const some = std::max<std::uint64_t>(1, block_bytes / 4 / width);
        for (std::uint64_t first = 0; first < records && !job.is_lost; first += some)
            take(job, first, std::min(some, records - first));
    }

    void scan_by_records() {
        std::uint64_t some = 1024;
        if (facts_.records > 0 && table_.format != "hdf5")
            some =
                std::clamp<std::uint64_t>(4 * block_bytes / (fixity_.size() / facts_.records + 1), 1, 1024);
        if (table_.format == "hdf5") some = 16;
        for (std::uint64_t first = 0; first < facts_.records; first += some)
            for (Job& job : jobs_)
                if (!job.is_lost) take(job, first, std::min(some, facts_.records - first));
    }

    void take(Job& job, std::uint64_t first, std::uint64_t count) {
        try {
            if (auto const end = file_->offset_of(job.field->name, first + count)) fixity_.advance_to(*end);
            if (job.is_text)
                take_texts(job, first, count);
            else if (job.is_array && job.width > 0 &&
                     file_->read_floats(job.field->name, first, count, floats_))
                take_arrays<float>(job, first, count);
            else
                take_numbers(job, first, count);
        } catch (std::exception const& problem) {
            job.is_lost = true;
            lose(problem);
        }
    }

    void take_texts(Job& job, std::uint64_t first, std::uint64_t count) {
        auto const texts = file_->read_texts(job.field->name, first, count);
        for (std::uint64_t i = 0; i < texts.size(); ++i) {
            job.scan->take_text(texts[i], first + i);
            auto const [word, is_new] = job.known.try_emplace(texts[i], std::uint32_t(job.words->size()));
            if (is_new) job.words->push_back(texts[i]);
            job.texts->push_back(word->second);
            if (job.digest_seed > 0)
                add(digest(texts[i].data(), texts[i].size(), std::uint64_t(job.digest_seed)),
                    facts_.digests[first + i]);
        }
    }

    bool is_kept(std::uint64_t record) const { return record % task_.every == 0; }

    void take_numbers(Job& job, std::uint64_t first, std::uint64_t count) {
        file_->read(job.field->name, first, count, block_);
        if (block_.not_numbers > 0) {
            job.part->facts.not_numbers += block_.not_numbers;
            job.scan->note("no number", first + block_.first_not_number,
                           fmt::format("'{}'", block_.not_a_number.substr(0, 40)));
        }
        if (job.is_array) return take_arrays<double>(job, first, count);
        if (block_.values.size() != count) {
            say(*job.part, job.field->name, "holds more than one value in a record; declared ()");
            job.is_lost = true;
            return;
        }
        job.scan->take_numbers(block_.values, first);
        bool const thins = may_thin(*job.field);
        for (std::uint64_t i = 0; i < count; ++i) {
            if (!thins || is_kept(first + i)) job.numbers->push_back(block_.values[i]);
            if (job.digest_seed > 0)
                add(digest(&block_.values[i], sizeof(double), std::uint64_t(job.digest_seed)),
                    facts_.digests[first + i]);
        }
    }

    template <class Real>
    std::span<Real const> record_values(Job const& job, std::uint64_t i) const {
        if constexpr (std::is_same_v<Real, float>) {
            return std::span<float const>(floats_).subspan(i * job.width, job.width);
        } else {
            std::uint64_t const begin = i == 0 ? 0 : block_.ends[i - 1];
            return std::span<double const>(block_.values).subspan(begin, block_.ends[i] - begin);
        }
    }

    template <class Real>
    void take_arrays(Job& job, std::uint64_t first, std::uint64_t count) {
        load_mask(job, first, count);
        for (std::uint64_t i = 0; i < count; ++i) {
            std::span<Real const> const values = record_values<Real>(job, i);
            if (!job.found.is_typed && job.declared_width > 0 && values.size() != job.declared_width &&
                job.part->facts.not_as_said.size() < 3)
                job.part->facts.not_as_said.push_back(
                    {task_.path, job.field->name, first + i,
                     fmt::format("shape holds {} values; declared {}", values.size(), job.declared_width)});
            RecordStatistics const statistics = take_record(job, values, first + i, i);
            if (job.axis_length > 1) {
                axis_.assign(values.begin(), values.end());
                job.scan->take_axis(axis_, job.axis_length, first + i, rounding(job.found));
            }
            if (is_kept(first + i)) job.statistics->push_back(statistics);
            if (job.digest_seed > 0)
                add(digest(values.data(), values.size_bytes(), std::uint64_t(job.digest_seed)),
                    facts_.digests[first + i]);
            if (job.sketch_parts > 0) add_sketch(job, values, facts_.sketches[first + i]);
        }
    }

    void load_mask(Job& job, std::uint64_t first, std::uint64_t count) {
        if (job.mask.name.empty() || job.mask.is_shared) return;
        Block mask;
        file_->read(job.mask.name, first, count, mask);
        job.mask.values = std::move(mask.values);
    }

    // Values that a mask leaves out are in none of the counts.
    template <class Real>
    RecordStatistics take_record(Job& job, std::span<Real const> values, std::uint64_t record,
                                 std::uint64_t i) {
        std::uint64_t const begin = job.mask.is_shared ? 0 : i * values.size();
        if (job.mask.name.empty() || begin + values.size() > job.mask.values.size()) {
            job.scan->take_index_ranges(values);
            return job.scan->take_record(values, record);
        }
        std::vector<Real> kept, with_gaps(values.begin(), values.end());
        for (std::size_t k = 0; k < values.size(); ++k)
            if (job.mask.values[begin + k] != 0)
                kept.push_back(values[k]);
            else
                with_gaps[k] = std::numeric_limits<Real>::quiet_NaN();
        job.part->facts.masked += values.size() - kept.size();
        job.scan->take_index_ranges(std::span<Real const>(with_gaps));
        return job.scan->take_record(std::span<Real const>(kept), record);
    }

    // With several arrays each gives an equal share of the bits.
    template <class Real>
    void add_sketch(Job const& job, std::span<Real const> values, std::array<std::uint64_t, 4>& to) {
        std::span<double const> doubles;
        if constexpr (std::is_same_v<Real, double>) {
            doubles = values;
        } else {
            doubles_.assign(values.begin(), values.end());
            doubles = doubles_;
        }
        auto const bits = sketch(doubles);
        if (job.sketch_parts == 1) {
            to = bits;
            return;
        }
        for (std::uint64_t bit = job.sketch_part % job.sketch_parts; bit < 256; bit += job.sketch_parts)
            to[bit / 64] |= bits[bit / 64] & std::uint64_t(1) << bit % 64;
    }

    FileTask const& task_;
    RecordTable const& table_;
    Fixity& fixity_;
    FileFacts& facts_;
    std::unique_ptr<TableFile> file_;
    std::vector<Job> jobs_;
    std::uint64_t sketched_ = 0;
    Block block_;
    std::vector<float> floats_;
    std::vector<double> doubles_, axis_;
};

}  // namespace

bool is_text(Field const& field) { return is_text_type(field.dtype); }

bool may_thin(Field const& field) {
    switch (field.role) {
        case Role::feature:
        case Role::axis:
        case Role::sigma:
        case Role::mask:
        case Role::confidence:
        case Role::other:
            return true;
        default:
            return false;
    }
}

std::vector<Field const*> digest_fields(RecordTable const& table) {
    std::vector<Field const*> fields = table.of_role(Role::feature);
    if (!fields.empty()) return fields;
    for (Field const& field : table.fields)
        if (!field.shape.empty() && field.role != Role::id) fields.push_back(&field);
    if (!fields.empty()) return fields;
    for (Field const& field : table.fields)
        if (field.role == Role::other || field.role == Role::label) fields.push_back(&field);
    return fields;
}

struct Fixity::State {
    explicit State(std::shared_ptr<Source const> from) : source(std::move(from)) {}
    std::shared_ptr<Source const> source;
    Sha256 sum;
    std::uint64_t done = 0;
    std::vector<char> piece;
    std::string known;
};

Fixity::Fixity(std::shared_ptr<Source const> source, std::string known)
    : state_(std::make_unique<State>(std::move(source))) {
    state_->known = std::move(known);
}
Fixity::~Fixity() = default;
std::uint64_t Fixity::size() const { return state_->source->size(); }

void Fixity::advance_to(std::uint64_t offset) {
    offset = state_->known.empty() ? std::min(offset, state_->source->size()) : 0;
    while (state_->done < offset) {
        state_->piece.resize(std::min<std::uint64_t>(block_bytes, state_->source->size() - state_->done));
        state_->source->read(state_->done, state_->piece.size(), state_->piece.data());
        state_->sum.add(state_->piece.data(), state_->piece.size());
        state_->done += state_->piece.size();
    }
}

std::string Fixity::finish() {
    if (!state_->known.empty()) return state_->known;
    advance_to(state_->source->size());
    return state_->sum.finish();
}

FileFacts scan_file(std::filesystem::path const& folder, FileTask const& task) {
    FileFacts facts;
    try {
        Fixity fixity(open_source(folder / task.path), task.sha256);
        if (task.table != nullptr) {
            try {
                TableScan(folder, task, fixity, facts).run();
            } catch (std::exception const& problem) {
                facts.problem = problem.what();
            }
        }
        facts.sha256 = fixity.finish();
    } catch (std::exception const& problem) {
        facts.problem = problem.what();
    }
    facts.problem = curate::detail::clean_text(facts.problem);  // it may hold what stands in the file
    return facts;
}

}  // namespace hutch::curate::assess::detail
