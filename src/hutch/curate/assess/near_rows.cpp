#include "hutch/curate/assess/detail/near_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::array scales{1e-4, 1e-3, 1e-2};
constexpr double shell = 10;
constexpr std::size_t fewest_columns = 3, most_columns = 16, window = 200, fewest_pairs = 3;

// Columns in units of their standard deviation, the one with most different values first.
struct Rows {
    std::vector<std::vector<double>> columns;
    std::vector<std::uint64_t> records;
};

bool is_varied(Column const& column, std::size_t& different) {
    std::vector<double> values(column.numbers.begin(), column.numbers.end());
    std::erase_if(values, [](double v) { return !std::isfinite(v); });
    std::size_t const count = values.size();
    std::ranges::sort(values);
    values.erase(std::ranges::unique(values).begin(), values.end());
    different = values.size();
    return count > 20 && different > count / 2;
}

std::vector<Column> varied_columns(TableFacts const& table) {
    std::vector<std::pair<std::size_t, Column>> found;
    for (Field const* field : table.table->of_role(Role::feature)) {
        auto const column = find_column(table, *field);
        std::size_t different = 0;
        if (column && !column->is_text() && is_varied(*column, different))
            found.emplace_back(different, *column);
    }
    std::ranges::stable_sort(found, std::greater{}, &std::pair<std::size_t, Column>::first);
    std::vector<Column> columns;
    for (auto const& [different, column] : found)
        if (columns.size() < most_columns && column.size() == found[0].second.size())
            columns.push_back(column);
    return columns;
}

std::vector<double> standardised(std::span<double const> values) {
    double sum = 0, squares = 0, n = 0;
    for (double v : values)
        if (std::isfinite(v)) sum += v, ++n;
    double const mean = sum / std::max(1.0, n);
    for (double v : values)
        if (std::isfinite(v)) squares += (v - mean) * (v - mean);
    double const deviation = std::sqrt(squares / std::max(1.0, n));
    std::vector<double> made;
    for (double v : values) made.push_back(deviation > 0 ? (v - mean) / deviation : 0);
    return made;
}

Rows rows_of(std::vector<Column> const& columns) {
    std::vector<double> const key = standardised(columns[0].numbers);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < key.size(); ++i)
        if (std::isfinite(key[i])) order.push_back(i);
    std::ranges::sort(
        order, [&](std::size_t a, std::size_t b) { return std::pair(key[a], a) < std::pair(key[b], b); });
    Rows rows;
    for (std::size_t i : order) rows.records.push_back(columns[0].record(i));
    for (Column const& column : columns) {
        std::vector<double> const values = standardised(column.numbers);
        std::vector<double>& sorted = rows.columns.emplace_back();
        for (std::size_t i : order) sorted.push_back(values[i]);
    }
    return rows;
}

// The largest difference over all columns; stops once it is beyond the shell. NaN in both counts as equal.
double difference(Rows const& rows, std::size_t i, std::size_t j) {
    double most = 0;
    for (std::vector<double> const& column : rows.columns) {
        double const d = std::abs(column[i] - column[j]);
        if (std::isnan(d)) {
            if (std::isnan(column[i]) != std::isnan(column[j])) return INFINITY;
            continue;
        }
        most = std::max(most, d);
        if (most > shell * scales.back()) break;
    }
    return most;
}

struct Pair {
    std::size_t i, j;
    double difference;
};

// Whether pairs within a scale are more than the shell around it explains.
bool stands_out(std::vector<Pair> const& pairs, double scale) {
    double inside = 0, around = 0;
    for (Pair const& pair : pairs) {
        if (pair.difference <= scale)
            ++inside;
        else if (pair.difference <= shell * scale)
            ++around;
    }
    double const expected = around / (shell - 1);
    return inside >= double(fewest_pairs) && inside > expected + 6 * std::sqrt(expected) + 1;
}

}  // namespace

bool has_comparable_rows(TableFacts const& table) { return varied_columns(table).size() >= fewest_columns; }

NearRows find_near_rows(TableFacts const& table, Classes const& splits) {
    Rows const rows = rows_of(varied_columns(table));
    std::vector<Pair> across, within;
    NearRows found;
    for (std::size_t i = 0; i < rows.records.size(); ++i)
        for (std::size_t j = i + 1; j < std::min(rows.records.size(), i + window); ++j) {
            if (rows.columns[0][j] - rows.columns[0][i] > shell * scales.back()) break;
            ++found.compared;
            double const d = difference(rows, i, j);
            if (d == 0 || d > shell * scales.back()) continue;
            auto const a = splits.of[rows.records[i]], b = splits.of[rows.records[j]];
            (a != b && a >= 0 && b >= 0 ? across : within).push_back({i, j, d});
        }
    for (double scale : scales) {
        if (stands_out(within, scale))
            found.within = std::uint64_t(
                std::ranges::count_if(within, [&](Pair const& pair) { return pair.difference <= scale; }));
        if (!stands_out(across, scale)) continue;
        found.scale = scale;
        found.across.clear();
        for (Pair const& pair : across)
            if (pair.difference <= scale)
                found.across.push_back(std::minmax(rows.records[pair.i], rows.records[pair.j]));
    }
    std::ranges::sort(found.across);
    return found;
}

}  // namespace hutch::curate::assess::detail
