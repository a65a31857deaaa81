#include "hutch/data/plot.hpp"

#include "hutch/data/detail/canvas.hpp"
#include "hutch/data/detail/legend.hpp"
#include "hutch/data/detail/trace.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hutch::data {
namespace {

using namespace detail;

constexpr double row_height = 13;

struct Drawn {
    LegendEntry entry;
    Curve const* curve = nullptr;  ///< one of the two is set
    TickRow const* row = nullptr;
    std::vector<Run> runs;  ///< axis space
};

struct Layout {
    PlotOptions const* options = nullptr;
    std::vector<Drawn> drawn;
    Legend legend;
    Frame frame;
    Range x_range, y_range;
    Axis x, y;
    double strip = 0;  ///< height below the curves that belongs to the tick rows [px]
    double legend_top = 0;
    bool with_numbers = true;
};

void check(std::vector<Curve> const& curves) {
    for (Curve const& curve : curves) check_same_length(curve.label, curve.x.size(), curve.y.size());
}

std::vector<Drawn> list_drawn(Panel const& panel) {
    std::vector<Drawn> drawn;
    std::size_t next = 0;
    auto const stroke = [&](std::string const& colour) {
        return colour.empty() ? palette(next++) : Stroke{colour, ""};
    };
    for (Curve const& curve : panel.curves)
        drawn.push_back(
            {{LegendEntry::Sign(int(curve.style)), stroke(curve.colour), curve.label}, &curve, nullptr, {}});
    for (TickRow const& row : panel.ticks)
        drawn.push_back({{LegendEntry::Sign::marks, stroke(row.colour), row.label}, nullptr, &row, {}});
    return drawn;
}

Range range_of_x(Panel const& panel) {
    if (Range const wish = wished_range(panel.options); !wish.is_empty()) return wish;
    bool const log = panel.options.log_x;
    Range range;
    bool needs_room = false;
    for (Curve const& curve : panel.curves) {
        // Room at the sides keeps single marks off the frame; a pattern of many points fills the width, as
        // lines do.
        needs_room |= curve.style != Curve::Style::line && curve.x.size() < 100;
        for (std::size_t i = 0; i < curve.x.size(); ++i)
            if (is_drawable(curve.x[i], log) && is_drawable(curve.y[i], panel.options.log_y))
                range.include(to_axis_space(curve.x[i], log));
    }
    if (range.is_empty())
        for (TickRow const& row : panel.ticks)
            for (double x : row.x)
                if (is_drawable(x, log)) range.include(to_axis_space(x, log)), needs_room = true;
    if (range.is_empty()) return range;
    range = widened(range, log);
    double const room = needs_room ? 0.02 * (range.max - range.min) : 0;
    return {range.min - room, range.max + room};
}

Range range_of_y(std::vector<Drawn> const& drawn, bool log) {
    Range range;
    for (Drawn const& one : drawn) {
        for (Run const& run : one.runs)
            for (Point const& point : run) range.include(point.y);
        bool const stands_on_zero =
            one.curve && one.curve->style == Curve::Style::sticks && !one.runs.empty();
        if (stands_on_zero && !log) range.include(0);
    }
    return with_room(range, log);
}

bool is_root(PlotOptions const& options) { return options.root_y && !options.log_y; }

void find_ranges(Layout& layout, Panel const& panel) {
    bool const log = panel.options.log_y;
    layout.x_range = range_of_x(panel);
    if (!layout.x_range.is_empty())
        for (Drawn& one : layout.drawn)
            if (one.curve) one.runs = visible_runs(*one.curve, layout.x_range, panel.options.log_x, log);
    if (is_root(panel.options))
        for (Drawn& one : layout.drawn)
            for (Run& run : one.runs)
                for (Point& point : run) point.y = to_root_space(point.y);
    layout.y_range = range_of_y(layout.drawn, log);
}

// An upper panel whose x axis is that of the panel below, and has no label of its own, shows no numbers.
bool shares_axis(Layout const& upper, Layout const& lower) {
    return upper.options->x_label.empty() && !upper.x_range.is_empty() &&
           upper.options->log_x == lower.options->log_x && upper.x_range.min == lower.x_range.min &&
           upper.x_range.max == lower.x_range.max;
}

double place_vertically(Layout& layout, double top, double about_width) {
    std::vector<LegendEntry> entries;
    for (Drawn const& one : layout.drawn) entries.push_back(one.entry);
    layout.legend = lay_out_legend(entries, about_width);
    PlotOptions const& options = *layout.options;
    layout.legend_top = top + (options.title.empty() ? 8 : 32);
    double const above = layout.legend_top - top + layout.legend.height_above;
    double const below = !layout.with_numbers ? 10 : options.x_label.empty() ? 30 : 48;
    auto const rows =
        std::ranges::count_if(layout.drawn, [](Drawn const& one) { return one.row != nullptr; });
    Frame& frame = layout.frame;
    frame.height = std::max(60.0, options.height - above - below);
    layout.strip = rows == 0 ? 0 : std::min(row_height * double(rows) + 4, 0.45 * frame.height);
    auto const y_axis = [&] {
        double const length = frame.height - layout.strip, spacing = std::clamp(length / 8, 20.0, 60.0);
        return is_root(options) ? make_root_axis(layout.y_range, length, 0.7 * spacing)
                                : make_axis(layout.y_range, options.log_y, length, spacing);
    };
    double const factor_room = y_axis().factor.empty() ? 0 : 14;
    frame.top = top + above + factor_room;
    frame.height -= factor_room;
    layout.y = y_axis();
    return frame.bottom() + below;
}

double to_pixel_x(Layout const& layout, double x) { return layout.frame.left + layout.x.position(x); }
double to_pixel_y(Layout const& layout, double y) {
    return layout.frame.top + layout.y.length - layout.y.position(y);
}

Run to_pixels(Layout const& layout, Run run) {
    for (Point& point : run) point = {to_pixel_x(layout, point.x), to_pixel_y(layout, point.y)};
    return run;
}

void draw_curve(Svg& svg, Layout const& layout, Drawn const& one) {
    Path path;
    auto const style = one.curve->style;
    bool const is_dense = double(one.curve->x.size()) > layout.frame.width;
    double const foot =
        layout.options->log_y ? layout.y.range.min : std::clamp(0.0, layout.y.range.min, layout.y.range.max);
    for (Run const& run : one.runs) {
        Run pixels = to_pixels(layout, run);
        if (is_dense) pixels = style == Curve::Style::points ? thin_cells(pixels) : thin_columns(pixels);
        if (style == Curve::Style::sticks)
            for (Point const& p : pixels) path.mark(p.x, to_pixel_y(layout, foot), p.x, p.y);
        else if (style == Curve::Style::points || pixels.size() == 1)
            for (Point const& p : pixels) path.mark(p.x, p.y, p.x, p.y);
        else {
            path.move(pixels[0].x, pixels[0].y);
            for (std::size_t i = 1; i < pixels.size(); ++i) path.line(pixels[i].x, pixels[i].y);
        }
    }
    svg.path(path, stroke_attributes(one.entry.stroke, one.entry.sign));
}

void draw_row(Svg& svg, Layout const& layout, Drawn const& one, double top, double height) {
    Run marks;
    bool const log = layout.options->log_x;
    for (double x : one.row->x) {
        double const at = to_axis_space(x, log);
        if (is_drawable(x, log) && at >= layout.x.range.min && at <= layout.x.range.max)
            marks.push_back({to_pixel_x(layout, at), 0});
    }
    Path path;
    long last = -1;
    for (Point const& mark : marks)
        if (long const place = std::lround(2 * mark.x); std::exchange(last, place) != place)
            path.mark(mark.x, top + 0.15 * height, mark.x, top + 0.85 * height);
    svg.path(path, stroke_attributes(one.entry.stroke, one.entry.sign));
}

void draw_data(Svg& svg, Layout const& layout) {
    for (Drawn const& one : layout.drawn)
        if (one.curve) draw_curve(svg, layout, one);
    auto const rows =
        std::ranges::count_if(layout.drawn, [](Drawn const& one) { return one.row != nullptr; });
    double const height = (layout.strip - 4) / double(std::max<std::ptrdiff_t>(1, rows));
    double top = layout.frame.bottom() - layout.strip + 2;
    for (Drawn const& one : layout.drawn)
        if (one.row) draw_row(svg, layout, one, std::exchange(top, top + height), height);
}

void draw_panel(Svg& svg, Layout const& layout, double width) {
    Frame const& frame = layout.frame;
    PlotOptions const& options = *layout.options;
    draw_title(svg, options.title, width, layout.legend_top - 14);
    draw_legend(svg, frame, layout.legend, layout.legend_top - 2);
    if (layout.x_range.is_empty()) {
        draw_no_data(svg, frame);
        draw_x_label(svg, frame, options.x_label);
        return draw_box(svg, frame);
    }
    bool const has_curves = !layout.y_range.is_empty();
    draw_x_grid(svg, frame, layout.x);
    if (has_curves) draw_y_grid(svg, frame, layout.y, layout.strip);
    draw_data(svg, layout);
    draw_box(svg, frame);
    draw_x_axis(svg, frame, layout.x, options.x_label, layout.with_numbers);
    if (has_curves) draw_y_axis(svg, frame, layout.y, options.y_label, 18);
}

void place_horizontally(std::vector<Layout>& layouts, double width) {
    double left = 20, right = 20;
    for (Layout const& layout : layouts) {
        double const label = layout.options->y_label.empty() ? 0 : 22;
        left = std::max(left, label + layout.y.widest_label(tick_font) + 16);
        right = std::max(right, layout.legend.width_right + 16);
    }
    for (Layout& layout : layouts) {
        layout.frame.left = left;
        layout.frame.width = std::max(60.0, width - left - right);
        if (!layout.x_range.is_empty())
            layout.x = make_axis(layout.x_range, layout.options->log_x, layout.frame.width, 80);
    }
}

}  // namespace

std::string plot_panels(std::vector<Panel> const& panels) {
    if (panels.empty()) return plot_panels({Panel{}});
    double const width = panels[0].options.width;
    std::vector<Layout> layouts;
    for (Panel const& panel : panels) {
        check_size(width, panel.options.height);
        check(panel.curves);
        layouts.push_back({&panel.options, list_drawn(panel), {}, {}, {}, {}, {}, {}});
        find_ranges(layouts.back(), panel);
    }
    double height = 0;
    for (std::size_t i = 0; i < layouts.size(); ++i) {
        layouts[i].with_numbers = i + 1 == layouts.size() || !shares_axis(layouts[i], layouts[i + 1]);
        height = place_vertically(layouts[i], height, width - 110);
    }
    place_horizontally(layouts, width);
    Svg svg(width, height, panels[0].options.title);
    for (Layout const& layout : layouts) draw_panel(svg, layout, width);
    return std::move(svg).finish();
}

std::string plot_curves(std::vector<Curve> const& curves, std::vector<TickRow> const& ticks,
                        PlotOptions const& options) {
    return plot_panels({{curves, ticks, options}});
}

}  // namespace hutch::data
