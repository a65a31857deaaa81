#include "hutch/curate/assess/detail/one_feature.hpp"

#include "hutch/base/random.hpp"
#include "hutch/curate/assess/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::uint32_t folds = 5;
constexpr std::size_t fewest_records = 200, fewest_of_class = 20, fewest_groups = 5, most_classes = 64;
constexpr std::size_t neighbours = 15, number_neighbours = 5;

struct Point {
    double value = 0;
    std::int32_t label = 0;
    std::uint32_t fold = 0;
    double number = 0;
};

std::uint32_t fold_of(std::uint32_t group) { return std::uint32_t(RandomStream(28, 0, group).below(folds)); }

// Numbers of the classes that are large enough, -1 for others; the largest ones when there are too many.
std::vector<std::int32_t> usable_classes(std::span<std::uint64_t const> records, Classes const& classes,
                                         std::span<std::uint32_t const> groups) {
    std::vector<std::size_t> counts(classes.count());
    std::vector<std::set<std::uint32_t>> seen(classes.count());
    for (std::uint64_t r : records) {
        if (classes.of[r] < 0) continue;
        auto const c = std::size_t(classes.of[r]);
        ++counts[c];
        if (seen[c].size() < fewest_groups) seen[c].insert(groups[r]);
    }
    std::vector<std::size_t> large;
    for (std::size_t c = 0; c < counts.size(); ++c)
        if (counts[c] >= fewest_of_class && seen[c].size() >= fewest_groups) large.push_back(c);
    std::ranges::stable_sort(large, std::greater{}, [&](std::size_t c) { return counts[c]; });
    if (large.size() > most_classes) large.resize(most_classes);
    std::vector<std::int32_t> number(classes.count(), -1);
    for (std::size_t i = 0; i < large.size(); ++i) number[large[i]] = std::int32_t(i);
    return number;
}

// Training points in the order of their values.
class Nearest {
  public:
    Nearest(std::vector<Point> const& points, std::uint32_t left_out) {
        for (Point const& point : points)
            if (point.fold != left_out) points_.push_back(point);
    }
    std::vector<Point> const& points() const { return points_; }

    /// Call visit for the nearest points, at least `count`, all of one value together; only equal ones of
    /// words.
    template <class Visit>
    void visit(double value, bool only_equal, std::size_t count, Visit const& visit) const {
        auto const at = [&](std::ptrdiff_t i) { return points_[std::size_t(i)].value; };
        auto const n = std::ptrdiff_t(points_.size());
        std::ptrdiff_t right = std::ranges::lower_bound(points_, value, {}, &Point::value) - points_.begin(),
                       left = right - 1;
        std::size_t taken = 0;
        for (; right < n && at(right) == value; ++right, ++taken) visit(points_[std::size_t(right)]);
        while (!only_equal && taken < count && (left >= 0 || right < n)) {
            bool const takes_right = left < 0 || (right < n && at(right) - value < value - at(left));
            visit(points_[std::size_t(takes_right ? right++ : left--)]);
            ++taken;
        }
    }

  private:
    std::vector<Point> points_;
};

void sort_points(std::vector<Point>& points) {
    // Missing values stand together, far from all others.
    for (Point& point : points)
        if (!std::isfinite(point.value)) point.value = std::numeric_limits<double>::max();
    std::ranges::stable_sort(points, {}, &Point::value);
}

// Scores of classes near one value after another, classes weighted to the same size.
class ClassScores {
  public:
    ClassScores(Nearest const& nearest, std::size_t classes, bool is_text)
        : nearest_(nearest), is_text_(is_text), weights_(classes), scores_(classes) {
        for (Point const& point : nearest.points()) ++weights_[std::size_t(point.label)];
        for (double& weight : weights_) weight = weight > 0 ? 1 / weight : 0;
    }
    std::vector<double> const& at(double value) {
        if (value == last_) return scores_;
        last_ = value;
        std::ranges::fill(scores_, 0.0);
        double sum = 0;
        nearest_.visit(value, is_text_, neighbours, [&](Point const& point) {
            double const weight = weights_[std::size_t(point.label)];
            scores_[std::size_t(point.label)] += weight, sum += weight;
        });
        for (double& score : scores_) score = sum > 0 ? score / sum : 1 / double(scores_.size());
        return scores_;
    }

  private:
    Nearest const& nearest_;
    bool is_text_;
    std::vector<double> weights_, scores_;
    double last_ = std::nan("");
};

double balanced_accuracy(CountTable const& confusion) {  // rows: predicted, columns: true
    double sum = 0, used = 0;
    for (std::size_t c = 0; c < confusion.columns; ++c) {
        double all = 0;
        for (std::size_t r = 0; r < confusion.rows; ++r) all += confusion.at(r, c);
        if (all > 0) sum += confusion.at(c, c) / all, ++used;
    }
    return used > 0 ? sum / used : 0;
}

}  // namespace

Prediction predict_classes(std::span<std::uint64_t const> records, std::span<double const> values,
                           bool is_text, Classes const& classes, std::span<std::uint32_t const> groups) {
    std::vector<std::int32_t> const number = usable_classes(records, classes, groups);
    std::vector<Point> points;
    for (std::size_t i = 0; i < records.size(); ++i) {
        std::int32_t const c = classes.of[records[i]];
        if (c < 0 || number[std::size_t(c)] < 0) continue;
        points.push_back({values[i], number[std::size_t(c)], fold_of(groups[records[i]]), 0});
    }
    Prediction made;
    made.classes = std::size_t(std::ranges::count_if(number, [](std::int32_t n) { return n >= 0; }));
    if (points.size() < fewest_records || made.classes < 2) return made;
    made.is_possible = true;
    sort_points(points);
    CountTable confusion(made.classes, made.classes);
    std::vector<double> scores;
    std::vector<std::uint8_t> is_second;
    for (std::uint32_t fold = 0; fold < folds; ++fold) {
        Nearest const nearest(points, fold);
        ClassScores near(nearest, made.classes, is_text);
        for (Point const& point : points) {
            if (point.fold != fold) continue;
            std::vector<double> const& found = near.at(point.value);
            auto const best = std::size_t(std::ranges::max_element(found) - found.begin());
            ++confusion.at(best, std::size_t(point.label));
            scores.push_back(found[1]);
            is_second.push_back(point.label == 1);
        }
    }
    made.information = relative_information(confusion);
    made.score = made.classes == 2 ? area_under_roc(scores, is_second) : balanced_accuracy(confusion);
    return made;
}

Prediction predict_numbers(std::span<std::uint64_t const> records, std::span<double const> values,
                           std::span<double const> numbers, std::span<std::uint32_t const> groups) {
    std::vector<Point> points;
    double sum = 0, squares = 0;
    std::set<std::uint32_t> seen;
    for (std::size_t i = 0; i < records.size(); ++i) {
        double const number = numbers[records[i]];
        if (!std::isfinite(number) || !std::isfinite(values[i])) continue;
        points.push_back({values[i], 0, fold_of(groups[records[i]]), number});
        sum += number;
        if (seen.size() < fewest_of_class) seen.insert(groups[records[i]]);
    }
    Prediction made;
    if (points.size() < fewest_records || seen.size() < fewest_of_class) return made;
    double const mean = sum / double(points.size());
    for (Point const& point : points) squares += (point.number - mean) * (point.number - mean);
    if (!(squares > 0)) return made;
    made.is_possible = true;
    sort_points(points);
    double left = 0;
    for (std::uint32_t fold = 0; fold < folds; ++fold) {
        Nearest const nearest(points, fold);
        if (nearest.points().empty()) continue;
        double last = std::nan(""), guess = mean;
        for (Point const& point : points) {
            if (point.fold != fold) continue;
            if (point.value != last) {
                double near = 0, count = 0;
                nearest.visit(point.value, false, number_neighbours,
                              [&](Point const& one) { near += one.number, ++count; });
                guess = near / count, last = point.value;
            }
            left += (point.number - guess) * (point.number - guess);
        }
    }
    made.score = 1 - left / squares;
    return made;
}

}  // namespace hutch::curate::assess::detail
