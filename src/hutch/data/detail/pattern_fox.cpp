// FOX (and FullProf format 0): one line "start step stop [title]", then counts, any number of them a line.
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/detail/pattern_formats.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace hutch::data::detail {
namespace {

struct Grid {
    double start, step;
    std::size_t points;
};

Grid read_grid(LineReader& lines, Pattern& pattern) {
    while (lines.next() && is_passed_over(lines.line(), false)) continue;
    FieldReader fields(lines.line());
    double const start = next_number(fields, lines, "start");
    double const step = next_number(fields, lines, "step");
    std::string_view const stop_field = fields.next();
    FieldReader again(stop_field);
    double const stop = next_number(again, lines, "stop");
    if (!(step > 0))
        lines.fail(fmt::format("'step' is {}; expected > 0 (the header is start step stop)", step));
    if (!(stop > start))
        lines.fail(fmt::format("'stop' is {}; expected more than start, {} (the header is start step stop)",
                               stop, start));
    std::size_t const points = grid_points(start, step, stop);
    if (points == 0)
        lines.fail(fmt::format("'step' is {}; expected at most {} points from start to stop", step,
                               with_commas(most_points)));
    std::string_view const line = lines.line();
    pattern.title =
        one_line(line.substr(std::size_t(stop_field.data() - line.data()) + stop_field.size()), 1000);
    return {start, step, points};
}

void check_count(std::size_t counts, Grid const& grid, LineReader const& lines) {
    std::size_t const difference = std::max(counts, grid.points) - std::min(counts, grid.points);
    if (difference > 1)
        lines.fail(fmt::format("file has {} counts; expected {} as its header says (start step stop)", counts,
                               grid.points));
}

}  // namespace

Pattern parse_fox(std::string_view text, std::string const& name) {
    LineReader lines(text, name);
    PatternBuilder builder(name);
    Grid const grid = read_grid(lines, builder.pattern());
    std::size_t counts = 0;
    while (lines.next()) {
        FieldReader fields(lines.line());
        for (auto field = fields.next(); !field.empty(); field = fields.next(), ++counts) {
            auto const y = to_number(field);
            if (!y) lines.fail(fmt::format("'count' is {}; expected a finite number", quoted(field)));
            builder.add(lines.number(), grid.start + double(counts) * grid.step, *y, counting_sigma(*y));
        }
    }
    check_count(counts, grid, lines);
    return builder.finish(lines.number());
}

std::string fox_text(Pattern const& pattern) {
    if (pattern.axis != AxisKind::two_theta)
        throw Error(Fault::unsupported,
                    fmt::format("'axis' is {}; expected two_theta for format fox; write xy or cif",
                                to_name(pattern.axis)));
    double const start = pattern.x.front(), stop = pattern.x.back();
    double const step = (stop - start) / double(pattern.x.size() - 1);
    // Nine digits are promised, and the header is all that holds x.
    double const tolerance = std::min(1e-9 * std::max(std::abs(start), std::abs(stop)), 0.01 * step);
    for (std::size_t i = 0; i < pattern.x.size(); ++i)
        if (!(std::abs(start + double(i) * step - pattern.x[i]) <= tolerance))
            throw Error(Fault::bad_input,
                        fmt::format("'x' is {} at point {}; expected {:.12g}, as format fox holds equal "
                                    "steps only; write xye",
                                    pattern.x[i], i, start + double(i) * step));
    fmt::memory_buffer out;
    auto to = fmt::appender(out);
    fmt::format_to(to, "{:.12g} {:.12g} {:.12g} {}\n", start, step, stop, one_line(pattern.title, 1000));
    for (std::size_t i = 0; i < pattern.y.size(); ++i)
        fmt::format_to(to, "{:.9g}{}", pattern.y[i], i % 10 == 9 || i + 1 == pattern.y.size() ? '\n' : ' ');
    return fmt::to_string(out);
}

}  // namespace hutch::data::detail
