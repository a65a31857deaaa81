#include "hutch/methods/powder/refine/run.hpp"

#include "hutch/base/error.hpp"
#include "hutch/methods/powder/refine/rules.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

namespace hutch::powder::refine {
namespace {

// Values that stand for other terms than before start anew.
void forget_changed(Description const& description, Stage const& stage,
                    std::map<std::string, double>& known) {
    if (!stage.changes) return;
    if (stage.changes->has("set")) {
        Document const set = stage.changes->at("set");
        for (std::string const& selector : set.keys())
            std::erase_if(known, [&](auto const& one) { return selects(selector, one.first); });
    }
    // Terms of a background span its range: a new one takes the values from its first terms on; of points
    // between which it is straight there is no such order.
    if (stage.changes->has("background"))
        for (PatternDescription const& pattern : description.patterns)
            if (pattern.background.kind == BackgroundKind::interpolated)
                std::erase_if(known, [&](auto const& one) {
                    return one.first.starts_with(pattern.name + ".background.");
                });
}

class Runner {
  public:
    Runner(Description description, RunOptions const& options, std::map<std::string, double> const& known)
        : about_(std::move(description)), options_(options), known_(known) {
        is_automatic_ = about_.stages.empty();
        if (is_automatic_) about_.stages = automatic_stages(about_);
        if (about_.is_at_once) merge_stages();
    }

    Run run() {
        Run out;
        std::size_t number = 0;
        for (Stage const& stage : about_.stages) {
            ++number;
            if (options_.on_stage) options_.on_stage(stage.name, number, about_.stages.size());
            bool const is_new = !is_built_ || stage.changes.has_value();
            if (is_new)
                rebuild(stage, out);
            else if (is_pawley())
                renew(stage, out);
            select(stage, out.problem.model.parameters);
            out.stages.push_back({stage.name, fit_stage(stage, out, number == about_.stages.size())});
            known_ = out.problem.model.parameters.values_by_name();
            if (out.last().ending == Ending::stopped) break;
        }
        return out;
    }

  private:
    void merge_stages() {
        Stage all{"all at once", {}, {}, {}};
        for (Stage const& stage : about_.stages) {
            if (stage.changes) apply_changes(about_, *stage.changes);
            all.refine.insert(all.refine.end(), stage.refine.begin(), stage.refine.end());
            all.fix.insert(all.fix.end(), stage.fix.begin(), stage.fix.end());
        }
        Stage const first = automatic_stages(about_).front();
        if (!is_automatic_) {
            about_.stages = {first, all};
            return;
        }
        // Instrument profiles take for themselves whatever else is not right yet, so they come when the rest
        // is.
        Stage last{"all with instrument profiles", {}, {}, {}};
        std::erase_if(all.refine, [&](std::string const& selector) {
            bool const is_profile = selector.find(".profile.") != std::string::npos;
            if (is_profile) last.refine.push_back(selector);
            return is_profile;
        });
        about_.stages = {first, all};
        if (!last.refine.empty()) about_.stages.push_back(last);
    }

    void rebuild(Stage const& stage, Run& out) {
        if (stage.changes) apply_changes(about_, *stage.changes);
        if (is_built_) forget_changed(about_, stage, known_);
        out.problem = build(about_, known_);
        add_rules(about_, out.problem);
        out.prepared = prepare(out.problem.model, is_built_ && is_same_shape(out) ? &out.prepared : nullptr);
        if (!is_built_) estimate_start(out.problem, out.prepared, given_values(out.problem.model.parameters));
        if (!is_built_ && is_automatic_) find_cells(out), find_widths(out);
        is_built_ = true;
    }

    bool is_given(std::string const& name) const {
        return known_.contains(name) ||
               std::ranges::any_of(about_.set, [&](auto const& set) { return selects(set.first, name); });
    }
    std::map<std::string, double> given_values(Parameters const& parameters) const {
        auto given = parameters.values_by_name();
        std::erase_if(given, [&](auto const& one) { return !is_given(one.first); });
        return given;
    }

    // What a start describes at best: one cycle with only the parameters of the first stage, which are
    // linear.
    Fit describe(Problem trial, Prepared prepared) const {
        Parameters& parameters = trial.model.parameters;
        for (std::string const& selector : about_.stages.front().refine)
            for (std::size_t const i : parameters.select(selector)) parameters[i].is_refined = true;
        FitOptions options;
        options.most_cycles = 1, options.do_intensities_follow = false;
        return fit(trial, prepared, options);
    }

    // Cells that are off by more than lines are wide: try longer and shorter ones, phase by phase, with wide
    // lines.
    void find_cells(Run& out) {
        constexpr double wide = 3000, step = 0.0015, most = 0.0061, worth = 0.97;
        for (PhaseModel const& phase : out.problem.model.phases) {
            Problem trial = out.problem;
            set_strains(trial, std::vector<double>(trial.model.patterns.size(), wide));
            double const here = describe(trial, out.prepared).overall.chi_squared;
            double least = worth * here, best = 0;
            for (double change = -4 * step; change < most; change += step) {
                if (std::abs(change) < step / 2) continue;
                Problem changed = trial;
                stretch(changed.model, phase, change);
                double const found = describe(changed, out.prepared).overall.chi_squared;
                if (found < least) least = found, best = change;
            }
            if (best != 0) stretch(out.problem.model, phase, best);
        }
        renew(about_.stages.front(), out);
    }

    static void stretch(Model& model, PhaseModel const& phase, double change) {
        for (std::size_t i = 0; i < phase.cell.block.count; ++i)
            if (Parameter& one = model.parameters[phase.cell.block[i]]; one.unit == "angstrom")
                one.value *= 1 + change;
    }

    // Of a few strengths of microstrain take, for each pattern, the one that describes it best with
    // background and scales refined: lines must be about as wide as they are before they can find their
    // places.
    void find_widths(Run& out) {
        std::size_t const patterns = out.problem.model.patterns.size();
        std::vector<double> best(patterns, 0), least(patterns, 1e300);
        for (double const strain : {10000.0, 3000.0, 1000.0, 300.0, 100.0, 30.0}) {
            Problem trial = out.problem;
            set_strains(trial, std::vector<double>(patterns, strain));
            Fit const found = describe(std::move(trial), out.prepared);
            for (std::size_t p = 0; p < patterns; ++p)
                if (found.agreement[p].chi_squared < least[p])
                    least[p] = found.agreement[p].chi_squared, best[p] = strain;
        }
        set_strains(out.problem, best);
    }

    void set_strains(Problem& problem, std::vector<double> const& strains) const {
        for (ShareModel const& share : problem.model.shares) {
            if (share.strain_kind != StrainKind::isotropic) continue;
            Parameter& one = problem.model.parameters[share.strain];
            if (!is_given(one.name)) one.value = strains[share.pattern];
        }
    }

    static bool is_same_shape(Run const& out) {
        return out.prepared.lists.size() == out.problem.model.shares.size();
    }

    void select(Stage const& stage, Parameters& parameters) {
        for (std::string const& selector : stage.refine) selectors_.push_back({selector, true});
        for (std::string const& selector : stage.fix) selectors_.push_back({selector, false});
        for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].is_refined = false;
        for (auto const& [selector, is_refined] : selectors_) {
            // A selector of an earlier stage may name what a change has taken away, an automatic one what
            // symmetry fixes, as all positions of silicon.
            bool const is_asked =
                !is_automatic_ && (std::ranges::find(stage.refine, selector) != stage.refine.end() ||
                                   std::ranges::find(stage.fix, selector) != stage.fix.end());
            if (!is_asked && std::ranges::none_of(parameters.all(), [&](Parameter const& one) {
                    return !one.is_fixed && selects(selector, one.name);
                }))
                continue;
            for (std::size_t const i : parameters.select(selector)) parameters[i].is_refined = is_refined;
        }
        for (std::size_t i = 0; i < parameters.size(); ++i)
            if (parameters[i].is_fixed) parameters[i].is_refined = false;
    }

    bool is_pawley() const {
        return std::ranges::any_of(about_.phases, [](PhaseDescription const& phase) {
            return phase.intensities == Intensities::pawley;
        });
    }

    // A cell that has moved far needs another list of lines; where each line has a parameter, other
    // parameters too.
    void renew(Stage const& stage, Run& out) {
        if (!is_pawley()) {
            out.prepared = prepare(out.problem.model, &out.prepared);
            return;
        }
        out.problem = build(about_, out.problem.model.parameters.values_by_name());
        add_rules(about_, out.problem);
        out.prepared = prepare(out.problem.model);
        select(stage, out.problem.model.parameters);
    }

    Fit fit_stage(Stage const& stage, Run& out, bool is_last) {
        FitOptions options;
        if (!is_last) options.least_gain = 1e-3;  // enough for the next stage to start from
        options.most_cycles = about_.most_cycles;
        options.on_cycle = options_.on_cycle;
        options.should_stop = options_.should_stop;
        Fit result = fit(out.problem, out.prepared, options);
        for (int again = 0; again < 3 && is_outdated(out.problem.model, out.prepared); ++again) {
            renew(stage, out);
            result = fit(out.problem, out.prepared, options);
        }
        return result;
    }

    Description about_;
    RunOptions const& options_;
    std::map<std::string, double> known_;
    std::vector<std::pair<std::string, bool>> selectors_;
    bool is_built_ = false, is_automatic_ = false;
};

// Occupancies that constraints name are meant to be refined.
std::vector<std::string> constrained_occupancies(Description const& about) {
    std::vector<std::string> names;
    for (Document const& one : about.constraints) {
        if (!one.is_scalar()) continue;
        std::string word;
        for (char const sign : one.text() + " ")
            if (std::isalnum(static_cast<unsigned char>(sign)) || sign == '_' || sign == '.')
                word.push_back(sign);
            else {
                if (word.ends_with(".occupancy")) names.push_back(word);
                word.clear();
            }
    }
    return names;
}

}  // namespace

std::vector<Stage> automatic_stages(Description const& about) {
    std::vector<Stage> stages;
    auto const add = [&](std::string name, std::vector<std::string> refine) {
        if (!refine.empty()) stages.push_back({std::move(name), std::move(refine), {}, {}});
    };
    bool const is_structure = std::ranges::any_of(about.phases, [](PhaseDescription const& phase) {
        return phase.intensities == Intensities::structure;
    });
    bool const is_pawley = std::ranges::any_of(
        about.phases, [](PhaseDescription const& phase) { return phase.intensities == Intensities::pawley; });
    std::vector<std::string> start, lattice, shifts, size, instrument, shape;
    if (std::ranges::any_of(about.patterns,
                            [](PatternDescription const& one) { return one.background.terms > 0; }))
        start.emplace_back("background");
    if (is_structure) start.push_back("*.*.scale");
    if (is_pawley) start.push_back("intensity");
    for (PatternDescription const& pattern : about.patterns) {
        std::string const& name = pattern.name;
        if (!pattern.background.humps.empty()) start.push_back(name + ".hump.*.area");
        // One pattern carries the cell; the others, measured elsewhere, may have their own lattice strain.
        if (&pattern != &about.patterns.front()) lattice.push_back("*." + name + ".lattice");
        bool const is_flat = pattern.instrument.geometry == Geometry::bragg_brentano;
        // Over a wide range both ways of standing off the axis show; over a narrow one they look like a zero
        // shift.
        constexpr double wide = 90;
        double const span = pattern.range ? (*pattern.range)[1] - (*pattern.range)[0]
                                          : pattern.measured.x.back() - pattern.measured.x.front();
        if (!pattern.is_flight && is_flat)
            shifts.push_back(name + ".shift.displacement");
        else if (!pattern.is_flight && span < wide)
            shifts.push_back(name + ".shift.zero");
        else if (!pattern.is_flight)
            shifts.push_back(name + ".shift.perpendicular"), shifts.push_back(name + ".shift.parallel");
        size.push_back("*." + name + ".strain.*");
        bool const is_xray = pattern.instrument.radiation == Radiation::xray && !pattern.is_flight;
        if (is_xray || pattern.is_flight) size.push_back("*." + name + ".size.iso");
        if (pattern.is_flight) {
            instrument.push_back(name + ".profile.sigma_1");
        } else {
            for (char const* word : {"u", "v", "w"})
                instrument.push_back(fmt::format("{}.profile.{}", name, word));
            if (pattern.instrument.axial_sample + pattern.instrument.axial_detector > 0)
                shape.push_back(name + ".profile.axial");
        }
    }
    add("background and scale", start);
    shifts.push_back("cell");
    add("cell and shifts", shifts);
    add("lattice strain of each pattern", lattice);
    add("size and microstrain", size);
    if (is_structure) add("coordinates", {"position"}), add("displacement parameters", {"thermal"});
    add("occupancies", constrained_occupancies(about));
    add("instrument widths", instrument);
    add("axial divergence", shape);
    for (Stage& stage : stages)
        if (stage.name == "size and microstrain") stage.fix = {"strain.lorentz"};
    return stages;
}

Run run(Description description, RunOptions const& options, std::map<std::string, double> const& known) {
    return Runner(std::move(description), options, known).run();
}

}  // namespace hutch::powder::refine
