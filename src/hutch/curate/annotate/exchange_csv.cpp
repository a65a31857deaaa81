#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/annotate/exchange.hpp"
#include "hutch/curate/assess/table_file.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::annotate {
namespace {

// One column as text, both ways.
struct CsvColumn {
    char const* name;
    std::string (*get)(Annotation const&);
    bool (*set)(Annotation&, std::string const&);  ///< false: it is not what is expected
    char const* rule;
};

std::string numbers_text(Region const& region) { return fmt::format("{}", fmt::join(region.numbers, " ")); }

bool set_numbers(Annotation& one, std::string const& text) {
    for (std::string_view const word : split_words(text)) {
        auto const number = to_number(word);
        if (!number) return false;
        one.region.numbers.push_back(*number);
    }
    return true;
}

bool set_region(Annotation& one, std::string const& text) {
    for (auto kind : {Region::Kind::whole, Region::Kind::interval, Region::Kind::box, Region::Kind::polygon})
        if (text == to_name(kind) || (text.empty() && kind == Region::Kind::whole))
            return one.region.kind = kind, true;
    return false;
}

bool set_program(Annotation& one, std::string const& text) {
    one.annotator.is_program = text == "1" || text == "true";
    return text.empty() || text == "0" || text == "false" || one.annotator.is_program;
}

bool set_confidence(Annotation& one, std::string const& text) {
    if (!text.empty()) one.confidence = to_number(text);
    return text.empty() || one.confidence.has_value();
}

template <std::string Annotation::* member>
constexpr CsvColumn text_column(char const* name) {
    return {name, [](Annotation const& one) { return one.*member; },
            [](Annotation& one, std::string const& text) { return one.*member = text, true; }, ""};
}
template <std::string Annotator::* member>
constexpr CsvColumn annotator_column(char const* name) {
    return {name, [](Annotation const& one) { return one.annotator.*member; },
            [](Annotation& one, std::string const& text) { return one.annotator.*member = text, true; }, ""};
}

constexpr CsvColumn columns[] = {
    text_column<&Annotation::id>("id"),
    text_column<&Annotation::table>("table"),
    text_column<&Annotation::record>("record"),
    text_column<&Annotation::field>("field"),
    {"region", [](Annotation const& one) { return std::string(to_name(one.region.kind)); }, set_region,
     "whole, interval, box or polygon"},
    {"numbers", [](Annotation const& one) { return numbers_text(one.region); }, set_numbers,
     "numbers with blanks between"},
    text_column<&Annotation::label>("label"),
    text_column<&Annotation::vocabulary>("vocabulary"),
    annotator_column<&Annotator::name>("annotator"),
    {"is_program", [](Annotation const& one) { return std::string(one.annotator.is_program ? "1" : "0"); },
     set_program, "0 or 1"},
    annotator_column<&Annotator::version>("version"),
    annotator_column<&Annotator::orcid>("orcid"),
    {"confidence",
     [](Annotation const& one) { return one.confidence ? fmt::format("{}", *one.confidence) : ""; },
     set_confidence, "a number or nothing"},
    text_column<&Annotation::time>("time"),
    text_column<&Annotation::supersedes>("supersedes"),
    text_column<&Annotation::comment>("comment")};

}  // namespace

std::string to_csv(std::vector<Annotation> const& all) {
    std::string text;
    for (CsvColumn const& column : columns) text += (text.empty() ? "" : ",") + std::string(column.name);
    text += '\n';
    for (Annotation const& one : all) {
        std::string row;
        for (CsvColumn const& column : columns)
            row += (&column == columns ? "" : ",") + to_csv_field(column.get(one));
        text += row + "\n";
    }
    return text;
}

std::vector<Annotation> from_csv(std::string_view text, std::string const& name) {
    RecordTable table;
    table.name = "annotations", table.format = "csv";
    auto const file = assess::open_table_bytes(std::string(text), table);
    std::vector<Annotation> all(file->records());
    for (char const* needed : {"record", "label", "annotator", "time"})
        if (!file->find(needed))
            throw Error(Fault::bad_data, fmt::format("{}: has no column '{}'; expected it", name, needed));
    for (CsvColumn const& column : columns) {
        if (!file->find(column.name)) continue;
        auto const texts = file->read_texts(column.name, 0, all.size());
        for (std::size_t row = 0; row < all.size(); ++row)
            if (!column.set(all[row], texts[row]))
                throw Error(Fault::bad_data, fmt::format("{}: row {}: '{}' is {}; expected {}", name, row + 1,
                                                         column.name, in_quotes(texts[row]), column.rule));
    }
    for (std::size_t row = 0; row < all.size(); ++row) {
        if (all[row].id.empty()) all[row].id = make_id(all[row]);
        if (auto const problem = first_problem(all[row]))
            throw Error(Fault::bad_data, fmt::format("{}: row {}: {}", name, row + 1, *problem));
    }
    return all;
}

}  // namespace hutch::curate::annotate
