// Columns x, y and perhaps sigma between blanks or commas, under comments and lines of text.
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/detail/pattern_formats.hpp"

#include <fmt/format.h>

namespace hutch::data::detail {

Pattern parse_columns(std::string_view text, std::string const& name, bool has_sigma) {
    LineReader lines(text, name);
    PatternBuilder builder(name);
    bool is_top = true;
    while (lines.next()) {
        // The first character settles nearly all lines of a large file.
        char const first = lines.line().empty() ? ' ' : lines.line().front();
        bool const is_plain = !is_top && first >= '0' && first <= '9';
        if (!is_plain && is_passed_over(lines.line(), is_top)) {
            if (is_top) read_header_comment(lines.line(), builder.pattern());
            continue;
        }
        is_top = false;
        FieldReader fields(lines.line());
        double const x = next_number(fields, lines, "x");
        double const y = next_number(fields, lines, "y");
        if (has_sigma)
            builder.add(lines.number(), x, y, next_number(fields, lines, "sigma"));
        else
            builder.add(lines.number(), x, y);
    }
    return builder.finish(lines.number());
}

std::string columns_text(Pattern const& pattern, bool has_sigma) {
    if (has_sigma && pattern.sigma.empty())
        throw Error(Fault::bad_input, "'sigma' is empty; expected it for format xye; write format xy");
    fmt::memory_buffer out;
    auto to = fmt::appender(out);
    std::string const title = one_line(pattern.title, 1000);
    if (!title.empty()) fmt::format_to(to, "# title: {}\n", title);
    fmt::format_to(to, "# axis: {} [{}]\n", to_name(pattern.axis), unit_of(pattern.axis));
    if (pattern.wavelength > 0) fmt::format_to(to, "# wavelength: {:.12g} angstrom\n", pattern.wavelength);
    for (std::size_t i = 0; i < pattern.x.size(); ++i) {
        fmt::format_to(to, "{:.12g} {:.9g}", pattern.x[i], pattern.y[i]);
        if (has_sigma) fmt::format_to(to, " {:.9g}", pattern.sigma[i]);
        out.push_back('\n');
    }
    return fmt::to_string(out);
}

}  // namespace hutch::data::detail
