/// Make foreign text fit for a document: valid UTF-8, no control characters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hutch::curate::detail {

/// Return the text with bytes that are not UTF-8 as U+FFFD and control characters as blanks; line feeds stay.
std::string clean_text(std::string_view text);

/// Return the text as a double-quoted literal that JSON and Python read alike.
std::string quoted_literal(std::string_view text);

/// A piece of running text; a link is its own address.
struct TextPiece {
    std::string_view text;
    bool is_link = false;
};
/// Return the text in pieces: web addresses in it (http, https) and what stands between.
std::vector<TextPiece> find_links(std::string_view text);

}  // namespace hutch::curate::detail
