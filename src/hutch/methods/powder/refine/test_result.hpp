/// Offer a finished refinement to tests of reports: two phases, two patterns, and what is awkward to write.
#pragma once

#include "hutch/methods/powder/refine/result.hpp"
#include "hutch/methods/powder/test_structures.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace hutch::powder::refine {

inline constexpr double not_known = std::numeric_limits<double>::quiet_NaN();

/// A monoclinic structure with a primed label and one anisotropic atom. Invented.
inline data::Structure monoclinic() {
    data::Structure structure = structure_from(
        "sulfate", "5.6791 15.2021 6.5262 90 118.432 90", "C 1 2/c 1",
        "Ca1 Ca2+ 0 .0796 .25 .0102 1\nS1 S 0 .42274 .75 .0087 1\nO1' O2- .0831 .2722 .5922 .0151 "
        "1\n'O 2' O2- .19997 .38195 .91298 .0132 .75\n");
    structure.sites[2].u_aniso = {0.012, 0.014, 0.02, 0.001, -0.002, 0.003};
    return structure;
}

inline PhaseResult phase_from(std::string const& name, data::Structure const& structure, double su) {
    PhaseResult phase;
    phase.name = name;
    phase.structure = structure;
    data::Cell const& c = structure.cell;
    phase.cell = {
        {{c.a, su}, {c.b, su}, {c.c, su}, {c.alpha, 0}, {c.beta, c.beta == 90 ? 0 : 10 * su}, {c.gamma, 0}}};
    phase.volume = {data::volume(c), 40 * su};
    phase.density = data::density(structure);
    for (data::Site const& from : structure.sites) {
        SiteResult site;
        site.label = from.label;
        site.element = data::element_symbol(from.atomic_number);
        if (from.charge != 0)
            site.element += std::to_string(std::abs(from.charge)) + (from.charge > 0 ? "+" : "-");
        for (std::size_t i = 0; i < 3; ++i)
            site.position[i] = {from.position[i],
                                from.position[i] == 0 || from.position[i] == 0.25 ? 0 : 3e-4};
        site.u_iso = {from.u_iso, 4e-4};
        site.occupancy = {from.occupancy, from.occupancy == 1 ? 0 : 0.011};
        site.multiplicity = from.multiplicity;
        site.is_anisotropic = from.u_aniso.has_value();
        for (std::size_t i = 0; i < 6 && from.u_aniso; ++i) site.u_aniso[i] = {(*from.u_aniso)[i], 5e-4};
        phase.sites.push_back(site);
    }
    return phase;
}

inline PatternResult pattern_from(std::string const& name, std::size_t points, double first, double step) {
    PatternResult pattern;
    pattern.name = name;
    for (std::size_t i = 0; i < points; ++i) {
        double const phase = double(i) / 7, peak = 900 * std::exp(8 * (std::cos(phase) - 1));
        pattern.x.push_back(first + double(i) * step);
        pattern.background.push_back(50 + 0.01 * double(i));
        pattern.calculated.push_back(pattern.background[i] + peak);
        pattern.y.push_back(std::round(pattern.calculated[i] + 5 * std::sin(3.7 * double(i))));
        pattern.sigma.push_back(std::sqrt(pattern.y[i]));
    }
    return pattern;
}

inline void add_agreement(PatternResult& pattern) {
    Agreement& a = pattern.agreement;
    for (std::size_t i = 0; i < pattern.x.size(); ++i) {
        if (pattern.sigma[i] == 0) continue;
        double const w = 1 / (pattern.sigma[i] * pattern.sigma[i]), y = pattern.y[i],
                     d = y - pattern.calculated[i];
        a.chi_squared += w * d * d, a.weighted_square += w * y * y, a.difference += std::abs(d),
            a.sum += std::abs(y);
        a.weighted_net += w * (y - pattern.background[i]) * (y - pattern.background[i]);
        ++a.points;
    }
    pattern.r_exp = 0.0431, pattern.goodness = 1.27;
}

inline ShareResult share_from(std::string const& phase, std::string const& pattern, Estimate fraction) {
    ShareResult share;
    share.phase = phase, share.pattern = pattern;
    share.scale = {0.0123, 0.0004};
    share.weight_fraction = fraction;
    share.r_bragg = 0.0312, share.r_f = 0.0204;
    return share;
}

inline Result make_result() {
    Result result;
    result.title = "Gypsum & \"silicon\" <mixed>";
    result.ending = "converged";
    result.variables = 4, result.observations = 780, result.restraints = 2;
    result.r_wp = 0.0561, result.r_exp = 0.0442, result.goodness = 1.27;
    result.phases = {phase_from("sulfate", monoclinic(), 0.00021), phase_from("silicon", silicon(), 0.00006)};
    result.phases[0].distances = {{"S1", "O1'", "-x+1/2,y+1/2,-z+1/2 + (0 0 1)", {1.4731, 0.0023}},
                                  {"S1", "O 2", "x,y,z", {1.4512, 0}}};

    PatternResult xray = pattern_from("xray", 400, 10, 0.05),
                  flight = pattern_from("bank <1>", 400, 2000, 25);
    xray.wavelengths = {{1.540593, 1}, {1.544427, 0.5}};
    for (std::size_t i = 30; i < 50; ++i) xray.sigma[i] = 0;
    flight.radiation = Radiation::neutron, flight.axis = data::AxisKind::time_of_flight;
    xray.parts = {std::vector<double>(400, 1), std::vector<double>(400, 2)};
    flight.parts = {std::vector<double>(400, 3)};
    add_agreement(xray), add_agreement(flight);
    result.patterns = {xray, flight};

    result.shares = {share_from("sulfate", "xray", {0.853, 0.004}),
                     share_from("silicon", "xray", {0.147, 0.004}),
                     share_from("sulfate", "bank <1>", {not_known, 0})};
    result.shares[0].reflections = {{0, 2, 0, 2, 7.60105, 11.63, 5012.5, 4987.25},
                                    {1, 1, 0, 4, 4.7, 18.9, 12, not_known}};
    result.shares[2].reflections = {{0, 2, 0, 2, 7.60105, 9000, 21.5, 22.25}};
    result.shares[2].has_lattice_strain = true;
    result.shares[2].cell = result.phases[0].cell;
    result.shares[2].cell[0].value += 0.0042;

    result.parameters = {{"sulfate.cell.a", "angstrom", {5.6791, 0.00021}, true, false},
                         {"sulfate.O1_.position.x", "1", {0.0831, 3e-4}, true, false},
                         {"sulfate.xray.size.iso", "um", {0.1875, 0.0111}, true, false},
                         {"sulfate.xray.strain.s400", "1e-12 angstrom-4", {5, not_known}, true, true},
                         {"xray.background.0", "count", {50, 0}, false, false}};
    result.refined = {0, 1, 2, 3};
    result.correlation = {1,     0.5, -0.97, not_known, 0.5,       1,         0.1,       not_known,
                          -0.97, 0.1, 1,     not_known, not_known, not_known, not_known, not_known};
    result.stages = {{"background", "cycles", 3, 2, {0.31, 0.42}, 0.36, 5.5},
                     {"everything", "converged", 5, 4, {0.055, 0.057}, 0.0561, 1.27}};
    result.warnings = {"'sulfate.xray.strain.s400' is not determined <by these data>"};
    return result;
}

}  // namespace hutch::powder::refine
