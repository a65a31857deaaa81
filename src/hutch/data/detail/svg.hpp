/// Write SVG elements: escaped text, short numbers and compact paths.
#pragma once

#include <string>
#include <string_view>

namespace hutch::data::detail {

/// Return a number with at most this many decimals and no zeros at the end.
std::string short_number(double value, int decimals = 2);

/// Return the width of a text in a common sans-serif face [px], rather too large than too small.
double text_width(std::string_view text, double font_size);

/// Return the text, cut with an ellipsis where it would be wider than `width` [px].
std::string fit_text(std::string_view text, double font_size, double width);

/// The `d` of a path, in steps of 0.1 px relative to the last point: about half the size of absolute numbers.
class Path {
  public:
    void move(double x, double y);
    void line(double x, double y);
    /// Draw one straight mark; with both ends alike, a dot (where the stroke has round ends).
    void mark(double x1, double y1, double x2, double y2);
    std::string const& text() const { return text_; }

  private:
    void write(char command, long x, long y);
    std::string text_;
    char command_ = 0;
    long x_ = 0, y_ = 0;  ///< [0.1 px]
};

/// One SVG document under construction. Attributes are written as they are given: never pass foreign text
/// there.
class Svg {
  public:
    Svg(double width, double height, std::string_view title);
    void rect(double x, double y, double width, double height, std::string_view attributes);
    void path(Path const& path, std::string_view attributes);
    void text(double x, double y, std::string_view text, std::string_view attributes = {});
    /// The same for text that is already markup (superscripts).
    void text_markup(double x, double y, std::string_view markup, std::string_view attributes = {});
    /// Write text that is turned about its anchor [degree], anticlockwise.
    void text_turned(double x, double y, double angle, std::string_view text, std::string_view attributes);
    /// Write text that reads upwards, centred on a point.
    void text_upwards(double x, double y, std::string_view text, std::string_view attributes);
    std::string finish() &&;

  private:
    std::string out_;
};

}  // namespace hutch::data::detail
