// Base classes: https://manual.nexusformat.org/classes/base_classes (release v2026.01).
#include "hutch/methods/powder/refine/report_nexus.hpp"

#include "hutch/base/file.hpp"
#include "hutch/base/version.hpp"
#include "hutch/data/shard.hpp"
#include "hutch/data/symmetry.hpp"

#include <cmath>
#include <set>
#include <span>

#include <fmt/format.h>

namespace hutch::powder::refine {
namespace {

using Shape = std::vector<std::uint64_t>;

class NexusWriter {
  public:
    NexusWriter(std::filesystem::path const& path, Result const& result) : file_(path), result_(result) {}

    void write() {
        name_groups();
        file_.attribute("NX_class", "NXroot");
        file_.attribute("creator", fmt::format("Hutch {}", version()));
        file_.attribute("default", "entry");
        group("entry", "NXentry");
        file_.write_text("entry/title", result_.title);
        if (!patterns_.empty()) file_.attribute("entry", "default", patterns_[0]);
        write_process();
        for (std::size_t i = 0; i < patterns_.size(); ++i) write_pattern(result_.patterns[i], patterns_[i]);
        for (std::size_t i = 0; i < phases_.size(); ++i)
            write_phase(result_.phases[i], "entry/" + phases_[i]);
        for (ShareResult const& share : result_.shares) write_share(share);
        file_.close();
    }

  private:
    std::string unique(std::string const& name) {
        std::string plain;
        for (char c : name) {
            bool const is_kept =
                (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
            plain += is_kept ? c : '_';
        }
        if (plain.empty()) plain = "unnamed";
        std::string free = plain;
        for (int i = 2; !taken_.insert(free).second; ++i) free = fmt::format("{}_{}", plain, i);
        return free;
    }

    void name_groups() {
        taken_ = {"title", "process"};
        for (PatternResult const& pattern : result_.patterns) {
            patterns_.push_back(unique(pattern.name));
            taken_.insert({patterns_.back() + "_instrument", patterns_.back() + "_agreement"});
        }
        for (PhaseResult const& phase : result_.phases) phases_.push_back(unique(phase.name));
    }

    void group(std::string const& path, char const* kind) {
        file_.group(path);
        file_.attribute(path, "NX_class", kind);
    }

    void number(std::string const& path, double value, std::string const& unit = "") {
        file_.write<double>(path, std::span(&value, 1), {}, {unit, ""});
    }
    void count(std::string const& path, std::size_t value) {
        auto const integer = std::int64_t(value);
        file_.write<std::int64_t>(path, std::span(&integer, 1), {}, {});
    }
    void numbers(std::string const& path, std::vector<double> const& values, Shape const& shape,
                 std::string const& unit = "", std::string const& about = "") {
        file_.write<double>(path, values, shape, {unit, about});
    }
    void numbers(std::string const& path, std::vector<double> const& values, std::string const& unit = "",
                 std::string const& about = "") {
        numbers(path, values, {values.size()}, unit, about);
    }

    // Values, and their uncertainties beside them.
    void estimates(std::string const& path, std::vector<Estimate> const& all, Shape const& shape,
                   std::string const& unit = "") {
        std::vector<double> values, errors;
        for (Estimate const& one : all) values.push_back(one.value), errors.push_back(one.su);
        numbers(path, values, shape, unit);
        numbers(path + "_errors", errors, shape, unit);
    }
    void estimate(std::string const& path, Estimate const& one, std::string const& unit = "") {
        estimates(path, {one}, {}, unit);
    }

    void cell(std::string const& path, std::array<Estimate, 6> const& cell) {
        estimates(path + "/unit_cell_abc", {cell.begin(), cell.begin() + 3}, {3}, "angstrom");
        estimates(path + "/unit_cell_alphabetagamma", {cell.begin() + 3, cell.end()}, {3}, "degree");
    }

    void write_process() {
        std::string const at = "entry/process";
        group(at, "NXprocess");
        file_.write_text(at + "/program", "hutch");
        file_.write_text(at + "/version", version());
        file_.write_text(at + "/ending", result_.ending);
        count(at + "/variables", result_.variables);
        count(at + "/observations", result_.observations);
        count(at + "/restraints", result_.restraints);
        number(at + "/r_wp", result_.r_wp);
        number(at + "/r_exp", result_.r_exp);
        number(at + "/goodness_of_fit", result_.goodness);
        if (!result_.warnings.empty()) file_.write_texts(at + "/warnings", result_.warnings, {});
        write_parameters(at + "/parameters");
        write_stages(at + "/stages");
    }

    void write_parameters(std::string const& at) {
        group(at, "NXparameters");
        std::vector<std::string> names, units;
        std::vector<Estimate> values;
        std::vector<std::int8_t> is_refined, is_at_bound;
        for (ParameterResult const& one : result_.parameters) {
            names.push_back(one.name), units.push_back(one.unit), values.push_back(one.estimate);
            is_refined.push_back(one.is_refined), is_at_bound.push_back(one.is_at_bound);
        }
        std::uint64_t const size = names.size(), refined = result_.refined.size();
        std::vector<std::int64_t> const places(result_.refined.begin(), result_.refined.end());
        file_.write_texts(at + "/name", names, {});
        file_.write_texts(at + "/unit", units, {});
        estimates(at + "/value", values, {size});
        file_.write<std::int8_t>(at + "/is_refined", is_refined, {size}, {});
        file_.write<std::int8_t>(at + "/is_at_bound", is_at_bound, {size}, {});
        file_.write<std::int64_t>(at + "/refined", places, {refined},
                                  {"", "places of the refined parameters"});
        numbers(at + "/correlation", result_.correlation, {refined, refined}, "1",
                "correlation matrix of the refined parameters; NaN where undetermined");
    }

    void write_stages(std::string const& at) {
        group(at, "NXcollection");
        std::vector<std::string> names, endings;
        std::vector<std::int64_t> cycles, variables;
        std::vector<double> r_wp, goodness;
        for (StageSummary const& stage : result_.stages) {
            names.push_back(stage.name), endings.push_back(stage.ending);
            cycles.push_back(std::int64_t(stage.cycles)), variables.push_back(std::int64_t(stage.variables));
            r_wp.push_back(stage.r_wp_all), goodness.push_back(stage.goodness);
        }
        std::uint64_t const size = names.size();
        file_.write_texts(at + "/name", names, {});
        file_.write_texts(at + "/ending", endings, {});
        file_.write<std::int64_t>(at + "/cycles", cycles, {size}, {});
        file_.write<std::int64_t>(at + "/variables", variables, {size}, {});
        numbers(at + "/r_wp", r_wp);
        numbers(at + "/goodness_of_fit", goodness);
    }

    void write_pattern(PatternResult const& pattern, std::string const& name) {
        std::string const at = "entry/" + name;
        std::string const axis = to_name(pattern.axis);
        group(at, "NXdata");
        file_.attribute(at, "signal", "intensity");
        file_.attribute(at, "axes", axis);
        file_.attribute(at, "auxiliary_signals",
                        std::vector<std::string>{"calculated", "background", "difference"});
        file_.write_text(at + "/title", pattern.name);
        std::vector<double> difference;
        for (std::size_t i = 0; i < pattern.x.size(); ++i)
            difference.push_back(pattern.y[i] - pattern.calculated[i]);
        numbers(at + "/" + axis, pattern.x, data::unit_of(pattern.axis));
        numbers(at + "/intensity", pattern.y, "count", "observed");
        numbers(at + "/intensity_errors", pattern.sigma, "count",
                "standard deviation; 0 for points that do not count");
        numbers(at + "/calculated", pattern.calculated, "count");
        numbers(at + "/background", pattern.background, "count");
        numbers(at + "/difference", difference, "count", "observed - calculated");
        write_lines(pattern, at);
        write_agreement(pattern, at + "_agreement");
        write_instrument(pattern, at + "_instrument");
    }

    // What each phase adds to a pattern.
    void write_lines(PatternResult const& pattern, std::string const& at) {
        std::size_t next = 0;
        for (ShareResult const& share : result_.shares)
            if (share.pattern == pattern.name && next < pattern.parts.size())
                numbers(at + "/lines_of_" + name_of(share.phase), pattern.parts[next++], "count",
                        "calculated lines of " + share.phase);
    }

    void write_agreement(PatternResult const& pattern, std::string const& at) {
        group(at, "NXcollection");
        count(at + "/points", pattern.agreement.points);
        number(at + "/r_wp", pattern.agreement.r_wp());
        number(at + "/r_p", pattern.agreement.r_p());
        number(at + "/r_wp_net", pattern.agreement.r_wp_net());
        number(at + "/r_exp", pattern.r_exp);
        number(at + "/goodness_of_fit", pattern.goodness);
    }

    void write_instrument(PatternResult const& pattern, std::string const& at) {
        group(at, "NXinstrument");
        group(at + "/source", "NXsource");
        file_.write_text(at + "/source/probe", pattern.radiation == Radiation::xray ? "x-ray" : "neutron");
        if (pattern.wavelengths.empty()) return;
        std::vector<double> values, weights;
        for (Wavelength const& one : pattern.wavelengths)
            values.push_back(one.value), weights.push_back(one.weight);
        group(at + "/beam", "NXbeam");
        numbers(at + "/beam/incident_wavelength", values, "angstrom");
        numbers(at + "/beam/incident_wavelength_weights", weights, "1");
    }

    void write_phase(PhaseResult const& phase, std::string const& at) {
        data::Structure const& structure = phase.structure;
        group(at, "NXsample");
        file_.write_text(at + "/name", phase.name);
        if (!structure.sites.empty())
            file_.write_text(at + "/chemical_formula", data::composition_formula(structure));
        file_.write_text(at + "/unit_cell_class", data::to_name(structure.system));
        file_.write_text(at + "/unit_cell_group", structure.space_group);
        cell(at, phase.cell);
        estimate(at + "/unit_cell_volume", phase.volume, "angstrom^3");
        number(at + "/density", phase.density, "g/cm^3");
        std::vector<std::string> operations;
        for (data::Operation const& operation : structure.operations)
            operations.push_back(data::to_triplet(operation));
        file_.write_texts(at + "/symmetry_operations", operations, {});
        if (!phase.sites.empty()) write_sites(phase, at + "/sites");
        if (!phase.distances.empty()) write_distances(phase, at + "/distances");
    }

    void write_sites(PhaseResult const& phase, std::string const& at) {
        group(at, "NXcollection");
        std::vector<std::string> labels, types;
        std::vector<double> multiplicity;
        std::vector<Estimate> position, occupancy, u_iso, u_aniso;
        for (SiteResult const& site : phase.sites) {
            labels.push_back(site.label), types.push_back(site.element);
            multiplicity.push_back(site.multiplicity);
            position.insert(position.end(), site.position.begin(), site.position.end());
            occupancy.push_back(site.occupancy), u_iso.push_back(site.u_iso);
            for (Estimate const& u : site.u_aniso)
                u_aniso.push_back(site.is_anisotropic ? u : Estimate{std::nan(""), std::nan("")});
        }
        std::uint64_t const size = labels.size();
        file_.write_texts(at + "/label", labels, {});
        file_.write_texts(at + "/type_symbol", types, {});
        numbers(at + "/multiplicity", multiplicity);
        estimates(at + "/position", position, {size, 3}, "1");
        estimates(at + "/occupancy", occupancy, {size}, "1");
        estimates(at + "/u_iso", u_iso, {size}, "angstrom^2");
        estimates(at + "/u_aniso", u_aniso, {size, 6}, "angstrom^2");
    }

    void write_distances(PhaseResult const& phase, std::string const& at) {
        group(at, "NXcollection");
        std::vector<std::string> from, to, symmetry;
        std::vector<Estimate> length;
        for (DistanceResult const& one : phase.distances) {
            from.push_back(one.from), to.push_back(one.to), symmetry.push_back(one.symmetry);
            length.push_back(one.length);
        }
        file_.write_texts(at + "/from", from, {});
        file_.write_texts(at + "/to", to, {});
        file_.write_texts(at + "/symmetry", symmetry, {});
        estimates(at + "/length", length, {length.size()}, "angstrom");
    }

    // The group's name of a phase.
    std::string name_of(std::string const& phase) const {
        for (std::size_t i = 0; i < phases_.size(); ++i)
            if (result_.phases[i].name == phase) return phases_[i];
        return "unnamed";
    }
    std::string pattern_group(std::string const& pattern) const {
        for (std::size_t i = 0; i < patterns_.size(); ++i)
            if (result_.patterns[i].name == pattern) return patterns_[i];
        return "unnamed";
    }

    void write_share(ShareResult const& share) {
        std::string const at =
            "entry/" + unique(name_of(share.phase) + "_in_" + pattern_group(share.pattern));
        group(at, "NXcollection");
        file_.write_text(at + "/phase", share.phase);
        file_.write_text(at + "/pattern", share.pattern);
        estimate(at + "/scale", share.scale);
        estimate(at + "/weight_fraction", share.weight_fraction, "1");
        if (share.has_lattice_strain) cell(at, share.cell);
        number(at + "/r_bragg", share.r_bragg);
        number(at + "/r_f", share.r_f);
        if (!share.reflections.empty()) write_reflections(share, at + "/reflections");
    }

    void write_reflections(ShareResult const& share, std::string const& at) {
        group(at, "NXcollection");
        std::vector<std::int32_t> hkl, multiplicity;
        std::vector<double> d, position, calculated, observed;
        for (ReflectionResult const& one : share.reflections) {
            hkl.insert(hkl.end(), {one.h, one.k, one.l});
            multiplicity.push_back(one.multiplicity);
            d.push_back(one.d), position.push_back(one.position);
            calculated.push_back(one.calculated), observed.push_back(one.observed);
        }
        std::uint64_t const size = d.size();
        file_.write<std::int32_t>(at + "/hkl", hkl, {size, 3}, {"1", ""});
        file_.write<std::int32_t>(at + "/multiplicity", multiplicity, {size}, {"1", ""});
        numbers(at + "/d", d, "angstrom");
        numbers(at + "/position", position, "", "on the axis of the pattern");
        numbers(at + "/f_squared_calculated", calculated);
        numbers(at + "/f_squared_observed", observed);
    }

    data::ShardWriter file_;
    Result const& result_;
    std::set<std::string> taken_;
    std::vector<std::string> patterns_, phases_;  ///< names of their groups
};

}  // namespace

void write_nexus(std::filesystem::path const& path, Result const& result) {
    std::filesystem::path part = path;
    part += ".part";
    NexusWriter(part, result).write();
    commit_file(part, path);
}

}  // namespace hutch::powder::refine
