#include "hutch/base/text.hpp"
#include "hutch/curate/card.hpp"
#include "hutch/curate/detail/blocks.hpp"
#include "hutch/curate/detail/clean_text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hutch::curate {
namespace {

using namespace detail;

void add_escaped(std::string& out, std::string_view text) {
    for (char c : text) {
        if (std::string_view("\\`*_[]<>&|#~$").find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
}

// Return text in which nothing is markup but web addresses, on one line.
std::string line(std::string_view text) {
    std::string clean = clean_text(text), out;
    std::ranges::replace(clean, '\n', ' ');
    for (TextPiece const& piece : find_links(clean))
        if (piece.is_link)
            out.append("<").append(piece.text).append(">");
        else
            add_escaped(out, piece.text);
    return out;
}

// Lists, headings and numbered items begin a line with a sign that the line must not show as such.
std::string paragraphs(std::string_view text) {
    std::string out;
    for (std::string_view one : split_lines(text)) {
        std::string const words = line(trim(one));
        std::size_t const digits = std::min(words.find_first_not_of("0123456789"), words.size());
        bool const is_item =
            digits > 0 && digits < words.size() && (words[digits] == '.' || words[digits] == ')');
        bool const is_sign =
            !words.empty() && std::string_view("-+=").find(words[0]) != std::string_view::npos;
        out +=
            is_item ? words.substr(0, digits) + '\\' + words.substr(digits) : (is_sign ? "\\" : "") + words;
        out += '\n';
    }
    return out;
}

std::string cell(std::string const& text, Column::Kind kind) {
    bool const is_plain = text.find_first_of("`|\\\n") == std::string::npos;
    if (kind == Column::Kind::code && is_plain && !text.empty()) return "`" + clean_text(text) + "`";
    return line(text);
}

std::string table_text(Table const& table) {
    std::string head = "|", rule = "|", body;
    for (Column const& column : table.columns) {
        head += " " + line(column.name) + " |";
        rule += column.kind == Column::Kind::number ? " ---: |" : " --- |";
    }
    for (auto const& row : table.rows) {
        body += "|";
        for (std::size_t i = 0; i < row.size(); ++i) body += " " + cell(row[i], table.columns[i].kind) + " |";
        body += "\n";
    }
    return head + "\n" + rule + "\n" + body;
}

// The fence is longer than any run of back-ticks in the code.
std::string code_text(Block const& block) {
    std::string const clean = clean_text(block.text);
    std::string fence = "```";
    while (clean.find(fence) != std::string::npos) fence += '`';
    return fence + block.language + "\n" + clean + (clean.ends_with('\n') ? "" : "\n") + fence + "\n";
}

std::string content(Block const& block) {
    switch (block.kind) {
        case Block::Kind::paragraph:
            return paragraphs(block.text);
        case Block::Kind::heading:
            return "### " + line(block.text) + "\n";
        case Block::Kind::table:
            return table_text(block.table);
        case Block::Kind::code:
            return code_text(block);
        case Block::Kind::plot:
            return "";
    }
    return "";
}

std::string block_text(Block const& block) {
    std::string const text = content(block);
    if (block.fold.empty()) return text + "\n";
    return "<details><summary>" + line(block.fold) + "</summary>\n\n" + text + "\n</details>\n\n";
}

std::string fact_table(std::vector<Fact> const& facts) {
    Table table{{{""}, {""}}, {}};
    for (Fact const& fact : facts) table.rows.push_back({fact.name, fact.value});
    return table_text(table);
}

std::string number_table(std::vector<Fact> const& numbers) {
    Table table{{}, {{}}};
    for (Fact const& number : numbers) {
        table.columns.push_back({number.name, Column::Kind::number});
        table.rows[0].push_back(number.value);
    }
    return table_text(table);
}

}  // namespace

std::string to_card_markdown(DatasetSummary const& summary) {
    Card const card = make_card(summary, false);
    std::string out = "# " + line(card.title) + "\n\n";
    if (!card.description.empty()) out += paragraphs(card.description) + "\n";
    out += number_table(card.numbers) + "\n";
    if (!card.facts.empty()) out += fact_table(card.facts) + "\n";
    for (Section const& section : card.sections) {
        out += "## " + line(section.title) + "\n\n";
        for (Block const& block : section.blocks) out += block_text(block);
    }
    while (out.ends_with("\n\n")) out.pop_back();
    return out;
}

}  // namespace hutch::curate
