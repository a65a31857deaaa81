#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/amcsd_row.hpp"

#include <cstdint>
#include <string>

// One line of the input for each column, the operations first.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto lines = hutch::split_lines({reinterpret_cast<char const*>(data), size});
    lines.resize(26);
    hutch::data::AmcsdRow row;
    std::size_t next = 1;
    auto const take = [&](std::string& column) { column = lines[next++]; };
    for (std::string* column : {&row.mineral, &row.formula, &row.space_group}) take(*column);
    for (std::string& column : row.cell) take(column);
    for (std::string* column : {&row.crystal_density, &row.sites}) take(*column);
    for (std::string& column : row.positions) take(column);
    for (std::string* column : {&row.occupancy, &row.u_iso, &row.aniso_label}) take(*column);
    for (std::string& column : row.aniso) take(column);
    try {
        auto const structure =
            hutch::data::parse_amcsd_row(row, hutch::data::parse_amcsd_operations(lines[0]));
        hutch::data::niggli_cell(structure);
    } catch (hutch::Error const&) {
    }
    return 0;
}
