#include "hutch/base/error.hpp"
#include "hutch/data/instprm.hpp"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    for (int bank : {1, 2}) {
        for (auto* const parse : {&hutch::data::parse_instprm, &hutch::data::parse_gsas_prm}) {
            try {
                auto const file = parse(text, "fuzz", bank);
                for (auto const& [key, value] : file.values) file.number(key);
            } catch (hutch::Error const&) {
            }
        }
    }
    return 0;
}
