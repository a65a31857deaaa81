#include "hutch/methods/powder/identify.hpp"

#include "hutch/base/error.hpp"
#include "hutch/compute/parallel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace hutch::powder {
namespace {

constexpr double degree = std::numbers::pi / 180;
constexpr double coarse_tolerance = 0.0015;  // 1/angstrom; 0.3 % of the cell at d = 2 angstrom
constexpr std::array coarse_cell_scales{1.0, 0.996, 1.004, 0.992, 1.008};
constexpr std::size_t kept_after_coarse = 200, kept_after_fine = 20;
constexpr double most_cell_change = 0.012, most_zero = 0.2;
constexpr double penalty_of_one_percent = 0.01;

// Of two structures that fit alike, the one whose cell is as it should be is the better explanation.
double penalty(double cell_scale) { return penalty_of_one_percent * std::pow((cell_scale - 1) / 0.01, 2); }

using Scratch = std::vector<float>;

MatchOptions to_match_options(IdentifyOptions const& options, double inverse_d_last) {
    return {options.wavelengths, options.radiation, options.polarisation, inverse_d_last};
}

void check(IdentifyOptions const& options) {
    if (options.wavelengths.empty() || std::ranges::any_of(options.wavelengths, [](Wavelength const& one) {
            return !(one.value > 0 && one.weight > 0);
        }))
        throw Error(Fault::bad_input,
                    "'wavelengths' hold one that is not above 0, or none; expected all above 0 angstrom");
    if (!(options.d_min >= 0.3))
        throw Error(Fault::bad_input,
                    fmt::format("'d_min' is {} angstrom; expected at least 0.3", options.d_min));
}

bool is_wanted(data::Structure const& structure, IdentifyOptions const& options) {
    auto const has = [&](int element) {
        return std::ranges::any_of(structure.sites, [&](data::Site const& site) {
            return site.atomic_number == element && site.occupancy > 0;
        });
    };
    auto const is_allowed = [&](data::Site const& site) {
        return std::ranges::find(options.allowed_elements, site.atomic_number) !=
               options.allowed_elements.end();
    };
    return std::ranges::all_of(options.required_elements, has) &&
           (options.allowed_elements.empty() || std::ranges::all_of(structure.sites, is_allowed));
}

// One structure on its way through the passes.
struct Contestant {
    std::size_t structure;
    LineList lines;
    double score = -1;  // none is that bad
    Shift shift;
};

void keep_best(std::vector<Contestant>& contestants, std::size_t most) {
    std::ranges::sort(contestants, [](Contestant const& a, Contestant const& b) {
        return a.score != b.score ? a.score > b.score : a.structure < b.structure;
    });
    if (contestants.size() > most) contestants.resize(most);
}

// Everything that holds for one measured pattern.
class Search {
  public:
    Search(data::Pattern const& measured, std::span<data::Structure const> library,
           IdentifyOptions const& options)
        : library_(library),
          options_(options),
          pattern_(to_net_pattern(measured, options.wavelengths.front().value)),
          match_(to_match_options(options, 1 / options.d_min)),
          zero_limit_(options.search_zero ? std::min(most_zero, 4 * pattern_.fwhm) : 0),
          cell_limit_(options.search_cell ? most_cell_change : 0) {
        auto const table = cromer_liberman();
        dispersion_.resize(119);
        for (int z = 1; z < 119; ++z)
            dispersion_[std::size_t(z)] = table->at(z, options.wavelengths.front().value);
    }

    NetPattern const& pattern() const { return pattern_; }
    MatchOptions const& match() const { return match_; }
    LineList lines_of(std::size_t structure, double d_min) const {
        return list_lines(library_[structure],
                          {options_.radiation, dispersion_, std::max(d_min, least_d()), 0.01, 3000});
    }
    // Lines beyond the measured range may move into it.
    double least_d() const {
        return options_.wavelengths.front().value /
               (2 * std::sin(std::min(179.0, pattern_.last()) / 2 * degree)) / 1.015;
    }

    std::vector<Contestant> coarse_pass(std::span<Candidate const> known, Identification& result) const;
    void fine_pass(std::vector<Contestant>& contestants, std::span<Candidate const> known, double blur,
                   bool with_width) const;
    Scratch drawn_known(FineMatch const& fine, std::span<Candidate const> known, double d_min) const;

  private:
    void score_coarsely(Contestant& contestant, CoarseMatch const& coarse, Scratch const& others,
                        Scratch& y) const;
    void refine(Contestant& contestant, FineMatch const& fine, Scratch const& others, double blur,
                bool with_width, Scratch& y) const;

    std::span<data::Structure const> library_;
    IdentifyOptions const& options_;
    NetPattern pattern_;
    MatchOptions match_;
    double zero_limit_, cell_limit_;
    std::vector<Dispersion> dispersion_;
};

void Search::score_coarsely(Contestant& contestant, CoarseMatch const& coarse, Scratch const& others,
                            Scratch& y) const {
    std::size_t const trials = cell_limit_ > 0 ? coarse_cell_scales.size() : 1;
    for (std::size_t t = 0; t < trials; ++t) {
        coarse.draw(contestant.lines, coarse_cell_scales[t], y);
        double const score = similarity(coarse.target(), y, others) - penalty(coarse_cell_scales[t]);
        if (score > contestant.score)
            contestant.score = score, contestant.shift.cell_scale = coarse_cell_scales[t];
    }
}

std::vector<Contestant> Search::coarse_pass(std::span<Candidate const> known, Identification& result) const {
    CoarseMatch const coarse(pattern_, match_, coarse_tolerance);
    Scratch others(known.empty() ? 0 : coarse.points(), 0.0f);
    for (Candidate const& one : known) {
        Scratch y(coarse.points());
        coarse.draw(lines_of(one.structure, options_.d_min), one.shift.cell_scale, y);
        for (std::size_t i = 0; i < y.size(); ++i) others[i] += float(one.scale) * y[i];
    }
    std::vector<Contestant> contestants;
    for (std::size_t i = 0; i < library_.size(); ++i)
        if (is_wanted(library_[i], options_)) contestants.push_back({i, {}, -1, {}});
    std::vector<Scratch> scratch(options_.threads, Scratch(coarse.points()));
    compute::parallel_for(contestants.size(), options_.threads, [&](std::size_t i, unsigned worker) {
        try {
            contestants[i].lines = lines_of(contestants[i].structure, options_.d_min);
        } catch (Error const& error) {
            if (error.fault() != Fault::unsupported && error.fault() != Fault::exhausted) throw;
            return;
        }
        score_coarsely(contestants[i], coarse, others, scratch[worker]);
    });
    result.without_pattern =
        std::size_t(std::ranges::count_if(contestants, [](Contestant const& c) { return c.score < 0; }));
    result.compared = contestants.size() - result.without_pattern;
    keep_best(contestants, std::min(result.compared, kept_after_coarse));
    return contestants;
}

Scratch Search::drawn_known(FineMatch const& fine, std::span<Candidate const> known, double d_min) const {
    Scratch sum(known.empty() ? 0 : fine.points(), 0.0f), y(fine.points());
    for (Candidate const& one : known) {
        fine.draw(lines_of(one.structure, d_min), one.shift, y);
        for (std::size_t i = 0; i < y.size(); ++i) sum[i] += float(one.scale) * y[i];
    }
    return sum;
}

// Walk to better shifts in steps of about half a peak width, then of a quarter.
void Search::refine(Contestant& contestant, FineMatch const& fine, Scratch const& others, double blur,
                    bool with_width, Scratch& y) const {
    auto const score_at = [&](Shift const& shift) {
        fine.draw(contestant.lines, shift, y);
        return similarity(fine.target(), y, others) - penalty(shift.cell_scale);
    };
    double const middle = (pattern_.first + std::min(pattern_.last(), 90.0)) / 4 * degree;  // theta
    contestant.score = score_at(contestant.shift);
    static constexpr std::array<std::array<int, 3>, 8> ways{
        {{1, 0, 0}, {-1, 0, 0}, {0, 1, 0}, {0, -1, 0}, {1, 1, 0}, {-1, -1, 0}, {0, 0, 1}, {0, 0, -1}}};
    double step = blur * pattern_.fwhm / 2;  // degree
    for (int halving = 0; halving < (with_width ? 4 : 2); ++halving, step /= 2)
        for (int round = 0; round < 8; ++round) {
            Contestant best = {contestant.structure, {}, contestant.score, contestant.shift};
            for (auto const& way : ways) {
                if (way[2] != 0 && !with_width) continue;
                Shift trial = contestant.shift;
                trial.cell_scale += way[0] * step * degree / (2 * std::tan(middle));
                trial.zero += way[1] * step;
                trial.width_scale *= std::exp(0.4 * way[2] * step / pattern_.fwhm);
                if (std::abs(trial.cell_scale - 1) > cell_limit_ || std::abs(trial.zero) > zero_limit_)
                    continue;
                if (trial.width_scale < 0.5 || trial.width_scale > 3) continue;
                if (double const score = score_at(trial); score > best.score)
                    best.score = score, best.shift = trial;
            }
            if (best.score <= contestant.score) break;
            contestant.score = best.score, contestant.shift = best.shift;
        }
}

void Search::fine_pass(std::vector<Contestant>& contestants, std::span<Candidate const> known, double blur,
                       bool with_width) const {
    FineMatch const fine(pattern_, match_, blur);
    Scratch const others = drawn_known(fine, known, options_.d_min);
    std::vector<Scratch> scratch(options_.threads, Scratch(fine.points()));
    compute::parallel_for(contestants.size(), options_.threads, [&](std::size_t i, unsigned worker) {
        refine(contestants[i], fine, others, blur, with_width, scratch[worker]);
    });
}

// Counts per calculated unit by least squares on what is left beside the known phases.
double scale_of(Target const& target, Scratch const& y, Scratch const& others) {
    double yy = 0, ym = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        double const left = double(target.net[i]) - (others.empty() ? 0.0 : double(others[i]));
        double const weight = 1 / (double(target.net[i]) + 1e-3 * target.sum / double(y.size()) + 1e-30);
        yy += weight * double(y[i]) * double(y[i]), ym += weight * double(y[i]) * left;
    }
    return yy > 0 ? std::max(0.0, ym / yy) : 0;
}

// Interpolate from equal steps to the measured points.
std::vector<float> on_measured_points(NetPattern const& pattern, std::vector<double> const& two_theta,
                                      std::vector<double> const& y) {
    std::vector<float> result;
    for (double x : two_theta) {
        double const at = std::clamp((x - pattern.first) / pattern.step, 0.0, double(y.size()) - 1.001);
        auto const i = std::size_t(std::isfinite(at) ? at : 0.0);
        result.push_back(float(y[i] + (at - double(i)) * (y[i + 1] - y[i])));
    }
    return result;
}

Candidate to_candidate(Search const& search, FineMatch const& fine, FineMatch const& whole,
                       Contestant const& contestant, std::vector<double> const& two_theta,
                       std::span<Candidate const> known, double d_min) {
    Scratch y(fine.points()), all(whole.points());
    fine.draw(contestant.lines, contestant.shift, y);
    Candidate candidate{contestant.structure, contestant.score, 0, contestant.shift, {}};
    candidate.scale = scale_of(fine.target(), y, search.drawn_known(fine, known, d_min));
    whole.draw(search.lines_of(contestant.structure, 0), contestant.shift, all);
    std::vector<double> sum(search.pattern().background);
    for (std::size_t i = 0; i < all.size(); ++i) sum[i] += candidate.scale * double(all[i]);
    candidate.pattern = on_measured_points(search.pattern(), two_theta, sum);
    return candidate;
}

}  // namespace

Identification identify(data::Pattern const& measured, std::span<data::Structure const> library,
                        IdentifyOptions const& given, std::span<Candidate const> known) {
    check(given);
    IdentifyOptions options = given;
    options.threads = std::max(1u, given.threads);
    Search const search(measured, library, options);
    Identification result;
    result.fwhm = search.pattern().fwhm;
    std::vector<double> const two_theta = two_theta_of(measured, options.wavelengths.front().value);
    result.background = on_measured_points(search.pattern(), two_theta, search.pattern().background);
    std::vector<Contestant> contestants = search.coarse_pass(known, result);
    for (double blur : {4.0, 2.0}) search.fine_pass(contestants, known, blur, false);
    keep_best(contestants, kept_after_fine);
    search.fine_pass(contestants, known, 1, true);
    keep_best(contestants, options.keep);

    FineMatch const fine(search.pattern(), search.match(), 1);
    MatchOptions const unlimited = to_match_options(options, 1e9);
    FineMatch const whole(search.pattern(), unlimited, 1);
    result.candidates.resize(contestants.size());
    compute::parallel_for(contestants.size(), options.threads, [&](std::size_t i, unsigned) {
        result.candidates[i] =
            to_candidate(search, fine, whole, contestants[i], two_theta, known, options.d_min);
    });
    return result;
}

}  // namespace hutch::powder
