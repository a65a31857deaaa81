#include "hutch/curate/detail/clean_text.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace hutch::curate::detail {
namespace {

using nlohmann::json;

std::string dump(std::string_view text) {
    return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::size_t next_link(std::string_view text, std::size_t from) {
    return std::min(text.find("https://", from), text.find("http://", from));
}

}  // namespace

std::string clean_text(std::string_view text) {
    std::string clean = json::parse(dump(text)).get<std::string>();
    std::ranges::replace_if(clean, [](unsigned char c) { return (c < 32 && c != '\n') || c == 127; }, ' ');
    return clean;
}

std::string quoted_literal(std::string_view text) { return dump(clean_text(text)); }

std::vector<TextPiece> find_links(std::string_view text) {
    std::vector<TextPiece> pieces;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t const start = std::min(next_link(text, at), text.size());
        if (start > at) pieces.push_back({text.substr(at, start - at), false});
        // A sentence's last sign, or a bracket around the address, is not part of it.
        std::size_t end = std::min(text.find_first_of(" \n<>\"'`|\\", start), text.size());
        while (end > start && std::string_view(".,;:!?)]}").find(text[end - 1]) != std::string_view::npos)
            --end;
        if (end > start) pieces.push_back({text.substr(start, end - start), true});
        at = end;
    }
    return pieces;
}

}  // namespace hutch::curate::detail
