#include "hutch/data/detail/svg.hpp"

#include "hutch/base/text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace hutch::data::detail {
namespace {

double character_width(std::uint32_t code) {
    if (code >= 0x300 && code < 0x370) return 0;  // combining marks
    if (code >= 0x1100) return code >= 0x2000 && code < 0x2E80 ? 0.7 : 1;
    if (code >= 0x80) return 0.65;
    char const c = char(code);
    if (std::string_view("iIjl.,:;'|!()[]{}ftr -/").find(c) != std::string_view::npos) return 0.38;
    if (std::string_view("mwMW%@").find(c) != std::string_view::npos) return 0.95;
    return c >= 'A' && c <= 'Z' ? 0.7 : 0.6;
}

void append_tenths(std::string& out, long tenths, bool apart) {
    if (tenths < 0)
        out += '-';
    else if (apart)
        out += ' ';
    long const size = std::abs(tenths);
    if (size >= 10 || size == 0) out += std::to_string(size / 10);
    if (size % 10 != 0) out += '.', out += char('0' + size % 10);
}

std::string place(double x, double y) {
    return " x=\"" + short_number(x) + "\" y=\"" + short_number(y) + "\"";
}

}  // namespace

std::string short_number(double value, int decimals) {
    char buffer[400];
    auto const [end, problem] =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, decimals);
    if (problem != std::errc{}) return "0";
    std::string text(buffer, end);
    if (text.find('.') != std::string::npos) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.') text.pop_back();
    }
    return text == "-0" ? "0" : text;
}

double text_width(std::string_view text, double font_size) {
    double width = 0;
    while (!text.empty()) {
        auto const [code, bytes] = first_character(text);
        width += character_width(code);
        text.remove_prefix(bytes);
    }
    return width * font_size;
}

std::string fit_text(std::string_view text, double font_size, double width) {
    if (text_width(text, font_size) <= width) return std::string(text);
    double used = 0.9;  // the ellipsis
    std::size_t kept = 0;
    while (kept < text.size()) {
        auto const [code, bytes] = first_character(text.substr(kept));
        used += character_width(code);
        if (used * font_size > width) break;
        kept += bytes;
    }
    return std::string(text.substr(0, kept)) + "…";
}

void Path::write(char command, long x, long y) {
    bool const is_repeated = command == command_;
    if (!is_repeated) text_ += command;
    command_ = command;
    append_tenths(text_, x, is_repeated);
    append_tenths(text_, y, true);
}

void Path::move(double x, double y) {
    x_ = std::lround(10 * x), y_ = std::lround(10 * y);
    command_ = 0;
    write('M', x_, y_);
}

void Path::line(double x, double y) {
    long const new_x = std::lround(10 * x), new_y = std::lround(10 * y);
    // A step of zero is drawn only right after a move, where it makes a dot.
    if (new_x == x_ && new_y == y_ && command_ != 'M') return;
    write('l', new_x - x_, new_y - y_);
    x_ = new_x, y_ = new_y;
}

void Path::mark(double x1, double y1, double x2, double y2) {
    move(x1, y1);
    line(x2, y2);
}

Svg::Svg(double width, double height, std::string_view title) {
    std::string const w = short_number(width), h = short_number(height);
    out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + w + " " + h +
           "\" role=\"img\" aria-label=\"" + escape_xml(title) +
           "\" font-family=\"Helvetica,Arial,sans-serif\" font-size=\"12\" fill=\"#222\">\n";
    rect(0, 0, width, height, "fill=\"#fff\"");
}

void Svg::rect(double x, double y, double width, double height, std::string_view attributes) {
    out_ += "<rect" + place(x, y) + " width=\"" + short_number(width) + "\" height=\"" +
            short_number(height) + "\" ";
    out_.append(attributes).append("/>\n");
}

void Svg::path(Path const& path, std::string_view attributes) {
    if (path.text().empty()) return;
    out_.append("<path d=\"").append(path.text()).append("\" ").append(attributes).append("/>\n");
}

void Svg::text(double x, double y, std::string_view text, std::string_view attributes) {
    text_markup(x, y, escape_xml(text), attributes);
}

void Svg::text_markup(double x, double y, std::string_view markup, std::string_view attributes) {
    if (markup.empty()) return;
    out_ += "<text" + place(x, y);
    if (!attributes.empty()) out_.append(" ").append(attributes);
    out_.append(">").append(markup).append("</text>\n");
}

void Svg::text_turned(double x, double y, double angle, std::string_view text, std::string_view attributes) {
    std::string const turn =
        "transform=\"rotate(" + short_number(-angle) + " " + short_number(x) + " " + short_number(y) + ")\" ";
    this->text(x, y, text, turn + std::string(attributes));
}

void Svg::text_upwards(double x, double y, std::string_view text, std::string_view attributes) {
    text_turned(x, y, 90, text, attributes);
}

std::string Svg::finish() && { return std::move(out_) + "</svg>\n"; }

}  // namespace hutch::data::detail
