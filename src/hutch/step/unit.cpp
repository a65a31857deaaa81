#include "hutch/step/unit.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <utility>

namespace hutch::step {
namespace {

struct Known {
    std::string_view name;
    Unit unit;
};

constexpr double pi = std::numbers::pi;

// International System of Units, 9th edition (BIPM 2019, exact values of e and of 1 eV; 1 Da: CODATA 2018),
// tables 2, 4, 7 and 8; and what only counts. Powers: m kg s A K mol cd | angle | number.
constexpr Known symbols[] = {{"m", {{1}}},
                             {"g", {{0, 1}, 1e-3}},
                             {"s", {{0, 0, 1}}},
                             {"A", {{0, 0, 0, 1}}},
                             {"K", {{0, 0, 0, 0, 1}}},
                             {"mol", {{0, 0, 0, 0, 0, 1}}},
                             {"cd", {{0, 0, 0, 0, 0, 0, 1}}},
                             {"rad", {{0, 0, 0, 0, 0, 0, 0, 1}}},
                             {"sr", {{0, 0, 0, 0, 0, 0, 0, 2}}},
                             {"Hz", {{0, 0, -1}}},
                             {"N", {{1, 1, -2}}},
                             {"Pa", {{-1, 1, -2}}},
                             {"J", {{2, 1, -2}}},
                             {"W", {{2, 1, -3}}},
                             {"C", {{0, 0, 1, 1}}},
                             {"V", {{2, 1, -3, -1}}},
                             {"F", {{-2, -1, 4, 2}}},
                             {"ohm", {{2, 1, -3, -2}}},
                             {"S", {{-2, -1, 3, 2}}},
                             {"Wb", {{2, 1, -2, -1}}},
                             {"T", {{0, 1, -2, -1}}},
                             {"H", {{2, 1, -2, -2}}},
                             {"lm", {{0, 0, 0, 0, 0, 0, 1, 2}}},
                             {"lx", {{-2, 0, 0, 0, 0, 0, 1, 2}}},
                             {"Bq", {{0, 0, -1}}},
                             {"Gy", {{2, 0, -2}}},
                             {"Sv", {{2, 0, -2}}},
                             {"L", {{3}, 1e-3}},
                             {"bar", {{-1, 1, -2}, 1e5}},
                             {"eV", {{2, 1, -2}, 1.602176634e-19}},
                             {"Da", {{0, 1}, 1.66053906660e-27}},
                             {"B", {{0, 0, 0, 0, 0, 0, 0, 0, 1}, 8}},
                             {"bit", {{0, 0, 0, 0, 0, 0, 0, 0, 1}}},
                             {"FLOP", {{0, 0, 0, 0, 0, 0, 0, 0, 1}}}};
struct Prefix {
    std::string_view name;
    double factor;
};
constexpr Prefix prefixes[] = {{"da", 1e1},  {"h", 1e2},   {"k", 1e3},   {"M", 1e6},   {"G", 1e9},
                               {"T", 1e12},  {"P", 1e15},  {"E", 1e18},  {"Z", 1e21},  {"Y", 1e24},
                               {"d", 1e-1},  {"c", 1e-2},  {"m", 1e-3},  {"u", 1e-6},  {"n", 1e-9},
                               {"p", 1e-12}, {"f", 1e-15}, {"a", 1e-18}, {"z", 1e-21}, {"y", 1e-24}};
constexpr std::array<int, 9> angle{0, 0, 0, 0, 0, 0, 0, 1}, number{0, 0, 0, 0, 0, 0, 0, 0, 1};
constexpr Known names[] = {{"degree", {angle, pi / 180}},
                           {"arcmin", {angle, pi / 10800}},
                           {"arcsec", {angle, pi / 648000}},
                           {"percent", {{}, 0.01}},
                           {"angstrom", {{1}, 1e-10}},
                           {"barn", {{2}, 1e-28}},
                           {"degC", {{0, 0, 0, 0, 1}, 1, 273.15}},
                           {"min", {{0, 0, 1}, 60}},
                           {"h", {{0, 0, 1}, 3600}},
                           {"day", {{0, 0, 1}, 86400}},
                           {"microsecond", {{0, 0, 1}, 1e-6}},
                           {"byte", {number, 8}},
                           {"KiB", {number, 8192}},
                           {"MiB", {number, 8388608}},
                           {"GiB", {number, 8589934592}},
                           {"TiB", {number, 8796093022208}},
                           {"count", {number}},
                           {"electron", {number}},
                           {"photon", {number}},
                           {"pixel", {number}},
                           {"dB", {{}}},
                           {"c", {{1, 0, -1}, 299792458}}};

std::optional<Unit> find_name(std::string_view text) {
    if (auto const found = std::ranges::find(names, text, &Known::name); found != std::end(names))
        return found->unit;
    if (auto const found = std::ranges::find(symbols, text, &Known::name); found != std::end(symbols))
        return found->unit;
    for (Prefix const& prefix : prefixes) {
        if (!text.starts_with(prefix.name)) continue;
        auto const found = std::ranges::find(symbols, text.substr(prefix.name.size()), &Known::name);
        if (found == std::end(symbols)) continue;
        Unit unit = found->unit;
        unit.factor *= prefix.factor;
        return unit;
    }
    return {};
}

// NAME, NAME^POWER, NAMEPOWER as in "angstrom-2", or a power of ten.
std::optional<Unit> parse_factor(std::string_view text) {
    if (!text.empty() && text[0] >= '0' && text[0] <= '9') {
        Unit unit;
        auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), unit.factor);
        bool const is_number = problem == std::errc{} && end == text.data() + text.size() && unit.factor > 0;
        double const tens = is_number ? std::log10(unit.factor) : 0.5;
        return std::abs(tens - std::round(tens)) < 1e-9 ? std::optional(unit) : std::nullopt;
    }
    bool const has_hat = text.find('^') != std::string_view::npos;
    std::size_t const name = has_hat ? text.find('^') : text.find_last_not_of("0123456789-") + 1;
    auto unit = find_name(text.substr(0, name));
    if (!unit || name == text.size()) return unit;
    int power = 0;
    auto const [end, problem] =
        std::from_chars(text.data() + name + (has_hat ? 1 : 0), text.data() + text.size(), power);
    if (problem != std::errc{} || end != text.data() + text.size() || power == 0 || std::abs(power) > 12)
        return {};
    for (int& one : unit->dimension) one *= power;
    unit->factor = std::pow(unit->factor, power), unit->offset = 0;
    return unit;
}

// A blank, a star, a slash, or a point with a letter behind it: "us.angstrom"; not within brackets.
std::size_t end_of_factor(std::string_view text) {
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '(') ++depth;
        if (text[i] == ')') --depth;
        if (depth > 0) continue;
        bool const is_letter =
            i + 1 < text.size() && (text[i + 1] | 0x20) >= 'a' && (text[i + 1] | 0x20) <= 'z';
        if (text[i] == ' ' || text[i] == '*' || text[i] == '/' || (text[i] == '.' && is_letter)) return i;
    }
    return std::string_view::npos;
}

}  // namespace

std::optional<Unit> parse_unit(std::string_view text) {
    constexpr std::size_t longest = 256;  // texts come from files, and brackets may be nested
    if (text.size() > longest) return {};
    Unit all;
    int way = 1;
    bool is_product = false;
    while (true) {
        std::size_t const end = end_of_factor(text);
        std::string_view const factor = text.substr(0, end);
        bool const is_group = factor.size() > 2 && factor.front() == '(' && factor.back() == ')';
        auto const unit = is_group ? parse_unit(factor.substr(1, factor.size() - 2)) : parse_factor(factor);
        if (!unit) return {};
        for (std::size_t i = 0; i < all.dimension.size(); ++i) all.dimension[i] += way * unit->dimension[i];
        all.factor *= way > 0 ? unit->factor : 1 / unit->factor;
        all.offset = is_product || end != std::string_view::npos ? 0 : unit->offset;
        if (end == std::string_view::npos) return all;
        way = text[end] == '/' ? -1 : 1, is_product = true;
        text.remove_prefix(end + 1);
    }
}

bool is_unit(std::string_view text) { return parse_unit(text).has_value(); }

std::string_view usual_name(std::string_view unit) {
    static constexpr std::pair<std::string_view, std::string_view> spellings[] = {
        {"degrees", "degree"},    {"deg", "degree"},         {"counts", "count"},
        {"photons", "photon"},    {"electrons", "electron"}, {"pixels", "pixel"},
        {"Angstrom", "angstrom"}, {"Angstroms", "angstrom"}, {"angstroms", "angstrom"},
        {"\u00c5", "angstrom"},   {"\u212b", "angstrom"},    {"meter", "m"},
        {"metre", "m"},           {"meters", "m"},           {"metres", "m"},
        {"millimeter", "mm"},     {"micrometer", "um"},      {"micron", "um"},
        {"second", "s"},          {"seconds", "s"},          {"sec", "s"},
        {"microseconds", "us"},   {"kelvin", "K"},           {"Kelvin", "K"},
        {"radian", "rad"},        {"radians", "rad"},        {"%", "percent"},
        {"dimensionless", "1"}};
    auto const found =
        std::ranges::find(spellings, unit, &std::pair<std::string_view, std::string_view>::first);
    return found == std::end(spellings) ? unit : found->second;
}

bool is_same_unit(std::string_view one, std::string_view other) {
    one = usual_name(one), other = usual_name(other);
    if (one == other) return true;
    auto const a = parse_unit(one), b = parse_unit(other);
    return a && b && a->dimension == b->dimension &&
           std::abs(a->factor - b->factor) <= 1e-9 * std::abs(a->factor) && a->offset == b->offset;
}

}  // namespace hutch::step
