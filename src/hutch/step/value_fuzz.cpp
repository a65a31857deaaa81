#include "hutch/base/error.hpp"
#include "hutch/step/value.hpp"

#include <cstdint>
#include <cstdlib>

// Whatever the bytes are: an Error that says so, or values that are written and read back as the same.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    try {
        auto const values =
            hutch::step::parse_values({reinterpret_cast<char const*>(data), size}, "fuzz.json");
        std::string const text = hutch::step::to_json(values);
        auto const again = hutch::step::parse_values(text, "again.json");
        if (again != values || hutch::step::to_json(again) != text) std::abort();
    } catch (hutch::Error const&) {
    }
    return 0;
}
