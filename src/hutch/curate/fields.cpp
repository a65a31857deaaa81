#include "hutch/curate/fields.hpp"

#include "hutch/curate/detail/composition.hpp"
#include "hutch/curate/detail/make_field.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate {
namespace {

using namespace detail;
using data::Structure;

constexpr char const* no_setting = "the operations of the structure form no tabulated setting";

std::uint64_t records_where(BuildContext const& context, bool (*is_meant)(Structure const&)) {
    std::uint64_t count = 0;
    for (std::size_t s = 0; s < context.collection.structures.size(); ++s)
        if (is_meant(context.collection.structures[s])) count += context.plan.records[s];
    return count;
}

bool is_untabulated(Structure const& structure) { return structure.space_group_number == 0; }

std::vector<std::string> split_names(BuildContext const& context) {
    std::vector<std::string> names;
    for (RecipeSplit const& split : context.recipe.splits) names.push_back(split.name);
    return names;
}

std::vector<std::string> instrument_names(BuildContext const& context) {
    std::vector<std::string> names;
    for (RecipeInstrument const& one : context.recipe.instruments) names.push_back(one.name);
    return names;
}

// Units of the instruments' axes, each once.
std::vector<std::string> axis_units(Recipe const& recipe) {
    std::vector<std::string> units;
    for (RecipeInstrument const& one : recipe.instruments)
        if (std::string const unit = data::unit_of(one.axis); std::ranges::find(units, unit) == units.end())
            units.push_back(unit);
    return units;
}

void set_axis_unit(Field& field, Recipe const& recipe) {
    auto const units = axis_units(recipe);
    if (units.size() > 1) {
        field.units = units;
        return;
    }
    field.unit = units[0], field.quantity = to_name(recipe.instruments[0].axis);
}

// A label, and where it comes from.
Field label(Field field, BuildContext const& context, char const* method) {
    field.role = Role::label, field.origin = "simulated";
    field.method = method, field.tool = context.generator, field.date = context.recipe.date_published;
    return field;
}

constexpr char const *of_structure = "read from the published structure",
                     *by_strain = "the published structure with the strain that was drawn",
                     *by_recipe = "drawn from the recipe's distribution; the pattern was calculated with it";

Field intensity_field(Recipe const& recipe) {
    bool const is_short = recipe.stored == StoredType::uint16;
    Field field{"intensity",
                is_short ? "uint16" : "float32",
                {std::int64_t(recipe.points)},
                "count",
                "diffracted intensity over the instrument's axis"};
    field.role = Role::feature, field.quantity = "counts", field.origin = "simulated", field.least = 0;
    field.axis = "axis", field.axis_row = "truth/instrument";
    if (is_short) field.most = 65535;
    std::size_t const dose = std::size_t(&powder::find_parameter("dose") - powder::parameters().data());
    if (std::ranges::all_of(recipe.instruments,
                            [&](auto const& one) { return one.parameters[dose].least() > 0; }))
        field.noise = "poisson";
    return field;
}

Field number(char const* name, char const* dtype, char const* what, Role role = Role::other) {
    Field field = whole_field(name, what, role);
    field.dtype = dtype;
    return field;
}

void add_identity(BuildContext const& context, std::vector<Field>& fields) {
    fields.push_back(number("truth/id", "int64", "number of the record in the whole data set", Role::id));
    fields.push_back(refers_to(number("truth/structure", "int32", "number of the structure (structures.csv)"),
                               "structures/structure"));
    fields.push_back(
        number("truth/group", "int32", "structures that are nearly the same share a group", Role::group));
    fields.push_back(
        in_range(number("truth/instrument", "int8",
                        "number of the instrument (row of axis, instruments/name)", Role::source),
                 0, double(context.recipe.instruments.size() - 1)));
}

Field space_group_field(BuildContext const& context, Field field, std::uint64_t missing, std::uint64_t all) {
    field.vocabulary = "space_group";
    if (missing > 0) field.fill = 0;
    return label(with_missing(std::move(field), missing, all, no_setting), context, of_structure);
}

void add_structure(BuildContext const& context, std::vector<Field>& fields) {
    fields.push_back(space_group_field(
        context,
        number("truth/space_group", "int16",
               "space group number, 1 to 230; 0 where the operations form no tabulated setting"),
        records_where(context, is_untabulated), context.recipe.records));
    fields.push_back(label(
        in_range(number("truth/crystal_system", "int8",
                        "0 triclinic, 1 monoclinic, 2 orthorhombic, 3 tetragonal, 4 trigonal, 5 hexagonal, "
                        "6 cubic"),
                 0, 6),
        context, of_structure));
    fields.back().vocabulary = "crystal_system";
    Field lengths{"truth/cell_lengths", "float32", {3}, "angstrom", "a, b, c with the record's strain"};
    Field angles{
        "truth/cell_angles", "float32", {3}, "degree", "alpha, beta, gamma with the record's strain"};
    Field density{"truth/density", "float32", {}, "g/cm^3", "density with the record's strain"};
    lengths.quantity = "length", angles.quantity = "angle", density.quantity = "density";
    fields.push_back(label(from_least(lengths, 0), context, by_strain));
    fields.push_back(label(in_range(angles, 0, 180), context, by_strain));
    fields.push_back(label(from_least(density, 0), context, by_strain));
    Field composition{"truth/composition",
                      "float32",
                      {std::int64_t(element_count)},
                      "1",
                      "atomic fraction of the elements H to Cf"};
    composition.quantity = "ratio";
    fields.push_back(label(in_range(composition, 0, 1), context, of_structure));
    fields.push_back(text_field("truth/source", "file or database entry of the structure"));
}

std::string quantity_of(std::string const& name, std::string const& unit) {
    if (name.starts_with("wavelength")) return "wavelength";
    if (unit == "degree") return "angle";
    if (unit == "mm" || unit == "um") return "length";
    if (unit == "count") return "counts";
    return "";
}

// Parameters of the sample that vary are to be found; those of the instrument are its settings.
void add_parameters(BuildContext const& context, std::vector<Field>& fields) {
    auto const parameters = powder::parameters();
    std::size_t place = 0;
    for (TruthColumn const& column : truth_columns(context.recipe)) {
        Field field{"truth/" + column.name, "float32", {}, column.unit, column.description};
        field.least = column.least, field.most = column.most, field.origin = "simulated";
        field.quantity = quantity_of(column.name, column.unit);
        bool const is_of_sample = place < parameters.size() && !powder::is_of_instrument(parameters[place]) &&
                                  column.name != "dose";
        if (is_of_sample && column.least < column.most) field = label(field, context, by_recipe);
        fields.push_back(field);
        ++place;
    }
}

std::vector<Field> record_columns(BuildContext const& context) {
    return {refers_to(whole_field("id", "number of the record", Role::id), "records/truth/id"),
            one_of_values(text_field("split", "split that the record belongs to", Role::split),
                          split_names(context)),
            text_field("file", "file that holds it"),
            from_least(whole_field("row", "its row there"), 0),
            refers_to(whole_field("structure", "number of the structure"), "structures/structure"),
            text_field("source", "file or database entry of the structure"),
            one_of_values(text_field("instrument", "virtual instrument"), instrument_names(context)),
            space_group_field(context, whole_field("space_group", "space group number"),
                              records_where(context, is_untabulated), context.recipe.records),
            in_vocabulary(text_field("crystal_system", "crystal system"), "crystal_system")};
}

std::vector<Field> structure_columns(BuildContext const& context) {
    auto const& structures = context.collection.structures;
    auto const missing = [&](Field field, auto const& is_missing, char const* because) {
        return with_missing(std::move(field), std::uint64_t(std::ranges::count_if(structures, is_missing)),
                            structures.size(), because);
    };
    auto const is_empty = [](std::string Structure::* text) {
        return [text](Structure const& one) { return (one.*text).empty(); };
    };
    char const* const unsaid = "the source does not say it";
    Field number = missing(whole_field("space_group_number", "space group number; 0: not tabulated"),
                           is_untabulated, no_setting);
    number.vocabulary = "space_group";
    if (number.missing > 0) number.fill = 0;
    std::vector<Field> columns{
        whole_field("structure", "number of the structure", Role::id),
        text_field("source", "file or database entry"),
        missing(text_field("name", "mineral or compound"), is_empty(&Structure::name), unsaid),
        text_field("formula", "composition from the occupied sites"),
        missing(text_field("space_group", "Hermann-Mauguin symbol"), is_empty(&Structure::space_group),
                unsaid),
        number,
        in_vocabulary(text_field("crystal_system", "crystal system"), "crystal_system")};
    for (char const* name : {"a", "b", "c"})
        columns.push_back(from_least(real_field(name, "angstrom", "cell length", "length"), 0));
    for (char const* name : {"alpha", "beta", "gamma"})
        columns.push_back(in_range(real_field(name, "degree", "cell angle", "angle"), 0, 180));
    columns.push_back(from_least(real_field("volume", "angstrom^3", "cell volume", "volume"), 0));
    columns.push_back(from_least(real_field("density", "g/cm^3", "from contents and cell", "density"), 0));
    columns.push_back(whole_field("group", "group of structures that are nearly the same", Role::group));
    columns.push_back(one_of_values(text_field("split", "split", Role::split), split_names(context)));
    columns.push_back(from_least(whole_field("records", "records of this structure"), 0));
    columns.push_back(missing(text_field("citation", "publication of the structure"),
                              is_empty(&Structure::citation), unsaid));
    return columns;
}

std::vector<Field> example_columns(BuildContext const& context) {
    Field x{"x", "float64", {-1}, "", "abscissa of the pattern"},
        y{"y", "float64", {-1}, "count", "intensity of the pattern"};
    set_axis_unit(x, context.recipe);
    x.role = Role::axis, y.role = Role::feature, y.axis = "x", y.quantity = "counts", y.least = 0;
    y.origin = "simulated";
    return {refers_to(whole_field("id", "number of the record", Role::id), "records/truth/id"),
            one_of_values(text_field("split", "split that the record belongs to", Role::split),
                          split_names(context)),
            one_of_values(text_field("instrument", "virtual instrument", Role::source),
                          instrument_names(context)),
            x, y};
}

Physics powder_physics(BuildContext const& context) {
    Physics physics{"powder",
                    "records",
                    {{"intensity", "intensity"},
                     {"axis", "axis"},
                     {"axis_row", "truth/instrument"},
                     {"axis_kind", "instruments/axis"},
                     {"zero", "truth/zero"},
                     {"cell_lengths", "truth/cell_lengths"},
                     {"cell_angles", "truth/cell_angles"},
                     {"space_group", "truth/space_group"}}};
    for (TruthColumn const& column : truth_columns(context.recipe))
        if (column.name.starts_with("wavelength_") || column.name.starts_with("weight_"))
            physics.parts[column.name] = "truth/" + column.name;
    return physics;
}

void add_metadata(BuildContext const& context, DatasetSummary& summary) {
    auto const add = [&](char const* package, char const* name, std::string value, char const* origin) {
        if (!value.empty()) summary.metadata.push_back({package, name, std::move(value), "", origin});
    };
    std::vector<std::string> sources, beams;
    for (SourceEntry const& source : context.collection.sources) sources.push_back(source.name);
    std::set<std::string> radiations;
    for (RecipeInstrument const& one : context.recipe.instruments) {
        beams.push_back(fmt::format("{}: {}, {}", one.name, to_name(one.radiation), to_name(one.geometry)));
        radiations.insert(to_name(one.radiation));
    }
    add("sample", "samples",
        fmt::format("{} crystal structures, in structures.csv", context.collection.structures.size()),
        "measured");
    add("sample", "kind", "polycrystalline powder of one phase, calculated from a crystal structure",
        "derived");
    add("sample", "sources", fmt::format("{}", fmt::join(sources, "; ")), "declared");
    add("sample", "composition", "truth/composition of each record; formula in structures.csv", "measured");
    add("instrument", "instruments", fmt::format("{}", fmt::join(beams, "; ")), "declared");
    add("instrument", "radiation", fmt::format("{}", fmt::join(radiations, ", ")), "declared");
    add("instrument", "settings", "truth/* of each record, ranges in this dictionary", "measured");
    add("processing", "software", context.generator, "measured");
    add("processing", "method", "powder patterns calculated from structures; recipe.yaml", "derived");
    add("processing", "inputs", "recipe.yaml and the structures, by checksum in provenance.json", "measured");
    add("processing", "seed", fmt::format("{}", context.recipe.seed), "declared");
    bool const is_counted = intensity_field(context.recipe).noise == "poisson";
    add("quality", "uncertainty",
        is_counted ? "Poisson counting statistics; labels are exact" : "labels are exact", "derived");
}

}  // namespace

std::vector<Field> record_fields(BuildContext const& context) {
    std::vector<Field> fields{intensity_field(context.recipe)};
    add_identity(context, fields);
    add_structure(context, fields);
    add_parameters(context, fields);
    return fields;
}

std::vector<Field> shared_fields(BuildContext const& context) {
    Recipe const& recipe = context.recipe;
    std::int64_t const count = std::int64_t(recipe.instruments.size());
    Field axis{"axis",
               "float64",
               {count, std::int64_t(recipe.points)},
               "",
               "x of each instrument, of the kind that instruments/axis names"};
    set_axis_unit(axis, recipe);
    axis.role = Role::axis, axis.is_uniform = true;
    for (RecipeInstrument const& one : recipe.instruments) {
        axis.least = std::min(axis.least.value_or(one.first), one.first);
        axis.most = std::max(axis.most.value_or(one.last), one.last);
    }
    Field name = text_field("instruments/name", "truth/instrument counts these"),
          kind = text_field("instruments/axis", "kind of x: two_theta, q or d");
    name.shape = kind.shape = {count};
    return {axis, name, kind};
}

void describe_fields(BuildContext const& context, DatasetSummary& summary) {
    summary.fields = record_fields(context), summary.shared = shared_fields(context);
    summary.records_table = "records.csv", summary.record_columns = record_columns(context);
    summary.structures_table = "structures.csv", summary.structure_columns = structure_columns(context);
    summary.examples_table = "examples.jsonl", summary.example_columns = example_columns(context);
    RecordTable refused{"refused",
                        "Structures that were not used, and why.",
                        "csv",
                        Layout::rows,
                        "",
                        {{"refused.csv", ""}},
                        context.collection.refusals.size(),
                        {text_field("source", "file or database entry"), text_field("cause", "kind of cause"),
                         text_field("message", "what was wrong")},
                        {}};
    summary.further_tables.push_back(std::move(refused));
    summary.physics.push_back(powder_physics(context));
    summary.physics.push_back({"structure",
                               "structures",
                               {{"formula", "formula"},
                                {"space_group", "space_group_number"},
                                {"a", "a"},
                                {"b", "b"},
                                {"c", "c"},
                                {"alpha", "alpha"},
                                {"beta", "beta"},
                                {"gamma", "gamma"}}});
    add_metadata(context, summary);
}

}  // namespace hutch::curate
