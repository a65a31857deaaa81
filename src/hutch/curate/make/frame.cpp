#include "hutch/curate/make/frame.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace hutch::curate::make {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

template <class Value>
void keep(std::vector<Value>& values, std::vector<char> const& is_kept, std::size_t width) {
    std::size_t to = 0;
    for (std::size_t record = 0; record < is_kept.size(); ++record) {
        if (!is_kept[record]) continue;
        for (std::size_t i = 0; i < width; ++i, ++to)
            if (to != record * width + i) values[to] = std::move(values[record * width + i]);
    }
    values.resize(to);
}

std::string number_text(double value, std::string const& dtype) {
    if (!std::isfinite(value)) return "";
    if (dtype == "float32") return fmt::format("{}", float(value));
    if (dtype.starts_with("float")) return fmt::format("{}", value);
    return fmt::format("{}", std::int64_t(value));
}

}  // namespace

std::size_t Column::width() const {
    std::size_t width = 1;
    for (std::int64_t const length : about.shape) width *= std::size_t(length);
    return width;
}

bool Column::is_missing(std::size_t record) const {
    if (is_text()) return texts[record].empty();
    auto const first = numbers.begin() + std::ptrdiff_t(record * width());
    return std::all_of(first, first + std::ptrdiff_t(width()), [](double one) { return std::isnan(one); });
}

std::string Column::text_of(std::size_t record) const {
    if (is_text()) return texts[record];
    std::string text;
    for (std::size_t i = 0; i < width(); ++i)
        text += (i > 0 ? " " : "") + number_text(numbers[record * width() + i], about.dtype);
    return text;
}

Column* Frame::find(std::string_view name) {
    auto const found =
        std::ranges::find_if(columns, [&](Column const& one) { return one.about.name == name; });
    return found == columns.end() ? nullptr : &*found;
}

Column const* Frame::find(std::string_view name) const { return const_cast<Frame*>(this)->find(name); }

Column& Frame::add(Field about) {
    Column& column = columns.emplace_back(Column{std::move(about)});
    if (column.is_text())
        column.texts.resize(records.size());
    else
        column.numbers.resize(records.size() * column.width(), none);
    return column;
}

std::size_t Frame::append(Record record) {
    records.push_back(std::move(record));
    for (Column& column : columns)
        if (column.is_text())
            column.texts.emplace_back();
        else
            column.numbers.resize(records.size() * column.width(), none);
    return records.size() - 1;
}

std::size_t Frame::append_copy(std::size_t of, Record record) {
    std::size_t const made = append(std::move(record));
    for (Column& column : columns) {
        if (column.is_text()) {
            column.texts[made] = column.texts[of];
            continue;
        }
        for (std::size_t i = 0; i < column.width(); ++i)
            column.numbers[made * column.width() + i] = column.numbers[of * column.width() + i];
    }
    return made;
}

void Frame::keep_only(std::vector<char> const& is_kept) {
    std::vector<std::size_t> place(records.size(), 0);
    for (std::size_t i = 0, next = 0; i < records.size(); ++i) place[i] = is_kept[i] ? next++ : 0;
    for (Column& column : columns)
        if (column.is_text())
            keep(column.texts, is_kept, 1);
        else
            keep(column.numbers, is_kept, column.width());
    std::erase_if(inferred, [&](Inferred const& one) { return !is_kept[one.record]; });
    for (Inferred& one : inferred) one.record = place[one.record];
    for (Record& record : records)
        if (record.parent) record.parent = place[*record.parent];
    keep(records, is_kept, 1);
}

}  // namespace hutch::curate::make
