// Numbers with their uncertainties as text, and pairs of parameters that move together.
#include "hutch/methods/powder/refine/result.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace hutch::powder::refine {
namespace {

constexpr int most_decimals = 9;

// The decimal place that an uncertainty is rounded to: two digits up to 19, else one.
int last_place(double su) {
    int const place = int(std::floor(std::log10(su))) - 1;
    return std::round(su * std::pow(10, -place)) <= 19 ? place : place + 1;
}

// Decimals without the sign of a number that rounds to 0.
std::string fixed(double value, int decimals) {
    std::string text = fmt::format("{:.{}f}", value, decimals);
    bool const is_zero = text.find_first_of("123456789") == std::string::npos;
    return is_zero && text.starts_with('-') ? text.substr(1) : text;
}

std::string bracketed(double value, double su) {
    int const place = last_place(su);
    bool const is_plain = place >= -most_decimals && std::abs(value) < 1e9 && su < 1e9;
    if (is_plain && place <= 0)
        return fmt::format("{}({:.0f})", fixed(value, -place), su * std::pow(10, -place));
    if (is_plain) {
        double const unit = std::pow(10, place);
        return fmt::format("{}({:.0f})", fixed(std::round(value / unit) * unit, 0),
                           std::round(su / unit) * unit);
    }
    double const larger = std::max(std::abs(value), su);
    int const power = int(std::floor(std::log10(larger)));
    return fmt::format("{}e{}({:.0f})", fixed(value * std::pow(10, -power), std::max(0, power - place)),
                       power, su * std::pow(10, -place));
}

}  // namespace

std::string to_text(Estimate const& estimate) {
    if (!std::isfinite(estimate.value)) return "?";
    // -0 is 0: what symmetry fixes may come out as either.
    double const value = estimate.value + 0.0;
    if (std::isnan(estimate.su)) return fmt::format("{:.6g}(?)", value);
    return estimate.su > 0 && std::isfinite(estimate.su) ? bracketed(value, estimate.su)
                                                         : fmt::format("{:.6g}", value);
}

std::vector<Correlation> Result::strong_correlations(double least) const {
    std::vector<Correlation> found;
    std::size_t const n = refined.size();
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = i + 1; j < n; ++j)
            if (double const c = correlation[i * n + j]; std::abs(c) >= least)
                found.push_back({refined[i], refined[j], c});
    std::ranges::stable_sort(found, std::ranges::greater{},
                             [](Correlation const& pair) { return std::abs(pair.coefficient); });
    return found;
}

}  // namespace hutch::powder::refine
