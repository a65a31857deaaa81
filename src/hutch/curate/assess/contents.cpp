#include "hutch/curate/assess/detail/contents.hpp"

#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/record_arrays.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::size_t bins = 48;
constexpr double block_weight = 4;

// One number of all chosen records; NaN where missing.
using Feature = std::vector<double>;

struct Collected {
    std::vector<Feature> features;
    std::vector<double> weights;
};

// Centre and scale; numbers beyond 5 deviations are drawn in so that one outlier does not flatten all others.
void append(Contents& contents, Feature const& feature, std::size_t column, double weight) {
    double sum = 0, squares = 0, n = 0;
    for (double v : feature)
        if (std::isfinite(v)) sum += v, ++n;
    double const mean = n > 0 ? sum / n : 0;
    for (double v : feature)
        if (std::isfinite(v)) squares += (v - mean) * (v - mean);
    double const deviation = n > 0 ? std::sqrt(squares / n) : 0;
    for (std::size_t i = 0; i < feature.size(); ++i) {
        double const v = std::isfinite(feature[i]) && deviation > 0 ? (feature[i] - mean) / deviation : 0;
        contents.values[i * contents.width + column] = float(weight * std::clamp(v, -5.0, 5.0));
    }
}

Feature numbers_of(Column const& column, std::vector<std::uint64_t> const& records) {
    Feature feature(records.size(), std::nan(""));
    for (std::size_t i = 0, at = 0; i < column.size() && at < records.size(); ++i) {
        while (at < records.size() && records[at] < column.record(i)) ++at;
        if (at < records.size() && records[at] == column.record(i) && column.has(i))
            feature[at] = column.numbers[i];
    }
    return feature;
}

void add_statistics(TableFacts const& table, std::string const& name,
                    std::vector<std::uint64_t> const& records, Collected& to) {
    auto const found = table.statistics.find(name);
    if (found == table.statistics.end() || found->second.size() != table.records) return;
    for (auto const member : {&RecordStatistics::mean, &RecordStatistics::deviation,
                              &RecordStatistics::roughness, &RecordStatistics::centre}) {
        Feature& feature = to.features.emplace_back();
        for (std::uint64_t r : records) feature.push_back(double(found->second[r].*member));
        to.weights.push_back(1);
    }
}

// Means of equal parts over the largest of them.
std::array<double, bins> shape_of(std::vector<double> const& values) {
    std::array<double, bins> shape{};
    double most = 0;
    for (std::size_t b = 0; b < bins; ++b) {
        std::size_t const first = b * values.size() / bins,
                          last = std::max(first + 1, (b + 1) * values.size() / bins);
        double sum = 0, count = 0;
        for (std::size_t i = first; i < std::min(last, values.size()); ++i)
            if (std::isfinite(values[i])) sum += values[i], ++count;
        shape[b] = count > 0 ? sum / count : 0;
        most = std::max(most, std::abs(shape[b]));
    }
    if (most > 0)
        for (double& value : shape) value /= most;
    return shape;
}

void add_shapes(RecordReader& reader, std::string const& name, std::vector<std::uint64_t> const& records,
                Collected& to) {
    std::vector<Feature> features(bins, Feature(records.size(), std::nan("")));
    std::size_t at = 0;
    reader.read_all(name, records, [&](std::uint64_t record, std::vector<double> const& values) {
        while (records[at] != record) ++at;
        if (values.empty()) return;
        std::array<double, bins> const shape = shape_of(values);
        for (std::size_t b = 0; b < bins; ++b) features[b][at] = shape[b];
    });
    for (Feature& feature : features) {
        to.features.push_back(std::move(feature));
        to.weights.push_back(std::sqrt(block_weight / double(bins)));
    }
}

}  // namespace

void Contents::keep(std::vector<bool> const& is_kept) {
    std::size_t to = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (!is_kept[i]) continue;
        records[to] = records[i];
        std::copy_n(values.begin() + std::ptrdiff_t(i * width), width,
                    values.begin() + std::ptrdiff_t(to * width));
        ++to;
    }
    records.resize(to);
    values.resize(to * width);
}

Contents contents_of(Subject const& subject, TableFacts const& table, std::uint64_t most_records,
                     std::uint32_t stream) {
    Contents contents;
    for (Field const* field : table.table->of_role(Role::feature))
        if (!field->shape.empty()) most_records = affordable_records(table, *field, most_records);
    contents.records = pick_records(table.records, most_records, subject.seed, stream);
    Collected all;
    RecordReader reader(subject.folder, subject.scan, table);
    for (Field const* field : table.table->of_role(Role::feature)) {
        if (!field->shape.empty()) {
            add_statistics(table, field->name, contents.records, all);
            add_shapes(reader, field->name, contents.records, all);
        } else if (auto const column = find_column(table, *field); column && !column->is_text()) {
            all.features.push_back(numbers_of(*column, contents.records));
            all.weights.push_back(1);
        }
    }
    contents.width = all.features.size();
    contents.values.resize(contents.records.size() * contents.width);
    for (std::size_t f = 0; f < all.features.size(); ++f)
        append(contents, all.features[f], f, all.weights[f]);
    return contents;
}

}  // namespace hutch::curate::assess::detail
