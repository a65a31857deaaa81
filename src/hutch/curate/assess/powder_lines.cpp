#include "hutch/curate/assess/detail/powder_lines.hpp"

#include "hutch/curate/assess/statistics.hpp"
#include "hutch/data/symmetry.hpp"
#include "hutch/methods/powder/net_pattern.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace hutch::curate::assess::detail {
namespace {

constexpr double degree = std::numbers::pi / 180;
constexpr double least_rise = 0.5, least_noises = 6;          // of a peak's height; of its noise
constexpr double least_height = 0.04;                         // of the strongest peak
constexpr double width_share = 0.35, least_tolerance = 0.03;  // of a peak's width; [degree]
constexpr double shift_step = 0.03;                           // [degree]
constexpr double most_points = 40000;                         // of the reciprocal lattice, in half a sphere
constexpr int den = 24;

using Hkl = std::array<int, 3>;

// Absent: an operation maps hkl on itself and turns its phase. Tables A of International Tables, 2.2.13.
bool is_absent(Hkl const& h, std::vector<data::Operation> const& operations) {
    for (data::Operation const& one : operations) {
        bool is_fixed = true;
        int phase = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            int const mapped =
                h[0] * one.rotation[j] + h[1] * one.rotation[3 + j] + h[2] * one.rotation[6 + j];
            is_fixed = is_fixed && mapped == h[j];
            phase += h[j] * one.translation[j];
        }
        if (is_fixed && phase % den != 0) return true;
    }
    return false;
}

struct LatticeLine {
    double inverse_d;
    Hkl hkl;
};

double lattice_points(data::Cell const& cell, double d_min) {
    return 2 * std::numbers::pi / 3 * data::volume(cell) / (d_min * d_min * d_min);  // half the sphere
}

// All lattice points of half the sphere, by ascending 1/d.
std::vector<LatticeLine> lattice_lines(data::Cell const& cell, double d_min) {
    data::Matrix3 const g = data::inverse(data::metric(cell));
    double const limit = 1 / d_min;
    int const h_most = int(cell.a * limit), k_most = int(cell.b * limit), l_most = int(cell.c * limit);
    std::vector<LatticeLine> lines;
    for (int h = 0; h <= h_most; ++h)
        for (int k = h == 0 ? 0 : -k_most; k <= k_most; ++k)
            for (int l = h == 0 && k == 0 ? 1 : -l_most; l <= l_most; ++l) {
                double const squared =
                    h * (h * g[0] + 2 * (k * g[1] + l * g[2])) + k * (k * g[4] + 2 * l * g[5]) + l * l * g[8];
                if (squared <= limit * limit) lines.push_back({std::sqrt(squared), {h, k, l}});
            }
    std::ranges::sort(lines, {}, &LatticeLine::inverse_d);
    return lines;
}

double inverse_d_at(double two_theta, double wavelength) {
    return 2 * std::sin(std::clamp(two_theta, 0.0, 180.0) / 2 * degree) / wavelength;
}

// Settings whose cell the metric could be of: others only raise what chance explains.
bool fits_metric(data::SpaceGroup const& setting, data::Cell const& cell) {
    data::Matrix3 const g = data::metric(cell);
    for (data::Operation const& one : setting.operations) {
        data::Matrix3 r;
        for (std::size_t i = 0; i < 9; ++i) r[i] = one.rotation[i];
        data::Matrix3 const turned = data::product(data::product(data::transposed(r), g), r);
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < 3; ++j)
                if (std::abs(turned[3 * i + j] - g[3 * i + j]) > 0.05 * std::sqrt(g[4 * i] * g[4 * j]))
                    return false;
    }
    return true;
}

struct Phase {
    std::vector<LatticeLine> lines;
    std::vector<data::SpaceGroup const*> settings;
};

double tolerance(ObservedPeak const& peak) { return width_share * peak.fwhm + least_tolerance; }

// Call visit for each line of a phase within the tolerance of a peak; stops when it returns true.
template <class Visit>
bool any_line(Phase const& phase, ObservedPeak const& peak, double shift, double wavelength,
              Visit const& visit) {
    double const least = inverse_d_at(peak.two_theta - shift - tolerance(peak), wavelength),
                 most = inverse_d_at(peak.two_theta - shift + tolerance(peak), wavelength);
    for (auto line = std::ranges::lower_bound(phase.lines, least, {}, &LatticeLine::inverse_d);
         line != phase.lines.end() && line->inverse_d <= most; ++line)
        if (visit(*line)) return true;
    return false;
}

bool is_on_lattice(Phase const& phase, ObservedPeak const& peak, double shift, double wavelength) {
    return any_line(phase, peak, shift, wavelength, [](LatticeLine const&) { return true; });
}

bool is_allowed(Phase const& phase, std::size_t setting, ObservedPeak const& peak, double shift,
                double wavelength) {
    if (phase.settings.empty()) return is_on_lattice(phase, peak, shift, wavelength);
    auto const& operations = phase.settings[setting]->operations;
    return any_line(phase, peak, shift, wavelength,
                    [&](LatticeLine const& line) { return !is_absent(line.hkl, operations); });
}

// Leave out peaks of weaker wavelengths (K alpha 2): a stronger one stands where the first has the same d.
std::vector<ObservedPeak> of_first_wavelength(std::vector<ObservedPeak> const& peaks,
                                              std::vector<double> const& wavelengths) {
    std::vector<ObservedPeak> kept;
    for (ObservedPeak const& peak : peaks) {
        bool const is_satellite = std::ranges::any_of(wavelengths, [&](double wavelength) {
            if (wavelength == wavelengths[0]) return false;
            double const sine = inverse_d_at(peak.two_theta, wavelength) * wavelengths[0] / 2;
            if (sine >= 1) return false;
            double const angle = 2 * std::asin(sine) / degree;
            return std::ranges::any_of(peaks, [&](ObservedPeak const& other) {
                return other.height > peak.height && std::abs(other.two_theta - angle) <= tolerance(peak);
            });
        });
        if (!is_satellite) kept.push_back(peak);
    }
    return kept;
}

// The shift that puts most peaks on the lattice, the smallest of them.
double best_shift(std::vector<Phase> const& phases, std::vector<ObservedPeak> const& peaks,
                  LineMatchOptions const& options) {
    double best = 0;
    std::size_t most = 0;
    int const steps = int(options.most_shift / shift_step + 1e-9);
    for (int k = 0; k <= 2 * steps; ++k) {
        double const shift = shift_step * (k % 2 == 0 ? k / 2 : -(k + 1) / 2);
        auto const count = std::size_t(std::ranges::count_if(peaks, [&](ObservedPeak const& peak) {
            return std::ranges::any_of(phases, [&](Phase const& phase) {
                return is_on_lattice(phase, peak, options.zero + shift, options.wavelengths[0]);
            });
        }));
        if (count > most) most = count, best = shift;
    }
    return best;
}

// The setting of each phase that allows most peaks.
std::vector<std::size_t> best_settings(std::vector<Phase> const& phases,
                                       std::vector<ObservedPeak> const& peaks, double shift,
                                       double wavelength) {
    std::vector<std::size_t> best(phases.size(), 0);
    for (std::size_t p = 0; p < phases.size(); ++p) {
        std::ptrdiff_t most = -1;
        for (std::size_t s = 0; s < phases[p].settings.size(); ++s) {
            auto const count = std::ranges::count_if(peaks, [&](ObservedPeak const& peak) {
                return is_allowed(phases[p], s, peak, shift, wavelength);
            });
            if (count > most) most = count, best[p] = s;
        }
    }
    return best;
}

// Share of the range between the outer peaks that lies within a usual peak's tolerance of an allowed line.
double chance(std::vector<Phase> const& phases, std::vector<std::size_t> const& settings,
              std::vector<ObservedPeak> const& peaks, double wavelength) {
    auto const [low, high] = std::ranges::minmax_element(peaks, {}, &ObservedPeak::two_theta);
    double sum = 0;
    for (ObservedPeak const& peak : peaks) sum += tolerance(peak);
    double const reach = sum / double(peaks.size()), first = low->two_theta - 1, last = high->two_theta + 1;
    std::vector<double> angles;
    for (std::size_t p = 0; p < phases.size(); ++p)
        for (LatticeLine const& line : phases[p].lines) {
            double const sine = line.inverse_d * wavelength / 2,
                         angle = sine < 1 ? 2 * std::asin(sine) / degree : 180;
            if (angle < first || angle > last) continue;
            if (!phases[p].settings.empty() &&
                is_absent(line.hkl, phases[p].settings[settings[p]]->operations))
                continue;
            angles.push_back(angle);
        }
    std::ranges::sort(angles);
    double covered = 0, end = first;
    for (double angle : angles) {
        double const from = std::max(end, angle - reach), to = std::min(last, angle + reach);
        if (to > from) covered += to - from, end = to;
    }
    return covered / (last - first);
}

// How far a maximum rises above what lies on both its sides, within a reach; humps of noise rise little.
double rise_of(powder::NetPattern const& net, std::size_t at, std::size_t reach) {
    double left = net.net[at], right = left;
    for (std::size_t i = 1; i <= reach && at >= i && net.net[at - i] <= net.net[at]; ++i)
        left = std::min(left, net.net[at - i]);
    for (std::size_t i = 1; i <= reach && at + i < net.net.size() && net.net[at + i] <= net.net[at]; ++i)
        right = std::min(right, net.net[at + i]);
    return net.net[at] - std::max(left, right);
}

}  // namespace

std::vector<ObservedPeak> find_observed_peaks(data::Pattern const& pattern, double wavelength,
                                              std::size_t most) {
    powder::NetPattern const net = powder::to_net_pattern(pattern, wavelength);
    double const usual = std::max(median(net.background), 1e-30);
    std::vector<ObservedPeak> peaks;
    for (std::size_t i = 1; i + 1 < net.net.size(); ++i) {
        double const y = net.peaks[i], before = net.net[i - 1], after = net.net[i + 1];
        if (y <= 0 || y < before || y <= after) continue;
        double const bend = before - 2 * y + after, offset = bend < 0 ? (before - after) / (2 * bend) : 0;
        double const angle = net.at(i) + std::clamp(offset, -0.5, 0.5) * net.step, width = net.fwhm_at(angle);
        double const noise = net.noise * std::sqrt(std::max(1.0, (y + net.background[i]) / usual)),
                     rise = rise_of(net, i, std::size_t(4 * width / net.step) + 2);
        if (rise >= least_rise * y && rise >= least_noises * noise) peaks.push_back({angle, width, rise});
    }
    std::ranges::stable_sort(peaks, std::greater{}, &ObservedPeak::height);
    std::vector<ObservedPeak> apart;  // maxima of noise on one peak are one
    for (ObservedPeak const& peak : peaks) {
        bool const is_strong = peak.height >= least_height * peaks[0].height;
        if (is_strong && std::ranges::none_of(apart, [&](ObservedPeak const& other) {
                return std::abs(other.two_theta - peak.two_theta) < peak.fwhm;
            }))
            apart.push_back(peak);
    }
    if (apart.size() > most) apart.resize(most);
    return apart;
}

LineMatch match_lines(std::vector<ObservedPeak> const& all_peaks, std::vector<LabelledPhase> const& phases,
                      LineMatchOptions const& options) {
    LineMatch found;
    std::vector<ObservedPeak> const peaks = of_first_wavelength(all_peaks, options.wavelengths);
    found.peaks = peaks.size();
    if (peaks.empty()) return found;
    double const last = std::ranges::max_element(peaks, {}, &ObservedPeak::two_theta)->two_theta + 1.5;
    double const d_min = 1 / inverse_d_at(std::min(last, 179.0), options.wavelengths[0]);
    std::vector<Phase> tables;
    for (LabelledPhase const& phase : phases) {
        if (!(lattice_points(phase.cell, d_min) < most_points)) {
            found.is_dense = true;
            return found;
        }
        Phase table{lattice_lines(phase.cell, d_min), {}};
        for (data::SpaceGroup const* setting : data::find_settings(phase.space_group))
            if (fits_metric(*setting, phase.cell)) table.settings.push_back(setting);
        tables.push_back(std::move(table));
    }
    found.shift = best_shift(tables, peaks, options);
    double const shift = options.zero + found.shift;
    std::vector<std::size_t> const settings = best_settings(tables, peaks, shift, options.wavelengths[0]);
    for (ObservedPeak const& peak : peaks) {
        bool is_on = false, may_be = false;
        for (std::size_t p = 0; p < tables.size(); ++p) {
            is_on = is_on || is_on_lattice(tables[p], peak, shift, options.wavelengths[0]);
            may_be = may_be || is_allowed(tables[p], settings[p], peak, shift, options.wavelengths[0]);
        }
        found.on_lattice += is_on, found.allowed += may_be;
    }
    found.by_chance = chance(tables, settings, peaks, options.wavelengths[0]);
    return found;
}

}  // namespace hutch::curate::assess::detail
