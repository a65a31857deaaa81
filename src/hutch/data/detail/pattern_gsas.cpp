// GSAS standard powder data: banks of points under a BANK line that says how they lie.
// Source: A. C. Larson, R. B. Von Dreele, GSAS, Los Alamos report LAUR 86-748 (2004), "GSAS Standard Powder
// Data File". Records are 80 columns wide; x is in centidegrees at constant wavelength, else in microseconds.
//   STD   10 fields of 8 columns: number of counters (2), counts (6)
//   ESD   5 pairs of 8 columns: y, sigma
//   ALT   4 triples: 32 x (8), y (7, the last 4 are decimals unless it has a point), sigma (5, likewise)
//   FXY   one point a record, in free form: x, y;  FXYE: x, y, sigma
// Blank fields are points that were not measured: zero, without weight.
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/detail/pattern_formats.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::data::detail {
namespace {

constexpr double centidegrees_per_degree = 100;
constexpr double largest_angle = 360;  // [degree]
constexpr char const* bank_rule = "'BANK n npts nrec CONST start step 0 0 STD'";

struct Bank {
    int line = 0;
    std::size_t points = 0;
    std::string_view type;
    AxisKind axis = AxisKind::two_theta;
    double start = 0, step = 0;  // of STD and ESD, in the unit of the file

    double to_x(double in_file) const {
        return axis == AxisKind::two_theta ? in_file / centidegrees_per_degree : in_file;
    }
};

struct Point {
    double x, y, sigma;
};

bool is_bank(std::string_view line) {
    FieldReader fields(line);
    return fields.next() == "BANK";
}

// Counts that went below zero were not counted: such a point carries no weight.
double sigma_of_counts(double y) { return y < 0 ? 0 : counting_sigma(y); }

// Go to the BANK line asked for; the first line that is no comment is the title.
void find_bank(LineReader& lines, Pattern& pattern, int wanted) {
    bool has_title = false;
    std::vector<std::string> seen;
    while (lines.next()) {
        if (is_bank(lines.line())) {
            auto const words = split_words(lines.line());
            auto const number = words.size() > 1 ? to_number(words[1]) : std::nullopt;
            if (wanted == 0 || (number && *number == wanted)) return;
            if (words.size() > 1) seen.push_back(in_quotes(words[1], 8));
            has_title = true;
        } else if (lines.line().starts_with('#')) {
            std::string const title = pattern.title;
            read_header_comment(lines.line(), pattern);
            pattern.title = title;
        } else if (!has_title) {
            pattern.title = one_line(lines.line(), gsas_record_width);
            has_title = true;
        }
    }
    if (seen.empty()) lines.fail(fmt::format("file has no BANK line; expected {}", bank_rule));
    seen.resize(std::min<std::size_t>(seen.size(), 20));
    lines.fail(fmt::format("file has no bank {}; expected one of {}", wanted, fmt::join(seen, ", ")));
}

AxisKind axis_of(std::string_view binning, LineReader const& lines) {
    if (binning.starts_with("CONS")) return AxisKind::two_theta;
    for (char const* time : {"SLOG", "RALF", "COND", "LOG6", "LPSD", "TIME_MAP"})
        if (binning == time) return AxisKind::time_of_flight;
    lines.fail(fmt::format(
        "'BANK binning' is {}; expected CONST (constant wavelength), or SLOG, RALF, COND, LOG6, LPSD or "
        "TIME_MAP (time of flight)",
        in_quotes(binning)));
}

double bank_number(LineReader const& lines, std::vector<std::string_view> const& words, std::size_t at,
                   char const* item) {
    if (at < words.size())
        if (auto const number = to_number(words[at])) return *number;
    lines.fail(fmt::format("'BANK {}' is {}; expected a finite number", item,
                           at < words.size() ? in_quotes(words[at]) : "missing"));
}

// How a record of fixed columns is divided, and how one of its fields is read.
struct Field;
struct Layout {
    std::string_view type;
    std::size_t width, fields;
    Point (*read)(Field const& field, double x);
};

struct Field {
    LineReader const& lines;
    std::size_t first;  // column, from 0

    std::string_view text(std::size_t from, std::size_t width) const {
        std::string_view const line = lines.line();
        return first + from < line.size() ? trim(line.substr(first + from, width)) : std::string_view();
    }
    // A number in Fortran's F format: blank is zero, and without a point the last `decimals` digits follow
    // it.
    double number(std::size_t from, std::size_t width, char const* item, int decimals = 0) const {
        std::string_view const found = text(from, width);
        if (found.empty()) return 0;
        auto const value = to_number(found);
        if (!value)
            lines.fail(fmt::format("'{}' is {} in columns {} to {}; expected a finite number", item,
                                   in_quotes(found), first + from + 1, first + from + width));
        return found.find('.') == std::string_view::npos ? *value / std::pow(10, decimals) : *value;
    }
};

Point read_std(Field const& field, double x) {
    double const counters = std::max(1.0, field.number(0, 2, "counters"));
    double const y = field.number(2, 6, "counts");
    return {x, y, sigma_of_counts(y) / std::sqrt(counters)};
}

Point read_esd(Field const& field, double x) {
    return {x, field.number(0, 8, "y"), field.number(8, 8, "sigma")};
}

Point read_alt(Field const& field, double) {
    constexpr double parts = 32;  // of the unit of x
    return {field.number(0, 8, "x") / parts, field.number(8, 7, "y", 4), field.number(15, 5, "sigma", 4)};
}

constexpr Layout layouts[] = {{"STD", 8, 10, read_std}, {"ESD", 16, 5, read_esd}, {"ALT", 20, 4, read_alt}};

Layout const* layout_of(std::string_view type) {
    for (Layout const& layout : layouts)
        if (type == layout.type) return &layout;
    return nullptr;
}

bool has_grid(std::string_view type) { return type == "STD" || type == "ESD"; }

void check_type(Bank const& bank, LineReader const& lines) {
    if (!layout_of(bank.type) && bank.type != "FXY" && bank.type != "FXYE")
        lines.fail(
            fmt::format("'BANK type' is {}; expected STD, ESD, ALT, FXY or FXYE", in_quotes(bank.type)));
    if (has_grid(bank.type) && bank.axis == AxisKind::time_of_flight)
        lines.fail(fmt::format(
            "'BANK type' is {} with time of flight; expected ALT, FXY or FXYE, which hold x; convert the "
            "file to FXYE",
            in_quotes(bank.type)));
}

Bank read_bank(LineReader const& lines) {
    auto const words = split_words(lines.line());
    if (words.size() < 5)
        lines.fail(fmt::format("'BANK' has {} items; expected {}", words.size() - 1, bank_rule));
    Bank bank;
    bank.line = lines.number();
    bank.type = words.size() > 5 && !to_number(words.back()) ? words.back() : "STD";
    bank.axis = axis_of(words[4], lines);
    check_type(bank, lines);
    auto const points = to_number(words[2]);
    if (!points || !(*points >= 2 && *points <= double(most_points)) || std::floor(*points) != *points)
        lines.fail(fmt::format("'BANK npts' is {}; expected 2 to {}", in_quotes(words[2]), most_points));
    bank.points = std::size_t(*points);
    if (has_grid(bank.type)) {
        bank.start = bank_number(lines, words, 5, "start");
        bank.step = bank_number(lines, words, 6, "step");
        if (bank.step == 0) lines.fail("'BANK step' is 0; expected another number");
    }
    return bank;
}

// Go to the next record of the bank; files from DOS may end in control-Z.
bool next_record(LineReader& lines) {
    while (lines.next()) {
        std::string_view const line = lines.line();
        if (is_bank(line) || line.starts_with("TIME_MAP") || line.starts_with('\x1a')) return false;
        if (!line.starts_with('#') && !trim(line).empty()) return true;
    }
    return false;
}

// Return how many points the records hold; those beyond what the BANK line says are counted, not kept. Zeros
// among them fill up the last record; some real files (PbSO4 of the round robin) hold the last record twice.
std::size_t read_fixed(LineReader& lines, Bank const& bank, Layout const& layout, PatternBuilder& builder) {
    std::size_t at = 0, found = 0;
    std::string_view last;
    while (next_record(lines)) {
        if (at >= bank.points && lines.line() == last) continue;
        last = lines.line();
        for (std::size_t i = 0; i < layout.fields; ++i, ++at) {
            Field const field{lines, i * layout.width};
            if (field.text(0, layout.width).empty()) continue;
            Point const point = layout.read(field, bank.start + double(at) * bank.step);
            bool const is_filling = at >= bank.points && point.y == 0;
            if (!is_filling) {
                // Blank fields before this one were not measured; where the file holds x, they are no points.
                for (std::size_t gap = found; has_grid(bank.type) && gap < std::min(at, bank.points); ++gap)
                    builder.add(lines.number(), bank.to_x(bank.start + double(gap) * bank.step), 0, 0);
                found = has_grid(bank.type) ? at + 1 : found + 1;
            }
            if (found <= bank.points && !is_filling)
                builder.add(lines.number(), bank.to_x(point.x), point.y, point.sigma);
        }
    }
    return found;
}

std::size_t read_free(LineReader& lines, Bank const& bank, PatternBuilder& builder) {
    while (next_record(lines)) {
        if (is_passed_over(lines.line(), false)) continue;
        FieldReader fields(lines.line());
        double const x = bank.to_x(next_number(fields, lines, "x"));
        double const y = next_number(fields, lines, "y");
        builder.add(lines.number(), x, y,
                    bank.type == "FXY" ? sigma_of_counts(y) : next_number(fields, lines, "sigma"));
    }
    return builder.pattern().x.size();
}

std::string record(std::string const& text) { return fmt::format("{:<80}\r\n", text); }

// Bytes outside of ASCII would make a record wider or narrower than 80 columns, depending on who counts.
std::string title_for_gsas(Pattern const& pattern) {
    std::string title = one_line(pattern.title, gsas_record_width);
    for (char& c : title)
        if (static_cast<unsigned char>(c) > 126) c = '?';
    return title.starts_with('#') || is_bank(title) ? one_line("title: " + title, gsas_record_width) : title;
}

void check_fits_gsas(Pattern const& pattern) {
    if (pattern.axis != AxisKind::two_theta)
        throw Error(Fault::unsupported,
                    fmt::format("'axis' is {}; expected two_theta for format fxye; write xye or cif",
                                to_name(pattern.axis)));
    if (pattern.sigma.empty()) throw Error(Fault::bad_input, "'sigma' is empty; expected it for format fxye");
    double const largest = std::max(std::abs(pattern.x.front()), std::abs(pattern.x.back()));
    if (!(largest <= largest_angle))
        throw Error(Fault::bad_input, fmt::format("'x' is {} degree; expected -360 to 360", largest));
}

}  // namespace

Pattern parse_gsas(std::string_view text, std::string const& name, int bank_number) {
    LineReader lines(text, name, gsas_record_width);
    PatternBuilder builder(name);
    find_bank(lines, builder.pattern(), bank_number);
    Bank const bank = read_bank(lines);
    builder.pattern().axis = bank.axis;
    builder.pattern().is_binned = bank.axis == AxisKind::time_of_flight;
    Layout const* const layout = layout_of(bank.type);
    std::size_t const found =
        layout ? read_fixed(lines, bank, *layout, builder) : read_free(lines, bank, builder);
    // Real files of 11-BM hold one record more than their BANK line says.
    std::size_t const tolerance = layout ? 0 : 1;
    if (std::max(found, bank.points) - std::min(found, bank.points) > tolerance)
        fail_at(name, bank.line,
                fmt::format("'BANK npts' is {}; expected {}, the number of points that follow", bank.points,
                            found));
    double const largest =
        std::max(std::abs(builder.pattern().x.front()), std::abs(builder.pattern().x.back()));
    if (bank.axis == AxisKind::two_theta && !(largest <= largest_angle))
        fail_at(name, bank.line,
                fmt::format("'x' is {} degree with BANK binning CONST; expected at most {}; is x a time of "
                            "flight, mark it so (SLOG) and give x in the file (FXYE)",
                            largest, largest_angle));
    return builder.finish(lines.number());
}

std::string fxye_text(Pattern const& pattern) {
    check_fits_gsas(pattern);
    std::size_t const points = pattern.x.size();
    double const start = pattern.x.front() * centidegrees_per_degree;
    double const step = (pattern.x.back() - pattern.x.front()) / double(points - 1) * centidegrees_per_degree;
    std::string out = record(title_for_gsas(pattern));
    if (pattern.wavelength > 0)
        out += record(fmt::format("# wavelength: {:.12g} angstrom", pattern.wavelength));
    out += record(fmt::format("BANK 1 {} {} CONS {:.8g} {:.8g} 0 0 FXYE", points, points, start, step));
    out.reserve(out.size() + points * (gsas_record_width + 2));
    for (std::size_t i = 0; i < points; ++i)
        out += record(fmt::format("{:>20.12g} {:>17.9g} {:>17.9g}", pattern.x[i] * centidegrees_per_degree,
                                  pattern.y[i], pattern.sigma[i]));
    return out;
}

}  // namespace hutch::data::detail
