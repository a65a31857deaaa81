#include "hutch/curate/make/rows.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/compute/parallel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <fmt/format.h>

namespace hutch::curate::make {
namespace {

using data::AxisKind;

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double degree = std::numbers::pi / 180;
constexpr double same_axis = 1e-6;  // of a step

double of_q(double q, AxisKind to, double wavelength) {
    if (to == AxisKind::q) return q;
    if (!(q > 0)) return none;
    if (to == AxisKind::d) return 2 * std::numbers::pi / q;
    double const sine = q * wavelength / (4 * std::numbers::pi);
    return sine <= 1 ? 2 * std::asin(sine) / degree : none;
}

bool has_equal_axis(data::Pattern const& pattern, AxisKind kind, std::vector<double> const& axis) {
    if (pattern.axis != kind || pattern.x.size() != axis.size()) return false;
    double const step = axis.size() > 1 ? std::abs(axis[1] - axis[0]) : 1;
    for (std::size_t i = 0; i < axis.size(); ++i)
        if (!(std::abs(pattern.x[i] - axis[i]) <= same_axis * step)) return false;
    return true;
}

void set_sigma(data::Pattern& pattern, bool from_counts) {
    if (!pattern.sigma.empty() || !from_counts) return;
    for (double const y : pattern.y) pattern.sigma.push_back(std::sqrt(std::max(y, 1.0)));
}

}  // namespace

RowMaker::RowMaker(Request const& request, Frame const& frame)
    : request_(request), frame_(frame), reader_(request, frame), kind_(AxisKind::two_theta) {
    if (request.axis) {
        kind_ = request.axis->kind;
        for (std::size_t i = 0; i < request.axis->grid.points; ++i) axis_.push_back(request.axis->grid.at(i));
    } else {
        data::Pattern const first = reader_.read(frame.records.front());
        axis_ = first.x, kind_ = first.axis;
    }
}

data::Pattern RowMaker::read(std::size_t which) {
    Record const& record = frame_.records[which];
    data::Pattern pattern = reader_.read(record);
    set_sigma(pattern, request_.cleaning.sigma_from_counts);
    if (!record.parent) return pattern;
    AugmentationDraw const drawn = draw(request_.augmentations[record.augmentation], request_.seed,
                                        frame_.records[*record.parent].id, record.copy);
    return augment(pattern, drawn, request_.seed, record.id);
}

// The points in the unit of the common axis; a column named wavelength goes before the file.
std::vector<double> RowMaker::positions(data::Pattern const& pattern, std::size_t record) const {
    if (pattern.axis == kind_) return pattern.x;
    Column const* column = frame_.find(request_.wavelength);
    double const given = column == nullptr || column->is_text() ? none : column->numbers[record];
    double const wavelength = given > 0 ? given : pattern.wavelength;
    std::vector<double> x = fuse::to_q(pattern, wavelength > 0 ? wavelength : none);
    for (double& one : x) one = of_q(one, kind_, wavelength > 0 ? wavelength : none);
    return x;
}

std::optional<std::string> RowMaker::first_problem(std::size_t record) {
    data::Pattern const pattern = read(record);
    if (!request_.axis) {
        if (has_equal_axis(pattern, kind_, axis_)) return std::nullopt;
        return fmt::format("has {} points over {}; expected the axis of '{}' ({} points); give an 'axis'",
                           pattern.x.size(), to_name(pattern.axis), frame_.records.front().id, axis_.size());
    }
    if (pattern.axis != kind_ &&
        (pattern.axis == AxisKind::time_of_flight || kind_ == AxisKind::time_of_flight))
        return fmt::format("is over {}; expected {}", to_name(pattern.axis), to_name(kind_));
    auto const x = positions(pattern, record);
    if (std::ranges::none_of(x, [](double one) { return std::isfinite(one); }))
        return fmt::format("is over {} without a wavelength; expected one, to bring it to {}",
                           to_name(pattern.axis), to_name(kind_));
    bool const reaches =
        std::ranges::any_of(x, [&](double one) { return one >= axis_.front() && one <= axis_.back(); });
    if (!reaches) return "lies outside the axis";
    return std::nullopt;
}

Row RowMaker::make(std::size_t record) {
    data::Pattern const pattern = read(record);
    std::vector<char> counts;
    for (std::size_t i = 0; i < pattern.y.size(); ++i) {
        bool const is_bad = !std::isfinite(pattern.y[i]) ||
                            (!pattern.sigma.empty() && !(pattern.sigma[i] > 0)) ||
                            (request_.cleaning.negative == Negative::mask && pattern.y[i] < 0);
        counts.push_back(!is_bad);
    }
    std::vector<double> y = pattern.y, sigma = pattern.sigma;
    if (sigma.empty()) sigma.assign(y.size(), none);
    for (std::size_t i = 0; i < y.size(); ++i)
        if (!counts[i]) y[i] = sigma[i] = 0;
    if (!request_.axis) {
        Row row{{y.begin(), y.end()}, {sigma.begin(), sigma.end()}, {counts.begin(), counts.end()}};
        return row;
    }
    fuse::Resampling const resampling(positions(pattern, record), counts, request_.axis->grid);
    return {resampling.mean(y), resampling.deviation(sigma), resampling.mask()};
}

void refuse_off_axis(Request const& request, unsigned threads, Frame& frame) {
    std::vector<std::string> problems(frame.records.size());
    std::vector<RowMaker> makers;
    for (unsigned i = 0; i < std::max(1u, threads); ++i) makers.emplace_back(request, frame);
    compute::parallel_for(frame.records.size(), threads, [&](std::size_t r, unsigned worker) {
        if (auto const problem = makers[worker].first_problem(r)) problems[r] = *problem;
    });
    std::vector<char> is_kept;
    for (std::size_t r = 0; r < problems.size(); ++r) {
        is_kept.push_back(problems[r].empty());
        if (problems[r].empty()) continue;
        Record const& record = frame.records[r];
        frame.refused.push_back({request.sources[record.source].name, record.id, "does not fit the axis",
                                 "pattern " + problems[r]});
    }
    frame.keep_only(is_kept);
    if (frame.records.empty())
        throw Error(Fault::bad_input,
                    fmt::format("{}: 'axis' fits no record ({} refused); expected some; first: {}",
                                request.file, frame.refused.size(), frame.refused.back().message));
}

}  // namespace hutch::curate::make
