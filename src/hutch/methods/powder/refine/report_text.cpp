#include "hutch/methods/powder/refine/report_text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace hutch::powder::refine {
namespace {

std::string percent(double value) { return fmt::format("{:.3f}", 100 * value); }

std::string stages_table(Result const& result) {
    std::string text = fmt::format("{:32} {:>6} {:>9}", "stage", "cycles", "variables");
    for (PatternResult const& one : result.patterns) text += fmt::format(" {:>12.12}", one.name);
    text += fmt::format(" {:>8} {:>7}\n", "Rwp/%", "GOF");
    for (StageSummary const& one : result.stages) {
        text += fmt::format("{:32.32} {:6} {:9}", one.name, one.cycles, one.variables);
        for (double const r : one.r_wp) text += fmt::format(" {:>12}", percent(r));
        text += fmt::format(" {:>8} {:7.3f}\n", percent(one.r_wp_all), one.goodness);
    }
    return text;
}

std::string agreement_table(Result const& result) {
    std::string text = fmt::format("\n{:16} {:>8} {:>8} {:>8} {:>8} {:>8} {:>7}\n", "pattern", "points",
                                   "Rwp/%", "Rp/%", "Rexp/%", "Rwp net", "GOF");
    for (PatternResult const& one : result.patterns)
        text += fmt::format("{:16.16} {:8} {:>8} {:>8} {:>8} {:>8} {:7.3f}\n", one.name, one.agreement.points,
                            percent(one.agreement.r_wp()), percent(one.agreement.r_p()), percent(one.r_exp),
                            percent(one.agreement.r_wp_net()), one.goodness);
    return text + fmt::format("{:16} {:8} {:>8} {:>8} {:>8} {:>8} {:7.3f}\n", "all", result.observations,
                              percent(result.r_wp), "", percent(result.r_exp), "", result.goodness);
}

std::string cell_line(std::array<Estimate, 6> const& cell) {
    std::vector<std::string> parts;
    for (Estimate const& one : cell) parts.push_back(to_text(one));
    return fmt::format("{}", fmt::join(parts, " "));
}

std::string phase_tables(Result const& result) {
    std::string text;
    for (PhaseResult const& phase : result.phases) {
        text += fmt::format("\n{}, {}: cell {}, volume {}\n", phase.name, phase.structure.space_group,
                            cell_line(phase.cell), to_text(phase.volume));
        for (ShareResult const& share : result.shares) {
            if (share.phase != phase.name) continue;
            text += fmt::format("  in {}: R_Bragg {} %", share.pattern, percent(share.r_bragg));
            if (std::isfinite(share.weight_fraction.value) && result.phases.size() > 1)
                text += fmt::format(", weight fraction {}", to_text(share.weight_fraction));
            if (share.has_lattice_strain) text += fmt::format(", cell {}", cell_line(share.cell));
            text += "\n";
        }
        if (phase.sites.empty()) continue;
        text += fmt::format("  {:8} {:>14} {:>14} {:>14} {:>12} {:>12}\n", "site", "x", "y", "z", "U/A^2",
                            "occupancy");
        for (SiteResult const& site : phase.sites)
            text += fmt::format("  {:8} {:>14} {:>14} {:>14} {:>12} {:>12}\n", site.label,
                                to_text(site.position[0]), to_text(site.position[1]),
                                to_text(site.position[2]), to_text(site.u_iso), to_text(site.occupancy));
    }
    return text;
}

bool is_in_tables(std::string const& name) {
    return selects("position", name) || selects("thermal", name) || selects("cell", name) ||
           selects("occupancy", name) || selects("background", name) || selects("intensity", name);
}

std::string other_parameters(Result const& result) {
    std::string text = fmt::format("\n{:36} {:>18}  {}\n", "parameter", "value", "unit");
    for (std::size_t const i : result.refined) {
        ParameterResult const& one = result.parameters[i];
        if (!is_in_tables(one.name))
            text += fmt::format("{:36} {:>18}  {}\n", one.name, to_text(one.estimate), one.unit);
    }
    return text;
}

}  // namespace

std::string to_report_text(Result const& result) {
    std::string text =
        stages_table(result) + agreement_table(result) + phase_tables(result) + other_parameters(result);
    for (std::string const& one : result.warnings) text += "look at this: " + one + "\n";
    return text + fmt::format("\n{}, {} variables; ", result.ending, result.variables);
}

}  // namespace hutch::powder::refine
