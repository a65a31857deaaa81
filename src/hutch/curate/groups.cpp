#include "hutch/curate/groups.hpp"

#include "hutch/base/error.hpp"
#include "hutch/compute/parallel.hpp"
#include "hutch/curate/detail/unions.hpp"
#include "hutch/methods/powder/reflections.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

namespace hutch::curate {
namespace {

using detail::Unions;

constexpr double bins_per_unit = 400;  // of ln(q), after scaling: 0.25 % in d
constexpr int smear = 2;               // bins to each side, triangular

struct Features {
    std::array<double, 3> lengths, angles;
    Fingerprint print;
    std::vector<std::pair<int, double>> fractions;  // atomic number and fraction, ascending
};

double overlap(Features const& a, Features const& b) {
    double sum = 0;
    for (std::size_t i = 0, j = 0; i < a.fractions.size() && j < b.fractions.size();) {
        if (a.fractions[i].first == b.fractions[j].first)
            sum += std::min(a.fractions[i++].second, b.fractions[j++].second);
        else if (a.fractions[i].first < b.fractions[j].first)
            ++i;
        else
            ++j;
    }
    return sum;
}

Features features_of(data::Structure const& structure) {
    Features result;
    data::Cell const cell = data::niggli_cell(structure);
    result.lengths = {cell.a, cell.b, cell.c};
    std::ranges::sort(result.lengths);
    auto const fold = [](double angle) { return std::min(angle, 180 - angle); };
    result.angles = {fold(cell.alpha), fold(cell.beta), fold(cell.gamma)};
    std::ranges::sort(result.angles);
    result.print = fingerprint(structure);
    std::vector<double> const contents = data::cell_contents(structure);
    double const total = std::accumulate(contents.begin(), contents.end(), 0.0);
    for (std::size_t z = 1; z < contents.size(); ++z)
        if (contents[z] > 0) result.fractions.emplace_back(int(z), contents[z] / total);
    return result;
}

// The largest relative difference of the sorted reduced lengths; infinite when the angles differ.
double cell_difference(Features const& a, Features const& b, double angle_tolerance) {
    double most = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        if (std::abs(a.angles[i] - b.angles[i]) > angle_tolerance)
            return std::numeric_limits<double>::infinity();
        most = std::max(most, std::abs(a.lengths[i] - b.lengths[i]) / a.lengths[i]);
    }
    return most;
}

bool is_nearly_the_same(Features const& a, Features const& b, GroupOptions const& options) {
    double const difference = cell_difference(a, b, options.angle_tolerance);
    if (difference > options.length_tolerance) return false;
    bool const is_one_compound = overlap(a, b) >= options.compound_overlap;
    if (!is_one_compound && difference > options.pattern_length_tolerance) return false;
    return similarity(a.print, b.print) >=
           (is_one_compound ? options.compound_similarity : options.pattern_similarity);
}

// Sorted by the shortest reduced length, partners lie within the tolerance of that.
void join_same_cells(std::vector<Features> const& all, GroupOptions const& options, Unions& unions) {
    std::vector<std::size_t> order(all.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return all[i].lengths[0]; });
    for (std::size_t i = 0; i < order.size(); ++i)
        for (std::size_t j = i + 1; j < order.size(); ++j) {
            Features const &a = all[order[i]], &b = all[order[j]];
            if (b.lengths[0] > a.lengths[0] * (1 + options.length_tolerance)) break;
            if (unions.root(order[i]) != unions.root(order[j]) && is_nearly_the_same(a, b, options))
                unions.join(order[i], order[j]);
        }
}

// All pairs; nearly all are out after one comparison, of the fraction of the first one's main element.
void join_other_cells(std::vector<Features> const& all, GroupOptions const& options, Unions& unions) {
    constexpr std::size_t elements = 119;
    std::vector<float> dense(elements * all.size(), 0);
    for (std::size_t i = 0; i < all.size(); ++i)
        for (auto const& [z, fraction] : all[i].fractions)
            dense[elements * i + std::size_t(z)] = float(fraction);
    auto const slack = float(1 - options.other_cell_overlap + 1e-5);
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto const& fractions = all[i].fractions;
        auto const main = std::ranges::max_element(fractions, {}, &std::pair<int, double>::second);
        if (main == fractions.end()) continue;
        for (std::size_t j = i + 1; j < all.size(); ++j) {
            if (std::abs(dense[elements * j + std::size_t(main->first)] - float(main->second)) > slack)
                continue;
            if (unions.root(i) != unions.root(j) && overlap(all[i], all[j]) >= options.other_cell_overlap &&
                similarity(all[i].print, all[j].print) >= options.other_cell_similarity)
                unions.join(i, j);
        }
    }
}

// Lines down to a d that gives every primitive cell about the same number of lattice points.
double fingerprint_d_min(double primitive_volume) { return std::cbrt(primitive_volume) / 5.0; }

}  // namespace

Fingerprint fingerprint(data::Structure const& structure) {
    double const primitive = data::volume(data::niggli_cell(structure)), size = std::cbrt(primitive);
    powder::Reflections const table = powder::find_reflections(structure, {fingerprint_d_min(primitive)});
    auto const f2 = powder::squared_structure_factors(table, powder::Radiation::xray, 1.5,
                                                      *powder::no_dispersion(), structure.cell);
    std::map<int, double> bins;
    for (std::size_t j = 0; j < table.size; ++j) {
        double const q = 2 * std::sqrt(double(table.s_squared[j])) * size,
                     intensity = f2[j] * double(table.multiplicity[j]) / (q * q);
        int const centre = int(std::floor(bins_per_unit * std::log(q))) + 4000;
        for (int offset = -smear; offset <= smear; ++offset)
            bins[centre + offset] += intensity * (1 - std::abs(offset) / (smear + 1.0));
    }
    Fingerprint print;
    double sum = 0;
    for (auto const& [bin, intensity] : bins) sum += intensity;
    for (auto const& [bin, intensity] : bins) {
        if (!(intensity > 1e-12 * sum)) continue;
        print.bin.push_back(std::uint16_t(std::clamp(bin, 0, 65535)));
        print.weight.push_back(float(std::sqrt(intensity / sum)));  // cosines of roots: weak lines count too
    }
    double norm = 0;
    for (float weight : print.weight) norm += double(weight) * double(weight);
    for (float& weight : print.weight) weight = float(double(weight) / std::sqrt(norm));
    return print;
}

double similarity(Fingerprint const& a, Fingerprint const& b) {
    double sum = 0;
    for (std::size_t i = 0, j = 0; i < a.bin.size() && j < b.bin.size();) {
        if (a.bin[i] == b.bin[j])
            sum += double(a.weight[i++]) * double(b.weight[j++]);
        else if (a.bin[i] < b.bin[j])
            ++i;
        else
            ++j;
    }
    return sum;
}

std::vector<std::int32_t> group_structures(std::span<data::Structure const> structures, unsigned threads,
                                           GroupOptions const& options) {
    std::vector<Features> all(structures.size());
    compute::parallel_for(structures.size(), threads,
                          [&](std::size_t i, unsigned) { all[i] = features_of(structures[i]); });
    Unions unions(all.size());
    join_same_cells(all, options, unions);
    join_other_cells(all, options, unions);
    std::vector<std::int32_t> groups(all.size());
    std::map<std::size_t, std::int32_t> numbers;
    for (std::size_t i = 0; i < all.size(); ++i)
        groups[i] = numbers.try_emplace(unions.root(i), std::int32_t(numbers.size())).first->second;
    return groups;
}

}  // namespace hutch::curate
