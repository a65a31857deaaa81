#include "hutch/methods/powder/refine/description.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/cif.hpp"
#include "hutch/data/instprm.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

namespace hutch::powder::refine {
namespace {

std::vector<std::string> const flight_keys{"difC",   "difA",   "difB",  "Zero",   "alpha", "beta-0",
                                           "beta-1", "beta-q", "sig-0", "sig-1",  "sig-2", "sig-q",
                                           "X",      "Y",      "Z",     "2-theta"};

void check_name(Document const& at, std::string const& name) {
    bool const is_plain = !name.empty() && std::ranges::all_of(name, [](unsigned char sign) {
        return std::isalnum(sign) || sign == '_';
    });
    if (!is_plain) at.fail(fmt::format("is named {}; expected letters, digits and _", in_quotes(name)));
}

std::vector<std::string> texts_of(Document const& list) {
    if (list.is_scalar()) return {list.text()};
    std::vector<std::string> texts;
    for (Document const& one : list.items()) texts.push_back(one.text());
    return texts;
}

std::array<double, 2> pair_of(Document const& list) {
    auto const items = list.items();
    if (items.size() != 2 || !(items[0].number() < items[1].number()))
        list.fail("is no range; expected [FROM, TO]");
    return {items[0].number(), items[1].number()};
}

std::array<double, 3> indices_of(Document const& list) {
    auto const items = list.items();
    if (items.size() != 3) list.fail(fmt::format("has {} numbers; expected [h, k, l]", items.size()));
    std::array<double, 3> const h{items[0].number(), items[1].number(), items[2].number()};
    if (h == std::array<double, 3>{}) list.fail("is [0, 0, 0]; expected a direction");
    return h;
}

template <class Enum>
Enum one_of(Document const& at, std::vector<std::pair<char const*, Enum>> const& known) {
    std::string const word = at.text();
    std::vector<std::string> names;
    for (auto const& [name, value] : known) {
        if (word == name) return value;
        names.emplace_back(name);
    }
    at.fail(fmt::format("is {}; expected {}", in_quotes(word), fmt::join(names, ", ")));
}

Intensities intensities_of(Document const& at) {
    return one_of<Intensities>(at, {{"structure", Intensities::structure},
                                    {"le_bail", Intensities::le_bail},
                                    {"pawley", Intensities::pawley}});
}

data::Structure read_structure(Document const& at, FileFinder const& find) {
    auto structures = data::read_cif(find(at.at("structure").text()));
    long long const entry = at.has("entry") ? at.at("entry").integer() : 1;
    if (entry < 1 || entry > (long long)structures.size())
        at.at("entry").fail(fmt::format("is {}; expected 1 to {}", entry, structures.size()));
    return structures[std::size_t(entry) - 1];
}

void read_cell(Document const& at, data::Structure& structure) {
    auto const c = at.items();
    if (c.size() != 6) at.fail("expected [a, b, c, alpha, beta, gamma]");
    std::array<double, 6> cell;
    for (std::size_t i = 0; i < 6; ++i) {
        double const value = c[i].number(), least = i < 3 ? 0.5 : 10, most = i < 3 ? 1000 : 170;
        if (!(value >= least && value <= most))
            c[i].fail(fmt::format("is {}; expected {} to {}", value, least, most));
        cell[i] = value;
    }
    structure.cell = {cell[0], cell[1], cell[2], cell[3], cell[4], cell[5]};
    if (!(data::volume(structure.cell) > 1))
        at.fail("has angles that make no cell; expected a volume above 1 angstrom^3");
    Form const form = cell_form(structure);
    std::vector<double> free;
    for (std::size_t const pivot : form.pivots) free.push_back(cell[pivot]);
    std::array<double, 6> tied;
    form.evaluate(free, tied);
    for (std::size_t i = 0; i < 6; ++i)
        if (!(std::abs(cell[i] - tied[i]) < 1e-3 * cell[i]))
            at.fail(fmt::format("does not obey the symmetry of {}; expected [{:.6g}]", structure.space_group,
                                fmt::join(tied, ", ")));
}

void read_phases(Document const& phases, FileFinder const& find, Description& out) {
    if (!phases.is_map()) phases.fail("is no map; expected NAME: {structure: FILE.cif}");
    for (std::string const& name : phases.keys()) {
        Document const at = phases.at(name);
        check_name(at, name);
        at.only({"structure", "entry", "intensities", "cell"});
        PhaseDescription phase{name, read_structure(at, find), Intensities::structure, {}};
        if (at.has("intensities")) phase.intensities = intensities_of(at.at("intensities"));
        if (at.has("cell")) read_cell(at.at("cell"), phase.structure);
        // Sites with U_ij in the file stay anisotropic.
        for (std::size_t s = 0; s < phase.structure.sites.size(); ++s)
            if (phase.structure.sites[s].u_aniso) phase.anisotropic.push_back(site_name(phase.structure, s));
        out.phases.push_back(std::move(phase));
    }
}

void read_instrument_keys(Document const& at, PatternDescription& pattern) {
    Setting setting;
    setting.instrument = pattern.instrument;
    for (std::string const& key : at.keys()) {
        Document const value = at.at(key);
        if (key == "file" || key == "bank" || key == "flight") continue;
        if (key == "radiation")
            setting.instrument.radiation =
                one_of<Radiation>(value, {{"xray", Radiation::xray}, {"neutron", Radiation::neutron}});
        else if (key == "geometry")
            setting.instrument.geometry = one_of<Geometry>(
                value,
                {{"bragg_brentano", Geometry::bragg_brentano}, {"debye_scherrer", Geometry::debye_scherrer}});
        else if (key == "wavelength") {
            setting.instrument.wavelengths.clear();
            if (value.is_scalar())
                setting.instrument.wavelengths.push_back({value.number(), 1});
            else
                for (Document const& one : value.items()) {
                    auto const two = one.items();
                    if (two.size() != 2) one.fail("expected [WAVELENGTH, WEIGHT]");
                    setting.instrument.wavelengths.push_back({two[0].number(), two[1].number()});
                }
            for (Wavelength const& one : setting.instrument.wavelengths)
                if (!(one.value >= 0.01 && one.value <= 20 && one.weight >= 0 && one.weight <= 1e6))
                    value.fail(fmt::format(
                        "has {} of weight {}; expected 0.01 to 20 angstrom and weights from 0 to 1e6",
                        one.value, one.weight));
            if (setting.instrument.wavelengths.empty())
                value.fail("has no wavelength; expected one at least");
            if (!(setting.instrument.wavelengths[0].weight > 0))
                value.fail("has a first wavelength of weight 0; expected > 0");
        } else {
            try {
                set_parameter(setting, find_parameter(key), value.number());
            } catch (Error const& error) {
                value.fail(error.what());
            }
            if (!is_of_instrument(find_parameter(key)))
                value.fail(
                    "is of the sample; expected a number of the instrument; give it under 'set', by "
                    "the name of a parameter");
        }
    }
    // Neutrons meet their sample in a can.
    if (at.has("radiation") && !at.has("geometry") && !at.has("file") &&
        setting.instrument.radiation == Radiation::neutron)
        setting.instrument.geometry = Geometry::debye_scherrer;
    pattern.instrument = setting.instrument;
}

void read_instrument(Document const& at, FileFinder const& find, PatternDescription& pattern) {
    auto const set_flight = [&] {
        pattern.is_flight = true;
        pattern.instrument.radiation = Radiation::neutron;
        pattern.instrument.geometry = Geometry::debye_scherrer;
    };
    std::string file;
    int bank = 1;
    if (at.is_scalar())
        file = at.text();
    else {
        if (at.has("file")) file = at.at("file").text();
        if (at.has("bank")) bank = int(at.at("bank").integer());
    }
    if (!file.empty()) {
        auto const values = data::read_instrument_file(find(file), bank);
        if (values.text("Type", "").starts_with("PNT")) {
            set_flight();
            for (std::string const& key : flight_keys)
                if (values.has(key)) pattern.flight[key] = values.number(key);
        } else {
            pattern.instrument = to_instrument(values);
        }
    }
    if (at.is_scalar()) return;
    if (at.has("flight")) {
        set_flight();
        Document const flight = at.at("flight");
        flight.only(flight_keys);
        for (std::string const& key : flight.keys()) pattern.flight[key] = flight.at(key).number();
    }
    read_instrument_keys(at, pattern);
}

void check_flight(Document const& at, PatternDescription const& pattern) {
    if (!pattern.is_flight) return;
    for (char const* key : {"difC", "alpha"})
        if (auto const found = pattern.flight.find(key);
            found == pattern.flight.end() || !(found->second > 0))
            at.fail(fmt::format("has no '{}' above 0; expected it of an instrument of time of flight", key));
}

std::size_t terms_of(Document const& at) {
    long long const terms = at.integer();
    if (terms < 0 || terms > 60) at.fail(fmt::format("is {}; expected 0 to 60", terms));
    return std::size_t(terms);
}

void read_background(Document const& at, BackgroundDescription& background) {
    if (at.is_scalar()) {
        background.terms = terms_of(at);
        return;
    }
    at.only({"kind", "terms", "humps"});
    if (at.has("kind"))
        background.kind =
            one_of<BackgroundKind>(at.at("kind"), {{"chebyshev", BackgroundKind::chebyshev},
                                                   {"cosine", BackgroundKind::cosine},
                                                   {"interpolated", BackgroundKind::interpolated}});
    if (at.has("terms")) background.terms = terms_of(at.at("terms"));
    if (!at.has("humps")) return;
    background.humps.clear();
    for (Document const& one : at.at("humps").items()) {
        one.only({"position", "area", "fwhm"});
        background.humps.push_back({one.at("position").number(),
                                    one.has("area") ? one.at("area").number() : 1,
                                    one.has("fwhm") ? one.at("fwhm").number() : 1});
    }
}

void check_axis(Document const& at, PatternDescription& pattern) {
    using data::AxisKind;
    AxisKind const axis = pattern.measured.axis;
    if (pattern.is_flight != (axis == AxisKind::time_of_flight))
        at.fail(fmt::format("has data over {} and an instrument of {}; expected the same for both",
                            to_name(axis), pattern.is_flight ? "time of flight" : "constant wavelength"));
    if (axis == AxisKind::q || axis == AxisKind::d)
        at.fail(fmt::format("has data over {}; expected two theta or time of flight", to_name(axis)));
}

void read_patterns(Document const& patterns, FileFinder const& find, Description& out) {
    if (!patterns.is_map()) patterns.fail("is no map; expected NAME: {data: FILE, instrument: FILE}");
    for (std::string const& name : patterns.keys()) {
        Document const at = patterns.at(name);
        check_name(at, name);
        at.only({"data", "bank", "instrument", "range", "exclude", "background", "phases"});
        PatternDescription pattern;
        pattern.name = name;
        int const bank = at.has("bank") ? int(at.at("bank").integer()) : 0;
        pattern.measured = data::to_density(data::read_pattern(find(at.at("data").text()), bank));
        if (pattern.measured.wavelength > 0)
            pattern.instrument.wavelengths = {{pattern.measured.wavelength, 1}};
        if (pattern.measured.second_wavelength > 0)
            pattern.instrument.wavelengths.push_back(
                {pattern.measured.second_wavelength, pattern.measured.second_intensity});
        if (at.has("instrument")) read_instrument(at.at("instrument"), find, pattern);
        if (at.has("range")) pattern.range = pair_of(at.at("range"));
        if (at.has("exclude"))
            for (Document const& one : at.at("exclude").items()) pattern.excluded.push_back(pair_of(one));
        if (at.has("background")) read_background(at.at("background"), pattern.background);
        if (at.has("phases")) {
            pattern.phases = texts_of(at.at("phases"));
            for (std::string const& phase : pattern.phases)
                if (std::ranges::find(out.phases, phase, &PhaseDescription::name) == out.phases.end())
                    at.at("phases").fail(
                        fmt::format("names {}; expected phases of this refinement", in_quotes(phase)));
        }
        check_axis(at, pattern);
        check_flight(at, pattern);
        out.patterns.push_back(std::move(pattern));
    }
}

PatternDescription& pattern_of(Description& description, Document const& at, std::string const& name) {
    auto const found = std::ranges::find(description.patterns, name, &PatternDescription::name);
    if (found == description.patterns.end())
        at.fail(fmt::format("names {}; expected a pattern", in_quotes(name)));
    return *found;
}

void read_shares(Document const& shares, Description& out) {
    for (std::string const& selector : shares.keys()) {
        Document const at = shares.at(selector);
        at.only({"size", "strain", "axis", "march_axis", "harmonics"});
        bool is_any = false;
        for (PhaseDescription const& phase : out.phases)
            for (PatternDescription const& pattern : out.patterns) {
                std::string const key = phase.name + "." + pattern.name;
                if (!selects(selector, key)) continue;
                is_any = true;
                ShareDescription& share = out.shares[key];
                if (at.has("size"))
                    share.size = one_of<SizeKind>(at.at("size"), {{"isotropic", SizeKind::isotropic},
                                                                  {"uniaxial", SizeKind::uniaxial}});
                if (at.has("strain"))
                    share.strain = one_of<StrainKind>(at.at("strain"), {{"isotropic", StrainKind::isotropic},
                                                                        {"uniaxial", StrainKind::uniaxial},
                                                                        {"general", StrainKind::general}});
                if (at.has("axis")) share.axis = indices_of(at.at("axis"));
                if (at.has("march_axis")) share.march_axis = indices_of(at.at("march_axis"));
                if (at.has("harmonics")) share.harmonics = int(at.at("harmonics").integer());
                if (share.harmonics < 0 || share.harmonics > 12 || share.harmonics % 2 != 0)
                    at.at("harmonics").fail("expected an even degree up to 12");
            }
        if (!is_any) at.fail("selects nothing; expected PHASE.PATTERN, where * stands for any");
    }
}

void read_set(Document const& set, Description& out) {
    for (std::string const& selector : set.keys()) out.set.emplace_back(selector, set.at(selector).number());
}

void read_stages(Document const& refine, Description& out) {
    if (refine.is_scalar()) {
        if (refine.text() != "automatic") out.stages.push_back({refine.text(), {refine.text()}, {}, {}});
        return;
    }
    std::size_t number = 0;
    for (Document const& one : refine.items()) {
        ++number;
        Stage stage;
        if (!one.is_map()) {
            stage.refine = texts_of(one);
            stage.name = fmt::format("{}", fmt::join(stage.refine, ", "));
        } else {
            one.only({"name", "refine", "fix", "range", "background", "anisotropic", "shares", "set"});
            if (one.has("refine")) stage.refine = texts_of(one.at("refine"));
            if (one.has("fix")) stage.fix = texts_of(one.at("fix"));
            stage.changes = one;
            stage.name =
                one.has("name") ? one.at("name").text() : fmt::format("{}", fmt::join(stage.refine, ", "));
        }
        if (stage.name.empty()) stage.name = fmt::format("stage {}", number);
        out.stages.push_back(std::move(stage));
    }
}

}  // namespace

void apply_changes(Description& out, Document const& at) {
    if (at.has("range")) {
        Document const map = at.at("range");
        for (std::string const& name : map.keys()) pattern_of(out, map, name).range = pair_of(map.at(name));
    }
    if (at.has("background")) {
        Document const map = at.at("background");
        for (std::string const& name : map.keys())
            read_background(map.at(name), pattern_of(out, map, name).background);
    }
    if (at.has("anisotropic"))
        for (std::string const& selector : texts_of(at.at("anisotropic"))) {
            auto const dot = selector.find('.');
            bool is_any = false;
            for (PhaseDescription& phase : out.phases)
                if (dot != std::string::npos && selects(selector.substr(0, dot), phase.name))
                    phase.anisotropic.push_back(selector.substr(dot + 1)), is_any = true;
            if (!is_any)
                at.at("anisotropic").fail("selects nothing; expected PHASE.SITE, where * stands for any");
        }
    if (at.has("shares")) read_shares(at.at("shares"), out);
    if (at.has("set")) read_set(at.at("set"), out);
}

Description read_description(Document const& at, FileFinder const& find) {
    at.only({"title", "phases", "patterns", "anisotropic", "shares", "set", "refine", "at_once",
             "constraints", "restraints", "cycles", "series"});
    Description out;
    if (at.has("title")) out.title = at.at("title").text();
    read_phases(at.at("phases"), find, out);
    read_patterns(at.at("patterns"), find, out);
    if (out.phases.empty() || out.patterns.empty())
        at.fail("has no phase or no pattern; expected one of each at least");
    apply_changes(out, at);
    if (at.has("refine")) read_stages(at.at("refine"), out);
    if (at.has("at_once"))
        out.is_at_once = one_of<bool>(at.at("at_once"), {{"true", true}, {"false", false}});
    if (at.has("constraints")) out.constraints = at.at("constraints").items();
    if (at.has("restraints")) out.restraints = at.at("restraints").items();
    if (at.has("cycles")) {
        long long const cycles = at.at("cycles").integer();
        if (cycles < 1 || cycles > 1000)
            at.at("cycles").fail(fmt::format("is {}; expected 1 to 1000", cycles));
        out.most_cycles = std::size_t(cycles);
    }
    return out;
}

}  // namespace hutch::powder::refine
