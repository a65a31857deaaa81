#include "hutch/curate/assess/detail/powder_parts.hpp"

#include "hutch/base/text.hpp"
#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/detail/words.hpp"
#include "hutch/step/unit.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace hutch::curate::assess::detail {
namespace {

std::optional<data::AxisKind> kind_of(std::string_view quantity) {
    if (quantity == "two_theta") return data::AxisKind::two_theta;
    if (quantity == "q") return data::AxisKind::q;
    if (quantity == "d") return data::AxisKind::d;
    return {};
}

std::optional<data::AxisKind> kind_of(Field const& axis) {
    if (auto const kind = kind_of(axis.quantity)) return kind;
    for (auto const& [unit, kind] : {std::pair{"degree", data::AxisKind::two_theta},
                                     {"1/angstrom", data::AxisKind::q},
                                     {"angstrom", data::AxisKind::d}})
        if (!axis.unit.empty() && step::is_same_unit(axis.unit, unit)) return kind;
    return {};
}

// Numbers of a field without shape stand in the scan; arrays are read.
std::optional<double> scalar(TableFacts const& table, Field const& field, std::uint64_t record) {
    auto const column = find_column(table, field);
    if (!column || column->is_text() || column->records || !column->has(record)) return {};
    return column->numbers[record];
}

}  // namespace

PowderParts::PowderParts(RecordReader& reader, TableFacts const& table, Physics const& physics)
    : reader_(reader), table_(table), physics_(physics) {
    Field const* const intensity = has("intensity") ? table.table->find(field_of("intensity")) : nullptr;
    if (!intensity) {
        problem_ = "the physics names no field as its part 'intensity'";
        return;
    }
    axis_ = has("axis") ? field_of("axis") : intensity->axis;
    axis_row_ = has("axis_row") ? field_of("axis_row") : intensity->axis_row;
    Field const* const axis = table.table->find(axis_);
    if (!axis) {
        problem_ = "the physics names no field as its part 'axis'";
        return;
    }
    if (has("axis_kind")) {
        try {
            for (std::string const& text : reader.read_shared_texts(field_of("axis_kind")))
                if (auto const kind = kind_of(text)) kinds_.push_back(*kind);
        } catch (std::exception const&) {
            kinds_.clear();
        }
    }
    if (auto const kind = kind_of(*axis); kinds_.empty() && kind) kinds_.push_back(*kind);
    if (kinds_.empty())
        problem_ =
            fmt::format("neither quantity nor unit of '{}' tell whether it is two theta, Q or d", axis_);
    if (has("unexplained"))
        unexplained_ = std::clamp(to_number(field_of("unexplained")).value_or(0.25), 0.0, 1.0);
}

std::vector<double> PowderParts::numbers(std::string const& part, std::uint64_t record) {
    if (!has(part)) return {};
    Field const* const field = table_.table->find(field_of(part));
    if (!field) return {};
    if (field->shape.empty()) {
        if (auto const value = scalar(table_, *field, record)) return {*value};
    }
    for (Field const& shared : table_.table->shared)
        if (&shared == field) return reader_.read_shared(field->name, record).values;
    return reader_.read(field->name, record);
}

std::vector<double> PowderParts::axis_of(std::uint64_t record, std::size_t points, data::AxisKind& kind) {
    bool const is_shared =
        std::ranges::any_of(table_.table->shared, [&](Field const& field) { return field.name == axis_; });
    if (!is_shared) {
        kind = kinds_[0];
        return reader_.read(axis_, record);
    }
    if (shared_axis_.empty()) shared_axis_ = reader_.read_shared(axis_, record).values;
    std::size_t row = 0;
    if (Field const* const picks = table_.table->find(axis_row_)) {
        auto const number = scalar(table_, *picks, record);
        auto const read = number ? std::vector{*number} : reader_.read(axis_row_, record);
        if (read.empty() || !(read[0] >= 0)) return {};
        row = std::size_t(read[0]);
    }
    kind = kinds_[std::min(row, kinds_.size() - 1)];
    if ((row + 1) * points > shared_axis_.size()) return {};
    auto const first = shared_axis_.begin() + std::ptrdiff_t(row * points);
    return {first, first + std::ptrdiff_t(points)};
}

std::vector<double> PowderParts::wavelengths_of(std::uint64_t record) {
    std::vector<double> found;
    for (double value : numbers("wavelength", record))
        if (value > 0) found.push_back(value);
    std::vector<std::pair<double, double>> weighted;  // falling weight
    for (int i = 1; has(fmt::format("wavelength_{}", i)); ++i) {
        std::vector<double> const value = numbers(fmt::format("wavelength_{}", i), record),
                                  weight = numbers(fmt::format("weight_{}", i), record);
        if (value.empty() || !(value[0] > 0)) continue;
        double const counts = !weight.empty() ? weight[0] : i == 1 ? 1 : 0.5;
        if (counts > 0.02) weighted.emplace_back(-counts, value[0]);
    }
    std::ranges::stable_sort(weighted);
    for (auto const& [weight, value] : weighted) found.push_back(value);
    return found;
}

// Six numbers of each phase.
std::vector<double> PowderParts::cells_of(std::uint64_t record) {
    if (has("cell")) return numbers("cell", record);
    std::vector<double> const lengths = numbers("cell_lengths", record),
                              angles = numbers("cell_angles", record);
    std::vector<double> cells;
    for (std::size_t i = 0; i + 3 <= std::min(lengths.size(), angles.size()); i += 3)
        for (auto const* three : {&lengths, &angles})
            cells.insert(cells.end(), three->begin() + std::ptrdiff_t(i),
                         three->begin() + std::ptrdiff_t(i) + 3);
    return cells;
}

std::vector<int> PowderParts::groups_of(std::uint64_t record, std::size_t phases) {
    std::vector<int> groups(phases, 0);
    Field const* const field = has("space_group") ? table_.table->find(field_of("space_group")) : nullptr;
    if (!field) return groups;
    if (auto const column = find_column(table_, *field); column && column->is_text() && !column->records) {
        if (column->has(record)) groups[0] = number_of_symbol(column->text(record));
        return groups;
    }
    std::vector<double> const read = numbers("space_group", record);
    for (std::size_t p = 0; p < std::min(phases, read.size()); ++p)
        if (read[p] >= 1 && read[p] <= 230) groups[p] = int(read[p]);
    return groups;
}

std::optional<PowderParts::Record> PowderParts::read(std::uint64_t record) {
    Record made;
    made.pattern.y = reader_.read(field_of("intensity"), record);
    made.pattern.x = axis_of(record, made.pattern.y.size(), made.pattern.axis);
    if (made.pattern.x.size() != made.pattern.y.size() || made.pattern.x.empty()) return {};
    made.wavelengths = wavelengths_of(record);
    if (made.wavelengths.empty()) {
        if (made.pattern.axis == data::AxisKind::two_theta) return {};
        // Q and d need none: take one that puts the last line at 150 degree
        double const last = made.pattern.axis == data::AxisKind::q
                                ? *std::ranges::max_element(made.pattern.x)
                                : 2 * std::numbers::pi / *std::ranges::min_element(made.pattern.x);
        if (!(last > 0)) return {};
        made.wavelengths = {4 * std::numbers::pi * std::sin(75 * std::numbers::pi / 180) / last};
    }
    std::vector<double> const cells = cells_of(record);
    std::vector<int> const groups = groups_of(record, std::max<std::size_t>(1, cells.size() / 6));
    for (std::size_t i = 0; i + 6 <= cells.size(); i += 6) {
        data::Cell const cell{cells[i], cells[i + 1], cells[i + 2], cells[i + 3], cells[i + 4], cells[i + 5]};
        if (cell.a > 0 && cell.b > 0 && cell.c > 0 && data::volume(cell) > 0)
            made.phases.push_back({cell, groups[i / 6]});
    }
    std::vector<double> const zero = numbers("zero", record);
    if (!zero.empty() && std::isfinite(zero[0])) made.zero = zero[0];
    if (made.phases.empty()) return {};
    return made;
}

}  // namespace hutch::curate::assess::detail
