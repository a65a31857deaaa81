#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/structure.hpp"
#include "hutch/data/symmetry.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace hutch::data {
namespace {

constexpr double same_position = 0.1;      // [angstrom]
constexpr double metric_tolerance = 0.02;  // of the largest element of the metric tensor
constexpr double largest_occupancy = 1.05;
constexpr double least_displacement = -0.1, largest_displacement = 2;  // [angstrom^2]
constexpr std::size_t most_sites = 5000;

[[noreturn]] void refuse(std::string const& message) { throw Error(Fault::bad_data, message); }

std::string to_text(Cell const& cell) {
    return fmt::format("({:.6g} {:.6g} {:.6g} {:.6g} {:.6g} {:.6g})", cell.a, cell.b, cell.c, cell.alpha,
                       cell.beta, cell.gamma);
}

void check_cell(Cell const& cell) {
    for (double const length : {cell.a, cell.b, cell.c})
        if (!(length > 0.1 && length < 1e4))
            refuse(fmt::format("'cell' is {}; expected lengths within (0.1, 10000) angstrom", to_text(cell)));
    for (double const angle : {cell.alpha, cell.beta, cell.gamma})
        if (!(angle > 0 && angle < 180))
            refuse(fmt::format("'cell' is {}; expected angles within (0, 180) degree", to_text(cell)));
    double const box = cell.a * cell.b * cell.c;
    if (!(volume(cell) > 1e-3 * box))
        refuse(fmt::format("'cell' is {}; expected angles that close a cell", to_text(cell)));
}

void check_metric(Cell const& cell, std::vector<Operation> const& operations) {
    Matrix3 const g = metric(cell);
    double const most = metric_tolerance * std::max({g[0], g[4], g[8]});
    for (Operation const& operation : operations) {
        auto const& r = operation.rotation;
        for (int i = 0; i < 3; ++i)
            for (int j = i; j < 3; ++j) {
                double turned = 0;
                for (int k = 0; k < 3; ++k)
                    for (int l = 0; l < 3; ++l) turned += r[3 * k + i] * g[3 * k + l] * r[3 * l + j];
                if (std::abs(turned - g[3 * i + j]) > most)
                    refuse(fmt::format("'cell' is {}; expected one that the operation {} keeps within 2 %",
                                       to_text(cell), in_quotes(to_triplet(operation))));
            }
    }
}

void check_displacement(Site const& site) {
    auto const check = [&](double u) {
        if (!(u >= least_displacement && u <= largest_displacement))
            refuse(fmt::format("'displacement' of {} is {:.4g} angstrom^2; expected within [{}, {}]",
                               in_quotes(site.label), u, least_displacement, largest_displacement));
    };
    if (!site.u_aniso) return check(site.u_iso);
    for (int i = 0; i < 6; ++i) {
        // Mixed terms may be negative as far as positive ones may go.
        if (i < 3)
            check((*site.u_aniso)[i]);
        else
            check(std::abs((*site.u_aniso)[i]));
    }
}

void check_sites(Structure const& structure) {
    if (structure.sites.empty()) refuse("'sites' are none; expected at least one atom");
    if (structure.sites.size() > most_sites)
        refuse(fmt::format("'sites' are {}; expected at most {}", structure.sites.size(), most_sites));
    bool is_occupied = false;
    for (Site const& site : structure.sites) {
        if (site.atomic_number < 1 || site.atomic_number > 118)
            refuse(fmt::format("'sites' has {} of an unknown element; expected one of 118",
                               in_quotes(site.label)));
        for (double const x : site.position)
            if (!(std::abs(x) < 1e4))
                refuse(fmt::format("'sites' has {} at {}; expected finite fractional coordinates",
                                   in_quotes(site.label), x));
        if (!(site.occupancy >= 0 && site.occupancy <= largest_occupancy))
            refuse(fmt::format("'occupancy' of {} is {:.4g}; expected within [0, {}]", in_quotes(site.label),
                               site.occupancy, largest_occupancy));
        is_occupied = is_occupied || site.occupancy > 0;
        check_displacement(site);
    }
    if (!is_occupied) refuse("'occupancy' is 0 on all sites; expected at least one above 0");
}

// Distances between positions of one cell, each taken to the nearest lattice translation by rounding.
struct Positions {
    Matrix3 g;
    std::array<double, 3> reach;  // fractional differences beyond these are farther than same_position

    explicit Positions(Cell const& cell) : g(metric(cell)) {
        Matrix3 const reciprocal = inverse(g);
        for (int i = 0; i < 3; ++i) reach[i] = same_position * std::sqrt(reciprocal[4 * i]);
    }

    bool are_same(Operation const& operation, std::array<double, 3> const& from,
                  std::array<double, 3> const& to) const {
        std::array<double, 3> d;
        for (int i = 0; i < 3; ++i) {
            auto const* r = &operation.rotation[3 * i];
            d[i] = r[0] * from[0] + r[1] * from[1] + r[2] * from[2] + operation.translation[i] / 24.0 - to[i];
            d[i] -= std::nearbyint(d[i]);
            if (std::abs(d[i]) > reach[i]) return false;
        }
        double const square = g[0] * d[0] * d[0] + g[4] * d[1] * d[1] + g[8] * d[2] * d[2] +
                              2 * (g[1] * d[0] * d[1] + g[2] * d[0] * d[2] + g[5] * d[1] * d[2]);
        return square < same_position * same_position;
    }
};

std::size_t count_distinct(Structure const& structure, Site const& site, Positions const& positions) {
    auto const& operations = structure.operations;
    std::size_t stabilizer = 0;
    for (Operation const& operation : operations)
        stabilizer += positions.are_same(operation, site.position, site.position);
    if (operations.size() % stabilizer == 0) return operations.size() / stabilizer;
    // Just off a special position some images coincide and others do not: count the clusters.
    std::vector<std::array<double, 3>> distinct;
    for (Operation const& operation : operations) {
        auto const coincides = [&](auto const& other) {
            return positions.are_same(operation, site.position, other);
        };
        if (std::ranges::any_of(distinct, coincides)) continue;
        std::array<double, 3> image;
        for (int i = 0; i < 3; ++i) {
            image[i] = operation.translation[i] / 24.0;
            for (int k = 0; k < 3; ++k) image[i] += operation.rotation[3 * i + k] * site.position[k];
        }
        distinct.push_back(image);
    }
    return distinct.size();
}

// Some files list symmetry copies of an atom as sites of their own; one of them stands for all.
void merge_copies(Structure& structure, Positions const& positions) {
    auto& sites = structure.sites;
    std::string first;
    std::size_t const listed = sites.size();
    for (std::size_t i = 0; i < sites.size(); ++i) {
        auto const is_copy = [&](Site const& other) {
            return other.atomic_number == sites[i].atomic_number &&
                   other.is_deuterium == sites[i].is_deuterium && other.charge == sites[i].charge &&
                   other.occupancy == sites[i].occupancy &&
                   std::ranges::any_of(structure.operations, [&](Operation const& operation) {
                       return positions.are_same(operation, other.position, sites[i].position);
                   });
        };
        if (2 * sites[i].occupancy <= largest_occupancy) continue;
        auto const next = sites.begin() + std::ptrdiff_t(i) + 1;
        auto const copies =
            std::stable_partition(next, sites.end(), [&](Site const& s) { return !is_copy(s); });
        if (copies != sites.end() && first.empty()) first = copies->label;
        sites.erase(copies, sites.end());
    }
    if (sites.size() < listed)
        structure.notes.push_back(
            fmt::format("{} of {} sites repeat another one by symmetry and are left out; the first is {}",
                        listed - sites.size(), listed, in_quotes(first)));
}

void check_overlaps(Structure const& structure, Positions const& positions) {
    auto const& sites = structure.sites;
    for (std::size_t i = 0; i < sites.size(); ++i)
        for (std::size_t j = i + 1; j < sites.size(); ++j) {
            double const sum = sites[i].occupancy + sites[j].occupancy;
            if (sites[i].atomic_number != sites[j].atomic_number || sum <= largest_occupancy) continue;
            for (Operation const& operation : structure.operations)
                if (positions.are_same(operation, sites[j].position, sites[i].position))
                    refuse(fmt::format(
                        "'occupancy' of {} and {} on the same position sums to {:.4g}; expected at most {}",
                        in_quotes(sites[i].label), in_quotes(sites[j].label), sum, largest_occupancy));
        }
}

void name_space_group(Structure& structure) {
    SpaceGroup const* const declared =
        structure.space_group.empty() ? nullptr : find_space_group(structure.space_group, structure.cell);
    structure.space_group_number = 0;
    structure.system = find_crystal_system(structure.operations);
    SpaceGroup const* found = find_space_group(structure.operations);
    if (!found && (found = find_shifted_space_group(structure.operations)))
        structure.notes.push_back(
            fmt::format("the origin is shifted from that of {} in International Tables", found->symbol));
    if (found) {
        if (declared && declared->number != found->number)
            structure.notes.push_back(fmt::format("the operations are those of {}, not of {} as declared",
                                                  found->symbol, in_quotes(structure.space_group)));
        structure.space_group = found->symbol;
        structure.space_group_number = found->number;
    } else if (declared && declared->operations.size() == structure.operations.size() &&
               find_crystal_system(declared->operations) == structure.system) {
        structure.space_group_number = declared->number;
    }
}

}  // namespace

void complete(Structure& structure) {
    check_cell(structure.cell);
    check_sites(structure);
    if (structure.operations.empty()) refuse("'symmetry' has no operations; expected at least the identity");
    if (std::size_t const missing = close_group(structure.operations); missing > 0)
        structure.notes.push_back(
            fmt::format("{} symmetry operations were missing from the group and were added", missing));
    check_metric(structure.cell, structure.operations);
    name_space_group(structure);
    Positions const positions(structure.cell);
    merge_copies(structure, positions);
    for (Site& site : structure.sites) site.multiplicity = double(count_distinct(structure, site, positions));
    check_overlaps(structure, positions);
}

}  // namespace hutch::data
