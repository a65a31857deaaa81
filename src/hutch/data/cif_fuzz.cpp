#include "hutch/base/error.hpp"
#include "hutch/data/cif.hpp"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    try {
        for (auto const& structure :
             hutch::data::parse_cif({reinterpret_cast<char const*>(data), size}, "fuzz.cif")) {
            hutch::data::niggli_cell(structure);
            hutch::data::composition_formula(structure);
            hutch::data::parse_cif(hutch::data::to_cif(structure), "back.cif");
        }
    } catch (hutch::Error const&) {
    }
    return 0;
}
