#include "hutch/data/detail/axis.hpp"

#include "hutch/base/text.hpp"

#include <algorithm>
#include <cmath>

namespace hutch::data::detail {
namespace {

constexpr char const* grid_style = "fill=\"none\" stroke=\"#e6e6e6\"";
constexpr char const* zero_style = "fill=\"none\" stroke=\"#999\"";
constexpr char const* tick_style = "fill=\"none\" stroke=\"#444\"";
constexpr double tick_length = 5, minor_length = 3;

struct Step {
    double size;
    int exponent;   ///< of ten, of the step's first digit
    int divisions;  ///< parts between minor ticks
};

// The smallest of 1, 2, 5 times a power of ten that is not below the wish.
Step nice_step(double wish) {
    int const exponent = int(std::floor(std::log10(wish)));
    double const power = std::pow(10.0, exponent);
    double const digit = wish / power;
    if (digit <= 1 + 1e-9) return {power, exponent, 5};
    if (digit <= 2 + 1e-9) return {2 * power, exponent, 4};
    if (digit <= 5 + 1e-9) return {5 * power, exponent, 5};
    return {10 * power, exponent + 1, 5};
}

// Multiples of a step in a range, counted as integers so that a rounding error cannot loop for ever.
std::vector<double> multiples(Range range, double step) {
    std::vector<double> all;
    double const first = std::ceil(range.min / step - 1e-6), last = std::floor(range.max / step + 1e-6);
    for (double i = first; i <= last && all.size() < 1000; i += 1) all.push_back(i * step);
    return all;
}

void add_linear_ticks(Axis& axis, double spacing) {
    Range const range = axis.range;
    double const most = std::max(2.0, std::floor(axis.length / spacing));
    Step const step = nice_step((range.max - range.min) / most);
    int const size = int(std::floor(std::log10(std::max(std::abs(range.min), std::abs(range.max))) + 1e-9));
    int const factor = size >= 6 || size <= -4 ? size : 0;
    int const decimals = std::clamp(factor - step.exponent, 0, 15);
    double const scale = std::pow(10.0, factor);
    for (double value : multiples(range, step.size)) {
        std::string label = short_number(value / scale, decimals);
        if (decimals > 0 && label.find('.') == std::string::npos && label != "0") label += '.';
        if (std::size_t const dot = label.find('.'); dot != std::string::npos)
            label.append(std::size_t(decimals) + dot + 1 - label.size(), '0');
        axis.ticks.push_back({value, label});
    }
    axis.minor_ticks = multiples(range, step.size / step.divisions);
    if (factor != 0) axis.factor = "×10^" + std::to_string(factor);
}

std::string log_label(int digit, int decade, bool plain) {
    if (plain) return short_number(digit * std::pow(10.0, decade), std::max(0, -decade));
    std::string const power = "10^" + std::to_string(decade);
    return digit == 1 ? power : std::to_string(digit) + "×" + power;
}

// Below half a decade the digits 1, 2, 5 leave too few ticks: take the nice numbers of a linear axis.
void add_narrow_log_ticks(Axis& axis, double spacing) {
    Axis linear{{std::pow(10.0, axis.range.min), std::pow(10.0, axis.range.max)}, axis.length, {}, {}, {}};
    add_linear_ticks(linear, spacing);
    axis.factor = linear.factor;
    for (Tick& tick : linear.ticks)
        if (tick.at > 0) axis.ticks.push_back({std::log10(tick.at), std::move(tick.label)});
}

void add_log_ticks(Axis& axis, double spacing) {
    Range const range = axis.range;
    double const decades = range.max - range.min;
    if (decades < 0.5) return add_narrow_log_ticks(axis, spacing);
    int const first = int(std::floor(range.min)), last = int(std::ceil(range.max));
    int const every = std::max(1, int(std::ceil(decades * spacing / axis.length)));
    bool const with_digits = axis.length / decades > 4 * spacing || decades < 1.5;
    bool const plain = first >= -3 && last <= 4;
    auto const add = [&](int digit, int decade) {
        double const at = decade + std::log10(digit);
        if (at < range.min - 1e-9 || at > range.max + 1e-9) return;
        bool const is_major = digit == 1 ? decade % every == 0 : with_digits && (digit == 2 || digit == 5);
        if (is_major)
            axis.ticks.push_back({at, log_label(digit, decade, plain)});
        else if (every == 1 || digit == 1)
            axis.minor_ticks.push_back(at);
    };
    for (int decade = first; decade <= last; ++decade)
        for (int digit = 1; digit < 10; ++digit) add(digit, decade);
}

// The largest values first: towards zero a root axis grows narrow, and ticks that come too close are left
// out.
void add_root_ticks(Axis& axis, double spacing, double sign) {
    double const end = sign > 0 ? axis.range.max : -axis.range.min;
    if (!(end > 0)) return;
    double last = 2 * end * axis.length;  // [px]
    int const highest = int(std::floor(2 * std::log10(end))) + 1;
    auto const pixels = [&](double root) { return root / (axis.range.max - axis.range.min) * axis.length; };
    for (int decade = highest; decade > highest - 9; --decade)
        for (int digit : {5, 2, 1}) {
            double const root = std::sqrt(digit * std::pow(10.0, decade)), at = sign * root;
            if (at > axis.range.max || at < axis.range.min) continue;
            if (pixels(root) < spacing || last - pixels(root) < spacing) continue;
            last = pixels(root);
            std::string const label = log_label(digit, decade, decade >= -3 && decade < 6);
            axis.ticks.push_back({at, sign < 0 ? "-" + label : label});
        }
}

// A hyphen is shorter than a minus sign and hard to see in print.
std::string with_minus(std::string_view text) {
    return text.starts_with('-') ? "−" + escape_xml(text.substr(1)) : escape_xml(text);
}

std::string plain_label(std::string label) {
    std::erase(label, '^');
    return label;
}

}  // namespace

void Range::include(double value) {
    if (is_empty()) min = max = value;
    min = std::min(min, value), max = std::max(max, value);
}

bool is_drawable(double value, bool log) {
    return std::isfinite(value) && std::abs(value) <= 1e300 && (!log || value > 0);
}

double to_axis_space(double value, bool log) { return log ? std::log10(value) : value; }

double Axis::widest_label(double font_size) const {
    double widest = 0;
    for (Tick const& tick : ticks) widest = std::max(widest, text_width(plain_label(tick.label), font_size));
    return widest;
}

Range widened(Range range, bool log) {
    if (range.is_empty()) return {0, 1};
    double const size = std::max(std::abs(range.min), std::abs(range.max));
    double const extent = range.max - range.min;
    // Ten digits are enough to tell ticks apart; a narrower range is constant data with rounding noise.
    if (extent > 1e-10 * size && extent > 1e-290) return range;
    double const middle = range.min + extent / 2;
    double const half = log ? 0.5 : size > 1e-280 ? 0.1 * size : 1;
    return {middle - half, middle + half};
}

Axis make_axis(Range range, bool log, double length, double spacing) {
    Axis axis{widened(range, log), length, {}, {}, {}};
    log ? add_log_ticks(axis, spacing) : add_linear_ticks(axis, spacing);
    return axis;
}

double to_root_space(double value) { return std::copysign(std::sqrt(std::abs(value)), value); }

Axis make_root_axis(Range range, double length, double spacing) {
    Axis axis{widened(range, false), length, {}, {}, {}};
    add_root_ticks(axis, spacing, 1);
    add_root_ticks(axis, spacing, -1);
    if (axis.range.min <= 0 && axis.range.max >= 0) axis.ticks.push_back({0, "0"});
    return axis;
}

std::string label_markup(std::string_view label) {
    std::size_t const at = label.find('^');
    std::string markup = with_minus(label.substr(0, at));
    if (at == std::string_view::npos) return markup;
    return markup + "<tspan dy=\"-4\" font-size=\"9\">" + with_minus(label.substr(at + 1)) + "</tspan>";
}

void draw_y_grid(Svg& svg, Frame const& frame, Axis const& axis, double lift) {
    Path grid, zero;
    for (Tick const& tick : axis.ticks) {
        double const y = frame.bottom() - lift - axis.position(tick.at);
        bool const is_zero = tick.at == 0 && tick.label == "0" && axis.range.min < 0;
        (is_zero ? zero : grid).mark(frame.left, y, frame.right(), y);
    }
    svg.path(grid, grid_style);
    svg.path(zero, zero_style);
}

void draw_x_grid(Svg& svg, Frame const& frame, Axis const& axis) {
    Path grid;
    for (Tick const& tick : axis.ticks) {
        double const x = frame.left + axis.position(tick.at);
        grid.mark(x, frame.top, x, frame.bottom());
    }
    svg.path(grid, grid_style);
}

void draw_y_axis(Svg& svg, Frame const& frame, Axis const& axis, std::string_view label, double label_x) {
    Path ticks;
    double const base = frame.top + axis.length;
    for (double at : axis.minor_ticks)
        ticks.mark(frame.left - minor_length, base - axis.position(at), frame.left, base - axis.position(at));
    for (Tick const& tick : axis.ticks) {
        double const y = base - axis.position(tick.at);
        ticks.mark(frame.left - tick_length, y, frame.left, y);
        svg.text_markup(frame.left - tick_length - 4, y + 4, label_markup(tick.label), "text-anchor=\"end\"");
    }
    svg.path(ticks, tick_style);
    svg.text_markup(frame.left, frame.top - 6, label_markup(axis.factor), "text-anchor=\"end\"");
    svg.text_upwards(label_x, frame.top + frame.height / 2, fit_text(label, label_font, frame.height + 20),
                     "text-anchor=\"middle\" font-size=\"13\"");
}

void draw_x_label(Svg& svg, Frame const& frame, std::string_view label) {
    svg.text(frame.left + frame.width / 2, frame.bottom() + 38, fit_text(label, label_font, frame.width),
             "text-anchor=\"middle\" font-size=\"13\"");
}

void draw_x_axis(Svg& svg, Frame const& frame, Axis const& axis, std::string_view label, bool with_numbers) {
    Path ticks;
    double const bottom = frame.bottom();
    for (double at : axis.minor_ticks)
        ticks.mark(frame.left + axis.position(at), bottom, frame.left + axis.position(at),
                   bottom + minor_length);
    for (Tick const& tick : axis.ticks) {
        double const x = frame.left + axis.position(tick.at);
        ticks.mark(x, bottom, x, bottom + tick_length);
        if (with_numbers) svg.text_markup(x, bottom + 19, label_markup(tick.label), "text-anchor=\"middle\"");
    }
    svg.path(ticks, tick_style);
    if (!with_numbers) return;
    svg.text_markup(frame.right(), bottom + 36, label_markup(axis.factor), "text-anchor=\"end\"");
    draw_x_label(svg, frame, label);
}

void draw_box(Svg& svg, Frame const& frame) {
    svg.rect(frame.left, frame.top, frame.width, frame.height, "fill=\"none\" stroke=\"#888\"");
}

}  // namespace hutch::data::detail
