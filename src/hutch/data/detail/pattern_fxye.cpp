// GSAS standard powder data of type FXYE at constant wavelength: records of two theta [centidegree], y,
// sigma. Source: A. C. Larson, R. B. Von Dreele, GSAS, Los Alamos report LAUR 86-748 (2004), "GSAS Standard
// Powder Data File".
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/detail/pattern_formats.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace hutch::data::detail {
namespace {

constexpr std::size_t record_width = 80;
constexpr double centidegrees_per_degree = 100;

bool is_bank(std::string_view line) {
    FieldReader fields(line);
    return fields.next() == "BANK";
}

// Go to the first BANK line; the first line that is no comment is the title.
void read_header(LineReader& lines, Pattern& pattern) {
    bool has_title = false;
    while (lines.next()) {
        if (is_bank(lines.line())) return;
        if (lines.line().starts_with('#')) {
            std::string const title = pattern.title;
            read_header_comment(lines.line(), pattern);
            pattern.title = title;
        } else if (!has_title) {
            pattern.title = one_line(lines.line(), record_width);
            has_title = true;
        }
    }
    lines.fail("file has no BANK line; expected 'BANK n npts nrec CONS start step 0 0 FXYE'");
}

std::size_t read_bank(LineReader const& lines) {
    auto const words = split_words(lines.line());
    std::string_view const type = words.size() > 5 && !to_number(words.back()) ? words.back() : "STD";
    std::string_view const binning = words.size() > 4 ? words[4] : "";
    if (type != "FXYE")
        lines.fail(fmt::format("'BANK type' is {}; expected FXYE; convert the file to FXYE or xye",
                               in_quotes(type)));
    if (!binning.starts_with("CONS"))
        lines.fail(
            fmt::format("'BANK binning' is {}; expected CONS (constant wavelength)", in_quotes(binning)));
    auto const points = to_number(words[2]);
    if (!points || !(*points >= 2 && *points <= double(most_points)) || std::floor(*points) != *points)
        lines.fail(fmt::format("'BANK npts' is {}; expected 2 to {}", in_quotes(words[2]), most_points));
    return std::size_t(*points);
}

std::string record(std::string const& text) { return fmt::format("{:<80}\r\n", text); }

// Bytes outside of ASCII would make a record wider or narrower than 80 columns, depending on who counts.
std::string title_for_gsas(Pattern const& pattern) {
    std::string title = one_line(pattern.title, record_width);
    for (char& c : title)
        if (static_cast<unsigned char>(c) > 126) c = '?';
    return title.starts_with('#') || is_bank(title) ? one_line("title: " + title, record_width) : title;
}

void check_fits_gsas(Pattern const& pattern) {
    if (pattern.axis != AxisKind::two_theta)
        throw Error(Fault::unsupported,
                    fmt::format("'axis' is {}; expected two_theta for format fxye; write xye or cif",
                                to_name(pattern.axis)));
    if (pattern.sigma.empty()) throw Error(Fault::bad_input, "'sigma' is empty; expected it for format fxye");
    double const largest = std::max(std::abs(pattern.x.front()), std::abs(pattern.x.back()));
    if (!(largest <= 360))
        throw Error(Fault::bad_input, fmt::format("'x' is {} degree; expected -360 to 360", largest));
}

}  // namespace

Pattern parse_fxye(std::string_view text, std::string const& name) {
    LineReader lines(text, name);
    PatternBuilder builder(name);
    read_header(lines, builder.pattern());
    int const bank_line = lines.number();
    std::size_t const points = read_bank(lines);
    while (lines.next() && !is_bank(lines.line())) {
        if (is_passed_over(lines.line(), false)) continue;
        FieldReader fields(lines.line());
        double const x = next_number(fields, lines, "x") / centidegrees_per_degree;
        double const y = next_number(fields, lines, "y");
        builder.add(lines.number(), x, y, next_number(fields, lines, "sigma"));
    }
    std::size_t const found = builder.pattern().x.size();
    // Real files of 11-BM hold one record more than their BANK line says.
    if (std::max(found, points) - std::min(found, points) > 1)
        fail_at(
            name, bank_line,
            fmt::format("'BANK npts' is {}; expected {}, the number of records that follow", points, found));
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
    out.reserve(out.size() + points * (record_width + 2));
    for (std::size_t i = 0; i < points; ++i)
        out += record(fmt::format("{:>20.12g} {:>17.9g} {:>17.9g}", pattern.x[i] * centidegrees_per_degree,
                                  pattern.y[i], pattern.sigma[i]));
    return out;
}

}  // namespace hutch::data::detail
