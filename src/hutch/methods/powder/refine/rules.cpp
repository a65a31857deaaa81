#include "hutch/methods/powder/refine/rules.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/methods/powder/refine/detail/variables.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace hutch::powder::refine {
namespace {

// A sum of terms `FACTOR * NAME`, `NAME`, `NUMBER` with signs.
struct Sum {
    std::vector<std::pair<std::size_t, double>> terms;
    double constant = 0;
};

class SumReader {
  public:
    SumReader(Document const& at, std::string_view text, Parameters const& parameters)
        : at_(at), text_(text), parameters_(parameters) {}

    Sum read() {
        Sum sum;
        bool is_first = true;
        while (skip(), place_ < text_.size()) {
            double sign = 1;
            if (text_[place_] == '+' || text_[place_] == '-')
                sign = text_[place_++] == '-' ? -1 : 1;
            else if (!is_first)
                refuse();
            is_first = false;
            term(sum, sign);
        }
        if (is_first) refuse();
        return sum;
    }

  private:
    [[noreturn]] void refuse() const {
        at_.fail(fmt::format("is not understood at {}; expected a sum such as A.x + 2 * B.x - 0.5",
                             in_quotes(std::string(text_.substr(std::min(place_, text_.size()))))));
    }
    void skip() {
        while (place_ < text_.size() && text_[place_] == ' ') ++place_;
    }

    void term(Sum& sum, double factor) {
        skip();
        double number = 0;
        auto const [end, problem] =
            std::from_chars(text_.data() + place_, text_.data() + text_.size(), number);
        // "nan", "inf" and "2H" may begin names.
        auto const is_of_name = [](unsigned char sign) {
            return std::isalnum(sign) || sign == '_' || sign == '.';
        };
        bool const is_number = problem == std::errc() && std::isfinite(number) &&
                               (end == text_.data() + text_.size() || !is_of_name((unsigned char)*end));
        if (is_number) {
            place_ = std::size_t(end - text_.data());
            skip();
            if (place_ >= text_.size() || text_[place_] != '*') {
                sum.constant += factor * number;
                return;
            }
            ++place_;
            skip();
            factor *= number;
        }
        std::size_t const from = place_;
        while (place_ < text_.size() && is_of_name((unsigned char)text_[place_])) ++place_;
        if (place_ == from) refuse();
        try {
            sum.terms.emplace_back(parameters_.find(text_.substr(from, place_ - from)), factor);
        } catch (Error const& error) {
            at_.fail(error.what());
        }
    }

    Document const& at_;
    std::string_view text_;
    Parameters const& parameters_;
    std::size_t place_ = 0;
};

void add_constraint(Document const& at, Problem& problem) {
    if (at.is_map()) {
        at.only({"equal"});
        auto const places = problem.model.parameters.select(at.at("equal").text());
        for (std::size_t i = 1; i < places.size(); ++i)
            problem.constraints.push_back({{{places[0], 1}, {places[i], -1}}, 0, at.at("equal").text()});
        return;
    }
    std::string const text = at.text();
    auto const sign = text.find('=');
    if (sign == std::string::npos || text.find('=', sign + 1) != std::string::npos)
        at.fail(fmt::format("is {}; expected one =, as in A.x + B.x = 1", in_quotes(text)));
    std::string_view const whole = text;
    Sum const left = SumReader(at, whole.substr(0, sign), problem.model.parameters).read();
    Sum const right = SumReader(at, whole.substr(sign + 1), problem.model.parameters).read();
    Constraint made{left.terms, right.constant - left.constant, text};
    for (auto const& [parameter, factor] : right.terms) made.terms.emplace_back(parameter, -factor);
    if (made.terms.empty()) at.fail("names no parameter; expected one at least");
    problem.constraints.push_back(std::move(made));
}

std::size_t site_of(Document const& at, PhaseModel const& phase, std::string const& label) {
    for (std::size_t s = 0; s < phase.sites.size(); ++s)
        if (phase.structure.sites[s].label == label || site_name(phase.structure, s) == label) return s;
    at.fail(fmt::format("names {}; expected a site of {}", in_quotes(label), phase.name));
}

void add_atoms(Document const& list, std::size_t count, Problem const& problem, Restraint& made) {
    auto const items = list.items();
    if (items.size() != count + 1)
        list.fail(fmt::format("has {} words; expected PHASE and {} sites", items.size(), count));
    auto const found = std::ranges::find(problem.model.phases, items[0].text(), &PhaseModel::name);
    if (found == problem.model.phases.end())
        list.fail(fmt::format("names {}; expected a phase", in_quotes(items[0].text())));
    made.phase = std::size_t(found - problem.model.phases.begin());
    std::vector<std::size_t> sites;
    for (std::size_t i = 1; i <= count; ++i) sites.push_back(site_of(list, *found, items[i].text()));
    if (count == 2) {
        AtomImage const first{sites[0], {}, {}};
        made.atoms = {first, nearest_image(*found, first, sites[1])};
        return;
    }
    AtomImage const middle{sites[1], {}, {}};
    made.atoms = {nearest_image(*found, middle, sites[0]), middle, nearest_image(*found, middle, sites[2])};
}

void add_restraint(Document const& at, Problem& problem) {
    at.only({"distance", "angle", "sum", "value", "sigma"});
    if (at.has("distance") + at.has("angle") + at.has("sum") > 1)
        at.fail("has more than one of distance, angle and sum; expected one");
    Restraint made;
    made.target = at.at("value").number(), made.sigma = at.at("sigma").number();
    if (!(made.sigma > 0)) at.at("sigma").fail(fmt::format("is {}; expected > 0", made.sigma));
    if (at.has("distance")) {
        made.kind = Restraint::Kind::distance;
        add_atoms(at.at("distance"), 2, problem, made);
    } else if (at.has("angle")) {
        made.kind = Restraint::Kind::angle;
        add_atoms(at.at("angle"), 3, problem, made);
    } else {
        Document const text = at.at("sum");
        Sum const sum = SumReader(text, text.text(), problem.model.parameters).read();
        made.terms = sum.terms;
        made.target -= sum.constant;
    }
    problem.restraints.push_back(std::move(made));
}

// Start from values that hold to the constraints, also those that are not refined yet.
void satisfy(Problem& problem) {
    Parameters& parameters = problem.model.parameters;
    std::vector<char> was_refined;
    for (Parameter const& one : parameters.all()) was_refined.push_back(one.is_refined);
    for (Constraint const& one : problem.constraints)
        for (auto const& [parameter, factor] : one.terms)
            parameters[parameter].is_refined = !parameters[parameter].is_fixed;
    parameters.set_values(detail::Variables(problem).consistent(parameters.values()));
    for (std::size_t i = 0; i < was_refined.size(); ++i) parameters[i].is_refined = was_refined[i] != 0;
}

}  // namespace

void add_rules(Description const& description, Problem& problem) {
    for (Document const& one : description.constraints) add_constraint(one, problem);
    for (Document const& one : description.restraints) add_restraint(one, problem);
    satisfy(problem);
}

}  // namespace hutch::powder::refine
