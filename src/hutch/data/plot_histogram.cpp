#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/detail/canvas.hpp"
#include "hutch/data/detail/legend.hpp"
#include "hutch/data/plot.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hutch::data {
namespace {

using namespace detail;

struct Tally {
    Range range;                ///< axis space
    std::vector<double> edges;  ///< of the bins, axis space; empty: equal bins over the range
    std::vector<long long> counts;
    long long used = 0, not_finite = 0, not_positive = 0, outside = 0;
};

Tally count(std::vector<double> const& values, int bins, PlotOptions const& options) {
    bool const log_x = options.log_x;
    Range const wish = wished_range(options);
    Tally tally;
    tally.counts.assign(std::size_t(bins), 0);
    std::vector<double> kept;
    for (double value : values) {
        if (!is_drawable(value))
            ++tally.not_finite;
        else if (!is_drawable(value, log_x))
            ++tally.not_positive;
        else if (double const at = to_axis_space(value, log_x);
                 !wish.is_empty() && (at < wish.min || at > wish.max))
            ++tally.outside;
        else
            kept.push_back(at);
    }
    for (double value : kept) tally.range.include(value);
    tally.used = (long long)kept.size();
    if (kept.empty()) return tally;
    tally.range = wish.is_empty() ? widened(tally.range, log_x) : wish;
    double const scale = bins / (tally.range.max - tally.range.min);
    for (double value : kept)
        ++tally.counts[std::size_t(std::clamp((value - tally.range.min) * scale, 0.0, bins - 1.0))];
    return tally;
}

void check_edges(std::vector<double> const& edges, std::size_t bins, bool log_x) {
    if (bins == 0 && edges.empty()) return;
    if (edges.size() != bins + 1)
        throw Error(Fault::bad_input, "'edges' has " + std::to_string(edges.size()) +
                                          " values; expected one more than 'counts', which has " +
                                          std::to_string(bins));
    for (std::size_t i = 0; i < edges.size(); ++i)
        if (!is_drawable(edges[i], log_x) || (i > 0 && edges[i] <= edges[i - 1]))
            throw Error(Fault::bad_input, "'edges[" + std::to_string(i) + "]' is " +
                                              std::to_string(edges[i]) + "; expected finite" +
                                              (log_x ? ", positive" : "") + " and ascending values");
}

Tally take_counts(std::vector<double> const& edges, std::vector<std::uint64_t> const& counts, bool log_x) {
    check_edges(edges, counts.size(), log_x);
    Tally tally;
    for (double edge : edges) tally.edges.push_back(to_axis_space(edge, log_x));
    for (std::uint64_t count : counts) {
        tally.counts.push_back((long long)count);
        tally.used += (long long)count;
    }
    if (!edges.empty()) tally.range = {tally.edges.front(), tally.edges.back()};
    return tally;
}

std::string note(Tally const& tally) {
    std::string text = "n = " + with_commas(tally.used), separator = "; left out: ";
    auto const add = [&](long long number, char const* what) {
        if (number == 0) return;
        text += std::exchange(separator, ", ") + with_commas(number) + " " + what;
    };
    add(tally.not_finite, "not finite");
    add(tally.not_positive, "not positive");
    add(tally.outside, "outside the range");
    return text;
}

void draw_bins(Svg& svg, Frame const& frame, Tally const& tally, Axis const& x, Axis const& y, bool log_y) {
    double const width = frame.width / double(tally.counts.size());
    // A white edge parts wide bins; between narrow ones it would pale the colour.
    std::string const edge =
        width > 6 ? "stroke=\"#fff\" stroke-width=\"0.7\"" : "shape-rendering=\"crispEdges\"";
    auto const place = [&](std::size_t i) {
        return frame.left + (tally.edges.empty() ? double(i) * width : x.position(tally.edges[i]));
    };
    Path path;
    for (std::size_t i = 0; i < tally.counts.size(); ++i) {
        if (tally.counts[i] == 0) continue;
        double const left = place(i), right = place(i + 1);
        double const top = frame.bottom() - y.position(to_axis_space(double(tally.counts[i]), log_y));
        path.move(left, frame.bottom());
        path.line(left, top);
        path.line(right, top);
        path.line(right, frame.bottom());
    }
    svg.path(path, "fill=\"" + palette(0).colour + "\" " + edge);
}

std::string draw(Tally const& tally, PlotOptions const& options) {
    Svg svg(options.width, options.height, options.title);
    Frame frame;
    frame.top = options.title.empty() ? 28 : 50;
    frame.height = std::max(40.0, options.height - frame.top - 48);
    long long const most = tally.counts.empty() ? 0 : std::ranges::max(tally.counts);
    Range const y_range = options.log_y
                              ? Range{std::log10(0.5), std::log10(std::max(1.0, 1.5 * double(most)))}
                              : Range{0, 1.05 * double(std::max(1LL, most))};
    Axis const y = make_axis(y_range, options.log_y, frame.height, 38);
    frame.left = 22 + y.widest_label(tick_font) + 18;
    frame.width = options.width - frame.left - 20;
    draw_title(svg, options.title, options.width, 22);
    svg.text(frame.right(), frame.top - 8, note(tally), "text-anchor=\"end\" fill=\"#555\"");
    if (tally.used == 0) {
        draw_no_data(svg, frame);
        draw_x_label(svg, frame, options.x_label);
    } else {
        Axis const x = make_axis(tally.range, options.log_x, frame.width, 80);
        draw_y_grid(svg, frame, y);
        draw_bins(svg, frame, tally, x, y, options.log_y);
        draw_x_axis(svg, frame, x, options.x_label);
        draw_y_axis(svg, frame, y, options.y_label.empty() ? "count" : options.y_label, 18);
    }
    draw_box(svg, frame);
    return std::move(svg).finish();
}

}  // namespace

std::string plot_histogram(std::vector<double> const& values, int bins, PlotOptions const& options) {
    if (bins < 1 || bins > 10000)
        throw Error(Fault::bad_input, "'bins' is " + std::to_string(bins) + "; expected 1 to 10000");
    check_size(options.width, options.height);
    return draw(count(values, bins, options), options);
}

std::string plot_binned(std::vector<double> const& edges, std::vector<std::uint64_t> const& counts,
                        PlotOptions const& options) {
    check_size(options.width, options.height);
    return draw(take_counts(edges, counts, options.log_x), options);
}

}  // namespace hutch::data
