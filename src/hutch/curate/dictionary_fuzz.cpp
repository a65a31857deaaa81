// What parses must be the same again after it was written.
#include "hutch/base/error.hpp"
#include "hutch/curate/dictionary.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size > 65536) return 0;
    hutch::curate::Dictionary dictionary;
    try {
        dictionary =
            hutch::curate::parse_dictionary({reinterpret_cast<char const*>(data), size}, "fuzz.json");
    } catch (hutch::Error const&) {
        return 0;
    }
    std::string text;
    try {
        text = to_json(dictionary);
    } catch (std::exception const&) {
        return 0;  // texts that are no UTF-8 cannot be JSON
    }
    if (to_json(hutch::curate::parse_dictionary(text, "again.json")) != text) std::abort();
    return 0;
}
