// Lines at constant wavelength: positions, widths and areas, with derivatives.
#include "hutch/methods/powder/factors.hpp"
#include "hutch/methods/powder/refine/detail/share_state.hpp"

#include <cmath>

namespace hutch::powder::refine::detail {
namespace {

constexpr double least_gauss = 1e-8, least_lorentz = 1e-5;  // as line_shape() of the room has them

struct AngleCalculator {
    Model const& model;
    ShareModel const& share;
    ReflectionList const& list;
    ShareCell const& cell;
    Squares const& f;
    std::span<double const> values;
    Lines& lines;
    DerivativeOf of;
    PatternModel const& pattern = model.patterns[share.pattern];
    AngleInstrument const& i = pattern.angle;
    Instrument const& instrument = pattern.instrument;
    bool is_flat = instrument.geometry == Geometry::bragg_brentano;
    double monochromator = std::pow(std::cos(instrument.monochromator_two_theta * degree), 2);

    // Per line.
    std::vector<double> theta{}, tangent{}, cosine{}, wavelength{}, gain{}, volume_power{},
        wavelength_power{};
    std::vector<double> per_weight{};         // area by the share of its wavelength
    std::vector<double> slope[quantities]{};  // change of each quantity with theta, at fixed |F|^2 and volume
    std::vector<double> strain_gauss{}, strain_lorentz{};  // change of both widths with the strain
    std::vector<Broadening> broad{};                       // per reflection
    std::vector<Texture> textures{};

    double at(std::size_t parameter) const { return values[parameter]; }
    std::size_t reflection(std::size_t line) const { return line % lines.reflections; }

    double weight(std::size_t w) const {
        if (w == 0) return instrument.wavelengths[0].weight;
        return w == 1 ? at(i.ratio) * instrument.wavelengths[0].weight : instrument.wavelengths[w].weight;
    }

    void allocate() {
        std::size_t const n = lines.size();
        for (auto& one : lines.value) one.assign(n, 0);
        for (auto& one : slope) one.assign(n, 0);
        for (auto* one : {&theta, &tangent, &cosine, &wavelength, &gain, &per_weight, &volume_power,
                          &wavelength_power, &strain_gauss, &strain_lorentz})
            one->assign(n, 0);
        lines.area_per_square.assign(n, 0), lines.exists.assign(n, 0);
        for (std::size_t j = 0; j < lines.reflections; ++j) {
            broad.push_back(broadening(share, list, j, lines.q[j], values));
            textures.push_back(texture(share, list, j, values));
        }
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

    double size_width(std::size_t line) const {
        return wavelength[line] * 1e-4 * broad[reflection(line)].size / cosine[line] / degree;
    }
    double strain_width(std::size_t line) const {
        return broad[reflection(line)].strain * tangent[line] / degree;
    }

    void calculate_widths(std::size_t line) {
        double const t = tangent[line], c = cosine[line], per_c2 = 1 / (c * c);
        double const size = size_width(line), strain = strain_width(line);
        double const size_d = size * t, strain_d = broad[reflection(line)].strain * per_c2 / degree;
        double const size_l = at(share.size_lorentz), strain_l = at(share.strain_lorentz);
        double const size_g2 = std::pow(1 - size_l, 2), strain_g2 = std::pow(1 - strain_l, 2);
        double const gauss =
            at(i.u) * t * t + at(i.v) * t + at(i.w) + size_g2 * size * size + strain_g2 * strain * strain;
        lines.value[fourth][line] = std::max(least_gauss, gauss);
        if (gauss > least_gauss) {
            slope[fourth][line] = (2 * at(i.u) * t + at(i.v)) * per_c2 +
                                  2 * (size_g2 * size * size_d + strain_g2 * strain * strain_d);
            strain_gauss[line] = 2 * strain_g2 * strain * t / degree;
        }
        double const lorentz = at(i.x) / c + at(i.y) * t + at(i.z) + size_l * size + strain_l * strain;
        lines.value[fifth][line] = std::max(least_lorentz, lorentz);
        if (lorentz > least_lorentz) {
            slope[fifth][line] = at(i.x) * t / c + at(i.y) * per_c2 + size_l * size_d + strain_l * strain_d;
            strain_lorentz[line] = strain_l * t / degree;
        }
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

    template <class Function>
    void fill(std::size_t parameter, Quantity quantity, Function const& function) {
        LineDerivative* const one = of(parameter);
        if (!one) return;
        auto& array = of.array(*one, quantity);
        for (std::size_t line = 0; line < lines.size(); ++line)
            if (lines.exists[line]) array[line] += function(line);
    }
    bool has_gauss(std::size_t line) const { return lines.value[fourth][line] > least_gauss; }
    bool has_lorentz(std::size_t line) const { return lines.value[fifth][line] > least_lorentz; }

    void differentiate_metric() {
        for (MetricChange const& change : cell.changes) {
            double const log_volume = cell.log_volume(change.d);
            double log_axis[3];
            for (std::size_t c = 0; c < 3; ++c) log_axis[c] = 0.5 * change.d[c] / cell.reciprocal[c];
            auto const dq = [&](std::size_t j) {
                return quadratic(change.d, list.h[j], list.k[j], list.l[j]);
            };
            auto const turn = [&](std::size_t line) {
                return tangent[line] / (2 * lines.q[reflection(line)]) * dq(reflection(line));
            };
            for (Quantity const quantity : {centre, third, fourth, fifth})
                fill(change.parameter, quantity,
                     [&](std::size_t line) { return slope[quantity][line] * turn(line); });
            fill(change.parameter, area, [&](std::size_t line) {
                std::size_t const j = reflection(line);
                double const square = f.d_q[j] * dq(j) + f.d_axis[0][j] * log_axis[0] +
                                      f.d_axis[1][j] * log_axis[1] + f.d_axis[2][j] * log_axis[2];
                return slope[area][line] * turn(line) + gain[line] * square +
                       lines.value[area][line] * volume_power[line] * log_volume;
            });
            if (share.strain_kind != StrainKind::general) continue;
            fill(change.parameter, fourth, [&](std::size_t line) {
                return strain_gauss[line] * broad[reflection(line)].d_strain_q * dq(reflection(line));
            });
            fill(change.parameter, fifth, [&](std::size_t line) {
                return strain_lorentz[line] * broad[reflection(line)].d_strain_q * dq(reflection(line));
            });
        }
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
        auto const gauss = [&](std::size_t parameter, int power) {
            fill(parameter, fourth, [&, power](std::size_t line) {
                return has_gauss(line) ? std::pow(tangent[line], power) : 0;
            });
        };
        gauss(i.u, 2), gauss(i.v, 1), gauss(i.w, 0);
        fill(i.x, fifth, [&](std::size_t line) { return has_lorentz(line) ? 1 / cosine[line] : 0; });
        fill(i.y, fifth, [&](std::size_t line) { return has_lorentz(line) ? tangent[line] : 0; });
        fill(i.z, fifth, [&](std::size_t line) { return has_lorentz(line) ? 1.0 : 0; });
        fill(i.axial, sixth, [](std::size_t) { return 1.0; });
    }

    // What a change of 1/size or of the strain does to both widths; `unit` is the width of one.
    void widen(std::size_t parameter, double lorentz_share, auto const& width, auto const& unit,
               auto const& change) {
        fill(parameter, fourth, [&](std::size_t line) {
            return has_gauss(line) ? 2 * std::pow(1 - lorentz_share, 2) * width(line) * unit(line) *
                                         change(reflection(line))
                                   : 0;
        });
        fill(parameter, fifth, [&](std::size_t line) {
            return has_lorentz(line) ? lorentz_share * unit(line) * change(reflection(line)) : 0;
        });
    }

    void differentiate_mix(std::size_t parameter, auto const& width) {
        fill(parameter, fourth, [&](std::size_t line) {
            return has_gauss(line) ? -2 * (1 - at(parameter)) * width(line) * width(line) : 0;
        });
        fill(parameter, fifth, [&](std::size_t line) { return has_lorentz(line) ? width(line) : 0; });
    }

    void differentiate_sample_widths() {
        auto const size = [&](std::size_t line) { return size_width(line); };
        auto const size_unit = [&](std::size_t line) {
            return wavelength[line] * 1e-4 / cosine[line] / degree;
        };
        auto const strain = [&](std::size_t line) { return strain_width(line); };
        auto const strain_unit = [&](std::size_t line) { return tangent[line] / degree; };
        double const size_l = at(share.size_lorentz), strain_l = at(share.strain_lorentz);
        widen(share.size, size_l, size, size_unit, [&](std::size_t j) { return broad[j].d_size; });
        if (share.size_kind == SizeKind::uniaxial)
            widen(share.size_axial, size_l, size, size_unit,
                  [&](std::size_t j) { return broad[j].d_size_axial; });
        if (share.strain_kind != StrainKind::general)
            widen(share.strain, strain_l, strain, strain_unit,
                  [&](std::size_t j) { return broad[j].d_strain; });
        if (share.strain_kind == StrainKind::uniaxial)
            widen(share.strain_axial, strain_l, strain, strain_unit,
                  [&](std::size_t j) { return broad[j].d_strain_axial; });
        for (std::size_t p = 0; p < share.strain_terms.count; ++p)
            widen(share.strain_terms[p], strain_l, strain, strain_unit, [&](std::size_t j) {
                return broad[j].strain_term * list.strain_terms[j * share.strain_terms.count + p];
            });
        differentiate_mix(share.size_lorentz, size);
        differentiate_mix(share.strain_lorentz, strain);
    }

    void differentiate_corrections() {
        auto const relative = [&](std::size_t parameter, auto const& function) {
            fill(parameter, area, [&](std::size_t line) { return lines.value[area][line] * function(line); });
        };
        auto const sine = [&](std::size_t line) { return std::sin(theta[line]); };
        relative(i.polarisation, [&](std::size_t line) {
            Polarisation const p = polarisation(2 * theta[line]);
            return p.d_parameter / p.factor;
        });
        if (is_flat) {
            relative(i.roughness_a, [&](std::size_t line) {
                Roughness const r = roughness(sine(line));
                return r.d_a / r.factor;
            });
            relative(i.roughness_b, [&](std::size_t line) {
                Roughness const r = roughness(sine(line));
                return r.d_b / r.factor;
            });
        } else {
            double const mu_r = at(i.absorption);
            relative(i.absorption, [&](std::size_t line) {  // the derivative of cylinder_absorption()
                return -(1.7133 - 2 * 0.0927 * mu_r) -
                       (-0.0368 - 2 * 0.3750 * mu_r) * sine(line) * sine(line);
            });
        }
        relative(share.extinction, [&](std::size_t line) {
            double const per = f.value[reflection(line)] * extinction_per(line);
            Extinction const e = extinction(at(share.extinction) * per, sine(line) * sine(line));
            return e.d_x / e.factor * per;
        });
    }

    void differentiate_area() {
        fill(share.scale, area, [&](std::size_t line) { return lines.value[area][line] / at(share.scale); });
        fill(share.march, area, [&](std::size_t line) {
            Texture const& t = textures[reflection(line)];
            return lines.value[area][line] * t.d_march / t.factor;
        });
        std::size_t const terms = share.texture.count;
        for (std::size_t p = 0; p < terms; ++p)
            fill(share.texture[p], area, [&](std::size_t line) {
                std::size_t const j = reflection(line);
                return lines.value[area][line] * list.harmonics[j * terms + p] / textures[j].harmonic;
            });
        for (auto const& [parameter, change] : f.d)
            fill(parameter, area, [&](std::size_t line) { return gain[line] * change[reflection(line)]; });
        for (std::size_t p = 0; p < share.intensities.count; ++p)
            if (LineDerivative* const one = of(share.intensities[p]))
                for (std::size_t line = p; line < lines.size(); line += lines.reflections)
                    of.array(*one, area)[line] += gain[line];
    }
};

}  // namespace

void add_angle_lines(Model const& model, ShareModel const& share, ReflectionList const& list,
                     ShareCell const& cell, Squares const& f, std::span<double const> values,
                     Wanted const& wanted, Lines& lines) {
    AngleCalculator calculator{model, share, list, cell, f, values, lines, DerivativeOf(lines, wanted)};
    calculator.allocate();
    for (std::size_t line = 0; line < lines.size(); ++line) calculator.calculate(line);
    calculator.differentiate_metric();
    calculator.differentiate_wavelength();
    calculator.differentiate_position();
    calculator.differentiate_instrument_widths();
    calculator.differentiate_sample_widths();
    calculator.differentiate_corrections();
    calculator.differentiate_area();
}

}  // namespace hutch::powder::refine::detail
