// The first byte selects the format; whatever is read must survive being written and read again.
#include "hutch/base/error.hpp"
#include "hutch/data/gzip.hpp"
#include "hutch/data/pattern.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace hutch::data;

void expect_same(Pattern const& pattern, Pattern const& back) {
    if (back.x.size() != pattern.x.size() || back.y.size() != pattern.y.size()) std::abort();
    for (std::size_t i = 0; i < back.x.size(); ++i)
        if (!(std::abs(back.x[i] - pattern.x[i]) <= 2e-9 * std::abs(pattern.x[i]) + 1e-300) &&
            !(std::abs(back.x[i] - pattern.x[i]) <= 2e-9 * std::abs(pattern.x.back())))
            std::abort();
}

void write_and_read(Pattern const& pattern, PatternFormat format) {
    std::string text;
    try {
        text = to_text(pattern, format);
    } catch (hutch::Error const&) {
        return;  // not every format can hold every pattern
    }
    expect_same(pattern, parse_pattern(text, "again", format));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size == 0) return 0;
    int const choice = (data[0] - unsigned('0')) % 11;
    std::string_view const text(reinterpret_cast<char const*>(data) + 1, size - 1);
    Pattern pattern;
    PatternFormat format{};
    try {
        if (choice == 6) {
            decompress_gzip(text, "fuzz", 1 << 20);
            return 0;
        }
        format = choice == 5   ? guess_pattern_format(text, "fuzz")
                 : choice >= 7 ? static_cast<PatternFormat>(choice - 2)
                               : static_cast<PatternFormat>(choice);
        pattern = parse_pattern(text, "fuzz", format);
    } catch (hutch::Error const&) {
        return 0;
    }
    // From gsas on formats are read only; xye holds all of them.
    write_and_read(pattern, format >= PatternFormat::gsas ? PatternFormat::xye : format);
    return 0;
}
