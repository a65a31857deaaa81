#include "hutch/curate/assess/check.hpp"
#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/statistical_checks.hpp"
#include "hutch/step/unit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess {
namespace {

using detail::counted, detail::not_applicable, detail::not_checked, detail::show;

// ---- C37 -------------------------------------------------------------------------------------------------

constexpr double photon_product = 12398.41984;   // [eV angstrom] h c / e, CODATA 2018, exact to all digits
constexpr double neutron_product = 81.80421e-3;  // [eV angstrom^2] h^2 / 2 m, CODATA 2018
constexpr double product_tolerance = 3e-3;       // three digits of energy and wavelength

// Values of a field in a unit; NaN where missing. Of each record, or the one value that all share.
struct Values {
    std::vector<double> of;
    double at(std::size_t r) const { return of.size() == 1 ? of[0] : r < of.size() ? of[r] : std::nan(""); }
};

std::optional<double> factor_to(std::string const& unit, char const* wanted) {
    auto const from = step::parse_unit(unit), to = step::parse_unit(wanted);
    if (!from || !to || from->dimension != to->dimension) return {};
    return from->factor / to->factor;
}

std::optional<Values> values_of(TableFacts const& table, Field const& field, char const* unit) {
    auto const factor = factor_to(field.unit, unit);
    if (!factor) return {};
    Values values;
    if (auto const shared = table.shared.find(field.name); shared != table.shared.end()) {
        values.of = shared->second;
    } else if (auto const column = find_column(table, field); column && !column->is_text()) {
        values.of.assign(table.records, std::nan(""));
        for (std::size_t i = 0; i < column->size(); ++i)
            if (column->has(i)) values.of[column->record(i)] = column->numbers[i];
    }
    if (values.of.empty()) return {};
    for (double& value : values.of) value *= *factor;
    return values;
}

// The only field of a quantity that holds one number a record, or one for all.
Field const* only_field(TableFacts const& table, std::string_view quantity) {
    Field const* found = nullptr;
    for (auto const* list : {&table.table->fields, &table.table->shared})
        for (Field const& field : *list) {
            bool const is_one = field.shape.empty() || field.shape == std::vector<std::int64_t>{1};
            if (field.quantity != quantity || !is_one) continue;
            if (found) return nullptr;
            found = &field;
        }
    return found;
}

struct Findings {
    std::size_t tested = 0;
    std::vector<std::string> problems;
};

void compare_energies(Subject const& subject, TableFacts const& table, Findings& found, Answer& answer) {
    Field const *energy = only_field(table, "energy"), *wavelength = only_field(table, "wavelength");
    if (!energy || !wavelength) return;
    auto const e = values_of(table, *energy, "eV"), lambda = values_of(table, *wavelength, "angstrom");
    if (!e || !lambda) return;
    std::uint64_t compared = 0, wrong_photons = 0, wrong_neutrons = 0;
    std::optional<std::uint64_t> first;
    for (std::size_t r = 0; r < table.records; ++r) {
        double const a = e->at(r), b = lambda->at(r);
        if (!std::isfinite(a) || !std::isfinite(b)) continue;
        ++compared;
        if (std::abs(a * b * b / neutron_product - 1) > 2 * product_tolerance) ++wrong_neutrons;
        if (std::abs(a * b / photon_product - 1) <= product_tolerance) continue;
        ++wrong_photons;
        if (!first) first = r;
    }
    if (compared == 0) return;
    ++found.tested;
    std::uint64_t const wrong = std::min(wrong_photons, wrong_neutrons);
    answer.numbers.emplace_back("energy times wavelength off", double(wrong));
    if (wrong == 0) return;
    std::string const text = fmt::format("'{}' times '{}' is not 12.39842 keV angstrom in {} of {}",
                                         energy->name, wavelength->name, wrong, counted(compared, "record"));
    found.problems.push_back(text);
    show(answer, place_of(subject.scan, table, *first, energy->name, text));
}

struct Range {
    double least = std::numeric_limits<double>::infinity(), most = -least;
    bool is_there() const { return least <= most; }
};

// Smallest and largest value of a field or shared array, in a unit.
Range range_of(TableFacts const& table, Field const& field, char const* unit) {
    Range range;
    auto const factor = factor_to(field.unit, unit);
    if (!factor) return range;
    if (auto const shared = table.shared.find(field.name); shared != table.shared.end()) {
        for (double value : shared->second)
            if (std::isfinite(value))
                range.least = std::min(range.least, value), range.most = std::max(range.most, value);
    } else if (auto const facts = table.fields.find(field.name); facts != table.fields.end()) {
        FieldFacts const& of = facts->second;
        if (of.values > of.nan + of.infinite + of.filled + of.empty) range = {of.least, of.most};
    }
    range.least *= *factor, range.most *= *factor;
    return range;
}

Range range_of_quantity(TableFacts const& table, std::string_view quantity, char const* unit) {
    Range all;
    for (auto const* list : {&table.table->fields, &table.table->shared})
        for (Field const& field : *list) {
            if (field.quantity != quantity) continue;
            Range const one = range_of(table, field, unit);
            all.least = std::min(all.least, one.least), all.most = std::max(all.most, one.most);
        }
    return all;
}

void check_ranges(TableFacts const& table, Findings& found, Answer& answer) {
    auto const tell = [&](std::string const& text) {
        found.problems.push_back(text);
        show(answer, {"", table.table->name, 0, text});
    };
    Range const angle = range_of_quantity(table, "two_theta", "degree"),
                wavelength = range_of_quantity(table, "wavelength", "angstrom"),
                d = range_of_quantity(table, "d", "angstrom"),
                q = range_of_quantity(table, "q", "1/angstrom");
    if (angle.is_there()) {
        ++found.tested;
        answer.numbers.emplace_back("two theta, least", angle.least);
        answer.numbers.emplace_back("two theta, most", angle.most);
        if (angle.least < 0 || angle.most >= 180)
            tell(fmt::format("two theta is {:.4g} to {:.4g} degree in '{}', outside 0 to 180", angle.least,
                             angle.most, table.table->name));
    }
    if (!wavelength.is_there() || wavelength.least <= 0) return;
    if (d.is_there() && ++found.tested && d.least < wavelength.least / 2 * (1 - 1e-6))
        tell(fmt::format("d goes down to {:.5g} angstrom, half the shortest wavelength is {:.5g}", d.least,
                         wavelength.least / 2));
    double const most_q = 4 * 3.141592653589793 / wavelength.least;
    if (q.is_there() && ++found.tested && q.most > most_q * (1 + 1e-6))
        tell(fmt::format("Q goes up to {:.5g} 1/angstrom, the shortest wavelength reaches {:.5g}", q.most,
                         most_q));
}

Answer check_relations(Subject const& subject) {
    Answer answer;
    Findings found;
    for (TableFacts const& table : subject.scan.tables) {
        compare_energies(subject, table, found, answer);
        check_ranges(table, found, answer);
    }
    if (found.tested == 0)
        return not_applicable("no field is an angle two theta, and no two are energy, wavelength, d or Q");
    if (!found.problems.empty()) answer.state = State::fail;
    answer.text = found.problems.empty() ? fmt::format("{} hold", counted(found.tested, "relation"))
                                         : fmt::format("{}", fmt::join(found.problems, "; "));
    return answer;
}

// ---- C40-C44 ---------------------------------------------------------------------------------------------

// A question that needs a method which this build lacks.
Answer check_method(Subject const& subject, std::initializer_list<char const*> methods, char const* what) {
    for (Physics const& physics : subject.dictionary.physics)
        for (char const* method : methods)
            if (physics.method == method)
                return not_checked(fmt::format("this build has no method for '{}'", physics.method));
    return not_applicable(fmt::format("no physics of {} is declared", what));
}

}  // namespace

std::vector<Check> physics_checks() {
    return {
        {"C37", "wavelength, angle and d",
         "Is energy times wavelength 12.39842 keV angstrom (or the neutron's relation), does two theta lie "
         "between 0 "
         "and 180 degree, and is no d smaller than half the wavelength?",
         "correct the values or their units", check_relations},
        {"C38", "lines of powder patterns",
         "Do the strong peaks of patterns stand where the labelled cell has lines and its space group allows "
         "them, "
         "in at least 75 % of peaks of nearly all patterns (300 are tried; up to 0.15 degree of shift is "
         "free)? "
         "Patterns whose lines cover more than 35 % of the range say nothing",
         "see whether cell, space group, wavelength or axis of the records named are those of their "
         "patterns; "
         "declare other phases by the part 'unexplained'",
         detail::check_powder_lines},
        {"C39", "flat fields and transmission",
         "Are flat fields brighter than dark ones, is transmission at most 1 within noise, and do angles "
         "cover half "
         "a turn?",
         "correct flats, darks or angles; mark dead pixels in a mask", detail::check_tomography},
        {"C40", "ptychography", "Do positions lie in the field and overlap by half, are counts Poisson?",
         "see the positions",
         [](Subject const& s) { return check_method(s, {"ptychography"}, "ptychography"); }},
        {"C41", "lattice fields", "Are links unitary, and is the plaquette that of the header?",
         "generate the configuration again",
         [](Subject const& s) { return check_method(s, {"lattice"}, "lattice fields"); }},
        {"C42", "Cherenkov light", "Is cos theta = 1 / (n beta), and does no photon come before light can?",
         "see geometry and refractive index",
         [](Subject const& s) { return check_method(s, {"photons", "cherenkov"}, "Cherenkov light"); }},
        {"C43", "beam dynamics", "Is the map symplectic, and is emittance positive?", "see the map",
         [](Subject const& s) { return check_method(s, {"beam"}, "beam dynamics"); }},
        {"C44", "conservation", "Are charge, mass and momentum conserved within the stated tolerance?",
         "see time step and boundaries",
         [](Subject const& s) { return check_method(s, {"plasma", "fluid"}, "plasmas or fluids"); }},
        {"C45", "noise model",
         "Is the variance of counts equal to their mean where a field declares Poisson noise, in smooth "
         "parts of 200 "
         "records? Passes when the ratio is 0.8 to 1.3 in the median and far off in few records",
         "give counts as they were counted: not scaled, not smoothed; or do not declare their noise as "
         "Poisson",
         detail::check_noise_model},
    };
}

}  // namespace hutch::curate::assess
