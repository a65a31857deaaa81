#include "hutch/curate/agreement.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace hutch::curate {
namespace {

using Counts = std::map<LabelNumber, double>;

double kappa_of(double observed, double by_chance) {
    return by_chance < 1 ? (observed - by_chance) / (1 - by_chance) : 1;
}

template <class Visit>
std::size_t for_both(std::span<LabelNumber const> one, std::span<LabelNumber const> other,
                     Visit const& visit) {
    std::size_t items = 0;
    for (std::size_t i = 0; i < std::min(one.size(), other.size()); ++i) {
        if (one[i] < 0 || other[i] < 0) continue;
        visit(one[i], other[i]);
        ++items;
    }
    return items;
}

// Costs of disagreement are 0 on the diagonal and at most 1.
template <class Cost>
Agreement agreement_of_two(std::span<LabelNumber const> one, std::span<LabelNumber const> other,
                           Cost const& cost) {
    Counts first, second;
    double sum = 0;
    Agreement result;
    result.items = for_both(one, other, [&](LabelNumber a, LabelNumber b) {
        ++first[a], ++second[b];
        sum += cost(a, b);
    });
    if (result.items == 0) return result;
    auto const n = double(result.items);
    double expected = 0;
    for (auto const& [a, times_a] : first)
        for (auto const& [b, times_b] : second) expected += cost(a, b) * (times_a / n) * (times_b / n);
    result.observed = 1 - sum / n;
    result.by_chance = 1 - expected;
    result.kappa = kappa_of(result.observed, result.by_chance);
    if (result.by_chance < 1)
        result.standard_error =
            std::sqrt(result.observed * (1 - result.observed) / n) / (1 - result.by_chance);
    return result;
}

struct Item {
    double pairs = 0, equal = 0;
};

// Pairs of labels of one item, and how many of them are equal; its labels are added to `totals`.
Item pairs_of(std::span<std::vector<LabelNumber> const> labels, std::size_t index, Counts& totals) {
    Counts counts;
    double given = 0;
    for (std::vector<LabelNumber> const& list : labels)
        if (index < list.size() && list[index] >= 0) ++counts[list[index]], ++given;
    if (given < 2) return {};
    Item item{given * (given - 1), 0};
    for (auto const& [label, times] : counts) {
        item.equal += times * (times - 1);
        totals[label] += times;
    }
    return item;
}

}  // namespace

Agreement cohen_kappa(std::span<LabelNumber const> one, std::span<LabelNumber const> other) {
    return agreement_of_two(one, other, [](LabelNumber a, LabelNumber b) { return a == b ? 0.0 : 1.0; });
}

Agreement weighted_kappa(std::span<LabelNumber const> one, std::span<LabelNumber const> other) {
    LabelNumber least = 0, most = 0;
    bool is_first = true;
    for_both(one, other, [&](LabelNumber a, LabelNumber b) {
        least = is_first ? std::min(a, b) : std::min({least, a, b});
        most = is_first ? std::max(a, b) : std::max({most, a, b});
        is_first = false;
    });
    double const width = std::max(1.0, double(most) - double(least));
    return agreement_of_two(one, other, [width](LabelNumber a, LabelNumber b) {
        double const distance = (double(a) - double(b)) / width;
        return distance * distance;
    });
}

Agreement fleiss_kappa(std::span<std::vector<LabelNumber> const> labels) {
    std::size_t length = 0;
    for (std::vector<LabelNumber> const& list : labels) length = std::max(length, list.size());
    Counts totals;
    Agreement result;
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < length; ++i) {
        Item const item = pairs_of(labels, i, totals);
        if (item.pairs == 0) continue;
        double const share = item.equal / item.pairs;
        sum += share, squares += share * share;
        ++result.items;
    }
    if (result.items == 0) return result;
    double all = 0;
    for (auto const& [label, times] : totals) all += times;
    for (auto const& [label, times] : totals) result.by_chance += times / all * (times / all);
    auto const n = double(result.items);
    result.observed = sum / n;
    result.kappa = kappa_of(result.observed, result.by_chance);
    double const variance = std::max(0.0, squares / n - result.observed * result.observed);
    if (result.by_chance < 1) result.standard_error = std::sqrt(variance / n) / (1 - result.by_chance);
    return result;
}

}  // namespace hutch::curate
