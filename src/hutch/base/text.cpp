#include "hutch/base/text.hpp"

#include "hutch/base/error.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

constexpr std::uint32_t replacement = 0xFFFD;

std::string_view entity(std::uint32_t code) {
    switch (code) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\'':
            return "&#39;";
        case 0xFFFD:
        case 0xFFFE:
        case 0xFFFF:
            return "\xEF\xBF\xBD";
        default:
            return code < 0x20 || (code >= 0x7F && code < 0xA0) ? " " : "";
    }
}

}  // namespace

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

std::vector<std::string_view> split_words(std::string_view text, bool commas_too) {
    std::vector<std::string_view> words;
    auto const separates = [&](char c) { return is_space(c) || (commas_too && c == ','); };
    for (std::size_t i = 0; i < text.size();) {
        while (i < text.size() && separates(text[i])) ++i;
        std::size_t const start = i;
        while (i < text.size() && !separates(text[i])) ++i;
        if (i > start) words.push_back(text.substr(start, i - start));
    }
    return words;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        std::size_t const at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

std::vector<std::string_view> split_lines(std::string_view text) {
    if (text.empty()) return {};
    if (text.back() == '\n') text.remove_suffix(1);
    std::vector<std::string_view> lines = split(text, '\n');
    for (auto& line : lines)
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return lines;
}

std::string to_lower(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return lower;
}

std::optional<double> to_number(std::string_view text) {
    text = trim(text);
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0;
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

double parse_number(std::string_view text, std::string_view name) {
    if (auto const value = to_number(text)) return *value;
    throw Error(Fault::bad_data, fmt::format("'{}' is {}; expected a number", name, in_quotes(text)));
}

std::string in_quotes(std::string_view text, std::size_t most) {
    std::string shown(text.substr(0, most));
    for (char& c : shown)
        if (static_cast<unsigned char>(c) < 32 || c == 127) c = '?';
    return "'" + shown + (text.size() > most ? "…'" : "'");
}

std::string to_json_text(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string to_csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (char c : text) quoted += c == '"' ? "\"\"" : c == '\n' || c == '\r' ? " " : std::string(1, c);
    return quoted + "\"";
}

std::string with_commas(long long value) {
    std::string digits = std::to_string(value < 0 ? -value : value);
    for (int i = int(digits.size()) - 3; i > 0; i -= 3) digits.insert(std::size_t(i), ",");
    return value < 0 ? "-" + digits : digits;
}

Character first_character(std::string_view text) {
    auto const byte = [&](std::size_t i) { return std::uint32_t(static_cast<unsigned char>(text[i])); };
    std::uint32_t const lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    std::size_t const bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {replacement, 1};
    std::uint32_t code = lead & (0x7Fu >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {replacement, 1};
        code = code << 6 | (byte(i) & 0x3F);
    }
    bool const is_overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
    bool const is_surrogate = code >= 0xD800 && code < 0xE000;
    if (is_overlong || is_surrogate || code > 0x10FFFF) return {replacement, 1};
    return {code, bytes};
}

std::string escape_xml(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        auto const [code, bytes] = first_character(text);
        std::string_view const special = entity(code);
        out += special.empty() ? text.substr(0, bytes) : special;
        text.remove_prefix(bytes);
    }
    return out;
}

}  // namespace hutch
