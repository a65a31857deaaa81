// The CIF block of a pattern. Items: B. H. Toby, International Tables for Crystallography G (2006), ch. 3.3
// and 4.2.
#include "hutch/methods/powder/refine/detail/report_cif.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

#include <fmt/format.h>

namespace hutch::powder::refine::detail {
namespace {

char const* x_tag(data::AxisKind axis) {
    switch (axis) {
        case data::AxisKind::two_theta:
            return "_pd_meas_2theta_scan";
        case data::AxisKind::q:
            return "_pd_proc_recip_len_Q";
        case data::AxisKind::d:
            return "_pd_proc_d_spacing";
        case data::AxisKind::time_of_flight:
            return "_pd_meas_time_of_flight";
    }
    return "";
}

void add_range(CifBlock& block, PatternResult const& pattern) {
    std::string const points = std::to_string(pattern.x.size());
    block.item("_pd_meas_number_of_points", points);
    block.item("_pd_proc_number_of_points", points);
    if (pattern.axis != data::AxisKind::two_theta || pattern.x.size() < 2) return;
    double const first = pattern.x.front(), last = pattern.x.back();
    double const step = (last - first) / double(pattern.x.size() - 1);
    double largest = 0;
    for (std::size_t i = 0; i < pattern.x.size(); ++i)
        largest = std::max(largest, std::abs(pattern.x[i] - (first + double(i) * step)));
    block.item("_pd_meas_2theta_range_min", fmt::format("{:.9g}", first));
    block.item("_pd_meas_2theta_range_max", fmt::format("{:.9g}", last));
    block.item("_pd_meas_2theta_range_inc", largest < 0.01 * step ? fmt::format("{:.6g}", step) : "?");
}

void add_excluded(CifBlock& block, PatternResult const& pattern) {
    std::vector<std::string> regions;
    for (std::size_t i = 0; i < pattern.x.size(); ++i) {
        if (pattern.sigma[i] > 0) continue;
        std::size_t const first = i;
        while (i + 1 < pattern.x.size() && !(pattern.sigma[i + 1] > 0)) ++i;
        regions.push_back(fmt::format("{:.9g} to {:.9g}", pattern.x[first], pattern.x[i]));
    }
    if (regions.empty()) return block.item("_pd_proc_info_excluded_regions", "none");
    block.lines("_pd_proc_info_excluded_regions", regions);
}

// Parameters of the pattern and of the phases in it.
std::vector<std::string> parameter_lines(Result const& result, PatternResult const& pattern) {
    std::vector<std::string> lines;
    for (ParameterResult const& one : result.parameters)
        if (one.is_refined && selects(pattern.name, one.name))
            lines.push_back(
                fmt::format("{} {} {}", one.name, to_text(one.estimate), one.unit == "1" ? "" : one.unit));
    for (ShareResult const* share : shares_of_pattern(result, pattern.name)) {
        lines.push_back(
            fmt::format("{}: R(I) {:.4f}, R(F) {:.4f}", share->phase, share->r_bragg, share->r_f));
        if (!share->has_lattice_strain) continue;
        std::vector<std::string> cell;
        for (Estimate const& one : share->cell) cell.push_back(to_text(one));
        lines.push_back(fmt::format("{}: cell in this pattern {}", share->phase, fmt::join(cell, " ")));
    }
    return lines;
}

void add_agreement(CifBlock& block, Result const& result, PatternResult const& pattern) {
    block.number("_pd_proc_ls_prof_R_factor", pattern.agreement.r_p(), 5);
    block.number("_pd_proc_ls_prof_wR_factor", pattern.agreement.r_wp(), 5);
    block.number("_pd_proc_ls_prof_wR_expected", pattern.r_exp, 5);
    block.number("_refine_ls_goodness_of_fit_all", pattern.goodness, 3);
    auto const shares = shares_of_pattern(result, pattern.name);
    if (shares.size() == 1) block.number("_refine_ls_R_I_factor", shares[0]->r_bragg, 5);
    block.lines("_pd_proc_ls_special_details", parameter_lines(result, pattern));
}

std::size_t place_of(Result const& result, std::string const& phase) {
    auto const found = std::ranges::find(result.phases, phase, &PhaseResult::name);
    return std::size_t(found - result.phases.begin());
}

std::string method_text(Result const& result, PatternResult const& pattern) {
    std::set<std::string> methods;
    for (ShareResult const* share : shares_of_pattern(result, pattern.name)) {
        Intensities const kind = result.phases.at(place_of(result, share->phase)).intensities;
        methods.insert(kind == Intensities::structure ? "Rietveld"
                       : kind == Intensities::le_bail ? "Le Bail"
                                                      : "Pawley");
    }
    return fmt::format("{} refinement", fmt::join(methods, " and "));
}

void add_phases(CifBlock& block, Result const& result, PatternResult const& pattern,
                BlockNames const& names) {
    auto const shares = shares_of_pattern(result, pattern.name);
    if (shares.empty()) return;
    block.loop({"_pd_phase_id", "_pd_phase_block_id", "_pd_phase_name", "_pd_phase_mass_%"});
    for (ShareResult const* share : shares) {
        std::size_t const place = place_of(result, share->phase);
        Estimate const& fraction = share->weight_fraction;
        block.row({std::to_string(place + 1), to_ascii_value(names.id(names.phase_codes.at(place))),
                   to_ascii_value(share->phase), to_cif_number({100 * fraction.value, 100 * fraction.su})});
    }
}

void add_reflections(CifBlock& block, Result const& result, PatternResult const& pattern) {
    auto const shares = shares_of_pattern(result, pattern.name);
    if (std::ranges::all_of(shares, [](ShareResult const* share) { return share->reflections.empty(); }))
        return;
    block.loop({"_refln_index_h", "_refln_index_k", "_refln_index_l", "_pd_refln_phase_id",
                "_refln_symmetry_multiplicity", "_refln_d_spacing", "_refln_F_squared_meas",
                "_refln_F_squared_calc"});
    auto const out = std::back_inserter(block.raw());
    for (ShareResult const* share : shares)
        for (ReflectionResult const& one : share->reflections) {
            std::string const observed =
                std::isfinite(one.observed) ? fmt::format("{:.6g}", one.observed) : "?";
            fmt::format_to(out, "{} {} {} {} {} {:.6f} {} {:.6g}\n", one.h, one.k, one.l,
                           place_of(result, share->phase) + 1, one.multiplicity, one.d, observed,
                           one.calculated);
        }
}

void add_points(CifBlock& block, PatternResult const& pattern) {
    block.loop({x_tag(pattern.axis), "_pd_meas_intensity_total", "_pd_proc_ls_weight",
                "_pd_proc_intensity_bkg_calc", "_pd_calc_intensity_total"});
    auto const out = std::back_inserter(block.raw());
    for (std::size_t i = 0; i < pattern.x.size(); ++i) {
        double const sigma = pattern.sigma[i], weight = sigma > 0 ? 1 / (sigma * sigma) : 0;
        fmt::format_to(out, "{:.12g} {:.9g} {:.9g} {:.7g} {:.7g}\n", pattern.x[i], pattern.y[i], weight,
                       pattern.background[i], pattern.calculated[i]);
    }
}

}  // namespace

std::string pattern_block(Result const& result, std::size_t pattern, BlockNames const& names) {
    PatternResult const& about = result.patterns[pattern];
    CifBlock block(names.pattern_codes[pattern], names);
    block.text("_pd_meas_special_details", about.name);
    bool const is_flight = about.axis == data::AxisKind::time_of_flight;
    block.item("_pd_meas_scan_method", is_flight ? "tof" : "?");
    block.unknown({"_pd_meas_datetime_initiated", "_pd_instr_location", "_pd_spec_mounting",
                   "_pd_spec_mount_mode", "_pd_spec_shape", "_diffrn_source",
                   "_diffrn_measurement_device_type", "_diffrn_radiation_monochromator",
                   "_diffrn_ambient_temperature", "_diffrn_ambient_pressure"});
    add_radiation(block, {&about});
    add_range(block, about);
    add_excluded(block, about);
    block.text("_pd_calc_method", method_text(result, about));
    add_functions(block, result, {&about});
    add_agreement(block, result, about);
    add_phases(block, result, about, names);
    add_reflections(block, result, about);
    add_points(block, about);
    return std::move(block.raw());
}

}  // namespace hutch::powder::refine::detail
