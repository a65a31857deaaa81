#include "hutch/curate/assess/detail/community_cells.hpp"

#include "hutch/data/species.hpp"
#include "hutch/data/symmetry.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include <fmt/format.h>

namespace hutch::curate::assess::detail {
namespace {

constexpr double fraction_tolerance = 0.01, whole_tolerance = 0.02;
constexpr int most_amount = 1000;

using Amounts = std::map<int, double>;

// Reads amounts by recursive descent; fails for good at the first thing that is no count.
class FormulaReader {
  public:
    explicit FormulaReader(std::string_view text) : left_(text) {}
    std::optional<Amounts> read() {
        Amounts all = group();
        if (has_failed_ || !left_.empty() || all.empty()) return {};
        return all;
    }

  private:
    char next() const { return left_.empty() ? '\0' : left_[0]; }
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    double number() {
        std::string digits;
        while (is_digit(next()) || next() == '.') digits += next(), left_.remove_prefix(1);
        if (digits.empty()) return 1;
        double const value = std::strtod(digits.c_str(), nullptr);
        if (!(value > 0 && value < most_amount)) has_failed_ = true;
        return value;
    }
    Amounts element() {
        for (std::size_t length : {2, 1}) {
            if (left_.size() < length || (length == 2 && !(left_[1] >= 'a' && left_[1] <= 'z'))) continue;
            int const z = data::atomic_number(left_.substr(0, length));
            if (z == 0) continue;
            left_.remove_prefix(length);
            return {{z, number()}};
        }
        has_failed_ = true;
        return {};
    }
    Amounts group() {
        Amounts all;
        while (!left_.empty() && !has_failed_ && next() != ')' && next() != ']') {
            char const c = next();
            if (c == ' ') {
                left_.remove_prefix(1);
                continue;
            }
            Amounts part;
            if (c == '(' || c == '[') {
                left_.remove_prefix(1);
                part = group();
                if (next() != (c == '(' ? ')' : ']')) has_failed_ = true;
                if (!left_.empty()) left_.remove_prefix(1);
                double const times = number();
                for (auto& [z, amount] : part) amount *= times;
            } else {
                part = element();
            }
            for (auto const& [z, amount] : part) all[z] += amount;
        }
        return all;
    }

    std::string_view left_;
    bool has_failed_ = false;
};

std::array<double, 3> sorted_lengths(data::Structure const& structure) {
    data::Cell const cell = data::niggli_cell(structure);
    std::array<double, 3> lengths{cell.a, cell.b, cell.c};
    std::ranges::sort(lengths);
    return lengths;
}

}  // namespace

std::optional<Composition> composition_of(std::string_view formula) {
    auto const amounts = FormulaReader(formula).read();
    if (!amounts) return {};
    double sum = 0;
    for (auto const& [z, amount] : *amounts) sum += amount;
    Composition made;
    for (auto const& [z, amount] : *amounts) made.emplace_back(z, amount / sum);
    return made;
}

bool is_same_composition(Composition const& one, Composition const& other) {
    return std::ranges::equal(one, other, [](auto const& a, auto const& b) {
        return a.first == b.first && std::abs(a.second - b.second) <= fraction_tolerance;
    });
}

std::string reduced_formula(Composition const& composition) {
    double least = 1;
    for (auto const& [z, fraction] : composition) least = std::min(least, fraction);
    for (int times = 1; times <= 60; ++times) {
        std::vector<std::pair<std::string, long>> amounts;
        bool are_whole = true;
        long divisor = 0;
        for (auto const& [z, fraction] : composition) {
            double const amount = fraction / least * times;
            are_whole = are_whole && std::abs(amount - std::round(amount)) < whole_tolerance;
            amounts.emplace_back(data::element_symbol(z), std::lround(amount));
            divisor = std::gcd(divisor, amounts.back().second);
        }
        if (!are_whole || divisor == 0) continue;
        std::ranges::sort(amounts);
        std::string text;
        for (auto const& [symbol, amount] : amounts)
            text += amount / divisor == 1 ? symbol : fmt::format("{}{}", symbol, amount / divisor);
        return text;
    }
    return "";
}

std::vector<std::array<double, 3>> reduced_lengths(data::Cell const& cell, int space_group) {
    data::Structure structure;
    structure.cell = cell, structure.operations = {data::Operation{}};
    std::vector<std::array<double, 3>> all{sorted_lengths(structure)};
    for (data::SpaceGroup const* setting : data::find_settings(space_group)) {
        structure.operations = setting->operations;
        std::array<double, 3> const lengths = sorted_lengths(structure);
        if (std::ranges::find(all, lengths) == all.end()) all.push_back(lengths);
    }
    return all;
}

double cell_difference(CommunityEntry const& one, CommunityEntry const& other) {
    double best = std::numeric_limits<double>::infinity();
    for (auto const& a : one.lengths)
        for (auto const& b : other.lengths) {
            double most = 0;
            for (std::size_t i = 0; i < 3; ++i)
                most = std::max(most, std::abs(a[i] - b[i]) / std::max(a[i], b[i]));
            best = std::min(best, most);
        }
    return best;
}

}  // namespace hutch::curate::assess::detail
