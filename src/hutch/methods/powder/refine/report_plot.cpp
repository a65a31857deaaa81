// The plot of a measured pattern with what was calculated for it.
#include "hutch/data/plot.hpp"
#include "hutch/methods/powder/refine/detail/report_content.hpp"

#include <cmath>
#include <iterator>

namespace hutch::powder::refine::detail {
namespace {

constexpr char const *observed_colour = "#222222", *calculated_colour = "#D55E00",
                     *background_colour = "#009E73", *difference_colour = "#0072B2";

// Colours of ticks that no curve has. Source: Okabe & Ito, Color Universal Design (2008).
constexpr char const* tick_colours[] = {"#CC79A7", "#56B4E9", "#E69F00", "#0072B2", "#000000"};

// Differences at points that count; NaN breaks the line at the others.
std::vector<double> differences(PatternResult const& pattern) {
    std::vector<double> values(pattern.x.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = pattern.sigma[i] > 0 ? pattern.y[i] - pattern.calculated[i] : std::nan("");
    return values;
}

}  // namespace

std::string pattern_plot(Result const& result, PatternResult const& pattern, bool is_root) {
    using Style = data::Curve::Style;
    data::Panel upper, lower;
    upper.curves = {{"observed", pattern.x, pattern.y, observed_colour, Style::points},
                    {"background", pattern.x, pattern.background, background_colour, Style::line},
                    {"calculated", pattern.x, pattern.calculated, calculated_colour, Style::line}};
    for (ShareResult const& share : result.shares) {
        if (share.pattern != pattern.name) continue;
        data::TickRow row{share.phase, {}, tick_colours[upper.ticks.size() % std::size(tick_colours)]};
        for (ReflectionResult const& one : share.reflections) row.x.push_back(one.position);
        upper.ticks.push_back(std::move(row));
    }
    bool const has_points = !pattern.x.empty();
    upper.options.title = pattern.name;
    upper.options.y_label = is_root ? "intensity (root scale)" : "intensity";
    upper.options.height = 400;
    upper.options.root_y = is_root;
    lower.curves = {
        {"observed - calculated", pattern.x, differences(pattern), difference_colour, Style::line}};
    lower.options.x_label = data::axis_label(pattern.axis);
    lower.options.y_label = "difference";
    lower.options.height = 170;
    for (data::Panel* panel : {&upper, &lower})
        if (has_points) panel->options.x_min = pattern.x.front(), panel->options.x_max = pattern.x.back();
    return data::plot_panels({upper, lower});
}

}  // namespace hutch::powder::refine::detail
