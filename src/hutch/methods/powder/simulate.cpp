#include "hutch/methods/powder/simulate.hpp"

#include "hutch/base/error.hpp"
#include "hutch/compute/isa.hpp"
#include "hutch/methods/powder/axial.hpp"
#include "hutch/methods/powder/detail/kernels.hpp"
#include "hutch/methods/powder/factors.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace hutch::powder {
namespace {

constexpr double degree = std::numbers::pi / 180;

// Rules of growing length; each is good up to the given ratio of the asymmetry's reach to the line's width
// (simulate_test measures the error against the plain form). S and H are told apart in 512ths of their sum.
constexpr int rule_counts[8] = {1, 1, 2, 3, 5, 9, 18, 40};
constexpr float rule_limits[8] = {1e-4f, 0.03f, 0.25f, 0.5f, 1.2f, 2.5f, 6.0f, 1e30f};
constexpr int share_steps = 256;

std::array<AxialNodes, 8> const& rules_for(double share) {
    static auto const all = [] {
        std::vector<std::array<AxialNodes, 8>> tables(share_steps + 1);
        for (int s = 0; s <= share_steps; ++s)
            for (std::size_t r = 0; r < 8; ++r)
                tables[std::size_t(s)][r] = axial_nodes(0.5 * s / share_steps, rule_counts[r]);
        return tables;
    }();
    return all[std::size_t(std::lround(2 * share * share_steps))];
}

struct Padded {
    std::vector<float> values;
    std::size_t points = 0;
    float* begin() { return values.data() + detail::line_padding; }
};

void set_metric(data::Cell const& cell, double (&metric)[6]) {
    data::Matrix3 const g = data::inverse(data::metric(cell));
    metric[0] = g[0], metric[1] = g[4], metric[2] = g[8], metric[3] = g[1], metric[4] = g[2],
    metric[5] = g[5];
}

}  // namespace

struct PatternCalculator::Workspace {
    std::array<Padded, detail::line_levels> grids;
    std::vector<double> centre;
    std::vector<float> fwhm, eta, area, cos_two_theta, sin_two_theta, texture, directions, amplitude,
        imaginary;

    void reserve(std::size_t n) {
        if (centre.size() >= n) return;
        centre.resize(n);
        for (auto* values : {&fwhm, &eta, &area, &cos_two_theta, &sin_two_theta, &texture}) values->resize(n);
    }
};

PatternCalculator::PatternCalculator(Grid const& grid, std::shared_ptr<DispersionTable const> dispersion)
    : grid_(grid), dispersion_(std::move(dispersion)), work_(std::make_unique<Workspace>()) {
    std::size_t points = grid.points;
    for (Padded& level : work_->grids) {
        level.points = points;
        level.values.assign(points + 2 * detail::line_padding + 64, 0);
        points = points / 2 + 1;
    }
}

PatternCalculator::~PatternCalculator() = default;

std::size_t PatternCalculator::padded_points() const { return (grid_.points + 63) / 64 * 64; }

Dispersion const& PatternCalculator::dispersion_at(int atomic_number, double wavelength) {
    if (known_dispersion_.size() > 100'000) known_dispersion_.clear();  // wavelengths without levels: no end
    auto const [entry, is_new] = known_dispersion_.try_emplace({atomic_number, wavelength});
    if (is_new) entry->second = dispersion_->at(atomic_number, wavelength);
    return entry->second;
}

float const* PatternCalculator::texture_of(Reflections const& table, Setting const& setting,
                                           double const (&metric)[6]) {
    if (setting.sample.march_ratio == 1) return nullptr;
    auto const& a = setting.sample.march_axis;
    double const q[3] = {metric[0] * a[0] + metric[3] * a[1] + metric[4] * a[2],
                         metric[3] * a[0] + metric[1] * a[1] + metric[5] * a[2],
                         metric[4] * a[0] + metric[5] * a[1] + metric[2] * a[2]};
    work_->directions.clear();
    for (auto const& r : table.laue)
        for (std::size_t i = 0; i < 3; ++i)
            work_->directions.push_back(
                float(double(r[3 * i]) * q[0] + double(r[3 * i + 1]) * q[1] + double(r[3 * i + 2]) * q[2]));
    detail::TextureInput input{};
    input.n = table.padded;
    input.h = table.h.data(), input.k = table.k.data(), input.l = table.l.data();
    for (int i = 0; i < 6; ++i) input.metric[i] = float(metric[i]);
    input.directions = work_->directions.data();
    input.count = table.laue.size();
    input.axis_squared = float(a[0] * q[0] + a[1] * q[1] + a[2] * q[2]);
    input.ratio = float(setting.sample.march_ratio);
    HUTCH_CHOOSE_ISA(detail, compute_texture)(input, work_->texture.data());
    return work_->texture.data();
}

void PatternCalculator::add_wavelength(Reflections const& table, Setting const& setting, std::size_t which,
                                       float const* texture, double const (&metric)[6]) {
    Instrument const& instrument = setting.instrument;
    Sample const& sample = setting.sample;
    Wavelength const& wavelength = instrument.wavelengths[which];
    bool const is_plate = instrument.geometry == Geometry::bragg_brentano;
    // Reflections are sorted by the d of the unstrained cell.
    double const d_limit = needed_d_min(grid_.last(), wavelength.value, largest_strain(sample.strain));
    std::size_t const n = std::min(table.padded, (table.count_above(d_limit) + 15) / 16 * 16);
    if (n == 0) return;
    work_->amplitude.clear(), work_->imaginary.clear();
    for (Species const& species : table.species) {
        bool const is_neutron = instrument.radiation == Radiation::neutron;
        Dispersion const f =
            is_neutron ? neutron_length(species) : dispersion_at(species.atomic_number, wavelength.value);
        double const unit = is_neutron ? 0.1 : 1;  // 1 fm = 0.1 sqrt(barn)
        work_->amplitude.push_back(float(unit * f.real));
        work_->imaginary.push_back(float(unit * f.imaginary));
    }
    detail::LineInput in{};
    in.n = n, in.stride = table.padded, in.species = table.species.size();
    in.h = table.h.data(), in.k = table.k.data(), in.l = table.l.data();
    in.multiplicity = table.multiplicity.data(), in.s_squared_0 = table.s_squared.data();
    in.f0 = table.f0.data(), in.f0_slope = table.f0_slope.data(), in.g_real = table.g_real.data(),
    in.g_imaginary = table.g_imaginary.data();
    in.amplitude = work_->amplitude.data(), in.imaginary = work_->imaginary.data();
    in.is_neutron = instrument.radiation == Radiation::neutron;
    std::copy(std::begin(metric), std::end(metric), in.metric);
    in.wavelength = wavelength.value;
    in.sine_limit = wavelength.value / (2 * needed_d_min(grid_.last(), wavelength.value));
    in.extra_b = float(8 * std::numbers::pi * std::numbers::pi * sample.extra_u);
    in.polarisation = float(instrument.polarisation);
    in.monochromator_cos2 = float(std::pow(std::cos(instrument.monochromator_two_theta * degree), 2));
    in.u = float(instrument.u), in.v = float(instrument.v), in.w = float(instrument.w);
    in.x = float(instrument.x), in.y = float(instrument.y), in.z = float(instrument.z);
    in.size_fwhm = float(wavelength.value / (sample.size_um * 1e4) / degree);
    in.size_gauss_share = float(sample.size_gauss_share);
    in.strain_fwhm = float(sample.microstrain / degree);
    in.zero = float(instrument.zero);
    in.shift_cos =
        is_plate ? float(-2 * sample.displacement_mm / instrument.goniometer_radius_mm / degree) : 0;
    in.shift_sin2 = float(-sample.transparency);
    if (!is_plate) {
        in.shift_perpendicular =
            float(sample.displacement_perpendicular_mm / instrument.goniometer_radius_mm / degree);
        in.shift_parallel = float(sample.displacement_parallel_mm / instrument.goniometer_radius_mm / degree);
        CylinderAbsorption const absorption = cylinder_absorption(sample.absorption_mu_r);
        in.absorption_a = float(absorption.a), in.absorption_b = float(absorption.b);
    }
    in.plate = is_plate ? float(2 * sample.plate_mu_t) : 0;
    in.texture = texture;
    in.first = grid_.first, in.step = grid_.step;
    in.weight = float(wavelength.weight / (table.volume * table.volume) / grid_.step);
    detail::LineOutput const out{work_->centre.data(),        work_->fwhm.data(),
                                 work_->eta.data(),           work_->area.data(),
                                 work_->cos_two_theta.data(), work_->sin_two_theta.data()};
    HUTCH_CHOOSE_ISA(detail, compute_lines)(in, out);

    detail::DepositInput deposit{};
    deposit.count = std::min(n, table.size);
    deposit.lines = out;
    double const axial = instrument.axial_sample + instrument.axial_detector;
    deposit.axial = float(axial);
    auto const& rules =
        rules_for(axial > 0 ? std::min(instrument.axial_sample, instrument.axial_detector) / axial : 0.5);
    for (std::size_t r = 0; r < 8; ++r) {
        deposit.rules[r] = {int(rules[r].x.size()), rules[r].x.data(), rules[r].weight.data()};
        deposit.rule_limits[r] = rule_limits[r];
    }
    deposit.degrees_per_step = float(grid_.step);
    deposit.points = grid_.points;
    for (std::size_t level = 0; level < detail::line_levels; ++level) {
        deposit.grids[level] = work_->grids[level].begin();
        deposit.grid_points[level] = work_->grids[level].points;
    }
    detail::DepositWork const done = HUTCH_CHOOSE_ISA(detail, deposit_lines)(deposit);
    shapes_ += done.shapes;
    operations_ += done.operations;
    lines_ += deposit.count;
}

void PatternCalculator::bragg(Reflections const& table, Setting const& setting, float* y) {
    work_->reserve(table.padded);
    for (Padded& level : work_->grids) std::ranges::fill(level.values, 0.0f);
    double metric[6];
    set_metric(strained_cell(table, setting.sample.strain), metric);
    float const* texture = texture_of(table, setting, metric);
    for (std::size_t w = 0; w < setting.instrument.wavelengths.size(); ++w)
        add_wavelength(table, setting, w, texture, metric);
    for (std::size_t level = detail::line_levels - 1; level > 0; --level)
        HUTCH_CHOOSE_ISA(detail, prolong)(work_->grids[level].begin(), work_->grids[level - 1].begin(),
                                          work_->grids[level - 1].points);
    std::copy_n(work_->grids[0].begin(), grid_.points, y);
    std::fill(y + grid_.points, y + padded_points(), 0.0f);
}

void PatternCalculator::expected(Reflections const& table, Setting const& setting, float* y) {
    bragg(table, setting, y);
    auto const largest = HUTCH_CHOOSE_ISA(detail, largest);
    float const strongest = largest(y, grid_.points);
    std::vector<float> chebyshev(setting.background.chebyshev.begin(), setting.background.chebyshev.end()),
        humps;
    for (Hump const& hump : setting.background.humps) {
        double const width = hump.fwhm / grid_.step;
        humps.insert(humps.end(), {float((hump.centre - grid_.first) / grid_.step),
                                   float(4 * std::numbers::ln2 / (width * width)), float(hump.height)});
    }
    detail::BackgroundInput const background{grid_.points, chebyshev.data(), chebyshev.size(), humps.data(),
                                             setting.background.humps.size()};
    HUTCH_CHOOSE_ISA(detail, add_background)(background, strongest > 0 ? strongest : 1.0f, y);
    float const top = largest(y, grid_.points);
    HUTCH_CHOOSE_ISA(detail, scale_positive)(
        y, grid_.points, top > 0 ? float((setting.dose > 0 ? setting.dose : 1) / double(top)) : 0.0f);
}

void draw_counts(std::span<float> y, std::uint64_t seed, std::uint64_t index) {
    if (y.size() % 64 != 0)
        throw Error(Fault::bug, fmt::format("'y' has {} points; expected a multiple of 64", y.size()));
    HUTCH_CHOOSE_ISA(detail, count_poisson)(y.data(), y.size(), seed, counting_stream, index);
}

}  // namespace hutch::powder
