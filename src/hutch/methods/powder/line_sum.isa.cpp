// Sum pseudo-Voigt lines on a hierarchy of grids.
//
// A line of width w is sampled on the grid whose step is a sixteenth to an eighth of w (on the finest when w
// is narrower than that). Near the centre its exact shape is added, minus a smooth function that equals the
// Lorentz tail outside +-R and inside is the polynomial in x^2 that continues it; that smooth function is
// added on a grid 8 times coarser, in the same two steps: near the centre what it has over a function that is
// smooth over 8 R, and that function, once more 8 times coarser, over the whole range. Grids are then
// interpolated down, six points at a time. No tail is cut anywhere, and the cost of a line does not depend on
// its width.
#include "hutch/methods/powder/detail/kernels.hpp"
#include "hutch/methods/powder/detail/peak.hpp"

namespace hutch::powder::detail::HUTCH_ISA {

namespace {

constexpr std::ptrdiff_t edge = 8;  // points beyond the ends of a grid that interpolation may ask for
// Operations per point in the loops below, counted by hand.
constexpr int core_operations = 28, middle_operations = 23, tail_operations = 15;
constexpr float half_square = float(core_half * core_half);
constexpr float far_square = half_square * float(1 << 2 * coarse_step);

// With v = (x^2 - R^2)/(R^2 + g^2) the Lorentzian is L0/(1 + v); its continuation inside is the series to
// v^3.
struct Shape {
    float tail_height, v_scale;
    Peak peak;
};

Shape shape_of(float fwhm, float eta, float area, float square) {
    Peak const peak = peak_of(fwhm, eta, area);
    float const norm = square + peak.half_width2;
    return {peak.lorentz_height / norm, 1.0f / norm, peak};
}

void add_core(float* __restrict grid, std::ptrdiff_t start, float offset, Shape const& s) {
#pragma omp simd
    for (int i = 0; i < 2 * core_half; ++i) {
        float const x = float(i) + offset, u = x * x;
        float const v = (u - half_square) * s.v_scale, v2 = v * v;
        float const lorentz = s.peak.lorentz_height * v2 * v2 / (u + s.peak.half_width2);
        grid[start + i] += lorentz + s.peak.gauss_height * exp2_of(s.peak.gauss_rate * u);
    }
}

// The smooth function: the Lorentz tail for v > 0, its continuation for v < 0. All grids count in steps of
// the line's own.
inline float smooth(float v) {
    float const outside = 1.0f / (1.0f + (v > 0.0f ? v : 0.0f));
    float const inside = 1.0f - v * (1.0f - v * (1.0f - v));
    return v > 0.0f ? outside : inside;
}

// Between the core and the far tail: what the first smooth function has over one that is smooth over 8 R.
void add_middle(float* __restrict grid, std::ptrdiff_t start, float offset, Shape const& s,
                Shape const& far) {
    constexpr float spacing = float(1 << coarse_step);
#pragma omp simd
    for (int i = 0; i < 2 * core_half; ++i) {
        float const x = spacing * (float(i) + offset), u = x * x;
        float const difference = s.tail_height * smooth((u - half_square) * s.v_scale);
        float const v = (u - far_square) * far.v_scale;
        grid[start + i] += difference - far.tail_height * (1.0f - v * (1.0f - v * (1.0f - v)));
    }
}

// `spacing` steps of the line's grid lie between two points of this one.
void add_tail(float* __restrict grid, std::ptrdiff_t from, std::ptrdiff_t count, float spacing, float centre,
              float square, Shape const& s) {
#pragma omp simd
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        float const x = spacing * (float(from + i) - centre);
        grid[from + i] += s.tail_height * smooth((x * x - square) * s.v_scale);
    }
}

struct Target {
    DepositInput const& in;
    DepositWork work{0, 0};

    void add(double centre, float fwhm, float eta, float area) {
        int level = 0;
        while (fwhm >= 16.0f && level < line_levels - 1 - coarse_step) {
            fwhm *= 0.5f;
            area *= 0.5f;
            centre *= 0.5;
            ++level;
        }
        Shape const shape = shape_of(fwhm, eta, area, half_square);
        add_window(level, centre, [&](float* grid, std::ptrdiff_t start, float offset) {
            add_core(grid, start, offset, shape);
        });
        work.operations += std::size_t(2 * core_half * core_operations);
        ++work.shapes;
        if (!(shape.tail_height > 0)) return;
        constexpr double down = 1.0 / (1 << coarse_step);
        if (level + 2 * coarse_step >= line_levels)
            return add_far(level + coarse_step, centre * down, 1.0 / down, half_square, shape);
        Shape const far = shape_of(fwhm, eta, area, far_square);
        add_window(level + coarse_step, centre * down, [&](float* grid, std::ptrdiff_t start, float offset) {
            add_middle(grid, start, offset, shape, far);
        });
        work.operations += std::size_t(2 * core_half * middle_operations);
        add_far(level + 2 * coarse_step, centre * down * down, 1.0 / (down * down), far_square, far);
    }

    void add_far(int level, double centre, double spacing, float square, Shape const& shape) {
        auto const points = std::ptrdiff_t(in.grid_points[level]) + 2 * edge;
        add_tail(in.grids[level], -edge, points, float(spacing), float(centre), square, shape);
        work.operations += std::size_t(points * tail_operations);
    }

    // Add a function of 2 core_half points around a centre; one that hangs over the end of its grid goes
    // through a copy.
    template <class Function>
    void add_window(int level, double centre, Function const& function) {
        double const whole = __builtin_floor(centre);
        auto const start = std::ptrdiff_t(whole) - core_half,
                   end = std::ptrdiff_t(in.grid_points[level]) + line_padding;
        float const offset = float(whole - centre) - float(core_half);
        if (start >= -line_padding && start + 2 * core_half <= end)
            return function(in.grids[level], start, offset);
        if (start + 2 * core_half <= -line_padding || start >= end) return;
        float copy[2 * core_half] = {};
        function(copy, 0, offset);
        for (int i = 0; i < 2 * core_half; ++i)
            if (start + i >= -line_padding && start + i < end) in.grids[level][start + i] += copy[i];
    }
};

void add_asymmetric(Target& target, DepositInput const& in, std::size_t j, AxialRule const& rule) {
    float const c = in.lines.cos_two_theta[j], s = in.lines.sin_two_theta[j];
    float shifts[64], weights[64], total = 0;
    for (int i = 0; i < rule.count; ++i) {
        AxialRay const ray = axial_ray(c, s, in.axial * rule.x[i]);
        shifts[i] = ray.shift * 57.2957795f / in.degrees_per_step;
        weights[i] = ray.exists ? rule.weight[i] / ray.divisor : 0.0f;
        total += weights[i];
    }
    float const norm = total > 0 ? in.lines.area[j] / total : 0.0f;
    for (int i = 0; i < rule.count; ++i)
        if (weights[i] > 0)
            target.add(in.lines.centre[j] + double(shifts[i]), in.lines.fwhm[j], in.lines.eta[j],
                       norm * weights[i]);
}

}  // namespace

DepositWork deposit_lines(DepositInput const& in) {
    Target target{in};
    float const reach = 0.5f * in.axial * in.axial * 57.2957795f / in.degrees_per_step;
    for (std::size_t j = 0; j < in.count; ++j) {
        if (!(in.lines.area[j] > 0)) continue;
        int const rule = axial_rule(reach, in.lines.cos_two_theta[j], in.lines.sin_two_theta[j],
                                    in.lines.fwhm[j], in.rule_limits);
        if (rule == 0)
            target.add(in.lines.centre[j], in.lines.fwhm[j], in.lines.eta[j], in.lines.area[j]);
        else
            add_asymmetric(target, in, j, in.rules[rule]);
    }
    return target.work;
}

void prolong(float const* coarse, float* fine, std::size_t count) {
    // Only `edge` points beyond the ends are ever needed. Even points are copied; odd ones lie half-way and
    // take six neighbours (Lagrange, degree 5).
    constexpr float a = 150.0f / 256, b = -25.0f / 256, c = 3.0f / 256;
    std::ptrdiff_t const from = -edge / 2, to = std::ptrdiff_t(count) / 2 + edge / 2;
    for (std::ptrdiff_t i = from; i < to; ++i) {
        fine[2 * i] += coarse[i];
        fine[2 * i + 1] += a * (coarse[i] + coarse[i + 1]) + b * (coarse[i - 1] + coarse[i + 2]) +
                           c * (coarse[i - 2] + coarse[i + 3]);
    }
}

}  // namespace hutch::powder::detail::HUTCH_ISA
