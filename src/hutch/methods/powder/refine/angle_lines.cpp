// Lines at constant wavelength: positions, widths and areas, with derivatives.
#include "hutch/methods/powder/factors.hpp"
#include "hutch/methods/powder/refine/detail/share_state.hpp"

#include <cmath>

namespace hutch::powder::refine::detail {
namespace {

struct AngleCalculator : LineContext {
    PatternModel const& pattern;
    AngleInstrument const& i = pattern.angle;
    Instrument const& instrument = pattern.instrument;
    bool is_flat = instrument.geometry == Geometry::bragg_brentano;
    double monochromator = std::pow(std::cos(instrument.monochromator_two_theta * degree), 2);

    // Per line; slopes are by theta.
    std::vector<double> theta{}, tangent{}, cosine{}, wavelength{}, wavelength_power{};
    std::vector<double> per_weight{};  // area by the share of its wavelength

    double weight(std::size_t w) const {
        if (w == 0) return instrument.wavelengths[0].weight;
        return w == 1 ? at(i.ratio) * instrument.wavelengths[0].weight : instrument.wavelengths[w].weight;
    }

    void allocate_own() {
        for (auto* one : {&theta, &tangent, &cosine, &wavelength, &per_weight, &wavelength_power})
            one->assign(lines.size(), 0);
    }

    void calculate(std::size_t line) {
        std::size_t const w = line / lines.reflections, j = reflection(line);
        wavelength[line] =
            at(i.wavelength) * instrument.wavelengths[w].value / instrument.wavelengths[0].value;
        double const sine = wavelength[line] / 2 * std::sqrt(lines.q[j]);
        lines.exists[line] = sine < 0.9999;
        if (!lines.exists[line]) return;
        theta[line] = std::asin(sine), cosine[line] = std::sqrt(1 - sine * sine);
        tangent[line] = sine / cosine[line];
        lines.value[third][line] = 2 * theta[line] / degree;
        slope[third][line] = 2 / degree;
        per_q[line] = tangent[line] / (2 * lines.q[j]);
        size_unit[line] = wavelength[line] * 1e-4 / cosine[line] / degree;
        strain_unit[line] = tangent[line] / degree;
        calculate_position(line);
        calculate_widths(line);
        calculate_area(line, w, sine);
        lines.value[sixth][line] = at(i.axial);
    }

    void calculate_position(std::size_t line) {
        double const two = 2 * theta[line], radius = instrument.goniometer_radius_mm * degree;
        double shift = at(i.zero) - at(i.transparency) * std::sin(two);
        double d = -2 * at(i.transparency) * std::cos(two);
        if (is_flat) {
            shift -= 2 * at(i.displacement) / radius * cosine[line];
            d += 2 * at(i.displacement) / radius * cosine[line] * tangent[line];
        } else {
            shift += (at(i.perpendicular) * std::cos(two) + at(i.parallel) * std::sin(two)) / radius;
            d += 2 * (at(i.parallel) * std::cos(two) - at(i.perpendicular) * std::sin(two)) / radius;
        }
        lines.value[centre][line] = lines.value[third][line] + shift;
        slope[centre][line] = 2 / degree + d;
    }

    void calculate_widths(std::size_t line) {
        double const t = tangent[line], c = cosine[line], per_c2 = 1 / (c * c);
        double const size = size_width(line), strain = strain_width(line);
        double const size_d = size * t, strain_d = broad[reflection(line)].strain * per_c2 / degree;
        double const size_l = at(share.size_lorentz), strain_l = at(share.strain_lorentz);
        double const size_g2 = std::pow(1 - size_l, 2), strain_g2 = std::pow(1 - strain_l, 2);
        double const gauss2 =
            at(i.u) * t * t + at(i.v) * t + at(i.w) + size_g2 * size * size + strain_g2 * strain * strain;
        lines.value[fourth][line] = std::max(least_gauss, gauss2);
        if (gauss2 > least_gauss)
            slope[fourth][line] = (2 * at(i.u) * t + at(i.v)) * per_c2 +
                                  2 * (size_g2 * size * size_d + strain_g2 * strain * strain_d);
        double const width = at(i.x) / c + at(i.y) * t + at(i.z) + size_l * size + strain_l * strain;
        lines.value[fifth][line] = std::max(least_lorentz, width);
        if (width > least_lorentz)
            slope[fifth][line] = at(i.x) * t / c + at(i.y) * per_c2 + size_l * size_d + strain_l * strain_d;
    }

    // Polarisation and its change with theta and with the parameter.
    struct Polarisation {
        double factor, d_theta, d_parameter;
    };
    Polarisation polarisation(double two_theta) const {
        if (instrument.radiation == Radiation::neutron) return {1, 0, 0};
        double const p = at(i.polarisation), m = monochromator, c = std::cos(two_theta),
                     norm = p + (1 - p) * m;
        double const top = p + (1 - p) * m * c * c;
        return {top / norm, -4 * (1 - p) * m * c * std::sin(two_theta) / norm,
                ((1 - m * c * c) * norm - top * (1 - m)) / (norm * norm)};
    }

    // Suortti, J. Appl. Cryst. 5 (1972) 325: 1 where A is 1.
    struct Roughness {
        double factor = 1, d_sine = 0, d_a = 0, d_b = 0;
    };
    Roughness roughness(double sine) const {
        double const a = at(i.roughness_a), b = at(i.roughness_b);
        if (!is_flat || b == 0) return {};
        double const there = std::exp(-b / sine), full = std::exp(-b), top = a + (1 - a) * there,
                     norm = a + (1 - a) * full;
        return {top / norm, (1 - a) * there * b / (sine * sine) / norm,
                ((1 - there) * norm - top * (1 - full)) / (norm * norm),
                (-(1 - a) * there / sine * norm + top * (1 - a) * full) / (norm * norm)};
    }

    double extinction_per(std::size_t line) const {
        double per = wavelength[line] * wavelength[line] / (lines.volume * lines.volume);
        if (instrument.radiation == Radiation::xray)  // (e^2/mc^2)^2 = 0.0794 barn, unpolarised
            per *= 0.0794078 * (1 + std::pow(std::cos(2 * theta[line]), 2)) / 2;
        return per;
    }

    void calculate_area(std::size_t line, std::size_t w, double sine) {
        std::size_t const j = reflection(line);
        double const s2 = sine * sine, c = cosine[line];
        Polarisation const p = polarisation(2 * theta[line]);
        Roughness const r = roughness(sine);
        CylinderAbsorption const absorption = cylinder_absorption(is_flat ? 0 : at(i.absorption));
        double const x = at(share.extinction) * f.value[j] * extinction_per(line);
        Extinction const e = extinction(x, s2);
        double const unit = at(share.scale) * list.multiplicity[j] / (lines.volume * lines.volume) *
                            p.factor / (s2 * c) * textures[j].factor * textures[j].harmonic * r.factor *
                            std::exp(-absorption.a - absorption.b * s2);
        double const base = unit * weight(w);
        per_weight[line] = unit * e.factor * f.value[j];
        lines.area_per_square[line] = base * e.factor;
        lines.value[area][line] = base * e.factor * f.value[j];
        gain[line] = base * (e.factor + x * e.d_x);
        double const relative = x * e.d_x / e.factor;
        double const two = 2 * theta[line],
                     x_slope = instrument.radiation == Radiation::xray
                                   ? -2 * std::sin(2 * two) / (1 + std::pow(std::cos(two), 2))
                                   : 0;
        double const logarithmic = p.d_theta / p.factor - 2 / tangent[line] + tangent[line] +
                                   r.d_sine / r.factor * c - 2 * absorption.b * sine * c +
                                   relative * x_slope + e.d_sine_squared / e.factor * 2 * sine * c;
        slope[area][line] = lines.value[area][line] * logarithmic;
        volume_power[line] = -2 - 2 * relative;
        wavelength_power[line] = 2 * relative;
    }

    void differentiate_wavelength() {
        double const value = at(i.wavelength);
        for (Quantity const quantity : {area, centre, third, fourth, fifth})
            fill(i.wavelength, quantity,
                 [&](std::size_t line) { return slope[quantity][line] * tangent[line] / value; });
        fill(i.wavelength, area,
             [&](std::size_t line) { return lines.value[area][line] * wavelength_power[line] / value; });
        double const size_l = at(share.size_lorentz);
        fill(i.wavelength, fourth, [&](std::size_t line) {
            return has_gauss(line) ? 2 * std::pow((1 - size_l) * size_width(line), 2) / value : 0;
        });
        fill(i.wavelength, fifth,
             [&](std::size_t line) { return has_lorentz(line) ? size_l * size_width(line) / value : 0; });
        fill(i.ratio, area, [&](std::size_t line) {
            return line / lines.reflections == 1 ? per_weight[line] * instrument.wavelengths[0].weight : 0;
        });
    }

    void differentiate_position() {
        double const radius = instrument.goniometer_radius_mm * degree;
        fill(i.zero, centre, [](std::size_t) { return 1.0; });
        fill(i.transparency, centre, [&](std::size_t line) { return -std::sin(2 * theta[line]); });
        if (is_flat)
            fill(i.displacement, centre, [&](std::size_t line) { return -2 * cosine[line] / radius; });
        if (is_flat) return;
        fill(i.perpendicular, centre, [&](std::size_t line) { return std::cos(2 * theta[line]) / radius; });
        fill(i.parallel, centre, [&](std::size_t line) { return std::sin(2 * theta[line]) / radius; });
    }

    void differentiate_instrument_widths() {
        auto const caglioti = [&](std::size_t parameter, int power) {
            fill(parameter, fourth, [&, power](std::size_t line) {
                return has_gauss(line) ? std::pow(tangent[line], power) : 0;
            });
        };
        caglioti(i.u, 2), caglioti(i.v, 1), caglioti(i.w, 0);
        fill(i.x, fifth, [&](std::size_t line) { return has_lorentz(line) ? 1 / cosine[line] : 0; });
        fill(i.y, fifth, [&](std::size_t line) { return has_lorentz(line) ? tangent[line] : 0; });
        fill(i.z, fifth, [&](std::size_t line) { return has_lorentz(line) ? 1.0 : 0; });
        fill(i.axial, sixth, [](std::size_t) { return 1.0; });
    }

    void differentiate_corrections() {
        auto const sine = [&](std::size_t line) { return std::sin(theta[line]); };
        fill_relative(i.polarisation, [&](std::size_t line) {
            Polarisation const p = polarisation(2 * theta[line]);
            return p.d_parameter / p.factor;
        });
        if (is_flat) {
            fill_relative(i.roughness_a, [&](std::size_t line) {
                Roughness const r = roughness(sine(line));
                return r.d_a / r.factor;
            });
            fill_relative(i.roughness_b, [&](std::size_t line) {
                Roughness const r = roughness(sine(line));
                return r.d_b / r.factor;
            });
        } else {
            double const mu_r = at(i.absorption);
            fill_relative(i.absorption, [&](std::size_t line) {  // the derivative of cylinder_absorption()
                return -(1.7133 - 2 * 0.0927 * mu_r) -
                       (-0.0368 - 2 * 0.3750 * mu_r) * sine(line) * sine(line);
            });
        }
        fill_relative(share.extinction, [&](std::size_t line) {
            double const per = f.value[reflection(line)] * extinction_per(line);
            Extinction const e = extinction(at(share.extinction) * per, sine(line) * sine(line));
            return e.d_x / e.factor * per;
        });
    }
};

}  // namespace

void add_angle_lines(PatternModel const& pattern, LineContext context) {
    AngleCalculator calculator{std::move(context), pattern};
    calculator.allocate_own();
    for (std::size_t line = 0; line < calculator.lines.size(); ++line) calculator.calculate(line);
    constexpr Quantity moving[] = {area, centre, third, fourth, fifth};
    calculator.differentiate_metric(moving);
    calculator.differentiate_wavelength();
    calculator.differentiate_position();
    calculator.differentiate_instrument_widths();
    calculator.differentiate_sample_widths();
    calculator.differentiate_corrections();
    calculator.differentiate_area();
}

}  // namespace hutch::powder::refine::detail
