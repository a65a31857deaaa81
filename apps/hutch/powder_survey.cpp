// hutch powder survey: which structures of a library can be used, and why others cannot.
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/progress.hpp"
#include "hutch/base/text.hpp"
#include "hutch/compute/parallel.hpp"
#include "hutch/data/library.hpp"
#include "hutch/methods/powder/simulate.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <numbers>

#include "arguments.hpp"
#include "verbs.hpp"
#include <fmt/format.h>

namespace hutch::app {
namespace {

constexpr double copper = 1.5405929;  // [angstrom] K alpha 1
constexpr double reactor = 1.909;     // [angstrom] a common wavelength of neutron powder diffractometers
constexpr std::size_t examples_shown = 3;

// One X-ray and one neutron pattern up to the angle that d_min allows.
class Trial {
  public:
    Trial(double d_min, std::shared_ptr<powder::DispersionTable const> const& dispersion) : d_min_(d_min) {
        for (double const wavelength : {copper, reactor}) {
            powder::Setting& setting = settings_.emplace_back();
            setting.instrument.wavelengths = {{wavelength, 1}};
            powder::Grid grid;
            grid.points = std::size_t((last_angle(wavelength) - grid.first) / grid.step) + 1;
            calculators_.push_back(std::make_unique<powder::PatternCalculator>(grid, dispersion));
        }
        settings_[1].instrument.radiation = powder::Radiation::neutron;
    }

    /// Return nothing, or why the structure cannot be used.
    std::string problem_of(data::Structure const& structure) {
        try {
            auto const table = powder::find_reflections(structure, {d_min_});
            for (std::size_t i = 0; i < settings_.size(); ++i) check(table, i);
            return {};
        } catch (std::exception const& error) {
            return error.what();
        }
    }

  private:
    double last_angle(double wavelength) const {
        double const sine = std::min(wavelength / (2 * d_min_), 0.95);
        return std::max(2 * std::asin(sine) * 180 / std::numbers::pi - powder::tail_margin, 20.0);
    }
    void check(powder::Reflections const& table, std::size_t which) {
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
    std::vector<powder::Setting> settings_;
    std::vector<std::unique_ptr<powder::PatternCalculator>> calculators_;
};

void try_all(data::Library& library, double d_min, unsigned threads) {
    std::vector<std::unique_ptr<Trial>> trials(threads);
    std::vector<std::string> problems(library.structures.size());
    auto const dispersion = powder::cromer_liberman();
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

void print_text(std::vector<Cause> const& causes, Totals const& totals) {
    fmt::print("{} of {} structures are usable ({:.2f} %), {} with notes; {}\n",
               with_commas((long long)totals.usable), with_commas((long long)totals.all()),
               100.0 * double(totals.usable) / double(std::max<std::size_t>(totals.all(), 1)),
               with_commas((long long)totals.with_notes), to_duration(totals.seconds));
    for (Cause const& cause : causes) {
        fmt::print("{:>7}  {}\n", cause.refusals.size(), cause.phrase);
        for (std::size_t i = 0; i < std::min(examples_shown, cause.refusals.size()); ++i)
            fmt::print("           {}\n", cause.refusals[i]->message);
    }
}

void print_json(std::vector<Cause> const& causes, Totals const& totals) {
    fmt::print("{{\"usable\": {}, \"refused\": {}, \"with_notes\": {}, \"seconds\": {:.3f}, \"causes\": [",
               totals.usable, totals.refused, totals.with_notes, totals.seconds);
    for (std::size_t c = 0; c < causes.size(); ++c) {
        fmt::print("{}\n  {{\"cause\": {}, \"count\": {}, \"examples\": [", c == 0 ? "" : ",",
                   to_json_text(causes[c].phrase), causes[c].refusals.size());
        for (std::size_t i = 0; i < std::min(examples_shown, causes[c].refusals.size()); ++i)
            fmt::print("{}{}", i == 0 ? "" : ", ", to_json_text(causes[c].refusals[i]->message));
        fmt::print("]}}");
    }
    fmt::print("]}}\n");
}

std::string csv_field(std::string_view text) {
    std::string field = "\"";
    for (char const c : text) field += c == '"' ? "\"\"" : std::string(1, c);
    return field + '"';
}

std::string to_csv(data::Library const& library) {
    std::string text = "source,cause,message\n";
    for (data::Structure const& structure : library.structures) {
        std::string notes;
        for (std::string const& note : structure.notes) notes += (notes.empty() ? "" : "; ") + note;
        text += csv_field(structure.source) + ",usable," + csv_field(notes) + "\n";
    }
    for (data::Refusal const& refusal : library.refusals)
        text += csv_field(refusal.source) + "," + csv_field(refusal.cause) + "," +
                csv_field(refusal.message) + "\n";
    return text;
}

}  // namespace

int powder_survey(std::vector<std::string> const& words) {
    Arguments const arguments(
        "powder survey <PATH>... [options]",
        "Read all structures of CIF files, folders of them (*.cif, *.mcif, .gz too) and AMCSD databases "
        "(*.db), calculate one\n"
        "Cu K alpha and one neutron pattern of each, and count why some cannot be used.",
        {{"csv", "FILE", "write one row per structure: source, cause or 'usable', message or notes"},
         {"threads", "N", "default: as many as the machine has"},
         {"d-min", "VALUE", "smallest d of reflections [angstrom]; default 0.8"}},
        1, 10000, words);
    if (arguments.wants_help()) return arguments.print_help(), 0;
    double const d_min = arguments.number("d-min", 0.8);
    if (!(d_min >= 0.3 && d_min <= 5))
        throw Error(Fault::bad_input, fmt::format("'--d-min' is {} angstrom; expected 0.3 to 5", d_min));
    unsigned const threads = thread_count(arguments);
    auto const started = std::chrono::steady_clock::now();
    data::Library library = data::read_library({arguments.words().begin(), arguments.words().end()}, threads);
    try_all(library, d_min, threads);
    double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    auto const with_notes = std::size_t(std::ranges::count_if(
        library.structures, [](data::Structure const& one) { return !one.notes.empty(); }));
    Totals const totals{library.structures.size(), library.refusals.size(), with_notes, seconds};
    auto const causes = causes_of(library);
    if (arguments.has("json"))
        print_json(causes, totals);
    else
        print_text(causes, totals);
    if (arguments.has("csv")) write_file(arguments.text("csv"), to_csv(library));
    return 0;
}

}  // namespace hutch::app
