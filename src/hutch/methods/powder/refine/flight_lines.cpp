// Lines at time of flight: positions, back-to-back exponentials, widths and areas, with derivatives.
#include "hutch/methods/powder/refine/detail/share_state.hpp"

#include <cmath>

namespace hutch::powder::refine::detail {
namespace {

struct FlightCalculator {
    Model const& model;
    ShareModel const& share;
    ReflectionList const& list;
    ShareCell const& cell;
    Squares const& f;
    std::span<double const> values;
    Lines& lines;
    DerivativeOf of;
    PatternModel const& pattern = model.patterns[share.pattern];
    FlightInstrument const& i = pattern.flight;

    // Per reflection.
    std::vector<double> d{}, gain{};          // spacing; change of area with |F|^2
    std::vector<double> slope[quantities]{};  // change of each quantity with q, at fixed |F|^2 and volume
    std::vector<double> volume_power{};       // change of ln(area) with ln(volume)
    std::vector<Broadening> broad{};

    double at(std::size_t parameter) const { return values[parameter]; }
    double sine() const { return std::sin(i.two_theta / 2 * degree); }

    void allocate() {
        std::size_t const n = list.size;
        for (auto& one : lines.value) one.assign(n, 0);
        for (auto& one : slope) one.assign(n, 0);
        d.resize(n), gain.resize(n), volume_power.resize(n), broad.resize(n);
        lines.area_per_square.resize(n), lines.exists.assign(n, 1);
    }

    void calculate(std::size_t j) {
        double const q = lines.q[j], s = 1 / std::sqrt(q), s2 = s * s, s4 = s2 * s2;
        double const ds = -0.5 * s / q;  // change of d with q
        d[j] = s;
        broad[j] = broadening(share, list, j, q, values);
        Broadening const& b = broad[j];
        auto& v = lines.value;
        v[centre][j] = at(i.dif_c) * s + at(i.dif_a) * s2 + at(i.dif_b) / s + at(i.zero);
        slope[centre][j] = (at(i.dif_c) + 2 * at(i.dif_a) * s - at(i.dif_b) / s2) * ds;
        v[third][j] = std::max(1e-4, at(i.alpha) / s);
        slope[third][j] = at(i.alpha) / s > 1e-4 ? -at(i.alpha) / s2 * ds : 0;
        double const beta = at(i.beta_0) + at(i.beta_1) / s4 + at(i.beta_q) / s2;
        v[fourth][j] = std::max(1e-4, beta);
        slope[fourth][j] =
            beta > 1e-4 ? (-4 * at(i.beta_1) / (s4 * s) - 2 * at(i.beta_q) / (s2 * s)) * ds : 0;
        double const size = 1e-4 * at(i.dif_c) * s2 * b.size, strain = at(i.dif_c) * s * b.strain;
        double const size_d = 2 * size / s * ds, strain_d = strain / s * ds + at(i.dif_c) * s * b.d_strain_q;
        double const size_l = at(share.size_lorentz), strain_l = at(share.strain_lorentz);
        constexpr double to_variance = 1 / (8 * std::numbers::ln2);
        double const variance =
            at(i.sigma_0) + at(i.sigma_1) * s2 + at(i.sigma_2) * s4 + at(i.sigma_q) * s +
            to_variance * (std::pow((1 - size_l) * size, 2) + std::pow((1 - strain_l) * strain, 2));
        v[fifth][j] = std::max(1e-3, variance);
        if (variance > 1e-3)
            slope[fifth][j] =
                (2 * at(i.sigma_1) * s + 4 * at(i.sigma_2) * s2 * s + at(i.sigma_q)) * ds +
                2 * to_variance *
                    (std::pow(1 - size_l, 2) * size * size_d + std::pow(1 - strain_l, 2) * strain * strain_d);
        double const lorentz = at(i.x) * s + at(i.y) * s2 + at(i.z) + size_l * size + strain_l * strain;
        v[sixth][j] = std::max(1e-3, lorentz);
        if (lorentz > 1e-3)
            slope[sixth][j] = (at(i.x) + 2 * at(i.y) * s) * ds + size_l * size_d + strain_l * strain_d;
        calculate_area(j, s, ds);
    }

    void calculate_area(std::size_t j, double s, double ds) {
        double const sine_squared = sine() * sine(), wavelength = 2 * s * sine();
        Texture const t = texture(share, list, j, values);
        double const absorbed = std::exp(-at(i.absorption) * wavelength);
        double const v2 = lines.volume * lines.volume;
        double const x = at(share.extinction) * f.value[j] * wavelength * wavelength / v2;
        Extinction const e = extinction(x, sine_squared);
        double const base = at(share.scale) * list.multiplicity[j] * std::pow(s, 4) * sine() / v2 * t.factor *
                            t.harmonic * absorbed;
        lines.area_per_square[j] = base * e.factor;
        lines.value[area][j] = base * e.factor * f.value[j];
        gain[j] = base * (e.factor + x * e.d_x);
        double const relative = x * e.d_x / e.factor;
        slope[area][j] =
            lines.value[area][j] * (4 / s - 2 * at(i.absorption) * sine() + 2 * relative / s) * ds;
        volume_power[j] = -2 - 2 * relative;
    }

    template <class Function>
    void fill(std::size_t parameter, Quantity quantity, Function const& function) {
        LineDerivative* const one = of(parameter);
        if (!one) return;
        auto& array = of.array(*one, quantity);
        for (std::size_t j = 0; j < list.size; ++j) array[j] += function(j);
    }

    void differentiate_metric() {
        for (MetricChange const& change : cell.changes) {
            LineDerivative* const one = of(change.parameter);
            double const log_volume = cell.log_volume(change.d);
            double log_axis[3];
            for (std::size_t c = 0; c < 3; ++c) log_axis[c] = 0.5 * change.d[c] / cell.reciprocal[c];
            for (std::size_t quantity = 0; quantity < quantities; ++quantity) {
                auto& array = of.array(*one, Quantity(quantity));
                for (std::size_t j = 0; j < list.size; ++j) {
                    double const dq = quadratic(change.d, list.h[j], list.k[j], list.l[j]);
                    array[j] += slope[quantity][j] * dq;
                    if (quantity != area) continue;
                    double const square = f.d_q[j] * dq + f.d_axis[0][j] * log_axis[0] +
                                          f.d_axis[1][j] * log_axis[1] + f.d_axis[2][j] * log_axis[2];
                    array[j] += gain[j] * square + lines.value[area][j] * volume_power[j] * log_volume;
                }
            }
        }
    }

    void differentiate_instrument() {
        fill(i.dif_c, centre, [&](std::size_t j) { return d[j]; });
        fill(i.dif_a, centre, [&](std::size_t j) { return d[j] * d[j]; });
        fill(i.dif_b, centre, [&](std::size_t j) { return 1 / d[j]; });
        fill(i.zero, centre, [](std::size_t) { return 1.0; });
        fill(i.alpha, third, [&](std::size_t j) { return lines.value[third][j] > 1e-4 ? 1 / d[j] : 0; });
        auto const beta = [&](std::size_t parameter, double power) {
            fill(parameter, fourth, [&, power](std::size_t j) {
                return lines.value[fourth][j] > 1e-4 ? std::pow(d[j], power) : 0;
            });
        };
        beta(i.beta_0, 0), beta(i.beta_1, -4), beta(i.beta_q, -2);
        auto const variance = [&](std::size_t parameter, double power) {
            fill(parameter, fifth, [&, power](std::size_t j) {
                return lines.value[fifth][j] > 1e-3 ? std::pow(d[j], power) : 0;
            });
        };
        variance(i.sigma_0, 0), variance(i.sigma_1, 2), variance(i.sigma_2, 4), variance(i.sigma_q, 1);
        auto const lorentz = [&](std::size_t parameter, double power) {
            fill(parameter, sixth, [&, power](std::size_t j) {
                return lines.value[sixth][j] > 1e-3 ? std::pow(d[j], power) : 0;
            });
        };
        lorentz(i.x, 1), lorentz(i.y, 2), lorentz(i.z, 0);
        fill(i.absorption, area, [&](std::size_t j) { return -lines.value[area][j] * 2 * d[j] * sine(); });
        differentiate_dif_c_of_widths();
    }

    // Widths of the sample are lengths: difC turns them into times.
    void differentiate_dif_c_of_widths() {
        constexpr double to_variance = 1 / (8 * std::numbers::ln2);
        double const size_l = at(share.size_lorentz), strain_l = at(share.strain_lorentz), c = at(i.dif_c);
        fill(i.dif_c, fifth, [&](std::size_t j) {
            double const size = (1 - size_l) * 1e-4 * c * d[j] * d[j] * broad[j].size,
                         strain = (1 - strain_l) * c * d[j] * broad[j].strain;
            return lines.value[fifth][j] > 1e-3 ? 2 * to_variance * (size * size + strain * strain) / c : 0;
        });
        fill(i.dif_c, sixth, [&](std::size_t j) {
            return lines.value[sixth][j] > 1e-3
                       ? size_l * 1e-4 * d[j] * d[j] * broad[j].size + strain_l * d[j] * broad[j].strain
                       : 0;
        });
    }

    // What a change of 1/size or of the strain does to both widths.
    void widen(std::size_t parameter, bool is_size, double lorentz_share, auto const& change) {
        constexpr double to_variance = 1 / (8 * std::numbers::ln2);
        double const c = at(i.dif_c);
        auto const scale = [&, c](std::size_t j) { return is_size ? 1e-4 * c * d[j] * d[j] : c * d[j]; };
        auto const width = [&](std::size_t j) {
            return scale(j) * (is_size ? broad[j].size : broad[j].strain);
        };
        fill(parameter, fifth, [&](std::size_t j) {
            return lines.value[fifth][j] > 1e-3
                       ? 2 * to_variance * std::pow(1 - lorentz_share, 2) * width(j) * scale(j) * change(j)
                       : 0;
        });
        fill(parameter, sixth, [&](std::size_t j) {
            return lines.value[sixth][j] > 1e-3 ? lorentz_share * scale(j) * change(j) : 0;
        });
    }

    void differentiate_mix(std::size_t parameter, bool is_size) {
        constexpr double to_variance = 1 / (8 * std::numbers::ln2);
        auto const width = [&](std::size_t j) {
            return is_size ? 1e-4 * at(i.dif_c) * d[j] * d[j] * broad[j].size
                           : at(i.dif_c) * d[j] * broad[j].strain;
        };
        fill(parameter, fifth, [&](std::size_t j) {
            return lines.value[fifth][j] > 1e-3 ? -2 * to_variance * (1 - at(parameter)) * width(j) * width(j)
                                                : 0;
        });
        fill(parameter, sixth, [&](std::size_t j) { return lines.value[sixth][j] > 1e-3 ? width(j) : 0; });
    }

    void differentiate_sample() {
        double const size_l = at(share.size_lorentz), strain_l = at(share.strain_lorentz);
        widen(share.size, true, size_l, [&](std::size_t j) { return broad[j].d_size; });
        if (share.size_kind == SizeKind::uniaxial)
            widen(share.size_axial, true, size_l, [&](std::size_t j) { return broad[j].d_size_axial; });
        if (share.strain_kind != StrainKind::general)
            widen(share.strain, false, strain_l, [&](std::size_t j) { return broad[j].d_strain; });
        if (share.strain_kind == StrainKind::uniaxial)
            widen(share.strain_axial, false, strain_l,
                  [&](std::size_t j) { return broad[j].d_strain_axial; });
        for (std::size_t p = 0; p < share.strain_terms.count; ++p)
            widen(share.strain_terms[p], false, strain_l, [&](std::size_t j) {
                return broad[j].strain_term * list.strain_terms[j * share.strain_terms.count + p];
            });
        differentiate_mix(share.size_lorentz, true);
        differentiate_mix(share.strain_lorentz, false);
    }

    void differentiate_area() {
        fill(share.scale, area, [&](std::size_t j) { return lines.value[area][j] / at(share.scale); });
        fill(share.march, area, [&](std::size_t j) {
            Texture const t = texture(share, list, j, values);
            return lines.value[area][j] * t.d_march / t.factor;
        });
        for (std::size_t p = 0; p < share.texture.count; ++p)
            fill(share.texture[p], area, [&](std::size_t j) {
                return lines.value[area][j] * list.harmonics[j * share.texture.count + p] /
                       texture(share, list, j, values).harmonic;
            });
        fill(share.extinction, area, [&](std::size_t j) {
            double const wavelength = 2 * d[j] * sine();
            double const per = f.value[j] * wavelength * wavelength / (lines.volume * lines.volume);
            Extinction const e = extinction(at(share.extinction) * per, sine() * sine());
            return lines.value[area][j] * e.d_x / e.factor * per;
        });
        for (auto const& [parameter, change] : f.d)
            fill(parameter, area, [&](std::size_t j) { return gain[j] * change[j]; });
        for (std::size_t p = 0; p < share.intensities.count; ++p)
            if (LineDerivative* const one = of(share.intensities[p])) of.array(*one, area)[p] += gain[p];
    }
};

}  // namespace

void add_flight_lines(Model const& model, ShareModel const& share, ReflectionList const& list,
                      ShareCell const& cell, Squares const& f, std::span<double const> values,
                      Wanted const& wanted, Lines& lines) {
    FlightCalculator calculator{model, share, list, cell, f, values, lines, DerivativeOf(lines, wanted)};
    calculator.allocate();
    for (std::size_t j = 0; j < list.size; ++j) calculator.calculate(j);
    calculator.differentiate_metric();
    calculator.differentiate_instrument();
    calculator.differentiate_sample();
    calculator.differentiate_area();
}

}  // namespace hutch::powder::refine::detail
