#include "hutch/data/shard.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/file.hpp"
#include "hutch/curate/fuse/files.hpp"
#include "hutch/data/cif.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace hutch::curate::fuse {
namespace {

using data::ShardWriter;
using About = ShardWriter::About;
using Shape = std::vector<std::uint64_t>;

template <class Number>
void write_as(ShardWriter& file, std::string const& name, std::vector<double> const& values,
              Shape const& shape, About const& about) {
    std::vector<Number> converted;
    converted.reserve(values.size());
    for (double const value : values) converted.push_back(Number(value));
    file.write<Number>(name, converted, shape, about);
}

void write_numbers(ShardWriter& file, Field const& field, std::string const& name,
                   std::vector<double> const& values, Shape const& shape) {
    About const about{field.unit, field.description};
    if (field.dtype == "float32")
        write_as<float>(file, name, values, shape, about);
    else if (field.dtype == "int32")
        write_as<std::int32_t>(file, name, values, shape, about);
    else if (field.dtype == "int16")
        write_as<std::int16_t>(file, name, values, shape, about);
    else if (field.dtype == "int8")
        write_as<std::int8_t>(file, name, values, shape, about);
    else
        write_as<double>(file, name, values, shape, about);
}

void write_column(ShardWriter& file, Column const& column, std::vector<Record const*> const& records) {
    Field const& field = column.about;
    if (column.text) {
        std::vector<std::string> texts;
        for (Record const* record : records) texts.push_back(column.text(*record));
        return file.write_texts(field.name, texts, {"", field.description});
    }
    std::vector<double> values;
    for (Record const* record : records) column.numbers(*record, values);
    Shape shape{records.size()};
    shape.insert(shape.end(), field.shape.begin(), field.shape.end());
    write_numbers(file, field, field.name, values, shape);
}

// Writes arrays below one group.
struct Folder {
    ShardWriter& file;
    WholeRecords& whole;
    std::string record, path;  ///< path: below the record's group, empty or with a slash at its end

    Folder below(std::string const& name) const { return {file, whole, record, path + name + "/"}; }
    void numbers(char const* name, std::vector<double> const& values, char const* unit, char const* what,
                 char const* dtype = "float64", Shape shape = {}) const {
        if (shape.empty()) shape = {values.size()};
        Field const field{path + name, dtype, {shape.begin(), shape.end()}, unit, what};
        write_numbers(file, field, record + "/" + field.name, values, shape);
        whole.note(field, values.size(),
                   std::uint64_t(std::ranges::count_if(values, [](double one) { return std::isnan(one); })));
    }
    void texts(char const* name, std::vector<std::string> const& values, char const* what) const {
        file.write_texts(record + "/" + path + name, values, {"", what});
        whole.note({path + name, "utf8", {std::int64_t(values.size())}, "", what}, values.size(),
                   std::uint64_t(std::ranges::count(values, "")));
    }
    // Say that values of a field are in these units.
    void also_in(std::string const& name, std::vector<std::string> const& units) const {
        for (std::string const& unit : units) whole.note_unit(path + name, unit);
    }
    void estimates(std::string const& name, std::vector<Estimate> const& values, char const* unit,
                   char const* what, Shape const& shape = {}) const {
        std::vector<double> value, su;
        for (Estimate const& one : values) value.push_back(one.value), su.push_back(one.su);
        numbers(name.c_str(), value, unit, what, "float64", shape);
        numbers((name + "_su").c_str(), su, unit,
                "its standard uncertainty; 0: not refined, NaN: not determined", "float64", shape);
    }
};

void write_pattern(Folder const& to, Record const& record) {
    auto const& pattern = *record.pattern;
    to.numbers("x", pattern.x, data::unit_of(pattern.axis), "the axis that was measured over");
    to.numbers("q", record.q, "1/angstrom", "of the points, refined shifts taken away; NaN: none");
    to.numbers("measured", pattern.y, "count", "measured intensity");
    to.numbers("sigma", pattern.sigma, "count", "its standard deviation; 0: does not count");
    to.numbers("calculated", pattern.calculated, "count", "calculated intensity, background included");
    to.numbers("background", pattern.background, "count", "refined background");
    if (record.simulated == nullptr) return;
    auto const& simulated = record.simulated->pattern;
    to.numbers("simulated/x", simulated.x, data::unit_of(simulated.axis), "axis of the simulated pattern");
    to.numbers("simulated/y", simulated.y, "count", "simulated from the refined structure, on its own scale");
}

void write_reflections(Folder const& to, Record const& record, Portion const& portion) {
    auto const& all = portion.share->reflections;
    auto const column = [&](char const* name, auto member, char const* unit, char const* what,
                            char const* dtype = "float64") {
        std::vector<double> values;
        for (auto const& one : all) values.push_back(double(one.*member));
        to.numbers(name, values, unit, what, dtype);
    };
    using powder::refine::ReflectionResult;
    char const* const squared =
        record.pattern->radiation == powder::Radiation::neutron ? "barn" : "electron^2";
    column("h", &ReflectionResult::h, "1", "Miller index", "int32");
    column("k", &ReflectionResult::k, "1", "Miller index", "int32");
    column("l", &ReflectionResult::l, "1", "Miller index", "int32");
    column("multiplicity", &ReflectionResult::multiplicity, "1", "equivalent reflections", "int32");
    column("d", &ReflectionResult::d, "angstrom", "distance of planes");
    column("position", &ReflectionResult::position, data::unit_of(record.pattern->axis),
           "of the line of the first wavelength");
    column("calculated", &ReflectionResult::calculated, squared, "|F|^2 of the structure");
    column("observed", &ReflectionResult::observed, squared,
           "|F|^2 shared out from the measured pattern; NaN: none");
}

data::Structure structure_of(Record const& record, Portion const& portion) {
    data::Structure structure = portion.phase->structure;
    auto const& c = portion.cell();
    structure.cell = {c[0].value, c[1].value, c[2].value, c[3].value, c[4].value, c[5].value};
    structure.source = record.id;
    return structure;
}

void write_structure(Folder const& to, Record const& record, Portion const& portion) {
    auto const& phase = *portion.phase;
    to.texts("cif", {data::to_cif(structure_of(record, portion))}, "the structure as this pattern sees it");
    to.texts("space_group", {phase.structure.space_group}, "Hermann-Mauguin symbol with setting");
    to.estimates("cell_lengths", {portion.cell().begin(), portion.cell().begin() + 3}, "angstrom", "a, b, c");
    to.estimates("cell_angles", {portion.cell().begin() + 3, portion.cell().end()}, "degree",
                 "alpha, beta, gamma");
    std::vector<std::string> labels, elements;
    std::vector<Estimate> positions, occupancies, u_iso, u_aniso;
    for (auto const& site : phase.sites) {
        labels.push_back(site.label), elements.push_back(site.element);
        positions.insert(positions.end(), site.position.begin(), site.position.end());
        occupancies.push_back(site.occupancy), u_iso.push_back(site.u_iso);
        u_aniso.insert(u_aniso.end(), site.u_aniso.begin(), site.u_aniso.end());
    }
    std::uint64_t const count = phase.sites.size();
    to.texts("label", labels, "name of the site");
    to.texts("element", elements, "type symbol");
    to.estimates("position", positions, "1", "fractional coordinates", {count, 3});
    to.estimates("occupancy", occupancies, "1", "share of the site that is occupied");
    to.estimates("u_iso", u_iso, "angstrom^2", "isotropic displacement, equivalent where anisotropic");
    to.estimates("u_aniso", u_aniso, "angstrom^2", "U11 U22 U33 U12 U13 U23; 0 where isotropic", {count, 6});
    to.estimates("scale", {portion.share->scale}, "1", "of the phase in this pattern");
    to.estimates("weight_fraction", {portion.share->weight_fraction}, "1", "NaN where it has no meaning");
    to.numbers("r_bragg", {portion.share->r_bragg}, "1", "R of integrated intensities");
    to.numbers("r_f", {portion.share->r_f}, "1", "R of structure factors");
}

// Those of this pattern, of its phases, and of these phases in it.
void write_parameters(Folder const& to, Record const& record) {
    auto const belongs = [&](std::string const& name) {
        return name.starts_with(record.pattern->name + ".") ||
               std::ranges::any_of(record.portions, [&](Portion const& one) {
                   return name.starts_with(one.phase->name + "." + record.pattern->name + ".");
               });
    };
    std::vector<std::string> names, units;
    std::vector<Estimate> values;
    std::vector<double> are_refined;
    for (auto const& one : record.refinement->result.parameters) {
        if (!belongs(one.name)) continue;
        names.push_back(one.name), units.push_back(one.unit), values.push_back(one.estimate);
        are_refined.push_back(one.is_refined);
    }
    to.texts("name", names, "as the refinement names it");
    to.texts("unit", units, "unit of value and value_su");
    to.estimates("value", values, "", "in the unit beside it");
    to.also_in("value", units), to.also_in("value_su", units);
    to.numbers("is_refined", are_refined, "1", "1: refined, 0: kept", "int8");
}

void write_record(ShardWriter& file, Record const& record, WholeRecords& whole) {
    whole.begin();
    Folder const to{file, whole, "records/" + record.id, ""};
    to.texts("id", {record.id}, "name of the record, as that of its group and in the rows");
    write_pattern(to, record);
    for (Portion const& portion : record.portions) {
        to.below("lines").numbers(portion.name.c_str(), *portion.lines, "count",
                                  "what this phase adds to calculated");
        write_reflections(to.below("reflections").below(portion.name), record, portion);
        write_structure(to.below("structure").below(portion.name), record, portion);
    }
    write_parameters(to.below("parameters"), record);
    Folder const origin = to.below("provenance");
    origin.texts("file", {record.refinement->file}, "the refinement");
    origin.texts("sha256", {record.refinement->sha256}, "its checksum");
    origin.texts("program", {"hutch " + record.refinement->result.program}, "what refined");
    if (record.simulated != nullptr)
        origin.texts("simulated_sha256", {record.simulated->sha256},
                     "checksum of the simulated pattern's file");
}

constexpr char const* note_missing = "a record has none, or the data do not determine it";

void set_role(Field& field) {
    if (field.name == "id")
        field.role = Role::id, field.references = "records/id";
    else if (field.name == "x")
        field.role = Role::axis;
    else if (field.name == "simulated/x")
        field.role = Role::axis;
    else if (field.name == "measured")
        field.role = Role::feature, field.origin = "measured", field.axis = "x", field.sigma = "sigma";
    else if (field.name == "sigma")
        field.role = Role::sigma, field.origin = "measured", field.of = "measured", field.axis = "x";
    else if (field.name.starts_with("simulated/"))
        field.origin = "simulated", field.axis = "simulated/x";
    else
        field.origin = "derived";
}

}  // namespace

void WholeRecords::note(Field const& field, std::uint64_t values, std::uint64_t missing) {
    auto found = std::ranges::find_if(all_, [&](Noted const& one) { return one.field.name == field.name; });
    if (found == all_.end()) {
        all_.push_back({field});
        found = all_.end() - 1;
    }
    Field& known = found->field;
    note_unit(field.name, field.unit);
    for (std::size_t i = 0; i < known.shape.size(); ++i)
        if (known.shape[i] != field.shape[i]) known.shape[i] = -1;
    ++found->records, found->values += values, found->missing += missing;
}

void WholeRecords::note_unit(std::string const& field, std::string const& unit) {
    auto& units =
        std::ranges::find_if(all_, [&](Noted const& one) { return one.field.name == field; })->field.units;
    if (!unit.empty() && std::ranges::find(units, unit) == units.end()) units.push_back(unit);
}

RecordTable WholeRecords::table(std::vector<FileEntry> const& files) const {
    RecordTable table{"whole",   "Each record whole, as it was measured.",
                      "hdf5",    Layout::groups,
                      "records", {},
                      records_,  {},
                      {}};
    for (FileEntry const& file : files)
        if (!file.split.empty()) table.files.push_back({file.path, file.split});
    for (Noted const& noted : all_) {
        Field field = noted.field;
        if (field.units.size() == 1)
            field.unit = field.units[0], field.units.clear();
        else
            field.unit.clear();
        double const absent = 1 - double(noted.records) / double(records_);
        field.missing =
            noted.values == 0 ? absent : std::max(absent, double(noted.missing) / double(noted.values));
        if (field.missing > 0) field.missing_because = note_missing;
        set_role(field);
        table.fields.push_back(std::move(field));
    }
    return table;
}

FileEntry write_shard(std::vector<Record const*> const& records, std::vector<Column> const& columns,
                      RecordOptions const& options, DatasetSummary const& about,
                      std::filesystem::path const& folder, WholeRecords& whole) {
    std::string const split = options.splits[records.front()->split].name,
                      name = "shards/" + split + "-00000.h5";
    ShardWriter file(folder / name);
    file.attribute("dataset", about.name);
    file.attribute("version", about.version);
    file.attribute("split", split);
    file.attribute("generator", about.generator);
    file.attribute("licence", about.licence);
    std::vector<double> q;
    for (std::size_t i = 0; i < options.grid.points; ++i) q.push_back(options.grid.at(i));
    file.write<double>("q", q, {q.size()},
                       {"1/angstrom", "common axis of pattern/*: middles of equal intervals"});
    for (Column const& column : columns) write_column(file, column, records);
    for (Record const* record : records) write_record(file, *record, whole);
    file.close();
    return {name, std::filesystem::file_size(folder / name), sha256_of_file(folder / name), split,
            records.size()};
}

}  // namespace hutch::curate::fuse
