#include "hutch/curate/make/tables.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/assess/table_file.hpp"
#include "hutch/curate/fuse/records.hpp"
#include "hutch/curate/make/sources.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

namespace hutch::curate::make {
namespace {

namespace fs = std::filesystem;
using assess::Block;
using assess::Found;
using assess::TableFile;

constexpr std::uint64_t block_records = 256;

std::string format_of(fs::path const& path) {
    static constexpr std::array<std::pair<char const*, char const*>, 9> endings{{{".csv", "csv"},
                                                                                 {".jsonl", "jsonl"},
                                                                                 {".ndjson", "jsonl"},
                                                                                 {".json", "json"},
                                                                                 {".npy", "npy"},
                                                                                 {".h5", "hdf5"},
                                                                                 {".hdf5", "hdf5"},
                                                                                 {".nxs", "hdf5"},
                                                                                 {".nx", "hdf5"}}};
    std::string const ending = to_lower(path.extension().string());
    for (auto const& [known, format] : endings)
        if (ending == known) return format;
    throw Error(Fault::bad_input,
                fmt::format("'{}' ends in {}; expected .csv, .jsonl, .json, .npy, .h5, .hdf5 or .nxs",
                            path.string(), in_quotes(ending)));
}

bool is_wanted(Source const& source, std::string const& name) {
    return source.fields.empty() || name == source.id ||
           std::ranges::find(source.fields, name) != source.fields.end();
}

// HDF5 does not say which of its arrays have a row a record: those of the most common length do.
std::unique_ptr<TableFile> open(Source const& source, fs::path const& path) {
    RecordTable table;
    table.name = path.stem().string(), table.format = format_of(path);
    auto file = assess::open_table_file(path, table);
    if (table.format != "hdf5") return file;
    for (std::string const& name : file->names())
        if (is_wanted(source, name)) table.fields.push_back({name, "", {}, "", ""});
    return assess::open_table_file(path, table);
}

// Types that shards can hold: others go to the next wider one.
std::string stored_type(std::string const& dtype) {
    if (dtype == "uint8" || dtype == "bool") return "int16";
    if (dtype == "uint32" || dtype == "uint64") return "int64";
    if (dtype == "float16") return "float32";
    return dtype;
}

Field field_of(Source const& source, std::string const& name, Found const& found) {
    bool const is_text = found.dtype.starts_with("utf8");
    Field field{name, is_text ? "utf8" : stored_type(found.dtype), found.shape, is_text ? "" : "1",
                fmt::format("as the source '{}' has it", source.name)};
    if (!is_text && !found.unit.empty()) field.unit = found.unit;
    if (auto const unit = source.units.find(name); unit != source.units.end()) field.unit = unit->second;
    field.origin = source.origin;
    return field;
}

// Columns of one value a record, of one file.
struct Rows {
    std::uint64_t count = 0;
    std::vector<Column> columns;
    std::vector<Field> arrays;
};

Rows read_rows(Source const& source, fs::path const& path) {
    auto const file = open(source, path);
    Rows rows{file->records(), {}, {}};
    for (std::string const& name : file->names()) {
        auto const found = file->find(name);
        if (!found || !is_wanted(source, name) || found->records != rows.count) continue;
        Column column{field_of(source, name, *found)};
        if (!found->shape.empty()) {
            if (std::ranges::find(found->shape, -1) != found->shape.end() || column.is_text())
                throw Error(Fault::bad_data,
                            fmt::format("'{}' differs in length from record to record; expected arrays of "
                                        "one shape; leave it out with 'fields': '{}'",
                                        name, path.string()));
            rows.arrays.push_back(column.about);
            continue;
        }
        if (column.is_text()) {
            column.texts = file->read_texts(name, 0, rows.count);
        } else {
            Block block;
            file->read(name, 0, rows.count, block);
            column.numbers = std::move(block.values);
        }
        rows.columns.push_back(std::move(column));
    }
    for (std::string const& wanted : source.fields)
        if (!file->find(wanted))
            throw Error(Fault::bad_data, fmt::format("'{}' is not in the file; expected what source '{}' "
                                                     "asks for: '{}'",
                                                     wanted, source.name, path.string()));
    return rows;
}

std::vector<std::string> digests_of(Source const& source, Rows const& rows, fs::path const& path) {
    std::vector<std::string> digests;
    auto const file = open(source, path);
    for (std::uint64_t first = 0; first < rows.count; first += block_records) {
        std::uint64_t const count = std::min(block_records, rows.count - first);
        std::vector<Sha256> sums(count);
        for (Field const& array : rows.arrays) {
            Block block;
            file->read(array.name, first, count, block);
            std::size_t const width = block.values.size() / count;
            for (std::uint64_t i = 0; i < count; ++i)
                sums[i].add(block.values.data() + i * width, width * sizeof(double));
        }
        for (std::uint64_t i = 0; i < count; ++i) {
            if (rows.arrays.empty())  // a table is its columns
                for (Column const& column : rows.columns) sums[i].add(column.text_of(first + i) + '\n');
            digests.push_back(sums[i].finish());
        }
    }
    return digests;
}

void check_arrays(Frame& frame, Rows const& rows, fs::path const& path, bool is_first) {
    if (is_first) frame.arrays = rows.arrays;
    bool const same = std::ranges::equal(frame.arrays, rows.arrays, [](Field const& a, Field const& b) {
        return a.name == b.name && a.shape == b.shape && a.unit == b.unit;
    });
    if (!same)
        throw Error(Fault::bad_data,
                    fmt::format("'{}' has other arrays than the files before; expected the same names, "
                                "shapes and units in all",
                                path.string()));
}

void set_value(Frame& frame, Column const& from, std::uint64_t row, std::size_t record) {
    Column* to = frame.find(from.about.name);
    if (to == nullptr) to = &frame.add(from.about);
    if (to->is_text() != from.is_text())
        throw Error(Fault::bad_data,
                    fmt::format("'{}' is text in one source and number in another; expected one of them",
                                from.about.name));
    if (to->about.unit != from.about.unit)
        throw Error(Fault::bad_data,
                    fmt::format("'{}' is in {} in one source and in {} in another; expected "
                                "one unit; see 'units' of sources",
                                from.about.name, in_quotes(to->about.unit), in_quotes(from.about.unit)));
    if (from.is_text())
        to->texts[record] = from.texts[row];
    else
        to->numbers[record] = from.numbers[row];
}

// \param added  what this join has brought already
void add_joined_columns(Request const& request, Join const& join, Rows const& rows,
                        std::set<std::string>& added, Frame& frame) {
    for (Column const& column : rows.columns) {
        std::string const& name = column.about.name;
        if (name == join.to || added.contains(name)) continue;
        if (frame.find(name) != nullptr)
            throw Error(Fault::bad_input,
                        fmt::format("{}: 'join' of '{}' brings the column {}, which records have already; "
                                    "expected new ones; see 'fields' of 'data'",
                                    request.file, join.source, in_quotes(name)));
        frame.add(column.about);
        added.insert(name);
    }
}

}  // namespace

void read_table_source(Request const& request, std::size_t which, Frame& frame,
                       std::set<std::string>& names) {
    Source const& source = request.sources[which];
    bool is_first = frame.records.empty();
    for (fs::path const& path : files_of(request, source)) {
        Rows const rows = read_rows(source, path);
        auto const digests = digests_of(source, rows, path);
        if (source.kind == SourceKind::arrays) check_arrays(frame, rows, path, is_first);
        is_first = false;
        frame.files.push_back({path.string(), path.filename().string(), sha256_of_file(path), which});
        for (std::uint64_t row = 0; row < rows.count; ++row) {
            Record record;
            record.source = which, record.file = frame.files.size() - 1, record.row = row;
            record.digest = digests[row];
            std::string id =
                fmt::format("{}.{}.{}", source.name, fuse::plain_name(path.stem().string()), row);
            for (Column const& column : rows.columns)
                if (column.about.name == source.id) id = fuse::plain_name(column.text_of(row));
            if (!names.insert(id).second)
                throw Error(
                    Fault::bad_data,
                    fmt::format("'{}' names two records; expected ids that differ: '{}'", id, path.string()));
            record.id = id;
            std::size_t const made = frame.append(record);
            for (Column const& column : rows.columns)
                if (column.about.name != source.id) set_value(frame, column, row, made);
        }
    }
}

void join_tables(Request const& request, Frame& frame) {
    for (Join const& join : request.joins) {
        auto const source = std::ranges::find(request.sources, join.source, &Source::name);
        Column const* on = frame.find(join.on);
        if (on == nullptr)
            throw Error(Fault::bad_input, fmt::format("{}: 'join' on {} finds no such column of the records",
                                                      request.file, in_quotes(join.on)));
        std::map<std::string, std::vector<std::size_t>> waiting;
        for (std::size_t r = 0; r < frame.records.size(); ++r)
            if (!on->is_missing(r)) waiting[on->text_of(r)].push_back(r);
        std::set<std::string> seen, added;
        for (fs::path const& path : files_of(request, *source)) {
            Rows const rows = read_rows(*source, path);
            frame.files.push_back({path.string(), path.filename().string(), sha256_of_file(path),
                                   std::size_t(source - request.sources.begin())});
            auto const key = std::ranges::find_if(
                rows.columns, [&](Column const& one) { return one.about.name == join.to; });
            if (key == rows.columns.end())
                throw Error(Fault::bad_input, fmt::format("{}: 'join' to {} finds no such column in '{}'",
                                                          request.file, in_quotes(join.to), path.string()));
            add_joined_columns(request, join, rows, added, frame);
            for (std::uint64_t row = 0; row < rows.count; ++row) {
                std::string const value = key->text_of(row);
                if (!seen.insert(value).second)
                    throw Error(Fault::bad_data,
                                fmt::format("'{}' has the key {} twice; expected each once: '{}'", join.to,
                                            in_quotes(value), path.string()));
                auto const found = waiting.find(value);
                if (found == waiting.end()) frame.unmatched.push_back({join.source, false, value});
                if (found == waiting.end()) continue;
                for (std::size_t const record : found->second)
                    for (Column const& column : rows.columns)
                        if (column.about.name != join.to) set_value(frame, column, row, record);
            }
        }
        for (auto const& [key, records] : waiting)
            if (!seen.contains(key)) frame.unmatched.push_back({join.source, true, key});
    }
}

// ---- arrays -----------------------------------------------------------------------------------------------

struct ArrayReader::Kept {
    Request const& request;
    Frame const& frame;
    std::size_t file = std::size_t(-1);
    std::unique_ptr<TableFile> open{};
};

ArrayReader::ArrayReader(Request const& request, Frame const& frame)
    : kept_(std::make_unique<Kept>(Kept{request, frame})) {}
ArrayReader::~ArrayReader() = default;
ArrayReader::ArrayReader(ArrayReader&&) noexcept = default;

void ArrayReader::read(Record const& record, Field const& field, std::vector<double>& to) {
    if (kept_->file != record.file) {
        kept_->open = open(kept_->request.sources[record.source], kept_->frame.files[record.file].path);
        kept_->file = record.file;
    }
    Block block;
    kept_->open->read(field.name, record.row, 1, block);
    to.insert(to.end(), block.values.begin(), block.values.end());
}

}  // namespace hutch::curate::make
