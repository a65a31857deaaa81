/// Draw plots as SVG: curves with ticks, histograms and bars, readable in any browser.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hutch::data {

/// One curve of a plot. An empty colour takes the next of the palette.
struct Curve {
    std::string label;
    std::vector<double> x, y;
    std::string colour;
    enum class Style { line, points, sticks } style = Style::line;  ///< sticks: from 0 up to y
};

/// One row of short vertical marks below the curves (reflection positions).
struct TickRow {
    std::string label;
    std::vector<double> x;
    std::string colour;
};

struct PlotOptions {
    std::string title, x_label, y_label;
    double width = 900, height = 420;   ///< [px]
    bool log_x = false, log_y = false;  ///< bars have no x axis
    bool root_y = false;          ///< curves only: y as its root (of |y|, with its sign); not with log_y
    double x_min = 0, x_max = 0;  ///< equal: from the data
    bool largest_first = false;   ///< bars only
};

/// Return an SVG document (starts with `<svg`, no XML header, so that it stands in HTML too).
///
/// Curves with more points than pixels are thinned to the minimum and maximum of each pixel column, so that
/// no peak is lost. Points that are not finite break the line.
std::string plot_curves(std::vector<Curve> const& curves, std::vector<TickRow> const& ticks,
                        PlotOptions const& options);
/// Return panels one below the other in one SVG, each with its own options; widths are those of the first.
struct Panel {
    std::vector<Curve> curves;
    std::vector<TickRow> ticks;
    PlotOptions options;
};
std::string plot_panels(std::vector<Panel> const& panels);
/// Return a bar chart of labelled counts, largest first if asked; more than `most` bars are summed as
/// "other".
///
/// Bars lie (and the height grows with their number) where labels are long; `x_label` names what the labels
/// are and `y_label` what is counted, either way. `log_y` makes the axis of the values logarithmic.
struct Bar {
    std::string label;
    double value;
};
std::string plot_bars(std::vector<Bar> const& bars, PlotOptions const& options, std::size_t most = 40);
/// Return a histogram of values over equal bins (of the logarithm if `log_x`); a note says what was left out.
///
/// \throws Error bad_input unless `bins` is 1 to 10,000
std::string plot_histogram(std::vector<double> const& values, int bins, PlotOptions const& options);
/// Return a histogram of values that were counted elsewhere; bins may have any width.
///
/// \throws Error bad_input unless there is one edge more than counts (or neither) and the edges are finite,
/// ascending and, on a logarithmic axis, positive
std::string plot_binned(std::vector<double> const& edges, std::vector<std::uint64_t> const& counts,
                        PlotOptions const& options);

}  // namespace hutch::data
