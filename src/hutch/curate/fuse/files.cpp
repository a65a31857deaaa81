#include "hutch/curate/fuse/files.hpp"

#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/detail/make_field.hpp"
#include "hutch/data/cif.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>

#include <fmt/format.h>

namespace hutch::curate::fuse {
namespace {

using namespace detail;

void add_number(std::string& out, double value, std::string const& dtype) {
    if (!std::isfinite(value))
        out += "null";
    else if (dtype == "float32")
        fmt::format_to(std::back_inserter(out), "{}", float(value));
    else if (dtype.starts_with("int"))
        fmt::format_to(std::back_inserter(out), "{}", std::int64_t(value));
    else
        fmt::format_to(std::back_inserter(out), "{}", value);
}

// Nested lists by the shape of one record.
void add_list(std::string& out, std::span<double const> values, std::span<std::int64_t const> shape,
              std::string const& dtype) {
    if (shape.empty()) return add_number(out, values[0], dtype);
    auto const count = std::size_t(shape[0]), size = count == 0 ? 0 : values.size() / count;
    out += '[';
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0) out += ", ";
        add_list(out, values.subspan(i * size, size), shape.subspan(1), dtype);
    }
    out += ']';
}

std::string csv_estimate(Estimate const& one) {
    return fmt::format("{},{}", one.value, std::isfinite(one.su) ? fmt::format("{}", one.su) : "");
}

std::string csv_number(double value) { return std::isfinite(value) ? fmt::format("{:.7g}", value) : ""; }

std::vector<std::string> names_of(std::vector<RecipeSplit> const& splits) {
    std::vector<std::string> names;
    for (RecipeSplit const& split : splits) names.push_back(split.name);
    return names;
}

std::vector<Field> record_columns(RecordOptions const& options) {
    return {refers_to(text_field("id", "name of the record: REFINEMENT.PATTERN", Role::id), "records/id"),
            one_of_values(text_field("split", "split that the record belongs to", Role::split),
                          names_of(options.splits)),
            text_field("file", "file that holds it"),
            from_least(whole_field("row", "its row there"), 0),
            refers_to(text_field("structure", "structure of the phase with the largest weight fraction"),
                      "structures/id"),
            from_least(whole_field("phases", "phases in the pattern"), 1),
            one_of_values(text_field("radiation", "xray or neutron"), {"xray", "neutron"}),
            text_field("axis", "what was measured over"),
            from_least(whole_field("points", "points that count"), 0),
            from_least(real_field("q_first", "1/angstrom", "least q of the points", "q"), 0),
            from_least(real_field("q_last", "1/angstrom", "largest q of the points", "q"), 0),
            from_least(real_field("r_wp", "1", "weighted profile R"), 0),
            from_least(real_field("r_exp", "1", "what counting statistics allow"), 0),
            from_least(real_field("goodness", "1", "sqrt(chi^2 / (points - variables))"), 0),
            text_field("refinement", "file of the refinement"),
            text_field("simulated", "file of the simulated pattern")};
}

void add_with_su(std::vector<Field>& columns, Field field) {
    field.sigma = field.name + "_su";
    Field su = real_field(field.sigma, field.unit, "its standard uncertainty; empty: not determined");
    su.role = Role::sigma, su.of = field.name, su.least = 0;
    columns.push_back(std::move(field)), columns.push_back(std::move(su));
}

std::vector<Field> structure_columns(RecordOptions const& options) {
    std::vector<Field> columns{
        text_field("id", "name of the structure: REFINEMENT.PHASE", Role::id),
        text_field("file", "its CIF"),
        text_field("formula", "composition from the occupied sites"),
        text_field("space_group", "Hermann-Mauguin symbol"),
        in_vocabulary(whole_field("space_group_number", "space group number; 0: not tabulated"),
                      "space_group"),
        in_vocabulary(text_field("crystal_system", "crystal system"), "crystal_system")};
    for (char const* name : {"a", "b", "c"})
        add_with_su(columns, from_least(real_field(name, "angstrom", "refined cell", "length"), 0));
    for (char const* name : {"alpha", "beta", "gamma"})
        add_with_su(columns, in_range(real_field(name, "degree", "refined cell", "angle"), 0, 180));
    add_with_su(columns, from_least(real_field("volume", "angstrom^3", "cell volume", "volume"), 0));
    columns.push_back(from_least(real_field("density", "g/cm^3", "from contents and cell", "density"), 0));
    columns.push_back(whole_field("group", "refinements with nearly equal structures share it", Role::group));
    columns.push_back(one_of_values(text_field("split", "split", Role::split), names_of(options.splits)));
    return columns;
}

std::string header_of(std::vector<Field> const& columns) {
    std::vector<std::string> names;
    for (Field const& column : columns) names.push_back(column.name);
    return fmt::format("{}\n", fmt::join(names, ","));
}

std::string records_text(std::vector<Record> const& records, RecordOptions const& options) {
    std::string text = header_of(record_columns(options));
    std::map<std::size_t, std::size_t> rows;
    for (Record const& r : records) {
        std::vector<double> q;
        std::ranges::copy_if(r.q, std::back_inserter(q), [](double one) { return std::isfinite(one); });
        auto const [least, most] = std::ranges::minmax_element(q);
        std::string const& split = options.splits[r.split].name;
        text += fmt::format(
            "{},{},shards/{}-00000.h5,{},{},{},{},{},{},{},{},{},{},{},{},{}\n", r.id, split, split,
            rows[r.split]++, r.portions[0].structure_id, r.portions.size(), to_name(r.pattern->radiation),
            to_name(r.pattern->axis), r.pattern->agreement.points, q.empty() ? "" : csv_number(*least),
            q.empty() ? "" : csv_number(*most), csv_number(r.pattern->agreement.r_wp()),
            csv_number(r.pattern->r_exp), csv_number(r.pattern->goodness), to_csv_field(r.refinement->file),
            r.simulated == nullptr ? "" : to_csv_field(r.simulated->file));
    }
    return text;
}

std::string structure_row(Record const& record, Portion const& portion, std::string const& split) {
    auto const& phase = *portion.phase;
    std::string row = fmt::format("{0},structures/{0}.cif,{1},{2},{3},{4}", portion.structure_id,
                                  to_csv_field(data::composition_formula(phase.structure)),
                                  to_csv_field(phase.structure.space_group),
                                  phase.structure.space_group_number, to_name(phase.structure.system));
    for (Estimate const& one : phase.cell) row += "," + csv_estimate(one);
    return row + fmt::format(",{},{},{},{}\n", csv_estimate(phase.volume), csv_number(phase.density),
                             record.group, split);
}

// The cells of a row; quotes keep commas together.
std::vector<std::string> csv_cells(std::string_view line) {
    std::vector<std::string> cells(1);
    bool is_quoted = false;
    for (char const c : line) {
        if (c == '"')
            is_quoted = !is_quoted;
        else if (c == ',' && !is_quoted)
            cells.emplace_back();
        else
            cells.back() += c;
    }
    return cells;
}

// Count the cells of each column that are empty, or 0 where no space group has that number.
void note_missing(std::vector<Field>& columns, std::string const& text) {
    std::vector<std::uint64_t> empty(columns.size(), 0);
    auto const lines = split_lines(text);
    for (std::size_t row = 1; row < lines.size(); ++row) {
        auto const cells = csv_cells(lines[row]);
        for (std::size_t c = 0; c < columns.size(); ++c) {
            bool const is_none = columns[c].vocabulary == "space_group" && cells[c] == "0";
            if (is_none) columns[c].fill = 0;
            empty[c] += cells[c].empty() || is_none;
        }
    }
    for (std::size_t c = 0; c < columns.size(); ++c)
        columns[c] = with_missing(std::move(columns[c]), empty[c], lines.size() - 1,
                                  "there is none, or the data do not determine it");
}

}  // namespace

void write_lines(std::vector<Record> const& records, std::vector<Column> const& columns, Grid const& grid,
                 std::filesystem::path const& folder) {
    std::string text;
    std::vector<double> values;
    for (Record const& record : records) {
        text += '{';
        for (Column const& column : columns) {
            text += to_json_text(table_name(column)) + ": ";
            values.clear();
            if (column.text)
                text += to_json_text(column.text(record));
            else
                column.numbers(record, values),
                    add_list(text, values, column.about.shape, column.about.dtype);
            text += ", ";
        }
        values.clear();
        for (std::size_t i = 0; i < grid.points; ++i) values.push_back(grid.at(i));
        text += "\"q\": ";
        add_list(text, values, std::array{std::int64_t(grid.points)}, "float64");
        text += "}\n";
    }
    write_file(folder / "records.jsonl", text);
}

std::vector<std::string> write_tables(std::vector<Record> const& records, RecordOptions const& options,
                                      DatasetSummary& summary, std::filesystem::path const& folder) {
    std::vector<std::string> files{"records.csv", "structures.csv"};
    std::filesystem::create_directories(folder / "structures");
    std::map<std::string, std::string> rows;
    for (Record const& record : records)
        for (Portion const& portion : record.portions) {
            std::string const row = structure_row(record, portion, options.splits[record.split].name);
            if (!rows.emplace(portion.structure_id, row).second) continue;
            files.push_back("structures/" + portion.structure_id + ".cif");
            write_file(folder / files.back(), data::to_cif(portion.phase->structure));
        }
    std::string structures = header_of(structure_columns(options));
    for (auto const& [id, row] : rows) structures += row;
    write_file(folder / "structures.csv", structures);
    write_file(folder / "records.csv", records_text(records, options));
    summary.records_table = "records.csv", summary.structures_table = "structures.csv";
    summary.record_columns = record_columns(options), summary.structure_columns = structure_columns(options);
    note_missing(summary.record_columns, records_text(records, options));
    note_missing(summary.structure_columns, structures);
    summary.structures = rows.size();
    return files;
}

Provenance provenance_of(Inputs const& inputs, std::vector<Record> const& records,
                         DatasetSummary const& about) {
    Provenance made{"dataset fuse",
                    "refined patterns and simulated ones joined and resampled to a common axis",
                    {},
                    {},
                    {},
                    {}};
    std::vector<std::string> sources;
    for (Source const& one : about.further_sources) {
        sources.push_back(fmt::format("source-{}", sources.size() + 1));
        made.inputs.push_back({sources.back(),
                               one.name,
                               "",
                               {{"licence", one.licence}, {"citation", one.citation}, {"url", one.url}},
                               {},
                               false});
    }
    for (RefinementInput const& one : inputs.refinements)
        made.inputs.push_back({"refinement-" + one.id,
                               one.file,
                               one.sha256,
                               {{"program", "hutch " + one.result.program},
                                {"title", one.result.title},
                                {"ending", one.result.ending}},
                               sources});
    for (Record const& record : records) {
        std::string const refinement = "refinement-" + record.refinement->id;
        made.records.push_back({record.id, {refinement}});
        if (record.simulated == nullptr) continue;
        std::string const simulated = "simulated-" + record.id;
        made.inputs.push_back(
            {simulated, record.simulated->file, record.simulated->sha256, {}, {refinement}});
        made.records.back().derived_from.push_back(simulated);
    }
    return made;
}

}  // namespace hutch::curate::fuse
