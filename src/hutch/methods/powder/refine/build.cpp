// Make the parameters of a fit from its description.
#include "hutch/base/error.hpp"
#include "hutch/methods/powder/refine/description.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace hutch::powder::refine {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

struct Limits {
    double least = -unlimited, most = unlimited;
};

class Builder {
  public:
    Builder(Description const& description, std::map<std::string, double> const& known)
        : about_(description), known_(known) {}

    Problem run() {
        Model& model = problem_.model;
        model.title = about_.title;
        model.dispersion = about_.dispersion ? about_.dispersion : cromer_liberman();
        for (PhaseDescription const& one : about_.phases) model.phases.push_back(make_phase(one));
        for (PatternDescription const& one : about_.patterns) model.patterns.push_back(make_pattern(one));
        for (std::size_t p = 0; p < model.phases.size(); ++p)
            for (std::size_t h = 0; h < model.patterns.size(); ++h)
                if (shows(p, h)) model.shares.push_back(make_share(p, h));
        add_pawley();
        check_set();
        return std::move(problem_);
    }

  private:
    // What is set once stays known; only what names nothing at all is a mistake.
    void check_set() const {
        if (!known_.empty()) return;
        for (auto const& [selector, value] : about_.set)
            if (std::ranges::none_of(problem_.model.parameters.all(),
                                     [&](Parameter const& one) { return selects(selector, one.name); }))
                problem_.model.parameters.select(selector);
    }

    std::size_t add(std::string const& name, char const* unit, double start, Limits limits = {},
                    bool is_fixed = false) {
        double value = start;
        for (auto const& [selector, given] : about_.set)
            if (selects(selector, name)) value = given;
        if (auto const found = known_.find(name); found != known_.end()) value = found->second;
        return problem_.model.parameters.add({name, unit, std::clamp(value, limits.least, limits.most),
                                              limits.least, limits.most, 0, 0, false, is_fixed});
    }

    // One parameter for each name of a form, starting where the numbers are.
    Tied add_tied(std::string const& prefix, Form form, std::span<double const> start,
                  std::vector<char const*> const& units, std::vector<Limits> const& limits) {
        Tied tied{std::move(form), {problem_.model.parameters.size(), 0}};
        tied.block.count = tied.form.names.size();
        for (std::size_t p = 0; p < tied.block.count; ++p) {
            std::size_t const pivot = tied.form.pivots[p];
            add(prefix + tied.form.names[p], units[pivot], start[pivot], limits[pivot]);
        }
        return tied;
    }

    double known_or(std::string const& name, double otherwise) const {
        auto const found = known_.find(name);
        return found == known_.end() ? otherwise : found->second;
    }

    SiteModel make_site(PhaseDescription const& about, std::size_t s, std::string const& prefix) {
        data::Site const& site = about.structure.sites[s];
        SiteModel model;
        model.position = add_tied(prefix + "position.", position_form(about.structure, s), site.position,
                                  {"1", "1", "1"}, {3, Limits{}});
        model.is_anisotropic = std::ranges::any_of(about.anisotropic, [&](std::string const& label) {
            return selects(label, site_name(about.structure, s));
        });
        data::Cell const& cell = about.structure.cell;
        double const isotropic = site.u_aniso ? equivalent_u(cell, *site.u_aniso) : site.u_iso;
        if (model.is_anisotropic) {
            double const before = known_or(prefix + "thermal.iso", isotropic);
            auto const start = site.u_aniso && !known_.contains(prefix + "thermal.iso")
                                   ? *site.u_aniso
                                   : isotropic_tensor(cell, before);
            Limits const diagonal{-0.05, 1}, mixed{-1, 1};
            model.displacement =
                add_tied(prefix + "thermal.", displacement_form(about.structure, s), start, {6, "angstrom2"},
                         {diagonal, diagonal, diagonal, mixed, mixed, mixed});
        } else {
            model.u_iso = add(prefix + "thermal.iso", "angstrom2", isotropic, {-0.05, 1});
        }
        model.occupancy = add(prefix + "occupancy", "1", site.occupancy, {0, 2});
        return model;
    }

    PhaseModel make_phase(PhaseDescription const& about) {
        PhaseModel phase{about.name, about.structure, about.intensities, {}, {}};
        data::Cell const& c = about.structure.cell;
        Limits const length{0.5, 1000}, angle{10, 170};
        phase.cell = add_tied(about.name + ".cell.", cell_form(about.structure),
                              std::array{c.a, c.b, c.c, c.alpha, c.beta, c.gamma},
                              {"angstrom", "angstrom", "angstrom", "degree", "degree", "degree"},
                              {length, length, length, angle, angle, angle});
        for (std::size_t p = 0; p < phase.cell.block.count; ++p)
            problem_.model.parameters[phase.cell.block[p]].most_factor = 1.02;
        if (about.intensities != Intensities::structure) return phase;
        for (std::size_t s = 0; s < about.structure.sites.size(); ++s)
            phase.sites.push_back(
                make_site(about, s, fmt::format("{}.{}.", about.name, site_name(about.structure, s))));
        return phase;
    }

    void set_points(PatternDescription const& about, PatternModel& pattern) const {
        auto const& m = about.measured;
        std::size_t const n = m.x.size();
        pattern.weight.assign(n, 0);
        for (std::size_t i = 0; i < n; ++i) {
            double const sigma = i < m.sigma.size() ? m.sigma[i]
                                 : m.sigma.empty()  ? std::sqrt(std::max(1.0, m.y[i]))
                                                    : 0;
            if (sigma > 0) pattern.weight[i] = 1 / (sigma * sigma);
            for (auto const& [from, to] : about.excluded)
                if (m.x[i] >= from && m.x[i] <= to) pattern.weight[i] = 0;
        }
        // Files are filled up with zeros where nothing was measured any more.
        for (std::size_t i = 0; i < n && m.y[i] == 0; ++i) pattern.weight[i] = 0;
        for (std::size_t i = n; i > 0 && m.y[i - 1] == 0; --i) pattern.weight[i - 1] = 0;
        double const first = about.range ? (*about.range)[0] : m.x.front(),
                     last = about.range ? (*about.range)[1] : m.x.back();
        double const slack = 1e-9 * std::abs(m.x.back());
        pattern.begin = std::size_t(std::ranges::lower_bound(m.x, first - slack) - m.x.begin());
        pattern.end = std::size_t(std::ranges::upper_bound(m.x, last + slack) - m.x.begin());
        if (pattern.end < pattern.begin + 10)
            throw Error(Fault::bad_input,
                        fmt::format("'{}.range' is {} to {}; expected at least 10 of the points "
                                    "from {} to {}",
                                    about.name, first, last, m.x.front(), m.x.back()));
        auto const weights = pattern.weights();
        if (std::ranges::count_if(weights, [](double weight) { return weight > 0; }) < 10)
            throw Error(Fault::bad_input,
                        fmt::format("'{}.data' has fewer than 10 points with an uncertainty above 0 in "
                                    "its range; expected more",
                                    about.name));
    }

    // Lines may end where they are far below the noise of the quietest points.
    static double find_tail_level(PatternModel const& pattern) {
        constexpr double share_of_noise = 0.02;
        std::vector<double> weights(pattern.weights().begin(), pattern.weights().end());
        auto const place = weights.begin() + std::ptrdiff_t(weights.size() * 9 / 10);
        std::ranges::nth_element(weights, place);
        return *place > 0 ? share_of_noise / std::sqrt(*place) : 0;
    }

    PatternModel make_pattern(PatternDescription const& about) {
        PatternModel pattern;
        pattern.name = about.name;
        pattern.measured = about.measured;
        pattern.is_flight = about.is_flight;
        pattern.instrument = about.instrument;
        set_points(about, pattern);
        pattern.tail_level = find_tail_level(pattern);
        add_background(about, pattern);
        if (about.is_flight)
            add_flight(about, pattern.flight);
        else
            add_angle(about, pattern.angle);
        return pattern;
    }

    void add_background(PatternDescription const& about, PatternModel& pattern) {
        pattern.background_kind = about.background.kind;
        pattern.background = {problem_.model.parameters.size(), about.background.terms};
        for (std::size_t k = 0; k < about.background.terms; ++k)
            add(fmt::format("{}.background.{}", about.name, k), "count", 0);
        for (std::size_t k = 0; k < about.background.humps.size(); ++k) {
            Hump const& hump = about.background.humps[k];
            std::string const prefix = fmt::format("{}.hump.{}.", about.name, k + 1);
            char const* const unit = about.is_flight ? "us" : "degree";
            char const* const unit2 = about.is_flight ? "us2" : "degree2";
            pattern.humps.push_back({add(prefix + "position", unit, hump.position),
                                     add(prefix + "area", "count", hump.area),
                                     add(prefix + "gauss", unit2, hump.fwhm * hump.fwhm, {1e-6, unlimited}),
                                     add(prefix + "lorentz", unit, 0, {0, unlimited})});
        }
    }

    void add_angle(PatternDescription const& about, AngleInstrument& i) {
        Instrument const& from = about.instrument;
        std::string const name = about.name + ".";
        i.wavelength = add(name + "wavelength", "angstrom", from.wavelengths[0].value, {0.01, 20});
        bool const is_doublet = from.wavelengths.size() > 1;
        i.ratio =
            add(name + "ratio", "1", is_doublet ? from.wavelengths[1].weight / from.wavelengths[0].weight : 0,
                {0, 10}, !is_doublet);
        i.polarisation = add(name + "polarisation", "1", from.polarisation, {0, 1});
        auto const profile = [&](char const* word, char const* unit, double value, Limits limits = {}) {
            return add(name + "profile." + word, unit, value, limits);
        };
        i.u = profile("u", "degree2", from.u), i.v = profile("v", "degree2", from.v);
        i.w = profile("w", "degree2", from.w);
        i.x = profile("x", "degree", from.x), i.y = profile("y", "degree", from.y);
        i.z = profile("z", "degree", from.z);
        double const axial = from.axial_sample + from.axial_detector;
        i.axial = profile("axial", "1", axial, {0, 0.2});
        problem_.model.parameters[i.axial].most_factor = 2,
        problem_.model.parameters[i.axial].free_below = 0.004;
        i.axial_share = axial > 0 ? std::min(from.axial_sample, from.axial_detector) / axial : 0.5;
        auto const shift = [&](char const* word, char const* unit, double value, bool is_fixed) {
            return add(name + "shift." + word, unit, value, {}, is_fixed);
        };
        bool const is_flat = from.geometry == Geometry::bragg_brentano;
        i.zero = shift("zero", "degree", from.zero, false);
        i.displacement = shift("displacement", "mm", 0, !is_flat);
        i.transparency = shift("transparency", "degree", 0, !is_flat);
        i.perpendicular = shift("perpendicular", "mm", 0, is_flat);
        i.parallel = shift("parallel", "mm", 0, is_flat);
        i.absorption = add(name + "absorption", "1", 0, {0, 1}, is_flat);
        i.roughness_a = add(name + "roughness.a", "1", 0.5, {0, 1}, !is_flat);
        i.roughness_b = add(name + "roughness.b", "1", 0, {0, 10}, !is_flat);
    }

    void add_flight(PatternDescription const& about, FlightInstrument& i) {
        auto const value = [&](char const* key) {
            auto const found = about.flight.find(key);
            return found == about.flight.end() ? 0.0 : found->second;
        };
        std::string const name = about.name + ".";
        i.dif_c = add(name + "flight.dif_c", "us/angstrom", value("difC"), {1, 1e7});
        i.dif_a = add(name + "flight.dif_a", "us/angstrom2", value("difA"));
        i.dif_b = add(name + "flight.dif_b", "us.angstrom", value("difB"));
        i.zero = add(name + "flight.zero", "us", value("Zero"));
        auto const profile = [&](char const* word, char const* unit, char const* key, Limits limits = {}) {
            return add(name + "profile." + word, unit, value(key), limits);
        };
        i.alpha = profile("alpha", "angstrom/us", "alpha", {1e-4, 1e4});
        i.beta_0 = profile("beta_0", "us-1", "beta-0"),
        i.beta_1 = profile("beta_1", "angstrom4/us", "beta-1");
        i.beta_q = profile("beta_q", "angstrom2/us", "beta-q");
        i.sigma_0 = profile("sigma_0", "us2", "sig-0"),
        i.sigma_1 = profile("sigma_1", "us2/angstrom2", "sig-1");
        i.sigma_2 = profile("sigma_2", "us2/angstrom4", "sig-2");
        i.sigma_q = profile("sigma_q", "us2/angstrom", "sig-q");
        i.x = profile("x", "us/angstrom", "X"), i.y = profile("y", "us/angstrom2", "Y");
        i.z = profile("z", "us", "Z");
        i.absorption = add(name + "absorption", "angstrom-1", 0, {0, 10});
        i.two_theta = value("2-theta") == 0 ? 90 : std::abs(value("2-theta"));
    }

    bool shows(std::size_t phase, std::size_t pattern) const {
        auto const& list = about_.patterns[pattern].phases;
        return list.empty() || std::ranges::find(list, about_.phases[phase].name) != list.end();
    }

    ShareModel make_share(std::size_t p, std::size_t h) {
        PhaseModel const& phase = problem_.model.phases[p];
        std::string const key = fmt::format("{}.{}", phase.name, about_.patterns[h].name), name = key + ".";
        auto const found = about_.shares.find(key);
        ShareDescription const about = found == about_.shares.end() ? ShareDescription{} : found->second;
        ShareModel share;
        share.phase = p, share.pattern = h;
        bool const is_structure = phase.intensities == Intensities::structure;
        share.scale = add(name + "scale", "1", 1, {1e-30, unlimited}, !is_structure);
        share.size_kind = about.size, share.strain_kind = about.strain;
        share.broadening_axis = about.axis, share.march_axis = about.march_axis;
        share.size = add(name + "size.iso", "um", 1, {1e-3, 20});
        share.size_lorentz = add(name + "size.lorentz", "1", 1, {0, 1});
        if (about.size == SizeKind::uniaxial)
            share.size_axial =
                add(name + "size.axial", "um", problem_.model.parameters[share.size].value, {1e-3, 20});
        add_strain(about, phase, name, share);
        // What widths depend on steeply moves by steps that keep lines recognisable.
        for (std::size_t i = share.size; i < problem_.model.parameters.size(); ++i)
            if (Parameter& one = problem_.model.parameters[i]; one.unit == "um" || one.unit == "1e-6")
                one.most_factor = 4, one.free_below = one.unit == "um" ? 0 : 30;
        share.march = add(name + "texture.march", "1", 1, {0.05, 20}, !is_structure);
        share.texture_degree = about.harmonics;
        share.texture = {problem_.model.parameters.size(), 0};
        if (about.harmonics > 0 && is_structure) {
            Harmonics const harmonics(phase.structure, about.harmonics);
            for (std::string const& term : harmonics.names()) add(name + "texture." + term, "1", 0);
            share.texture.count = harmonics.names().size();
        }
        share.extinction = add(name + "extinction", "1", 0, {0, unlimited}, !is_structure);
        share.lattice = add_tied(name + "lattice.", reciprocal_metric_form(phase.structure),
                                 std::array<double, 6>{}, {6, "1e-6 angstrom-2"}, {6, Limits{}});
        return share;
    }

    void add_strain(ShareDescription const& about, PhaseModel const& phase, std::string const& name,
                    ShareModel& share) {
        share.strain_lorentz = add(name + "strain.lorentz", "1", 1, {0, 1});
        if (about.strain != StrainKind::general) {
            share.strain = add(name + "strain.iso", "1e-6", 1000, {0, 1e6});
            if (about.strain == StrainKind::uniaxial)
                share.strain_axial = add(name + "strain.axial", "1e-6",
                                         problem_.model.parameters[share.strain].value, {0, 1e6});
            return;
        }
        // strain^2 (h g h)^2 is the quartic form of the same strain in all directions
        double const strain = known_or(name + "strain.iso", 1000);
        data::Matrix3 const g = data::inverse(data::metric(phase.structure.cell));
        double const six[6] = {g[0], g[4], g[8], 2 * g[1], 2 * g[2], 2 * g[5]};
        constexpr int powers[6][3] = {{2, 0, 0}, {0, 2, 0}, {0, 0, 2}, {1, 1, 0}, {1, 0, 1}, {0, 1, 1}};
        std::array<double, 15> start{};
        for (int a = 0; a < 6; ++a)
            for (int b = 0; b < 6; ++b)
                for (std::size_t m = 0; m < 15; ++m)
                    if (quartic_exponents[m] == std::array{powers[a][0] + powers[b][0],
                                                           powers[a][1] + powers[b][1],
                                                           powers[a][2] + powers[b][2]})
                        start[m] += strain * strain * six[a] * six[b];
        share.strain_form = strain_form(phase.structure);
        Tied const tied =
            add_tied(name + "strain.", share.strain_form, start, {15, "1e-12 angstrom-4"}, {15, Limits{}});
        share.strain_terms = tied.block;
    }

    // The lines of Pawley phases are parameters, so their list is made here.
    void add_pawley() {
        Model& model = problem_.model;
        bool const is_any = std::ranges::any_of(
            model.phases, [](PhaseModel const& phase) { return phase.intensities == Intensities::pawley; });
        if (!is_any) return;
        Prepared const prepared = prepare(model);
        for (std::size_t s = 0; s < model.shares.size(); ++s) {
            ShareModel& share = model.shares[s];
            PhaseModel const& phase = model.phases[share.phase];
            if (phase.intensities != Intensities::pawley) continue;
            ReflectionList const& list = prepared.lists[s];
            if (list.size > most_pawley)
                throw Error(
                    Fault::unsupported,
                    fmt::format("'{}' has {} lines in '{}'; expected at most {} for Pawley; "
                                "use le_bail or a smaller range",
                                phase.name, list.size, model.patterns[share.pattern].name, most_pawley));
            add_intensities(share, list);
        }
    }

    // Lines beside the range have no intensity; those at the same place share one.
    void add_intensities(ShareModel& share, ReflectionList const& list) {
        Model& model = problem_.model;
        PatternModel const& pattern = model.patterns[share.pattern];
        Wanted const nothing = Wanted::none(model.parameters.size());
        Lines const lines = calculate_lines(model, share, list, model.parameters.values(),
                                            std::vector<double>(list.size, 1), nothing);
        auto const x = pattern.x();
        share.intensities = {model.parameters.size(), list.size};
        for (std::size_t j = 0; j < list.size; ++j) {
            double const margin = pattern.is_flight
                                      ? std::sqrt(lines.value[fifth][j]) + lines.value[sixth][j]
                                      : std::sqrt(lines.value[fourth][j]) + lines.value[fifth][j];
            bool const is_inside = lines.exists[j] && lines.value[centre][j] > x.front() - margin &&
                                   lines.value[centre][j] < x.back() + margin;
            std::string const name = fmt::format("{}.{}.intensity.{}_{}_{}", model.phases[share.phase].name,
                                                 pattern.name, list.h[j], list.k[j], list.l[j]);
            // A line that comes in later starts from nothing.
            std::size_t const made = add(name, "1", is_inside && known_.empty() ? 1 : 0, {}, !is_inside);
            if (!is_inside) model.parameters[made].value = 0;
        }
        constexpr double same = 1e-6;
        for (std::size_t j = 1; j < list.size; ++j) {
            std::size_t const here = share.intensities[j], before = here - 1;
            bool const is_same = std::abs(lines.q[j] - lines.q[j - 1]) < same * lines.q[j];
            if (is_same && !model.parameters[here].is_fixed && !model.parameters[before].is_fixed)
                problem_.constraints.push_back(
                    {{{before, 1.0}, {here, -1.0}},
                     0,
                     model.parameters[before].name + " = " + model.parameters[here].name});
        }
    }

    static constexpr std::size_t most_pawley = 2500;

    Description const& about_;
    std::map<std::string, double> const& known_;
    Problem problem_;
};

// What stays of the n lowest per hundred: a first background.
double low_level(std::span<double const> y, std::span<double const> weight) {
    std::vector<double> counted;
    for (std::size_t i = 0; i < y.size(); ++i)
        if (weight[i] > 0) counted.push_back(y[i]);
    if (counted.empty()) return 0;
    auto const place = counted.begin() + std::ptrdiff_t(counted.size() / 5);
    std::ranges::nth_element(counted, place);
    return *place;
}

}  // namespace

std::string site_name(data::Structure const& structure, std::size_t site) {
    auto const plain = [&](std::size_t i) {
        std::string label = structure.sites[i].label;
        for (char& sign : label)
            if (!std::isalnum(static_cast<unsigned char>(sign))) sign = '_';
        return label;
    };
    std::string const label = plain(site);
    std::size_t same_before = 0;
    for (std::size_t i = 0; i < site; ++i) same_before += plain(i) == label;
    return same_before == 0 ? label : fmt::format("{}_{}", label, same_before + 1);
}

Problem build(Description const& description, std::map<std::string, double> const& known) {
    return Builder(description, known).run();
}

void estimate_start(Problem& problem, Prepared const& prepared, std::map<std::string, double> const& known) {
    Model& model = problem.model;
    auto const is_open = [&](std::size_t parameter) {
        Parameter const& one = model.parameters[parameter];
        return !known.contains(one.name) && !one.is_fixed;
    };
    for (std::size_t h = 0; h < model.patterns.size(); ++h) {
        PatternModel const& pattern = model.patterns[h];
        Block const& block = pattern.background;
        double const level = low_level(pattern.y(), pattern.weights());
        if (pattern.background_kind == BackgroundKind::interpolated) {
            for (std::size_t k = 0; k < block.count; ++k)
                if (is_open(block[k])) model.parameters[block[k]].value = level;
        } else if (block.count > 0 && is_open(block[0]) && model.parameters[block[0]].value == 0) {
            model.parameters[block[0]].value = level;
        }
        Wanted const nothing = Wanted::none(model.parameters.size());
        auto const values = model.parameters.values();
        Calculated const c = calculate(model, prepared, h, values, nothing);
        double net = 0;
        auto const x = pattern.x(), y = pattern.y(), w = pattern.weights();
        for (std::size_t i = 1; i < y.size(); ++i)
            if (w[i] > 0) net += std::max(0.0, y[i] - c.background[i]) * (x[i] - x[i - 1]);
        for (std::size_t s = 0; s < c.shares.size(); ++s) {
            Lines const& lines = c.lines[s];
            ShareModel const& share = model.shares[c.shares[s]];
            double whole = 0;
            for (std::size_t line = 0; line < lines.size(); ++line)
                if (lines.value[centre][line] >= x.front() && lines.value[centre][line] <= x.back())
                    whole += lines.value[area][line];
            if (!(whole > 0)) continue;
            double const factor = std::max(1e-9, net / whole / double(c.shares.size()));
            if (is_open(share.scale)) model.parameters[share.scale].value *= factor;
            for (std::size_t j = 0; j < share.intensities.count; ++j)
                if (is_open(share.intensities[j])) model.parameters[share.intensities[j]].value *= factor;
        }
    }
}

}  // namespace hutch::powder::refine
