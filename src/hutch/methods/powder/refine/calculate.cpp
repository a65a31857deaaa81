#include "hutch/methods/powder/refine/calculate.hpp"

#include "hutch/base/error.hpp"
#include "hutch/methods/powder/refine/detail/kernels.hpp"
#include "hutch/methods/powder/refine/detail/share_state.hpp"
#include "hutch/methods/powder/refine/line_shape.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include <fmt/format.h>

namespace hutch::powder::refine {
namespace {

data::Structure structure_now(PhaseModel const& phase, Parameters const& parameters) {
    data::Structure structure = phase.structure;
    std::array<double, 6> c;
    phase.cell.evaluate(parameters.values(), c);
    structure.cell = {c[0], c[1], c[2], c[3], c[4], c[5]};
    return structure;
}

// Channels of one line over its window.
struct Window {
    std::size_t begin = 0, end = 0;
    std::array<double const*, quantities> channels{};
};

class LineDrawer {
  public:
    LineDrawer(PatternModel const& pattern, bool is_axial_wanted)
        : pattern_(pattern), is_axial_wanted_(is_axial_wanted) {
        for (auto& one : memory_) one.resize(pattern.x().size());
    }

    Window draw(Lines const& lines, std::size_t line) {
        auto const value = [&](Quantity quantity) { return lines.value[quantity][line]; };
        auto const x = pattern_.x();
        if (!lines.exists[line]) return {};
        Window window;
        auto const set_window = [&](double middle, Reach const& reach) {
            window.begin = std::size_t(std::ranges::lower_bound(x, middle - reach.below) - x.begin());
            window.end = std::size_t(std::ranges::upper_bound(x, middle + reach.above) - x.begin());
        };
        if (pattern_.is_flight) {
            FlightLine const shape{value(centre), value(third), value(fourth), value(fifth), value(sixth)};
            double const width = std::sqrt(8 * std::numbers::ln2 * shape.sigma_square) + shape.gamma +
                                 1 / shape.alpha + 1 / shape.beta;
            set_window(shape.centre, reach(shape, floor(value(area) / width)));
            if (window.begin >= window.end) return {};
            flight_line(shape, x.data() + window.begin, window.end - window.begin,
                        {memory_[0].data(), memory_[1].data(), memory_[2].data(), memory_[3].data(),
                         memory_[4].data(), memory_[5].data()});
            for (std::size_t c = 0; c < quantities; ++c) window.channels[c] = memory_[c].data();
            return window;
        }
        AngleLine const shape{value(centre), value(third), value(fourth),
                              value(fifth),  value(sixth), pattern_.angle.axial_share};
        set_window(shape.centre,
                   reach(shape, floor(value(area) / (std::sqrt(shape.gauss_square) + shape.lorentz))));
        if (window.begin >= window.end) return {};
        bool const is_axial = is_axial_wanted_ || shape.axial > 0;
        angle_line(shape, x.data() + window.begin, window.end - window.begin,
                   {.value = memory_[0].data(),
                    .d_centre = memory_[1].data(),
                    .d_gauss_square = memory_[3].data(),
                    .d_lorentz = memory_[4].data(),
                    .d_bragg = is_axial ? memory_[2].data() : nullptr,
                    .d_axial = is_axial ? memory_[5].data() : nullptr});
        for (std::size_t c = 0; c < quantities; ++c)
            window.channels[c] = (c == 2 || c == 5) && !is_axial ? nullptr : memory_[c].data();
        return window;
    }

  private:
    double floor(double height) const {
        return std::clamp(pattern_.tail_level / std::max(height, 1e-300), least_floor, most_floor);
    }

    PatternModel const& pattern_;
    bool is_axial_wanted_;
    std::array<std::vector<double>, quantities> memory_;
};

// Terms of a background at one place, in [0, 1].
void background_terms(BackgroundKind kind, double t, std::span<double> terms) {
    std::size_t const n = terms.size();
    if (kind == BackgroundKind::interpolated) {
        std::ranges::fill(terms, 0.0);
        double const place = t * double(n - 1);
        std::size_t const left = std::min(std::size_t(place), n > 1 ? n - 2 : 0);
        double const share = n > 1 ? place - double(left) : 0;
        terms[left] = 1 - share;
        if (n > 1) terms[left + 1] = share;
        return;
    }
    double const x = 2 * t - 1;
    for (std::size_t k = 0; k < n; ++k)
        terms[k] = kind == BackgroundKind::cosine ? std::cos(double(k) * std::numbers::pi * t)
                   : k < 2                        ? (k == 0 ? 1.0 : x)
                                                  : 2 * x * terms[k - 1] - terms[k - 2];
}

class PatternCalculator {
  public:
    PatternCalculator(Model const& model, Prepared const& prepared, std::size_t pattern,
                      std::span<double const> values, Wanted const& wanted)
        : model_(model), pattern_(model.patterns[pattern]), values_(values), wanted_(wanted) {
        for (std::size_t s = 0; s < model.shares.size(); ++s) {
            if (model.shares[s].pattern != pattern) continue;
            out_.shares.push_back(s);
            out_.lines.push_back(calculate_lines(model, model.shares[s], prepared.lists[s], values,
                                                 intensities(model.shares[s], prepared.squared[s]), wanted));
        }
        std::size_t const n = pattern_.x().size();
        out_.stride = (n + 7) / 8 * 8;
        out_.background.assign(n, 0);
        find_columns();
    }

    Calculated run() {
        add_background();
        for (HumpModel const& hump : pattern_.humps) add_hump(hump);
        out_.total = out_.background;
        LineDrawer drawer(pattern_, !pattern_.is_flight && wanted_(pattern_.angle.axial));
        for (Lines const& lines : out_.lines) add_lines(lines, drawer);
        return std::move(out_);
    }

  private:
    std::vector<double> intensities(ShareModel const& share, std::vector<double> const& given) const {
        if (share.intensities.count == 0) return given;
        auto const first = values_.begin() + std::ptrdiff_t(share.intensities.first);
        return {first, first + std::ptrdiff_t(share.intensities.count)};
    }

    double* row(std::size_t parameter) {
        auto const found = column_.find(parameter);
        return found == column_.end() ? nullptr : out_.jacobian.data() + found->second * out_.stride;
    }

    bool is_of_background(std::size_t parameter) const {
        Block const& block = pattern_.background;
        if (parameter >= block.first && parameter < block.first + block.count) return true;
        return std::ranges::any_of(pattern_.humps, [&](HumpModel const& hump) {
            return parameter == hump.position || parameter == hump.area || parameter == hump.gauss ||
                   parameter == hump.lorentz;
        });
    }

    void want(std::size_t parameter) {
        if (wanted_(parameter) && column_.try_emplace(parameter, out_.columns.size()).second)
            out_.columns.push_back(parameter);
    }

    void find_columns() {
        for (std::size_t i = 0; i < pattern_.background.count; ++i) want(pattern_.background[i]);
        for (HumpModel const& hump : pattern_.humps)
            for (std::size_t const one : {hump.position, hump.area, hump.gauss, hump.lorentz}) want(one);
        for (Lines const& lines : out_.lines)
            for (LineDerivative const& one : lines.derivatives) want(one.parameter);
        if (out_.columns.size() * out_.stride > most_slopes)
            throw Error(
                Fault::exhausted,
                fmt::format("'{}' has {} points and {} refined parameters; expected at most {:.1e} for "
                            "both multiplied; use fewer or a smaller range",
                            pattern_.name, pattern_.x().size(), out_.columns.size(), double(most_slopes)));
        out_.jacobian.assign(out_.columns.size() * out_.stride, 0);
        std::size_t const n = pattern_.x().size();
        out_.support.assign(out_.columns.size(), {n, 0});
        for (std::size_t c = 0; c < out_.columns.size(); ++c)
            if (is_of_background(out_.columns[c])) out_.support[c] = {0, n};
    }

    void add_background() {
        auto const x = pattern_.x();
        std::size_t const n = pattern_.background.count;
        std::vector<double> terms(n);
        std::vector<double*> rows(n);
        for (std::size_t k = 0; k < n; ++k) rows[k] = row(pattern_.background[k]);
        double const span = x.back() - x.front();
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (!pattern_.fixed_background.empty())
                out_.background[i] = pattern_.fixed_background[pattern_.begin + i];
            if (n == 0) continue;
            background_terms(pattern_.background_kind, (x[i] - x.front()) / span, terms);
            for (std::size_t k = 0; k < n; ++k) {
                out_.background[i] += values_[pattern_.background[k]] * terms[k];
                if (rows[k]) rows[k][i] += terms[k];
            }
        }
    }

    void add_hump(HumpModel const& hump) {
        auto const x = pattern_.x();
        AngleLine const shape{values_[hump.position],
                              90,
                              std::max(1e-8, values_[hump.gauss]),
                              std::max(0.0, values_[hump.lorentz]),
                              0,
                              0.5};
        std::vector<double> c[4];
        for (auto& one : c) one.resize(x.size());
        angle_line(shape, x.data(), x.size(),
                   {c[0].data(), c[1].data(), c[2].data(), c[3].data(), nullptr, nullptr});
        double const size = values_[hump.area];
        struct Part {
            std::size_t parameter, channel;
            double factor;
        };
        for (std::size_t i = 0; i < x.size(); ++i) out_.background[i] += size * c[0][i];
        for (Part const& part : {Part{hump.area, 0, 1},
                                 {hump.position, 1, size},
                                 {hump.gauss, 2, size},
                                 {hump.lorentz, 3, size}})
            if (double* const to = row(part.parameter))
                for (std::size_t i = 0; i < x.size(); ++i) to[i] += part.factor * c[part.channel][i];
    }

    void add_lines(Lines const& lines, LineDrawer& drawer) {
        static auto const kernel = HUTCH_CHOOSE_ISA(hutch::powder::refine::detail, add_combinations);
        std::vector<double*> rows;
        std::vector<Calculated::Points*> support;
        for (LineDerivative const& one : lines.derivatives) {
            std::size_t const column = column_.at(one.parameter);
            rows.push_back(out_.jacobian.data() + column * out_.stride);
            support.push_back(&out_.support[column]);
        }
        std::vector<detail::Combination> combinations;
        for (std::size_t line = 0; line < lines.size(); ++line) {
            double const size = lines.value[area][line];
            Window const window = drawer.draw(lines, line);
            if (window.begin >= window.end) continue;
            combinations.assign(1, {out_.total.data() + window.begin, {size, 0, 0, 0, 0, 0}});
            for (std::size_t p = 0; p < rows.size(); ++p) {
                detail::Combination made{rows[p] + window.begin, {}};
                bool is_any = false;
                for (std::size_t c = 0; c < quantities; ++c) {
                    auto const& d = lines.derivatives[p].d[c];
                    if (d.empty() || !window.channels[c]) continue;
                    made.coefficient[c] = c == area ? d[line] : size * d[line];
                    is_any = is_any || made.coefficient[c] != 0;
                }
                if (!is_any) continue;
                combinations.push_back(made);
                support[p]->begin = std::min(support[p]->begin, window.begin);
                support[p]->end = std::max(support[p]->end, window.end);
            }
            kernel(combinations.data(), combinations.size(), window.channels.data(), quantities,
                   window.end - window.begin);
        }
    }

    static constexpr std::size_t most_slopes = 500'000'000;  // 4 GB

    Model const& model_;
    PatternModel const& pattern_;
    std::span<double const> values_;
    Wanted const& wanted_;
    Calculated out_;
    std::map<std::size_t, std::size_t> column_;
};

// Intensities of a list carried over to another, by indices.
std::vector<double> carried(ReflectionList const& from, std::vector<double> const& squared,
                            ReflectionList const& to) {
    std::map<std::array<double, 3>, double> known;
    for (std::size_t j = 0; j < from.size; ++j) known[{from.h[j], from.k[j], from.l[j]}] = squared[j];
    std::vector<double> result;
    for (std::size_t j = 0; j < to.size; ++j) {
        auto const found = known.find({to.h[j], to.k[j], to.l[j]});
        result.push_back(found == known.end() ? 1.0 : found->second);
    }
    return result;
}

}  // namespace

namespace {

// A cell that runs away brings more lines than any pattern shows.
void check_size(Model const& model, ShareModel const& share, ReflectionList const& list) {
    PhaseModel const& phase = model.phases[share.phase];
    std::size_t const most = phase.intensities == Intensities::structure ? 200'000 : 20'000;
    if (list.size <= most) return;
    throw Error(Fault::exhausted,
                fmt::format("'{}' has {} lines in '{}'; expected at most {}; has its cell run away, "
                            "or does the range reach too far?",
                            phase.name, list.size, model.patterns[share.pattern].name, most));
}

}  // namespace

Prepared prepare(Model const& model, Prepared const* before) {
    Prepared prepared;
    std::vector<data::Structure> structures;
    for (PhaseModel const& phase : model.phases) {
        structures.push_back(structure_now(phase, model.parameters));
        prepared.cells.push_back(structures.back().cell);
    }
    for (std::size_t s = 0; s < model.shares.size(); ++s) {
        ShareModel const& share = model.shares[s];
        ReflectionOptions options;
        options.d_min = needed_d_min(model.patterns[share.pattern], model.parameters);
        prepared.lists.push_back(make_list(model, share, find_reflections(structures[share.phase], options)));
        ReflectionList const& list = prepared.lists.back();
        check_size(model, share, list);
        std::vector<double> squared;
        if (model.phases[share.phase].intensities == Intensities::le_bail)
            squared = before ? carried(before->lists[s], before->squared[s], list)
                             : std::vector<double>(list.size, 1.0);
        prepared.squared.push_back(std::move(squared));
    }
    return prepared;
}

bool is_outdated(Model const& model, Prepared const& prepared) {
    for (std::size_t p = 0; p < model.phases.size(); ++p) {
        data::Cell const now = structure_now(model.phases[p], model.parameters).cell,
                         &then = prepared.cells[p];
        auto const is_far = [](double a, double b) { return std::abs(a / b - 1) > 0.01; };
        if (is_far(now.a, then.a) || is_far(now.b, then.b) || is_far(now.c, then.c)) return true;
        if (is_far(now.alpha, then.alpha) || is_far(now.beta, then.beta) || is_far(now.gamma, then.gamma))
            return true;
    }
    return false;
}

Calculated calculate(Model const& model, Prepared const& prepared, std::size_t pattern,
                     std::span<double const> values, Wanted const& wanted) {
    return PatternCalculator(model, prepared, pattern, values, wanted).run();
}

std::vector<double> calculate_share(Model const& model, std::size_t which_pattern,
                                    Calculated const& calculated, std::size_t which) {
    PatternModel const& pattern = model.patterns[which_pattern];
    std::vector<double> sum(pattern.x().size(), 0);
    LineDrawer drawer(pattern, false);
    Lines const& lines = calculated.lines[which];
    for (std::size_t line = 0; line < lines.size(); ++line) {
        Window const window = drawer.draw(lines, line);
        for (std::size_t i = window.begin; i < window.end; ++i)
            sum[i] += lines.value[area][line] * window.channels[0][i - window.begin];
    }
    return sum;
}

std::vector<LineWindow> unit_lines(Model const& model, std::size_t pattern, Calculated const& calculated,
                                   std::size_t which) {
    LineDrawer drawer(model.patterns[pattern], false);
    Lines const& lines = calculated.lines[which];
    std::vector<LineWindow> result(lines.reflections);
    for (std::size_t line = 0; line < lines.size(); ++line) {
        Window const window = drawer.draw(lines, line);
        if (window.begin >= window.end) continue;
        LineWindow& to = result[line % lines.reflections];
        if (to.value.empty()) to.begin = window.begin;
        if (window.begin < to.begin) {
            to.value.insert(to.value.begin(), to.begin - window.begin, 0.0);
            to.begin = window.begin;
        }
        to.value.resize(std::max(to.value.size(), window.end - to.begin), 0.0);
        for (std::size_t i = window.begin; i < window.end; ++i)
            to.value[i - to.begin] += lines.area_per_square[line] * window.channels[0][i - window.begin];
    }
    return result;
}

std::vector<std::vector<double>> observed_squares(Model const& model, std::size_t which,
                                                  Calculated const& calculated) {
    PatternModel const& pattern = model.patterns[which];
    auto const x = pattern.x(), y = pattern.y(), weight = pattern.weights();
    std::vector<double> ratio(x.size(), 0), width(x.size(), 0);
    for (std::size_t i = 0; i < x.size(); ++i) {
        double const peak = calculated.total[i] - calculated.background[i];
        if (weight[i] > 0 && peak > 0) ratio[i] = (y[i] - calculated.background[i]) / peak;
        if (weight[i] > 0 && peak > 0)
            width[i] = (x[std::min(i + 1, x.size() - 1)] - x[i > 0 ? i - 1 : 0]) / 2;
    }
    std::vector<std::vector<double>> result;
    LineDrawer drawer(pattern, false);
    for (Lines const& lines : calculated.lines) {
        std::vector<double> measured(lines.reflections, 0), whole(lines.reflections, 0);
        for (std::size_t line = 0; line < lines.size(); ++line) {
            Window const window = drawer.draw(lines, line);
            std::size_t const j = line % lines.reflections;
            for (std::size_t i = window.begin; i < window.end; ++i) {
                double const part =
                    lines.area_per_square[line] * window.channels[0][i - window.begin] * width[i];
                measured[j] += part * ratio[i], whole[j] += part;
            }
        }
        std::vector<double> squared(lines.squared);
        for (std::size_t j = 0; j < squared.size(); ++j)
            if (whole[j] > 0) squared[j] *= std::max(0.0, measured[j] / whole[j]);
        result.push_back(std::move(squared));
    }
    return result;
}

}  // namespace hutch::powder::refine
