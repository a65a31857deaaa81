#include "hutch/data/bits.hpp"

#include "hutch/data/detail/bit_kernels.hpp"

#include <cstring>

namespace hutch::data {
namespace {

std::uint8_t const* bytes_of(std::byte const* from) { return reinterpret_cast<std::uint8_t const*>(from); }
std::uint8_t* bytes_of(std::byte* to) { return reinterpret_cast<std::uint8_t*>(to); }

// What the order of numbers cannot hold stays as it is.
void copy_rest(std::span<std::byte const> from, std::size_t width, std::byte* to) {
    std::size_t const whole = from.size() / width * width;
    if (whole < from.size()) std::memcpy(to + whole, from.data() + whole, from.size() - whole);
}

}  // namespace

void split_bytes(std::span<std::byte const> from, std::size_t width, std::byte* to) {
    static auto const to_planes = HUTCH_CHOOSE_ISA(detail, to_planes);
    to_planes(bytes_of(from.data()), from.size() / width, width, bytes_of(to));
    copy_rest(from, width, to);
}

void join_bytes(std::span<std::byte const> from, std::size_t width, std::byte* to) {
    static auto const from_planes = HUTCH_CHOOSE_ISA(detail, from_planes);
    from_planes(bytes_of(from.data()), from.size() / width, width, bytes_of(to));
    copy_rest(from, width, to);
}

void split_bits(std::span<std::byte const> from, std::size_t width, std::byte* scratch, std::byte* to) {
    static auto const to_planes = HUTCH_CHOOSE_ISA(detail, to_planes);
    static auto const to_bit_rows = HUTCH_CHOOSE_ISA(detail, to_bit_rows);
    std::size_t const count = from.size() / width;
    to_planes(bytes_of(from.data()), count, width, bytes_of(scratch));
    for (std::size_t j = 0; j < width; ++j)
        to_bit_rows(bytes_of(scratch) + j * count, count, bytes_of(to) + j * count);
}

void join_bits(std::span<std::byte const> from, std::size_t width, std::byte* scratch, std::byte* to) {
    static auto const from_planes = HUTCH_CHOOSE_ISA(detail, from_planes);
    static auto const from_bit_rows = HUTCH_CHOOSE_ISA(detail, from_bit_rows);
    std::size_t const count = from.size() / width;
    for (std::size_t j = 0; j < width; ++j)
        from_bit_rows(bytes_of(from.data()) + j * count, count, bytes_of(scratch) + j * count);
    from_planes(bytes_of(scratch), count, width, bytes_of(to));
}

}  // namespace hutch::data
