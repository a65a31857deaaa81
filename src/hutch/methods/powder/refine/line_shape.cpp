#include "hutch/methods/powder/refine/line_shape.hpp"

#include "hutch/methods/powder/axial.hpp"
#include "hutch/methods/powder/refine/detail/angle_kernels.hpp"
#include "hutch/methods/powder/refine/detail/width.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace hutch::powder::refine {
namespace {

using detail::AngleRay, detail::AngleShape, detail::Width;

constexpr double pi = std::numbers::pi, degree = pi / 180;
// At this many FWHM the Gauss part is 16^-(3.9^2) = 5e-19 of its height.
constexpr double gauss_reach = 3.9;
// At this many times the asymmetry's reach two rays stand for all, within 4e-6 of the height.
constexpr double tail_reach = 1.5;

// Rules of growing length; each keeps within 1e-5 of the height up to the given ratio of the asymmetry's
// reach to the FWHM for a Lorentzian and shares down to 0.05 (a Gaussian stands nearly twice as much).
struct RuleLimit {
    int nodes;
    double ratio;
};
constexpr RuleLimit rule_limits[] = {{1, 0.006}, {2, 0.11},  {3, 0.29},  {4, 0.5},   {5, 0.67},   {6, 0.86},
                                     {8, 1.27},  {10, 1.62}, {13, 2.17}, {17, 2.77}, {22, 3.7},   {30, 5.2},
                                     {40, 7.0},  {56, 9.8},  {80, 13.9}, {120, 21},  {160, 1e300}};
constexpr std::size_t rule_count = std::size(rule_limits);

// The rules of the shares of S and H that a thread has met last.
class Rules {
  public:
    AxialQuadrature const& at(double share, std::size_t which) {
        auto found = std::ranges::find(known_, share, &Entry::share);
        if (found == known_.end()) {
            if (known_.size() >= 16) known_.erase(known_.begin());
            known_.push_back({share, {}});
            found = known_.end() - 1;
        }
        AxialQuadrature& rule = found->rules[which];
        if (rule.x.empty()) rule = axial_quadrature(share, rule_limits[which].nodes);
        return rule;
    }

  private:
    struct Entry {
        double share;
        std::array<AxialQuadrature, rule_count> rules;
    };
    std::vector<Entry> known_;
};

AxialQuadrature const& rule_of(double share, std::size_t which) {
    thread_local Rules rules;
    return rules.at(share, which);
}

// One ray at the height h, angles in radian: its shift, the divisor of its weight, and the derivatives of the
// shift and of the weight's logarithm by h and by the Bragg angle.
struct RayFacts {
    bool exists;
    double shift, divisor, shift_h, shift_bragg, log_h, log_bragg;
};
RayFacts ray_facts(double cosine, double sine, double h) {
    double const h2 = h * h, root = std::sqrt(1 + h2);
    double const excess = cosine * (h2 / (1 + root)), delta_cosine = cosine + excess;
    double const delta_sine2 = sine * sine - excess * (2 * cosine + excess);
    if (!(delta_sine2 > 1e-9)) return {};
    double const delta_sine = std::sqrt(delta_sine2);
    // delta - bragg = -asin(s cos(delta) - c sin(delta)), small and without cancellation.
    double const difference = excess * (2 * cosine + excess) / (sine + delta_sine) * cosine + sine * excess;
    RayFacts ray{true, -std::asin(std::clamp(difference, -1.0, 1.0)), (1 + h2) * delta_sine, 0, 0, 0, 0};
    double const cotangent = delta_cosine / delta_sine;
    double const delta_h = -cosine * h / (root * delta_sine), delta_bragg = sine * root / delta_sine;
    ray.shift_h = delta_h;
    ray.shift_bragg = delta_bragg - 1;
    ray.log_h = -2 * h / (1 + h2) - cotangent * delta_h;
    ray.log_bragg = -cotangent * delta_bragg;
    return ray;
}

// Fill rays in from the highest to the lowest shift; none exist where all would pass the direct beam.
void find_rays(AngleLine const& line, double fwhm, std::vector<AngleRay>& rays) {
    rays.clear();
    if (!(line.axial > 0)) return rays.push_back({line.centre, 1, 0, 0, 0, 0});
    double const cosine = std::cos(line.bragg * degree), sine = std::sin(line.bragg * degree);
    RayFacts const last = ray_facts(cosine, sine, line.axial);
    double const most = last.exists ? last.shift : line.bragg * degree,
                 ratio = std::abs(most) / (degree * fwhm);
    std::size_t which = 0;
    while (which + 1 < rule_count && ratio > rule_limits[which].ratio) ++which;
    AxialQuadrature const& rule = rule_of(line.share, which);
    double total = 0, bragg = 0, axial = 0;
    for (std::size_t i = 0; i < rule.x.size(); ++i) {
        RayFacts const facts = ray_facts(cosine, sine, rule.x[i] * line.axial);
        if (!facts.exists) continue;
        double const weight = rule.weight[i] / facts.divisor;
        total += weight;
        bragg += weight * facts.log_bragg * degree;
        axial += weight * facts.log_h * rule.x[i];
        rays.push_back({line.centre + facts.shift / degree, weight, facts.log_bragg * degree,
                        facts.shift_bragg, facts.log_h * rule.x[i], facts.shift_h * rule.x[i] / degree});
    }
    for (AngleRay& ray : rays) {
        ray.weight /= total;
        ray.bragg_weight = ray.weight * (ray.bragg_weight - bragg / total);
        ray.axial_weight = ray.weight * (ray.axial_weight - axial / total);
        ray.bragg_centre *= ray.weight;
        ray.axial_centre *= ray.weight;
    }
}

// A derivative's direction: how mean, variance and third moment of the rays, then the two of them, change.
struct Moments {
    double mean, variance, third;
};
void set_direction(std::array<AngleRay, 2>& two, Moments const& m, Moments const& change,
                   double AngleRay::* weight, double AngleRay::* centre) {
    double const skew = m.third / (2 * m.variance), half = std::sqrt(skew * skew + m.variance);
    double const d_skew = change.third / (2 * m.variance) - skew * change.variance / m.variance;
    double const d_half = (2 * skew * d_skew + change.variance) / (2 * half);
    double const d_weight = -(d_skew - skew / half * d_half) / (2 * half);
    two[0].*weight = d_weight;
    two[1].*weight = -d_weight;
    two[0].*centre = two[0].weight * (change.mean + d_skew + d_half);
    two[1].*centre = two[1].weight * (change.mean + d_skew - d_half);
}

// Two rays with the same moments up to the third: the Gauss rule for the tails.
std::array<AngleRay, 2> two_rays(std::vector<AngleRay> const& rays) {
    Moments m{}, bragg{}, axial{};
    for (AngleRay const& ray : rays) {
        m.mean += ray.weight * ray.centre;
        bragg.mean += ray.bragg_weight * ray.centre + ray.bragg_centre;
        axial.mean += ray.axial_weight * ray.centre + ray.axial_centre;
    }
    for (AngleRay const& ray : rays) {
        double const d = ray.centre - m.mean, d2 = d * d;
        m.variance += ray.weight * d2;
        m.third += ray.weight * d2 * d;
        auto const add = [&](Moments& change, double weight, double centre) {
            double const moved = centre - ray.weight * change.mean;
            change.variance += weight * d2 + 2 * d * moved;
            change.third += weight * d2 * d + 3 * d2 * moved;
        };
        add(bragg, ray.bragg_weight, ray.bragg_centre);
        add(axial, ray.axial_weight, ray.axial_centre);
    }
    double const skew = m.third / (2 * m.variance), half = std::sqrt(skew * skew + m.variance);
    std::array<AngleRay, 2> two{};
    two[0].centre = m.mean + skew + half, two[0].weight = (1 - skew / half) / 2;
    two[1].centre = m.mean + skew - half, two[1].weight = (1 + skew / half) / 2;
    set_direction(two, m, bragg, &AngleRay::bragg_weight, &AngleRay::bragg_centre);
    set_direction(two, m, axial, &AngleRay::axial_weight, &AngleRay::axial_centre);
    return two;
}

void set_derivative(double (&c)[4], Width const& w, double fwhm_by, double eta_by) {
    double const half = w.fwhm / 2, norm = 2 * std::sqrt(std::numbers::ln2 / pi) / w.fwhm,
                 rate = 4 * std::numbers::ln2 / (w.fwhm * w.fwhm);
    c[0] = fwhm_by * w.eta / (2 * pi) + eta_by * half / pi;
    c[1] = -fwhm_by * w.eta * half * half / pi;
    c[2] = -norm * (fwhm_by * (1 - w.eta) / w.fwhm + eta_by);
    c[3] = fwhm_by * (1 - w.eta) * norm * 2 * rate / w.fwhm;
}

AngleShape shape_of(Width const& w) {
    double const half = w.fwhm / 2, norm = 2 * std::sqrt(std::numbers::ln2 / pi) / w.fwhm;
    AngleShape shape{};
    shape.half_square = half * half;
    shape.rate = -4 / (w.fwhm * w.fwhm);
    shape.gauss_distance = gauss_reach * w.fwhm;
    shape.lorentz = w.eta * half / pi;
    shape.gauss = (1 - w.eta) * norm;
    shape.slope_lorentz = 2 * shape.lorentz;
    shape.slope_gauss = -2 * std::numbers::ln2 * shape.rate * shape.gauss;
    set_derivative(shape.by_gauss_square, w, w.fwhm_gauss_square, w.eta_gauss_square);
    set_derivative(shape.by_lorentz, w, w.fwhm_lorentz, w.eta_lorentz);
    return shape;
}

AngleChannels shifted(AngleChannels const& c, std::size_t by) {
    bool const has_axial = c.d_axial != nullptr;
    return {c.value + by,
            c.d_centre + by,
            c.d_gauss_square + by,
            c.d_lorentz + by,
            has_axial ? c.d_bragg + by : nullptr,
            has_axial ? c.d_axial + by : nullptr};
}

void write_zeros(std::size_t n, AngleChannels const& c) {
    for (double* channel : {c.value, c.d_centre, c.d_gauss_square, c.d_lorentz, c.d_bragg, c.d_axial})
        if (channel) std::fill_n(channel, n, 0.0);
}

std::vector<AngleRay>& ray_memory() {
    thread_local std::vector<AngleRay> rays;
    return rays;
}

}  // namespace

void angle_line(AngleLine const& line, double const* x, std::size_t n, AngleChannels const& channels) {
    Width const width = detail::width_of(line.gauss_square, line.lorentz);
    std::vector<AngleRay>& rays = ray_memory();
    find_rays(line, width.fwhm, rays);
    if (rays.empty()) return write_zeros(n, channels);
    AngleShape const shape = shape_of(width);
    std::array<AngleRay, 2> two{};
    bool const is_reduced = rays.size() > 2;
    if (is_reduced) two = two_rays(rays);
    auto const [left, right] = std::ranges::minmax(rays, {}, &AngleRay::centre);
    double const gauss = shape.gauss_distance,
                 far = is_reduced ? std::max(gauss, tail_reach * (right.centre - left.centre)) : gauss;
    struct Region {
        double end;
        bool has_gauss, is_far;
    };
    std::size_t from = 0;
    for (Region const& region : {Region{left.centre - far, false, is_reduced},
                                 {left.centre - gauss, false, false},
                                 {right.centre + gauss, true, false},
                                 {right.centre + far, false, false},
                                 {HUGE_VAL, false, is_reduced}}) {
        auto const end = std::size_t(std::lower_bound(x + from, x + n, region.end) - x);
        if (end > from)
            HUTCH_CHOOSE_ISA(detail, sum_rays)(shape, region.is_far ? two.data() : rays.data(),
                                               region.is_far ? two.size() : rays.size(), region.has_gauss,
                                               x + from, end - from, shifted(channels, from));
        from = end;
    }
}

Reach reach(AngleLine const& line, double floor) {
    Width const width = detail::width_of(line.gauss_square, line.lorentz);
    std::vector<AngleRay>& rays = ray_memory();
    find_rays(line, width.fwhm, rays);
    if (rays.empty()) return {0, 0};
    auto const [left, right] = std::ranges::minmax(rays, {}, &AngleRay::centre);
    // The largest value is at least what the line has at the mean of its rays, or at the one nearest its
    // centre.
    AngleShape const shape = shape_of(width);
    double mean = 0, largest = 0;
    for (AngleRay const& ray : rays) mean += ray.weight * ray.centre;
    for (double const x : {mean, rays.front().centre, rays.back().centre}) {
        double value = 0;
        for (AngleRay const& ray : rays) {
            double const u = (x - ray.centre) * (x - ray.centre);
            value += ray.weight *
                     (shape.lorentz / (u + shape.half_square) + shape.gauss * std::exp2(shape.rate * u));
        }
        largest = std::max(largest, value);
    }
    double const distance = detail::distance_at(width, floor * largest);
    return {std::max(0.0, line.centre - left.centre + distance),
            std::max(0.0, right.centre - line.centre + distance)};
}

}  // namespace hutch::powder::refine
