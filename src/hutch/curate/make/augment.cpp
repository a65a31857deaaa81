#include "hutch/curate/make/augment.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace hutch::curate::make {
namespace {

constexpr std::uint32_t draw_stream = 21, noise_stream = 22;  // of random numbers; base/random.hpp

// 64 bits that stand for a text.
std::uint64_t number_of(std::string const& text) {
    return std::stoull(sha256(text).substr(0, 16), nullptr, 16);
}

// Where the variance is at least this, a rounded normal deviate has the distribution to about 1 % of it.
constexpr double normal_variance = 100;

// How many of n stay when each does with probability p: by inversion, or by the normal limit for many.
double binomial(double n, double p, RandomStream& random) {
    if (p > 0.5) return n - binomial(n, 1 - p, random);
    double const variance = n * p * (1 - p);
    if (variance >= normal_variance)
        return std::clamp(std::round(n * p + std::sqrt(variance) * random.normal()), 0.0, n);
    double const ratio = p / (1 - p);
    double term = std::exp(n * std::log1p(-p)), left = random.uniform() - term, k = 0;
    while (left > 0 && k < n) {
        term *= ratio * (n - k) / (k + 1);
        ++k, left -= term;
    }
    return k;
}

double poisson(double mean, RandomStream& random) {
    if (mean >= normal_variance) return std::max(0.0, std::round(mean + std::sqrt(mean) * random.normal()));
    double term = std::exp(-mean), left = random.uniform() - term, k = 0;
    while (left > 0 && k < 1000) ++k, term *= mean / k, left -= term;
    return k;
}

// Whole numbers that are not negative, with the uncertainty that counting gives.
bool holds_counts(data::Pattern const& pattern) {
    for (std::size_t i = 0; i < pattern.y.size(); ++i) {
        double const y = pattern.y[i];
        if (!(y >= 0 && y == std::floor(y))) return false;
        if (pattern.sigma.empty() || pattern.sigma[i] == 0) continue;
        double const variance = pattern.sigma[i] * pattern.sigma[i];
        if (std::abs(variance - std::max(y, 1.0)) > 0.01 * std::max(y, 1.0) + 0.01) return false;
    }
    return true;
}

void expose(data::Pattern& pattern, double share, RandomStream& random) {
    if (share >= 1) return;
    bool const counts = holds_counts(pattern);
    for (std::size_t i = 0; i < pattern.y.size(); ++i) {
        double const sigma = pattern.sigma.empty() ? 0 : pattern.sigma[i];
        if (counts) {
            pattern.y[i] = binomial(pattern.y[i], share, random);
            if (sigma > 0) pattern.sigma[i] = std::sqrt(std::max(pattern.y[i], 1.0));
            continue;
        }
        pattern.y[i] = share * pattern.y[i] + std::sqrt(share * (1 - share)) * sigma * random.normal();
        if (sigma > 0) pattern.sigma[i] = std::sqrt(share) * sigma;
    }
}

void add_background(data::Pattern& pattern, double mean, RandomStream& random) {
    if (!(mean > 0)) return;
    for (std::size_t i = 0; i < pattern.y.size(); ++i) {
        pattern.y[i] += poisson(mean, random);
        if (!pattern.sigma.empty() && pattern.sigma[i] > 0)
            pattern.sigma[i] = std::hypot(pattern.sigma[i], std::sqrt(mean));
    }
}

Field number(char const* name, char const* unit, char const* what) {
    Field field{name, "float64", {}, unit, what};
    field.origin = "derived", field.missing_because = "records that were measured have none";
    return field;
}

void add_columns(Frame& frame) {
    Field parent{"parent", "utf8", {}, "", "record that this one was made from; empty: it was measured"};
    parent.role = Role::parent, parent.missing_because = "records that were measured have none";
    frame.add(parent);
    Field name{"augmentation", "utf8", {}, "", "how it was made from its parent; empty: it was measured"};
    name.missing_because = parent.missing_because;
    frame.add(name);
    frame.add(number("augment_exposure", "1", "exposure as a share of the parent's"));
    frame.add(number("augment_zero", "1", "shift of the axis, in its unit"));
    frame.add(number("augment_scale", "1", "factor of the intensities"));
    frame.add(number("augment_background", "count", "counts that were added to each point on average"));
}

bool is_meant(Request const& request, Augmentation const& one, Record const& record) {
    return one.splits.empty() ||
           std::ranges::find(one.splits, request.split.splits[record.split].name) != one.splits.end();
}

void add_child(Request const& request, std::size_t which, std::size_t copy, std::size_t parent,
               Frame& frame) {
    Augmentation const& one = request.augmentations[which];
    Record child = frame.records[parent];
    child.parent = parent, child.augmentation = which, child.copy = copy;
    child.id = fmt::format("{}+{}{}", child.id, one.name, one.copies > 1 ? fmt::format("-{}", copy) : "");
    child.digest.clear();
    std::string const parent_id = frame.records[parent].id;
    AugmentationDraw const drawn = draw(one, request.seed, parent_id, copy);
    std::size_t const made = frame.append_copy(parent, std::move(child));
    frame.find("parent")->texts[made] = parent_id;
    frame.find("augmentation")->texts[made] = one.name;
    frame.find("augment_exposure")->numbers[made] = drawn.exposure;
    frame.find("augment_zero")->numbers[made] = drawn.zero;
    frame.find("augment_scale")->numbers[made] = drawn.scale;
    frame.find("augment_background")->numbers[made] = drawn.background;
}

}  // namespace

AugmentationDraw draw(Augmentation const& augmentation, std::uint64_t seed, std::string const& parent,
                      std::size_t copy) {
    RandomStream random(seed, draw_stream,
                        number_of(fmt::format("{}/{}/{}", parent, augmentation.name, copy)));
    AugmentationDraw drawn;
    drawn.exposure = augmentation.exposure.draw(random), drawn.zero = augmentation.zero.draw(random);
    drawn.scale = augmentation.scale.draw(random), drawn.background = augmentation.background.draw(random);
    return drawn;
}

data::Pattern augment(data::Pattern const& parent, AugmentationDraw const& draw, std::uint64_t seed,
                      std::string const& id) {
    data::Pattern child = parent;
    RandomStream random(seed, noise_stream, number_of(id));
    expose(child, draw.exposure, random);
    add_background(child, draw.background, random);
    for (double& x : child.x) x += draw.zero;
    for (double& y : child.y) y *= draw.scale;
    for (double& sigma : child.sigma) sigma *= draw.scale;
    return child;
}

void add_children(Request const& request, Frame& frame) {
    if (request.augmentations.empty()) return;
    add_columns(frame);
    std::size_t const measured = frame.records.size();
    for (std::size_t a = 0; a < request.augmentations.size(); ++a)
        for (std::size_t parent = 0; parent < measured; ++parent)
            if (is_meant(request, request.augmentations[a], frame.records[parent]))
                for (std::size_t copy = 0; copy < request.augmentations[a].copies; ++copy)
                    add_child(request, a, copy, parent, frame);
}

}  // namespace hutch::curate::make
