#include "hutch/methods/powder/refine/le_bail.hpp"

#include <Eigen/SparseCholesky>
#include <algorithm>
#include <cmath>

namespace hutch::powder::refine {
namespace {

// One intensity: where it stands, and its line at 1.
struct Intensity {
    std::size_t share, reflection;
    LineWindow line;
};

std::vector<Intensity> intensities_of(Model const& model, std::size_t pattern, Calculated const& calculated) {
    std::vector<Intensity> all;
    for (std::size_t s = 0; s < calculated.shares.size(); ++s) {
        ShareModel const& share = model.shares[calculated.shares[s]];
        if (model.phases[share.phase].intensities != Intensities::le_bail) continue;
        auto lines = unit_lines(model, pattern, calculated, s);
        for (std::size_t j = 0; j < lines.size(); ++j)
            if (!lines[j].value.empty()) all.push_back({s, j, std::move(lines[j])});
    }
    std::ranges::sort(all, {}, [](Intensity const& one) { return one.line.begin; });
    return all;
}

double product(LineWindow const& line, std::span<double const> by) {
    double sum = 0;
    for (std::size_t i = 0; i < line.value.size(); ++i) sum += line.value[i] * by[line.begin + i];
    return sum;
}

double product(LineWindow const& a, LineWindow const& b, std::span<double const> weight) {
    std::size_t const from = std::max(a.begin, b.begin),
                      to = std::min(a.begin + a.value.size(), b.begin + b.value.size());
    double sum = 0;
    for (std::size_t i = from; i < to; ++i) sum += weight[i] * a.value[i - a.begin] * b.value[i - b.begin];
    return sum;
}

// Far tails cost much and tell little of how intensities and variables go together.
void trim(LineWindow& line) {
    constexpr double least = 2e-3;
    double const floor = least * *std::ranges::max_element(line.value);
    auto const counts = [&](double value) { return value > floor; };
    auto const from = std::ranges::find_if(line.value, counts) - line.value.begin();
    while (!line.value.empty() && !counts(line.value.back())) line.value.pop_back();
    if (line.value.empty()) return;
    line.value.erase(line.value.begin(), line.value.begin() + from);
    line.begin += std::size_t(from);
}

// Intensities of one pattern pass by pass.
class Settler {
  public:
    Settler(PatternModel const& pattern, Calculated const& calculated, std::vector<Intensity> const& lines)
        : pattern_(pattern),
          lines_(lines),
          sum_(calculated.total.size(), 0),
          rest_(sum_.size()),
          work_(sum_.size()) {
        for (Intensity const& one : lines)
            values_.push_back(calculated.lines[one.share].squared[one.reflection]);
        add_up();
        for (std::size_t i = 0; i < sum_.size(); ++i)
            rest_[i] = pattern.y()[i] - (calculated.total[i] - sum_[i]);
    }

    std::vector<double> const& run() {
        constexpr int most_passes = 20;
        constexpr double least_gain = 1e-5;
        double before = chi_squared();
        for (int pass = 0; pass < most_passes; ++pass) {
            improve();
            double const now = chi_squared();
            if (!(before - now > least_gain * now)) break;
            before = now;
        }
        return values_;
    }

  private:
    void add_up() {
        std::ranges::fill(sum_, 0.0);
        for (std::size_t j = 0; j < lines_.size(); ++j)
            for (std::size_t i = 0; i < lines_[j].line.value.size(); ++i)
                sum_[lines_[j].line.begin + i] += values_[j] * lines_[j].line.value[i];
    }

    double chi_squared() const {
        double sum = 0;
        for (std::size_t i = 0; i < sum_.size(); ++i)
            sum += pattern_.weights()[i] * (rest_[i] - sum_[i]) * (rest_[i] - sum_[i]);
        return sum;
    }

    // Nothing vanishes in one pass: what is 0 stays 0.
    void improve() {
        constexpr double most = 20;
        auto const weight = pattern_.weights();
        std::vector<double> measured(lines_.size());
        for (std::size_t i = 0; i < sum_.size(); ++i) work_[i] = weight[i] * rest_[i];
        for (std::size_t j = 0; j < lines_.size(); ++j) measured[j] = product(lines_[j].line, work_);
        for (std::size_t i = 0; i < sum_.size(); ++i) work_[i] = weight[i] * sum_[i];
        for (std::size_t j = 0; j < lines_.size(); ++j) {
            double const calculated = product(lines_[j].line, work_);
            if (calculated > 0) values_[j] *= std::clamp(measured[j] / calculated, 1 / most, most);
        }
        add_up();
    }

    PatternModel const& pattern_;
    std::vector<Intensity> const& lines_;
    std::vector<double> values_, sum_, rest_, work_;
};

}  // namespace

void settle_intensities(Model const& model, Prepared& prepared, std::span<double const> values) {
    Wanted const nothing = Wanted::none(values.size());
    for (std::size_t p = 0; p < model.patterns.size(); ++p) {
        Calculated const calculated = calculate(model, prepared, p, values, nothing);
        auto const lines = intensities_of(model, p, calculated);
        auto const settled = Settler(model.patterns[p], calculated, lines).run();
        for (std::size_t j = 0; j < lines.size(); ++j)
            prepared.squared[calculated.shares[lines[j].share]][lines[j].reflection] = settled[j];
    }
}

void eliminate_intensities(Model const& model, std::size_t which, Calculated const& calculated,
                           VariablesOf const& variables, Eigen::MatrixXd& matrix, Eigen::VectorXd& gradient) {
    PatternModel const& pattern = model.patterns[which];
    auto lines = intensities_of(model, which, calculated);
    if (lines.empty() || matrix.rows() == 0) return;
    for (Intensity& one : lines) trim(one.line);
    std::ranges::sort(lines, {}, [](Intensity const& one) { return one.line.begin; });
    auto const weight = pattern.weights(), y = pattern.y();
    auto const n = Eigen::Index(lines.size());
    std::vector<double> work(weight.size());
    Eigen::VectorXd own = Eigen::VectorXd::Zero(n);
    for (std::size_t i = 0; i < work.size(); ++i) work[i] = weight[i] * (y[i] - calculated.total[i]);
    for (Eigen::Index j = 0; j < n; ++j) own[j] = product(lines[std::size_t(j)].line, work);
    // How the pattern goes with intensities and variables together.
    Eigen::MatrixXd mixed = Eigen::MatrixXd::Zero(n, matrix.rows());
    for (std::size_t c = 0; c < calculated.columns.size(); ++c) {
        double const* const row = calculated.jacobian.data() + c * calculated.stride;
        for (std::size_t i = 0; i < work.size(); ++i) work[i] = weight[i] * row[i];
        for (Eigen::Index j = 0; j < n; ++j) {
            double const value = product(lines[std::size_t(j)].line, work);
            for (auto const& [v, m] : variables(calculated.columns[c]))
                mixed(j, Eigen::Index(v)) += m * value;
        }
    }
    // Lines that lie on each other leave their difference open; a little of the diagonal settles it.
    constexpr double ridge = 1e-6;
    std::vector<Eigen::Triplet<double>> entries;
    for (Eigen::Index j = 0; j < n; ++j)
        for (Eigen::Index k = j; k < n; ++k) {
            LineWindow const &a = lines[std::size_t(j)].line, &b = lines[std::size_t(k)].line;
            if (b.begin >= a.begin + a.value.size()) break;
            double const value = product(a, b, weight);
            if (j == k)
                entries.emplace_back(int(j), int(j), value > 0 ? value * (1 + ridge) : 1.0);
            else if (value != 0)
                entries.emplace_back(int(k), int(j), value);
        }
    Eigen::SparseMatrix<double> square(n, n);
    square.setFromTriplets(entries.begin(), entries.end());
    Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>, Eigen::Lower, Eigen::NaturalOrdering<int>> const
        solver(square);
    if (solver.info() != Eigen::Success) return;
    Eigen::MatrixXd const follow = solver.solve(mixed);
    matrix.triangularView<Eigen::Lower>() -= mixed.transpose() * follow;
    gradient -= follow.transpose() * own;
}

}  // namespace hutch::powder::refine
