#include "hutch/curate/load/detail/convert.hpp"

#include "hutch/base/error.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

namespace hutch::curate::load::detail {
namespace {

using data::ElementType;
using Kind = ElementType::Kind;

constexpr std::array<ElementType, 6> targets{{{Kind::real, 4},
                                              {Kind::real, 8},
                                              {Kind::signed_integer, 2},
                                              {Kind::signed_integer, 4},
                                              {Kind::signed_integer, 8},
                                              {Kind::unsigned_integer, 1}}};

bool holds(ElementType const& wanted, ElementType const& type) {
    if (wanted.kind == Kind::real) return true;
    bool const is_whole = type.kind != Kind::real;
    if (wanted.kind == Kind::unsigned_integer) return type.kind == Kind::boolean;
    return is_whole &&
           (type.kind == Kind::signed_integer ? wanted.bytes >= type.bytes : wanted.bytes > type.bytes);
}

template <class From, class To>
void convert_all(std::byte const* from, std::size_t count, std::byte* to) {
    for (std::size_t i = 0; i < count; ++i) {
        From value;
        std::memcpy(&value, from + i * sizeof(From), sizeof(From));
        To const result = To(value);
        std::memcpy(to + i * sizeof(To), &result, sizeof(To));
    }
}

template <class From>
void convert_from(std::byte const* from, std::size_t count, ElementType const& wanted, std::byte* to) {
    if (wanted.kind == Kind::real)
        return wanted.bytes == 4 ? convert_all<From, float>(from, count, to)
                                 : convert_all<From, double>(from, count, to);
    if (wanted.bytes == 1) return convert_all<From, std::uint8_t>(from, count, to);
    if (wanted.bytes == 2) return convert_all<From, std::int16_t>(from, count, to);
    if (wanted.bytes == 4) return convert_all<From, std::int32_t>(from, count, to);
    return convert_all<From, std::int64_t>(from, count, to);
}

template <class Byte, class Two, class Four, class Eight>
void convert_integers(std::byte const* from, std::size_t bytes, std::size_t count, ElementType const& wanted,
                      std::byte* to) {
    if (bytes == 1) return convert_from<Byte>(from, count, wanted, to);
    if (bytes == 2) return convert_from<Two>(from, count, wanted, to);
    if (bytes == 4) return convert_from<Four>(from, count, wanted, to);
    return convert_from<Eight>(from, count, wanted, to);
}

void swap(std::span<std::byte> numbers, std::size_t width) {
    for (std::size_t i = 0; i < numbers.size(); i += width) std::ranges::reverse(numbers.subspan(i, width));
}

}  // namespace

ElementType converted_type(ElementType const& type, std::string const& name, std::string const& field) {
    ElementType native = type;
    native.is_swapped = false;
    if (name.empty() || native.name() == name) return native;
    auto const found = std::ranges::find(targets, name, [](ElementType const& one) { return one.name(); });
    bool const is_number = type.kind != Kind::text && type.kind != Kind::texts_elsewhere &&
                           !(type.kind == Kind::real && type.bytes == 2);
    if (!is_number || found == targets.end() || !holds(*found, type))
        throw Error(
            Fault::bad_input,
            fmt::format("'dtype' of '{}' is '{}'; expected {} as stored, or a type of float32, float64, "
                        "int16, int32, int64 that holds all its values",
                        field, name, native.name()));
    return *found;
}

void convert(ElementType const& type, std::span<std::byte> from, ElementType const& wanted,
             std::span<std::byte> to) {
    if (type.is_swapped) swap(from, type.bytes);
    if (type.kind == wanted.kind && type.bytes == wanted.bytes) {
        std::memcpy(to.data(), from.data(), to.size());
        return;
    }
    std::size_t const count = from.size() / type.bytes;
    if (type.kind == Kind::real)
        return type.bytes == 4 ? convert_from<float>(from.data(), count, wanted, to.data())
                               : convert_from<double>(from.data(), count, wanted, to.data());
    if (type.kind == Kind::signed_integer)
        return convert_integers<std::int8_t, std::int16_t, std::int32_t, std::int64_t>(
            from.data(), type.bytes, count, wanted, to.data());
    convert_integers<std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t>(from.data(), type.bytes,
                                                                                count, wanted, to.data());
}

}  // namespace hutch::curate::load::detail
