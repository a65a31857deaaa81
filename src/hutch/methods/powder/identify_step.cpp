#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/progress.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/library.hpp"
#include "hutch/data/plot.hpp"
#include "hutch/methods/powder/detail/steps.hpp"
#include "hutch/methods/powder/identify.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace hutch::powder {
namespace {

using step::Type;
using step::Value;

constexpr std::size_t shown_candidates = 3;

// The measured pattern with the best candidates, and what the best one leaves over.
std::string plot(data::Pattern const& measured, data::Library const& library, Identification const& found) {
    data::Panel upper, lower;
    upper.options.title = measured.title;
    upper.options.y_label = "counts";
    upper.options.height = 460;
    upper.curves.push_back({"measured", measured.x, measured.y, "#222222", data::Curve::Style::points});
    lower.options.x_label = data::axis_label(measured.axis);
    lower.options.y_label = "measured − best";
    lower.options.height = 180;
    for (std::size_t i = 0; i < std::min(shown_candidates, found.candidates.size()); ++i) {
        Candidate const& one = found.candidates[i];
        if (one.pattern.empty()) continue;
        data::Structure const& structure = library.structures[one.structure];
        upper.curves.push_back(
            {fmt::format("{}. {} ({}) {:.3f}", i + 1, structure.name, structure.source, one.score),
             measured.x,
             {one.pattern.begin(), one.pattern.end()},
             "",
             data::Curve::Style::line});
        if (i > 0) continue;
        data::Curve rest{"", measured.x, measured.y, "", data::Curve::Style::line};
        for (std::size_t k = 0; k < rest.y.size(); ++k) rest.y[k] -= double(one.pattern[k]);
        lower.curves.push_back(rest);
    }
    return data::plot_panels({upper, lower});
}

IdentifyOptions read_options(step::Call const& call, data::Pattern const& measured) {
    Setting const setting = read_setting(call);
    IdentifyOptions options;
    options.radiation = setting.instrument.radiation;
    if (!call.input("instrument").empty() || call.has("wavelength"))
        options.wavelengths = setting.instrument.wavelengths;
    else if (measured.wavelength > 0)
        options.wavelengths = lines_of(measured);
    else if (options.radiation == Radiation::neutron)
        throw Error(Fault::bad_input,
                    "'wavelength' is missing and the pattern does not tell it; expected it for neutrons");
    options.polarisation = setting.instrument.polarisation;
    options.threads = call.threads;
    options.keep = std::size_t(call.integer("keep"));
    options.required_elements = read_elements(call, "with");
    options.allowed_elements = read_elements(call, "only");
    return options;
}

// Columns of the table of candidates, for findings, the CSV file and people alike.
struct Row {
    data::Structure const& structure;
    Candidate const& candidate;
    std::string formula;
};

std::vector<Row> rows_of(data::Library const& library, Identification const& found) {
    std::vector<Row> rows;
    for (Candidate const& one : found.candidates) {
        data::Structure const& structure = library.structures[one.structure];
        rows.push_back({structure, one, data::composition_formula(structure)});
    }
    return rows;
}

std::string to_csv(std::vector<Row> const& rows) {
    std::string text = "rank,score,name,formula,space_group,source,cell_scale,zero,citation\n";
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto const& [structure, one, formula] = rows[i];
        text += fmt::format("{},{:.5f},{},{},{},{},{:.6f},{:.4f},{}\n", i + 1, one.score,
                            to_csv_field(structure.name), to_csv_field(formula),
                            to_csv_field(structure.space_group), to_csv_field(structure.source),
                            one.shift.cell_scale, one.shift.zero, to_csv_field(structure.citation));
    }
    return text;
}

step::Values findings_of(std::vector<Row> const& rows, Identification const& found, std::size_t refused) {
    Value::List names, formulas, groups, sources, scores, scales, zeros;
    for (Row const& row : rows) {
        names.emplace_back(row.structure.name);
        formulas.emplace_back(row.formula);
        groups.emplace_back(row.structure.space_group);
        sources.emplace_back(row.structure.source);
        scores.emplace_back(row.candidate.score);
        scales.emplace_back(row.candidate.shift.cell_scale);
        zeros.emplace_back(row.candidate.shift.zero);
    }
    step::Values findings{{"compared", std::int64_t(found.compared)},
                          {"refused", std::int64_t(refused)},
                          {"fwhm", found.fwhm},
                          {"names", names},
                          {"formulas", formulas},
                          {"space_groups", groups},
                          {"sources", sources},
                          {"scores", scores},
                          {"cell_scales", scales},
                          {"zeros", zeros}};
    if (!rows.empty()) findings["best"] = rows[0].structure.name;
    return findings;
}

std::string to_table(std::vector<Row> const& rows) {
    std::string text =
        "rank  score  cell    zero/deg  formula                        space group  name (source)\n";
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto const& [structure, one, formula] = rows[i];
        text += fmt::format("{:4}  {:.3f}  {:.4f}  {:8.3f}  {:30.30} {:12} {} ({})\n", i + 1, one.score,
                            one.shift.cell_scale, one.shift.zero, formula, structure.space_group,
                            structure.name, structure.source);
    }
    return text;
}

step::Outcome run(step::Call const& call) {
    auto const start = std::chrono::steady_clock::now();
    data::Pattern const measured = read_measured(call);
    IdentifyOptions const options = read_options(call, measured);
    data::Library const library = data::read_library(call.inputs.at("library"), call.threads);
    Identification const found = identify(measured, library.structures, options);
    double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    auto const rows = rows_of(library, found);
    if (auto const path = call.output("candidates")) write_file(*path, to_csv(rows));
    if (auto const path = call.output("plot")) write_file(*path, plot(measured, library, found));
    return {findings_of(rows, found, library.refusals.size()),
            fmt::format("{}: {} points; compared with {} structures in {}\n",
                        measured.title.empty() ? call.input("pattern").string() : measured.title,
                        with_commas((long long)measured.x.size()), with_commas((long long)found.compared),
                        to_duration(seconds)) +
                to_table(rows)};
}

std::vector<step::Parameter> identify_parameters() {
    step::Field const element{.type = Type::text, .rule = "a symbol such as Pb", .pattern = "[A-Z][a-z]?"};
    std::vector<step::Parameter> made = beam_parameters();
    for (step::Parameter& one : made)
        if (one.name == "wavelength")
            one.otherwise =
                "the instrument's, or the pattern's, or Cu K alpha 1 and 2, 1.540593:1,1.544427:0.5";
    made.push_back(bank_parameter());
    made.push_back({.name = "keep",
                    .help = "candidates to show",
                    .fields = {{.type = Type::integer, .unit = "1", .least = 1, .most = 1000}},
                    .fallback = 10});
    made.push_back({.name = "with",
                    .help = "only structures that hold all of these elements",
                    .fields = {element},
                    .is_list = true,
                    .fallback = Value::List{}});
    made.push_back({.name = "only",
                    .help = "only structures of no other elements; none for any",
                    .fields = {element},
                    .is_list = true,
                    .fallback = Value::List{}});
    return made;
}

std::vector<step::Finding> identify_findings() {
    auto const list = [](char const* name, char const* help, Type type, char const* unit) {
        return step::Finding{name, help, type, unit, true};
    };
    return {
        {.name = "compared",
         .help = "structures whose patterns were compared",
         .type = Type::integer,
         .unit = "1"},
        {.name = "refused", .help = "structures that could not be read", .type = Type::integer, .unit = "1"},
        {.name = "fwhm", .help = "width of the measured peaks at small angles", .unit = "degree"},
        {.name = "best", .help = "name of the best candidate, if there is one", .type = Type::text},
        list("names", "of the candidates, best first", Type::text, ""),
        list("formulas", "their contents in Hill order", Type::text, ""),
        list("space_groups", "Hermann-Mauguin symbols", Type::text, ""),
        list("sources", "files or numbers of database entries", Type::text, ""),
        list("scores", "1 for proportional patterns, 0 for nothing in common", Type::number, "1"),
        list("cell_scales", "edges of the refined cell over the listed ones", Type::number, "1"),
        list("zeros", "refined zero errors", Type::number, "degree")};
}

}  // namespace

step::Step identify_step() {
    step::Description about{
        .name = "powder.identify",
        .version = "1.1.0",
        .summary = "name the phases that explain a measured powder pattern",
        .reference =
            "similarity: the cosine between square roots of intensities, A. Bhattacharyya, "
            "Bull. Calcutta Math. Soc. 35 (1943) 99; the search in src/hutch/methods/powder/identify.hpp",
        .parameters = identify_parameters(),
        .inputs = {pattern_port("measured"),
                   {.name = "library",
                    .help = "structures to compare with",
                    .format = "CIF file, folder of CIFs or AMCSD database",
                    .is_list = true},
                   instrument_port()},
        .outputs = {{.name = "candidates",
                     .help = "rank,score,name,formula,space_group,source,cell_scale,zero,citation",
                     .format = "CSV",
                     .is_required = false,
                     .file = "candidates.csv"},
                    {.name = "plot",
                     .help = "measured pattern, best candidates and difference",
                     .format = "SVG",
                     .is_required = false,
                     .file = "candidates.svg"}},
        .findings = identify_findings(),
        .needs = {.threads = 0, .memory_gib = 2, .seconds = 10}};
    return {about, run};
}

}  // namespace hutch::powder
