// hutch powder simulate: the pattern of one structure, by the plain way.
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/pattern.hpp"
#include "hutch/data/plot.hpp"
#include "hutch/methods/powder/simulate.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "arguments.hpp"
#include "powder_options.hpp"
#include "verbs.hpp"
#include <fmt/format.h>

namespace hutch::app {
namespace {

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
        throw Error(Fault::bad_input,
                    fmt::format("'--range' reaches {} = {}; expected what {} angstrom can reach",
                                to_name(axis), x, wavelength));
    return 2 * std::asin(sine) / degree;
}

Points find_points(Arguments const& arguments, double wavelength) {
    std::string const name = arguments.text("axis", "two_theta");
    Points points{name == "q"   ? data::AxisKind::q
                  : name == "d" ? data::AxisKind::d
                                : data::AxisKind::two_theta,
                  {},
                  {}};
    if (name != to_name(points.axis))
        throw Error(Fault::bad_input,
                    fmt::format("'--axis' is {}; expected two_theta, q or d", in_quotes(name)));
    std::string const fallback = points.axis == data::AxisKind::two_theta ? "10:120:0.02"
                                 : points.axis == data::AxisKind::q       ? "0.7:7:0.002"
                                                                          : "0.9:9:0.002";
    std::string const range = arguments.text("range", fallback);
    auto const parts = split(range, ':');
    if (parts.size() != 3)
        throw Error(Fault::bad_input,
                    fmt::format("'--range' is {}; expected FIRST:LAST:STEP", in_quotes(range)));
    double const first = parse_number(parts[0], "--range"), last = parse_number(parts[1], "--range"),
                 step = parse_number(parts[2], "--range");
    double const count = std::floor((last - first) / step + 1e-6) + 1;
    if (!(step > 0 && count >= 2 && count <= 1e6))
        throw Error(
            Fault::bad_input,
            fmt::format("'--range' is {}; expected FIRST < LAST and a STEP that gives 2 to 1,000,000 points",
                        in_quotes(range)));
    for (double i = 0; i < count; ++i) {
        points.x.push_back(first + step * i);
        points.two_theta.push_back(to_two_theta(points.axis, points.x.back(), wavelength));
    }
    return points;
}

std::string reflections_as_csv(powder::Reflections const& table, std::vector<powder::Line> const& lines,
                               std::vector<double> const& f2, double wavelength, double first, double last) {
    std::string text = "h,k,l,multiplicity,d,two_theta,F2\n";
    for (powder::Line const& line : lines) {
        if (line.wavelength != 0 || line.two_theta < first || line.two_theta > last) continue;
        double const d = wavelength / (2 * std::sin(line.bragg_two_theta / 2 * degree));
        std::size_t const j = line.reflection;
        text += fmt::format("{:.0f},{:.0f},{:.0f},{:.0f},{:.7f},{:.6f},{:.8g}\n", table.h[j], table.k[j],
                            table.l[j], table.multiplicity[j], d, line.two_theta, f2[j]);
    }
    return text;
}

void draw_counts(std::vector<double>& y, double dose, std::uint64_t seed) {
    double const top = *std::ranges::max_element(y);
    std::vector<float> counts((y.size() + 63) / 64 * 64, 0);
    for (std::size_t i = 0; i < y.size(); ++i) counts[i] = top > 0 ? float(y[i] * dose / top) : 0;
    powder::draw_counts(counts, seed, 0);
    std::copy_n(counts.begin(), y.size(), y.begin());
}

std::string plot(data::Pattern const& pattern, std::vector<powder::Line> const& lines, bool is_angle) {
    data::TickRow ticks{"reflections", {}, ""};
    for (powder::Line const& line : lines)
        if (is_angle && line.wavelength == 0 && line.two_theta >= pattern.x.front() &&
            line.two_theta <= pattern.x.back())
            ticks.x.push_back(line.two_theta);
    data::PlotOptions options;
    options.title = pattern.title;
    options.x_label = pattern.axis == data::AxisKind::two_theta ? "2θ / degree"
                      : pattern.axis == data::AxisKind::q       ? "Q / Å⁻¹"
                                                                : "d / Å";
    options.y_label = pattern.sigma.empty() ? "intensity" : "counts";
    return data::plot_curves({{"calculated", pattern.x, pattern.y, "", data::Curve::Style::line}}, {ticks},
                             options);
}

}  // namespace

int powder_simulate(std::vector<std::string> const& words) {
    auto options = setting_options();
    for (Option const& option : std::vector<Option>{
             {"structure", "FILE", "CIF file, or AMCSD database with --entry"},
             {"entry", "ID", "which structure of the file: AMCSD number or place in the CIF, from 1"},
             {"range", "FIRST:LAST:STEP", "in units of the axis; default 10:120:0.02 degrees"},
             {"axis", "NAME", "two_theta (default), q or d, at the first wavelength"},
             {"seed", "N", "of the counting statistics (with --set dose=N); default 1"},
             {"friedel", "HOW",
              "the pattern's |F|^2: mean (default) of hkl and -h-k-l, as a powder shows; listed: of the "
              "listed one"},
             {"out", "FILE", "write the pattern: .xy .xye .fxye .cif"},
             {"reflections", "FILE",
              "write the reflections: h,k,l,multiplicity,d,two_theta,F2; F2 [electron^2 or barn] is that of "
              "the listed hkl"},
             {"plot", "FILE.svg", "draw the pattern"}})
        options.push_back(option);
    Arguments const arguments(
        "powder simulate --structure FILE [options]",
        "Calculate the powder pattern of one structure in double precision, every line over the whole range.",
        options, 0, 0, words);
    if (arguments.wants_help()) return arguments.print_help(), 0;

    data::Structure const structure =
        read_structure(arguments.required("structure"), arguments.text("entry"));
    powder::Setting const setting = read_setting(arguments);
    auto const dispersion = read_dispersion(arguments);
    double const wavelength = setting.instrument.wavelengths[0].value;
    Points const points = find_points(arguments, wavelength);
    if (auto const problem = first_problem(setting, points.first(), points.last()))
        throw Error(Fault::bad_input, *problem);
    std::string const friedel = arguments.text("friedel", "mean");
    if (friedel != "mean" && friedel != "listed")
        throw Error(Fault::bad_input,
                    fmt::format("'--friedel' is {}; expected mean or listed", in_quotes(friedel)));
    auto const pairs = friedel == "mean" ? powder::FriedelPairs::mean : powder::FriedelPairs::listed;

    double shortest = wavelength;
    for (auto const& one : setting.instrument.wavelengths) shortest = std::min(shortest, one.value);
    auto const table = powder::find_reflections(
        structure,
        {powder::needed_d_min(points.last(), shortest, powder::largest_strain(setting.sample.strain))});
    auto const lines =
        powder::find_lines(table, setting, *dispersion, points.last() + powder::tail_margin, pairs);
    data::Pattern pattern{structure.name,
                          points.axis,
                          wavelength,
                          points.x,
                          powder::plain_pattern(lines, setting.instrument, points.two_theta),
                          {}};
    double const strongest = *std::ranges::max_element(pattern.y);
    powder::add_plain_background(setting.background, points.first(), points.last(),
                                 strongest > 0 ? strongest : 1, points.two_theta, pattern.y);
    if (setting.dose > 0) {
        draw_counts(pattern.y, setting.dose, arguments.count("seed", 1, 0, 9e15));
        for (double y : pattern.y) pattern.sigma.push_back(std::sqrt(std::max(1.0, y)));
    }
    if (arguments.has("reflections")) {
        auto const cell = powder::strained_cell(table, setting.sample.strain);
        auto const f2 = powder::squared_structure_factors(table, setting.instrument.radiation, wavelength,
                                                          *dispersion, cell, powder::FriedelPairs::listed);
        write_file(arguments.text("reflections"),
                   reflections_as_csv(table, lines, f2, wavelength, points.first(), points.last()));
    }
    if (arguments.has("out")) data::write_pattern(arguments.text("out"), pattern);
    if (arguments.has("plot"))
        write_file(arguments.text("plot"), plot(pattern, lines, points.axis == data::AxisKind::two_theta));
    auto const in_range = std::ranges::count_if(lines, [&](powder::Line const& line) {
        return line.wavelength == 0 && line.two_theta >= points.first() && line.two_theta <= points.last();
    });
    if (arguments.has("json"))
        fmt::print(
            "{{\"structure\": {}, \"space_group\": {}, \"points\": {}, \"reflections\": {}, \"density\": "
            "{:.5g}, \"dispersion\": {}}}\n",
            to_json_text(structure.name), to_json_text(structure.space_group), pattern.x.size(), in_range,
            data::density(structure), to_json_text(dispersion->name()));
    else
        fmt::print("{}  {}  {}  {:.4g} g/cm3: {} reflections, {} points, f' and f'' from {}\n",
                   structure.name, structure.space_group, data::composition_formula(structure),
                   data::density(structure), in_range, pattern.x.size(),
                   setting.instrument.radiation == powder::Radiation::xray ? dispersion->name()
                                                                           : "no table (neutrons)");
    for (std::string const& note : structure.notes)
        if (!arguments.has("json")) fmt::print("  note: {}\n", note);
    return 0;
}

}  // namespace hutch::app
