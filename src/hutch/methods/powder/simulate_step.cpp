#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/amcsd.hpp"
#include "hutch/data/cif.hpp"
#include "hutch/data/plot.hpp"
#include "hutch/methods/powder/detail/steps.hpp"
#include "hutch/methods/powder/simulate.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace hutch::powder {
namespace {

using step::Type;
using step::Value;

constexpr double degree = std::numbers::pi / 180;

// The points of the result on the asked-for axis, and the angles they stand for.
struct Points {
    data::AxisKind axis;
    std::vector<double> x, two_theta;
    double first() const { return *std::ranges::min_element(two_theta); }
    double last() const { return *std::ranges::max_element(two_theta); }
};

double to_two_theta(data::AxisKind axis, double x, double wavelength) {
    if (axis == data::AxisKind::two_theta) return x;
    double const sine =
        axis == data::AxisKind::q ? x * wavelength / (4 * std::numbers::pi) : wavelength / (2 * x);
    if (!(sine > 0 && sine < 1))
        throw Error(Fault::bad_input, fmt::format("'{}' reaches {}; expected what {} angstrom can reach",
                                                  to_name(axis), x, wavelength));
    return 2 * std::asin(sine) / degree;
}

// The one axis that was given, or two theta from 10 to 120 degrees.
std::pair<data::AxisKind, Value> read_axis(step::Call const& call) {
    std::vector<data::AxisKind> kinds;
    for (auto const kind : {data::AxisKind::two_theta, data::AxisKind::q, data::AxisKind::d})
        if (call.has(to_name(kind))) kinds.push_back(kind);
    if (kinds.size() > 1)
        throw Error(Fault::bad_input, fmt::format("'{}' is given beside '{}'; expected one axis",
                                                  to_name(kinds[1]), to_name(kinds[0])));
    if (kinds.empty()) return {data::AxisKind::two_theta, Value::List{10, 120, 0.02}};
    return {kinds[0], call.parameters.at(to_name(kinds[0]))};
}

Points find_points(step::Call const& call, double wavelength) {
    auto const [axis, range] = read_axis(call);
    Points points{axis, {}, {}};
    double const first = range.list()[0].number(), last = range.list()[1].number(),
                 width = range.list()[2].number();
    double const count = std::floor((last - first) / width + 1e-6) + 1;
    if (!(width > 0 && count >= 2 && count <= 1e6))
        throw Error(
            Fault::bad_input,
            fmt::format("'{}' is {}; expected FIRST < LAST and a STEP that gives 2 to 1,000,000 points",
                        to_name(axis), to_text(range)));
    for (double i = 0; i < count; ++i) {
        points.x.push_back(first + width * i);
        points.two_theta.push_back(to_two_theta(axis, points.x.back(), wavelength));
    }
    return points;
}

data::Structure read_from_cif(std::filesystem::path const& path, std::int64_t place) {
    auto structures = data::read_cif(path);
    if (place < 1 || place > std::int64_t(structures.size()))
        throw Error(Fault::bad_input, fmt::format("'entry' is {}; expected 1 to {}: '{}'", place,
                                                  structures.size(), path.string()));
    return structures[std::size_t(place) - 1];
}

data::Structure read_structure(step::Call const& call) {
    auto const path = call.input("structure");
    if (path.extension() != ".db") return read_from_cif(path, call.has("entry") ? call.integer("entry") : 1);
    if (!call.has("entry"))
        throw Error(Fault::bad_input,
                    fmt::format("'entry' is missing; expected a number of AMCSD: '{}'", path.string()));
    std::int64_t const wanted = call.integer("entry");
    std::optional<data::AmcsdEntry> found;
    data::read_amcsd(path, 1, [&](data::AmcsdEntry&& one) {
        if (one.id == wanted) found = std::move(one);
    });
    if (!found)
        throw Error(Fault::not_found, fmt::format("'entry' is {}; expected a number that AMCSD has: '{}'",
                                                  wanted, path.string()));
    if (!found->problem.empty())
        throw Error(Fault::bad_data, fmt::format("AMCSD {}: {}", wanted, found->problem));
    return found->structure;
}

std::shared_ptr<DispersionTable const> read_dispersion(step::Call const& call) {
    std::string const name = call.text("dispersion");
    if (name == "chantler" && call.input("xraydb").empty())
        throw Error(Fault::bad_input,
                    "'xraydb' is missing; expected XrayDB's database for Chantler's tables");
    auto table = name == "chantler" ? chantler(call.input("xraydb"))
                 : name == "none"   ? no_dispersion()
                                    : cromer_liberman();
    std::map<int, Dispersion> overrides;
    for (Value const& row : call.parameters.at("fprime").list())
        overrides[element_number(row.list()[0].text())] = {row.list()[1].number(), row.list()[2].number()};
    return overrides.empty() ? table : with_overrides(table, overrides);
}

void draw_counts(std::vector<double>& y, double dose, std::uint64_t seed) {
    double const top = *std::ranges::max_element(y);
    std::vector<float> counts((y.size() + 63) / 64 * 64, 0);
    for (std::size_t i = 0; i < y.size(); ++i) counts[i] = top > 0 ? float(y[i] * dose / top) : 0;
    powder::draw_counts(counts, seed, 0);
    std::copy_n(counts.begin(), y.size(), y.begin());
}

// All that the outputs and findings are made of.
struct Simulation {
    data::Structure structure;
    Setting setting;
    std::shared_ptr<DispersionTable const> dispersion;
    Points points;
    Reflections table;
    std::vector<Line> lines;
    data::Pattern pattern;
    double wavelength() const { return setting.instrument.wavelengths[0].value; }
    bool is_shown(Line const& line) const {
        return line.wavelength == 0 && line.two_theta >= points.first() && line.two_theta <= points.last();
    }
};

std::string reflections_as_csv(Simulation const& made) {
    auto const cell = strained_cell(made.table, made.setting.sample.strain);
    auto const f2 =
        squared_structure_factors(made.table, made.setting.instrument.radiation, made.wavelength(),
                                  *made.dispersion, cell, FriedelPairs::listed);
    std::string text = "h,k,l,multiplicity,d,two_theta,F2\n";
    for (Line const& line : made.lines) {
        if (!made.is_shown(line)) continue;
        double const d = made.wavelength() / (2 * std::sin(line.bragg_two_theta / 2 * degree));
        std::size_t const j = line.reflection;
        text += fmt::format("{:.0f},{:.0f},{:.0f},{:.0f},{:.7f},{:.6f},{:.8g}\n", made.table.h[j],
                            made.table.k[j], made.table.l[j], made.table.multiplicity[j], d, line.two_theta,
                            f2[j]);
    }
    return text;
}

std::string plot(Simulation const& made) {
    data::TickRow ticks{"reflections", {}, ""};
    for (Line const& line : made.lines)
        if (made.points.axis == data::AxisKind::two_theta && made.is_shown(line))
            ticks.x.push_back(line.two_theta);
    data::PlotOptions options;
    options.title = made.pattern.title;
    options.x_label = data::axis_label(made.points.axis);
    options.y_label = made.pattern.sigma.empty() ? "intensity" : "counts";
    return data::plot_curves({{"calculated", made.pattern.x, made.pattern.y, "", data::Curve::Style::line}},
                             {ticks}, options);
}

data::Pattern make_pattern(Simulation const& made, std::uint64_t seed) {
    Points const& points = made.points;
    data::Pattern pattern{made.structure.name,
                          points.axis,
                          made.wavelength(),
                          points.x,
                          plain_pattern(made.lines, made.setting.instrument, points.two_theta),
                          {}};
    double const strongest = *std::ranges::max_element(pattern.y);
    add_plain_background(made.setting.background, points.first(), points.last(),
                         strongest > 0 ? strongest : 1, points.two_theta, pattern.y);
    if (made.setting.dose > 0) {
        draw_counts(pattern.y, made.setting.dose, seed);
        for (double y : pattern.y) pattern.sigma.push_back(std::sqrt(std::max(1.0, y)));
    }
    return pattern;
}

Simulation simulate(step::Call const& call) {
    Simulation made;
    made.structure = read_structure(call);
    made.setting = read_setting(call);
    made.dispersion = read_dispersion(call);
    made.points = find_points(call, made.wavelength());
    if (auto const problem = first_problem(made.setting, made.points.first(), made.points.last()))
        throw Error(Fault::bad_input, *problem);
    double shortest = made.wavelength();
    for (auto const& one : made.setting.instrument.wavelengths) shortest = std::min(shortest, one.value);
    double const last = made.points.last();
    made.table = find_reflections(made.structure,
                                  {needed_d_min(last, shortest, largest_strain(made.setting.sample.strain))});
    made.lines = find_lines(made.table, made.setting, *made.dispersion, last + tail_margin,
                            call.text("friedel") == "mean" ? FriedelPairs::mean : FriedelPairs::listed);
    made.pattern = make_pattern(made, std::uint64_t(call.integer("seed")));
    return made;
}

step::Outcome run(step::Call const& call) {
    Simulation const made = simulate(call);
    if (auto const path = call.output("pattern")) data::write_pattern(*path, made.pattern);
    if (auto const path = call.output("reflections")) write_file(*path, reflections_as_csv(made));
    if (auto const path = call.output("plot")) write_file(*path, plot(made));
    auto const count =
        std::ranges::count_if(made.lines, [&](Line const& line) { return made.is_shown(line); });
    data::Structure const& structure = made.structure;
    bool const is_xray = made.setting.instrument.radiation == Radiation::xray;
    step::Outcome outcome;
    outcome.findings = {{"structure", structure.name},
                        {"space_group", structure.space_group},
                        {"points", std::int64_t(made.pattern.x.size())},
                        {"reflections_in_range", std::int64_t(count)},
                        {"density", data::density(structure)},
                        {"dispersion", made.dispersion->name()}};
    outcome.text = fmt::format("{}  {}  {}  {:.4g} g/cm3: {} reflections, {} points, f' and f'' from {}\n",
                               structure.name, structure.space_group, data::composition_formula(structure),
                               data::density(structure), count, made.pattern.x.size(),
                               is_xray ? made.dispersion->name() : "no table (neutrons)");
    for (std::string const& note : structure.notes) outcome.text += fmt::format("  note: {}\n", note);
    return outcome;
}

step::Parameter axis_parameter(char const* name, char const* help, char const* unit, double least,
                               double most, char const* otherwise) {
    auto const field = [&](char const* what, double from) {
        return step::Field{.name = what, .unit = unit, .least = from, .most = most};
    };
    return {.name = name,
            .help = help,
            .fields = {field("first", least), field("last", least), field("step", 1e-9)},
            .fallback = Value(),
            .otherwise = otherwise};
}

std::vector<step::Parameter> own_parameters() {
    return {
        axis_parameter("two_theta", "the points, at equal angles", "degree", 0, 180,
                       "10:120:0.02, when there is no other axis"),
        axis_parameter("q", "the points, at equal Q = 4 pi sin(theta) / wavelength", "1/angstrom", 1e-6, 1000,
                       "none"),
        axis_parameter("d", "the points, at equal d", "angstrom", 1e-6, 1000, "none"),
        {.name = "entry",
         .help = "which structure of the file: AMCSD's number, or the place in a CIF file",
         .fields = {{.type = Type::integer, .unit = "1", .least = 0, .most = 1e9}},
         .fallback = Value(),
         .otherwise = "the first of a CIF file"},
        {.name = "seed",
         .help = "of the counting statistics, which dose turns on",
         .fields = {{.type = Type::integer, .unit = "1", .least = 0, .most = 9e15}},
         .fallback = 1},
        {.name = "friedel",
         .help = "the pattern's |F|^2: mean of hkl and -h-k-l, as a powder shows, or of the listed one",
         .fields = {{.type = Type::choice, .choices = {"mean", "listed"}}},
         .fallback = "mean"},
        {.name = "dispersion",
         .help = "where f' and f'' come from",
         .fields = {{.type = Type::choice, .choices = {"cromer_liberman", "chantler", "none"}}},
         .fallback = "cromer_liberman"},
        {.name = "fprime",
         .help = "f' and f'' of an element, instead of the table's",
         .fields = {{.name = "element",
                     .type = Type::text,
                     .rule = "a symbol such as Pb",
                     .pattern = "[A-Z][a-z]?"},
                    {.name = "real", .unit = "electron", .least = -1000, .most = 1000},
                    {.name = "imaginary", .unit = "electron", .least = -1000, .most = 1000}},
         .is_list = true,
         .fallback = Value::List{}},
    };
}

std::vector<step::Port> output_ports() {
    return {{.name = "pattern",
             .help = "its ending says the format",
             .format = "pattern (.xy .xye .fxye .dat .cif)",
             .dtype = "float64",
             .dims = {"point"},
             .unit = "count",
             .is_required = false,
             .file = "pattern.cif"},
            {.name = "reflections",
             .help = "h,k,l,multiplicity,d,two_theta,F2; F2 [electron^2, or barn for neutrons] is that of "
                     "the listed hkl",
             .format = "CSV",
             .is_required = false,
             .file = "reflections.csv"},
            {.name = "plot",
             .help = "drawing of the pattern",
             .format = "SVG",
             .is_required = false,
             .file = "pattern.svg"}};
}

}  // namespace

step::Step simulate_step() {
    step::Description about{
        .name = "powder.simulate",
        .version = "1.0.0",
        .summary = "calculate the powder pattern of one structure",
        .reference =
            "V. K. Pecharsky & P. Y. Zavalij, Fundamentals of Powder Diffraction (2009), chapters "
            "7 to 9; each formula with its own source in src/hutch/methods/powder; compared with "
            "GSAS-II in docs/validation.md",
        .parameters = own_parameters(),
        .inputs = {{.name = "structure",
                    .help = "the crystal; of a database with entry",
                    .format = "CIF, or AMCSD database (.db)"},
                   instrument_port(),
                   {.name = "xraydb",
                    .help = "Chantler's f' and f'', for dispersion chantler",
                    .format = "XrayDB database",
                    .is_required = false}},
        .outputs = output_ports(),
        .findings = {
            {.name = "structure", .help = "name of the structure", .type = Type::text},
            {.name = "space_group", .help = "Hermann-Mauguin symbol with setting", .type = Type::text},
            {.name = "points", .help = "points of the pattern", .type = Type::integer, .unit = "1"},
            {.name = "reflections_in_range",
             .help = "unique reflections of the first wavelength",
             .type = Type::integer,
             .unit = "1"},
            {.name = "density", .help = "from contents and volume of the cell", .unit = "g/cm^3"},
            {.name = "dispersion", .help = "table of f' and f''", .type = Type::text}}};
    for (step::Parameter& one : setting_parameters()) about.parameters.push_back(std::move(one));
    return {about, run};
}

}  // namespace hutch::powder
