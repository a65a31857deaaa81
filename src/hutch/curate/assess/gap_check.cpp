#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/record_numbers.hpp"
#include "hutch/curate/assess/detail/statistical_checks.hpp"
#include "hutch/curate/assess/likeness.hpp"
#include "hutch/curate/assess/record_arrays.hpp"
#include "hutch/curate/assess/statistics.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::uint64_t most_records = 200;
constexpr double least_correlation = 0.5;  // of a record's simulation with its measurement, in the median
constexpr double most_distance = 0.95;     // Kolmogorov-Smirnov, of all records' numbers
constexpr std::size_t fewest = 30;

struct Findings {
    std::size_t compared = 0;
    std::vector<std::string> problems;
};

bool is_like(Field const& one, Field const& other) {
    return one.shape == other.shape && one.unit == other.unit && !one.shape.empty() && one.axis == other.axis;
}

// Arrays of one record: what was measured, and what a simulation gives for it.
void compare_pairs(Subject const& subject, TableFacts const& table, Field const& measured,
                   Field const& simulated, Findings& found, Answer& answer) {
    RecordReader reader(subject.folder, subject.scan, table);
    std::vector<double> correlations;
    for (std::uint64_t r :
         pick_records(table.records, affordable_records(table, measured, most_records), subject.seed, 48)) {
        try {
            correlations.push_back(
                compare(reader.read(measured.name, r), reader.read(simulated.name, r)).correlation);
        } catch (Error const&) {
            return;  // C05 tells it
        }
    }
    if (correlations.empty()) return;
    ++found.compared;
    double const middle = median(correlations);
    answer.numbers.emplace_back(fmt::format("correlation of {} and {}", measured.name, simulated.name),
                                middle);
    if (middle >= least_correlation) return;
    found.problems.push_back(fmt::format("'{}' and '{}' correlate by {:.2f} in the median", measured.name,
                                         simulated.name, middle));
    show(answer, {"", measured.name, 0, found.problems.back()});
}

// Records of both kinds in one table, as a field of role source says.
void compare_kinds(TableFacts const& table, Field const& source, Findings& found, Answer& answer) {
    auto const column = find_column(table, source);
    if (!column || !column->is_text()) return;
    Classes const classes = classes_of(table, *column);
    auto const kind_of = [&](std::uint64_t r) {
        if (classes.of[r] < 0) return 0;
        std::string const name = to_lower(classes.names[std::size_t(classes.of[r])]);
        return name.starts_with("simulat")                                     ? 1
               : name.starts_with("measure") || name.starts_with("experiment") ? 2
                                                                               : 0;
    };
    for (RecordNumbers const& numbers : numbers_of_features(table)) {
        std::vector<double> simulated, measured;
        for (std::size_t i = 0; i < numbers.values.size(); ++i) {
            int const kind = kind_of(numbers.records[i]);
            if (kind == 1) simulated.push_back(numbers.values[i]);
            if (kind == 2) measured.push_back(numbers.values[i]);
        }
        if (simulated.size() < fewest || measured.size() < fewest) continue;
        ++found.compared;
        double const distance = kolmogorov_smirnov(simulated, measured).distance;
        answer.numbers.emplace_back(numbers.name + ": distance", distance);
        if (distance <= most_distance) continue;
        found.problems.push_back(
            fmt::format("'{}' of simulated and measured records hardly overlap (distance {:.2f})",
                        numbers.name, distance));
        show(answer, {"", numbers.name, 0, found.problems.back()});
    }
}

}  // namespace

Answer check_simulation_gap(Subject const& subject) {
    Answer answer;
    Findings found;
    for (TableFacts const& table : subject.scan.tables) {
        for (Field const& one : table.table->fields)
            for (Field const& other : table.table->fields)
                if (one.origin == "measured" && other.origin == "simulated" && is_like(one, other))
                    compare_pairs(subject, table, one, other, found, answer);
        for (Field const* source : table.table->of_role(Role::source))
            compare_kinds(table, *source, found, answer);
    }
    if (found.compared == 0)
        return not_applicable("no table has both measured and simulated arrays or records of one kind");
    if (!found.problems.empty()) answer.state = State::fail;
    answer.text = found.problems.empty() ? fmt::format("{}: simulations and measurements are alike",
                                                       counted(found.compared, "comparison"))
                                         : fmt::format("{}", fmt::join(found.problems, "; "));
    return answer;
}

}  // namespace hutch::curate::assess::detail
