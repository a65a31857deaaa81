/// Choose ranges and ticks of an axis, linear or logarithmic, and draw its frame.
#pragma once

#include "hutch/data/detail/svg.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hutch::data::detail {

/// Lower and upper end in axis space: the value itself, or its decimal logarithm on a log axis. Empty: min >
/// max.
struct Range {
    double min = 1, max = 0;
    bool is_empty() const { return min > max; }
    void include(double value);
};

/// Return whether a value can be drawn: finite and not so large that a range overflows; on a log axis,
/// positive.
bool is_drawable(double value, bool log = false);
/// Return a value in axis space.
double to_axis_space(double value, bool log);

struct Tick {
    double at;          ///< axis space
    std::string label;  ///< without markup; `^` starts a superscript that ends at the end
};

struct Axis {
    Range range;
    double length = 0;  ///< [px]
    std::vector<Tick> ticks;
    std::vector<double> minor_ticks;
    std::string factor;  ///< common factor of the labels, such as "×10^5"; empty: none

    double position(double at) const { return (at - range.min) / (range.max - range.min) * length; }
    double widest_label(double font_size) const;
};

/// Return a range that is not empty and not a point: constant data get room on both sides.
Range widened(Range range, bool log);
/// Return an axis over a range with ticks at 1, 2 or 5 times a power of ten, labels at least `spacing` apart
/// [px].
Axis make_axis(Range range, bool log, double length, double spacing);
/// Return the root of a value's magnitude with its sign: the axis space of a root axis.
double to_root_space(double value);
/// Return an axis over a range in root space with ticks at 0 and 1, 2 or 5 times powers of ten.
Axis make_root_axis(Range range, double length, double spacing);

/// Return the markup of a label.
std::string label_markup(std::string_view label);

/// Where data are drawn, in the document [px].
struct Frame {
    double left = 0, top = 0, width = 0, height = 0;
    double right() const { return left + width; }
    double bottom() const { return top + height; }
};

constexpr double tick_font = 12, label_font = 13, title_font = 15;

/// Draw grid lines of a vertical axis that ends `lift` px above the frame's bottom; the line at zero is
/// darker.
void draw_y_grid(Svg& svg, Frame const& frame, Axis const& axis, double lift = 0);
void draw_x_grid(Svg& svg, Frame const& frame, Axis const& axis);
/// Draw ticks, numbers and label; `label_x` is the label's baseline [px].
void draw_y_axis(Svg& svg, Frame const& frame, Axis const& axis, std::string_view label, double label_x);
void draw_x_axis(Svg& svg, Frame const& frame, Axis const& axis, std::string_view label,
                 bool with_numbers = true);
void draw_box(Svg& svg, Frame const& frame);
/// Draw the label below the numbers of a horizontal axis.
void draw_x_label(Svg& svg, Frame const& frame, std::string_view label);

}  // namespace hutch::data::detail
