#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/cell_of_record.hpp"
#include "hutch/curate/assess/detail/statistical_checks.hpp"
#include "hutch/curate/assess/detail/words.hpp"
#include "hutch/curate/assess/record_arrays.hpp"
#include "hutch/data/symmetry.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::uint64_t most_cells = 2000;

struct Findings {
    std::size_t fields = 0, comparisons = 0;
    std::uint64_t wrong = 0, contradicting = 0;
    std::vector<std::string> problems;
};

// ---- single values ---------------------------------------------------------------------------------------

void look_up(Subject const& subject, TableFacts const& table, Column const& column, Findings& found,
             Answer& answer) {
    Field const& field = *column.field;
    std::unordered_map<std::string, bool> known;
    std::uint64_t wrong = 0;
    std::string first;
    for (std::size_t i = 0; i < column.size(); ++i) {
        if (!column.has(i)) continue;
        std::string const text = column.text(i);
        auto const [entry, is_new] = known.try_emplace(text, false);
        if (is_new)
            entry->second =
                (field.vocabulary.empty() || is_word_of(field.vocabulary, text)) &&
                (field.values.empty() || std::ranges::find(field.values, text) != field.values.end());
        if (entry->second) continue;
        if (wrong++ == 0) first = text;
        show(answer,
             place_of(subject.scan, table, column.record(i), field.name,
                      fmt::format("{} is not in {}", in_quotes(text),
                                  field.vocabulary.empty() ? "the list of values" : field.vocabulary)));
    }
    ++found.fields, found.wrong += wrong;
    if (wrong > 0)
        found.problems.push_back(fmt::format("'{}': {} not known, such as {}", field.name,
                                             counted(wrong, "value"), in_quotes(first)));
}

// ---- values of one record against each other -------------------------------------------------------------

// What a field says about the symmetry of each record: group number or system; 0 and -1 where it says
// nothing.
struct Symmetry {
    std::string name;
    std::vector<int> group, system;
};

int system_of_group(int number) {
    static std::vector<int> const systems = [] {
        std::vector<int> all(231, -1);
        for (int n = 1; n <= 230; ++n)
            all[std::size_t(n)] =
                int(data::find_crystal_system(data::find_space_group_by_number(n)->operations));
        return all;
    }();
    return number >= 1 && number <= 230 ? systems[std::size_t(number)] : -1;
}

Symmetry symmetry_of(TableFacts const& table, Column const& column) {
    Symmetry made{column.field->name, std::vector<int>(table.records, 0),
                  std::vector<int>(table.records, -1)};
    std::unordered_map<std::string, std::pair<int, int>> known;
    for (std::size_t i = 0; i < column.size(); ++i) {
        if (!column.has(i)) continue;
        std::string const text = column.text(i);
        auto const [entry, is_new] = known.try_emplace(text, 0, -1);
        if (is_new) {
            std::string const& vocabulary = column.field->vocabulary;
            if (vocabulary == "space_group")
                entry->second.first = int(to_number(text).value_or(0));
            else if (vocabulary == "space_group_symbol")
                entry->second.first = number_of_symbol(text);
            entry->second.second =
                vocabulary == "crystal_system" ? system_of_name(text) : system_of_group(entry->second.first);
        }
        made.group[column.record(i)] = entry->second.first,
        made.system[column.record(i)] = entry->second.second;
    }
    return made;
}

void compare_symmetries(Subject const& subject, TableFacts const& table, Symmetry const& one,
                        Symmetry const& other, Findings& found, Answer& answer) {
    std::uint64_t wrong = 0;
    for (std::size_t r = 0; r < table.records; ++r) {
        bool const both_groups = one.group[r] > 0 && other.group[r] > 0;
        bool const differ =
            both_groups ? one.group[r] != other.group[r]
                        : one.system[r] >= 0 && other.system[r] >= 0 && one.system[r] != other.system[r];
        if (!differ) continue;
        ++wrong;
        show(answer, place_of(subject.scan, table, r, one.name,
                              fmt::format("contradicts '{}' of the same record", other.name)));
    }
    ++found.comparisons, found.contradicting += wrong;
    if (wrong > 0)
        found.problems.push_back(fmt::format("'{}' and '{}' contradict each other in {}", one.name,
                                             other.name, counted(wrong, "record")));
}

// Cells of a sample of records against the crystal system.
void compare_cells(Subject const& subject, TableFacts const& table, Physics const& physics,
                   std::vector<Symmetry> const& symmetries, Findings& found, Answer& answer) {
    if (symmetries.empty() || !has_cells(physics)) return;
    RecordReader reader(subject.folder, subject.scan, table);
    std::uint64_t wrong = 0, read = 0;
    for (std::uint64_t r : pick_records(table.records, most_cells, subject.seed, 32)) {
        std::optional<data::Cell> cell;
        try {
            cell = cell_of_record(reader, physics, r);
        } catch (Error const&) {
            return;  // C05 tells it
        }
        if (!cell) continue;
        ++read;
        for (Symmetry const& one : symmetries) {
            if (one.system[r] < 0 || fits_system(*cell, data::CrystalSystem(one.system[r]))) continue;
            ++wrong;
            show(answer, place_of(subject.scan, table, r, one.name,
                                  fmt::format("cell ({:.4g} {:.4g} {:.4g} {:.4g} {:.4g} {:.4g}) is not {}",
                                              cell->a, cell->b, cell->c, cell->alpha, cell->beta, cell->gamma,
                                              data::to_name(data::CrystalSystem(one.system[r])))));
            break;
        }
    }
    if (read > 0) ++found.comparisons;
    found.contradicting += wrong;
    if (wrong > 0)
        found.problems.push_back(
            fmt::format("cells of {} of {} contradict their symmetry", wrong, counted(read, "record")));
}

}  // namespace

Answer check_vocabularies(Subject const& subject) {
    Answer answer;
    Findings found;
    for (TableFacts const& table : subject.scan.tables) {
        std::vector<Symmetry> symmetries;
        for (Field const& field : table.table->fields) {
            if (field.vocabulary.empty() && field.values.empty()) continue;
            auto const column = find_column(table, field);
            if (!column) continue;
            look_up(subject, table, *column, found, answer);
            if (field.vocabulary.starts_with("space_group") || field.vocabulary == "crystal_system")
                symmetries.push_back(symmetry_of(table, *column));
        }
        for (std::size_t i = 0; i < symmetries.size(); ++i)
            for (std::size_t j = i + 1; j < symmetries.size(); ++j)
                compare_symmetries(subject, table, symmetries[i], symmetries[j], found, answer);
        for (Physics const& physics : subject.dictionary.physics)
            if (physics.table == table.table->name)
                compare_cells(subject, table, physics, symmetries, found, answer);
    }
    if (found.fields == 0) return not_applicable("no field names a vocabulary or a list of values");
    answer.numbers = {{"fields", double(found.fields)},
                      {"unknown_values", double(found.wrong)},
                      {"comparisons", double(found.comparisons)},
                      {"contradictions", double(found.contradicting)}};
    if (!found.problems.empty()) answer.state = State::fail;
    answer.text = found.problems.empty()
                      ? fmt::format("all values of {} are known, and what is said of symmetry agrees",
                                    counted(found.fields, "field"))
                      : fmt::format("{}", fmt::join(found.problems, "; "));
    return answer;
}

}  // namespace hutch::curate::assess::detail
