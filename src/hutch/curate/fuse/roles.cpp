#include "hutch/curate/fuse/roles.hpp"

#include "hutch/curate/detail/make_field.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::fuse {
namespace {

using detail::text_field;

bool has(std::vector<Column> const& columns, std::string const& name) {
    return std::ranges::any_of(columns, [&](Column const& one) { return one.about.name == name; });
}

void set_pattern_role(Field& field) {
    std::string const word = field.name.substr(8);
    bool const is_simulated = word.starts_with("simulated");
    field.axis = "q";
    if (word.ends_with("mask")) {
        field.role = Role::mask, field.least = 0, field.most = 1;
        return;
    }
    field.quantity = "counts", field.mask = is_simulated ? "pattern/simulated_mask" : "pattern/mask";
    if (word == "measured")
        field.role = Role::feature, field.origin = "measured", field.sigma = "pattern/sigma";
    else if (word == "sigma")
        field.role = Role::sigma, field.origin = "measured", field.of = "pattern/measured", field.least = 0;
    else
        field.origin = is_simulated ? "simulated" : "derived";
}

std::string programs(std::vector<Record> const& records) {
    std::set<std::string> names;
    for (Record const& record : records) names.insert("hutch " + record.refinement->result.program);
    return fmt::format("{}", fmt::join(names, ", "));
}

void set_range(Field& field) {
    auto const within = [&](double least, double most) { field.least = least, field.most = most; };
    std::string const& name = field.name;
    if (name.ends_with("_su")) {
        field.least = 0;
    } else if (name == "structure/space_group") {
        field.vocabulary = "space_group";
    } else if (name == "structure/crystal_system") {
        within(0, 6);
    } else if (name == "structure/cell_lengths") {
        field.quantity = "length", field.least = 0;
    } else if (name == "structure/cell_angles") {
        field.quantity = "angle", within(0, 180);
    } else if (name == "structure/density") {
        field.quantity = "density", field.least = 0;
    } else if (name == "structure/composition") {
        field.quantity = "ratio", within(0, 1);
    } else if (name == "structure/site_element") {
        within(0, 118);
    } else if (name == "instrument/radiation") {
        within(0, 1);
    } else if (name == "instrument/axis") {
        within(0, 3);
    } else if (name == "instrument/wavelengths") {
        field.quantity = "wavelength", field.least = 0;
    } else if (name.starts_with("quality/") || name == "structure/sites" || name == "structure/phases") {
        field.least = 0;
    }
}

void set_role(Field& field, Part part, std::string const& tool, std::string const& date) {
    bool const is_label = (part == Part::structure || part == Part::sample) && field.name != "structure/id" &&
                          field.name != "structure/phases" && field.name != "structure/sites";
    if (field.name.ends_with("_su")) {
        field.role = Role::sigma, field.of = field.name.substr(0, field.name.size() - 3);
    } else if (is_label) {
        field.role = Role::label, field.method = "Rietveld refinement of the measured pattern";
        field.tool = tool, field.date = date;
    } else if (part == Part::instrument) {
        field.role = Role::feature;
    }
    field.origin = "derived";
}

void count_missing(Column& column, std::vector<Record> const& records) {
    if (!column.numbers) return;
    std::vector<double> values;
    for (Record const& record : records) column.numbers(record, values);
    Field& field = column.about;
    if (field.vocabulary == "space_group" && std::ranges::count(values, 0.0) > 0) field.fill = 0;
    auto const is_missing = [&](double one) { return std::isnan(one) || (field.fill && one == *field.fill); };
    field = detail::with_missing(std::move(field), std::uint64_t(std::ranges::count_if(values, is_missing)),
                                 values.size(), "the record has none, or the data do not determine it");
}

RecordTable lines_table(std::vector<Column> const& columns, Grid const& grid) {
    RecordTable table{"lines", "All rows again, for readers without HDF5.",
                      "jsonl", Layout::rows,
                      "",      {{"records.jsonl", ""}},
                      {},      {},
                      {}};
    for (Column const& column : columns) table.fields.push_back(table_field(column));
    table.fields.front().references = "records/id";
    Field q = common_axis(grid);
    table.fields.push_back(std::move(q));
    return table;
}

Physics powder_physics(std::vector<Column> const& columns) {
    Physics physics{"powder", "records", {}};
    for (auto const& [part, field] : {std::pair{"intensity", "pattern/measured"},
                                      {"sigma", "pattern/sigma"},
                                      {"mask", "pattern/mask"},
                                      {"cell_lengths", "structure/cell_lengths"},
                                      {"cell_angles", "structure/cell_angles"},
                                      {"space_group", "structure/space_group"},
                                      {"phases", "structure/phases"}})
        if (has(columns, field)) physics.parts[part] = field;
    physics.parts["axis"] = "q";
    return physics;
}

void add_metadata(Inputs const& inputs, std::vector<Record> const& records, DatasetSummary& summary) {
    auto const add = [&](char const* package, char const* name, std::string value, char const* origin) {
        if (!value.empty()) summary.metadata.push_back({package, name, std::move(value), "", origin});
    };
    std::set<std::string> phases, formulas, radiations, instruments;
    for (Record const& record : records) {
        radiations.insert(to_name(record.pattern->radiation));
        instruments.insert(fmt::format("{}: {}, over {}", record.id, to_name(record.pattern->radiation),
                                       to_name(record.pattern->axis)));
        for (Portion const& one : record.portions) {
            phases.insert(one.phase->name);
            formulas.insert(data::composition_formula(one.phase->structure));
        }
    }
    add("sample", "samples", fmt::format("{}", fmt::join(phases, "; ")), "measured");
    add("sample", "kind", "polycrystalline powder", "derived");
    add("sample", "sources", summary.citation, "declared");
    add("sample", "composition", fmt::format("{}", fmt::join(formulas, "; ")), "derived");
    add("instrument", "instruments", fmt::format("{}", fmt::join(instruments, "; ")), "measured");
    add("instrument", "radiation", fmt::format("{}", fmt::join(radiations, ", ")), "measured");
    add("instrument", "settings", "instrument/* of each record", "derived");
    add("processing", "software", fmt::format("{}, {}", summary.generator, programs(records)), "measured");
    add("processing", "method", "Rietveld refinement, then patterns resampled to a common axis of q",
        "derived");
    add("processing", "inputs",
        fmt::format("{} refinements and {} simulated patterns, by checksum in provenance.json",
                    inputs.refinements.size(), inputs.simulated.size()),
        "measured");
    add("processing", "seed", fmt::format("{}", summary.seed), "declared");
    add("quality", "uncertainty",
        "standard deviations of intensities, standard uncertainties of labels, R values of each pattern",
        "derived");
}

}  // namespace

Field common_axis(Grid const& grid) {
    Field q{"q", "float64", {std::int64_t(grid.points)}, "1/angstrom", "the common axis of all patterns"};
    q.role = Role::axis, q.quantity = "q", q.origin = "derived", q.is_uniform = true;
    q.least = grid.at(0), q.most = grid.at(grid.points - 1);
    return q;
}

void set_roles(std::vector<Column>& columns, std::vector<Record> const& records, RecordOptions const& options,
               DatasetSummary const& about) {
    std::string const tool = programs(records);
    for (Column& column : columns) {
        Field& field = column.about;
        if (field.name == "id") {
            field.role = Role::id;
        } else if (field.name == "group") {
            field.role = Role::group;
        } else if (field.name == "split") {
            field.role = Role::split;
            for (RecipeSplit const& split : options.splits) field.values.push_back(split.name);
        } else if (field.name.starts_with("pattern/")) {
            set_pattern_role(field);
        } else {
            set_role(field, column.part, tool, about.date_published);
            set_range(field);
            if (has(columns, field.name + "_su")) field.sigma = field.name + "_su";
        }
        if (field.name == "structure/id") field.references = "structures/id";
        count_missing(column, records);
    }
}

void describe_tables(Inputs const& inputs, std::vector<Record> const& records,
                     std::vector<Column> const& columns, RecordOptions const& options, RecordTable whole,
                     DatasetSummary& summary) {
    summary.shared = {common_axis(options.grid)};
    summary.shared[0].description = "common axis of pattern/*: middles of equal intervals";
    summary.further_tables = {std::move(whole), lines_table(columns, options.grid)};
    summary.physics = {powder_physics(columns)};
    add_metadata(inputs, records, summary);
}

}  // namespace hutch::curate::fuse
