#include "hutch/curate/assess/detail/raw_values.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace hutch::curate::assess::detail {
namespace {

// IEEE 754-2008, binary16.
struct Half {
    std::uint16_t bits;
    explicit operator double() const {
        int const exponent = bits >> 10 & 31, fraction = bits & 1023;
        double value = exponent == 0    ? std::ldexp(fraction, -24)
                       : exponent == 31 ? (fraction == 0 ? std::numeric_limits<double>::infinity()
                                                         : std::numeric_limits<double>::quiet_NaN())
                                        : std::ldexp(fraction + 1024, exponent - 25);
        return (bits & 0x8000) != 0 ? -value : value;
    }
    explicit operator float() const { return float(double(*this)); }
};

template <class Stored, class Number>
void convert_as(bool is_little_endian, char const* from, std::span<Number> to) {
    bool const swaps = is_little_endian != (std::endian::native == std::endian::little);
    if (!swaps && std::is_same_v<Stored, Number>) {
        if (!to.empty()) std::memcpy(to.data(), from, to.size_bytes());
        return;
    }
    for (std::size_t i = 0; i < to.size(); ++i) {
        char bytes[sizeof(Stored)];
        std::memcpy(bytes, from + i * sizeof(Stored), sizeof(Stored));
        if (swaps) std::reverse(bytes, bytes + sizeof(Stored));
        Stored value;
        std::memcpy(&value, bytes, sizeof(Stored));
        to[i] = static_cast<Number>(value);
    }
}

template <class Number>
void convert_any(RawType type, char const* from, std::span<Number> to) {
    bool const little = type.is_little_endian;
    switch (type.kind * 16 + int(type.size)) {
        case 'f' * 16 + 2:
            return convert_as<Half>(little, from, to);
        case 'f' * 16 + 4:
            return convert_as<float>(little, from, to);
        case 'f' * 16 + 8:
            return convert_as<double>(little, from, to);
        case 'i' * 16 + 1:
            return convert_as<std::int8_t>(little, from, to);
        case 'i' * 16 + 2:
            return convert_as<std::int16_t>(little, from, to);
        case 'i' * 16 + 4:
            return convert_as<std::int32_t>(little, from, to);
        case 'i' * 16 + 8:
            return convert_as<std::int64_t>(little, from, to);
        case 'u' * 16 + 2:
            return convert_as<std::uint16_t>(little, from, to);
        case 'u' * 16 + 4:
            return convert_as<std::uint32_t>(little, from, to);
        case 'u' * 16 + 8:
            return convert_as<std::uint64_t>(little, from, to);
        default:
            return convert_as<std::uint8_t>(little, from, to);
    }
}

}  // namespace

std::optional<RawType> raw_type(std::string_view dtype) {
    static constexpr struct {
        std::string_view name;
        char kind;
        std::size_t size;
    } types[] = {{"float16", 'f', 2}, {"float32", 'f', 4}, {"float64", 'f', 8}, {"int8", 'i', 1},
                 {"int16", 'i', 2},   {"int32", 'i', 4},   {"int64", 'i', 8},   {"uint8", 'u', 1},
                 {"uint16", 'u', 2},  {"uint32", 'u', 4},  {"uint64", 'u', 8},  {"bool", 'b', 1}};
    for (auto const& type : types)
        if (type.name == dtype) return RawType{type.kind, type.size, true};
    return {};
}

void convert(RawType type, char const* from, std::span<float> to) { convert_any(type, from, to); }
void convert(RawType type, char const* from, std::span<double> to) { convert_any(type, from, to); }

}  // namespace hutch::curate::assess::detail
