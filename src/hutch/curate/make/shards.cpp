#include "hutch/curate/make/shards.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/random.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::make {
namespace {

using data::ShardWriter;
using Shape = std::vector<std::uint64_t>;

constexpr std::uint32_t row_stream = 23;            // of random numbers; base/random.hpp
constexpr std::uint64_t most_values = 250'000'000;  // of one array in a shard
constexpr std::size_t flag_columns = 5;             // id, source, group, is_flagged, flags

void check_size(Request const& request, std::uint64_t records, std::uint64_t width, std::string const& name) {
    if (records * width > most_values)
        throw Error(Fault::bad_input,
                    fmt::format("{}: 'shard_records' makes shards of {} x {} values of '{}'; expected at "
                                "most {}; lower shard_records",
                                request.file, records, width, name, most_values));
}

// Missing whole numbers have no NaN: they are stored as the smallest.
template <class Number>
void write_as(ShardWriter& file, Field const& field, std::vector<double> const& values, Shape const& shape) {
    std::vector<Number> converted;
    converted.reserve(values.size());
    for (double const value : values) {
        if constexpr (std::is_integral_v<Number>)
            converted.push_back(std::isnan(value) ? missing_whole<Number>() : Number(value));
        else
            converted.push_back(Number(value));
    }
    file.write<Number>(field.name, converted, shape, {field.unit, field.description});
}

void write_numbers(ShardWriter& file, Field const& field, std::vector<double> const& values,
                   std::uint64_t records) {
    Shape shape{records};
    shape.insert(shape.end(), field.shape.begin(), field.shape.end());
    std::string const& type = field.dtype;
    if (type == "float32") return write_as<float>(file, field, values, shape);
    if (type == "int8") return write_as<std::int8_t>(file, field, values, shape);
    if (type == "int16") return write_as<std::int16_t>(file, field, values, shape);
    if (type == "uint16") return write_as<std::uint16_t>(file, field, values, shape);
    if (type == "int32") return write_as<std::int32_t>(file, field, values, shape);
    if (type == "int64") return write_as<std::int64_t>(file, field, values, shape);
    write_as<double>(file, field, values, shape);
}

Field with_role(Field field, Role role) {
    field.role = role;
    return field;
}

std::vector<Field> array_fields(RowMaker const& rows) {
    std::int64_t const points = std::int64_t(rows.axis().size());
    std::string const axis = to_name(rows.kind());
    Field intensity{"intensity",
                    "float32",
                    {points},
                    "count",
                    "measured intensity, mean over the interval around each point of the axis"};
    intensity.role = Role::feature, intensity.axis = axis, intensity.quantity = "counts";
    intensity.sigma = "sigma", intensity.mask = "mask", intensity.origin = "measured";
    Field sigma{"sigma", "float32", {points}, "count", "standard uncertainty of intensity"};
    sigma.role = Role::sigma, sigma.of = "intensity", sigma.axis = axis, sigma.mask = "mask";
    sigma.quantity = "counts", sigma.least = 0, sigma.origin = "measured";
    Field mask{
        "mask", "int8", {points}, "1", "1 where intensity and sigma hold values; they are 0 elsewhere"};
    mask.role = Role::mask, mask.of = "intensity", mask.axis = axis, mask.least = 0, mask.most = 1;
    mask.origin = "derived";
    return {intensity, sigma, mask};
}

}  // namespace

std::vector<Shard> plan_shards(Request const& request, Frame const& frame) {
    std::vector<Shard> shards;
    for (std::size_t split = 0; split < request.split.splits.size(); ++split) {
        std::vector<std::size_t> records;
        for (std::size_t r = 0; r < frame.records.size(); ++r)
            if (frame.records[r].split == split) records.push_back(r);
        RandomStream random(request.seed, row_stream, split);
        for (std::size_t i = records.size(); i > 1; --i) std::swap(records[i - 1], records[random.below(i)]);
        for (std::size_t first = 0; first < records.size(); first += request.shard_records) {
            std::size_t const end = std::min(records.size(), first + std::size_t(request.shard_records));
            shards.push_back(
                {fmt::format("shards/{}-{:05}.h5", request.split.splits[split].name,
                             first / request.shard_records),
                 split,
                 {records.begin() + std::ptrdiff_t(first), records.begin() + std::ptrdiff_t(end)}});
        }
    }
    return shards;
}

std::string flags_text(Record const& record) { return fmt::format("{}", fmt::join(record.flags, "; ")); }

std::vector<Field> record_fields(Frame const& frame, RowMaker const* rows) {
    std::vector<Field> fields{
        with_role({"id", "utf8", {}, "", "name of the record"}, Role::id),
        with_role({"source", "utf8", {}, "", "source that it came from, as the card lists them"},
                  Role::source),
        with_role(
            {"group",
             "int32",
             {},
             "1",
             "records that belong together (equal, of one parent, of nearly equal structures) share it"},
            Role::group),
        {"is_flagged", "int8", {}, "1", "1: flags say why the record is to be looked at"},
        {"flags",
         "utf8",
         {},
         "",
         "outliers, negative counts, equal records and filled-in values; empty: none"}};
    fields[2].least = 0, fields[3].least = 0, fields[3].most = 1;
    fields[4].missing = 1, fields[4].missing_because = "records without a flag have none";
    for (Column const& column : frame.columns) {
        Field field = column.about;
        std::size_t missing = 0;
        for (std::size_t r = 0; r < frame.records.size(); ++r) missing += column.is_missing(r);
        field.missing = double(missing) / double(std::max<std::size_t>(1, frame.records.size()));
        if (missing > 0 && field.missing_because.empty()) field.missing_because = "the source does not tell";
        if (missing > 0 && field.dtype == "int64") field.fill = double(missing_whole<std::int64_t>());
        if (missing > 0 && field.dtype == "int32") field.fill = double(missing_whole<std::int32_t>());
        if (missing > 0 && field.dtype == "int16") field.fill = double(missing_whole<std::int16_t>());
        fields.push_back(std::move(field));
    }
    std::vector<Field> const arrays = rows != nullptr ? array_fields(*rows) : frame.arrays;
    fields.insert(fields.end(), arrays.begin(), arrays.end());
    return fields;
}

std::vector<Field> shared_fields(RowMaker const* rows) {
    if (rows == nullptr) return {};
    Field axis{to_name(rows->kind()),
               "float64",
               {std::int64_t(rows->axis().size())},
               data::unit_of(rows->kind()),
               "the axis of all patterns"};
    axis.role = Role::axis, axis.quantity = to_name(rows->kind());
    axis.least = rows->axis().front(), axis.most = rows->axis().back();
    double const step = (rows->axis().back() - rows->axis().front()) / double(rows->axis().size() - 1);
    axis.is_uniform = true;
    for (std::size_t i = 1; i < rows->axis().size(); ++i)
        axis.is_uniform &= std::abs(rows->axis()[i] - rows->axis()[i - 1] - step) <= 1e-6 * std::abs(step);
    return {axis};
}

ShardMaker::ShardMaker(Request const& request, Frame const& frame, std::string generator)
    : request_(&request), frame_(&frame), generator_(std::move(generator)) {
    SourceKind const kind = request.sources[frame.records.front().source].kind;
    if (kind == SourceKind::patterns || kind == SourceKind::refinements) rows_.emplace(request, frame);
    if (kind == SourceKind::arrays) arrays_.emplace(request, frame);
}

// The columns of all records stand behind those that every data set has.
void ShardMaker::write_columns(Shard const& shard, std::vector<Field> const& fields,
                               ShardWriter& file) const {
    std::vector<std::string> ids, sources, flags;
    std::vector<double> groups, flagged;
    for (std::size_t const r : shard.records) {
        Record const& record = frame_->records[r];
        ids.push_back(record.id), sources.push_back(request_->sources[record.source].name);
        groups.push_back(record.group), flagged.push_back(!record.flags.empty());
        flags.push_back(flags_text(record));
    }
    file.write_texts("id", ids, {"", fields[0].description});
    file.write_texts("source", sources, {"", fields[1].description});
    write_numbers(file, fields[2], groups, ids.size());
    write_numbers(file, fields[3], flagged, ids.size());
    file.write_texts("flags", flags, {"", fields[4].description});
    for (std::size_t c = 0; c < frame_->columns.size(); ++c) {
        Column const& column = frame_->columns[c];
        Field const& field = fields[flag_columns + c];
        std::vector<std::string> texts;
        std::vector<double> values;
        for (std::size_t const r : shard.records) {
            if (column.is_text())
                texts.push_back(column.texts[r]);
            else
                values.insert(values.end(), column.numbers.begin() + std::ptrdiff_t(r * column.width()),
                              column.numbers.begin() + std::ptrdiff_t((r + 1) * column.width()));
        }
        if (column.is_text())
            file.write_texts(field.name, texts, {"", field.description});
        else
            write_numbers(file, field, values, ids.size());
    }
}

void ShardMaker::write_rows(Shard const& shard, std::vector<Field> const& fields, ShardWriter& file) {
    std::uint64_t const count = shard.records.size(), points = rows_->axis().size();
    check_size(*request_, count, points, "intensity");
    std::vector<float> intensity, sigma;
    std::vector<std::int8_t> mask;
    for (std::size_t const r : shard.records) {
        Row const row = rows_->make(r);
        intensity.insert(intensity.end(), row.intensity.begin(), row.intensity.end());
        sigma.insert(sigma.end(), row.sigma.begin(), row.sigma.end());
        mask.insert(mask.end(), row.mask.begin(), row.mask.end());
    }
    Field const axis = shared_fields(rows()).front();
    Field const* const arrays = &fields[fields.size() - 3];
    file.write<double>(axis.name, rows_->axis(), {points}, {axis.unit, axis.description});
    file.write<float>("intensity", intensity, {count, points}, {"count", arrays[0].description});
    file.write<float>("sigma", sigma, {count, points}, {"count", arrays[1].description});
    file.write<std::int8_t>("mask", mask, {count, points}, {"1", arrays[2].description});
}

void ShardMaker::write(Shard const& shard, std::filesystem::path const& path) {
    auto const fields = record_fields(*frame_, rows());
    ShardWriter file(path);
    file.attribute("dataset", request_->about.name), file.attribute("version", request_->about.version);
    file.attribute("split", request_->split.splits[shard.split].name);
    file.attribute("generator", generator_), file.attribute("licence", request_->about.licence);
    write_columns(shard, fields, file);
    if (rows_) write_rows(shard, fields, file);
    if (!arrays_) return file.close();
    for (Field const& array : frame_->arrays) {
        std::vector<double> values;
        std::uint64_t width = 1;
        for (std::int64_t const length : array.shape) width *= std::uint64_t(length);
        check_size(*request_, shard.records.size(), width, array.name);
        for (std::size_t const r : shard.records) arrays_->read(frame_->records[r], array, values);
        write_numbers(file, array, values, shard.records.size());
    }
    file.close();
}

}  // namespace hutch::curate::make
