#include "hutch/data/detail/trace.hpp"

#include <cmath>
#include <cstdint>
#include <unordered_set>

namespace hutch::data::detail {
namespace {

Point cut_at(Point const& a, Point const& b, double x) {
    return {x, a.y + (b.y - a.y) * ((x - a.x) / (b.x - a.x))};
}

bool is_inside(Point const& p, Range x) { return p.x >= x.min && p.x <= x.max; }

// Append the part of the line from a to b that lies in the range; start a new run where the line enters it.
void append_visible(std::vector<Run>& runs, Point a, Point b, Range x) {
    bool const enters = !is_inside(a, x);
    if (std::max(a.x, b.x) < x.min || std::min(a.x, b.x) > x.max) return;
    Point const from = a, to = b;
    if (enters) a = cut_at(from, to, from.x < x.min ? x.min : x.max);
    if (!is_inside(b, x)) b = cut_at(from, to, to.x < x.min ? x.min : x.max);
    if (enters) runs.push_back({a});
    runs.back().push_back(b);
}

}  // namespace

std::vector<Run> visible_runs(Curve const& curve, Range x, bool log_x, bool log_y) {
    std::vector<Run> runs;
    bool const is_line = curve.style == Curve::Style::line;
    bool is_joined = false;
    Point last{};
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
        bool const is_gap = !is_drawable(curve.x[i], log_x) || !is_drawable(curve.y[i], log_y);
        if (is_gap) {
            is_joined = false;
            continue;
        }
        Point const point{to_axis_space(curve.x[i], log_x), to_axis_space(curve.y[i], log_y)};
        if (is_line && is_joined)
            append_visible(runs, last, point, x);
        else if (is_inside(point, x)) {
            if (is_line || runs.empty()) runs.emplace_back();
            runs.back().push_back(point);
        }
        last = point;
        is_joined = true;
    }
    return runs;
}

Run thin_columns(Run const& run) {
    Run kept;
    for (std::size_t i = 0; i < run.size();) {
        double const column = std::floor(run[i].x);
        std::size_t low = i, high = i;
        for (; i < run.size() && std::floor(run[i].x) == column; ++i) {
            if (run[i].y < run[low].y) low = i;
            if (run[i].y > run[high].y) high = i;
        }
        kept.push_back(run[std::min(low, high)]);
        if (low != high) kept.push_back(run[std::max(low, high)]);
    }
    return kept;
}

Run thin_cells(Run const& run) {
    Run kept;
    std::unordered_set<std::uint64_t> taken;
    for (Point const& point : run) {
        auto const cell = [](double at) { return std::uint64_t(std::uint32_t(std::int32_t(at / 2))); };
        if (taken.insert(cell(point.x) << 32 | cell(point.y)).second) kept.push_back(point);
    }
    return kept;
}

}  // namespace hutch::data::detail
