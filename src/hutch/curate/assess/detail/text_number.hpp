/// Read numbers from cells of text, and guess from some cells what a column holds.
#pragma once

#include "hutch/curate/assess/table_file.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

namespace hutch::curate::assess::detail {

/// Return the number a cell holds; NaN, and counted in the block, when it holds another text.
inline double number_of(std::string_view cell, std::uint64_t record, Block& block) {
    constexpr double missing = std::numeric_limits<double>::quiet_NaN();
    while (!cell.empty() && (cell.front() == ' ' || cell.front() == '\t')) cell.remove_prefix(1);
    while (!cell.empty() && (cell.back() == ' ' || cell.back() == '\t')) cell.remove_suffix(1);
    if (cell.empty()) return missing;
    std::string_view digits = cell;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    double value = 0;
    auto const [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (end == digits.data() + digits.size()) {
        if (problem == std::errc{}) return value;
        if (problem == std::errc::result_out_of_range) return std::strtod(std::string(cell).c_str(), nullptr);
    }
    if (cell == "true" || cell == "True") return 1;
    if (cell == "false" || cell == "False") return 0;
    if (block.not_numbers++ == 0) block.first_not_number = record, block.not_a_number = cell;
    return missing;
}

/// What a column looks like.
struct Guess {
    bool is_whole = true, is_number = true, is_truth = true, is_empty = true;

    void add(std::string_view cell) {
        if (cell.empty()) return;
        is_empty = false;
        bool const truth = cell == "true" || cell == "false" || cell == "True" || cell == "False";
        if (!truth) is_truth = false;
        Block block;
        double const value = number_of(cell, 0, block);
        if (block.not_numbers > 0 || truth) is_number = false;
        if (!(std::abs(value) < 9e15 && value == std::trunc(value)) ||
            cell.find_first_of(".eE") != std::string_view::npos)
            is_whole = false;
    }
    std::string dtype() const {
        if (is_empty) return "float64";
        if (is_truth) return "bool";
        return !is_number ? "utf8" : is_whole ? "int64" : "float64";
    }
};

}  // namespace hutch::curate::assess::detail
