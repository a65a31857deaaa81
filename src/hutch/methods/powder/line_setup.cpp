#include "hutch/methods/powder/detail/line_setup.hpp"

#include "hutch/methods/powder/factors.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hutch::powder::detail {
namespace {

constexpr double degree = std::numbers::pi / 180;

void set_shifts(Instrument const& instrument, Sample const& sample, LineInput& in) {
    in.zero = float(instrument.zero);
    in.shift_sin2 = float(-sample.transparency);
    if (instrument.geometry == Geometry::bragg_brentano) {
        in.shift_cos = float(-2 * sample.displacement_mm / instrument.goniometer_radius_mm / degree);
        in.plate = float(2 * sample.plate_mu_t);
        return;
    }
    in.shift_perpendicular =
        float(sample.displacement_perpendicular_mm / instrument.goniometer_radius_mm / degree);
    in.shift_parallel = float(sample.displacement_parallel_mm / instrument.goniometer_radius_mm / degree);
    CylinderAbsorption const absorption = cylinder_absorption(sample.absorption_mu_r);
    in.absorption_a = float(absorption.a), in.absorption_b = float(absorption.b);
}

}  // namespace

void set_reciprocal_metric(data::Cell const& cell, double (&metric)[6]) {
    data::Matrix3 const g = data::inverse(data::metric(cell));
    metric[0] = g[0], metric[1] = g[4], metric[2] = g[8], metric[3] = g[1], metric[4] = g[2],
    metric[5] = g[5];
}

LineInput line_input(Reflections const& table, Setting const& setting, std::size_t which, Grid const& grid,
                     double const (&metric)[6]) {
    Instrument const& instrument = setting.instrument;
    Sample const& sample = setting.sample;
    Wavelength const& wavelength = instrument.wavelengths[which];
    LineInput in{};
    // Reflections are sorted by the d of the unstrained cell.
    double const d_limit = needed_d_min(grid.last(), wavelength.value, largest_strain(sample.strain));
    in.n = std::min(table.padded, (table.count_above(d_limit) + 15) / 16 * 16);
    in.stride = table.padded, in.species = table.species.size();
    in.is_neutron = instrument.radiation == Radiation::neutron;
    std::copy(std::begin(metric), std::end(metric), in.metric);
    in.wavelength = wavelength.value;
    in.sine_limit = wavelength.value / (2 * needed_d_min(grid.last(), wavelength.value));
    in.extra_b = float(8 * std::numbers::pi * std::numbers::pi * sample.extra_u);
    in.polarisation = float(instrument.polarisation);
    in.monochromator_cos2 = float(std::pow(std::cos(instrument.monochromator_two_theta * degree), 2));
    in.u = float(instrument.u), in.v = float(instrument.v), in.w = float(instrument.w);
    in.x = float(instrument.x), in.y = float(instrument.y), in.z = float(instrument.z);
    in.size_fwhm = float(wavelength.value / (sample.size_um * 1e4) / degree);
    in.size_gauss_share = float(sample.size_gauss_share);
    in.strain_fwhm = float(sample.microstrain / degree);
    set_shifts(instrument, sample, in);
    in.first = grid.first, in.step = grid.step;
    in.weight = float(wavelength.weight / (table.volume * table.volume) / grid.step);
    return in;
}

TextureInput texture_input(Reflections const& table, Sample const& sample, double const (&metric)[6],
                           std::vector<float>& directions) {
    auto const& a = sample.march_axis;
    double const q[3] = {metric[0] * a[0] + metric[3] * a[1] + metric[4] * a[2],
                         metric[3] * a[0] + metric[1] * a[1] + metric[5] * a[2],
                         metric[4] * a[0] + metric[5] * a[1] + metric[2] * a[2]};
    for (auto const& r : table.laue)
        for (std::size_t i = 0; i < 3; ++i)
            directions.push_back(
                float(double(r[3 * i]) * q[0] + double(r[3 * i + 1]) * q[1] + double(r[3 * i + 2]) * q[2]));
    TextureInput input{};
    input.n = table.padded;
    for (int i = 0; i < 6; ++i) input.metric[i] = float(metric[i]);
    input.count = table.laue.size();
    input.axis_squared = float(a[0] * q[0] + a[1] * q[1] + a[2] * q[2]);
    input.ratio = float(sample.march_ratio);
    return input;
}

Dispersion const& SpeciesAmplitudes::at(int atomic_number, double wavelength) {
    if (known_.size() > 100'000) known_.clear();  // wavelengths without levels: no end
    auto const [entry, is_new] = known_.try_emplace({atomic_number, wavelength});
    if (is_new) entry->second = table_->at(atomic_number, wavelength);
    return entry->second;
}

void SpeciesAmplitudes::add(Reflections const& reflections, Instrument const& instrument, std::size_t which,
                            std::vector<float>& real, std::vector<float>& imaginary) {
    bool const is_neutron = instrument.radiation == Radiation::neutron;
    double const wavelength = instrument.wavelengths[which].value, unit = is_neutron ? 0.1 : 1;
    for (Species const& species : reflections.species) {  // 1 fm = 0.1 sqrt(barn)
        Dispersion const f = is_neutron ? neutron_length(species) : at(species.atomic_number, wavelength);
        real.push_back(float(unit * f.real));
        imaginary.push_back(float(unit * f.imaginary));
    }
}

float axial_sum(Instrument const& instrument) {
    return float(instrument.axial_sample + instrument.axial_detector);
}

std::array<AxialNodes, axial_rule_count> const& axial_rules(Instrument const& instrument) {
    constexpr int share_steps = 256;
    static auto const all = [] {
        std::vector<std::array<AxialNodes, axial_rule_count>> tables(share_steps + 1);
        for (int s = 0; s <= share_steps; ++s)
            for (std::size_t r = 0; r < axial_rule_count; ++r)
                tables[std::size_t(s)][r] = axial_nodes(0.5 * s / share_steps, axial_rule_nodes[r]);
        return tables;
    }();
    double const sum = instrument.axial_sample + instrument.axial_detector;
    double const share = sum > 0 ? std::min(instrument.axial_sample, instrument.axial_detector) / sum : 0.5;
    return all[std::size_t(std::lround(2 * share * share_steps))];
}

void add_background_terms(Background const& background, Grid const& grid, std::vector<float>& chebyshev,
                          std::vector<float>& humps) {
    chebyshev.insert(chebyshev.end(), background.chebyshev.begin(), background.chebyshev.end());
    for (Hump const& hump : background.humps) {
        double const width = hump.fwhm / grid.step;
        humps.insert(humps.end(), {float((hump.centre - grid.first) / grid.step),
                                   float(4 * std::numbers::ln2 / (width * width)), float(hump.height)});
    }
}

}  // namespace hutch::powder::detail
