#include "hutch/curate/load/record_set.hpp"

#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/curate/load/detail/fingerprint.hpp"
#include "hutch/curate/load/folder.hpp"
#include "hutch/data/hdf5_file.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::load {
namespace {

namespace fs = std::filesystem;
using data::ArrayLayout;
using Kind = data::ElementType::Kind;

std::string as_text(std::span<std::byte const> bytes) {
    std::string text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
    std::size_t const end = text.find('\0');
    if (end != std::string::npos) text.resize(end);
    text.resize(text.find_last_not_of(' ') + 1);
    return text;
}

Column column_of(std::string const& name, ArrayLayout const& layout, Field const* field) {
    Column column{.name = name, .type = layout.type, .shape = {}, .unit = layout.unit};
    if (!layout.shape.empty()) column.shape.assign(layout.shape.begin() + 1, layout.shape.end());
    for (std::uint64_t const size : column.shape) column.values *= size;
    if (!layout.chunk.empty()) column.chunk_records = layout.chunk[0];
    if (field != nullptr) column.role = field->role;
    if (field != nullptr && !field->unit.empty()) column.unit = field->unit;
    return column;
}

// The files of a part that are open, and its arrays that were asked for.
struct OpenPart {
    Part const* part;
    std::uint64_t first = 0, records = 0;
    std::vector<std::atomic<StoredField const*>> fields;
    std::vector<std::unique_ptr<StoredField>> owned;
    std::map<fs::path, std::shared_ptr<data::MappedFile const>> files;
    std::mutex mutex;
    OpenPart(Part const& given, std::uint64_t start, std::uint64_t count, std::size_t columns)
        : part(&given), first(start), records(count), fields(columns) {}
};

bool has(Part const& part, std::string const& name) {
    return part.columns.empty() || part.columns.contains(name);
}

ArrayLayout layout_in(Part const& part, std::string const& name, bool is_whole) {
    if (!part.columns.empty()) return data::locate_npy(part.columns.at(name));
    return is_whole ? data::locate_array(part.file, name) : data::describe_array(part.file, name);
}

fs::path const& file_of(Part const& part, std::string const& name) {
    return part.columns.empty() ? part.file : part.columns.at(name);
}

std::vector<std::string> names_in(Part const& part) {
    if (part.columns.empty()) return data::Hdf5File(part.file).arrays();
    std::vector<std::string> names;
    for (auto const& [name, file] : part.columns) names.push_back(name);
    return names;
}

}  // namespace

struct RecordSet::Work {
    Folder folder;
    std::string split;
    std::vector<std::string> splits, shared;
    std::vector<Column> columns;
    std::vector<std::unique_ptr<OpenPart>> parts;
    std::uint64_t total = 0;
    std::optional<std::vector<std::uint64_t>> chosen;  // where a field says the split
    std::uint64_t identity = 0;
    mutable ChunkCache cache;

    Work(fs::path const& path, OpenOptions const& options)
        : folder(find_folder(path, options.table)), split(options.split), cache(options.cache_bytes) {
        splits = folder.splits();
        bool const is_by_file = !splits.empty();
        std::vector<Part const*> used;
        for (Part const& part : folder.parts)
            if (split.empty() || !is_by_file || part.split == split) used.push_back(&part);
        if (used.empty()) refuse_split();
        find_columns(*used[0]);
        for (Part const* part : used) add_part(*part);
        if (!folder.has_dictionary) drop_others(used);
        if (!is_by_file) choose_by_field();
        make_identity();
    }

    [[noreturn]] void refuse_split() const {
        throw Error(Fault::bad_input,
                    fmt::format("'split' is '{}'; expected one of {}", split, fmt::join(splits, ", ")));
    }

    // Without a dictionary, the largest array says how many records there are.
    void find_columns(Part const& part) {
        std::map<std::string, ArrayLayout> layouts;
        std::uint64_t records = 0;
        if (folder.has_dictionary) {
            for (Field const& field : folder.table.fields)
                if (has(part, field.name))
                    columns.push_back(column_of(field.name, layout_in(part, field.name, false), &field));
            for (Field const& field : folder.table.shared) shared.push_back(field.name);
        } else {
            std::size_t most = 0;
            for (std::string const& name : names_in(part)) {
                ArrayLayout const& layout = layouts[name] = layout_in(part, name, false);
                if (layout.shape.empty() || layout.record_bytes() * layout.records() < most) continue;
                most = layout.record_bytes() * layout.records();
                records = layout.records();
            }
            for (auto const& [name, layout] : layouts)
                if (!layout.shape.empty() && layout.records() == records)
                    columns.push_back(column_of(name, layout, nullptr));
                else
                    shared.push_back(name);
        }
        if (columns.empty())
            throw Error(
                Fault::bad_data,
                fmt::format("'{}' has no field; expected arrays with a row for each record", part.name));
    }

    void add_part(Part const& part) {
        auto const column =
            std::ranges::find_if(columns, [&](Column const& one) { return has(part, one.name); });
        if (column == columns.end())
            throw Error(Fault::bad_data,
                        fmt::format("'{}' has none of the fields that others have", part.name));
        std::uint64_t const records = layout_in(part, column->name, false).records();
        parts.push_back(std::make_unique<OpenPart>(part, total, records, columns.size()));
        total += records;
    }

    // Arrays that have a row for each record in one file only by chance.
    void drop_others(std::vector<Part const*> const& used) {
        for (std::size_t i = 1; i < used.size(); ++i) {
            std::vector<std::string> const names = names_in(*used[i]);
            std::erase_if(columns, [&](Column const& column) {
                return std::ranges::find(names, column.name) == names.end() ||
                       layout_in(*used[i], column.name, false).records() != parts[i]->records;
            });
        }
    }

    // A field of the role `split` names the split of each record.
    void choose_by_field() {
        auto const field = std::ranges::find(columns, Role::split, &Column::role);
        if (field == columns.end()) {
            if (!split.empty())
                throw Error(
                    Fault::bad_input,
                    fmt::format("'split' is '{}', but nothing says which records belong to one; leave "
                                "it out, or name it in dictionary.json: '{}'",
                                split, folder.path.string()));
            return;
        }
        ReadScratch scratch;
        std::vector<std::uint64_t> found;
        for (std::uint64_t record = 0; record < total; ++record) {
            std::string const one = split_of(std::size_t(field - columns.begin()), record, scratch);
            if (std::ranges::find(splits, one) == splits.end()) splits.push_back(one);
            if (one == split) found.push_back(record);
        }
        if (split.empty()) return;
        if (found.empty()) refuse_split();
        chosen = std::move(found);
    }

    std::string split_of(std::size_t column, std::uint64_t record, ReadScratch& scratch) const {
        if (columns[column].is_text()) return texts_of(column, record, scratch).at(0);
        throw Error(Fault::unsupported,
                    fmt::format("'{}' names splits by numbers; expected texts", columns[column].name));
    }

    void make_identity() {
        detail::Fingerprint print;
        print.add(folder.dictionary.name), print.add(folder.dictionary.version), print.add(split),
            print.add(folder.table.name);
        for (auto const& part : parts) {
            print.add(part->part->name), print.add(part->records);
            if (!part->part->file.empty()) print.add(std::uint64_t(fs::file_size(part->part->file)));
            for (auto const& [name, file] : part->part->columns)
                print.add(name), print.add(std::uint64_t(fs::file_size(file)));
        }
        identity = print.value();
    }

    OpenPart& part_of(std::uint64_t record) const {
        auto const after =
            std::ranges::upper_bound(parts, record, {}, [](auto const& part) { return part->first; });
        return **std::prev(after);
    }

    StoredField const& field(OpenPart& part, std::size_t column) const {
        if (StoredField const* const ready = part.fields[column].load(std::memory_order_acquire))
            return *ready;
        std::lock_guard const lock(part.mutex);
        if (StoredField const* const ready = part.fields[column].load(std::memory_order_acquire))
            return *ready;
        Column const& wanted = columns[column];
        if (!has(*part.part, wanted.name))
            throw Error(Fault::bad_data, fmt::format("'{}' lacks field '{}'; expected it in all files",
                                                     part.part->name, wanted.name));
        ArrayLayout layout = layout_in(*part.part, wanted.name, true);
        check(part, wanted, layout);
        std::shared_ptr<data::MappedFile const>& file = part.files[file_of(*part.part, wanted.name)];
        if (!file) file = std::make_shared<data::MappedFile const>(file_of(*part.part, wanted.name));
        part.owned.push_back(std::make_unique<StoredField>(file, std::move(layout), wanted.name));
        part.fields[column].store(part.owned.back().get(), std::memory_order_release);
        return *part.owned.back();
    }

    static void check(OpenPart const& part, Column const& wanted, ArrayLayout const& layout) {
        std::vector<std::uint64_t> shape = wanted.shape;
        shape.insert(shape.begin(), part.records);
        data::ElementType const &is = layout.type, &should = wanted.type;
        bool const fits = wanted.is_text() ? is.kind == Kind::text || is.kind == Kind::texts_elsewhere
                                           : is.kind == should.kind && is.bytes == should.bytes &&
                                                 is.is_swapped == should.is_swapped;
        if (layout.shape != shape || !fits)
            throw Error(Fault::bad_data,
                        fmt::format("'{}' is {} ({}); expected {} ({}) as in the first file: '{}'",
                                    wanted.name, layout.type.name(), fmt::join(layout.shape, ", "),
                                    wanted.type.name(), fmt::join(shape, ", "), part.part->name));
    }

    std::vector<std::string> texts_of(std::size_t column, std::uint64_t record, ReadScratch& scratch) const {
        OpenPart& part = part_of(record);
        StoredField const& stored = field(part, column);
        std::size_t const values = columns[column].values;
        std::vector<std::string> texts;
        if (stored.layout().type.kind == Kind::texts_elsewhere) {
            auto const first = stored.layout().texts.begin() + std::ptrdiff_t((record - part.first) * values);
            texts.assign(first, first + std::ptrdiff_t(values));
            return texts;
        }
        scratch.record.resize(stored.layout().record_bytes());
        stored.read(record - part.first, scratch.record, scratch, cache);
        std::size_t const width = stored.layout().type.bytes;
        for (std::size_t i = 0; i < values; ++i)
            texts.push_back(as_text(std::span(scratch.record).subspan(i * width, width)));
        return texts;
    }
};

RecordSet::RecordSet(fs::path const& path, OpenOptions const& options)
    : work_(std::make_unique<Work>(path, options)) {}
RecordSet::~RecordSet() = default;

std::uint64_t RecordSet::records() const { return work_->chosen ? work_->chosen->size() : work_->total; }
std::string const& RecordSet::name() const { return work_->folder.dictionary.name; }
std::string const& RecordSet::version() const { return work_->folder.dictionary.version; }
std::vector<std::string> const& RecordSet::splits() const { return work_->splits; }
std::vector<Column> const& RecordSet::columns() const { return work_->columns; }
std::vector<std::string> RecordSet::shared_names() const { return work_->shared; }
std::uint64_t RecordSet::identity() const { return work_->identity; }

std::size_t RecordSet::find(std::string const& name) const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < columns().size(); ++i) {
        if (columns()[i].name == name) return i;
        names.push_back(columns()[i].name);
    }
    std::string const near = nearest_word(name, names);
    throw Error(Fault::bad_input,
                fmt::format("'{}' is no field; expected one of {}{}", name, fmt::join(names, ", "),
                            near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
}

std::vector<std::size_t> RecordSet::default_columns() const {
    std::vector<std::size_t> chosen, all;
    for (std::size_t i = 0; i < columns().size(); ++i) {
        all.push_back(i);
        if (columns()[i].role == Role::feature || columns()[i].role == Role::label) chosen.push_back(i);
    }
    return chosen.empty() ? all : chosen;
}

SharedArray RecordSet::shared(std::string const& name) const {
    if (std::ranges::find(work_->shared, name) == work_->shared.end())
        throw Error(Fault::bad_input, fmt::format("'{}' is no array that records share; expected one of {}",
                                                  name, fmt::join(work_->shared, ", ")));
    Part const& part = *work_->parts.at(0)->part;
    ArrayLayout const layout = layout_in(part, name, true);
    auto const file = std::make_shared<data::MappedFile const>(file_of(part, name));
    SharedArray array{layout.type, layout.shape, layout.unit, {}, layout.texts};
    std::size_t const bytes = layout.type.kind == Kind::texts_elsewhere ? 0 : layout.record_bytes();
    array.bytes.resize(bytes * layout.records());
    StoredField const stored(file, layout, name);
    ReadScratch scratch;
    for (std::uint64_t row = 0; bytes > 0 && row < layout.records(); ++row)
        stored.read(row, std::span(array.bytes).subspan(row * bytes, bytes), scratch, work_->cache);
    for (std::size_t i = 0; layout.type.kind == Kind::text && i < array.bytes.size(); i += layout.type.bytes)
        array.texts.push_back(as_text(std::span(array.bytes).subspan(i, layout.type.bytes)));
    return array;
}

void RecordSet::read(std::size_t column, std::uint64_t record, std::span<std::byte> to,
                     ReadScratch& scratch) const {
    std::uint64_t const place = work_->chosen ? (*work_->chosen)[record] : record;
    OpenPart& part = work_->part_of(place);
    try {
        work_->field(part, column).read(place - part.first, to, scratch, work_->cache);
    } catch (Error const& problem) {
        throw problem.within(part.part->name);
    }
}

void RecordSet::will_need(std::size_t column, std::uint64_t record) const {
    std::uint64_t const place = work_->chosen ? (*work_->chosen)[record] : record;
    OpenPart& part = work_->part_of(place);
    if (StoredField const* const stored = part.fields[column].load(std::memory_order_acquire))
        stored->will_need(place - part.first);
}

std::vector<std::string> RecordSet::texts(std::size_t column, std::uint64_t record,
                                          ReadScratch& scratch) const {
    std::uint64_t const place = work_->chosen ? (*work_->chosen)[record] : record;
    try {
        return work_->texts_of(column, place, scratch);
    } catch (Error const& problem) {
        throw problem.within(work_->part_of(place).part->name);
    }
}

}  // namespace hutch::curate::load
