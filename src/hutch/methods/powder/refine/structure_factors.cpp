// From a phase's parameters to what the structure-factor kernel takes, and back to derivatives by parameters.
#include "hutch/methods/powder/refine/detail/kernels.hpp"
#include "hutch/methods/powder/refine/detail/share_state.hpp"

#include <algorithm>
#include <cmath>

namespace hutch::powder::refine::detail {

std::size_t factor_work(FactorInput const& in) {
    return factor_block * (2 * in.site_count * in.operation_count + 2 * in.site_count + 4 * in.species);
}

namespace {

struct Operations {
    std::vector<FactorOperation> all;
    double weight = 1;  ///< how many operations of the group each stands for
    bool is_centric = false;
};

// One operation for each rotation: lattice centring repeats them; of a centric structure one of each pair.
Operations distinct_operations(data::Structure const& structure) {
    Operations result;
    auto const& list = structure.operations;
    auto const negated = [](std::array<int, 9> rotation) {
        for (int& value : rotation) value = -value;
        return rotation;
    };
    result.is_centric = std::ranges::any_of(list, [&](data::Operation const& one) {
        return one.rotation == negated(list[0].rotation) && one.translation == std::array<int, 3>{0, 0, 0};
    });
    std::vector<std::array<int, 9>> seen;
    for (data::Operation const& one : list) {
        auto const is_there = [&](auto const& rotation) {
            return std::ranges::find(seen, rotation) != seen.end();
        };
        if (is_there(one.rotation) || (result.is_centric && is_there(negated(one.rotation)))) continue;
        seen.push_back(one.rotation);
        FactorOperation made{};
        std::ranges::copy(one.rotation, made.rotation);
        for (std::size_t i = 0; i < 3; ++i) made.translation[i] = one.translation[i] / 24.0;
        result.all.push_back(made);
    }
    result.weight = 1.0 / double(result.all.size());
    return result;
}

FactorSite make_site(PhaseModel const& phase, std::size_t s, double weight, std::span<double const> values,
                     std::vector<Species> const& species) {
    SiteModel const& model = phase.sites[s];
    data::Site const& site = phase.structure.sites[s];
    FactorSite made{};
    model.position.evaluate(values, made.position);
    made.occupancy = values[model.occupancy];
    made.weight = weight * site.multiplicity;
    made.is_anisotropic = model.is_anisotropic;
    if (model.is_anisotropic)
        model.displacement.evaluate(values, made.u);
    else
        made.u[0] = values[model.u_iso];
    Species const wanted = nearest_tabulated(site.atomic_number, site.charge, site.is_deuterium);
    made.species = std::size_t(std::ranges::find(species, wanted) - species.begin());
    return made;
}

struct SpeciesValues {
    std::vector<double> f0, slope, real, imaginary;
};
SpeciesValues species_values(Model const& model, PatternModel const& pattern, ReflectionList const& list,
                             std::vector<double> const& q, double wavelength) {
    SpeciesValues values;
    std::size_t const n = q.size();
    values.f0.assign(list.species.size() * n, 0);
    values.slope = values.f0;
    for (std::size_t e = 0; e < list.species.size(); ++e) {
        Species const& species = list.species[e];
        if (pattern.instrument.radiation == Radiation::neutron) {
            Dispersion const length = neutron_length(species);  // 1 fm = 0.1 sqrt(barn)
            values.real.push_back(0.1 * length.real), values.imaginary.push_back(0.1 * length.imaginary);
            continue;
        }
        Dispersion const f = model.dispersion->at(species.atomic_number, wavelength);
        values.real.push_back(f.real), values.imaginary.push_back(f.imaginary);
        for (std::size_t j = 0; j < n; ++j) {
            FormFactor const factor = form_factor(species, q[j] / 4);
            values.f0[e * n + j] = factor.value, values.slope[e * n + j] = factor.slope / 4;
        }
    }
    return values;
}

bool is_any_wanted(SiteModel const& site, Wanted const& wanted) {
    auto const in = [&](Block const& block) {
        for (std::size_t i = 0; i < block.count; ++i)
            if (wanted(block[i])) return true;
        return false;
    };
    return wanted(site.occupancy) || in(site.position.block) ||
           (site.is_anisotropic ? in(site.displacement.block) : wanted(site.u_iso));
}

// Derivatives by tied numbers from those by each number.
void add_tied(Tied const& tied, double const* by_number, std::size_t n, Wanted const& wanted, Squares& out) {
    for (std::size_t p = 0; p < tied.block.count; ++p) {
        if (!wanted(tied.block[p])) continue;
        std::vector<double> d(n, 0);
        for (std::size_t c = 0; c < tied.form.size; ++c)
            if (double const share = tied.form.basis[p * tied.form.size + c]; share != 0)
                for (std::size_t j = 0; j < n; ++j) d[j] += share * by_number[c * n + j];
        out.d.emplace_back(tied.block[p], std::move(d));
    }
}

void collect(PhaseModel const& phase, std::vector<double> const& d_site, std::size_t n, Wanted const& wanted,
             Squares& out) {
    for (std::size_t s = 0; s < phase.sites.size(); ++s) {
        SiteModel const& site = phase.sites[s];
        double const* d = d_site.data() + s * site_derivatives * n;
        add_tied(site.position, d, n, wanted, out);
        if (site.is_anisotropic)
            add_tied(site.displacement, d + 3 * n, n, wanted, out);
        else if (wanted(site.u_iso))
            out.d.emplace_back(site.u_iso, std::vector<double>(d + 3 * n, d + 4 * n));
        if (wanted(site.occupancy))
            out.d.emplace_back(site.occupancy, std::vector<double>(d + 9 * n, d + 10 * n));
    }
}

}  // namespace

Squares squares(Model const& model, ShareModel const& share, ReflectionList const& list,
                ShareCell const& cell, std::vector<double> const& q, double wavelength,
                std::span<double const> values, Wanted const& wanted) {
    PhaseModel const& phase = model.phases[share.phase];
    std::size_t const n = q.size();
    Operations const operations = distinct_operations(phase.structure);
    std::vector<FactorSite> sites;
    for (std::size_t s = 0; s < phase.sites.size(); ++s)
        sites.push_back(make_site(phase, s, operations.weight, values, list.species));
    SpeciesValues const f = species_values(model, model.patterns[share.pattern], list, q, wavelength);
    FactorInput const in{.n = n,
                         .h = list.h.data(),
                         .k = list.k.data(),
                         .l = list.l.data(),
                         .q = q.data(),
                         .reciprocal = {std::sqrt(cell.reciprocal[0]), std::sqrt(cell.reciprocal[1]),
                                        std::sqrt(cell.reciprocal[2])},
                         .species = list.species.size(),
                         .f0 = f.f0.data(),
                         .f0_slope = f.slope.data(),
                         .real = f.real.data(),
                         .imaginary = f.imaginary.data(),
                         .operations = operations.all.data(),
                         .operation_count = operations.all.size(),
                         .is_centric = operations.is_centric,
                         .sites = sites.data(),
                         .site_count = sites.size()};
    Squares out{std::vector<double>(n), std::vector<double>(n), {}, {}};
    for (auto& axis : out.d_axis) axis.assign(n, 0);
    bool const is_site_wanted =
        std::ranges::any_of(phase.sites,
                            [&](SiteModel const& site) { return is_any_wanted(site, wanted); }) ||
        std::ranges::any_of(phase.sites, [](SiteModel const& site) { return site.is_anisotropic; });
    std::vector<double> work(factor_work(in)),
        d_site(is_site_wanted ? sites.size() * site_derivatives * n : 0);
    FactorOutput const output{.value = out.value.data(),
                              .d_q = out.d_q.data(),
                              .d_axis = {out.d_axis[0].data(), out.d_axis[1].data(), out.d_axis[2].data()},
                              .d_site = is_site_wanted ? d_site.data() : nullptr,
                              .work = work.data()};
    static auto const kernel = HUTCH_CHOOSE_ISA(hutch::powder::refine::detail, squared_factors);
    kernel(in, output);
    if (is_site_wanted) collect(phase, d_site, n, wanted, out);
    return out;
}

}  // namespace hutch::powder::refine::detail
