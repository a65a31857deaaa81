#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/detail/pattern_formats.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace hutch::data::detail {
namespace {

// Wavelengths used for diffraction [angstrom]; a number without unit outside of it was meant in another unit.
constexpr double shortest_wavelength = 0.01, longest_wavelength = 100;

bool is_wavelength(double in_angstrom) {
    return in_angstrom >= shortest_wavelength && in_angstrom <= longest_wavelength;
}

double wavelength_in_angstrom(std::string_view value) {
    FieldReader fields(value);
    auto const number = to_number(fields.next());
    if (!number) return 0;
    double const in_angstrom = to_lower(fields.next()) == "m" ? *number * 1e10 : *number;
    return is_wavelength(in_angstrom) ? in_angstrom : 0;
}

void set_axis(std::string_view value, Pattern& pattern) {
    FieldReader fields(value);
    std::string_view const word = fields.next();
    for (AxisKind kind : {AxisKind::two_theta, AxisKind::q, AxisKind::d, AxisKind::time_of_flight})
        if (word == to_name(kind)) pattern.axis = kind;
}

}  // namespace

void PatternBuilder::check_step(int line, double x) const {
    double const last = pattern_.x.back();
    bool const is_descending = pattern_.x.size() > 1 && pattern_.x[1] < pattern_.x[0];
    if (pattern_.x.size() == 1 ? x != last : (is_descending ? x < last : x > last)) return;
    fail_at(name_, line,
            fmt::format("'x' is {} after {}; expected strictly {} x", x, last,
                        is_descending ? "descending" : "ascending"));
}

void PatternBuilder::add(int line, double x, double y) {
    if (!pattern_.x.empty()) check_step(line, x);
    if (pattern_.x.size() == most_points)
        throw Error(Fault::exhausted,
                    fmt::format("{}:{}: pattern has more than {} points; expected at most that", name_, line,
                                with_commas(most_points)));
    pattern_.x.push_back(x);
    pattern_.y.push_back(y);
}

void PatternBuilder::add(int line, double x, double y, double sigma) {
    if (!(sigma >= 0)) fail_at(name_, line, fmt::format("'sigma' is {}; expected 0 or more", sigma));
    add(line, x, y);
    pattern_.sigma.push_back(sigma);
}

Pattern PatternBuilder::finish(int last_line) {
    if (pattern_.x.size() < 2)
        fail_at(name_, last_line,
                fmt::format("pattern has {} points; expected at least 2", pattern_.x.size()));
    if (pattern_.x[1] < pattern_.x[0]) {
        std::ranges::reverse(pattern_.x);
        std::ranges::reverse(pattern_.y);
        std::ranges::reverse(pattern_.sigma);
    }
    return std::move(pattern_);
}

void read_header_comment(std::string_view line, Pattern& pattern) {
    line = trim(line);
    // Mantid writes "' The X-axis unit is: Time-of-flight".
    if (line.starts_with('\'') && line.find("X-axis unit is: Time-of-flight") != std::string_view::npos)
        pattern.axis = AxisKind::time_of_flight;
    if (!line.starts_with('#')) return;
    std::size_t const colon = line.find_first_of(":=");
    if (colon == std::string_view::npos) return;
    std::string const key = to_lower(trim(line.substr(1, colon - 1)));
    std::string_view const value = trim(line.substr(colon + 1));
    if (key == "title") pattern.title = value;
    if (key == "axis") set_axis(value, pattern);
    if (key == "wavelength" || key == "calibrated wavelength")
        if (double const wavelength = wavelength_in_angstrom(value); wavelength > 0)
            pattern.wavelength = wavelength;
}

bool is_passed_over(std::string_view line, bool is_top) {
    FieldReader fields(line);
    std::string_view const first = fields.next();
    if (trim(line).empty() ||
        (!first.empty() && std::string_view("#!;'\"/").find(first[0]) != std::string_view::npos))
        return true;
    return is_top && !to_number(first);
}

double counting_sigma(double counts) { return std::sqrt(std::max(counts, 1.0)); }

void fail_scan(std::string const& name, int wanted, std::size_t scans) {
    if (scans == 0)
        throw Error(Fault::bad_data, fmt::format("{}: file has no scan; expected one or more", name));
    throw Error(Fault::bad_data,
                fmt::format("{}: file has no scan {}; expected 1 to {}", name, wanted, scans));
}

std::size_t scan_index(std::string const& name, int wanted, std::size_t scans) {
    std::size_t const index = wanted == 0 ? 0 : std::size_t(wanted) - 1;
    if (index >= scans) fail_scan(name, wanted, scans);
    return index;
}

void refuse_scan(std::string const& name, std::size_t index, std::string_view moves) {
    throw Error(
        Fault::unsupported,
        fmt::format("{}: scan {} is of {}; expected one of 2 theta; choose another by its number (bank)",
                    name, index + 1, in_quotes(moves)));
}

std::string negative_counts(double counts) {
    return fmt::format(
        "'counts' is {}; expected 0 or more, as counted; export what was corrected as .xye with its "
        "sigma",
        counts);
}

void set_lines(Pattern& pattern, double alpha1, double alpha2, double ratio) {
    if (!is_wavelength(alpha1)) return;
    pattern.wavelength = alpha1;
    if (!is_wavelength(alpha2) || alpha2 == alpha1 || !(ratio > 0 && ratio <= 1)) return;
    pattern.second_wavelength = alpha2;
    pattern.second_intensity = ratio;
}

std::size_t grid_points(double start, double step, double stop) {
    if (!(step > 0 && stop > start)) return 0;
    double const steps = std::round((stop - start) / step);
    return steps < double(most_points) ? std::size_t(steps) + 1 : 0;
}

std::string one_line(std::string_view text, std::size_t most) {
    std::string line(text.substr(0, most));
    for (char& c : line)
        if (static_cast<unsigned char>(c) < 32 || c == 127) c = ' ';
    return std::string(trim(line));
}

}  // namespace hutch::data::detail
