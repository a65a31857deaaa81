#include "hutch/methods/powder/refine/detail/report_content.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace hutch::powder::refine::detail {
namespace {

constexpr double strong_correlation = 0.8;
constexpr std::size_t most_correlations = 30;

using Row = std::vector<std::string>;

std::string decimals(double value, int count) {
    return std::isfinite(value) ? fmt::format("{:.{}f}", value, count) : "–";
}

std::string or_dash(Estimate const& estimate) {
    return std::isfinite(estimate.value) ? to_text(estimate) : "–";
}

void append(Row& row, std::array<Estimate, 6> const& values) {
    for (Estimate const& value : values) row.push_back(or_dash(value));
}

char const* radiation_name(PatternResult const& pattern) {
    return pattern.radiation == Radiation::xray             ? "X-ray"
           : pattern.axis == data::AxisKind::time_of_flight ? "neutron, time of flight"
                                                            : "neutron";
}

Part agreement_table(Result const& result) {
    Part part{.title = "Agreement",
              .columns = {"pattern", "radiation", "points", "Rwp [%]", "Rp [%]", "Rwp net of background [%]",
                          "Rexp [%]", "GOF"},
              .text_columns = 2};
    Agreement all;
    for (PatternResult const& one : result.patterns) {
        Agreement const& a = one.agreement;
        part.rows.push_back({one.name, radiation_name(one), std::to_string(a.points), percent(a.r_wp()),
                             percent(a.r_p()), percent(a.r_wp_net()), percent(one.r_exp),
                             decimals(one.goodness, 3)});
        all.add(a);
    }
    part.rows.push_back({"all", "", std::to_string(result.observations), percent(result.r_wp),
                         percent(all.r_p()), percent(all.r_wp_net()), percent(result.r_exp),
                         decimals(result.goodness, 3)});
    return part;
}

Part summary_table(Result const& result) {
    return {.title = "Refinement",
            .columns = {"ending", "refined numbers", "observations", "restraints"},
            .rows = {{result.ending, std::to_string(result.variables), std::to_string(result.observations),
                      std::to_string(result.restraints)}}};
}

Part warning_list(Result const& result) {
    Part part{.kind = Part::Kind::list, .title = "Warnings"};
    for (std::string const& warning : result.warnings) part.rows.push_back({warning});
    return part;
}

Part cell_table(Result const& result) {
    Part part{.title = "Cells",
              .columns = {"phase", "space group", "a [Å]", "b [Å]", "c [Å]", "α [°]", "β [°]", "γ [°]",
                          "V [Å³]", "density [g/cm³]"},
              .text_columns = 2};
    for (PhaseResult const& phase : result.phases) {
        Row row{phase.name, phase.structure.space_group};
        append(row, phase.cell);
        row.insert(row.end(), {or_dash(phase.volume), phase.density > 0 ? decimals(phase.density, 4) : "–"});
        part.rows.push_back(std::move(row));
    }
    return part;
}

Part strained_cell_table(Result const& result) {
    Part part{.title = "Cells as strained in single patterns",
              .columns = {"phase", "pattern", "a [Å]", "b [Å]", "c [Å]", "α [°]", "β [°]", "γ [°]"},
              .text_columns = 2};
    for (ShareResult const& share : result.shares) {
        if (!share.has_lattice_strain) continue;
        Row row{share.phase, share.pattern};
        append(row, share.cell);
        part.rows.push_back(std::move(row));
    }
    return part;
}

Part share_table(Result const& result) {
    Part part{.title = "Phases in the patterns",
              .columns = {"phase", "pattern", "weight [%]", "scale", "R(I) [%]", "R(F) [%]", "lines"},
              .text_columns = 2};
    for (ShareResult const& one : result.shares)
        part.rows.push_back({one.phase, one.pattern,
                             or_dash({100 * one.weight_fraction.value, 100 * one.weight_fraction.su}),
                             or_dash(one.scale), percent(one.r_bragg), percent(one.r_f),
                             std::to_string(one.reflections.size())});
    return part;
}

Part site_table(PhaseResult const& phase) {
    Part part{.title = "Atoms of " + phase.name,
              .columns = {"site", "type", "multiplicity", "x", "y", "z", "occupancy", "Uiso [Å²]"},
              .text_columns = 2};
    for (SiteResult const& site : phase.sites)
        part.rows.push_back({site.label, site.element, decimals(site.multiplicity, 0),
                             or_dash(site.position[0]), or_dash(site.position[1]), or_dash(site.position[2]),
                             or_dash(site.occupancy), or_dash(site.u_iso)});
    return part;
}

Part displacement_table(PhaseResult const& phase) {
    Part part{.title = "Anisotropic displacements of " + phase.name + " [Å²]",
              .columns = {"site", "U11", "U22", "U33", "U12", "U13", "U23"}};
    for (SiteResult const& site : phase.sites) {
        if (!site.is_anisotropic) continue;
        Row row{site.label};
        append(row, site.u_aniso);
        part.rows.push_back(std::move(row));
    }
    return part;
}

Part distance_table(PhaseResult const& phase) {
    Part part{.title = "Distances in " + phase.name,
              .columns = {"from", "to", "symmetry", "length [Å]"},
              .text_columns = 3};
    for (DistanceResult const& one : phase.distances)
        part.rows.push_back({one.from, one.to, one.symmetry, or_dash(one.length)});
    return part;
}

Part parameter_table(Result const& result, std::string title, bool (*is_shown)(std::string const& name)) {
    Part part{.title = std::move(title), .columns = {"parameter", "value", "unit", ""}};
    for (ParameterResult const& one : result.parameters)
        if (one.is_refined && is_shown(one.name))
            part.rows.push_back({one.name, or_dash(one.estimate), pretty_unit(one.unit),
                                 one.is_at_bound ? "at its bound" : ""});
    return part;
}

// What the tables of cells and atoms do not show, background aside.
bool is_of_sample_or_instrument(std::string const& name) {
    return std::ranges::none_of(
        std::array{"cell", "position", "thermal", "occupancy", "background", "intensity"},
        [&](char const* selector) { return selects(selector, name); });
}

Part correlation_table(Result const& result) {
    Part part{.title = fmt::format("Correlations of at least {}", strong_correlation),
              .columns = {"parameter", "parameter", "coefficient"},
              .text_columns = 2};
    auto pairs = result.strong_correlations(strong_correlation);
    if (pairs.size() > most_correlations) {
        part.title += fmt::format(", the strongest {} of {}", most_correlations, pairs.size());
        pairs.resize(most_correlations);
    }
    for (Correlation const& pair : pairs)
        part.rows.push_back({result.parameters[pair.first].name, result.parameters[pair.second].name,
                             decimals(pair.coefficient, 3)});
    return part;
}

Part stage_table(Result const& result) {
    Part part{
        .title = "Stages", .columns = {"stage", "ending", "refined numbers", "cycles"}, .text_columns = 2};
    for (PatternResult const& pattern : result.patterns)
        part.columns.push_back("Rwp " + pattern.name + " [%]");
    part.columns.insert(part.columns.end(), {"Rwp all [%]", "GOF"});
    for (StageSummary const& stage : result.stages) {
        Row row{stage.name, stage.ending, std::to_string(stage.variables), std::to_string(stage.cycles)};
        for (double const r_wp : stage.r_wp) row.push_back(percent(r_wp));
        row.insert(row.end(), {percent(stage.r_wp_all), decimals(stage.goodness, 3)});
        part.rows.push_back(std::move(row));
    }
    return part;
}

Part plot_part(Result const& result, PatternResult const& pattern, bool is_root) {
    return {.kind = Part::Kind::plot,
            .title = pattern.name + (is_root ? " on a root scale" : ""),
            .svg = pattern_plot(result, pattern, is_root),
            .is_folded = is_root};
}

Part folded(Part part) {
    part.is_folded = true;
    return part;
}

std::string superscript(std::string_view digits) {
    static constexpr char const* signs[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    std::string text;
    for (char c : digits) text += c == '-' ? "⁻" : signs[c - '0'];
    return text;
}

// One factor of a unit: a name with a power, or a power of ten such as "1e-6".
std::string pretty_factor(std::string_view factor) {
    if (factor.starts_with("1e")) return "10" + superscript(factor.substr(2));
    std::size_t const end = std::min(factor.find_first_of("-0123456789"), factor.size());
    std::string_view const name = factor.substr(0, end), power = factor.substr(end);
    bool const is_power = power.find_first_not_of("-0123456789") == std::string_view::npos;
    if (name.empty() || !is_power) return std::string(factor);
    std::string const shown = name == "angstrom" ? "Å"
                              : name == "degree" ? "°"
                              : name == "um"     ? "µm"
                              : name == "us"     ? "µs"
                                                 : std::string(name);
    return shown + superscript(power);
}

}  // namespace

std::string percent(double fraction) { return decimals(100 * fraction, 2); }

std::string pretty_unit(std::string const& unit) {
    if (unit == "1") return "";
    std::string text;
    std::string_view rest = unit;
    while (!rest.empty()) {
        std::size_t const end = std::min(rest.find_first_of(" /."), rest.size());
        text += pretty_factor(rest.substr(0, end));
        if (end == rest.size()) break;
        text += rest[end] == '.' ? "·" : std::string(1, rest[end]);
        rest.remove_prefix(end + 1);
    }
    return text;
}

std::vector<Part> report_parts(Result const& result) {
    std::vector<Part> parts{agreement_table(result), summary_table(result),       warning_list(result),
                            cell_table(result),      strained_cell_table(result), share_table(result)};
    for (PhaseResult const& phase : result.phases) {
        parts.push_back(site_table(phase));
        parts.push_back(displacement_table(phase));
    }
    for (PatternResult const& pattern : result.patterns) {
        parts.push_back(plot_part(result, pattern, false));
        parts.push_back(plot_part(result, pattern, true));
    }
    parts.push_back(parameter_table(result, "Sample and instrument", is_of_sample_or_instrument));
    for (PhaseResult const& phase : result.phases) parts.push_back(distance_table(phase));
    parts.push_back(correlation_table(result));
    parts.push_back(stage_table(result));
    parts.push_back(
        folded(parameter_table(result, "All refined numbers", [](std::string const&) { return true; })));
    std::erase_if(parts, [](Part const& part) { return part.kind != Part::Kind::plot && part.rows.empty(); });
    return parts;
}

}  // namespace hutch::powder::refine::detail
