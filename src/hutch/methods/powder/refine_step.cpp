#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/progress.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/plot.hpp"
#include "hutch/methods/powder/detail/steps.hpp"
#include "hutch/methods/powder/refine/report_cif.hpp"
#include "hutch/methods/powder/refine/report_html.hpp"
#include "hutch/methods/powder/refine/report_json.hpp"
#include "hutch/methods/powder/refine/report_nexus.hpp"
#include "hutch/methods/powder/refine/report_pdf.hpp"
#include "hutch/methods/powder/refine/report_text.hpp"
#include "hutch/methods/powder/refine/series.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

namespace hutch::powder {
namespace {

namespace fs = std::filesystem;
using step::Type;
using step::Value;

// Files by the names that the description gives them: those of the call first, then from its folder.
refine::FileFinder finder_of(step::Call const& call, fs::path const& description) {
    std::vector<fs::path> given;
    if (auto const found = call.inputs.find("files"); found != call.inputs.end()) given = found->second;
    return [given, folder = description.parent_path()](std::string const& name) {
        fs::path const wanted(name);
        for (fs::path const& path : given)
            if (path.filename() == wanted.filename()) return path;
        fs::path const path = wanted.is_absolute() ? wanted : folder / wanted;
        if (!fs::exists(path))
            throw Error(
                Fault::not_found,
                fmt::format("{} is not there; expected a file beside the description or among --files",
                            in_quotes(path.string())));
        return path;
    };
}

Document read_document(fs::path const& path) { return Document::parse(read_file(path), path.string()); }

std::string percent(double value) { return fmt::format("{:.3f}", 100 * value); }

refine::RunOptions live_options(step::Call const& call) {
    refine::RunOptions options;
    options.should_stop = call.should_stop;
    if (!call.log) return options;
    options.on_stage = [log = call.log](std::string const& name, std::size_t number, std::size_t count) {
        log(fmt::format("stage {} of {}: {}", number, count, name));
    };
    options.on_cycle = [log = call.log](refine::Cycle const& cycle) {
        std::vector<std::string> each;
        for (double const one : cycle.r_wp_each) each.push_back(percent(one));
        log(fmt::format("  cycle {:3}  Rwp {:>7} % ({})  GOF {:.3f}{}", cycle.number, percent(cycle.r_wp),
                        fmt::join(each, ", "), cycle.goodness,
                        cycle.is_accepted ? "" : "  not better: shorter step"));
    };
    return options;
}

void write_outputs(step::Call const& call, refine::Result const& result) {
    if (auto const path = call.output("report")) write_file(*path, to_html(result));
    if (auto const path = call.output("pdf")) write_file(*path, to_pdf(result));
    if (auto const path = call.output("cif")) write_file(*path, to_cif(result));
    if (auto const path = call.output("structure")) write_file(*path, to_cif(result, 0));
    if (auto const path = call.output("structures")) write_file(*path, to_cif_by_share(result));
    if (auto const path = call.output("nexus")) write_nexus(*path, result);
    if (auto const path = call.output("result")) write_file(*path, to_json(result));
}

step::Values findings_of(refine::Result const& result) {
    Value::List names, r_wp, parameters, values, uncertainties, warnings;
    for (refine::PatternResult const& one : result.patterns)
        names.emplace_back(one.name), r_wp.emplace_back(one.agreement.r_wp());
    for (std::size_t const i : result.refined) {
        refine::ParameterResult const& one = result.parameters[i];
        parameters.emplace_back(one.name);
        values.emplace_back(one.estimate.value);
        uncertainties.emplace_back(std::isnan(one.estimate.su) ? -1 : one.estimate.su);
    }
    for (std::string const& one : result.warnings) warnings.emplace_back(one);
    return {{"ending", result.ending},
            {"variables", std::int64_t(result.variables)},
            {"observations", std::int64_t(result.observations)},
            {"r_wp", result.r_wp},
            {"r_exp", result.r_exp},
            {"goodness", result.goodness},
            {"patterns", names},
            {"pattern_r_wp", r_wp},
            {"parameters", parameters},
            {"values", values},
            {"uncertainties", uncertainties},
            {"warnings", warnings}};
}

step::Outcome run_refine(step::Call const& call) {
    auto const start = std::chrono::steady_clock::now();
    fs::path const path = call.input("refinement");
    refine::Run const run =
        refine::run(refine::read_description(read_document(path), finder_of(call, path)), live_options(call));
    refine::Result const result = to_result(run);
    double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    write_outputs(call, result);
    return {findings_of(result), to_report_text(result) + fmt::format("{}\n", to_duration(seconds))};
}

std::vector<step::Port> input_ports() {
    return {
        {.name = "refinement",
         .help = "phases, patterns, what is refined; docs/refinement.md",
         .format = "YAML"},
        {.name = "files",
         .help = "files that the description names, found by their names; others are looked for beside it",
         .format = "any",
         .is_required = false,
         .is_list = true}};
}

std::vector<step::Port> refine_outputs() {
    auto const port = [](char const* name, char const* help, char const* format, char const* file) {
        return step::Port{.name = name, .help = help, .format = format, .is_required = false, .file = file};
    };
    return {
        port("report", "tables, plots and ticks", "HTML", "report.html"),
        port("pdf", "the same on paper", "PDF", "report.pdf"),
        port("cif", "phases and patterns, core CIF and pdCIF", "CIF", "refinement.cif"),
        port("structure", "the first phase alone", "CIF", "structure.cif"),
        port("structures", "a block for each phase in each pattern, with the lattice strain of that pattern",
             "CIF", "structures.cif"),
        port("result", "everything, for programs", "JSON", "refinement.json"),
        port("nexus", "patterns, parameters and correlations", "NeXus", "refinement.nxs")};
}

std::vector<step::Finding> refine_findings() {
    auto const list = [](char const* name, char const* help, Type type, char const* unit) {
        return step::Finding{name, help, type, unit, true};
    };
    return {{.name = "ending", .help = "converged, cycles, stuck or stopped", .type = Type::text},
            {.name = "variables", .help = "independent ones", .type = Type::integer, .unit = "1"},
            {.name = "observations", .help = "points that count", .type = Type::integer, .unit = "1"},
            {.name = "r_wp", .help = "weighted profile R of all patterns, background included", .unit = "1"},
            {.name = "r_exp", .help = "what counting statistics allow", .unit = "1"},
            {.name = "goodness", .help = "sqrt(chi^2 / (observations - variables))", .unit = "1"},
            list("patterns", "their names", Type::text, ""),
            list("pattern_r_wp", "weighted profile R of each", Type::number, "1"),
            list("parameters", "names of what is refined", Type::text, ""),
            list("values", "in the units of the report", Type::number, "1"),
            list("uncertainties", "standard ones, times goodness; -1 where the data do not tell",
                 Type::number, "1"),
            list("warnings", "what to look at", Type::text, "")};
}

char const* const refine_reference =
    "H. M. Rietveld, J. Appl. Cryst. 2 (1969) 65; A. Le Bail, H. Duroy & J. L. Fourquet, Mater. Res. Bull. "
    "23 (1988) 447; "
    "G. S. Pawley, J. Appl. Cryst. 14 (1981) 357; compared with GSAS-II in docs/validation.md";

// ---- series

std::string to_csv(refine::SeriesTable const& table) {
    std::string text = fmt::format("file,{},r_wp,goodness,ending", to_csv_field(table.variable.name));
    for (std::string const& name : table.names) text += fmt::format(",{},{}_su", name, name);
    text += "\n";
    for (refine::SeriesRow const& row : table.rows) {
        text += fmt::format("{},{:.9g},{:.6g},{:.6g},{}", to_csv_field(row.name), row.variable, row.r_wp,
                            row.goodness, to_csv_field(row.ending));
        for (refine::Estimate const& one : row.estimates)
            text += fmt::format(",{:.10g},{:.4g}", one.value, one.su);
        text += "\n";
    }
    return text;
}

std::string axis_name(std::string const& name, std::string const& unit) {
    return unit == "1" ? name : fmt::format("{} / {}", name, unit);
}

// One panel for each refined cell constant, scale, size, strain and displacement parameter.
std::string plot_series(refine::SeriesTable const& table, std::vector<std::string> const& selectors) {
    std::vector<data::Panel> panels;
    for (std::size_t i = 0; i < table.names.size(); ++i) {
        bool const is_wanted = std::ranges::any_of(
            selectors, [&](std::string const& one) { return refine::selects(one, table.names[i]); });
        if (!is_wanted) continue;
        data::Curve curve{table.names[i], {}, {}, "", data::Curve::Style::points};
        for (refine::SeriesRow const& row : table.rows)
            if (std::isfinite(row.estimates[i].value))
                curve.x.push_back(row.variable), curve.y.push_back(row.estimates[i].value);
        data::Curve line = curve;
        line.style = data::Curve::Style::line, line.label.clear();
        data::PlotOptions options;
        options.height = 240;
        options.title = panels.empty() ? "refined against " + table.variable.name : "";
        options.x_label = axis_name(table.variable.name, table.variable.unit);
        options.y_label = axis_name(table.names[i], table.units[i]);
        panels.push_back({{line, curve}, {}, options});
    }
    return data::plot_panels(panels);
}

std::vector<std::string> texts_of(step::Call const& call, char const* parameter) {
    std::vector<std::string> texts;
    for (Value const& one : call.parameters.at(parameter).list()) texts.push_back(one.text());
    return texts;
}

void make_folder(fs::path const& folder) {
    std::error_code problem;
    fs::create_directories(folder, problem);
    if (problem)
        throw Error(Fault::denied,
                    fmt::format("'cifs' cannot be made ({}); expected a folder that can be: {}",
                                problem.message(), in_quotes(folder.string())));
}

step::Outcome run_series_step(step::Call const& call) {
    fs::path const path = call.input("refinement");
    Document const document = read_document(path);
    auto const find = finder_of(call, path);
    refine::Description const description = refine::read_description(document, find);
    refine::Series const series = refine::read_series(document, find);
    auto const folder = call.output("cifs");
    if (folder) make_folder(*folder);
    std::string text =
        fmt::format("{:24} {:>12} {:>8} {:>7}\n", "file", series.variable.name, "Rwp/%", "GOF");
    refine::SeriesOptions options;
    options.should_stop = call.should_stop;
    options.on_item = [&](std::size_t number, std::size_t count, refine::SeriesItem const& item,
                          refine::Result const& result) {
        std::string const line = fmt::format("{:24} {:12.6g} {:>8} {:7.3f}", item.name, item.variable,
                                             percent(result.r_wp), result.goodness);
        text += line + "\n";
        if (call.log) call.log(fmt::format("{} of {}: {}", number, count, line));
        if (folder) write_file(*folder / (item.name + ".cif"), to_cif(result));
    };
    Value::List failed;
    options.on_failure = [&](std::size_t number, std::size_t count, refine::SeriesItem const& item,
                             std::string const& why) {
        std::string const line = fmt::format("{:24} {:12.6g} failed: {}", item.name, item.variable, why);
        text += line + "\n";
        failed.emplace_back(item.name);
        if (call.log) call.log(fmt::format("{} of {}: {}", number, count, line));
    };
    refine::SeriesTable const table = run_series(description, series, options);
    if (auto const out = call.output("table")) write_file(*out, to_csv(table));
    if (auto const out = call.output("plot")) write_file(*out, plot_series(table, texts_of(call, "plotted")));
    Value::List variable, r_wp;
    for (refine::SeriesRow const& row : table.rows)
        variable.emplace_back(row.variable), r_wp.emplace_back(std::isfinite(row.r_wp) ? row.r_wp : -1);
    return {{{"patterns", std::int64_t(table.rows.size())},
             {"variable", variable},
             {"r_wp", r_wp},
             {"failed", failed}},
            text};
}

}  // namespace

step::Step refine_step() {
    step::Description about{
        .name = "powder.refine",
        .version = "1.0.0",
        .summary = "refine structures, cells and profiles against measured powder patterns",
        .reference = refine_reference,
        .parameters = {},
        .inputs = input_ports(),
        .outputs = refine_outputs(),
        .findings = refine_findings(),
        .needs = {.memory_gib = 1, .seconds = 1}};
    return {about, run_refine};
}

step::Step refine_series_step() {
    step::Description about{
        .name = "powder.refine_series",
        .version = "1.0.0",
        .summary = "refine a series of patterns, each from where the one before ended",
        .reference = refine_reference,
        .parameters = {{.name = "plotted",
                        .help = "which parameters are drawn, by words of their names",
                        .fields = {{.type = Type::text, .rule = "words of names, such as cell or size.iso"}},
                        .is_list = true,
                        .fallback = Value::List{"cell"}}},
        .inputs = input_ports(),
        .outputs = {{.name = "table",
                     .help =
                         "a row for each pattern: variable, agreement, each refined parameter with its s.u.",
                     .format = "CSV",
                     .is_required = false,
                     .file = "series.csv"},
                    {.name = "plot",
                     .help = "refined parameters against what was varied",
                     .format = "SVG",
                     .is_required = false,
                     .file = "series.svg"},
                    {.name = "cifs",
                     .help = "one CIF for each pattern, by its file's name",
                     .format = "folder",
                     .is_required = false,
                     .file = "cifs"}},
        .findings =
            {{.name = "patterns", .help = "refined", .type = Type::integer, .unit = "1"},
             {.name = "variable", .help = "what was varied, in its own unit", .unit = "1", .is_list = true},
             {.name = "r_wp",
              .help = "weighted profile R of each; -1 for those that failed",
              .unit = "1",
              .is_list = true},
             {.name = "failed",
              .help = "files that could not be refined",
              .type = Type::text,
              .is_list = true}},
        .needs = {.memory_gib = 1, .seconds = 10}};
    return {about, run_series_step};
}

}  // namespace hutch::powder
