#include "hutch/curate/annotate/regions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace hutch::curate::annotate {
namespace {

using Point = std::array<double, 2>;

std::vector<Point> outline(Region const& region) {
    auto const& n = region.numbers;
    if (region.kind == Region::Kind::box)
        return {{n[0], n[1]}, {n[0] + n[2], n[1]}, {n[0] + n[2], n[1] + n[3]}, {n[0], n[1] + n[3]}};
    std::vector<Point> points;
    for (std::size_t i = 0; i + 1 < n.size(); i += 2) points.push_back({n[i], n[i + 1]});
    return points;
}

// Where a line at some height enters and leaves: sorted, in pairs.
std::vector<double> crossings(std::vector<Point> const& points, double height) {
    std::vector<double> x;
    for (std::size_t i = 0; i < points.size(); ++i) {
        Point const &a = points[i], &b = points[(i + 1) % points.size()];
        if ((a[1] <= height) == (b[1] <= height)) continue;
        x.push_back(a[0] + (height - a[1]) / (b[1] - a[1]) * (b[0] - a[0]));
    }
    std::ranges::sort(x);
    return x;
}

double length(std::vector<double> const& x) {
    double sum = 0;
    for (std::size_t i = 0; i + 1 < x.size(); i += 2) sum += x[i + 1] - x[i];
    return sum;
}

double common_length(std::vector<double> const& a, std::vector<double> const& b) {
    double sum = 0;
    for (std::size_t i = 0; i + 1 < a.size(); i += 2)
        for (std::size_t j = 0; j + 1 < b.size(); j += 2)
            sum += std::max(0.0, std::min(a[i + 1], b[j + 1]) - std::max(a[i], b[j]));
    return sum;
}

void add_crossing(Point const& a, Point const& b, Point const& c, Point const& d, std::set<double>& heights) {
    double const ux = b[0] - a[0], uy = b[1] - a[1], vx = d[0] - c[0], vy = d[1] - c[1];
    double const cross = ux * vy - uy * vx;
    if (cross == 0) return;
    double const t = ((c[0] - a[0]) * vy - (c[1] - a[1]) * vx) / cross,
                 s = ((c[0] - a[0]) * uy - (c[1] - a[1]) * ux) / cross;
    if (t > 0 && t < 1 && s > 0 && s < 1) heights.insert(a[1] + t * uy);
}

double area_overlap(std::vector<Point> const& one, std::vector<Point> const& other) {
    std::vector<std::pair<Point, Point>> edges;
    std::set<double> heights;
    for (auto const* points : {&one, &other})
        for (std::size_t i = 0; i < points->size(); ++i) {
            edges.emplace_back((*points)[i], (*points)[(i + 1) % points->size()]);
            heights.insert((*points)[i][1]);
        }
    for (std::size_t i = 0; i < edges.size(); ++i)
        for (std::size_t j = i + 1; j < edges.size(); ++j)
            add_crossing(edges[i].first, edges[i].second, edges[j].first, edges[j].second, heights);
    double common = 0, all = 0;
    for (auto low = heights.begin(), high = std::next(low); high != heights.end(); ++low, ++high) {
        double const height = *high - *low, middle = (*low + *high) / 2;
        auto const a = crossings(one, middle), b = crossings(other, middle);
        double const shared = common_length(a, b);
        common += shared * height, all += (length(a) + length(b) - shared) * height;
    }
    return all > 0 ? common / all : 0;
}

bool are_comparable(Annotation const& a, Annotation const& b) {
    return a.table == b.table && a.record == b.record && a.field == b.field && a.label == b.label &&
           a.vocabulary == b.vocabulary;
}

}  // namespace

double overlap(Region const& one, Region const& other) {
    using Kind = Region::Kind;
    if (one.kind == Kind::whole || other.kind == Kind::whole) return one.kind == other.kind ? 1 : 0;
    if ((one.kind == Kind::interval) != (other.kind == Kind::interval)) return 0;
    if (one.kind != Kind::interval) return area_overlap(outline(one), outline(other));
    auto const &a = one.numbers, &b = other.numbers;
    double const common = std::max(0.0, std::min(a[1], b[1]) - std::max(a[0], b[0]));
    return common / (a[1] - a[0] + b[1] - b[0] - common);
}

double Match::f1() const { return one + other == 0 ? 1 : 2 * double(matched) / double(one + other); }

Match match(std::vector<Annotation> const& one, std::vector<Annotation> const& other, double least) {
    struct Pair {
        double overlap;
        std::size_t a, b;
    };
    std::vector<Pair> pairs;
    for (std::size_t a = 0; a < one.size(); ++a)
        for (std::size_t b = 0; b < other.size(); ++b) {
            if (!are_comparable(one[a], other[b])) continue;
            double const shared = overlap(one[a].region, other[b].region);
            if (shared >= least) pairs.push_back({shared, a, b});
        }
    std::ranges::stable_sort(pairs, std::greater<>{}, &Pair::overlap);
    std::vector<char> used_one(one.size(), 0), used_other(other.size(), 0);
    Match result{one.size(), other.size()};
    double sum = 0;
    for (Pair const& pair : pairs) {
        if (used_one[pair.a] || used_other[pair.b]) continue;
        used_one[pair.a] = used_other[pair.b] = 1;
        ++result.matched, sum += pair.overlap;
    }
    if (result.matched > 0) result.mean_overlap = sum / double(result.matched);
    return result;
}

}  // namespace hutch::curate::annotate
