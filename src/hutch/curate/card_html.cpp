#include "hutch/base/text.hpp"
#include "hutch/curate/card.hpp"
#include "hutch/curate/detail/blocks.hpp"
#include "hutch/curate/detail/card_style.hpp"
#include "hutch/curate/detail/clean_text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hutch::curate {
namespace {

using namespace detail;

std::string escaped(std::string_view text) {
    std::string out;
    for (char c : text) switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    return out;
}

std::string inline_text(std::string_view text) {
    std::string out;
    std::string const clean = clean_text(text);
    for (TextPiece const& piece : find_links(clean)) {
        std::string const words = escaped(piece.text);
        out += piece.is_link ? "<a href=\"" + words + "\">" + words + "</a>" : words;
    }
    return out;
}

std::string paragraphs(std::string_view text) {
    std::string out, open;
    auto const close = [&] {
        if (!open.empty()) out += "<p>" + open + "</p>\n";
        open.clear();
    };
    for (std::string_view line : split_lines(text)) {
        if (trim(line).empty())
            close();
        else
            open += (open.empty() ? "" : "\n") + inline_text(trim(line));
    }
    close();
    return out;
}

std::string row_text(std::vector<Column> const& columns, std::vector<std::string> const& row) {
    std::string out = "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) switch (columns[i].kind) {
            case Column::Kind::text:
                out += "<td>" + inline_text(row[i]) + "</td>";
                break;
            case Column::Kind::number:
                out += "<td class=\"n\">" + inline_text(row[i]) + "</td>";
                break;
            case Column::Kind::code:
                out += "<td><code>" + escaped(clean_text(row[i])) + "</code></td>";
                break;
        }
    return out + "</tr>\n";
}

std::string table_text(Table const& table) {
    std::string out = "<div class=\"wide\"><table>\n<thead><tr>";
    for (Column const& column : table.columns)
        out +=
            fmt::format("<th scope=\"col\"{}>{}</th>",
                        column.kind == Column::Kind::number ? " class=\"n\"" : "", inline_text(column.name));
    out += "</tr></thead>\n<tbody>\n";
    for (auto const& row : table.rows) out += row_text(table.columns, row);
    return out + "</tbody>\n</table></div>\n";
}

std::string content(Block const& block) {
    switch (block.kind) {
        case Block::Kind::paragraph:
            return paragraphs(block.text);
        case Block::Kind::heading:
            return "<h3>" + inline_text(block.text) + "</h3>\n";
        case Block::Kind::table:
            return table_text(block.table);
        case Block::Kind::code:
            return "<pre><code>" + escaped(clean_text(block.text)) + "</code></pre>\n";
        case Block::Kind::plot:
            return "<figure>" + block.text + "</figure>\n";
    }
    return "";
}

std::string block_text(Block const& block) {
    if (block.fold.empty()) return content(block);
    return "<details><summary>" + inline_text(block.fold) + "</summary>\n" + content(block) + "</details>\n";
}

// Plots that follow one another share a grid.
std::string section_text(Section const& section) {
    std::string out = "<section>\n<h2>" + inline_text(section.title) + "</h2>\n";
    bool in_grid = false;
    for (Block const& block : section.blocks) {
        bool const is_plot = block.kind == Block::Kind::plot;
        if (is_plot != in_grid) out += is_plot ? "<div class=\"plots\">\n" : "</div>\n";
        in_grid = is_plot;
        out += block_text(block);
    }
    return out + (in_grid ? "</div>\n" : "") + "</section>\n";
}

std::string head_text(Card const& card) {
    std::string out = "<header>\n<h1>" + inline_text(card.title) + "</h1>\n" + paragraphs(card.description);
    out += "<ul class=\"numbers\">\n";
    for (Fact const& number : card.numbers)
        out += "<li><b>" + inline_text(number.value) + "</b> " + inline_text(number.name) + "</li>\n";
    out += "</ul>\n";
    if (card.facts.empty()) return out + "</header>\n";
    out += "<dl>\n";
    for (Fact const& fact : card.facts)
        out += "<dt>" + inline_text(fact.name) + "</dt><dd>" + inline_text(fact.value) + "</dd>\n";
    return out + "</dl>\n</header>\n";
}

}  // namespace

std::string detail::to_html(Card const& card) {
    std::string out =
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>" +
        escaped(clean_text(card.title)) + "</title>\n<style>\n" + card_style +
        "</style>\n</head>\n<body>\n<main>\n" + head_text(card);
    for (Section const& section : card.sections) out += section_text(section);
    return out + "</main>\n</body>\n</html>\n";
}

std::string to_card_html(DatasetSummary const& summary) { return detail::to_html(make_card(summary, true)); }

}  // namespace hutch::curate
