#include "hutch/methods/powder/refine/description.hpp"
#include "hutch/methods/powder/refine/test_channels.hpp"
#include "hutch/methods/powder/refine/test_plain_model.hpp"
#include "hutch/methods/powder/test_structures.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace hutch::powder::refine {
namespace {

// Lines are cut where they fall below a share of their height, and the engine's derivatives are those of the
// line within its window. So that this hides nothing, lines here are broad for their short patterns: each
// reaches over all points, and the plain model, which cuts nothing, is compared at every one of them. If one
// line were cut, the values would differ by 1e-5 of its height and the tests would fail.

data::Structure alpha_quartz() {  // P 32 2 1: no centre, no mirror, positions of 6-fold general oxygen
    return structure_from("SiO2", "4.9137 4.9137 5.4047 90 90 120", "P 32 2 1",
                          "Si1 Si .4697 0 .6666667 .008 1\nO1 O .4135 .2669 .7858 .012 1\n");
}
data::Structure triclinic() {
    return structure_from("T", "5.1 5.9 6.7 83 97 105", "P -1",
                          "Ca1 Ca .12 .23 .34 .01 1\nS1 S .61 .13 .72 .015 .9\nO1 O .41 .77 .18 .02 1\n");
}
data::Structure monoclinic() {
    return structure_from("M", "5.3 6.1 7.2 90 104 90", "P 1 21/c 1",
                          "Zr1 Zr .27 .04 .21 .006 1\nO1 O .07 .33 .35 .01 1\nO2 O .45 .75 .48 .011 1\n");
}
data::Structure garnet_like() {  // I 21 3: cubic, no centre, body centred
    return structure_from("K", "7.3 7.3 7.3 90 90 90", "I 21 3",
                          "Na1 Na .08 .08 .08 .01 1\nF1 F .31 0 .25 .014 1\nO1 O .12 .21 .37 .02 .8\n");
}

std::vector<double> even_points(double from, double to, std::size_t n) {
    std::vector<double> x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = from + (to - from) * double(i) / double(n - 1);
    return x;
}

PatternDescription angle_pattern(double from, double to, std::size_t n) {
    PatternDescription made;
    made.name = "p";
    made.measured.x = even_points(from, to, n);
    made.measured.y.assign(n, 100);
    return made;
}
PatternDescription flight_pattern(double from, double to, std::size_t n) {
    PatternDescription made = angle_pattern(from, to, n);
    made.measured.axis = data::AxisKind::time_of_flight;
    made.is_flight = true;
    made.instrument.radiation = Radiation::neutron;
    made.flight = {{"difC", 3000},  {"difA", -4},     {"difB", 2},      {"Zero", -3},
                   {"alpha", 0.09}, {"beta-0", 0.03}, {"beta-1", 0.02}, {"beta-q", 0.01},
                   {"sig-0", 40},   {"sig-1", 120},   {"sig-2", 30},    {"sig-q", 25},
                   {"X", 14},       {"Y", 9},         {"Z", 12},        {"2-theta", 90}};
    return made;
}

using Settings = std::vector<std::pair<std::string, double>>;

// Widths for lines that reach over the whole pattern, and other numbers away from where they do nothing.
Settings const common{
    {"scale", 3},         {"size.iso", 0.03},     {"size.axial", 0.05},    {"size.lorentz", 0.7},
    {"strain.iso", 5000}, {"strain.axial", 9000}, {"strain.lorentz", 0.6}, {"texture.march", 0.8},
    {"absorption", 0.3},  {"background.0", 50},   {"background.1", 7},     {"background.2", -5}};
Settings const widths{{"profile.u", 0.05}, {"profile.v", -0.03}, {"profile.w", 0.06},
                      {"profile.x", 0.05}, {"profile.y", 0.08},  {"profile.z", 0.04}};
Settings const flat{{"polarisation", 0.6},        {"shift.zero", 0.03}, {"shift.displacement", 0.1},
                    {"shift.transparency", 0.02}, {"roughness.a", 0.4}, {"roughness.b", 0.3}};

Description describe(data::Structure const& structure, PatternDescription pattern,
                     ShareDescription const& share, std::vector<Settings> const& settings) {
    Description about;
    about.phases.push_back({structure.name, structure, Intensities::structure, {}});
    about.shares[structure.name + "." + pattern.name] = share;
    about.patterns.push_back(std::move(pattern));
    for (Settings const& some : settings) about.set.insert(about.set.end(), some.begin(), some.end());
    return about;
}

Wavelength constexpr k_alpha[] = {{1.5405929, 1}, {1.5444274, 0.5}};
void use_doublet(Description& about) {
    about.patterns[0].instrument.wavelengths = {k_alpha[0], k_alpha[1]};
    about.patterns[0].instrument.monochromator_two_theta = 26.6;
}
void use_neutrons(Description& about, double axial) {
    Instrument& i = about.patterns[0].instrument;
    i.radiation = Radiation::neutron, i.geometry = Geometry::debye_scherrer;
    i.wavelengths = {{1.7, 1}};
    i.axial_sample = 0.6 * axial, i.axial_detector = 0.4 * axial;
}

struct Case {
    std::string name;
    Description about;
    double value_tolerance = 1e-9, tolerance = 1e-6;  // of the largest value and of a column's largest
};

ShareDescription uniaxial(int harmonics) {
    return {SizeKind::uniaxial, StrainKind::uniaxial, {0, 1, 1}, {1, 0, 2}, harmonics};
}
ShareDescription general(int harmonics) {
    return {SizeKind::isotropic, StrainKind::general, {0, 0, 1}, {1, 1, 0}, harmonics};
}

Description orthorhombic_x_rays() {
    Description about = describe(lead_sulfate(), angle_pattern(24, 40, 161), uniaxial(4),
                                 {common, widths, flat, {{"extinction", 5}}});
    use_doublet(about);
    about.phases[0].anisotropic = {"Pb1", "O3"};
    about.patterns[0].background.terms = 4;
    about.patterns[0].background.humps = {{29, 300, 6}};
    about.set.emplace_back("hump.1.lorentz", 1.5);
    return about;
}

Description triclinic_x_rays() {
    Description about = describe(triclinic(), angle_pattern(24, 40, 161), general(2), {common, widths, flat});
    use_doublet(about);
    about.phases[0].anisotropic = {"Ca1"};
    about.patterns[0].background = {BackgroundKind::interpolated, 5, {}};
    return about;
}

Description trigonal_neutrons(double axial) {
    Description about = describe(alpha_quartz(), angle_pattern(24, 50, 161), general(4),
                                 {common,
                                  widths,
                                  {{"shift.zero", -0.04},
                                   {"shift.perpendicular", 0.2},
                                   {"shift.parallel", -0.1},
                                   {"extinction", 500}}});
    use_neutrons(about, axial);
    about.phases[0].anisotropic = {"O1"};
    about.patterns[0].background = {BackgroundKind::cosine, 4, {}};
    return about;
}

// Both branches of extinction, and Friedel pairs that differ.
Description hexagonal_x_rays() {
    Description about = describe(zincite(), angle_pattern(30, 46, 161), uniaxial(6),
                                 {common, widths, flat, {{"extinction", 12}}});
    use_doublet(about);
    about.phases[0].anisotropic = {"Zn1"};
    return about;
}

// The phase of unknown structure besides one of known structure.
Description pawley_x_rays() {
    Description about = describe(corundum(), angle_pattern(24, 40, 161), general(0), {common, widths, flat});
    use_doublet(about);
    about.phases[0].intensities = Intensities::pawley;
    about.phases.push_back({"Si", silicon(), Intensities::structure, {}});
    return about;
}

Description monoclinic_flight() {
    Description about =
        describe(monoclinic(), flight_pattern(5000, 9000, 161), uniaxial(2), {common, {{"extinction", 150}}});
    about.phases[0].anisotropic = {"Zr1", "O2"};
    about.patterns[0].background.terms = 3;
    about.patterns[0].background.humps = {{7000, 9000, 900}};
    about.set.emplace_back("hump.1.lorentz", 200);
    return about;
}

Description cubic_flight() {
    Description about = describe(garnet_like(), flight_pattern(5000, 9000, 161), general(4),
                                 {common, {{"extinction", 1500}}});
    about.phases[0].anisotropic = {"F1"};
    return about;
}

Description pawley_flight() {
    Description about = describe(alpha_quartz(), flight_pattern(5000, 9000, 161), general(0), {common});
    about.phases[0].intensities = Intensities::pawley;
    return about;
}

std::vector<Case> cases() {
    return {{"Pnma, X-ray doublet", orthorhombic_x_rays()},
            {"P-1, X-ray doublet", triclinic_x_rays()},
            {"P3221, neutrons", trigonal_neutrons(0)},
            {"P63mc, X-ray doublet", hexagonal_x_rays()},
            {"R-3c by Pawley and Fd-3m, X-ray doublet", pawley_x_rays()},
            {"P21/c, time of flight", monoclinic_flight()},
            {"I213, time of flight", cubic_flight()},
            {"P3221 by Pawley, time of flight", pawley_flight()},
            // The engine's sums over rays are within 1e-5 of the integral's height (line_shape_test), and
            // their derivatives correspondingly.
            {"P3221, neutrons, axial divergence", trigonal_neutrons(0.05), 2e-5, 1e-4}};
}

// What a parameter is, without the names of phase, pattern and site and without numbers that count.
std::string kind_of(std::string const& name, Model const& model) {
    auto const& phase_names = model.phases;
    std::vector<std::string> words;
    std::string rest = name;
    for (std::size_t dot; (dot = rest.find('.')) != std::string::npos; rest = rest.substr(dot + 1))
        words.push_back(rest.substr(0, dot));
    words.push_back(rest);
    std::string const first = words[0], second = words.size() > 1 ? words[1] : "";
    bool const is_phase =
        std::ranges::any_of(phase_names, [&](auto const& one) { return one.name == first; });
    bool const is_share =
        is_phase && std::ranges::any_of(model.patterns, [&](auto const& one) { return one.name == second; });
    std::size_t const skipped = is_share || (is_phase && second != "cell") ? 2 : 1;
    std::string kind = is_share ? "share" : is_phase ? (second == "cell" ? "phase" : "site") : "pattern";
    for (std::size_t i = skipped; i < words.size(); ++i) kind += "." + words[i];
    kind = std::regex_replace(kind, std::regex("intensity\\..*"), "intensity");
    kind = std::regex_replace(kind, std::regex("texture\\.c.*"), "texture.c");
    kind = std::regex_replace(kind, std::regex("strain\\.s\\d+"), "strain.s");
    return std::regex_replace(kind, std::regex("(background|hump)\\.\\d+"), "$1");
}

// Moves what symmetry leaves free away from where the lists of reflections were made.
std::vector<double> moved_values(Model const& model) {
    std::vector<double> values = model.parameters.values();
    std::mt19937 random(7);
    auto const draw = [&] { return std::uniform_real_distribution<double>(-1, 1)(random); };
    for (std::size_t i = 0; i < values.size(); ++i) {
        std::string const& name = model.parameters[i].name;
        double const r = draw();
        if (selects("cell.?", name)) values[i] *= 1 + 1e-3 * r;
        if (selects("cell.*", name) && !selects("cell.?", name)) values[i] += 0.05 * r;
        if (selects("position.?", name)) values[i] += 0.003 * r;
        if (selects("thermal.u??", name)) values[i] += 0.002 * r;
        if (selects("lattice.*", name)) values[i] = 30 * r;
        if (selects("texture.c*", name)) values[i] = 0.1 * r;
        if (selects("strain.s???", name)) values[i] *= 1 + 0.05 * r;
        if (selects("intensity.*", name)) values[i] = 100 * (1.5 + r);
    }
    return values;
}

// Settings are shared by all models; each takes those whose parameters it has.
Description with_what_it_has(Description about) {
    Settings const all = std::exchange(about.set, {});
    Problem const problem = build(about);
    for (auto const& one : all)
        if (std::ranges::any_of(problem.model.parameters.all(), [&](Parameter const& parameter) {
                return selects(one.first, parameter.name);
            }))
            about.set.push_back(one);
    return about;
}

struct Ready {
    Problem problem;
    Prepared prepared;
    std::vector<double> values;
    Calculated calculated;
};
Ready make_ready(Description const& about) {
    Ready made{build(with_what_it_has(about)), {}, {}, {}};
    made.problem.model.patterns[0].tail_level = 0;  // lines as long as they get
    made.prepared = prepare(made.problem.model);
    made.values = moved_values(made.problem.model);
    Wanted const all{std::vector<char>(made.values.size(), 1)};
    made.calculated = calculate(made.problem.model, made.prepared, 0, made.values, all);
    return made;
}

std::vector<double> column_of(Calculated const& calculated, std::size_t parameter) {
    auto const found = std::ranges::find(calculated.columns, parameter);
    if (found == calculated.columns.end()) return std::vector<double>(calculated.total.size(), 0);
    auto const* row =
        calculated.jacobian.data() + std::size_t(found - calculated.columns.begin()) * calculated.stride;
    return {row, row + calculated.total.size()};
}

constexpr std::size_t directions = 32;
// Columns of the Jacobian by the plain model, for the parameters of some places.
std::vector<std::vector<double>> plain_columns(Ready const& ready, std::size_t first) {
    std::vector<Dual<directions>> values(ready.values.begin(), ready.values.end());
    std::size_t const last = std::min(values.size(), first + directions);
    for (std::size_t i = first; i < last; ++i) values[i].d[i - first] = 1;
    auto const y = plain_pattern(ready.problem.model, ready.prepared, 0, values);
    std::vector<std::vector<double>> columns(last - first);
    for (std::size_t c = 0; c < columns.size(); ++c)
        for (auto const& one : y) columns[c].push_back(one.d[c]);
    return columns;
}

// Largest error of each kind, over its column's largest magnitude. A column of zeros has none.
std::map<std::string, double> compare(Ready const& ready) {
    std::map<std::string, double> worst;
    Model const& model = ready.problem.model;
    for (std::size_t first = 0; first < ready.values.size(); first += directions) {
        auto const columns = plain_columns(ready, first);
        for (std::size_t c = 0; c < columns.size(); ++c) {
            Parameter const& parameter = model.parameters[first + c];
            if (parameter.is_fixed) continue;
            auto const found = column_of(ready.calculated, first + c);
            double const most = largest(columns[c]);
            double error = 0;
            for (std::size_t i = 0; i < found.size(); ++i)
                error = std::max(error, std::abs(found[i] - columns[c][i]));
            if (most > 0) error /= most;
            std::string const kind = kind_of(parameter.name, model);
            if (most == 0 && error == 0) continue;
            auto const [place, is_new] = worst.emplace(kind, error);
            if (!(error <= place->second)) place->second = error;
        }
    }
    return worst;
}

char const* const all_kinds[] = {"phase.cell.a",
                                 "phase.cell.b",
                                 "phase.cell.c",
                                 "phase.cell.alpha",
                                 "phase.cell.beta",
                                 "phase.cell.gamma",
                                 "site.position.x",
                                 "site.position.y",
                                 "site.position.z",
                                 "site.thermal.iso",
                                 "site.thermal.u11",
                                 "site.thermal.u22",
                                 "site.thermal.u33",
                                 "site.thermal.u12",
                                 "site.thermal.u13",
                                 "site.thermal.u23",
                                 "site.occupancy",
                                 "pattern.background",
                                 "pattern.hump.position",
                                 "pattern.hump.area",
                                 "pattern.hump.gauss",
                                 "pattern.hump.lorentz",
                                 "pattern.wavelength",
                                 "pattern.ratio",
                                 "pattern.polarisation",
                                 "pattern.profile.u",
                                 "pattern.profile.v",
                                 "pattern.profile.w",
                                 "pattern.profile.x",
                                 "pattern.profile.y",
                                 "pattern.profile.z",
                                 "pattern.profile.axial",
                                 "pattern.shift.zero",
                                 "pattern.shift.displacement",
                                 "pattern.shift.transparency",
                                 "pattern.shift.perpendicular",
                                 "pattern.shift.parallel",
                                 "pattern.absorption",
                                 "pattern.roughness.a",
                                 "pattern.roughness.b",
                                 "pattern.flight.dif_c",
                                 "pattern.flight.dif_a",
                                 "pattern.flight.dif_b",
                                 "pattern.flight.zero",
                                 "pattern.profile.alpha",
                                 "pattern.profile.beta_0",
                                 "pattern.profile.beta_1",
                                 "pattern.profile.beta_q",
                                 "pattern.profile.sigma_0",
                                 "pattern.profile.sigma_1",
                                 "pattern.profile.sigma_2",
                                 "pattern.profile.sigma_q",
                                 "share.scale",
                                 "share.size.iso",
                                 "share.size.axial",
                                 "share.size.lorentz",
                                 "share.strain.iso",
                                 "share.strain.axial",
                                 "share.strain.s",
                                 "share.strain.lorentz",
                                 "share.texture.march",
                                 "share.texture.c",
                                 "share.extinction",
                                 "share.lattice.d11",
                                 "share.lattice.d22",
                                 "share.lattice.d33",
                                 "share.lattice.d12",
                                 "share.lattice.d13",
                                 "share.lattice.d23",
                                 "share.intensity"};

}  // namespace

TEST(Derivatives, AreThoseOfThePlainModelForEveryKindOfParameter) {
    std::set<std::string> missing(std::begin(all_kinds), std::end(all_kinds));
    std::map<std::string, double> worst;
    for (Case const& one : cases()) {
        Ready const ready = make_ready(one.about);
        for (auto const& [kind, error] : compare(ready)) {
            EXPECT_LE(error, one.tolerance) << one.name << ": " << kind;
            missing.erase(kind);
            if (one.tolerance <= 1e-6) worst[kind] = std::max(worst[kind], error);
        }
        for (Parameter const& parameter : ready.problem.model.parameters.all())
            EXPECT_TRUE(std::ranges::count(all_kinds, kind_of(parameter.name, ready.problem.model)))
                << "no entry of all_kinds for " << parameter.name;
    }
    for (std::string const& kind : missing) ADD_FAILURE() << kind << " has no derivative in any case";
    for (auto const& [kind, error] : worst) RecordProperty(kind, fmt::format("{:.1e}", error));
}

// An effect that is too weak would pass whatever its derivatives are.
TEST(Derivatives, AreTestedWhereExtinctionIsWeakAndStrong) {
    double weakest = 1;
    for (Case const& one : cases()) {
        Ready const ready = make_ready(one.about);
        auto none = ready.values;
        std::size_t const extinction = ready.problem.model.shares[0].extinction;
        if (ready.problem.model.parameters[extinction].is_fixed || none[extinction] == 0) continue;
        none[extinction] = 0;
        Wanted const nothing = Wanted::none(none.size());
        Lines const lines = calculate(ready.problem.model, ready.prepared, 0, none, nothing).lines[0];
        double least = 1, most = 0;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            double const share = ready.calculated.lines[0].value[area][i] / lines.value[area][i];
            if (lines.exists[i] && lines.value[area][i] > 0)
                least = std::min(least, share), most = std::max(most, share);
        }
        EXPECT_LE(least, 0.85) << one.name;
        EXPECT_GE(most, 0.85) << one.name;
        weakest = std::min(weakest, least);
    }
    EXPECT_LE(weakest, 0.5);  // x > 1: the asymptotic form
}

TEST(Derivatives, BelongToTheValuesOfThePlainModel) {
    for (Case const& one : cases()) {
        Ready const ready = make_ready(one.about);
        auto const plain = plain_pattern(ready.problem.model, ready.prepared, 0, ready.values);
        double const most = largest(plain);
        for (std::size_t i = 0; i < plain.size(); ++i)
            ASSERT_NEAR(ready.calculated.total[i], plain[i], one.value_tolerance * most)
                << one.name << " point " << i;
    }
}

// With axial divergence the integral says too little, so here the engine is compared with itself: each column
// with differences over steps that change the lines by 2e-6 of their height. Rules of the rays are the same
// at both ends.
TEST(Derivatives, AreThoseOfTheFunctionComputedWithAxialDivergence) {
    Description x_rays = orthorhombic_x_rays();
    x_rays.patterns[0].instrument.axial_sample = 0.03, x_rays.patterns[0].instrument.axial_detector = 0.02;
    for (Description const& about : {trigonal_neutrons(0.05), x_rays}) {
        Ready const ready = make_ready(about);
        Model const& model = ready.problem.model;
        Wanted const nothing = Wanted::none(ready.values.size());
        std::vector<double> net = ready.calculated.total;
        for (std::size_t i = 0; i < net.size(); ++i) net[i] -= ready.calculated.background[i];
        for (std::size_t const parameter : ready.calculated.columns) {
            auto const column = column_of(ready.calculated, parameter);
            double const most = largest(column), step = 2e-6 * largest(net) / most;
            if (most == 0) continue;
            std::vector<double> ends[2];
            for (int side : {0, 1}) {
                auto values = ready.values;
                values[parameter] += side == 0 ? -step : step;
                ends[side] = calculate(model, ready.prepared, 0, values, nothing).total;
            }
            double error = 0;
            for (std::size_t i = 0; i < column.size(); ++i)
                error = std::max(error, std::abs((ends[1][i] - ends[0][i]) / (2 * step) - column[i]) / most);
            EXPECT_LE(error, 1e-6) << model.parameters[parameter].name;
        }
    }
}

// Where a number is at an end of its range its derivative still says where to go.
TEST(Derivatives, ShowAMissingSecondWavelengthItsWay) {
    Description about = orthorhombic_x_rays();
    about.set.emplace_back("ratio", 0);
    Ready const ready = make_ready(about);
    auto const worst = compare(ready);
    ASSERT_TRUE(worst.contains("pattern.ratio"));
    EXPECT_LE(worst.at("pattern.ratio"), 1e-6);
}

TEST(Derivatives, AreNoneOfRatesBelowTheirFloor) {
    Description about = cubic_flight();
    about.patterns[0].measured = flight_pattern(5000, 9000, 21).measured;
    about.patterns[0].flight["alpha"] = 1e-4;  // over d: below what is calculated with
    about.patterns[0].flight["sig-0"] = 4e4;   // broad: the plain integral takes fewer panels
    for (char const* const beta : {"beta-0", "beta-1", "beta-q"}) about.patterns[0].flight[beta] = 1e-5;
    // So slow a rise stretches both ways of calculating: 1e-5 is what they agree to.
    for (auto const& [kind, error] : compare(make_ready(about))) EXPECT_LE(error, 1e-5) << kind;
}

TEST(Derivatives, OfPhasesWithoutStructureNeedNoHarmonics) {
    Description about = pawley_flight();
    about.shares.begin()->second.harmonics = 4;
    for (auto const& [kind, error] : compare(make_ready(about))) EXPECT_LE(error, 1e-6) << kind;
}

}  // namespace hutch::powder::refine
