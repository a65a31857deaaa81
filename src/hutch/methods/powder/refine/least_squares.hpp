/// Fit a model to its patterns: Levenberg-Marquardt with linear constraints, restraints and bounds.
#pragma once

#include "hutch/methods/powder/refine/calculate.hpp"
#include "hutch/methods/powder/refine/restraints.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace hutch::powder::refine {

/// A linear rule: sum of coefficient * parameter = constant.
struct Constraint {
    std::vector<std::pair<std::size_t, double>> terms;
    double constant = 0;
    std::string text;  ///< as the user wrote it
};

/// A model with the rules that its parameters keep to.
struct Problem {
    Model model;
    std::vector<Constraint> constraints;
    std::vector<Restraint> restraints;
};

/// How well one pattern, or all, are described. \par Source  R. A. Young, The Rietveld Method (1993), ch. 1
struct Agreement {
    double chi_squared = 0;          ///< sum w (y - c)^2
    double weighted_square = 0;      ///< sum w y^2
    double weighted_net = 0;         ///< sum w (y - background)^2
    double difference = 0, sum = 0;  ///< sum |y - c|, sum |y|
    std::size_t points = 0;          ///< that count

    void add(Agreement const& other);
    double r_wp() const;                           ///< [1]
    double r_p() const;                            ///< [1]
    double r_wp_net() const;                       ///< [1] background subtracted
    double r_exp(std::size_t variables) const;     ///< [1]
    double goodness(std::size_t variables) const;  ///< sqrt(chi^2 / (points - variables))
};

/// How one cycle went, for those who watch.
struct Cycle {
    std::size_t number;
    double r_wp, goodness;  ///< of all patterns
    double largest_shift;   ///< over its s.u.
    double damping;
    bool is_accepted;
    std::vector<double> r_wp_each;  ///< per pattern
};

/// When a fit ends, and whom it tells.
struct FitOptions {
    std::size_t most_cycles = 30;
    double least_shift = 0.02;  ///< converged when no parameter moves by more than this times its s.u. ...
    double least_gain = 1e-6;   ///< ... or when chi^2 falls by less than this share
    bool do_intensities_follow =
        true;  ///< Le Bail: steps count on intensities that follow; costs more, needs fewer
    std::function<void(Cycle const&)> on_cycle;
    std::function<bool()> should_stop;
};

/// Why a fit ended: nothing moves, no cycles left, no step helps, or it was told to.
enum class Ending { converged, cycles, stuck, stopped };
char const* to_name(Ending ending);

/// What a fit found. Values are in the model; here is how sure they are.
struct Fit {
    Ending ending = Ending::cycles;
    std::size_t cycles = 0, variables = 0;
    std::vector<Agreement> agreement;  ///< per pattern
    Agreement restraints;              ///< of restraints: points are their number
    Agreement overall;                 ///< patterns and restraints
    std::vector<std::size_t> refined;  ///< parameters, ascending
    std::vector<double> covariance;    ///< (refined, refined), times goodness^2
    std::vector<std::vector<std::size_t>>
        undetermined;  ///< groups of parameters that the data cannot tell apart
    std::vector<std::size_t> at_bound;

    /// Return the s.u. of a parameter: 0 where it is not refined, NaN where it is undetermined.
    double su(std::size_t parameter) const;
};

/// Refine the parameters of `problem.model` that are marked. Intensities of Le Bail phases in `prepared` move
/// too.
/// \throws Error bad_data when the starting values give a pattern that is not finite, bad_input when
/// constraints
///         contradict each other
Fit fit(Problem& problem, Prepared& prepared, FitOptions const& options);

/// Return the agreement of one calculated pattern.
Agreement agreement(PatternModel const& pattern, Calculated const& calculated);

}  // namespace hutch::powder::refine
