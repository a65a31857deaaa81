#include "hutch/data/detail/canvas.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"

#include <algorithm>
#include <cmath>

namespace hutch::data::detail {
namespace {

void check_extent(char const* name, double value) {
    if (value >= 100 && value <= 20000) return;  // false for NaN too
    std::string const shown = std::isfinite(value) ? short_number(value) : "not finite";
    throw Error(Fault::bad_input,
                std::string("'") + name + "' is " + shown + " px; expected 100 to 20000 px");
}

}  // namespace

void check_size(double width, double height) {
    check_extent("width", width);
    check_extent("height", height);
}

void check_same_length(std::string const& label, std::size_t x, std::size_t y) {
    if (x == y) return;
    throw Error(Fault::bad_input, "curve " + in_quotes(label) + " is " + std::to_string(x) + " x and " +
                                      std::to_string(y) + " y; expected as many x as y");
}

Range wished_range(PlotOptions const& options) {
    auto const [low, high] = std::minmax(options.x_min, options.x_max);
    if (low == high || !is_drawable(low, options.log_x) || !is_drawable(high, options.log_x)) return {};
    return widened({to_axis_space(low, options.log_x), to_axis_space(high, options.log_x)}, options.log_x);
}

Range with_room(Range range, bool log) {
    if (range.is_empty()) return range;
    range = widened(range, log);
    double const room = 0.05 * (range.max - range.min);
    bool const starts_at_zero = !log && range.min >= 0 && range.min < 0.3 * range.max;
    bool const ends_at_zero = !log && range.max <= 0 && range.max > 0.3 * range.min;
    return {starts_at_zero ? 0 : range.min - room, ends_at_zero ? 0 : range.max + room};
}

void draw_title(Svg& svg, std::string_view title, double width, double baseline) {
    svg.text(width / 2, baseline, fit_text(title, 1.08 * title_font, width - 20),
             "text-anchor=\"middle\" font-size=\"15\" font-weight=\"bold\"");
}

void draw_no_data(Svg& svg, Frame const& frame) {
    svg.text(frame.left + frame.width / 2, frame.top + frame.height / 2 + 5, "no data",
             "text-anchor=\"middle\" font-size=\"15\" fill=\"#777\"");
}

}  // namespace hutch::data::detail
