#include "hutch/methods/powder/simulate.hpp"

#include "hutch/base/error.hpp"
#include "hutch/compute/isa.hpp"
#include "hutch/methods/powder/detail/kernels.hpp"
#include "hutch/methods/powder/detail/line_setup.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hutch::powder {
namespace {

struct Padded {
    std::vector<float> values;
    std::size_t points = 0;
    float* begin() { return values.data() + detail::line_padding; }
};

}  // namespace

struct PatternCalculator::Workspace {
    detail::SpeciesAmplitudes amplitudes;
    std::array<Padded, detail::line_levels> grids;
    std::vector<double> centre;
    std::vector<float> fwhm, eta, area, cos_two_theta, sin_two_theta, texture, directions, amplitude,
        imaginary;

    explicit Workspace(std::shared_ptr<DispersionTable const> dispersion)
        : amplitudes(std::move(dispersion)) {}

    void reserve(std::size_t n) {
        if (centre.size() >= n) return;
        centre.resize(n);
        for (auto* values : {&fwhm, &eta, &area, &cos_two_theta, &sin_two_theta, &texture}) values->resize(n);
    }
};

PatternCalculator::PatternCalculator(Grid const& grid, std::shared_ptr<DispersionTable const> dispersion)
    : grid_(grid), work_(std::make_unique<Workspace>(std::move(dispersion))) {
    std::size_t points = grid.points;
    for (Padded& level : work_->grids) {
        level.points = points;
        level.values.assign(points + 2 * detail::line_padding + 64, 0);
        points = points / 2 + 1;
    }
}

PatternCalculator::~PatternCalculator() = default;

std::size_t PatternCalculator::padded_points() const { return (grid_.points + 63) / 64 * 64; }

float const* PatternCalculator::texture_of(Reflections const& table, Setting const& setting,
                                           double const (&metric)[6]) {
    if (setting.sample.march_ratio == 1) return nullptr;
    work_->directions.clear();
    detail::TextureInput input = detail::texture_input(table, setting.sample, metric, work_->directions);
    input.h = table.h.data(), input.k = table.k.data(), input.l = table.l.data();
    input.directions = work_->directions.data();
    HUTCH_CHOOSE_ISA(detail, compute_texture)(input, work_->texture.data());
    return work_->texture.data();
}

void PatternCalculator::add_wavelength(Reflections const& table, Setting const& setting, std::size_t which,
                                       float const* texture, double const (&metric)[6]) {
    Instrument const& instrument = setting.instrument;
    detail::LineInput in = detail::line_input(table, setting, which, grid_, metric);
    if (in.n == 0) return;
    work_->amplitude.clear(), work_->imaginary.clear();
    work_->amplitudes.add(table, instrument, which, work_->amplitude, work_->imaginary);
    in.h = table.h.data(), in.k = table.k.data(), in.l = table.l.data();
    in.multiplicity = table.multiplicity.data(), in.s_squared_0 = table.s_squared.data();
    in.f0 = table.f0.data(), in.f0_slope = table.f0_slope.data(), in.g_real = table.g_real.data(),
    in.g_imaginary = table.g_imaginary.data();
    in.amplitude = work_->amplitude.data(), in.imaginary = work_->imaginary.data();
    in.texture = texture;
    detail::LineOutput const out{work_->centre.data(),        work_->fwhm.data(),
                                 work_->eta.data(),           work_->area.data(),
                                 work_->cos_two_theta.data(), work_->sin_two_theta.data()};
    HUTCH_CHOOSE_ISA(detail, compute_lines)(in, out);

    detail::DepositInput deposit{};
    deposit.count = std::min(in.n, table.size);
    deposit.lines = out;
    deposit.axial = detail::axial_sum(instrument);
    auto const& rules = detail::axial_rules(instrument);
    for (std::size_t r = 0; r < detail::axial_rule_count; ++r) {
        deposit.rules[r] = {int(rules[r].x.size()), rules[r].x.data(), rules[r].weight.data()};
        deposit.rule_limits[r] = detail::axial_rule_limits[r];
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
    detail::set_reciprocal_metric(strained_cell(table, setting.sample.strain), metric);
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
    std::vector<float> chebyshev, humps;
    detail::add_background_terms(setting.background, grid_, chebyshev, humps);
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
