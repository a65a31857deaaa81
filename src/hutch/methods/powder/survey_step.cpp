#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/progress.hpp"
#include "hutch/base/text.hpp"
#include "hutch/compute/parallel.hpp"
#include "hutch/data/library.hpp"
#include "hutch/methods/powder/detail/steps.hpp"
#include "hutch/methods/powder/simulate.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numbers>

#include <fmt/format.h>

namespace hutch::powder {
namespace {

using step::Type;
using step::Value;

constexpr double copper = 1.5405929;  // [angstrom] K alpha 1
constexpr double reactor = 1.909;     // [angstrom] a common wavelength of neutron powder diffractometers
constexpr std::size_t examples_shown = 3;

// One X-ray and one neutron pattern up to the angle that d_min allows.
class Trial {
  public:
    Trial(double d_min, std::shared_ptr<DispersionTable const> const& dispersion) : d_min_(d_min) {
        for (double const wavelength : {copper, reactor}) {
            Setting& setting = settings_.emplace_back();
            setting.instrument.wavelengths = {{wavelength, 1}};
            Grid grid;
            grid.points = std::size_t((last_angle(wavelength) - grid.first) / grid.step) + 1;
            calculators_.push_back(std::make_unique<PatternCalculator>(grid, dispersion));
        }
        settings_[1].instrument.radiation = Radiation::neutron;
    }

    /// Return nothing, or why the structure cannot be used.
    std::string problem_of(data::Structure const& structure) {
        try {
            auto const table = find_reflections(structure, {d_min_});
            for (std::size_t i = 0; i < settings_.size(); ++i) check(table, i);
            return {};
        } catch (std::exception const& error) {
            return error.what();
        }
    }

  private:
    double last_angle(double wavelength) const {
        double const sine = std::min(wavelength / (2 * d_min_), 0.95);
        return std::max(2 * std::asin(sine) * 180 / std::numbers::pi - tail_margin, 20.0);
    }
    void check(Reflections const& table, std::size_t which) {
        std::vector<float> y(calculators_[which]->padded_points());
        calculators_[which]->expected(table, settings_[which], y.data());
        char const* const name = to_name(settings_[which].instrument.radiation);
        if (!std::ranges::all_of(y, [](float value) { return std::isfinite(value) && value >= 0; }))
            throw Error(Fault::bug, fmt::format("'pattern' ({}) is not finite; expected numbers >= 0", name));
        if (std::ranges::none_of(y, [](float value) { return value > 0; }))
            throw Error(Fault::bad_data,
                        fmt::format("'pattern' ({}) has no line in range; expected at least one", name));
    }

    double d_min_;
    std::vector<Setting> settings_;
    std::vector<std::unique_ptr<PatternCalculator>> calculators_;
};

void try_all(data::Library& library, double d_min, unsigned threads) {
    std::vector<std::unique_ptr<Trial>> trials(threads);
    std::vector<std::string> problems(library.structures.size());
    auto const dispersion = cromer_liberman();
    compute::parallel_for(problems.size(), threads, [&](std::size_t i, unsigned worker) {
        if (!trials[worker]) trials[worker] = std::make_unique<Trial>(d_min, dispersion);
        problems[i] = trials[worker]->problem_of(library.structures[i]);
    });
    std::vector<data::Structure> usable;
    for (std::size_t i = 0; i < problems.size(); ++i) {
        data::Structure& structure = library.structures[i];
        if (problems[i].empty())
            usable.push_back(std::move(structure));
        else
            library.refusals.push_back(
                {structure.source, data::cause_of(problems[i]), structure.source + ": " + problems[i]});
    }
    library.structures = std::move(usable);
}

struct Cause {
    std::string phrase;
    std::vector<data::Refusal const*> refusals;
};

// The most frequent cause first; equal ones by name.
std::vector<Cause> causes_of(data::Library const& library) {
    std::map<std::string, std::vector<data::Refusal const*>> by_phrase;
    for (data::Refusal const& refusal : library.refusals) by_phrase[refusal.cause].push_back(&refusal);
    std::vector<Cause> causes;
    for (auto& [phrase, refusals] : by_phrase) causes.push_back({phrase, std::move(refusals)});
    std::ranges::stable_sort(causes, std::greater{},
                             [](Cause const& cause) { return cause.refusals.size(); });
    return causes;
}

struct Totals {
    std::size_t usable, refused, with_notes;
    double seconds;
    std::size_t all() const { return usable + refused; }
};

std::string to_text(std::vector<Cause> const& causes, Totals const& totals) {
    std::string text =
        fmt::format("{} of {} structures are usable ({:.2f} %), {} with notes; {}\n",
                    with_commas((long long)totals.usable), with_commas((long long)totals.all()),
                    100.0 * double(totals.usable) / double(std::max<std::size_t>(totals.all(), 1)),
                    with_commas((long long)totals.with_notes), to_duration(totals.seconds));
    for (Cause const& cause : causes) {
        text += fmt::format("{:>7}  {}\n", cause.refusals.size(), cause.phrase);
        for (std::size_t i = 0; i < std::min(examples_shown, cause.refusals.size()); ++i)
            text += fmt::format("           {}\n", cause.refusals[i]->message);
    }
    return text;
}

std::string to_csv(data::Library const& library) {
    std::string text = "source,cause,message\n";
    for (data::Structure const& structure : library.structures) {
        std::string notes;
        for (std::string const& note : structure.notes) notes += (notes.empty() ? "" : "; ") + note;
        text += to_csv_field(structure.source) + ",usable," + to_csv_field(notes) + "\n";
    }
    for (data::Refusal const& refusal : library.refusals)
        text += to_csv_field(refusal.source) + "," + to_csv_field(refusal.cause) + "," +
                to_csv_field(refusal.message) + "\n";
    return text;
}

step::Outcome run(step::Call const& call) {
    auto const started = std::chrono::steady_clock::now();
    data::Library library = data::read_library(call.inputs.at("library"), call.threads);
    try_all(library, call.number("d_min"), call.threads);
    double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    auto const with_notes = std::size_t(std::ranges::count_if(
        library.structures, [](data::Structure const& one) { return !one.notes.empty(); }));
    Totals const totals{library.structures.size(), library.refusals.size(), with_notes, seconds};
    auto const causes = causes_of(library);
    if (auto const path = call.output("table")) write_file(*path, to_csv(library));
    Value::List phrases, counts;
    for (Cause const& cause : causes) {
        phrases.emplace_back(cause.phrase);
        counts.emplace_back(std::int64_t(cause.refusals.size()));
    }
    return {{{"usable", std::int64_t(totals.usable)},
             {"refused", std::int64_t(totals.refused)},
             {"with_notes", std::int64_t(with_notes)},
             {"causes", phrases},
             {"cause_counts", counts}},
            to_text(causes, totals)};
}

std::vector<step::Finding> survey_findings() {
    return {
        {.name = "usable", .help = "structures that can be simulated", .type = Type::integer, .unit = "1"},
        {.name = "refused", .help = "those that cannot", .type = Type::integer, .unit = "1"},
        {.name = "with_notes",
         .help = "usable ones of which something was assumed",
         .type = Type::integer,
         .unit = "1"},
        {.name = "causes",
         .help = "why structures cannot be used, the most frequent first",
         .type = Type::text,
         .is_list = true},
        {.name = "cause_counts",
         .help = "how many for each cause",
         .type = Type::integer,
         .unit = "1",
         .is_list = true}};
}

}  // namespace

step::Step survey_step() {
    step::Description about{
        .name = "powder.survey",
        .version = "1.0.0",
        .summary = "tell which structures of a library are usable, and why others are not",
        .reference =
            "CIF: S. R. Hall, F. H. Allen & I. D. Brown, Acta Cryst. A47 (1991) 655; "
            "results for three libraries: docs/structures.md",
        .parameters = {{.name = "d_min",
                        .help = "smallest d of reflections",
                        .fields = {{.unit = "angstrom", .least = 0.3, .most = 5}},
                        .fallback = 0.8}},
        .inputs = {{.name = "library",
                    .help = "structures",
                    .format = "CIF file, folder of CIFs or AMCSD database",
                    .is_list = true}},
        .outputs = {{.name = "table",
                     .help = "a row for each structure: source, cause or 'usable', message or notes",
                     .format = "CSV",
                     .is_required = false,
                     .file = "survey.csv"}},
        .findings = survey_findings(),
        .needs = {.threads = 0, .memory_gib = 2, .seconds = 30}};
    return {about, run};
}

}  // namespace hutch::powder
