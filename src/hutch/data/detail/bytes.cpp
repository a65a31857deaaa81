#include "hutch/data/detail/bytes.hpp"

#include "hutch/base/error.hpp"
#include "hutch/data/detail/pattern_formats.hpp"

#include <bit>
#include <cmath>

#include <fmt/format.h>

namespace hutch::data::detail {

void Bytes::fail(std::size_t at, std::string const& what) const {
    throw Error(Fault::bad_data, fmt::format("{}: byte {}: {}", name_, at, what));
}

void Bytes::check_holds(std::size_t at, std::uint64_t count, char const* item) const {
    if (at <= size() && count <= size() - at) return;
    fail(at,
         fmt::format("file ends after {} bytes, within '{}'; expected {} bytes of it; is the file cut short?",
                     size(), item, count));
}

std::uint64_t Bytes::little_endian(std::size_t at, std::size_t width, char const* item) const {
    check_holds(at, width, item);
    std::uint64_t value = 0;
    for (std::size_t i = width; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes_[at + i]);
    return value;
}

std::uint32_t Bytes::u16(std::size_t at, char const* item) const {
    return std::uint32_t(little_endian(at, 2, item));
}

std::uint32_t Bytes::u32(std::size_t at, char const* item) const {
    return std::uint32_t(little_endian(at, 4, item));
}

double Bytes::f32(std::size_t at, char const* item) const {
    double const value = std::bit_cast<float>(u32(at, item));
    if (!std::isfinite(value)) fail(at, fmt::format("'{}' is {}; expected a finite number", item, value));
    return value;
}

double Bytes::f64(std::size_t at, char const* item) const {
    double const value = std::bit_cast<double>(little_endian(at, 8, item));
    if (!std::isfinite(value)) fail(at, fmt::format("'{}' is {}; expected a finite number", item, value));
    return value;
}

std::string Bytes::text(std::size_t at, std::size_t width, char const* item) const {
    check_holds(at, width, item);
    std::string_view const field = bytes_.substr(at, width);
    std::string line = one_line(field.substr(0, field.find('\0')), width);
    for (char& c : line)
        if (static_cast<unsigned char>(c) > 126) c = '?';
    return line;
}

}  // namespace hutch::data::detail
