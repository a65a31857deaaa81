#include "hutch/base/error.hpp"
#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/cell_of_record.hpp"
#include "hutch/curate/assess/detail/powder_parts.hpp"
#include "hutch/curate/assess/detail/statistical_checks.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::uint64_t most_records = 300;
constexpr std::size_t most_peaks = 12, fewest_peaks = 3, fewest_judged = 3;
constexpr double most_chance = 0.35;  // a pattern whose lines cover more of the range says nothing
constexpr double usual_misses =
    0.01;  // of judged records: wrong peaks of noise, entries that contradict themselves

struct Findings {
    std::size_t read = 0, judged = 0, dense = 0, without_peaks = 0;
    std::size_t off_lattice = 0, absent = 0;  // records
    double peaks = 0, allowed = 0, shifts = 0;
    std::string problem;
};

enum class Verdict { fine, off_lattice, absent, not_judged };

Verdict judge(LineMatch const& match, double unexplained) {
    if (match.peaks < fewest_peaks || match.by_chance > most_chance) return Verdict::not_judged;
    double const needed = (1 - unexplained) * double(match.peaks) - 1e-9;
    if (double(match.on_lattice) < needed) return Verdict::off_lattice;
    return double(match.allowed) < needed ? Verdict::absent : Verdict::fine;
}

std::string describe(LineMatch const& match, Verdict verdict) {
    return verdict == Verdict::off_lattice
               ? fmt::format("{} of {} strong peaks stand where the labelled cell has lines",
                             match.on_lattice, match.peaks)
               : fmt::format("{} of {} strong peaks are allowed by the space group, {} by the cell",
                             match.allowed, match.peaks, match.on_lattice);
}

void judge_record(Subject const& subject, TableFacts const& table, PowderParts& parts, std::uint64_t r,
                  Findings& found, Answer& answer) {
    auto const record = parts.read(r);
    if (!record) return;
    ++found.read;
    LineMatchOptions options;
    options.wavelengths = record->wavelengths, options.zero = record->zero;
    LineMatch const match = match_lines(
        find_observed_peaks(record->pattern, record->wavelengths[0], most_peaks), record->phases, options);
    if (match.peaks < fewest_peaks) ++found.without_peaks;
    if (match.is_dense) ++found.dense;
    Verdict const verdict = match.is_dense ? Verdict::not_judged : judge(match, parts.unexplained());
    if (verdict == Verdict::not_judged) return;
    ++found.judged;
    found.peaks += double(match.peaks), found.allowed += double(match.allowed), found.shifts += match.shift;
    if (verdict == Verdict::fine) return;
    ++(verdict == Verdict::absent ? found.absent : found.off_lattice);
    show(answer, place_of(subject.scan, table, r, "", describe(match, verdict)));
}

void judge_table(Subject const& subject, TableFacts const& table, Physics const& physics, Findings& found,
                 Answer& answer) {
    RecordReader reader(subject.folder, subject.scan, table);
    PowderParts parts(reader, table, physics);
    if (!parts.problem().empty()) {
        found.problem = parts.problem();
        return;
    }
    for (std::uint64_t r : pick_records(table.records, most_records, subject.seed, 38)) {
        try {
            judge_record(subject, table, parts, r, found, answer);
        } catch (Error const& error) {
            if (error.fault() != Fault::bad_data) found.problem = error.what();
        }
    }
}

}  // namespace

Answer check_powder_lines(Subject const& subject) {
    Answer answer;
    Findings found;
    bool is_declared = false;
    for (Physics const& physics : subject.dictionary.physics) {
        if (physics.method != "powder" || !has_cells(physics)) continue;
        is_declared = true;
        for (TableFacts const& table : subject.scan.tables)
            if (table.table->name == physics.table) judge_table(subject, table, physics, found, answer);
    }
    if (!is_declared) return not_applicable("no physics 'powder' with a cell is declared");
    if (found.read == 0)
        return not_checked("no pattern could be compared with its cell: " +
                           (found.problem.empty() ? "axis, wavelength or cell is missing" : found.problem));
    if (found.judged < std::min(fewest_judged, found.read))
        return not_applicable(
            fmt::format("of {} too few have peaks apart from each other to compare with their cells",
                        counted(found.read, "pattern")));
    auto const judged = double(found.judged), bad = double(found.off_lattice + found.absent);
    answer.numbers = {{"patterns", double(found.read)},
                      {"judged", judged},
                      {"off_the_cell", double(found.off_lattice)},
                      {"against_absences", double(found.absent)},
                      {"recall_of_strong_peaks", found.allowed / std::max(1.0, found.peaks)},
                      {"mean_shift_degree", found.shifts / judged},
                      {"too_dense", double(found.dense)},
                      {"without_peaks", double(found.without_peaks)}};
    double const usual = usual_misses * judged;
    if (bad > usual + 2 * std::sqrt(usual) + 0.5) answer.state = State::fail;
    answer.text = fmt::format(
        "of {} {} do not fit their cell and {} not their space group; {:.1f} % of strong peaks "
        "stand where lines are allowed",
        counted(found.judged, "judged pattern"), found.off_lattice, found.absent,
        100 * found.allowed / std::max(1.0, found.peaks));
    return answer;
}

}  // namespace hutch::curate::assess::detail
