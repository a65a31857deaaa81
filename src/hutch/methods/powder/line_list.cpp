#include "hutch/methods/powder/line_list.hpp"

#include "hutch/methods/powder/reflections.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hutch::powder {
namespace {

// The volume of reciprocal space within 1/d_min holds 4 pi V / (3 d^3) points; centring and the Laue group
// divide them.
double affordable_d_min(data::Structure const& structure, LineListOptions const& options) {
    double const points = double(options.most_reflections) * double(structure.operations.size());
    double const sphere = 4 * std::numbers::pi / 3 * data::volume(structure.cell);
    return std::max(options.d_min, std::cbrt(sphere / points));
}

data::Structure with_default_displacement(data::Structure const& structure, double u_iso) {
    data::Structure result;
    result.cell = structure.cell;
    result.operations = structure.operations;
    result.sites = structure.sites;
    for (data::Site& site : result.sites)
        if (!site.u_aniso && site.u_iso == 0) site.u_iso = u_iso;
    return result;
}

struct Amplitude {
    double real, imaginary;
    bool has_form_factor;
};

std::vector<Amplitude> amplitudes_of(Reflections const& table, LineListOptions const& options) {
    std::vector<Amplitude> result;
    for (Species const& species : table.species) {
        bool const is_xray = options.radiation == Radiation::xray;
        Dispersion const f =
            is_xray ? options.dispersion[std::size_t(species.atomic_number)] : neutron_length(species);
        double const unit = is_xray ? 1 : 10;  // fm to sqrt(barn)
        result.push_back({f.real / unit, f.imaginary / unit, is_xray});
    }
    return result;
}

double squared_factor(Reflections const& table, std::vector<Amplitude> const& amplitudes,
                      std::size_t reflection) {
    double a_real = 0, a_imaginary = 0, b_real = 0, b_imaginary = 0;
    for (std::size_t e = 0; e < amplitudes.size(); ++e) {
        std::size_t const at = e * table.padded + reflection;
        double const real = amplitudes[e].real + (amplitudes[e].has_form_factor ? double(table.f0[at]) : 0.0);
        a_real += real * double(table.g_real[at]);
        a_imaginary += real * double(table.g_imaginary[at]);
        b_real += amplitudes[e].imaginary * double(table.g_real[at]);
        b_imaginary += amplitudes[e].imaginary * double(table.g_imaginary[at]);
    }
    return a_real * a_real + a_imaginary * a_imaginary + b_real * b_real + b_imaginary * b_imaginary;
}

}  // namespace

LineList list_lines(data::Structure const& structure, LineListOptions const& options) {
    Reflections const table = find_reflections(with_default_displacement(structure, options.default_u_iso),
                                               {affordable_d_min(structure, options)});
    std::vector<Amplitude> const amplitudes = amplitudes_of(table, options);
    constexpr float same = 1 + 1e-5f;  // lines that no instrument resolves
    LineList lines;
    for (std::size_t j = 0; j < table.size; ++j) {
        auto const inverse_d = float(2 * std::sqrt(double(table.s_squared[j])));
        auto const intensity = float(double(table.multiplicity[j]) * squared_factor(table, amplitudes, j) /
                                     (table.volume * table.volume));
        if (!lines.empty() && inverse_d < lines.inverse_d.back() * same) {
            lines.intensity.back() += intensity;
        } else {
            lines.inverse_d.push_back(inverse_d);
            lines.intensity.push_back(intensity);
        }
    }
    return lines;
}

}  // namespace hutch::powder
