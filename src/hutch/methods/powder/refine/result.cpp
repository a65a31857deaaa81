#include "hutch/methods/powder/refine/result.hpp"

#include "hutch/data/symmetry.hpp"
#include "hutch/methods/powder/refine/detail/share_state.hpp"
#include "hutch/methods/powder/refine/restraints.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <fmt/format.h>

namespace hutch::powder::refine {
namespace {

constexpr double longest_distance = 3.2;  // [angstrom]

using Slopes = std::vector<std::pair<std::size_t, double>>;  // parameter and derivative

std::vector<double> lattice_numbers(data::Cell const& cell) {
    return {cell.a, cell.b, cell.c, cell.alpha, cell.beta, cell.gamma};
}

// Direct cell of a reciprocal metric 11 22 33 12 13 23.
data::Cell direct_cell(std::array<double, 6> const& g) {
    return data::cell_of(data::inverse({g[0], g[3], g[4], g[3], g[1], g[5], g[4], g[5], g[2]}));
}

class Collector {
  public:
    explicit Collector(Run const& run)
        : run_(run), model_(run.problem.model), fit_(run.last()), values_(model_.parameters.values()) {}

    Result collect() {
        out_.title = model_.title;
        out_.ending = to_name(fit_.ending);
        out_.variables = fit_.variables;
        out_.restraints = fit_.restraints.points;
        Agreement patterns;
        for (Agreement const& one : fit_.agreement) patterns.add(one);
        out_.observations = patterns.points;
        out_.r_wp = patterns.r_wp(), out_.r_exp = patterns.r_exp(fit_.variables);
        out_.goodness = fit_.overall.goodness(fit_.variables);
        add_parameters();
        for (PhaseModel const& phase : model_.phases) add_phase(phase);
        for (std::size_t p = 0; p < model_.patterns.size(); ++p) add_pattern(p);
        add_weight_fractions();
        for (StageResult const& stage : run_.stages) add_stage(stage);
        add_warnings();
        return std::move(out_);
    }

  private:
    double su_of(Slopes const& slopes) const {
        double sum = 0;
        std::size_t const n = fit_.refined.size();
        for (auto const& [a, da] : slopes)
            for (auto const& [b, db] : slopes) {
                auto const i = std::ranges::lower_bound(fit_.refined, a),
                           j = std::ranges::lower_bound(fit_.refined, b);
                if (i == fit_.refined.end() || *i != a || j == fit_.refined.end() || *j != b) continue;
                if (da == 0 || db == 0) continue;
                sum += da * db *
                       fit_.covariance[std::size_t(i - fit_.refined.begin()) * n +
                                       std::size_t(j - fit_.refined.begin())];
            }
        return sum < 0 ? 0 : std::sqrt(sum);  // NaN stays
    }

    Estimate estimate(std::size_t parameter) const { return {values_[parameter], fit_.su(parameter)}; }

    // One number of a tied set.
    Estimate tied(Tied const& tied, std::size_t i) const {
        std::vector<double> numbers(tied.form.size);
        tied.evaluate(values_, numbers);
        Slopes slopes;
        for (std::size_t p = 0; p < tied.block.count; ++p)
            if (double const d = tied.form.basis[p * tied.form.size + i]; d != 0)
                slopes.emplace_back(tied.block[p], d);
        return {numbers[i], su_of(slopes)};
    }

    // Any function of parameters, its slopes by central differences.
    Estimate function(std::vector<std::size_t> const& parameters,
                      std::function<double(std::vector<double> const&)> const& f) const {
        Slopes slopes;
        std::vector<double> values = values_;
        for (std::size_t const p : parameters) {
            if (fit_.su(p) == 0) continue;
            double const step = 1e-5 * std::max(std::abs(values_[p]), 1e-3);
            values[p] = values_[p] + step;
            double const above = f(values);
            values[p] = values_[p] - step;
            double const below = f(values);
            values[p] = values_[p];
            constexpr double rounding = 1e-11;
            if (std::abs(above - below) > rounding * std::abs(above))
                slopes.emplace_back(p, (above - below) / (2 * step));
        }
        return {f(values_), su_of(slopes)};
    }

    static void add_block(Block const& block, std::vector<std::size_t>& to) {
        for (std::size_t i = 0; i < block.count; ++i) to.push_back(block[i]);
    }

    void add_parameters() {
        auto const& all = model_.parameters.all();
        for (std::size_t i = 0; i < all.size(); ++i) {
            bool const is_refined = std::ranges::binary_search(fit_.refined, i);
            bool const is_at_bound = std::ranges::find(fit_.at_bound, i) != fit_.at_bound.end();
            out_.parameters.push_back({all[i].name, all[i].unit, estimate(i), is_refined, is_at_bound});
        }
        out_.refined = fit_.refined;
        std::size_t const n = fit_.refined.size();
        out_.correlation.assign(n * n, 0);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                out_.correlation[i * n + j] =
                    fit_.covariance[i * n + j] /
                    std::sqrt(fit_.covariance[i * n + i] * fit_.covariance[j * n + j]);
    }

    SiteResult make_site(PhaseModel const& phase, std::size_t s) const {
        SiteModel const& model = phase.sites[s];
        data::Site const& site = phase.structure.sites[s];
        SiteResult out;
        out.label = site.label;
        out.element = site.is_deuterium ? "D" : data::element_symbol(site.atomic_number);
        if (site.charge != 0)
            out.element += fmt::format("{}{}", std::abs(site.charge), site.charge > 0 ? '+' : '-');
        for (std::size_t i = 0; i < 3; ++i) out.position[i] = tied(model.position, i);
        out.occupancy = estimate(model.occupancy);
        out.multiplicity = site.multiplicity;
        out.is_anisotropic = model.is_anisotropic;
        if (!model.is_anisotropic) {
            out.u_iso = estimate(model.u_iso);
            return out;
        }
        for (std::size_t i = 0; i < 6; ++i) out.u_aniso[i] = tied(model.displacement, i);
        std::vector<std::size_t> parameters;
        add_block(model.displacement.block, parameters);
        out.u_iso = function(parameters, [&](std::vector<double> const& values) {
            std::array<double, 6> u;
            model.displacement.evaluate(values, u);
            return equivalent_u(phase.structure.cell, u);
        });
        return out;
    }

    void update_structure(PhaseModel const& phase, PhaseResult& out) const {
        data::Structure& structure = out.structure;
        structure = phase.structure;
        structure.cell = {out.cell[0].value, out.cell[1].value, out.cell[2].value,
                          out.cell[3].value, out.cell[4].value, out.cell[5].value};
        for (std::size_t s = 0; s < out.sites.size(); ++s) {
            data::Site& site = structure.sites[s];
            SiteResult const& from = out.sites[s];
            for (std::size_t i = 0; i < 3; ++i) site.position[i] = from.position[i].value;
            site.occupancy = from.occupancy.value;
            site.u_iso = from.u_iso.value;
            site.u_aniso.reset();
            if (!from.is_anisotropic) continue;
            site.u_aniso.emplace();
            for (std::size_t i = 0; i < 6; ++i) (*site.u_aniso)[i] = from.u_aniso[i].value;
        }
    }

    void add_phase(PhaseModel const& phase) {
        PhaseResult out;
        out.name = phase.name, out.intensities = phase.intensities;
        for (std::size_t i = 0; i < 6; ++i) out.cell[i] = tied(phase.cell, i);
        for (std::size_t s = 0; s < phase.sites.size(); ++s) out.sites.push_back(make_site(phase, s));
        update_structure(phase, out);
        std::vector<std::size_t> parameters;
        add_block(phase.cell.block, parameters);
        out.volume = function(parameters, [&](std::vector<double> const& values) {
            std::array<double, 6> c;
            phase.cell.evaluate(values, c);
            return data::volume({c[0], c[1], c[2], c[3], c[4], c[5]});
        });
        out.density = data::density(out.structure);
        add_distances(phase, out);
        out_.phases.push_back(std::move(out));
    }

    void add_distances(PhaseModel const& phase, PhaseResult& out) const {
        for (std::size_t from = 0; from < phase.sites.size(); ++from) {
            std::vector<DistanceResult> found;
            for (std::size_t to = 0; to < phase.sites.size(); ++to)
                for (AtomImage const& image : images_near(out.structure, from, to)) {
                    Restraint bond;
                    bond.kind = Restraint::Kind::distance;
                    bond.phase = std::size_t(&phase - model_.phases.data());
                    bond.atoms = {{from, {}, {}}, image};
                    RestraintValue const value = evaluate(bond, model_, values_);
                    found.push_back({phase.structure.sites[from].label,
                                     phase.structure.sites[to].label,
                                     triplet(image),
                                     {value.value, su_of(value.derivatives)}});
                }
            std::ranges::stable_sort(found, {}, [](DistanceResult const& one) { return one.length.value; });
            out.distances.insert(out.distances.end(), found.begin(), found.end());
        }
    }

    static std::string triplet(AtomImage const& image) {
        std::string text = data::to_triplet(image.operation);
        if (image.shift == std::array<int, 3>{}) return text;
        return fmt::format("{} + ({} {} {})", text, image.shift[0], image.shift[1], image.shift[2]);
    }

    static std::vector<AtomImage> images_near(data::Structure const& structure, std::size_t from,
                                              std::size_t to) {
        std::vector<AtomImage> images;
        std::vector<std::array<double, 3>> seen;
        auto const g = data::metric(structure.cell);
        auto const& origin = structure.sites[from].position;
        // Along each axis a plane at most so many cells away can be near enough.
        data::Matrix3 const reciprocal = data::inverse(g);
        std::array<int, 3> most{};
        for (std::size_t i = 0; i < 3; ++i)
            most[i] = int(std::clamp(longest_distance * std::sqrt(reciprocal[4 * i]) + 0.5, 0.0, 10.0));
        auto const [na, nb, nc] = most;
        for (data::Operation const& operation : structure.operations) {
            std::array<double, 3> x{};
            for (std::size_t i = 0; i < 3; ++i) {
                x[i] = operation.translation[i] / 24.0;
                for (std::size_t j = 0; j < 3; ++j)
                    x[i] += operation.rotation[3 * i + j] * structure.sites[to].position[j];
            }
            for (int n = 0; n < (2 * na + 1) * (2 * nb + 1) * (2 * nc + 1); ++n) {
                std::array<int, 3> shift{n % (2 * na + 1) - na, n / (2 * na + 1) % (2 * nb + 1) - nb,
                                         n / ((2 * na + 1) * (2 * nb + 1)) - nc};
                std::array<double, 3> d;
                for (std::size_t i = 0; i < 3; ++i) {
                    shift[i] += int(std::lround(origin[i] - x[i]));
                    d[i] = x[i] + shift[i] - origin[i];
                }
                double square = 0;
                for (std::size_t i = 0; i < 3; ++i)
                    for (std::size_t j = 0; j < 3; ++j) square += g[3 * i + j] * d[i] * d[j];
                if (square < 0.01 || square > longest_distance * longest_distance) continue;
                bool const is_known = std::ranges::any_of(seen, [&](auto const& other) {
                    return std::abs(other[0] - d[0]) + std::abs(other[1] - d[1]) + std::abs(other[2] - d[2]) <
                           1e-4;
                });
                if (is_known) continue;
                seen.push_back(d);
                images.push_back({to, operation, shift});
            }
        }
        return images;
    }

    std::vector<Wavelength> wavelengths(PatternModel const& pattern) const {
        auto all = pattern.instrument.wavelengths;
        double const factor = values_[pattern.angle.wavelength] / all[0].value;
        for (Wavelength& one : all) one.value *= factor;
        if (all.size() > 1) all[1].weight = values_[pattern.angle.ratio] * all[0].weight;
        return all;
    }

    void add_pattern(std::size_t p) {
        PatternModel const& pattern = model_.patterns[p];
        Wanted const nothing = Wanted::none(values_.size());
        Calculated const c = calculate(model_, run_.prepared, p, values_, nothing);
        PatternResult out;
        out.name = pattern.name;
        out.radiation = pattern.instrument.radiation;
        out.axis = pattern.measured.axis;
        if (!pattern.is_flight) out.wavelengths = wavelengths(pattern);
        out.x.assign(pattern.x().begin(), pattern.x().end());
        out.y.assign(pattern.y().begin(), pattern.y().end());
        for (double const w : pattern.weights()) out.sigma.push_back(w > 0 ? 1 / std::sqrt(w) : 0);
        out.calculated = c.total, out.background = c.background;
        out.agreement = agreement(pattern, c);
        // Each pattern bears its part of the variables, by its number of points.
        double const share =
            double(out.agreement.points) / double(std::max<std::size_t>(1, out_.observations));
        auto const variables = std::size_t(std::lround(share * double(fit_.variables)));
        out.r_exp = out.agreement.r_exp(variables), out.goodness = out.agreement.goodness(variables);
        auto const observed = observed_squares(model_, p, c);
        for (std::size_t s = 0; s < c.shares.size(); ++s) {
            out.parts.push_back(part(p, s, c));
            add_share(c.shares[s], c.lines[s], observed[s]);
        }
        out_.patterns.push_back(std::move(out));
    }

    // The lines of one share alone: a model in which the others do not show.
    std::vector<double> part(std::size_t p, std::size_t which, Calculated const& whole) const {
        std::vector<double> lines(whole.total.size());
        if (whole.shares.size() == 1) {
            for (std::size_t i = 0; i < lines.size(); ++i) lines[i] = whole.total[i] - whole.background[i];
            return lines;
        }
        return calculate_share(model_, p, whole, which);
    }

    void add_share(std::size_t s, Lines const& lines, std::vector<double> const& observed) {
        ShareModel const& share = model_.shares[s];
        PhaseModel const& phase = model_.phases[share.phase];
        PatternModel const& pattern = model_.patterns[share.pattern];
        ShareResult out;
        out.phase = phase.name, out.pattern = pattern.name;
        out.scale = estimate(share.scale);
        add_share_cell(share, phase, out);
        ReflectionList const& list = run_.prepared.lists[s];
        double difference = 0, sum = 0, difference_f = 0, sum_f = 0;
        for (std::size_t j = 0; j < list.size; ++j) {
            double const position = lines.value[centre][j];
            if (!lines.exists[j] || position < pattern.x().front() || position > pattern.x().back()) continue;
            double const m = list.multiplicity[j];
            difference += m * std::abs(observed[j] - lines.squared[j]), sum += m * observed[j];
            difference_f += std::abs(std::sqrt(observed[j]) - std::sqrt(std::max(0.0, lines.squared[j])));
            sum_f += std::sqrt(observed[j]);
            out.reflections.push_back({int(std::lround(list.h[j])), int(std::lround(list.k[j])),
                                       int(std::lround(list.l[j])), int(std::lround(m)),
                                       1 / std::sqrt(lines.q[j]), position, lines.squared[j], observed[j]});
        }
        out.r_bragg = sum > 0 ? difference / sum : 0, out.r_f = sum_f > 0 ? difference_f / sum_f : 0;
        out_.shares.push_back(std::move(out));
    }

    void add_share_cell(ShareModel const& share, PhaseModel const& phase, ShareResult& out) const {
        std::vector<std::size_t> parameters;
        add_block(phase.cell.block, parameters);
        add_block(share.lattice.block, parameters);
        for (std::size_t i = 0; i < share.lattice.block.count; ++i)
            out.has_lattice_strain = out.has_lattice_strain || values_[share.lattice.block[i]] != 0;
        Wanted const nothing = Wanted::none(values_.size());
        for (std::size_t i = 0; i < 6; ++i)
            out.cell[i] = function(parameters, [&](std::vector<double> const& values) {
                return lattice_numbers(
                    direct_cell(detail::make_cell(phase, share, values, nothing).reciprocal))[i];
            });
    }

    // Weights of phases in a pattern follow from scale * density where all are structures.
    void add_weight_fractions() {
        for (std::size_t s = 0; s < model_.shares.size(); ++s) {
            std::vector<std::size_t> scales;
            std::vector<double> densities;
            std::size_t own = 0;
            bool is_structure = true;
            for (std::size_t other = 0; other < model_.shares.size(); ++other) {
                if (model_.shares[other].pattern != model_.shares[s].pattern) continue;
                if (other == s) own = scales.size();
                scales.push_back(model_.shares[other].scale);
                densities.push_back(out_.phases[model_.shares[other].phase].density);
                is_structure = is_structure && model_.phases[model_.shares[other].phase].intensities ==
                                                   Intensities::structure;
            }
            ShareResult& out = share_of(s);
            out.weight_fraction = {std::numeric_limits<double>::quiet_NaN(), 0};
            if (!is_structure) continue;
            out.weight_fraction = function(scales, [&](std::vector<double> const& values) {
                double sum = 0;
                for (std::size_t i = 0; i < scales.size(); ++i) sum += values[scales[i]] * densities[i];
                return values[scales[own]] * densities[own] / sum;
            });
        }
    }

    ShareResult& share_of(std::size_t s) {
        std::string const &phase = model_.phases[model_.shares[s].phase].name,
                          &pattern = model_.patterns[model_.shares[s].pattern].name;
        return *std::ranges::find_if(out_.shares, [&](ShareResult const& one) {
            return one.phase == phase && one.pattern == pattern;
        });
    }

    void add_stage(StageResult const& stage) {
        StageSummary out{stage.name, to_name(stage.fit.ending), stage.fit.cycles, stage.fit.variables, {}, 0,
                         0};
        Agreement all;
        for (Agreement const& one : stage.fit.agreement) out.r_wp.push_back(one.r_wp()), all.add(one);
        out.r_wp_all = all.r_wp(), out.goodness = stage.fit.overall.goodness(stage.fit.variables);
        out_.stages.push_back(std::move(out));
    }

    void add_warnings() {
        auto const& all = model_.parameters;
        for (auto const& group : fit_.undetermined) {
            std::vector<std::string> names;
            for (std::size_t const p : group) names.push_back(all[p].name);
            out_.warnings.push_back(
                names.size() == 1
                    ? fmt::format("{} does not change the patterns; its s.u. is unknown", names[0])
                    : fmt::format("{} cannot be told apart by the patterns; refine fewer of them",
                                  fmt::join(names, ", ")));
        }
        for (std::size_t const p : fit_.at_bound)
            out_.warnings.push_back(
                fmt::format("{} is at its bound, {:.6g} {}", all[p].name, all[p].value, all[p].unit));
        for (PhaseResult const& phase : out_.phases)
            for (SiteResult const& site : phase.sites)
                if (site.u_iso.value < 0)
                    out_.warnings.push_back(
                        fmt::format("the displacement parameter of {} in {} is negative, {:.4g} angstrom2",
                                    site.label, phase.name, site.u_iso.value));
        for (Correlation const& one : out_.strong_correlations(0.99))
            if (std::abs(one.coefficient) < 1 - 1e-9)  // constraints tie exactly
                out_.warnings.push_back(fmt::format(
                    "{} and {} are correlated by {:.4f}; can the patterns tell them apart?",
                    out_.parameters[one.first].name, out_.parameters[one.second].name, one.coefficient));
        if (fit_.ending == Ending::cycles)
            out_.warnings.push_back("the last stage ended by its number of cycles before it had converged");
    }

    Run const& run_;
    Model const& model_;
    Fit const& fit_;
    std::vector<double> values_;
    Result out_;
};

}  // namespace

Result to_result(Run const& run) { return Collector(run).collect(); }

}  // namespace hutch::powder::refine
