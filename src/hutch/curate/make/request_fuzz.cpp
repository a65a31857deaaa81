#include "hutch/base/error.hpp"
#include "hutch/curate/make/request.hpp"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size > 65536) return 0;
    try {
        hutch::curate::make::parse_request({reinterpret_cast<char const*>(data), size}, "fuzz.yaml");
    } catch (hutch::Error const&) {
    }
    return 0;
}
