#include "hutch/step/unit.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace hutch::step {
namespace {

// International System of Units, 9th edition (BIPM 2019), tables 2, 4, 7 and 8; and what only counts.
constexpr std::string_view symbols[] = {
    "m",   "g", "s",  "A", "K", "mol", "cd", "rad", "sr", "Hz", "N", "Pa",  "J",  "W",  "C", "V",   "F",
    "ohm", "S", "Wb", "T", "H", "lm",  "lx", "Bq",  "Gy", "Sv", "L", "bar", "eV", "Da", "B", "bit", "FLOP"};
constexpr std::string_view prefixes[] = {"da", "h", "k", "M", "G", "T", "P", "E", "Z", "Y",
                                         "d",  "c", "m", "u", "n", "p", "f", "a", "z", "y"};
constexpr std::string_view names[] = {"degree", "arcmin", "arcsec",   "percent", "angstrom", "barn", "degC",
                                      "min",    "h",      "day",      "byte",    "KiB",      "MiB",  "GiB",
                                      "TiB",    "count",  "electron", "photon",  "pixel",    "dB",   "c"};

bool is_name(std::string_view text) {
    if (std::ranges::find(names, text) != std::end(names)) return true;
    if (std::ranges::find(symbols, text) != std::end(symbols)) return true;
    return std::ranges::any_of(prefixes, [&](std::string_view prefix) {
        return text.starts_with(prefix) &&
               std::ranges::find(symbols, text.substr(prefix.size())) != std::end(symbols);
    });
}

// NAME, NAME^POWER or 1.
bool is_factor(std::string_view text) {
    if (text == "1") return true;
    std::size_t const hat = text.find('^');
    if (!is_name(text.substr(0, hat))) return false;
    if (hat == std::string_view::npos) return true;
    int power = 0;
    auto const [end, problem] = std::from_chars(text.data() + hat + 1, text.data() + text.size(), power);
    return problem == std::errc{} && end == text.data() + text.size() && power != 0 && std::abs(power) <= 12;
}

}  // namespace

bool is_unit(std::string_view text) {
    while (true) {
        std::size_t const end = text.find_first_of(" */");
        if (!is_factor(text.substr(0, end))) return false;
        if (end == std::string_view::npos) return true;
        text.remove_prefix(end + 1);
    }
}

}  // namespace hutch::step
