#include "hutch/data/detail/legend.hpp"

#include "hutch/base/text.hpp"

#include <algorithm>
#include <array>

namespace hutch::data::detail {
namespace {

constexpr double row_height = 18, sign_width = 24, gap = 18;
constexpr int most_rows = 3;

void draw_entry(Svg& svg, double x, double y, LegendEntry const& entry, std::string_view label) {
    using Sign = LegendEntry::Sign;
    Path sign;
    if (entry.sign == Sign::line)
        sign.mark(x, y, x + 18, y);
    else if (entry.sign == Sign::points)
        sign.mark(x + 9, y, x + 9, y);
    else
        sign.mark(x + 9, y - 5, x + 9, y + 5);
    svg.path(sign, stroke_attributes(entry.stroke, entry.sign));
    svg.text(x + sign_width, y + 4, label);
}

Legend on_the_right(std::vector<LegendEntry> entries, double plot_width) {
    Legend legend;
    double widest = 0;
    for (LegendEntry const& entry : entries) widest = std::max(widest, text_width(entry.label, tick_font));
    legend.width_right = std::min(widest + sign_width + 12, std::max(80.0, 0.3 * plot_width));
    legend.entries = std::move(entries);
    return legend;
}

void draw_right(Svg& svg, Frame const& frame, Legend const& legend) {
    std::size_t const room = std::max<std::size_t>(1, std::size_t(frame.height / row_height));
    std::size_t const count = legend.entries.size();
    std::size_t const shown = count > room ? room - 1 : count;
    double const x = frame.right() + 12, width = legend.width_right - sign_width - 8;
    double y = frame.top + row_height / 2;
    for (std::size_t i = 0; i < shown; ++i, y += row_height)
        draw_entry(svg, x, y, legend.entries[i], fit_text(legend.entries[i].label, tick_font, width));
    if (shown < count) svg.text(x, y + 4, "and " + std::to_string(count - shown) + " more");
}

}  // namespace

Stroke palette(std::size_t n) {
    static constexpr std::array colours{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                        "#E69F00", "#56B4E9", "#000000"};
    static constexpr std::array dashes{"", "6 3", "2 3"};
    return {colours[n % colours.size()], dashes[n / colours.size() % dashes.size()]};
}

Legend lay_out_legend(std::vector<LegendEntry> const& all, double plot_width) {
    std::vector<LegendEntry> entries;
    std::ranges::copy_if(all, std::back_inserter(entries),
                         [](LegendEntry const& e) { return !e.label.empty(); });
    Legend legend;
    if (entries.empty()) return legend;
    double x = 0;
    int row = 0;
    for (LegendEntry const& entry : entries) {
        double const width = sign_width + text_width(entry.label, tick_font);
        if (width > plot_width) return on_the_right(std::move(entries), plot_width);
        if (x + width > plot_width) x = 0, ++row;
        if (row >= most_rows) return on_the_right(std::move(entries), plot_width);
        legend.column_x.push_back(x);
        legend.rows.push_back(row);
        x += width + gap;
    }
    legend.height_above = (row + 1) * row_height;
    legend.entries = std::move(entries);
    return legend;
}

void draw_legend(Svg& svg, Frame const& frame, Legend const& legend, double top) {
    if (legend.width_right > 0) return draw_right(svg, frame, legend);
    for (std::size_t i = 0; i < legend.entries.size(); ++i)
        draw_entry(svg, frame.left + legend.column_x[i], top + (legend.rows[i] + 0.5) * row_height,
                   legend.entries[i], legend.entries[i].label);
}

std::string stroke_attributes(Stroke const& stroke, LegendEntry::Sign sign) {
    using Sign = LegendEntry::Sign;
    std::string text = "fill=\"none\" stroke=\"" + escape_xml(stroke.colour) + "\" stroke-width=\"";
    if (sign == Sign::points) return text + "3.4\" stroke-linecap=\"round\"";
    if (sign == Sign::marks) return text + "1.1\"";
    if (sign == Sign::sticks) return text + "1.4\"";
    text += "1.3\" stroke-linejoin=\"round\" ";
    return stroke.dashes.empty() ? text + "stroke-linecap=\"round\""
                                 : text + "stroke-dasharray=\"" + stroke.dashes + "\"";
}

}  // namespace hutch::data::detail
