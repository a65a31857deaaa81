#include "hutch/data/plot_roofline.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/detail/canvas.hpp"
#include "hutch/data/detail/legend.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hutch::data {
namespace {

using namespace detail;

constexpr double line_height = 15, room = 6;
constexpr char const* halo =
    "paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"4\" stroke-linejoin=\"round\"";

void check(char const* what, std::string const& label, double value) {
    if (is_drawable(value, true)) return;
    throw Error(Fault::bad_input, std::string("'") + what + "' of " + in_quotes(label) + " is " +
                                      (std::isfinite(value) ? short_number(value) : "not finite") +
                                      "; expected above 0");
}

void check(Roofline const& roofline) {
    for (Roof const& roof : roofline.roofs) check("rate", roof.label, roof.rate);
    for (Slope const& slope : roofline.slopes) check("bandwidth", slope.label, slope.bandwidth);
    for (KernelMark const& kernel : roofline.kernels) {
        check("intensity", kernel.label, kernel.intensity);
        if (kernel.rate != 0) check("rate", kernel.label, kernel.rate);
    }
}

struct Point {
    double x, y;
};

struct Box {
    double left, top, right, bottom;
    bool overlaps(Box const& other) const {
        return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
    }
};

// Everything in one place: sorted lines, the frame, both axes, and what is taken by text.
class Drawing {
  public:
    Drawing(Roofline const& roofline, PlotOptions const& options)
        : roofs_(roofline.roofs), slopes_(roofline.slopes), kernels_(roofline.kernels), options_(options) {
        std::ranges::sort(roofs_, std::greater{}, &Roof::rate);
        std::ranges::sort(slopes_, std::greater{}, &Slope::bandwidth);
        find_ranges();
        place();
    }
    std::string draw();

  private:
    void find_ranges();
    void place();
    double x(double intensity) const { return frame_.left + x_.position(std::log10(intensity)); }
    double y(double rate) const { return frame_.bottom() - y_.position(std::log10(rate)); }
    double angle() const {
        return std::atan2(y_.position(y_.range.min + 1), x_.position(x_.range.min + 1)) * 180 /
               std::numbers::pi;
    }
    void draw_slopes(Svg& svg);
    void draw_roofs(Svg& svg) const;
    void draw_kernel(Svg& svg, KernelMark const& kernel, std::size_t number);
    void write_beside(Svg& svg, KernelMark const& kernel);

    std::vector<Roof> roofs_;    // the highest first
    std::vector<Slope> slopes_;  // the fastest first
    std::vector<KernelMark> kernels_;
    PlotOptions const& options_;
    Range x_range_, y_range_;
    Frame frame_;
    Axis x_, y_;
    std::vector<Box> taken_;
};

// A decade left of the first ridge and as much right of the last, and all kernels.
void Drawing::find_ranges() {
    Range intensities, rates;
    for (Roof const& roof : roofs_)
        for (Slope const& slope : slopes_) intensities.include(std::log10(ridge_point(roof, slope)));
    for (KernelMark const& kernel : kernels_) intensities.include(std::log10(kernel.intensity));
    x_range_ = {intensities.min - 0.9, intensities.max + 0.7};
    rates.include(std::log10(roofs_.front().rate));
    rates.include(std::log10(slopes_.back().bandwidth) + x_range_.min);
    for (KernelMark const& kernel : kernels_)
        if (kernel.rate > 0) rates.include(std::log10(kernel.rate));
    y_range_ = {rates.min - 0.1, rates.max + 0.25};
}

void Drawing::place() {
    double label_room = 0;
    for (Roof const& roof : roofs_) label_room = std::max(label_room, text_width(roof.label, tick_font));
    frame_.top = options_.title.empty() ? 16 : 42;
    frame_.height = std::max(60.0, options_.height - frame_.top - 48);
    y_ = make_axis(y_range_, true, frame_.height, 38);
    frame_.left = 22 + y_.widest_label(tick_font) + 18;
    frame_.width = std::max(60.0, options_.width - frame_.left - std::min(label_room, 220.0) - 16);
    x_ = make_axis(x_range_, true, frame_.width, 80);
}

// Text stands above its line, where that comes into the picture; it moves along where the line above is too
// near.
void Drawing::draw_slopes(Svg& svg) {
    double const turn = angle() * std::numbers::pi / 180;
    double end_above = 0, line_above = -1e9;
    for (std::size_t i = 0; i < slopes_.size(); ++i) {
        double const bandwidth = slopes_[i].bandwidth;
        double const first = std::max(std::pow(10.0, x_range_.min), std::pow(10.0, y_range_.min) / bandwidth);
        double const last = ridge_point(roofs_.front(), slopes_[i]);
        Stroke const stroke = palette(i);
        Path line;
        line.move(x(first), y(first * bandwidth));
        line.line(x(last), y(roofs_.front().rate));
        svg.path(line, "fill=\"none\" stroke-width=\"1.8\" stroke=\"" + stroke.colour + "\"");
        // How far the line above is, at right angles.
        double const height = y_.position(y_range_.min + std::log10(bandwidth)) * std::cos(turn);
        bool const is_close = line_above - height < line_height + room && i > 0;
        double const start = is_close ? end_above + 14 : 14;
        line_above = height;
        double const length = std::hypot(x(last) - x(first), y(roofs_.front().rate) - y(first * bandwidth));
        std::string const label = fit_text(slopes_[i].label, tick_font, length - start);
        end_above = start + text_width(label, tick_font);
        Point const foot{x(first) + start * std::cos(turn) - 5 * std::sin(turn),
                         y(first * bandwidth) - start * std::sin(turn) - 5 * std::cos(turn)};
        svg.text_turned(foot.x, foot.y, angle(), label,
                        std::string(halo) + " fill=\"" + stroke.colour + "\"");
        for (double along = 0; along < end_above - start + 6; along += 6) {
            double const at_x = foot.x + along * std::cos(turn), at_y = foot.y - along * std::sin(turn);
            taken_.push_back({at_x - 10, at_y - 12, at_x + 3, at_y + 3});
        }
    }
}

// Labels stand right of the frame and push each other down.
void Drawing::draw_roofs(Svg& svg) const {
    double lowest = -1e9;
    for (Roof const& roof : roofs_) {
        double const height = y(roof.rate);
        Path line;
        line.move(x(ridge_point(roof, slopes_.front())), height);
        line.line(frame_.right(), height);
        svg.path(line, "fill=\"none\" stroke=\"#222\" stroke-width=\"1.6\"");
        lowest = std::max(height, lowest + line_height);
        svg.text(frame_.right() + 8, lowest + 4,
                 fit_text(roof.label, tick_font, options_.width - frame_.right() - 10));
    }
}

// The first free of five places beside a mark; the first of all where none is free.
void Drawing::write_beside(Svg& svg, KernelMark const& kernel) {
    double const at_x = x(kernel.intensity), at_y = y(kernel.rate);
    double const width = text_width(kernel.label, tick_font);
    Box const places[] = {{at_x + 9, at_y - 2, at_x + 9 + width, at_y + 12},
                          {at_x - 9 - width, at_y - 8, at_x - 9, at_y + 6},
                          {at_x + 9, at_y + 12, at_x + 9 + width, at_y + 26},
                          {at_x - width / 2, at_y + 10, at_x + width / 2, at_y + 24},
                          {at_x - width / 2, at_y - 24, at_x + width / 2, at_y - 10}};
    auto const is_free = [&](Box const& box) {
        bool const is_inside = box.left > frame_.left && box.right < frame_.right() &&
                               box.bottom < frame_.bottom() && box.top > frame_.top;
        return is_inside &&
               std::ranges::none_of(taken_, [&](Box const& other) { return box.overlaps(other); });
    };
    Box const* const found = std::ranges::find_if(places, is_free);
    Box const& place = found == std::end(places) ? places[0] : *found;
    taken_.push_back(place);
    svg.text(place.left, place.bottom - 3, kernel.label, halo);
}

void Drawing::draw_kernel(Svg& svg, KernelMark const& kernel, std::size_t number) {
    Path mark;
    if (kernel.rate > 0) {
        mark.mark(x(kernel.intensity), y(kernel.rate), x(kernel.intensity), y(kernel.rate));
        svg.path(mark, "fill=\"none\" stroke=\"#222\" stroke-width=\"9\" stroke-linecap=\"round\"");
        return write_beside(svg, kernel);
    }
    double const top = y(attainable_rate(roofs_.front(), slopes_.front(), kernel.intensity));
    mark.mark(x(kernel.intensity), frame_.bottom(), x(kernel.intensity), std::max(top, frame_.top));
    svg.path(mark, "fill=\"none\" stroke=\"#555\" stroke-width=\"1.2\" stroke-dasharray=\"5 4\"");
    // Neighbours start at different heights.
    double const foot = frame_.bottom() - 10 - double(number % 3) * 0.2 * frame_.height;
    svg.text_upwards(x(kernel.intensity) - 5, foot, fit_text(kernel.label, tick_font, foot - frame_.top),
                     halo);
}

std::string Drawing::draw() {
    Svg svg(options_.width, options_.height, options_.title);
    draw_title(svg, options_.title, options_.width, 24);
    draw_x_grid(svg, frame_, x_);
    draw_y_grid(svg, frame_, y_);
    draw_roofs(svg);
    draw_slopes(svg);
    for (KernelMark const& kernel : kernels_)
        if (kernel.rate > 0)
            taken_.push_back(
                {x(kernel.intensity) - 6, y(kernel.rate) - 6, x(kernel.intensity) + 6, y(kernel.rate) + 6});
    std::size_t lines = 0;
    for (KernelMark const& kernel : kernels_) draw_kernel(svg, kernel, kernel.rate > 0 ? 0 : lines++);
    draw_box(svg, frame_);
    draw_x_axis(svg, frame_, x_, options_.x_label.empty() ? "operations per byte" : options_.x_label);
    draw_y_axis(svg, frame_, y_, options_.y_label.empty() ? "operations per second" : options_.y_label, 18);
    return std::move(svg).finish();
}

}  // namespace

double ridge_point(Roof const& roof, Slope const& slope) { return roof.rate / slope.bandwidth; }

double attainable_rate(Roof const& roof, Slope const& slope, double intensity) {
    return std::min(roof.rate, slope.bandwidth * intensity);
}

std::string plot_roofline(Roofline const& roofline, PlotOptions const& options) {
    check_size(options.width, options.height);
    check(roofline);
    if (roofline.roofs.empty() || roofline.slopes.empty()) return plot_curves({}, {}, options);
    return Drawing(roofline, options).draw();
}

}  // namespace hutch::data
