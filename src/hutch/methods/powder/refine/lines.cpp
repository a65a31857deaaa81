#include "hutch/methods/powder/refine/lines.hpp"

#include "hutch/methods/powder/refine/detail/share_state.hpp"
#include "hutch/methods/powder/simulate.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace hutch::powder::refine {
namespace {

using data::Matrix3, data::product;

std::array<double, 6> to_six(Matrix3 const& m) { return {m[0], m[4], m[8], m[1], m[2], m[5]}; }
data::Cell cell_now(PhaseModel const& phase, std::span<double const> values) {
    std::array<double, 6> c;
    phase.cell.evaluate(values, c);
    return {c[0], c[1], c[2], c[3], c[4], c[5]};
}

// Derivative of the direct metric by one of a b c alpha beta gamma [angstrom, degree].
Matrix3 metric_change(data::Cell const& cell, std::size_t which) {
    double const length[3] = {cell.a, cell.b, cell.c}, angle[3] = {cell.alpha, cell.beta, cell.gamma};
    Matrix3 d{};
    auto const set = [&](std::size_t i, std::size_t j, double value) { d[3 * i + j] = d[3 * j + i] = value; };
    if (which >= 3) {  // alpha ties b and c, beta a and c, gamma a and b
        std::size_t const i = which == 3 ? 1 : 0, j = which == 5 ? 1 : 2;
        set(i, j, -length[i] * length[j] * std::sin(angle[which - 3] * detail::degree) * detail::degree);
        return d;
    }
    Matrix3 const g = data::metric(cell);
    for (std::size_t j = 0; j < 3; ++j)
        set(which, j, j == which ? 2 * length[which] : g[3 * which + j] / length[which]);
    return d;
}

double squared_cosine(Matrix3 const& g, std::array<double, 3> const& a, std::array<double, 3> const& b) {
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j) {
            ab += a[i] * g[3 * i + j] * b[j];
            aa += a[i] * g[3 * i + j] * a[j];
            bb += b[i] * g[3 * i + j] * b[j];
        }
    return ab * ab / (aa * bb);
}

double contents_mass(data::Structure const& structure) {
    return data::density(structure) * data::volume(structure.cell) * 0.602214076;  // N_A [1e24/mol]
}

void add_directions(ReflectionList& list, Reflections const& table, ShareModel const& share,
                    data::Structure const& structure) {
    Matrix3 const g = data::inverse(data::metric(structure.cell));
    list.equivalents = table.laue.size();
    for (std::size_t j = 0; j < list.size; ++j) {
        std::array<double, 3> const h{list.h[j], list.k[j], list.l[j]};
        list.cosine_squared.push_back(squared_cosine(g, h, share.broadening_axis));
        for (auto const& rotation : table.laue) {
            std::array<double, 3> turned{};
            for (std::size_t c = 0; c < 3; ++c)
                for (std::size_t i = 0; i < 3; ++i) turned[c] += h[i] * double(rotation[3 * i + c]);
            list.march_squared.push_back(squared_cosine(g, turned, share.march_axis));
        }
    }
}

// Each free parameter's polynomial at each reflection.
void add_strain_terms(ReflectionList& list, ShareModel const& share) {
    Form const& form = share.strain_form;
    auto const& exponents = quartic_exponents;
    for (std::size_t j = 0; j < list.size; ++j)
        for (std::size_t p = 0; p < form.names.size(); ++p) {
            double sum = 0;
            for (std::size_t m = 0; m < form.size; ++m)
                sum += form.basis[p * form.size + m] * std::pow(list.h[j], exponents[m][0]) *
                       std::pow(list.k[j], exponents[m][1]) * std::pow(list.l[j], exponents[m][2]);
            list.strain_terms.push_back(sum);
        }
}

}  // namespace

void Tied::evaluate(std::span<double const> values, std::span<double> result) const {
    form.evaluate(values.subspan(block.first, block.count), result);
}

char const* to_name(Intensities intensities) {
    return intensities == Intensities::structure ? "structure"
           : intensities == Intensities::le_bail ? "le_bail"
                                                 : "pawley";
}

char const* to_name(BackgroundKind kind) {
    return kind == BackgroundKind::chebyshev ? "chebyshev"
           : kind == BackgroundKind::cosine  ? "cosine"
                                             : "interpolated";
}

ReflectionList make_list(Model const& model, ShareModel const& share, Reflections const& table) {
    PhaseModel const& phase = model.phases[share.phase];
    ReflectionList list;
    list.size = table.size;
    auto const copy = [&](std::vector<float> const& from) {
        return std::vector<double>(from.begin(), from.begin() + std::ptrdiff_t(table.size));
    };
    list.h = copy(table.h), list.k = copy(table.k), list.l = copy(table.l);
    list.multiplicity = copy(table.multiplicity);
    add_directions(list, table, share, phase.structure);
    if (share.texture.count > 0) {
        Harmonics const harmonics(phase.structure, share.texture_degree);
        list.harmonics.resize(table.size * share.texture.count);
        for (std::size_t j = 0; j < table.size; ++j)
            harmonics.evaluate(
                list.h[j], list.k[j], list.l[j],
                std::span(list.harmonics).subspan(j * share.texture.count, share.texture.count));
    }
    if (share.strain_kind == StrainKind::general) add_strain_terms(list, share);
    list.species = table.species;
    list.mass = contents_mass(phase.structure);
    return list;
}

double needed_d_min(PatternModel const& pattern, Parameters const& parameters) {
    constexpr double margin = 1.02;
    if (pattern.is_flight) {
        FlightInstrument const& i = pattern.flight;
        double const dif_c = parameters[i.dif_c].value;
        return std::max(0.05, (pattern.x().front() - parameters[i.zero].value) / dif_c / margin);
    }
    double shortest = 1e9;
    for (Wavelength const& one : pattern.instrument.wavelengths) shortest = std::min(shortest, one.value);
    return powder::needed_d_min(pattern.x().back(), shortest) / margin;
}

Lines calculate_lines(Model const& model, ShareModel const& share, ReflectionList const& list,
                      std::span<double const> values, std::span<double const> squared, Wanted const& wanted) {
    PhaseModel const& phase = model.phases[share.phase];
    PatternModel const& pattern = model.patterns[share.pattern];
    detail::ShareCell const cell = detail::make_cell(phase, share, values, wanted);
    Lines lines;
    lines.reflections = list.size;
    lines.wavelengths = pattern.is_flight ? 1 : pattern.instrument.wavelengths.size();
    lines.volume = cell.volume;
    for (std::size_t j = 0; j < list.size; ++j)
        lines.q.push_back(detail::quadratic(cell.reciprocal, list.h[j], list.k[j], list.l[j]));
    detail::Squares f;
    if (phase.intensities == Intensities::structure) {
        f = detail::squares(model, share, list, cell, lines.q,
                            pattern.is_flight ? 1.0 : pattern.instrument.wavelengths.front().value, values,
                            wanted);
    } else {
        f.value.assign(squared.begin(), squared.end());
        f.d_q.assign(list.size, 0);
        for (auto& axis : f.d_axis) axis.assign(list.size, 0);
    }
    lines.squared = f.value;
    constexpr double variance = 1 / (8 * std::numbers::ln2);  // of a FWHM^2
    detail::LineContext context{
        share,  list,  cell, f,    values, lines, detail::DerivativeOf(lines, wanted),
        fourth, fifth, 1,    1e-8, 1e-5};  // floors as line_shape() of the room has them
    if (pattern.is_flight)
        context.gauss = fifth, context.lorentz = sixth, context.gauss_unit = variance,
        context.least_gauss = context.least_lorentz = 1e-3;
    context.allocate();
    if (pattern.is_flight)
        detail::add_flight_lines(pattern, std::move(context));
    else
        detail::add_angle_lines(pattern, std::move(context));
    return lines;
}

namespace detail {

double ShareCell::log_volume(std::array<double, 6> const& change) const {
    auto const& g = reciprocal;
    Matrix3 const direct = data::inverse({g[0], g[3], g[4], g[3], g[1], g[5], g[4], g[5], g[2]});
    auto const d = to_six(direct);
    return -0.5 * (d[0] * change[0] + d[1] * change[1] + d[2] * change[2] +
                   2 * (d[3] * change[3] + d[4] * change[4] + d[5] * change[5]));
}

ShareCell make_cell(PhaseModel const& phase, ShareModel const& share, std::span<double const> values,
                    Wanted const& wanted) {
    data::Cell const cell = cell_now(phase, values);
    Matrix3 const reciprocal = data::inverse(data::metric(cell));
    ShareCell result;
    result.reciprocal = to_six(reciprocal);
    std::array<double, 6> added{};
    share.lattice.evaluate(values, added);
    for (std::size_t i = 0; i < 6; ++i) result.reciprocal[i] += 1e-6 * added[i];
    auto const& g = result.reciprocal;
    result.volume = 1 / std::sqrt(data::determinant({g[0], g[3], g[4], g[3], g[1], g[5], g[4], g[5], g[2]}));
    for (std::size_t p = 0; p < phase.cell.block.count; ++p) {
        if (!wanted(phase.cell.block[p])) continue;
        Matrix3 sum{};
        for (std::size_t i = 0; i < 6; ++i) {
            double const part = phase.cell.form.basis[p * 6 + i];
            if (part == 0) continue;
            Matrix3 const change = metric_change(cell, i);
            for (std::size_t m = 0; m < 9; ++m) sum[m] += part * change[m];
        }
        auto six = to_six(product(reciprocal, product(sum, reciprocal)));
        for (double& value : six) value = -value;
        result.changes.push_back({phase.cell.block[p], six});
    }
    for (std::size_t p = 0; p < share.lattice.block.count; ++p) {
        if (!wanted(share.lattice.block[p])) continue;
        std::array<double, 6> six;
        for (std::size_t i = 0; i < 6; ++i) six[i] = 1e-6 * share.lattice.form.basis[p * 6 + i];
        result.changes.push_back({share.lattice.block[p], six});
    }
    return result;
}

Broadening broadening(ShareModel const& share, ReflectionList const& list, std::size_t j, double q,
                      std::span<double const> values) {
    Broadening b;
    double const cosine2 = list.cosine_squared[j], sine2 = 1 - cosine2, size = values[share.size];
    b.size = 1 / size, b.d_size = -1 / (size * size);
    if (share.size_kind == SizeKind::uniaxial) {
        double const axial = values[share.size_axial];
        double const root = std::sqrt(sine2 * axial * axial + cosine2 * size * size);
        b.size = root / (size * axial);
        b.d_size = -sine2 * axial / (root * size * size);
        b.d_size_axial = -cosine2 * size / (root * axial * axial);
    }
    if (share.strain_kind == StrainKind::general) {
        std::size_t const terms = share.strain_terms.count;
        double sum = 0;
        for (std::size_t p = 0; p < terms; ++p)
            sum += 1e-12 * values[share.strain_terms[p]] * list.strain_terms[j * terms + p];
        if (sum <= 0) return b;
        b.strain = std::sqrt(sum) / q;
        b.d_strain_q = -b.strain / q;
        b.strain_term = 0.5e-12 / (std::sqrt(sum) * q);
        return b;
    }
    double const strain = 1e-6 * values[share.strain];
    b.strain = strain, b.d_strain = 1e-6;
    if (share.strain_kind == StrainKind::uniaxial) {
        double const axial = 1e-6 * values[share.strain_axial];
        double const root = std::sqrt(cosine2 * strain * strain + sine2 * axial * axial),
                     cube = root * root * root;
        if (root <= 0) return {b.size, 0, b.d_size, b.d_size_axial, 0, 0, 0, 0};
        b.strain = strain * axial / root;
        b.d_strain = 1e-6 * axial * axial * axial * sine2 / cube;
        b.d_strain_axial = 1e-6 * strain * strain * strain * cosine2 / cube;
    }
    return b;
}

Texture texture(ShareModel const& share, ReflectionList const& list, std::size_t j,
                std::span<double const> values) {
    Texture result;
    double const r = values[share.march];
    double sum = 0, slope = 0;
    for (std::size_t e = 0; e < list.equivalents; ++e) {
        double const c2 = list.march_squared[j * list.equivalents + e];
        double const base = r * r * c2 + (1 - c2) / r, power = r == 1 ? 1 : std::pow(base, -2.5);
        sum += power * base;
        slope -= 1.5 * power * (2 * r * c2 - (1 - c2) / (r * r));
    }
    result.factor = sum / double(list.equivalents);
    result.d_march = slope / double(list.equivalents);
    for (std::size_t t = 0; t < share.texture.count; ++t)
        result.harmonic += values[share.texture[t]] * list.harmonics[j * share.texture.count + t];
    return result;
}

void LineContext::allocate() {
    std::size_t const n = lines.size();
    for (auto& one : lines.value) one.assign(n, 0);
    for (auto& one : slope) one.assign(n, 0);
    for (auto* one : {&gain, &volume_power, &per_q, &size_unit, &strain_unit, &lines.area_per_square})
        one->assign(n, 0);
    lines.exists.assign(n, 1);
    for (std::size_t j = 0; j < lines.reflections; ++j) {
        broad.push_back(broadening(share, list, j, lines.q[j], values));
        textures.push_back(texture(share, list, j, values));
    }
}

void LineContext::differentiate_metric(std::span<Quantity const> moving) {
    for (MetricChange const& change : cell.changes) {
        double const log_volume = cell.log_volume(change.d);
        double log_axis[3];
        for (std::size_t c = 0; c < 3; ++c) log_axis[c] = 0.5 * change.d[c] / cell.reciprocal[c];
        std::vector<double> dq(lines.reflections);
        for (std::size_t j = 0; j < dq.size(); ++j)
            dq[j] = quadratic(change.d, list.h[j], list.k[j], list.l[j]);
        for (Quantity const quantity : moving)
            fill(change.parameter, quantity, [&](std::size_t line) {
                return slope[quantity][line] * per_q[line] * dq[reflection(line)];
            });
        fill(change.parameter, area, [&](std::size_t line) {
            std::size_t const j = reflection(line);
            double const square = f.d_q[j] * dq[j] + f.d_axis[0][j] * log_axis[0] +
                                  f.d_axis[1][j] * log_axis[1] + f.d_axis[2][j] * log_axis[2];
            return gain[line] * square + lines.value[area][line] * volume_power[line] * log_volume;
        });
        if (share.strain_kind != StrainKind::general) continue;  // of which the strain depends on q
        double const lorentz_share = at(share.strain_lorentz), gauss_share = 1 - lorentz_share;
        auto const d_strain = [&](std::size_t line) {
            return strain_unit[line] * broad[reflection(line)].d_strain_q * dq[reflection(line)];
        };
        fill(change.parameter, gauss, [&](std::size_t line) {
            return has_gauss(line)
                       ? 2 * gauss_unit * gauss_share * gauss_share * strain_width(line) * d_strain(line)
                       : 0;
        });
        fill(change.parameter, lorentz,
             [&](std::size_t line) { return has_lorentz(line) ? lorentz_share * d_strain(line) : 0; });
    }
}

// What a change of 1/size or of the strain does to both widths.
void LineContext::widen(std::size_t parameter, bool is_size, auto const& change) {
    double const lorentz_share = at(is_size ? share.size_lorentz : share.strain_lorentz),
                 gauss_share = 1 - lorentz_share;
    auto const width = [&](std::size_t line) { return is_size ? size_width(line) : strain_width(line); };
    auto const wider = [&](std::size_t line) {
        return (is_size ? size_unit : strain_unit)[line] * change(reflection(line));
    };
    fill(parameter, gauss, [&](std::size_t line) {
        return has_gauss(line) ? 2 * gauss_unit * gauss_share * gauss_share * width(line) * wider(line) : 0;
    });
    fill(parameter, lorentz,
         [&](std::size_t line) { return has_lorentz(line) ? lorentz_share * wider(line) : 0; });
}

void LineContext::differentiate_mix(std::size_t parameter, bool is_size) {
    auto const width = [&](std::size_t line) { return is_size ? size_width(line) : strain_width(line); };
    fill(parameter, gauss, [&](std::size_t line) {
        return has_gauss(line) ? -2 * gauss_unit * (1 - at(parameter)) * width(line) * width(line) : 0;
    });
    fill(parameter, lorentz, [&](std::size_t line) { return has_lorentz(line) ? width(line) : 0; });
}

void LineContext::differentiate_sample_widths() {
    widen(share.size, true, [&](std::size_t j) { return broad[j].d_size; });
    if (share.size_kind == SizeKind::uniaxial)
        widen(share.size_axial, true, [&](std::size_t j) { return broad[j].d_size_axial; });
    if (share.strain_kind != StrainKind::general)
        widen(share.strain, false, [&](std::size_t j) { return broad[j].d_strain; });
    if (share.strain_kind == StrainKind::uniaxial)
        widen(share.strain_axial, false, [&](std::size_t j) { return broad[j].d_strain_axial; });
    for (std::size_t p = 0; p < share.strain_terms.count; ++p)
        widen(share.strain_terms[p], false, [&](std::size_t j) {
            return broad[j].strain_term * list.strain_terms[j * share.strain_terms.count + p];
        });
    differentiate_mix(share.size_lorentz, true);
    differentiate_mix(share.strain_lorentz, false);
}

void LineContext::differentiate_area() {
    fill_relative(share.scale, [&](std::size_t) { return 1 / at(share.scale); });
    fill_relative(share.march, [&](std::size_t line) {
        Texture const& t = textures[reflection(line)];
        return t.d_march / t.factor;
    });
    std::size_t const terms = share.texture.count;
    for (std::size_t p = 0; p < terms; ++p)
        fill_relative(share.texture[p], [&](std::size_t line) {
            std::size_t const j = reflection(line);
            return list.harmonics[j * terms + p] / textures[j].harmonic;
        });
    for (auto const& [parameter, change] : f.d)
        fill(parameter, area, [&](std::size_t line) { return gain[line] * change[reflection(line)]; });
    for (std::size_t p = 0; p < share.intensities.count; ++p)
        if (LineDerivative* const one = of(share.intensities[p]))
            for (std::size_t line = p; line < lines.size(); line += lines.reflections)
                of.array(*one, area)[line] += gain[line];
}

// Sabine, Acta Cryst. A44 (1988) 368, and Sabine, Von Dreele & Jorgensen, ibid. 374: Bragg and Laue parts;
// the Laue part is the series of the latter up to x = 1 and its asymptotic form beyond, joined as GSAS joins
// them.
Extinction extinction(double x, double sine_squared) {
    if (x <= -0.99) x = -0.99;
    double const bragg = 1 / std::sqrt(1 + x), d_bragg = -0.5 * bragg / (1 + x);
    double laue = 1, d_laue = 0;
    if (x > 1) {
        double const root = std::sqrt(2 / (std::numbers::pi * x));
        laue = root * (1 - 0.125 / x);
        d_laue = root * (-0.5 / x + 0.1875 / (x * x));
    } else {
        constexpr double series[] = {-1.0 / 2, 1.0 / 4, -5.0 / 48, 7.0 / 192, -7.0 / 640, 0.0028497409};
        double power = 1;
        for (int i = 0; i < 6; ++i) {
            d_laue += (i + 1) * series[i] * power;
            power *= x;
            laue += series[i] * power;
        }
    }
    return {bragg * sine_squared + laue * (1 - sine_squared),
            d_bragg * sine_squared + d_laue * (1 - sine_squared), bragg - laue};
}

}  // namespace detail

}  // namespace hutch::powder::refine
