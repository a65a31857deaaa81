#include "hutch/base/error.hpp"
#include "hutch/methods/powder/refine/report_json.hpp"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size > 65536) return 0;
    try {
        auto const result =
            hutch::powder::refine::parse_json({reinterpret_cast<char const*>(data), size}, "fuzz.json");
        hutch::powder::refine::to_json(result);
    } catch (hutch::Error const&) {
    }
    return 0;
}
