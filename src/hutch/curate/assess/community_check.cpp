#include "hutch/base/error.hpp"
#include "hutch/base/process.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/cell_of_record.hpp"
#include "hutch/curate/assess/detail/community_cells.hpp"
#include "hutch/curate/assess/detail/statistical_checks.hpp"
#include "hutch/curate/assess/detail/words.hpp"
#include "hutch/data/library.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::curate::assess::detail {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t most_structures = 300, most_asked = 60;
constexpr double cell_tolerance = 0.02, needed_share = 0.9;
constexpr std::size_t fewest_disagreeing = 2;

// A labelled structure and what was found of it.
struct Labelled {
    CommunityEntry entry;
    std::string formula;
    std::uint64_t record = 0;
    std::size_t found = 0;
    double nearest = INFINITY;
};

// ---- what is to be compared ------------------------------------------------------------------------------

std::optional<double> number_of(TableFacts const& table, Physics const& physics, char const* part,
                                std::uint64_t r) {
    auto const name = physics.parts.find(part);
    Field const* const field = name == physics.parts.end() ? nullptr : table.table->find(name->second);
    auto const column = field ? find_column(table, *field) : std::nullopt;
    if (!column || column->is_text() || column->records || !column->has(r)) return {};
    return column->numbers[r];
}

std::optional<data::Cell> cell_of(RecordReader& reader, TableFacts const& table, Physics const& physics,
                                  std::uint64_t r) {
    if (has_cells(physics)) return cell_of_record(reader, physics, r);
    std::array<double, 6> all{};
    std::size_t i = 0;
    for (char const* part : {"a", "b", "c", "alpha", "beta", "gamma"}) {
        auto const value = number_of(table, physics, part, r);
        if (!value) return {};
        all[i++] = *value;
    }
    data::Cell const cell{all[0], all[1], all[2], all[3], all[4], all[5]};
    if (!(cell.a > 0 && cell.b > 0 && cell.c > 0 && data::volume(cell) > 0)) return {};
    return cell;
}

int space_group_of(TableFacts const& table, Physics const& physics, std::uint64_t r) {
    if (auto const number = number_of(table, physics, "space_group", r)) return int(*number);
    auto const name = physics.parts.find("space_group");
    Field const* const field = name == physics.parts.end() ? nullptr : table.table->find(name->second);
    auto const column = field ? find_column(table, *field) : std::nullopt;
    return column && column->is_text() && !column->records ? number_of_symbol(column->text(r)) : 0;
}

std::vector<Labelled> labelled_structures(Subject const& subject, TableFacts const& table,
                                          Physics const& physics) {
    std::vector<Labelled> all;
    Field const* const field = table.table->find(physics.parts.at("formula"));
    auto const formulas = field ? find_column(table, *field) : std::nullopt;
    if (!formulas || !formulas->is_text() || formulas->records) return all;
    RecordReader reader(subject.folder, subject.scan, table);
    for (std::uint64_t r : pick_records(table.records, most_structures, subject.seed, 49)) {
        if (!formulas->has(r)) continue;
        auto const composition = composition_of(formulas->text(r));
        std::optional<data::Cell> cell;
        try {
            cell = cell_of(reader, table, physics, r);
        } catch (Error const&) {
            continue;
        }
        int const group = space_group_of(table, physics, r);
        if (!composition || !cell || group < 1 || group > 230) continue;
        Labelled one;
        one.entry = {*composition, group, reduced_lengths(*cell, group)};
        one.formula = formulas->text(r), one.record = r;
        all.push_back(std::move(one));
    }
    return all;
}

void compare(Labelled& one, CommunityEntry const& entry) {
    if (entry.space_group != one.entry.space_group ||
        !is_same_composition(entry.composition, one.entry.composition))
        return;
    ++one.found;
    one.nearest = std::min(one.nearest, cell_difference(one.entry, entry));
}

// ---- a local collection ----------------------------------------------------------------------------------

void compare_with_library(Subject const& subject, std::vector<Labelled>& all) {
    data::Library const library = data::read_library({subject.community}, subject.threads);
    std::map<std::vector<int>, std::vector<CommunityEntry>> by_elements;
    for (data::Structure const& structure : library.structures) {
        std::vector<double> const contents = data::cell_contents(structure);
        CommunityEntry entry;
        double sum = 0;
        for (double amount : contents) sum += amount;
        std::vector<int> elements;
        for (std::size_t z = 1; z < contents.size(); ++z)
            if (contents[z] > 0)
                entry.composition.emplace_back(int(z), contents[z] / sum), elements.push_back(int(z));
        entry.space_group = structure.space_group_number;
        data::Cell const cell = data::niggli_cell(structure);
        std::array<double, 3> lengths{cell.a, cell.b, cell.c};
        std::ranges::sort(lengths);
        entry.lengths = {lengths};
        by_elements[elements].push_back(std::move(entry));
    }
    for (Labelled& one : all) {
        std::vector<int> elements;
        for (auto const& [z, fraction] : one.entry.composition) elements.push_back(z);
        for (CommunityEntry const& entry : by_elements[elements]) compare(one, entry);
    }
}

// ---- an OPTIMADE provider --------------------------------------------------------------------------------

// Asks for each formula, follows at most three pages, and prints one line of JSON for each formula.
constexpr char const* script = R"(
import json, sys, urllib.parse, urllib.request
base = sys.argv[1].rstrip('/')
if not base.split('/')[-1].startswith('v'): base += '/v1'
for formula in sys.argv[2:]:
    query = urllib.parse.urlencode({'filter': 'chemical_formula_reduced="%s"' % formula, 'page_limit': 50,
        'response_fields': 'lattice_vectors,chemical_formula_reduced,space_group_it_number'})
    url, found, problem = base + '/structures?' + query, [], ''
    try:
        for page in range(3):
            with urllib.request.urlopen(url, timeout=20) as answer: body = json.load(answer)
            found += [entry.get('attributes') or {} for entry in body.get('data') or []]
            link = (body.get('links') or {}).get('next')
            link = link.get('href') if isinstance(link, dict) else link
            if not link: break
            url = urllib.parse.urljoin(url, link)
    except Exception as error: problem = type(error).__name__ + ': ' + str(error)
    print(json.dumps({'formula': formula, 'entries': found, 'problem': problem}), flush=True)
)";

std::optional<data::Cell> cell_of_vectors(Json const& vectors) {
    if (!vectors.is_array() || vectors.size() != 3) return {};
    std::array<std::array<double, 3>, 3> v{};
    for (std::size_t i = 0; i < 3; ++i) {
        if (!vectors[i].is_array() || vectors[i].size() != 3) return {};
        for (std::size_t j = 0; j < 3; ++j) {
            if (!vectors[i][j].is_number()) return {};
            v[i][j] = vectors[i][j].get<double>();
        }
    }
    data::Matrix3 g{};
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j)
            g[3 * i + j] = v[i][0] * v[j][0] + v[i][1] * v[j][1] + v[i][2] * v[j][2];
    if (!(data::determinant(g) > 0)) return {};
    return data::cell_of(g);
}

std::optional<CommunityEntry> entry_of(Json const& attributes) {
    if (!attributes.is_object()) return {};
    auto const text = attributes.find("chemical_formula_reduced"),
               group = attributes.find("space_group_it_number"), vectors = attributes.find("lattice_vectors");
    if (text == attributes.end() || !text->is_string() || group == attributes.end() ||
        !group->is_number_integer() || vectors == attributes.end())
        return {};
    auto const composition = composition_of(text->get<std::string>());
    auto const cell = cell_of_vectors(*vectors);
    if (!composition || !cell) return {};
    int const number = group->get<int>();
    return CommunityEntry{*composition, number, reduced_lengths(*cell, number)};
}

// Returns why nothing could be asked; empty: it was.
std::string compare_with_provider(Subject const& subject, std::vector<Labelled>& all) {
    std::vector<std::string> words{subject.python, "-c", script, subject.optimade}, formulas;
    for (Labelled const& one : all)
        if (std::string const formula = reduced_formula(one.entry.composition);
            !formula.empty() && std::ranges::find(formulas, formula) == formulas.end() &&
            formulas.size() < most_asked)
            formulas.push_back(formula);
    if (formulas.empty()) return "no formula has whole amounts";
    words.insert(words.end(), formulas.begin(), formulas.end());
    ProcessOptions options;
    options.seconds = 300, options.most_bytes = std::size_t(64) << 20;
    ProcessEnd const end = run_process(words, options);
    if (end.output.empty()) return "the provider gave no answer: " + in_quotes(end.errors, 120);
    std::string problem;
    std::size_t answers = 0;
    for (std::string_view line : split_lines(end.output)) {
        Json const answer = Json::parse(line, nullptr, false);
        if (!answer.is_object()) continue;
        problem = answer.value("problem", "");
        if (!problem.empty()) continue;
        ++answers;
        for (Json const& attributes : answer["entries"])
            if (auto const entry = entry_of(attributes))
                for (Labelled& one : all) compare(one, *entry);
    }
    return answers > 0 ? "" : "the provider cannot be asked: " + problem;
}

// ---- the answer ------------------------------------------------------------------------------------------

Answer judge(Subject const& subject, TableFacts const& table, std::vector<Labelled> const& all) {
    Answer answer;
    std::size_t found = 0, agreeing = 0;
    for (Labelled const& one : all) {
        if (one.found == 0) continue;
        ++found;
        if (one.nearest <= cell_tolerance) {
            ++agreeing;
            continue;
        }
        show(answer,
             place_of(subject.scan, table, one.record, "",
                      fmt::format("{} in space group {}: the nearest of {} differs by {:.1f} % in an edge",
                                  one.formula, one.entry.space_group, counted(one.found, "entry"),
                                  100 * one.nearest)));
    }
    answer.numbers = {{"structures", double(all.size())},
                      {"found", double(found)},
                      {"not_found", double(all.size() - found)},
                      {"agreeing", double(agreeing)}};
    answer.text =
        fmt::format("{} of {} found by formula and space group, {} agree within 2 % in all cell edges", found,
                    counted(all.size(), "structure"), agreeing);
    if (found == 0)
        answer.state = State::not_checked;
    else if (double(agreeing) < needed_share * double(found) &&
             found - agreeing >= std::min(found, fewest_disagreeing))
        answer.state = State::fail;
    return answer;
}

}  // namespace

Answer check_community(Subject const& subject) {
    for (Physics const& physics : subject.dictionary.physics)
        for (TableFacts const& table : subject.scan.tables) {
            if (table.table->name != physics.table || !physics.parts.contains("formula")) continue;
            std::vector<Labelled> all = labelled_structures(subject, table, physics);
            if (all.empty()) continue;
            if (!subject.community.empty()) {
                try {
                    compare_with_library(subject, all);
                } catch (Error const& error) {
                    return not_checked(fmt::format("the community library cannot be read: {}", error.what()));
                }
            } else if (subject.optimade.empty()) {
                return not_checked("neither an OPTIMADE provider nor a community library was given");
            } else if (!subject.may_use_network) {
                return not_checked("an OPTIMADE provider was given, and no leave to use the network");
            } else if (subject.python.empty()) {
                return not_checked("there is no Python to ask the OPTIMADE provider with");
            } else if (std::string const problem = compare_with_provider(subject, all); !problem.empty()) {
                return not_checked(problem);
            }
            return judge(subject, table, all);
        }
    return not_applicable("no physics names formula, cell and space group of structures");
}

}  // namespace hutch::curate::assess::detail
