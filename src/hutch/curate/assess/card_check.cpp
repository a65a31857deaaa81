#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/document_checks.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess::detail {
namespace {

namespace fs = std::filesystem;

// What a card must have, by words of its headings, of the rows of its tables or of its front matter.
struct Topic {
    char const* name;
    std::vector<std::string_view> words;
    bool only_with_splits = false;
};
std::array<Topic, 7> const topics{
    Topic{"licence", {"licence", "license"}},
    Topic{"fields", {"field", "feature", "column", "variable", "data instance", "structure"}},
    Topic{"splits", {"split"}, true},
    Topic{"origin",
          {"origin", "source", "provenance", "collection", "curation", "creation", "how the data were made"}},
    Topic{"use", {"use", "task"}},
    Topic{"limits", {"limit", "bias", "risk", "consideration", "known issue"}},
    Topic{"citation", {"cite", "citation", "reference"}}};

struct MarkdownTable {
    std::string heading;
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;

    std::optional<std::size_t> find(std::initializer_list<std::string_view> names) const {
        for (std::size_t c = 0; c < columns.size(); ++c)
            for (std::string_view const name : names)
                if (to_lower(columns[c]) == name) return c;
        return {};
    }
};

struct Card {
    std::string file;
    std::vector<std::string> headings;
    std::vector<MarkdownTable> tables;
    std::string front_matter, text;
};

std::vector<std::string> cells_of(std::string_view line) {
    std::vector<std::string> cells;
    auto parts = split(trim(line), '|');
    for (std::size_t i = 1; i + 1 < parts.size() + (trim(line).ends_with('|') ? 0 : 1); ++i) {
        std::string cell(trim(parts[i]));
        std::erase_if(cell, [](char c) { return c == '`' || c == '*'; });
        cells.push_back(cell);
    }
    return cells;
}

bool is_rule(std::string_view line) {
    return line.find("--") != line.npos && line.find_first_not_of("|-: \t") == line.npos;
}

void read_lines(std::vector<std::string_view> const& lines, Card& card) {
    bool is_code = false;
    std::string heading;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::string_view const line = trim(lines[i]);
        if (line.starts_with("```")) is_code = !is_code;
        if (is_code) continue;
        if (line.starts_with("#")) {
            heading = std::string(trim(line.substr(std::min(line.find_first_not_of('#'), line.size()))));
            card.headings.push_back(to_lower(heading));
        }
        if (!line.starts_with("|") || i + 1 == lines.size() || !is_rule(trim(lines[i + 1]))) continue;
        MarkdownTable table{to_lower(heading), cells_of(line), {}};
        for (i += 2; i < lines.size() && trim(lines[i]).starts_with("|"); ++i)
            table.rows.push_back(cells_of(lines[i]));
        --i;
        card.tables.push_back(std::move(table));
    }
}

std::optional<Card> find_card(fs::path const& folder) {
    for (char const* name :
         {"card.md", "CARD.md", "data_card.md", "datacard.md", "dataset_card.md", "README.md", "readme.md"}) {
        std::error_code ignored;
        if (!fs::is_regular_file(folder / name, ignored)) continue;
        Card card;
        card.file = name;
        card.text = read_file(folder / name, std::uint64_t(64) << 20);
        auto lines = split_lines(card.text);
        if (!lines.empty() && trim(lines[0]) == "---")
            for (std::size_t i = 1; i < lines.size(); ++i) {
                if (trim(lines[i]) == "---") {
                    lines.erase(lines.begin(), lines.begin() + std::ptrdiff_t(i) + 1);
                    break;
                }
                card.front_matter += std::string(lines[i]) + "\n";
            }
        read_lines(lines, card);
        return card;
    }
    return {};
}

// "2,399", "61 MB" is no number.
std::optional<double> number_in(std::string text) {
    std::erase_if(text, [](char c) { return c == ',' || c == '\''; });
    return to_number(trim(text));
}

class Comparison {
  public:
    Comparison(Subject const& subject, Card const& card) : subject_(subject), card_(card) { measure(); }

    void run() {
        check_topics();
        for (MarkdownTable const& table : card_.tables) {
            check_totals(table);
            check_splits(table);
            check_files(table);
            check_fields(table);
        }
        check_front_matter();
    }

    Answer answer;
    std::uint64_t problems = 0, compared = 0;

  private:
    void wrong(std::string const& where, std::string what) {
        ++problems;
        show(answer, {card_.file, where, 0, std::move(what)});
    }
    void compare(std::string const& where, double said, double measured) {
        ++compared;
        if (said != measured)
            wrong(where, fmt::format("is {} in the card and {} in the data", said, measured));
    }

    // Records of the main table and of its splits, files that are no documents, fields.
    void measure() {
        if (subject_.scan.tables.empty()) return;
        TableFacts const& main = subject_.scan.tables.front();
        records_ = double(main.records);
        for (ScannedFile const& file : subject_.scan.files) {
            if (!file.is_there) continue;
            ++all_files_;
            static std::set<std::string, std::less<>> const documents{
                "card.md",      "card.html",        "croissant.json", "dictionary.json",
                "datacite.xml", "checksums.sha256", "manifest.json"};
            if (!documents.contains(file.path)) ++files_;
            of_file_[file.path] = &file;
            if (main.table != nullptr && file.table == main.table->name && !file.split.empty())
                splits_[file.split] += double(file.records);
        }
        if (splits_.empty()) count_splits_by_field(main);
        if (main.table == nullptr) return;
        for (Field const& field : main.table->fields) fields_.insert(field.name);
        for (Field const& field : main.table->shared) shared_.insert(field.name);
    }

    void count_splits_by_field(TableFacts const& main) {
        if (main.table == nullptr) return;
        for (Field const* field : main.table->of_role(Role::split)) {
            auto const words = main.words.find(field->name);
            auto const numbers = main.texts.find(field->name);
            if (words == main.words.end() || numbers == main.texts.end()) continue;
            for (std::uint32_t const word : numbers->second)
                if (word < words->second.size()) ++splits_[words->second[word]];
        }
    }

    void check_topics() {
        for (Topic const& topic : topics) {
            if (topic.only_with_splits && subject_.dictionary.splits.empty()) continue;
            auto const names_it = [&](std::string const& text) {
                return std::ranges::any_of(
                    topic.words, [&](std::string_view word) { return text.find(word) != text.npos; });
            };
            bool is_said = std::ranges::any_of(card_.headings,
                                               [&](std::string const& heading) {
                                                   return names_it(heading) &&
                                                          !(topic.only_with_splits && is_breakdown(heading));
                                               }) ||
                           names_it(to_lower(card_.front_matter));
            if (topic.only_with_splits) is_said |= std::ranges::any_of(card_.tables, is_of_splits);
            for (MarkdownTable const& table : card_.tables)
                for (auto const& row : table.rows)
                    is_said |= table.columns.size() == 2 && !row.empty() && names_it(to_lower(row[0])) &&
                               row.size() > 1 && !row[1].empty();
            if (!is_said) wrong(topic.name, "is a topic that the card does not have");
        }
        if (card_.headings.empty()) wrong("title", "is missing");
    }

    // "Records per class and split" counts something else.
    static bool is_breakdown(std::string const& heading) {
        return heading.find("per ") != heading.npos || heading.find("by ") != heading.npos;
    }
    static bool is_of_splits(MarkdownTable const& table) {
        return table.find({"split", "splits", "subset"}) && table.rows.size() > 1 &&
               table.find({"records", "samples", "examples", "rows", "num_examples", "size", "count"}) &&
               !table.find({"file", "path", "filename"}) && !is_breakdown(table.heading);
    }

    // One row of totals under "records", "files" ...
    void check_totals(MarkdownTable const& table) {
        if (table.rows.size() == 1 && table.rows[0].size() == table.columns.size())
            for (std::size_t c = 0; c < table.columns.size(); ++c)
                check_total(table.columns[c], table.rows[0][c]);
        if (table.columns.size() == 2)
            for (auto const& row : table.rows)
                if (row.size() == 2) check_total(row[0], row[1]);
    }
    void check_total(std::string const& name, std::string const& text) {
        auto const said = number_in(text);
        std::string const word = to_lower(name);
        if (!said) return;
        if (word == "records" || word == "samples" || word == "rows" || word == "examples" ||
            word == "number of records")
            compare("records", *said, records_);
        // Documents may count, or not.
        if (word == "files" || word == "number of files")
            compare("files", *said, *said == double(all_files_) ? *said : double(files_));
        if (word == "splits" && !splits_.empty())
            compare("splits", *said, double(std::max(splits_.size(), subject_.dictionary.splits.size())));
        if (word == "fields" || word == "number of fields") compare("fields", *said, double(fields_.size()));
    }

    void check_splits(MarkdownTable const& table) {
        auto const name = table.find({"split", "splits", "subset"}),
                   count = table.find(
                       {"records", "samples", "examples", "rows", "num_examples", "size", "count"});
        if (!name || !count || table.find({"file", "path"})) return;
        for (auto const& row : table.rows) {
            if (row.size() <= std::max(*name, *count)) continue;
            auto const said = number_in(row[*count]);
            auto const known = splits_.find(row[*name]);
            bool const is_sum =
                number_in(row[*name]) || to_lower(row[*name]) == "all" || to_lower(row[*name]) == "total";
            if (!said || is_sum) continue;
            if (known != splits_.end())
                compare("split " + row[*name], *said, known->second);
            else if (!splits_.empty() && *said > 0)
                wrong("split " + row[*name], "is in the card and not in the data");
        }
    }

    void check_files(MarkdownTable const& table) {
        auto const path = table.find({"file", "path", "filename"});
        auto const records = table.find({"records", "samples", "rows"}),
                   sum = table.find({"sha-256", "sha256"});
        if (!path || (!records && !sum)) return;
        for (auto const& row : table.rows) {
            if (row.size() <= *path) continue;
            auto const known = of_file_.find(row[*path]);
            if (known == of_file_.end()) {
                if (row[*path].find('.') != std::string::npos)
                    wrong(row[*path], "is in the card and not in the folder");
                continue;
            }
            if (auto const said = records && *records < row.size() ? number_in(row[*records]) : std::nullopt;
                said && !known->second->table.empty())
                compare(row[*path], *said, double(known->second->records));
            if (!sum || *sum >= row.size() || row[*sum].size() != 64 || known->second->sha256.empty())
                continue;
            ++compared;
            if (to_lower(row[*sum]) != known->second->sha256)
                wrong(row[*path], "has another SHA-256 in the card");
        }
    }

    void check_fields(MarkdownTable const& table) {
        auto const name = table.find({"field", "feature", "column", "name", "variable"});
        bool const is_of_fields =
            table.find({"type", "dtype"}) &&
            table.find({"unit", "units", "description", "what it is", "meaning", "shape of one record"});
        if (!name || !is_of_fields || fields_.empty()) return;
        std::set<std::string> said;
        for (auto const& row : table.rows)
            if (row.size() > *name) said.insert(row[*name]);
        std::size_t const hits = std::size_t(
            std::ranges::count_if(said, [&](std::string const& one) { return fields_.contains(one); }));
        if (hits == 0) return;  // the fields of another table
        compared += said.size();
        for (std::string const& one : said)
            if (!fields_.contains(one) && !shared_.contains(one))
                wrong(one, "is a field of the card and not of the data");
        for (std::string const& one : fields_)
            if (!said.contains(one)) wrong(one, "is a field of the data and not of the card");
    }

    // As Hugging Face has it: dataset_info with splits and num_examples.
    void check_front_matter() {
        if (card_.front_matter.empty()) return;
        try {
            Document const root = Document::parse(card_.front_matter, card_.file);
            if (!root.is_map() || !root.has("dataset_info")) return;
            Document const info = root.at("dataset_info");
            for (Document const& one : info.is_list() ? info.items() : std::vector<Document>{info}) {
                if (!one.is_map() || !one.has("splits")) continue;
                for (Document const& entry : one.at("splits").items()) {
                    if (!entry.has("name") || !entry.has("num_examples")) continue;
                    auto const known = splits_.find(entry.at("name").text());
                    if (known != splits_.end())
                        compare("split " + known->first, entry.at("num_examples").number(), known->second);
                    else
                        wrong("split " + entry.at("name").text(), "is in the card and not in the data");
                }
            }
        } catch (Error const& error) {
            wrong("front matter", error.what());
        }
    }

    Subject const& subject_;
    Card const& card_;
    double records_ = 0;
    std::uint64_t files_ = 0, all_files_ = 0;
    std::map<std::string, double> splits_;
    std::map<std::string, ScannedFile const*> of_file_;
    std::set<std::string> fields_, shared_;
};

Answer run(Subject const& subject) {
    std::optional<Card> card;
    try {
        card = find_card(subject.folder);
    } catch (Error const& error) {
        return {State::fail, "the card cannot be read", {}, {{"card.md", "", 0, error.what()}}, "", 0};
    }
    if (!card)
        return {
            State::fail, "there is neither card.md nor README.md", {}, {}, "write a data card: card.md", 0};
    Comparison comparison(subject, *card);
    comparison.run();
    Answer answer = std::move(comparison.answer);
    answer.state = comparison.problems == 0 ? State::pass : State::fail;
    answer.text =
        fmt::format("{}: {}, {} compared with the data", card->file, counted(comparison.problems, "problem"),
                    counted(comparison.compared, "number"));
    answer.numbers = {{"problems", double(comparison.problems)}, {"compared", double(comparison.compared)}};
    if (comparison.problems == 0 && comparison.compared == 0) {
        answer.state = State::fail;
        answer.text = fmt::format("{}: no number in it could be compared with the data", card->file);
        answer.remedy = "state records, splits, files or fields in a table";
    }
    return answer;
}

}  // namespace

Check card_check() {
    return {"C60", "data card",
            "Does the card have licence, fields, splits, origin, use, limits and citation, and are its "
            "numbers of records, "
            "splits, files and fields those of the data?",
            "write the card anew from the data, with the topics named", run};
}

}  // namespace hutch::curate::assess::detail
