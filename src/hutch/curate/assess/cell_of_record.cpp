#include "hutch/curate/assess/detail/cell_of_record.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace hutch::curate::assess::detail {
namespace {

constexpr double length_tolerance = 0.03, angle_tolerance = 3;  // relative, degree

bool is_equal(double a, double b) { return std::abs(a - b) <= length_tolerance * std::max(a, b); }
bool is_angle(double angle, double wanted) { return std::abs(angle - wanted) <= angle_tolerance; }

}  // namespace

bool has_cells(Physics const& physics) {
    return physics.parts.contains("cell") ||
           (physics.parts.contains("cell_lengths") && physics.parts.contains("cell_angles"));
}

std::optional<data::Cell> cell_of_record(RecordReader& reader, Physics const& physics, std::uint64_t record) {
    std::vector<double> all;
    if (auto const whole = physics.parts.find("cell"); whole != physics.parts.end()) {
        all = reader.read(whole->second, record);
    } else {
        std::vector<double> const lengths = reader.read(physics.parts.at("cell_lengths"), record),
                                  angles = reader.read(physics.parts.at("cell_angles"), record);
        if (lengths.size() < 3 || angles.size() < 3) return {};
        all.assign(lengths.begin(), lengths.begin() + 3);
        all.insert(all.end(), angles.begin(), angles.begin() + 3);
    }
    if (all.size() < 6) return {};
    data::Cell const cell{all[0], all[1], all[2], all[3], all[4], all[5]};
    bool const is_there = cell.a > 0 && cell.b > 0 && cell.c > 0 && data::volume(cell) > 0;
    return is_there ? std::optional(cell) : std::nullopt;
}

bool fits_system(data::Cell const& cell, data::CrystalSystem system) {
    std::array const lengths{cell.a, cell.b, cell.c}, angles{cell.alpha, cell.beta, cell.gamma};
    auto const right = std::ranges::count_if(angles, [](double angle) { return is_angle(angle, 90); });
    bool const all_equal = is_equal(lengths[0], lengths[1]) && is_equal(lengths[1], lengths[2]) &&
                           is_equal(lengths[0], lengths[2]);
    bool two_equal = false, is_hexagonal = false;
    for (std::size_t i = 0; i < 3; ++i) {
        std::size_t const j = (i + 1) % 3, k = (i + 2) % 3;
        bool const pair = is_equal(lengths[j], lengths[k]);
        two_equal = two_equal || pair;
        is_hexagonal = is_hexagonal || (pair && is_angle(angles[i], 120) && is_angle(angles[j], 90) &&
                                        is_angle(angles[k], 90));
    }
    bool const is_rhombohedral =
        all_equal && is_angle(angles[0], angles[1]) && is_angle(angles[1], angles[2]);
    switch (system) {
        case data::CrystalSystem::triclinic:
            return true;
        case data::CrystalSystem::monoclinic:
            return right >= 2;
        case data::CrystalSystem::orthorhombic:
            return right == 3;
        case data::CrystalSystem::tetragonal:
            return right == 3 && two_equal;
        case data::CrystalSystem::trigonal:
            return is_hexagonal || is_rhombohedral;
        case data::CrystalSystem::hexagonal:
            return is_hexagonal;
        case data::CrystalSystem::cubic:
            return right == 3 && all_equal;
    }
    return true;
}

}  // namespace hutch::curate::assess::detail
