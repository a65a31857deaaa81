#include "hutch/methods/powder/refine/report_json.hpp"

#include "hutch/base/version.hpp"
#include "hutch/data/symmetry.hpp"

#include <span>
#include <vector>

#include <nlohmann/json.hpp>

namespace hutch::powder::refine {
namespace {

using Json = nlohmann::ordered_json;

Json to_object(Estimate const& estimate) { return {{"value", estimate.value}, {"su", estimate.su}}; }

Json to_list(std::span<Estimate const> estimates) {
    Json list = Json::array();
    for (Estimate const& estimate : estimates) list.push_back(to_object(estimate));
    return list;
}

Json to_object(std::array<Estimate, 6> const& cell) {
    static constexpr char const* names[] = {"a", "b", "c", "alpha", "beta", "gamma"};
    Json object;
    for (std::size_t i = 0; i < 6; ++i) object[names[i]] = to_object(cell[i]);
    return object;
}

Json to_object(SiteResult const& site) {
    return {{"label", site.label},
            {"element", site.element},
            {"multiplicity", site.multiplicity},
            {"position", to_list(site.position)},
            {"occupancy", to_object(site.occupancy)},
            {"u_iso", to_object(site.u_iso)},
            {"u_aniso", site.is_anisotropic ? to_list(site.u_aniso) : Json()}};
}

Json to_object(PhaseResult const& phase) {
    Json operations = Json::array(), sites = Json::array(), distances = Json::array();
    for (data::Operation const& operation : phase.structure.operations)
        operations.push_back(data::to_triplet(operation));
    for (SiteResult const& site : phase.sites) sites.push_back(to_object(site));
    for (DistanceResult const& one : phase.distances)
        distances.push_back({{"from", one.from},
                             {"to", one.to},
                             {"symmetry", one.symmetry},
                             {"length", to_object(one.length)}});
    return {{"name", phase.name},
            {"intensities", to_name(phase.intensities)},
            {"space_group", phase.structure.space_group},
            {"space_group_number", phase.structure.space_group_number},
            {"formula", data::composition_formula(phase.structure)},
            {"operations", std::move(operations)},
            {"cell", to_object(phase.cell)},
            {"volume", to_object(phase.volume)},
            {"density", phase.density},
            {"sites", std::move(sites)},
            {"distances", std::move(distances)}};
}

Json lines_of(Result const& result, PatternResult const& pattern) {
    Json lines = Json::object();
    std::size_t next = 0;
    for (ShareResult const& share : result.shares)
        if (share.pattern == pattern.name && next < pattern.parts.size())
            lines[share.phase] = pattern.parts[next++];
    return lines;
}

Json to_object(Result const& result, PatternResult const& pattern) {
    Json wavelengths = Json::array();
    for (Wavelength const& one : pattern.wavelengths)
        wavelengths.push_back({{"value", one.value}, {"weight", one.weight}});
    return {{"name", pattern.name},
            {"radiation", to_name(pattern.radiation)},
            {"axis", data::to_name(pattern.axis)},
            {"wavelengths", std::move(wavelengths)},
            {"points", pattern.agreement.points},
            {"r_wp", pattern.agreement.r_wp()},
            {"r_p", pattern.agreement.r_p()},
            {"r_wp_net", pattern.agreement.r_wp_net()},
            {"r_exp", pattern.r_exp},
            {"goodness", pattern.goodness},
            {"x", pattern.x},
            {"y", pattern.y},
            {"sigma", pattern.sigma},
            {"calculated", pattern.calculated},
            {"background", pattern.background},
            {"lines", lines_of(result, pattern)}};
}

template <class Member>
Json column(std::vector<ReflectionResult> const& reflections, Member member) {
    Json list = Json::array();
    for (ReflectionResult const& one : reflections) list.push_back(one.*member);
    return list;
}

Json to_object(ShareResult const& share) {
    auto const& all = share.reflections;
    return {{"phase", share.phase},
            {"pattern", share.pattern},
            {"scale", to_object(share.scale)},
            {"weight_fraction", to_object(share.weight_fraction)},
            {"cell", share.has_lattice_strain ? to_object(share.cell) : Json()},
            {"r_bragg", share.r_bragg},
            {"r_f", share.r_f},
            {"reflections",
             {{"h", column(all, &ReflectionResult::h)},
              {"k", column(all, &ReflectionResult::k)},
              {"l", column(all, &ReflectionResult::l)},
              {"multiplicity", column(all, &ReflectionResult::multiplicity)},
              {"d", column(all, &ReflectionResult::d)},
              {"position", column(all, &ReflectionResult::position)},
              {"calculated", column(all, &ReflectionResult::calculated)},
              {"observed", column(all, &ReflectionResult::observed)}}}};
}

Json to_object(ParameterResult const& parameter) {
    return {{"name", parameter.name},
            {"unit", parameter.unit},
            {"value", parameter.estimate.value},
            {"su", parameter.estimate.su},
            {"is_refined", parameter.is_refined},
            {"is_at_bound", parameter.is_at_bound}};
}

Json to_object(StageSummary const& stage) {
    return {{"name", stage.name},           {"ending", stage.ending}, {"cycles", stage.cycles},
            {"variables", stage.variables}, {"r_wp", stage.r_wp},     {"r_wp_all", stage.r_wp_all},
            {"goodness", stage.goodness}};
}

Json correlation_rows(Result const& result) {
    Json rows = Json::array();
    std::size_t const n = result.refined.size();
    for (std::size_t i = 0; i < n; ++i)
        rows.push_back(std::vector(result.correlation.begin() + std::ptrdiff_t(i * n),
                                   result.correlation.begin() + std::ptrdiff_t((i + 1) * n)));
    return rows;
}

template <class Item>
Json to_objects(std::vector<Item> const& items) {
    Json list = Json::array();
    for (Item const& item : items) list.push_back(to_object(item));
    return list;
}

}  // namespace

std::string to_json(Result const& result) {
    Json patterns = Json::array(), refined = Json::array();
    for (PatternResult const& pattern : result.patterns) patterns.push_back(to_object(result, pattern));
    for (std::size_t const place : result.refined) refined.push_back(result.parameters[place].name);
    Json const all{{"hutch", result.program.empty() ? version() : result.program},
                   {"title", result.title},
                   {"ending", result.ending},
                   {"variables", result.variables},
                   {"observations", result.observations},
                   {"restraints", result.restraints},
                   {"r_wp", result.r_wp},
                   {"r_exp", result.r_exp},
                   {"goodness", result.goodness},
                   {"phases", to_objects(result.phases)},
                   {"patterns", std::move(patterns)},
                   {"shares", to_objects(result.shares)},
                   {"parameters", to_objects(result.parameters)},
                   {"refined", std::move(refined)},
                   {"correlation", correlation_rows(result)},
                   {"stages", to_objects(result.stages)},
                   {"warnings", result.warnings}};
    return all.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace hutch::powder::refine
