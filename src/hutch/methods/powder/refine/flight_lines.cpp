// Lines at time of flight: positions, back-to-back exponentials, widths and areas, with derivatives.
#include "hutch/methods/powder/refine/detail/share_state.hpp"

#include <cmath>

namespace hutch::powder::refine::detail {
namespace {

struct FlightCalculator : LineContext {
    PatternModel const& pattern;
    FlightInstrument const& i = pattern.flight;
    double sine = std::sin(i.two_theta / 2 * degree);
    std::vector<double> d{};  // spacings; slopes are by q

    void calculate(std::size_t j) {
        double const q = lines.q[j], s = 1 / std::sqrt(q), s2 = s * s, s4 = s2 * s2;
        double const ds = -0.5 * s / q;  // change of d with q
        d[j] = s, per_q[j] = 1;
        size_unit[j] = 1e-4 * at(i.dif_c) * s2, strain_unit[j] = at(i.dif_c) * s;
        auto& v = lines.value;
        v[centre][j] = at(i.dif_c) * s + at(i.dif_a) * s2 + at(i.dif_b) / s + at(i.zero);
        slope[centre][j] = (at(i.dif_c) + 2 * at(i.dif_a) * s - at(i.dif_b) / s2) * ds;
        v[third][j] = std::max(1e-4, at(i.alpha) / s);
        slope[third][j] = at(i.alpha) / s > 1e-4 ? -at(i.alpha) / s2 * ds : 0;
        double const beta = at(i.beta_0) + at(i.beta_1) / s4 + at(i.beta_q) / s2;
        v[fourth][j] = std::max(1e-4, beta);
        slope[fourth][j] =
            beta > 1e-4 ? (-4 * at(i.beta_1) / (s4 * s) - 2 * at(i.beta_q) / (s2 * s)) * ds : 0;
        double const size = size_width(j), strain = strain_width(j);
        double const size_d = 2 * size / s * ds, strain_d = strain / s * ds;
        double const size_l = at(share.size_lorentz), strain_l = at(share.strain_lorentz);
        double const variance =
            at(i.sigma_0) + at(i.sigma_1) * s2 + at(i.sigma_2) * s4 + at(i.sigma_q) * s +
            gauss_unit * (std::pow((1 - size_l) * size, 2) + std::pow((1 - strain_l) * strain, 2));
        v[fifth][j] = std::max(least_gauss, variance);
        if (variance > least_gauss)
            slope[fifth][j] =
                (2 * at(i.sigma_1) * s + 4 * at(i.sigma_2) * s2 * s + at(i.sigma_q)) * ds +
                2 * gauss_unit *
                    (std::pow(1 - size_l, 2) * size * size_d + std::pow(1 - strain_l, 2) * strain * strain_d);
        double const width = at(i.x) * s + at(i.y) * s2 + at(i.z) + size_l * size + strain_l * strain;
        v[sixth][j] = std::max(least_lorentz, width);
        if (width > least_lorentz)
            slope[sixth][j] = (at(i.x) + 2 * at(i.y) * s) * ds + size_l * size_d + strain_l * strain_d;
        calculate_area(j, s, ds);
    }

    void calculate_area(std::size_t j, double s, double ds) {
        double const wavelength = 2 * s * sine;
        Texture const& t = textures[j];
        double const absorbed = std::exp(-at(i.absorption) * wavelength);
        double const v2 = lines.volume * lines.volume;
        double const x = at(share.extinction) * f.value[j] * wavelength * wavelength / v2;
        Extinction const e = extinction(x, sine * sine);
        double const base = at(share.scale) * list.multiplicity[j] * std::pow(s, 4) * sine / v2 * t.factor *
                            t.harmonic * absorbed;
        lines.area_per_square[j] = base * e.factor;
        lines.value[area][j] = base * e.factor * f.value[j];
        gain[j] = base * (e.factor + x * e.d_x);
        double const relative = x * e.d_x / e.factor;
        slope[area][j] = lines.value[area][j] * (4 / s - 2 * at(i.absorption) * sine + 2 * relative / s) * ds;
        volume_power[j] = -2 - 2 * relative;
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
            fill(parameter, fifth,
                 [&, power](std::size_t j) { return has_gauss(j) ? std::pow(d[j], power) : 0; });
        };
        variance(i.sigma_0, 0), variance(i.sigma_1, 2), variance(i.sigma_2, 4), variance(i.sigma_q, 1);
        auto const broaden = [&](std::size_t parameter, double power) {
            fill(parameter, sixth,
                 [&, power](std::size_t j) { return has_lorentz(j) ? std::pow(d[j], power) : 0; });
        };
        broaden(i.x, 1), broaden(i.y, 2), broaden(i.z, 0);
        fill_relative(i.absorption, [&](std::size_t j) { return -2 * d[j] * sine; });
        differentiate_dif_c_of_widths();
    }

    // Widths of the sample are lengths: difC turns them into times.
    void differentiate_dif_c_of_widths() {
        double const size_l = at(share.size_lorentz), strain_l = at(share.strain_lorentz), c = at(i.dif_c);
        fill(i.dif_c, gauss, [&](std::size_t j) {
            double const square =
                std::pow((1 - size_l) * size_width(j), 2) + std::pow((1 - strain_l) * strain_width(j), 2);
            return has_gauss(j) ? 2 * gauss_unit * square / c : 0;
        });
        fill(i.dif_c, lorentz, [&](std::size_t j) {
            return has_lorentz(j) ? (size_l * size_width(j) + strain_l * strain_width(j)) / c : 0;
        });
    }

    void differentiate_extinction() {
        fill_relative(share.extinction, [&](std::size_t j) {
            double const wavelength = 2 * d[j] * sine;
            double const per = f.value[j] * wavelength * wavelength / (lines.volume * lines.volume);
            Extinction const e = extinction(at(share.extinction) * per, sine * sine);
            return e.d_x / e.factor * per;
        });
    }
};

}  // namespace

void add_flight_lines(PatternModel const& pattern, LineContext context) {
    FlightCalculator calculator{std::move(context), pattern};
    calculator.d.assign(calculator.lines.size(), 0);
    for (std::size_t j = 0; j < calculator.lines.size(); ++j) calculator.calculate(j);
    constexpr Quantity moving[] = {area, centre, third, fourth, fifth, sixth};
    calculator.differentiate_metric(moving);
    calculator.differentiate_instrument();
    calculator.differentiate_sample_widths();
    calculator.differentiate_extinction();
    calculator.differentiate_area();
}

}  // namespace hutch::powder::refine::detail
