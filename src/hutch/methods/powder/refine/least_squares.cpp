#include "hutch/methods/powder/refine/least_squares.hpp"

#include "hutch/base/error.hpp"
#include "hutch/methods/powder/refine/detail/kernels.hpp"
#include "hutch/methods/powder/refine/detail/variables.hpp"
#include "hutch/methods/powder/refine/le_bail.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

namespace hutch::powder::refine {
namespace {

using detail::Variables;
using Eigen::MatrixXd, Eigen::VectorXd;

// Normal equations at one point.
struct Linearised {
    std::vector<Calculated> patterns;
    std::vector<Agreement> agreement;
    Agreement restraints;
    MatrixXd matrix;  ///< lower triangle
    VectorXd gradient;
    double chi_squared = 0;
};

void add_pattern(PatternModel const& pattern, Calculated const& c, Variables const& variables,
                 Linearised& out) {
    static auto const kernel = HUTCH_CHOOSE_ISA(hutch::powder::refine::detail, add_normal);
    std::size_t const n = c.total.size(), rows = c.columns.size();
    std::vector<double> residual(n), matrix(rows * rows, 0), vector(rows, 0);
    for (std::size_t i = 0; i < n; ++i) residual[i] = pattern.y()[i] - c.total[i];
    std::vector<detail::Support> support;
    for (auto const& one : c.support) support.push_back({one.begin, one.end});
    kernel({c.jacobian.data(), rows, c.stride, n, support.data(), pattern.weights().data(), residual.data()},
           matrix.data(), vector.data());
    for (std::size_t i = 0; i < rows; ++i)
        for (auto const& [vi, mi] : variables.of(c.columns[i])) {
            out.gradient[Eigen::Index(vi)] += mi * vector[i];
            for (std::size_t j = 0; j < rows; ++j) {
                double const value = i >= j ? matrix[i * rows + j] : matrix[j * rows + i];
                for (auto const& [vj, mj] : variables.of(c.columns[j]))
                    if (vj <= vi) out.matrix(Eigen::Index(vi), Eigen::Index(vj)) += mi * mj * value;
            }
        }
}

void add_restraint(Restraint const& restraint, Model const& model, std::vector<double> const& values,
                   Variables const& variables, Linearised& out) {
    RestraintValue const now = evaluate(restraint, model, values);
    double const weight = 1 / (restraint.sigma * restraint.sigma), residual = restraint.target - now.value;
    VectorXd row = VectorXd::Zero(out.gradient.size());
    for (auto const& [parameter, slope] : now.derivatives)
        if (variables.is_refined(parameter))
            for (auto const& [v, m] : variables.of(parameter)) row[Eigen::Index(v)] += m * slope;
    out.gradient += weight * residual * row;
    out.matrix.selfadjointView<Eigen::Lower>().rankUpdate(row, weight);
    out.restraints.chi_squared += weight * residual * residual;
    out.restraints.points += 1;
}

Linearised linearise(Problem const& problem, Prepared const& prepared, std::vector<double> const& values,
                     Variables const& variables, bool do_intensities_follow) {
    Linearised out;
    auto const n = Eigen::Index(variables.size());
    out.matrix = MatrixXd::Zero(n, n), out.gradient = VectorXd::Zero(n);
    Wanted const wanted{variables.refined_flags()};
    for (std::size_t p = 0; p < problem.model.patterns.size(); ++p) {
        out.patterns.push_back(calculate(problem.model, prepared, p, values, wanted));
        out.agreement.push_back(agreement(problem.model.patterns[p], out.patterns.back()));
        out.chi_squared += out.agreement.back().chi_squared;
        add_pattern(problem.model.patterns[p], out.patterns.back(), variables, out);
        if (do_intensities_follow)
            eliminate_intensities(
                problem.model, p, out.patterns.back(),
                [&](std::size_t parameter) -> auto const& { return variables.of(parameter); }, out.matrix,
                out.gradient);
    }
    for (Restraint const& one : problem.restraints) add_restraint(one, problem.model, values, variables, out);
    out.chi_squared += out.restraints.chi_squared;
    return out;
}

VectorXd scales_of(MatrixXd const& matrix) {
    VectorXd scale = matrix.diagonal().cwiseSqrt();
    for (double& one : scale)
        if (!(one > 0)) one = 1;
    return scale;
}

// Solve (A + damping diag A) s = g on the variables that may move.
VectorXd damped_step(Linearised const& at, double damping, std::vector<char> const& is_held) {
    VectorXd const scale = scales_of(at.matrix);
    MatrixXd a = at.matrix.selfadjointView<Eigen::Lower>();
    VectorXd g = at.gradient.cwiseQuotient(scale);
    a = scale.cwiseInverse().asDiagonal() * a * scale.cwiseInverse().asDiagonal();
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
        if (is_held[std::size_t(i)] || at.matrix(i, i) <= 0) {
            a.row(i).setZero(), a.col(i).setZero();
            g[i] = 0;
            a(i, i) = 1;
        }
        a(i, i) += damping;
    }
    VectorXd const step = Eigen::LDLT<MatrixXd>(a).solve(g);
    return step.cwiseQuotient(scale);
}

double predicted_gain(Linearised const& at, VectorXd const& step) {
    VectorXd const a = at.matrix.selfadjointView<Eigen::Lower>() * step;
    return 2 * at.gradient.dot(step) - step.dot(a);
}

class Fitter {
  public:
    Fitter(Problem& problem, Prepared& prepared, FitOptions const& options)
        : problem_(problem),
          prepared_(prepared),
          options_(options),
          variables_(problem),
          values_(variables_.consistent(problem.model.parameters.values())) {
        for (PhaseModel const& phase : problem.model.phases)
            is_le_bail_ = is_le_bail_ || phase.intensities == Intensities::le_bail;
        // Intensities of lines that nearly lie on each other part slowly, and mean little.
        least_gain_ = is_le_bail_ ? std::max(1e-4, options.least_gain) : options.least_gain;
    }

    Fit run() {
        Linearised at = linearise_at(values_, prepared_);
        if (!std::isfinite(at.chi_squared))
            throw Error(Fault::bad_data,
                        "the starting values give a pattern that is not finite; expected finite "
                        "values; look at cell, widths and displacement parameters");
        Fit fit;
        while (fit.cycles < options_.most_cycles) {
            if (options_.should_stop && options_.should_stop()) {
                fit.ending = Ending::stopped;
                break;
            }
            ++fit.cycles;
            if (variables_.size() == 0 && !is_le_bail_) {
                fit.ending = Ending::converged;
                break;
            }
            if (advance(at, fit)) break;
        }
        problem_.model.parameters.set_values(values_);
        finish(at, fit);
        return fit;
    }

  private:
    // Le Bail intensities follow the values: `prepared` gets those that fit.
    Linearised linearise_at(std::vector<double> const& values, Prepared& prepared) const {
        if (is_le_bail_) settle_intensities(problem_.model, prepared, values);
        return linearise(problem_, prepared, values, variables_, options_.do_intensities_follow);
    }

    // Variables at a bound that the data push outwards stay where they are.
    std::vector<char> held(Linearised const& at) const {
        std::vector<char> is_held(variables_.size(), 0);
        for (std::size_t v = 0; v < variables_.size(); ++v) {
            Parameter const& parameter = problem_.model.parameters[variables_.parameter(v)];
            double const value = values_[variables_.parameter(v)], push = at.gradient[Eigen::Index(v)];
            is_held[v] = (value <= parameter.least && push < 0) || (value >= parameter.most && push > 0);
        }
        return is_held;
    }

    std::vector<double> moved(VectorXd const& step) const {
        std::vector<double> independent;
        for (std::size_t v = 0; v < variables_.size(); ++v) {
            Parameter const& parameter = problem_.model.parameters[variables_.parameter(v)];
            double const now = values_[variables_.parameter(v)], factor = parameter.most_factor;
            double next = std::clamp(now + step[Eigen::Index(v)], parameter.least, parameter.most);
            if (factor > 0 && now > 0)
                next = std::clamp(next, now < parameter.free_below ? parameter.least : now / factor,
                                  now * factor);
            independent.push_back(next);
        }
        return variables_.expand(values_, independent);
    }

    double chi_squared_at(std::vector<double> const& values, Prepared& prepared) const {
        if (is_le_bail_) settle_intensities(problem_.model, prepared, values);
        Wanted const nothing = Wanted::none(values.size());
        double sum = 0;
        for (std::size_t p = 0; p < problem_.model.patterns.size(); ++p)
            sum +=
                agreement(problem_.model.patterns[p], calculate(problem_.model, prepared, p, values, nothing))
                    .chi_squared;
        for (Restraint const& one : problem_.restraints)
            sum += std::pow((one.target - evaluate(one, problem_.model, values).value) / one.sigma, 2);
        return sum;
    }

    double largest_shift(Linearised const& at, VectorXd const& step) const {
        // s.u. as if all others were fixed, a lower bound, times the goodness of the fit
        double most = 0;
        std::size_t points = at.restraints.points;
        for (Agreement const& one : at.agreement) points += one.points;
        double const reduced =
            at.chi_squared /
            double(std::max<std::size_t>(1, points > variables_.size() ? points - variables_.size() : 1));
        for (Eigen::Index v = 0; v < step.size(); ++v)
            if (at.matrix(v, v) > 0)
                most = std::max(most, std::abs(step[v]) * std::sqrt(at.matrix(v, v) / reduced));
        return most;
    }

    // One cycle; returns whether the fit has come to its end.
    bool advance(Linearised& at, Fit& fit) {
        auto const is_held = held(at);
        for (int attempt = 0; attempt < 12; ++attempt) {
            VectorXd const step = damped_step(at, damping_, is_held);
            auto const trial_values = moved(step);
            // The first attempt mostly succeeds, and then its Jacobian is needed anyway.
            std::optional<Prepared> followed;
            if (is_le_bail_) followed = prepared_;
            Prepared& prepared = followed ? *followed : prepared_;
            Linearised trial = attempt == 0 ? linearise_at(trial_values, prepared) : Linearised{};
            if (attempt > 0) trial.chi_squared = chi_squared_at(trial_values, prepared);
            double const gain = at.chi_squared - trial.chi_squared, expected = predicted_gain(at, step);
            double const shift = largest_shift(at, step);
            bool const is_better = std::isfinite(trial.chi_squared) && gain > 0;
            bool const is_end = shift < options_.least_shift || std::abs(gain) < least_gain_ * at.chi_squared;
            if (is_better || (is_end && std::isfinite(trial.chi_squared) && gain > -1e-9 * at.chi_squared)) {
                double const ratio = expected > 0 ? gain / expected : 1;
                damping_ = std::max(1e-9, damping_ * std::max(1.0 / 10, 1 - std::pow(2 * ratio - 1, 3)));
                growth_ = 2;
                values_ = trial_values;
                if (followed) prepared_ = std::move(*followed);
                at = attempt == 0 ? std::move(trial) : linearise_at(values_, prepared_);
                report(at, fit, shift, true);
                if (!is_end || promises_more(at)) return false;
                fit.ending = Ending::converged;
                return true;
            }
            if (is_end && damping_ > 1e-3) {
                fit.ending = Ending::converged;
                return true;
            }
            report(at, fit, shift, false);
            damping_ = std::max(1e-4, damping_) * growth_;
            growth_ *= 2;
        }
        fit.ending = Ending::stuck;
        return true;
    }

    // Damping shortens steps along directions that the data hardly know, which looks like an end. Ask what
    // the step without it would gain, and go on a few times if that is more.
    bool promises_more(Linearised const& at) {
        constexpr int most_extensions = 6;
        if (least_gain_ > 1e-5 || extensions_ == most_extensions || damping_ < 1e-7) return false;
        double const promise = predicted_gain(at, damped_step(at, 1e-10, held(at)));
        if (!(promise > 10 * least_gain_ * at.chi_squared)) return false;
        ++extensions_;
        damping_ = std::max(1e-9, damping_ / 100);
        return true;
    }

    void report(Linearised const& at, Fit const& fit, double shift, bool is_accepted) const {
        if (!options_.on_cycle) return;
        Agreement all;
        Cycle cycle{fit.cycles, 0, 0, shift, damping_, is_accepted, {}};
        for (Agreement const& one : at.agreement) all.add(one), cycle.r_wp_each.push_back(one.r_wp());
        cycle.r_wp = all.r_wp(), cycle.goodness = all.goodness(variables_.size());
        options_.on_cycle(cycle);
    }

    void finish(Linearised const& at, Fit& fit) {
        fit.variables = variables_.size();
        fit.agreement = at.agreement, fit.restraints = at.restraints;
        for (Agreement const& one : at.agreement) fit.overall.add(one);
        fit.overall.add(at.restraints);
        fit.refined = variables_.refined();
        for (std::size_t const p : fit.refined) {
            Parameter const& one = problem_.model.parameters[p];
            if (one.value <= one.least || one.value >= one.most) fit.at_bound.push_back(p);
        }
        find_covariance(at, fit);
    }

    void find_covariance(Linearised const& at, Fit& fit) {
        auto const n = Eigen::Index(variables_.size());
        MatrixXd covariance = MatrixXd::Zero(n, n);
        double const reduced = std::pow(fit.overall.goodness(fit.variables), 2);
        if (n > 0) {
            VectorXd const scale = scales_of(at.matrix);
            MatrixXd a = at.matrix.selfadjointView<Eigen::Lower>();
            a = scale.cwiseInverse().asDiagonal() * a * scale.cwiseInverse().asDiagonal();
            Eigen::SelfAdjointEigenSolver<MatrixXd> const solver(a);
            VectorXd inverse = solver.eigenvalues();
            std::vector<char> is_lost(std::size_t(n), 0);
            for (Eigen::Index k = 0; k < n; ++k) {
                bool const is_null = inverse[k] < 1e-11 * solver.eigenvalues()[n - 1];
                if (is_null) name_group(solver.eigenvectors().col(k), fit, is_lost);
                inverse[k] = is_null ? 0 : reduced / inverse[k];
            }
            covariance = solver.eigenvectors() * inverse.asDiagonal() * solver.eigenvectors().transpose();
            covariance = scale.cwiseInverse().asDiagonal() * covariance * scale.cwiseInverse().asDiagonal();
            for (Eigen::Index v = 0; v < n; ++v)
                if (is_lost[std::size_t(v)]) covariance(v, v) = std::numeric_limits<double>::quiet_NaN();
        }
        spread(covariance, fit);
    }

    void name_group(VectorXd const& direction, Fit& fit, std::vector<char>& is_lost) const {
        std::vector<std::size_t> group;
        double const least = std::min(0.1, 0.5 * direction.cwiseAbs().maxCoeff());
        for (Eigen::Index v = 0; v < direction.size(); ++v) {
            if (std::abs(direction[v]) < least) continue;
            group.push_back(variables_.parameter(std::size_t(v)));
            is_lost[std::size_t(v)] = 1;
        }
        fit.undetermined.push_back(std::move(group));
    }

    // From variables to all refined parameters.
    void spread(MatrixXd const& covariance, Fit& fit) const {
        std::size_t const n = fit.refined.size();
        fit.covariance.assign(n * n, 0);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                for (auto const& [vi, mi] : variables_.of(fit.refined[i]))
                    for (auto const& [vj, mj] : variables_.of(fit.refined[j]))
                        fit.covariance[i * n + j] += mi * mj * covariance(Eigen::Index(vi), Eigen::Index(vj));
    }

    Problem& problem_;
    Prepared& prepared_;
    FitOptions const& options_;
    Variables variables_;
    std::vector<double> values_;
    bool is_le_bail_ = false;
    double damping_ = 1e-4, growth_ = 2, least_gain_ = 0;
    int extensions_ = 0;
};

}  // namespace

void Agreement::add(Agreement const& other) {
    chi_squared += other.chi_squared, weighted_square += other.weighted_square;
    weighted_net += other.weighted_net, difference += other.difference, sum += other.sum;
    points += other.points;
}
double Agreement::r_wp() const { return std::sqrt(chi_squared / weighted_square); }
double Agreement::r_p() const { return difference / sum; }
double Agreement::r_wp_net() const { return std::sqrt(chi_squared / weighted_net); }
double Agreement::r_exp(std::size_t variables) const {
    return points > variables ? std::sqrt(double(points - variables) / weighted_square) : 0;
}
double Agreement::goodness(std::size_t variables) const {
    return std::sqrt(chi_squared / double(points > variables ? points - variables : 1));
}

char const* to_name(Ending ending) {
    switch (ending) {
        case Ending::converged:
            return "converged";
        case Ending::cycles:
            return "cycles";
        case Ending::stuck:
            return "stuck";
        case Ending::stopped:
            break;
    }
    return "stopped";
}

double Fit::su(std::size_t parameter) const {
    auto const found = std::ranges::lower_bound(refined, parameter);
    if (found == refined.end() || *found != parameter) return 0;
    auto const i = std::size_t(found - refined.begin());
    return std::sqrt(covariance[i * refined.size() + i]);
}

Fit fit(Problem& problem, Prepared& prepared, FitOptions const& options) {
    return Fitter(problem, prepared, options).run();
}

Agreement agreement(PatternModel const& pattern, Calculated const& calculated) {
    Agreement result;
    auto const y = pattern.y(), weight = pattern.weights();
    for (std::size_t i = 0; i < y.size(); ++i) {
        if (!(weight[i] > 0)) continue;
        double const difference = y[i] - calculated.total[i], net = y[i] - calculated.background[i];
        result.chi_squared += weight[i] * difference * difference;
        result.weighted_square += weight[i] * y[i] * y[i];
        result.weighted_net += weight[i] * net * net;
        result.difference += std::abs(difference), result.sum += std::abs(y[i]);
        ++result.points;
    }
    return result;
}

}  // namespace hutch::powder::refine
