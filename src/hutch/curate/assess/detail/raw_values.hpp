/// Turn values as they lie in a file into numbers: integers and floats of any size and byte order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace hutch::curate::assess::detail {

struct RawType {
    char kind = 'f';       ///< f, i, u, or b for a byte that is false or true
    std::size_t size = 4;  ///< [byte]
    bool is_little_endian = true;

    /// Return whether every value is a float without loss.
    bool fits_float() const { return kind == 'f' ? size <= 4 : size <= 2; }
};

/// Return the type of a name such as "float32", "uint16", "bool", or nothing.
std::optional<RawType> raw_type(std::string_view dtype);

void convert(RawType type, char const* from, std::span<float> to);
void convert(RawType type, char const* from, std::span<double> to);

}  // namespace hutch::curate::assess::detail
