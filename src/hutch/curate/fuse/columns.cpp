#include "hutch/curate/fuse/columns.hpp"

#include "hutch/curate/detail/composition.hpp"
#include "hutch/data/species.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include <fmt/format.h>

namespace hutch::curate::fuse {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_wavelengths = 2;

using Row = std::vector<double>;
using powder::refine::SiteResult;

Column number(Part part, char const* name, char const* dtype, char const* unit, char const* description,
              std::function<double(Record const&)> value) {
    return {{name, dtype, {}, unit, description},
            part,
            [value = std::move(value)](Record const& record, Row& row) { row.push_back(value(record)); },
            {}};
}

Column text(char const* name, char const* description, std::function<std::string(Record const&)> value,
            Part part = Part::identity) {
    return {{name, "utf8", {}, "", description}, part, {}, std::move(value)};
}

template <class Values>
Column curve(Part part, char const* name, char const* dtype, char const* unit, char const* description,
             std::size_t points, Values Record::* member) {
    return {{name, dtype, {std::int64_t(points)}, unit, description},
            part,
            [member](Record const& record, Row& row) {
                row.insert(row.end(), (record.*member).begin(), (record.*member).end());
            },
            {}};
}

// A number and its standard uncertainty are two columns.
void add_estimate(std::vector<Column>& all, Part part, std::string const& name,
                  std::vector<std::int64_t> const& shape, std::string const& unit,
                  std::string const& description,
                  std::function<void(Record const&, std::vector<Estimate>&)> const& values) {
    auto const pick = [values](double Estimate::* member) {
        return [values, member](Record const& record, Row& row) {
            std::vector<Estimate> estimates;
            values(record, estimates);
            for (Estimate const& one : estimates) row.push_back(one.*member);
        };
    };
    all.push_back({{name, "float64", shape, unit, description}, part, pick(&Estimate::value), {}});
    all.push_back({{name + "_su", "float64", shape, unit,
                    "its standard uncertainty; 0: not refined, NaN: not determined"},
                   part,
                   pick(&Estimate::su),
                   {}});
}

Portion const& main_portion(Record const& record) { return record.portions.front(); }

void add_identity(std::vector<Column>& all, RecordOptions const& options) {
    all.push_back(text("id", "name of the record: REFINEMENT.PATTERN", [](Record const& r) { return r.id; }));
    all.push_back(text("split", "split that the record belongs to",
                       [splits = options.splits](Record const& r) { return splits[r.split].name; }));
    all.push_back(number(Part::identity, "group", "int32", "1",
                         "refinements with nearly equal structures share a group, and a split",
                         [](Record const& r) { return double(r.group); }));
}

void add_patterns(std::vector<Column>& all, std::vector<Record> const& records, std::size_t points) {
    auto const add = [&](Part part, char const* name, char const* description,
                         std::vector<float> Record::* member) {
        all.push_back(curve(part, name, "float32", "count", description, points, member));
    };
    add(Part::measured, "pattern/measured",
        "measured intensity per step of its own axis, mean over each interval of q", &Record::measured);
    add(Part::measured, "pattern/sigma", "standard deviation of measured", &Record::sigma);
    all.push_back(
        curve(Part::measured, "pattern/mask", "int8", "1",
              "1 where measured, sigma, calculated and background hold values; they are 0 elsewhere", points,
              &Record::mask));
    add(Part::model, "pattern/calculated", "calculated intensity, background included", &Record::calculated);
    add(Part::model, "pattern/background", "refined background", &Record::background);
    if (std::ranges::none_of(records, [](Record const& r) { return r.simulated != nullptr; })) return;
    add(Part::model, "pattern/simulated", "pattern simulated from the refined structure, on its own scale",
        &Record::on_grid_simulated);
    all.push_back(curve(Part::model, "pattern/simulated_mask", "int8", "1",
                        "1 where simulated holds a value; it is 0 elsewhere", points,
                        &Record::simulated_mask));
}

void add_wavelengths(std::vector<Column>& all, char const* name, char const* unit, char const* description,
                     double powder::Wavelength::* member, double otherwise) {
    all.push_back({{name, "float64", {most_wavelengths}, unit, description},
                   Part::instrument,
                   [member, otherwise](Record const& r, Row& row) {
                       auto const& lines = r.pattern->wavelengths;
                       for (std::size_t i = 0; i < most_wavelengths; ++i)
                           row.push_back(i < lines.size() ? lines[i].*member : otherwise);
                   },
                   {}});
}

// What parameters of a record begin with: those of its pattern, and those of its first phase in this pattern.
std::string pattern_prefix(Record const& record) { return record.pattern->name + "."; }
std::string share_prefix(Record const& record) {
    return main_portion(record).phase->name + "." + record.pattern->name + ".";
}

// Columns of all parameters whose names begin so, by what follows.
void add_parameters(std::vector<Column>& all, std::vector<Record> const& records, Part part,
                    char const* folder, std::string (*prefix)(Record const&), std::string_view left_out) {
    std::set<std::string> seen;
    for (Record const& record : records)
        for (auto const& parameter : record.refinement->result.parameters) {
            std::string const begin = prefix(record);
            if (!parameter.name.starts_with(begin)) continue;
            std::string const word = parameter.name.substr(begin.size());
            if (word.starts_with(left_out) || !seen.insert(word).second) continue;
            std::string column = folder + word;
            std::ranges::replace(column.begin() + std::ptrdiff_t(std::string_view(folder).size()),
                                 column.end(), '.', '_');
            add_estimate(
                all, part, column, {}, parameter.unit, "parameter " + word + " of the refinement",
                [word, prefix](Record const& r, std::vector<Estimate>& values) {
                    auto const& parameters = r.refinement->result.parameters;
                    auto const found = std::ranges::find(parameters, prefix(r) + word,
                                                         &powder::refine::ParameterResult::name);
                    values.push_back(found == parameters.end() ? Estimate{none, none} : found->estimate);
                });
        }
}

void add_instrument(std::vector<Column>& all, std::vector<Record> const& records) {
    all.push_back(
        number(Part::instrument, "instrument/radiation", "int8", "1", "0 X-rays, 1 neutrons",
               [](Record const& r) { return double(r.pattern->radiation == powder::Radiation::neutron); }));
    all.push_back(number(Part::instrument, "instrument/axis", "int8", "1",
                         "what was measured over: 0 two theta, 1 q, 2 d, 3 time of flight",
                         [](Record const& r) { return double(int(r.pattern->axis)); }));
    add_wavelengths(all, "instrument/wavelengths", "angstrom", "strongest first as in the file; NaN: none",
                    &powder::Wavelength::value, none);
    add_wavelengths(all, "instrument/weights", "1", "relative intensities of the wavelengths",
                    &powder::Wavelength::weight, 0);
    add_parameters(all, records, Part::instrument, "instrument/", pattern_prefix, "background.");
}

// A list of sites of one length for all records.
struct SiteLists {
    std::vector<Column>& all;
    std::size_t most;

    void add(char const* name, std::vector<std::int64_t> shape, char const* unit, char const* description,
             std::function<void(SiteResult const&, std::vector<Estimate>&)> values) {
        std::size_t width = 1;
        for (std::int64_t const length : shape) width *= std::size_t(length);
        shape.insert(shape.begin(), std::int64_t(most));
        add_estimate(
            all, Part::structure, name, shape, unit, description,
            [values = std::move(values), size = width * most](Record const& r, std::vector<Estimate>& row) {
                for (SiteResult const& site : main_portion(r).phase->sites) values(site, row);
                row.resize(size, {none, none});
            });
    }
};

void add_sites(std::vector<Column>& all, std::vector<Record> const& records) {
    std::size_t most = 0;
    for (Record const& record : records) most = std::max(most, main_portion(record).phase->sites.size());
    all.push_back(number(Part::structure, "structure/sites", "int32", "1",
                         "atoms of the asymmetric unit: so many rows of the site arrays hold something",
                         [](Record const& r) { return double(main_portion(r).phase->sites.size()); }));
    all.push_back(
        {{"structure/site_element", "int16", {std::int64_t(most)}, "1", "atomic number; 0: no site"},
         Part::structure,
         [most](Record const& r, Row& row) {
             auto const& sites = main_portion(r).phase->sites;
             for (SiteResult const& site : sites)
                 row.push_back(data::parse_type_symbol(site.element).value_or(data::Species{}).atomic_number);
             row.insert(row.end(), most - sites.size(), 0);
         },
         {}});
    SiteLists lists{all, most};
    lists.add("structure/site_position", {3}, "1", "fractional coordinates",
              [](SiteResult const& site, auto& row) {
                  row.insert(row.end(), site.position.begin(), site.position.end());
              });
    lists.add("structure/site_occupancy", {}, "1", "share of the site that is occupied",
              [](SiteResult const& site, auto& row) { row.push_back(site.occupancy); });
    lists.add("structure/site_u_iso", {}, "angstrom^2",
              "isotropic displacement, equivalent where anisotropic",
              [](SiteResult const& site, auto& row) { row.push_back(site.u_iso); });
    lists.add("structure/site_u_aniso", {6}, "angstrom^2", "U11 U22 U33 U12 U13 U23; NaN where isotropic",
              [](SiteResult const& site, auto& row) {
                  if (site.is_anisotropic)
                      row.insert(row.end(), site.u_aniso.begin(), site.u_aniso.end());
                  else
                      row.insert(row.end(), 6, {none, none});
              });
}

void add_structure(std::vector<Column>& all, std::vector<Record> const& records) {
    all.push_back(text(
        "structure/id", "which structure: REFINEMENT.PHASE, as in structures.csv",
        [](Record const& r) { return main_portion(r).structure_id; }, Part::structure));
    all.push_back(number(Part::structure, "structure/phases", "int32", "1",
                         "phases in the pattern; these columns tell the one with the largest weight fraction",
                         [](Record const& r) { return double(r.portions.size()); }));
    all.push_back(
        number(Part::structure, "structure/space_group", "int16", "1", "number, 1 to 230; 0: not tabulated",
               [](Record const& r) { return double(main_portion(r).phase->structure.space_group_number); }));
    all.push_back(
        number(Part::structure, "structure/crystal_system", "int8", "1",
               "0 triclinic, 1 monoclinic, 2 orthorhombic, 3 tetragonal, 4 trigonal, 5 hexagonal, 6 cubic",
               [](Record const& r) { return double(int(main_portion(r).phase->structure.system)); }));
    add_estimate(all, Part::structure, "structure/cell_lengths", {3}, "angstrom",
                 "a, b, c as this pattern sees them", [](Record const& r, std::vector<Estimate>& row) {
                     auto const& cell = main_portion(r).cell();
                     row.insert(row.end(), cell.begin(), cell.begin() + 3);
                 });
    add_estimate(all, Part::structure, "structure/cell_angles", {3}, "degree",
                 "alpha, beta, gamma as this pattern sees them",
                 [](Record const& r, std::vector<Estimate>& row) {
                     auto const& cell = main_portion(r).cell();
                     row.insert(row.end(), cell.begin() + 3, cell.end());
                 });
    all.push_back(number(Part::structure, "structure/density", "float64", "g/cm^3",
                         "from contents and volume",
                         [](Record const& r) { return main_portion(r).phase->density; }));
    all.push_back({{"structure/composition",
                    "float32",
                    {std::int64_t(detail::element_count)},
                    "1",
                    "atomic fraction of the elements H to Cf"},
                   Part::structure,
                   [](Record const& r, Row& row) {
                       auto const fractions = detail::atomic_fractions(main_portion(r).phase->structure);
                       row.insert(row.end(), fractions.begin(), fractions.end());
                   },
                   {}});
    add_sites(all, records);
}

void add_sample(std::vector<Column>& all, std::vector<Record> const& records) {
    add_estimate(all, Part::sample, "sample/weight_fraction", {}, "1",
                 "of the phase; NaN where it has no meaning",
                 [](Record const& r, std::vector<Estimate>& row) {
                     row.push_back(main_portion(r).share->weight_fraction);
                 });
    add_parameters(all, records, Part::sample, "sample/", share_prefix, "intensity.");
}

void add_quality(std::vector<Column>& all) {
    auto const add = [&](char const* name, char const* description,
                         std::function<double(Record const&)> value) {
        all.push_back(number(Part::quality, name, "float64", "1", description, std::move(value)));
    };
    add("quality/r_wp", "weighted profile R of this pattern, background included",
        [](Record const& r) { return r.pattern->agreement.r_wp(); });
    add("quality/r_wp_net", "the same with the background subtracted",
        [](Record const& r) { return r.pattern->agreement.r_wp_net(); });
    add("quality/r_exp", "what counting statistics allow", [](Record const& r) { return r.pattern->r_exp; });
    add("quality/goodness", "sqrt(chi^2 / (points - variables)) of this pattern",
        [](Record const& r) { return r.pattern->goodness; });
    add("quality/r_bragg", "R of the integrated intensities of the phase",
        [](Record const& r) { return main_portion(r).share->r_bragg; });
    all.push_back(number(Part::quality, "quality/points", "int32", "1", "points of the pattern that count",
                         [](Record const& r) { return double(r.pattern->agreement.points); }));
}

}  // namespace

std::vector<Column> find_columns(std::vector<Record> const& records, RecordOptions const& options) {
    std::vector<Column> all;
    add_identity(all, options);
    add_patterns(all, records, options.grid.points);
    add_instrument(all, records);
    add_structure(all, records);
    add_sample(all, records);
    add_quality(all);
    return all;
}

std::string table_name(Column const& column) {
    std::string name = column.about.name;
    std::ranges::replace(name, '/', '_');
    return name;
}

Field table_field(Column const& column) {
    Field field = column.about;
    for (std::string* name : {&field.name, &field.axis, &field.sigma, &field.mask, &field.of})
        std::ranges::replace(*name, '/', '_');
    return field;
}

std::vector<Task> find_tasks(std::vector<Column> const& columns, std::string const& table) {
    auto const pick = [&](std::initializer_list<Part> parts) {
        std::vector<Field> fields;
        for (Part const part : parts)
            for (Column const& column : columns) {
                if (column.part == part) fields.push_back(table_field(column));
            }
        return fields;
    };
    using enum Part;
    auto const measured_column = std::ranges::find(columns, Part::measured, &Column::part);
    Field const q{"q", "float64", measured_column->about.shape, "1/angstrom",
                  "the common axis of all patterns"};
    std::vector<Task> tasks{
        {"pattern_to_structure",
         "From a measured pattern and its instrument to the structure; labels carry their standard "
         "uncertainties, and the "
         "agreement of the refinement says how far to trust them.",
         table, pick({identity}), pick({measured, instrument}), pick({structure, sample, quality})},
        {"structure_to_pattern",
         "From a structure, its sample and an instrument to the pattern: calculated and simulated without "
         "noise, measured "
         "with its uncertainty; the agreement says how far the model goes.",
         table, pick({identity}), pick({structure, sample, instrument}), pick({model, measured, quality})}};
    tasks[0].features.insert(tasks[0].features.begin(), q);
    tasks[1].features.push_back(q);
    return tasks;
}

}  // namespace hutch::curate::fuse
