/// Calculate one pattern of a refinement straight from the definitions, for tests: no engine, any number
/// type.
#pragma once

#include "hutch/methods/powder/refine/calculate.hpp"
#include "hutch/methods/powder/refine/test_plain_profiles.hpp"

#include <array>
#include <complex>
#include <set>
#include <vector>

namespace hutch::powder::refine::plain {

// From the engine it takes only the lists of indices hkl and the tables of scattering, symmetry forms and
// texture harmonics, which have tests of their own. Directions (uniaxial broadening, March's axis, harmonics)
// and dispersion are those of the starting cell and wavelength, as model.hpp and lines.hpp say.

template <class T>
using Six = std::array<T, 6>;

template <class T>
std::vector<T> numbers_of(Tied const& tied, std::vector<T> const& values) {
    std::vector<T> result;
    for (std::size_t i = 0; i < tied.form.size; ++i) {
        T sum = tied.form.offset[i];
        for (std::size_t p = 0; p < tied.block.count; ++p)
            sum += tied.form.basis[p * tied.form.size + i] * values[tied.block[p]];
        result.push_back(sum);
    }
    return result;
}

template <class T>
T determinant(Six<T> const& m) {  // 11 22 33 12 13 23
    return m[0] * m[1] * m[2] + 2.0 * m[3] * m[4] * m[5] - m[0] * m[5] * m[5] - m[1] * m[4] * m[4] -
           m[2] * m[3] * m[3];
}
template <class T>
Six<T> inverted(Six<T> const& m) {
    T const d = determinant(m);
    return {(m[1] * m[2] - m[5] * m[5]) / d, (m[0] * m[2] - m[4] * m[4]) / d,
            (m[0] * m[1] - m[3] * m[3]) / d, (m[4] * m[5] - m[3] * m[2]) / d,
            (m[3] * m[5] - m[4] * m[1]) / d, (m[3] * m[4] - m[5] * m[0]) / d};
}
template <class T>
Six<T> metric_of(std::vector<T> const& cell) {
    T const a = cell[0], b = cell[1], c = cell[2];
    return {a * a,
            b * b,
            c * c,
            a * b * cos(cell[5] * degree),
            a * c * cos(cell[4] * degree),
            b * c * cos(cell[3] * degree)};
}
template <class T>
T product(Six<T> const& g, std::array<double, 3> const& a, std::array<double, 3> const& b) {
    return g[0] * a[0] * b[0] + g[1] * a[1] * b[1] + g[2] * a[2] * b[2] + g[3] * (a[0] * b[1] + a[1] * b[0]) +
           g[4] * (a[0] * b[2] + a[2] * b[0]) + g[5] * (a[1] * b[2] + a[2] * b[1]);
}

inline std::array<double, 3> turned(std::array<double, 3> const& h, data::Operation const& operation) {
    std::array<double, 3> result{};
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j) result[j] += h[i] * operation.rotation[3 * i + j];
    return result;
}

/// cos^2 of the angle between two plane normals in the cell of the start.
inline double squared_cosine(data::Cell const& c, std::array<double, 3> const& a,
                             std::array<double, 3> const& b) {
    auto const g = inverted(metric_of(std::vector<double>{c.a, c.b, c.c, c.alpha, c.beta, c.gamma}));
    return std::pow(product(g, a, b), 2) / (product(g, a, a) * product(g, b, b));
}

/// f0 at a q = 1/d^2 that may have derivatives: those are differences of the table's values, of fourth order.
template <class T>
T form_factor_at(Species const& species, T const& q) {
    auto const value = [&](double at) { return form_factor(species, at / 4).value; };
    if constexpr (std::is_same_v<T, double>) {
        return value(q);
    } else {
        double const x = q.value, e = 1e-3 * x;
        double const slope =
            (8 * (value(x + e) - value(x - e)) - (value(x + 2 * e) - value(x - 2 * e))) / (12 * e);
        return q.chain(value(x), slope);
    }
}

/// One phase in one pattern at given values of all parameters.
template <class T>
class SharePlain {
  public:
    SharePlain(Model const& model, Prepared const& prepared, std::size_t share, std::vector<T> const& values)
        : model_(model),
          share_(model.shares[share]),
          phase_(model.phases[share_.phase]),
          pattern_(model.patterns[share_.pattern]),
          list_(prepared.lists[share]),
          given_(prepared.squared[share]),
          values_(values) {
        reciprocal_ = inverted(metric_of(numbers_of(phase_.cell, values)));
        auto const added = numbers_of(share_.lattice, values);
        for (std::size_t i = 0; i < 6; ++i) reciprocal_[i] += 1e-6 * added[i];
        volume_ = 1.0 / sqrt(determinant(reciprocal_));
    }

    void add_to(std::vector<T>& y) const {
        for (std::size_t j = 0; j < list_.size; ++j) {
            Reflection const r = reflection(j);
            if (pattern_.is_flight) {
                add_flight(r, y);
                continue;
            }
            for (std::size_t w = 0; w < pattern_.instrument.wavelengths.size(); ++w) add_angle(r, w, y);
        }
    }

  private:
    struct Reflection {
        std::array<double, 3> h;
        double multiplicity;
        T q, d, square;      // 1/d^2, d, |F|^2
        T per_size, strain;  // 1/size [1/angstrom], strain [1]
        T texture;
    };

    T at(std::size_t parameter) const { return values_[parameter]; }

    Reflection reflection(std::size_t j) const {
        Reflection r{{list_.h[j], list_.k[j], list_.l[j]}, 0, {}, {}, {}, {}, {}, {}};
        std::set<std::array<double, 3>> equivalents;
        for (data::Operation const& one : phase_.structure.operations) {
            auto const h = turned(r.h, one);
            equivalents.insert({h[0] + 0.0, h[1] + 0.0, h[2] + 0.0});
            equivalents.insert({0.0 - h[0], 0.0 - h[1], 0.0 - h[2]});
        }
        r.multiplicity = double(equivalents.size());
        r.q = product(reciprocal_, r.h, r.h);
        r.d = 1.0 / sqrt(r.q);
        r.square = phase_.intensities == Intensities::structure ? squared_factor(r)
                   : share_.intensities.count > 0               ? at(share_.intensities[j])
                                                                : T(given_[j]);
        set_broadening(r);
        r.texture = texture(r);
        return r;
    }

    // The mean of |F(h)|^2 and |F(-h)|^2, each a sum over all operations and sites.
    T squared_factor(Reflection const& r) const {
        T sum(0);
        for (double const sign : {1.0, -1.0}) {
            T real(0), imaginary(0);
            for (std::size_t s = 0; s < phase_.sites.size(); ++s) {
                auto const [wave_real, wave_imaginary] = wave(r, s, sign);
                auto const [f, f2] = scattering(phase_.structure.sites[s], r.q);
                real += f * wave_real - f2 * wave_imaginary;
                imaginary += f * wave_imaginary + f2 * wave_real;
            }
            sum += 0.5 * (real * real + imaginary * imaginary);
        }
        return sum;
    }

    std::pair<T, double> scattering(data::Site const& site, T const& q) const {
        Species const species = nearest_tabulated(site.atomic_number, site.charge, site.is_deuterium);
        if (pattern_.instrument.radiation == Radiation::neutron) {
            Dispersion const b = neutron_length(species);
            return {T(0.1 * b.real), 0.1 * b.imaginary};
        }
        double const wavelength = pattern_.is_flight ? 1.0 : pattern_.instrument.wavelengths[0].value;
        Dispersion const f = model_.dispersion->at(site.atomic_number, wavelength);
        return {form_factor_at(species, q) + f.real, f.imaginary};
    }

    std::pair<T, T> wave(Reflection const& r, std::size_t s, double sign) const {
        SiteModel const& site = phase_.sites[s];
        auto const& operations = phase_.structure.operations;
        auto const position = numbers_of(site.position, values_);
        T real(0), imaginary(0);
        for (data::Operation const& one : operations) {
            auto const h = turned(r.h, one);
            T turns = h[0] * position[0] + h[1] * position[1] + h[2] * position[2];
            for (std::size_t i = 0; i < 3; ++i) turns += r.h[i] * one.translation[i] / 24.0;
            T const phase = sign * 2 * pi * turns, damping = displacement_factor(site, r, h);
            real += damping * cos(phase);
            imaginary += damping * sin(phase);
        }
        T const weight =
            at(site.occupancy) * (phase_.structure.sites[s].multiplicity / double(operations.size()));
        return {weight * real, weight * imaginary};
    }

    T displacement_factor(SiteModel const& site, Reflection const& r, std::array<double, 3> const& h) const {
        if (!site.is_anisotropic) return exp(-2 * pi * pi * at(site.u_iso) * r.q);
        auto const u = numbers_of(site.displacement, values_);
        T const x = h[0] * sqrt(reciprocal_[0]), y = h[1] * sqrt(reciprocal_[1]),
                z = h[2] * sqrt(reciprocal_[2]);
        return exp(-2 * pi * pi *
                   (u[0] * x * x + u[1] * y * y + u[2] * z * z +
                    2.0 * (u[3] * x * y + u[4] * x * z + u[5] * y * z)));
    }

    void set_broadening(Reflection& r) const {
        double const c2 = squared_cosine(phase_.structure.cell, r.h, share_.broadening_axis), s2 = 1 - c2;
        T const size = 1e4 * at(share_.size);
        r.per_size = 1.0 / size;
        if (share_.size_kind == SizeKind::uniaxial) {
            T const axial = 1e4 * at(share_.size_axial);
            r.per_size = sqrt(s2 / (size * size) + c2 / (axial * axial));
        }
        if (share_.strain_kind == StrainKind::general) {
            std::vector<T> const terms = numbers_of(Tied{share_.strain_form, share_.strain_terms}, values_);
            T sum(0);
            for (std::size_t m = 0; m < terms.size(); ++m)
                sum += 1e-12 * std::pow(r.h[0], quartic_exponents[m][0]) *
                       std::pow(r.h[1], quartic_exponents[m][1]) * std::pow(r.h[2], quartic_exponents[m][2]) *
                       terms[m];
            r.strain = value_of(sum) > 0 ? sqrt(sum) / r.q : T(0);
            return;
        }
        r.strain = 1e-6 * at(share_.strain);
        if (share_.strain_kind == StrainKind::uniaxial) {
            T const axial = 1e-6 * at(share_.strain_axial), across = r.strain;
            r.strain = 1.0 / sqrt(s2 / (across * across) + c2 / (axial * axial));
        }
    }

    T texture(Reflection const& r) const {
        T const ratio = at(share_.march);
        T sum(0);
        for (data::Operation const& one : phase_.structure.operations) {
            double const c2 = squared_cosine(phase_.structure.cell, turned(r.h, one), share_.march_axis);
            sum +=
                pow(ratio * ratio * c2 + (1 - c2) / ratio, -1.5) / double(phase_.structure.operations.size());
        }
        if (share_.texture.count == 0) return sum;
        Harmonics const harmonics(phase_.structure, share_.texture_degree);
        std::vector<double> terms(share_.texture.count);
        harmonics.evaluate(r.h[0], r.h[1], r.h[2], terms);
        T factor(1);
        for (std::size_t t = 0; t < terms.size(); ++t) factor += terms[t] * at(share_.texture[t]);
        return sum * factor;
    }

    // Sabine's extinction of powders: see extinction() of the engine for the sources.
    T extinction(T const& x, T const& sine_squared) const {
        T laue;
        if (value_of(x) > 1)
            laue = sqrt(2.0 / (pi * x)) * (1.0 - 0.125 / x);
        else
            laue = 1.0 - x / 2.0 + x * x / 4.0 - 5.0 / 48 * x * x * x + 7.0 / 192 * x * x * x * x -
                   7.0 / 640 * x * x * x * x * x + 0.0028497409 * x * x * x * x * x * x;
        return sine_squared / sqrt(1.0 + x) + laue * (1.0 - sine_squared);
    }

    T shift(T const& theta) const {
        AngleInstrument const& i = pattern_.angle;
        double const radius = pattern_.instrument.goniometer_radius_mm;
        T const base = at(i.zero) - at(i.transparency) * sin(2.0 * theta);
        if (pattern_.instrument.geometry == Geometry::bragg_brentano)
            return base - 2 / (radius * degree) * at(i.displacement) * cos(theta);
        return base + (at(i.perpendicular) * cos(2.0 * theta) + at(i.parallel) * sin(2.0 * theta)) /
                          (radius * degree);
    }

    T absorption_and_roughness(T const& sine) const {
        AngleInstrument const& i = pattern_.angle;
        if (pattern_.instrument.geometry == Geometry::bragg_brentano) {
            T const a = at(i.roughness_a), b = at(i.roughness_b);
            return (a + (1.0 - a) * exp(-b / sine)) / (a + (1.0 - a) * exp(-b));
        }
        T const mu_r = at(i.absorption);
        return exp(-(1.7133 * mu_r - 0.0927 * mu_r * mu_r) +
                   (0.0368 * mu_r + 0.3750 * mu_r * mu_r) * sine * sine);
    }

    void add_angle(Reflection const& r, std::size_t w, std::vector<T>& y) const {
        AngleInstrument const& i = pattern_.angle;
        auto const& waves = pattern_.instrument.wavelengths;
        T const wavelength = at(i.wavelength) * (waves[w].value / waves[0].value),
                sine = wavelength / (2.0 * r.d);
        if (value_of(sine) >= 0.9999) return;
        T const theta = asin(sine), c = cos(theta), t = sine / c;
        T weight(waves[w].weight);
        if (w == 1) weight = waves[0].weight * at(i.ratio);
        bool const is_xray = pattern_.instrument.radiation == Radiation::xray;
        T polarisation(1), per(1);
        if (is_xray) {
            double const m = std::pow(std::cos(pattern_.instrument.monochromator_two_theta * degree), 2);
            T const p = at(i.polarisation), cosine = cos(2.0 * theta);
            polarisation = (p + (1.0 - p) * m * cosine * cosine) / (p + (1.0 - p) * m);
            per = 0.0794078 * (1.0 + cosine * cosine) / 2.0;
        }
        T const x = at(share_.extinction) * r.square * wavelength * wavelength / (volume_ * volume_) * per;
        T const area = at(share_.scale) * weight * r.multiplicity / (volume_ * volume_) * polarisation /
                       (sine * sine * c) * r.texture * absorption_and_roughness(sine) *
                       extinction(x, sine * sine) * r.square;
        T const size = wavelength * r.per_size / c / degree, strain = r.strain * t / degree;
        T const size_l = at(share_.size_lorentz), strain_l = at(share_.strain_lorentz);
        T const size_g = (1.0 - size_l) * size, strain_g = (1.0 - strain_l) * strain;
        T const gauss = at(i.u) * t * t + at(i.v) * t + at(i.w) + size_g * size_g + strain_g * strain_g;
        T const lorentz = at(i.x) / c + at(i.y) * t + at(i.z) + size_l * size + strain_l * strain;
        T const bragg = 2.0 / degree * theta;
        std::array<T, 5> const inputs{bragg + shift(theta), bragg, at_least(gauss, 1e-8),
                                      at_least(lorentz, 1e-5), at(i.axial)};
        draw(AngleProfile(seeded(inputs), pattern_.angle.axial_share), inputs, area, y);
    }

    void add_flight(Reflection const& r, std::vector<T>& y) const {
        FlightInstrument const& i = pattern_.flight;
        T const d = r.d, d2 = d * d, sine(std::sin(i.two_theta / 2 * degree)), wavelength = 2.0 * d * sine;
        T const x = at(share_.extinction) * r.square * wavelength * wavelength / (volume_ * volume_);
        T const area = at(share_.scale) * r.multiplicity * d2 * d2 * sine / (volume_ * volume_) * r.texture *
                       exp(-at(i.absorption) * wavelength) * extinction(x, sine * sine) * r.square;
        T const size = at(i.dif_c) * d2 * r.per_size, strain = at(i.dif_c) * d * r.strain;
        T const size_l = at(share_.size_lorentz), strain_l = at(share_.strain_lorentz);
        T const size_g = (1.0 - size_l) * size, strain_g = (1.0 - strain_l) * strain;
        T const variance = at(i.sigma_0) + at(i.sigma_1) * d2 + at(i.sigma_2) * d2 * d2 + at(i.sigma_q) * d +
                           (size_g * size_g + strain_g * strain_g) / (8 * std::numbers::ln2);
        T const lorentz = at(i.x) * d + at(i.y) * d2 + at(i.z) + size_l * size + strain_l * strain;
        std::array<T, 5> const inputs{
            at(i.dif_c) * d + at(i.dif_a) * d2 + at(i.dif_b) / d + at(i.zero),
            at_least(at(i.alpha) / d, 1e-4),
            at_least(at(i.beta_0) + at(i.beta_1) / (d2 * d2) + at(i.beta_q) / d2, 1e-4),
            at_least(variance, 1e-3), at_least(lorentz, 1e-3)};
        draw(FlightProfile(seeded(inputs)), inputs, area, y);
    }

    void draw(auto const& profile, std::array<T, 5> const& inputs, T const& area, std::vector<T>& y) const {
        auto const x = pattern_.x();
        for (std::size_t i = 0; i < x.size(); ++i) y[i] += area * chained(profile.at(x[i]), inputs);
    }

    Model const& model_;
    ShareModel const& share_;
    PhaseModel const& phase_;
    PatternModel const& pattern_;
    ReflectionList const& list_;
    std::vector<double> const& given_;
    std::vector<T> const& values_;
    Six<T> reciprocal_;
    T volume_;
};

template <class T>
T background_at(PatternModel const& pattern, double t, std::vector<T> const& values) {
    std::size_t const n = pattern.background.count;
    T sum(0);
    for (std::size_t k = 0; k < n; ++k) {
        double term = 0;
        switch (pattern.background_kind) {
            case BackgroundKind::chebyshev:
                term = std::cos(double(k) * std::acos(std::clamp(2 * t - 1, -1.0, 1.0)));
                break;
            case BackgroundKind::cosine:
                term = std::cos(double(k) * pi * t);
                break;
            case BackgroundKind::interpolated:
                term = n == 1 ? 1 : std::max(0.0, 1 - std::abs(t * double(n - 1) - double(k)));
        }
        sum += term * values[pattern.background[k]];
    }
    return sum;
}

}  // namespace hutch::powder::refine::plain

namespace hutch::powder::refine {

/// Return one pattern at its points in range: every line everywhere, no truncation.
template <class T>
std::vector<T> plain_pattern(Model const& model, Prepared const& prepared, std::size_t which,
                             std::vector<T> const& values) {
    PatternModel const& pattern = model.patterns[which];
    auto const x = pattern.x();
    std::vector<T> y;
    for (std::size_t i = 0; i < x.size(); ++i) {
        y.push_back(plain::background_at(pattern, (x[i] - x.front()) / (x.back() - x.front()), values));
        if (!pattern.fixed_background.empty()) y[i] += pattern.fixed_background[pattern.begin + i];
    }
    for (HumpModel const& hump : pattern.humps) {
        plain::PseudoVoigt<T> const shape(at_least(values[hump.gauss], 1e-8), values[hump.lorentz]);
        for (std::size_t i = 0; i < x.size(); ++i)
            y[i] += values[hump.area] * shape.at(x[i] - values[hump.position]);
    }
    for (std::size_t s = 0; s < model.shares.size(); ++s)
        if (model.shares[s].pattern == which) plain::SharePlain<T>(model, prepared, s, values).add_to(y);
    return y;
}

}  // namespace hutch::powder::refine
