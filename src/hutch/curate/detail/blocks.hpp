/// Hold a data card as sections of paragraphs, tables, code and plots, before it is written in a format.
#pragma once

#include "hutch/curate/summary.hpp"

#include <string>
#include <vector>

namespace hutch::curate::detail {

struct Column {
    std::string name;
    enum class Kind { text, number, code } kind = Kind::text;
};

struct Table {
    std::vector<Column> columns;
    std::vector<std::vector<std::string>> rows;
};

struct Block {
    enum class Kind {
        paragraph,
        heading,  ///< of a part of a section
        table,
        code,
        plot,  ///< SVG; formats without images leave it out
    } kind = Kind::paragraph;
    std::string text;  ///< plain text, code or SVG
    Table table;
    std::string language;  ///< of code
    std::string fold;      ///< the line under which the block is folded away; empty: it is open
};

struct Section {
    std::string title;
    std::vector<Block> blocks;
};

struct Fact {
    std::string name, value;
};

struct Card {
    std::string title, description;
    std::vector<Fact> facts;        ///< version, licence ...
    std::vector<Fact> numbers;      ///< records, structures ...
    std::vector<Section> sections;  ///< none is empty
};

/// Return the card of a summary. Plots are drawn only if asked for.
Card make_card(DatasetSummary const& summary, bool with_plots);
/// Return a card as one HTML file that loads nothing and runs no script.
std::string to_html(Card const& card);

}  // namespace hutch::curate::detail
