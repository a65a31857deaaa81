/// Turn one row of the AMCSD database, as plain text columns, into a structure.
#pragma once

#include "hutch/data/structure.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::data {

/// The columns of one entry as they stand in the file; "<missing>" and "0" mark what is absent.
struct AmcsdRow {
    int id = 0;
    std::string mineral, compound, formula, citation;
    std::string space_group;
    std::array<std::string, 6> cell;  ///< a, b, c, alpha, beta, gamma
    std::string crystal_density;      ///< [g/cm^3]
    std::string sites;                ///< JSON list of labels
    std::array<std::string, 3>
        positions;  ///< base64 of little-endian int32 in units of 1/4,000,000, as all that follow
    std::string occupancy, u_iso;
    std::string aniso_label;           ///< JSON list of labels
    std::array<std::string, 6> aniso;  ///< U11 U22 U33 U12 U13 U23
};

/// Return the operations of a JSON list of triplets. \throws Error bad_data
std::vector<Operation> parse_amcsd_operations(std::string_view json);
/// Return the complete structure of a row. \throws Error bad_data naming the item, as complete() does
Structure parse_amcsd_row(AmcsdRow const& row, std::vector<Operation> const& operations);

}  // namespace hutch::data
