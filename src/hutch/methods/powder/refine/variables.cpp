#include "hutch/methods/powder/refine/detail/variables.hpp"

#include "hutch/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

namespace hutch::powder::refine::detail {
namespace {

// One constraint with the parameters that are not refined moved to its constant.
struct Row {
    std::map<std::size_t, double> terms;
    double constant;
    std::string const* text;
};

void erase_nothing(Row& row) {
    std::erase_if(row.terms, [](auto const& term) { return std::abs(term.second) < 1e-12; });
}

void subtract(Row& from, Row const& pivot, std::size_t column) {
    auto const found = from.terms.find(column);
    if (found == from.terms.end()) return;
    double const factor = found->second / pivot.terms.at(column);
    for (auto const& [parameter, value] : pivot.terms) from.terms[parameter] -= factor * value;
    from.constant -= factor * pivot.constant;
    erase_nothing(from);
}

}  // namespace

Variables::Variables(Problem const& problem) {
    auto const& parameters = problem.model.parameters;
    is_refined_.assign(parameters.size(), 0);
    for (std::size_t i = 0; i < parameters.size(); ++i) is_refined_[i] = parameters[i].is_refined;
    for (bool is_changed = true; is_changed;) {
        is_changed = false;
        for (Constraint const& one : problem.constraints) {
            bool const is_any =
                std::ranges::any_of(one.terms, [&](auto const& term) { return is_refined_[term.first]; });
            for (auto const& [parameter, factor] : one.terms)
                if (is_any && factor != 0 && !is_refined_[parameter] && !parameters[parameter].is_fixed)
                    is_refined_[parameter] = is_changed = true;
        }
    }
    eliminate(problem);
}

void Variables::eliminate(Problem const& problem) {
    auto const& parameters = problem.model.parameters;
    std::map<std::size_t, Row> pivots;  // by the parameter that each gives
    for (Constraint const& one : problem.constraints) {
        Row row{{}, one.constant, &one.text};
        for (auto const& [parameter, factor] : one.terms) {
            if (is_refined_[parameter])
                row.terms[parameter] += factor;
            else
                row.constant -= factor * parameters[parameter].value;
        }
        erase_nothing(row);
        for (auto const& [column, pivot] : pivots) subtract(row, pivot, column);
        if (row.terms.empty()) {
            if (std::abs(row.constant) < 1e-6) continue;
            throw Error(
                Fault::bad_input,
                fmt::format("'{}' contradicts the other constraints or the values of what is not refined; "
                            "expected constraints that can hold together",
                            one.text));
        }
        // The last parameter is given by the others: people write "a + b = 1" and think of a as free.
        std::size_t const column = row.terms.rbegin()->first;
        for (auto& [other, pivot] : pivots) subtract(pivot, row, column);
        pivots.emplace(column, std::move(row));
    }
    terms_.resize(parameters.size()), constants_.assign(parameters.size(), 0);
    std::map<std::size_t, std::size_t> place;
    for (std::size_t i = 0; i < parameters.size(); ++i)
        if (is_refined_[i] && !pivots.contains(i)) {
            place[i] = parameters_.size();
            terms_[i] = {{parameters_.size(), 1.0}};
            parameters_.push_back(i);
        }
    for (auto const& [column, row] : pivots) {
        double const factor = row.terms.at(column);
        constants_[column] = row.constant / factor;
        for (auto const& [parameter, value] : row.terms)
            if (parameter != column) terms_[column].emplace_back(place.at(parameter), -value / factor);
    }
}

std::vector<std::size_t> Variables::refined() const {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < is_refined_.size(); ++i)
        if (is_refined_[i]) all.push_back(i);
    return all;
}

std::vector<double> Variables::expand(std::vector<double> values,
                                      std::vector<double> const& variables) const {
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!is_refined_[i]) continue;
        values[i] = constants_[i];
        for (auto const& [variable, factor] : terms_[i]) values[i] += factor * variables[variable];
    }
    return values;
}

std::vector<double> Variables::consistent(std::vector<double> const& values) const {
    std::vector<double> independent;
    for (std::size_t const parameter : parameters_) independent.push_back(values[parameter]);
    return expand(values, independent);
}

}  // namespace hutch::powder::refine::detail
