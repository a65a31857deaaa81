#include "hutch/base/text.hpp"
#include "hutch/data/detail/canvas.hpp"
#include "hutch/data/detail/legend.hpp"
#include "hutch/data/plot.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hutch::data {
namespace {

using namespace detail;

constexpr double value_font = 11, lying_slot = 17, least_slot = 13;

std::string value_label(double value) {
    if (!std::isfinite(value)) return "not finite";
    if (value == std::round(value) && std::abs(value) < 1e15) return with_commas((long long)value);
    double const size = std::floor(std::log10(std::abs(value)));
    if (size >= -4 && size < 15) return short_number(value, std::clamp(3 - int(size), 0, 8));
    return short_number(value / std::pow(10.0, size), 3) + "e" + short_number(size);
}

bool is_larger(Bar const& a, Bar const& b) {
    if (std::isfinite(a.value) != std::isfinite(b.value)) return std::isfinite(a.value);
    return a.value > b.value && std::isfinite(a.value);
}

// Keep the largest in their order and sum the others, so that no more than `most` bars are left.
std::vector<Bar> select(std::vector<Bar> bars, std::size_t most, bool largest_first) {
    std::vector<std::size_t> order(bars.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order,
                             [&](std::size_t a, std::size_t b) { return is_larger(bars[a], bars[b]); });
    std::size_t const kept = bars.size() <= most ? bars.size() : std::max<std::size_t>(most, 1) - 1;
    Bar other{"other (" + std::to_string(bars.size() - kept) + ")", 0};
    for (std::size_t i = kept; i < order.size(); ++i)
        if (is_drawable(bars[order[i]].value)) other.value += bars[order[i]].value;
    if (!largest_first) std::sort(order.begin(), order.begin() + std::ptrdiff_t(kept));
    std::vector<Bar> chosen;
    for (std::size_t i = 0; i < kept; ++i) chosen.push_back(std::move(bars[order[i]]));
    if (kept < bars.size()) chosen.push_back(std::move(other));
    return chosen;
}

struct BarChart {
    std::vector<Bar> const& bars;
    PlotOptions const& options;
    Range range;  ///< of the values, axis space

    double widest(bool of_values) const {
        double widest = 0;
        for (Bar const& bar : bars)
            widest = std::max(widest, of_values ? text_width(value_label(bar.value), value_font)
                                                : text_width(bar.label, tick_font));
        return widest;
    }
    /// Return where a bar starts and ends along its axis [px].
    std::pair<double, double> extent(Bar const& bar, Axis const& axis) const {
        double const foot = std::clamp(options.log_y ? axis.range.min : 0.0, axis.range.min, axis.range.max);
        if (!is_drawable(bar.value, options.log_y)) return {axis.position(foot), axis.position(foot)};
        return {axis.position(foot), axis.position(to_axis_space(bar.value, options.log_y))};
    }
};

Range range_of(std::vector<Bar> const& bars, bool log) {
    Range range;
    if (!log) range.include(0);
    for (Bar const& bar : bars)
        if (is_drawable(bar.value, log)) range.include(to_axis_space(bar.value, log));
    if (range.is_empty()) return {0, 1};
    if (log) return {std::floor(range.min - 0.3), range.max};
    return range.min == range.max ? Range{0, 1} : range;
}

// Values get room beside their bars, inside the frame.
Axis value_axis(Range range, bool log, double length, double spacing, double label_room) {
    double const share = std::clamp(label_room / length, 0.0, 0.4);
    double const extent = (range.max - range.min) / (1 - share);
    double const below = !log && range.min < 0 ? share * extent : 0;
    return make_axis({range.min - below, range.min + extent}, log, length, spacing);
}

bool is_standing(BarChart const& chart, double width) {
    double letters = 0;
    for (Bar const& bar : chart.bars) letters += text_width(bar.label, 1 / 0.6);
    double const count = double(chart.bars.size());
    return letters / count <= 6 && width / count >= least_slot;
}

std::string draw_lying(BarChart const& chart) {
    PlotOptions const& options = chart.options;
    double const slot =
        std::max(lying_slot, std::min(34.0, (options.height - 90) / double(chart.bars.size())));
    Frame frame;
    frame.top = options.title.empty() ? 12 : 36;
    frame.height = slot * double(chart.bars.size()) + 8;
    double const label_room = std::min(chart.widest(false), 0.4 * options.width);
    frame.left = label_room + (options.x_label.empty() ? 16 : 38);
    frame.width = options.width - frame.left - 24;
    Axis const axis = value_axis(chart.range, options.log_y, frame.width, 80, chart.widest(true) + 10);
    Svg svg(options.width, frame.bottom() + (options.y_label.empty() ? 30 : 48), options.title);
    draw_title(svg, options.title, options.width, 22);
    draw_x_grid(svg, frame, axis);
    for (std::size_t i = 0; i < chart.bars.size(); ++i) {
        double const middle = frame.top + 4 + (double(i) + 0.5) * slot;
        auto const [foot, end] = chart.extent(chart.bars[i], axis);
        svg.rect(frame.left + std::min(foot, end), middle - 0.38 * slot, std::abs(end - foot), 0.76 * slot,
                 "fill=\"" + palette(0).colour + "\"");
        svg.text(frame.left - 8, middle + 4, fit_text(chart.bars[i].label, tick_font, label_room),
                 "text-anchor=\"end\"");
        bool const is_left = end < foot;
        svg.text(frame.left + end + (is_left ? -4 : 4), middle + 4, value_label(chart.bars[i].value),
                 is_left ? "font-size=\"11\" text-anchor=\"end\"" : "font-size=\"11\"");
    }
    draw_box(svg, frame);
    draw_x_axis(svg, frame, axis, options.y_label);
    svg.text_upwards(18, frame.top + frame.height / 2, fit_text(options.x_label, label_font, frame.height),
                     "text-anchor=\"middle\" font-size=\"13\"");
    return std::move(svg).finish();
}

void draw_standing_bar(Svg& svg, Frame const& frame, double slot, double middle,
                       std::pair<double, double> extent, std::string const& value, bool turned) {
    auto const [foot, end] = extent;
    svg.rect(middle - 0.38 * slot, frame.bottom() - std::max(foot, end), 0.76 * slot, std::abs(end - foot),
             "fill=\"" + palette(0).colour + "\"");
    bool const is_below = end < foot;
    double const tip = frame.bottom() - end + (is_below ? 4 : -4);
    if (turned)
        svg.text_upwards(middle + 4, tip, value,
                         is_below ? "font-size=\"11\" text-anchor=\"end\"" : "font-size=\"11\"");
    else
        svg.text(middle, tip + (is_below ? 9 : 0), value, "font-size=\"11\" text-anchor=\"middle\"");
}

std::string draw_standing(BarChart const& chart) {
    PlotOptions const& options = chart.options;
    double const about_slot = (options.width - 110) / double(chart.bars.size());
    bool const values_turned = chart.widest(true) > about_slot - 3,
               labels_turned = chart.widest(false) > about_slot - 4;
    double const label_room = labels_turned ? chart.widest(false) + 4 : 14;
    Frame frame;
    frame.top = options.title.empty() ? 20 : 44;
    double const below = label_room + (options.x_label.empty() ? 14 : 34);
    frame.height = std::max(60.0, options.height - frame.top - below);
    double const room = values_turned ? chart.widest(true) + 12 : 20;
    Axis const axis = value_axis(chart.range, options.log_y, frame.height, 38, room);
    frame.left = axis.widest_label(tick_font) + (options.y_label.empty() ? 18 : 40);
    frame.width = options.width - frame.left - 20;
    Svg svg(options.width, frame.bottom() + below, options.title);
    draw_title(svg, options.title, options.width, 22);
    draw_y_grid(svg, frame, axis);
    double const slot = frame.width / double(chart.bars.size());
    for (std::size_t i = 0; i < chart.bars.size(); ++i) {
        Bar const& bar = chart.bars[i];
        double const middle = frame.left + (double(i) + 0.5) * slot;
        draw_standing_bar(svg, frame, slot, middle, chart.extent(bar, axis), value_label(bar.value),
                          values_turned);
        if (labels_turned)
            svg.text_upwards(middle + 4, frame.bottom() + 7, bar.label, "text-anchor=\"end\"");
        else
            svg.text(middle, frame.bottom() + 17, bar.label, "text-anchor=\"middle\"");
    }
    draw_box(svg, frame);
    draw_y_axis(svg, frame, axis, options.y_label, 18);
    svg.text(frame.left + frame.width / 2, frame.bottom() + below - 8,
             fit_text(options.x_label, label_font, frame.width), "text-anchor=\"middle\" font-size=\"13\"");
    return std::move(svg).finish();
}

}  // namespace

std::string plot_bars(std::vector<Bar> const& all, PlotOptions const& options, std::size_t most) {
    check_size(options.width, options.height);
    if (all.empty()) return plot_curves({}, {}, options);
    std::vector<Bar> const bars = select(all, most, options.largest_first);
    BarChart const chart{bars, options, range_of(bars, options.log_y)};
    return is_standing(chart, options.width - 110) ? draw_standing(chart) : draw_lying(chart);
}

}  // namespace hutch::data
