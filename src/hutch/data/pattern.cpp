#include "hutch/data/pattern.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/detail/pattern_formats.hpp"
#include "hutch/data/gzip.hpp"

#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace hutch::data {
namespace {

// Titles and comments of real files are well within this.
constexpr int lines_looked_at = 200;

std::string ending_of(std::string const& name) {
    std::filesystem::path path(to_lower(name));
    if (path.extension() == ".gz") path = path.stem();
    return path.extension().string();
}

// The first line that starts so, without blanks at its ends; empty when there is none.
std::string_view find_line(std::string_view text, std::string_view start) {
    static std::string const unnamed;
    detail::LineReader lines(text, unnamed, detail::gsas_record_width);
    while (lines.number() < lines_looked_at && lines.next())
        if (std::string_view const line = trim(lines.line()); line.starts_with(start)) return line;
    return {};
}

// The line that starts the first bank of GSAS; empty when there is none.
std::string_view find_bank_line(std::string_view text) {
    std::string_view const line = find_line(text, "BANK ");
    auto const words = split_words(line);
    return words.size() >= 5 && to_number(words[1]) && to_number(words[2]) ? line : std::string_view();
}

// What the text itself says without doubt.
std::optional<PatternFormat> find_signature(std::string_view text) {
    if (detail::is_bruker_raw(text)) return PatternFormat::bruker_raw;
    if (detail::is_zip(text)) return PatternFormat::brml;
    if (detail::is_xrdml(text)) return PatternFormat::xrdml;
    if (!find_line(text, "data_").empty() &&
        (!find_line(text, "_").empty() || !find_line(text, "loop_").empty()))
        return PatternFormat::cif;
    if (std::string_view const bank = find_bank_line(text); !bank.empty())
        return bank.ends_with("FXYE") ? PatternFormat::fxye : PatternFormat::gsas;
    return std::nullopt;
}

bool is_grid_header(std::string_view line) {
    detail::FieldReader fields(line);
    std::array<double, 3> start_step_stop{};
    for (double& value : start_step_stop) {
        auto const number = to_number(fields.next());
        if (!number) return false;
        value = *number;
    }
    return detail::grid_points(start_step_stop[0], start_step_stop[1], start_step_stop[2]) >= 2;
}

PatternFormat guess_from_numbers(std::string_view text, std::string const& name) {
    detail::LineReader lines(text, name);
    while (lines.next() && detail::is_passed_over(lines.line(), true)) continue;
    std::string_view const first = lines.line();
    int const columns = detail::count_fields(first).numbers;
    while (lines.next() && detail::is_passed_over(lines.line(), false)) continue;
    if (is_grid_header(first) && detail::count_fields(lines.line()).fields != 3) return PatternFormat::fox;
    return columns == 3 ? PatternFormat::xye : PatternFormat::xy;
}

bool has_banks(PatternFormat format) {
    return format == PatternFormat::fxye || format == PatternFormat::gsas || format == PatternFormat::xrdml ||
           format == PatternFormat::bruker_raw || format == PatternFormat::brml;
}

char const* to_name(PatternFormat format) {
    static constexpr char const* names[] = {"xy",   "xye",   "fxye",       "fox", "cif",
                                            "gsas", "xrdml", "bruker_raw", "brml"};
    return names[std::size_t(format)];
}

[[noreturn]] void refuse(std::string const& what) { throw Error(Fault::bad_input, what); }

void check_sizes(Pattern const& pattern) {
    std::size_t const points = pattern.x.size();
    if (pattern.y.size() != points)
        refuse(fmt::format("'y' has {} values; expected {} as x has", pattern.y.size(), points));
    if (!pattern.sigma.empty() && pattern.sigma.size() != points)
        refuse(
            fmt::format("'sigma' has {} values; expected none or {} as x has", pattern.sigma.size(), points));
    if (points < 2 || points > detail::most_points)
        refuse(fmt::format("'pattern' has {} points; expected 2 to {}", points, detail::most_points));
    if (!(std::isfinite(pattern.wavelength) && pattern.wavelength >= 0))
        refuse(fmt::format("'wavelength' is {} angstrom; expected 0 (unknown) or more", pattern.wavelength));
}

// x is written to 12 digits: neighbours nearer than this would fall together in the file.
void check_values(Pattern const& pattern) {
    for (std::size_t i = 0; i < pattern.x.size(); ++i) {
        double const x = pattern.x[i];
        if (!std::isfinite(x) || !std::isfinite(pattern.y[i]))
            refuse(fmt::format("point {} is ({}, {}); expected finite numbers", i, x, pattern.y[i]));
        if (i > 0 && !(x - pattern.x[i - 1] > 1e-11 * std::abs(x)))
            refuse(fmt::format("'x' is {} after {} at point {}; expected ascending x, 1e-11 of x apart", x,
                               pattern.x[i - 1], i));
        if (!pattern.sigma.empty() && !(std::isfinite(pattern.sigma[i]) && pattern.sigma[i] >= 0))
            refuse(fmt::format("'sigma' is {} at point {}; expected 0 or more", pattern.sigma[i], i));
    }
}

}  // namespace

char const* to_name(AxisKind kind) {
    switch (kind) {
        case AxisKind::q:
            return "q";
        case AxisKind::d:
            return "d";
        case AxisKind::time_of_flight:
            return "time_of_flight";
        case AxisKind::two_theta:
            break;
    }
    return "two_theta";
}

char const* unit_of(AxisKind kind) {
    static constexpr char const* units[] = {"degree", "1/angstrom", "angstrom", "microsecond"};
    return units[int(kind)];
}

char const* axis_label(AxisKind kind) {
    static constexpr char const* labels[] = {"2θ / degree", "Q / Å⁻¹", "d / Å", "time of flight / µs"};
    return labels[int(kind)];
}

Pattern to_density(Pattern pattern) {
    if (!pattern.is_binned || pattern.x.size() < 2) return pattern;
    for (std::size_t i = 0; i + 1 < pattern.x.size(); ++i) {
        double const width = pattern.x[i + 1] - pattern.x[i];
        pattern.x[i] += width / 2;
        pattern.y[i] /= width;
        if (!pattern.sigma.empty()) pattern.sigma[i] /= width;
    }
    pattern.x.pop_back(), pattern.y.pop_back();
    if (!pattern.sigma.empty()) pattern.sigma.pop_back();
    pattern.is_binned = false;
    return pattern;
}

PatternFormat guess_pattern_format(std::string_view text, std::string const& name) {
    if (auto const format = find_signature(text)) return *format;
    std::string const ending = ending_of(name);
    static constexpr std::pair<char const*, PatternFormat> endings[] = {
        {".cif", PatternFormat::cif},   {".xye", PatternFormat::xye},   {".fxye", PatternFormat::fxye},
        {".gsa", PatternFormat::gsas},  {".gsas", PatternFormat::gsas}, {".gss", PatternFormat::gsas},
        {".gda", PatternFormat::gsas},  {".raw", PatternFormat::gsas},  {".xrdml", PatternFormat::xrdml},
        {".brml", PatternFormat::brml},
    };
    for (auto const& [known, format] : endings)
        if (ending == known) return format;
    if (!find_line(text, "BANK ").empty()) return PatternFormat::gsas;
    if (!find_line(text, "data_").empty()) return PatternFormat::cif;
    return guess_from_numbers(text, name);
}

Pattern parse_pattern(std::string_view text, std::string const& name) {
    return parse_pattern(text, name, guess_pattern_format(text, name));
}

Pattern parse_pattern(std::string_view text, std::string const& name, PatternFormat format, int bank) {
    if (bank < 0 || (bank > 0 && !has_banks(format)))
        refuse(fmt::format("'bank' is {}; expected {}: '{}'", bank,
                           has_banks(format)
                               ? "0 (the first) or more"
                               : "0, as only files of GSAS, XRDML, RAW and BRML have more than one "
                                 "scan",
                           name));
    switch (format) {
        case PatternFormat::xye:
            return detail::parse_columns(text, name, true);
        case PatternFormat::fxye:
        case PatternFormat::gsas:
            return detail::parse_gsas(text, name, bank);
        case PatternFormat::fox:
            return detail::parse_fox(text, name);
        case PatternFormat::cif:
            return detail::parse_pdcif(text, name);
        case PatternFormat::xrdml:
            return detail::parse_xrdml(text, name, bank);
        case PatternFormat::bruker_raw:
            return detail::parse_bruker_raw(text, name, bank);
        case PatternFormat::brml:
            return detail::parse_brml(text, name, bank);
        case PatternFormat::xy:
            break;
    }
    return detail::parse_columns(text, name, false);
}

Pattern read_pattern(std::filesystem::path const& path, int bank) {
    std::string const text = read_possibly_gzipped(path);
    return parse_pattern(text, path.string(), guess_pattern_format(text, path.string()), bank);
}

std::string to_text(Pattern const& pattern, PatternFormat format) {
    check_sizes(pattern);
    check_values(pattern);
    switch (format) {
        case PatternFormat::xye:
            return detail::columns_text(pattern, true);
        case PatternFormat::fxye:
            return detail::fxye_text(pattern);
        case PatternFormat::fox:
            return detail::fox_text(pattern);
        case PatternFormat::cif:
            return detail::pdcif_text(pattern);
        case PatternFormat::gsas:
        case PatternFormat::xrdml:
        case PatternFormat::bruker_raw:
        case PatternFormat::brml:
            throw Error(
                Fault::unsupported,
                fmt::format("'format' is {}; expected one that is written; write fxye", to_name(format)));
        case PatternFormat::xy:
            break;
    }
    return detail::columns_text(pattern, false);
}

void write_pattern(std::filesystem::path const& path, Pattern const& pattern) {
    struct Ending {
        char const* ending;
        PatternFormat format;
    };
    static constexpr Ending endings[] = {{".xy", PatternFormat::xy},
                                         {".xye", PatternFormat::xye},
                                         {".fxye", PatternFormat::fxye},
                                         {".dat", PatternFormat::fox},
                                         {".cif", PatternFormat::cif}};
    std::string const ending = to_lower(path.extension().string());
    for (auto const& known : endings)
        if (ending == known.ending) return write_file(path, to_text(pattern, known.format));
    refuse(fmt::format("'{}' ends in {}; expected .xy, .xye, .fxye, .dat or .cif", path.string(),
                       hutch::in_quotes(ending)));
}

}  // namespace hutch::data
