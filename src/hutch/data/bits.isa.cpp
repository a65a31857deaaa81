// Bytes and bits of numbers to planes and back.
#include "hutch/data/detail/bit_kernels.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace hutch::data::detail::HUTCH_ISA {
namespace {

typedef std::uint8_t Byte;

// Numbers of a width known to the compiler are put together in registers.
template <class Number>
void gather(Byte const* __restrict planes, std::size_t count, Byte* __restrict numbers) {
    for (std::size_t i = 0; i < count; ++i) {
        Number value = 0;
        for (std::size_t j = 0; j < sizeof(Number); ++j)
            value = Number(value | Number(Number(planes[j * count + i]) << (8 * j)));
        __builtin_memcpy(numbers + i * sizeof(Number), &value, sizeof(Number));
    }
}

template <class Number>
void scatter(Byte const* __restrict numbers, std::size_t count, Byte* __restrict planes) {
    for (std::size_t j = 0; j < sizeof(Number); ++j)
        for (std::size_t i = 0; i < count; ++i) {
            Number value;
            __builtin_memcpy(&value, numbers + i * sizeof(Number), sizeof(Number));
            planes[j * count + i] = Byte(value >> (8 * j));
        }
}

// Transpose 8 x 8 bits: three rounds that swap blocks of 1, 2 and 4 bits across the diagonal.
// H. S. Warren, Hacker's Delight, 2nd ed. (2012), section 7-3.
inline std::uint64_t transpose_bits(std::uint64_t x) {
    std::uint64_t t = (x ^ (x >> 7)) & 0x00AA00AA00AA00AAull;
    x ^= t ^ (t << 7);
    t = (x ^ (x >> 14)) & 0x0000CCCC0000CCCCull;
    x ^= t ^ (t << 14);
    t = (x ^ (x >> 28)) & 0x00000000F0F0F0F0ull;
    return x ^ t ^ (t << 28);
}

// The places i of a plane from `first` on, eight at a time.
void bit_rows_from(std::size_t first, Byte const* __restrict plane, std::size_t count,
                   Byte* __restrict rows) {
    std::size_t const length = count / 8;
    for (std::size_t g = first / 8; g < length; ++g) {
        std::uint64_t x;
        __builtin_memcpy(&x, plane + 8 * g, 8);
        x = transpose_bits(x);
        for (std::size_t k = 0; k < 8; ++k) rows[k * length + g] = Byte(x >> (8 * k));
    }
}

void plane_from(std::size_t first, Byte const* __restrict rows, std::size_t count, Byte* __restrict plane) {
    std::size_t const length = count / 8;
    for (std::size_t g = first / 8; g < length; ++g) {
        std::uint64_t x = 0;
        for (std::size_t k = 0; k < 8; ++k) x |= std::uint64_t(rows[k * length + g]) << (8 * k);
        x = transpose_bits(x);
        __builtin_memcpy(plane + 8 * g, &x, 8);
    }
}

}  // namespace

void to_planes(Byte const* numbers, std::size_t count, std::size_t width, Byte* planes) {
    if (width == 2) return scatter<std::uint16_t>(numbers, count, planes);
    if (width == 4) return scatter<std::uint32_t>(numbers, count, planes);
    if (width == 8) return scatter<std::uint64_t>(numbers, count, planes);
    for (std::size_t j = 0; j < width; ++j)
        for (std::size_t i = 0; i < count; ++i) planes[j * count + i] = numbers[i * width + j];
}

void from_planes(Byte const* planes, std::size_t count, std::size_t width, Byte* numbers) {
    if (width == 2) return gather<std::uint16_t>(planes, count, numbers);
    if (width == 4) return gather<std::uint32_t>(planes, count, numbers);
    if (width == 8) return gather<std::uint64_t>(planes, count, numbers);
    for (std::size_t j = 0; j < width; ++j)
        for (std::size_t i = 0; i < count; ++i) numbers[i * width + j] = planes[j * count + i];
}

// Whole vectors by instructions that take one bit of every byte; what is left by the plain form.
void to_bit_rows(Byte const* plane, std::size_t count, Byte* rows) {
    std::size_t i = 0;
#if defined(__AVX512BW__)
    for (std::size_t const length = count / 8; i + 64 <= count; i += 64) {
        __m512i const bytes = _mm512_loadu_si512(plane + i);
        for (int k = 0; k < 8; ++k) {
            std::uint64_t const row = _mm512_test_epi8_mask(bytes, _mm512_set1_epi8(char(1 << k)));
            __builtin_memcpy(rows + std::size_t(k) * length + i / 8, &row, 8);
        }
    }
#elif defined(__AVX2__)
    for (std::size_t const length = count / 8; i + 32 <= count; i += 32) {
        __m256i bytes = _mm256_loadu_si256(reinterpret_cast<__m256i const*>(plane + i));
        for (int k = 7; k >= 0; --k) {
            auto const row = std::uint32_t(_mm256_movemask_epi8(bytes));
            __builtin_memcpy(rows + std::size_t(k) * length + i / 8, &row, 4);
            bytes = _mm256_add_epi8(bytes, bytes);
        }
    }
#endif
    bit_rows_from(i, plane, count, rows);
}

void from_bit_rows(Byte const* rows, std::size_t count, Byte* plane) {
    std::size_t i = 0;
#if defined(__AVX512BW__)
    for (std::size_t const length = count / 8; i + 64 <= count; i += 64) {
        __m512i bytes = _mm512_setzero_si512();
        for (int k = 0; k < 8; ++k) {
            std::uint64_t row;
            __builtin_memcpy(&row, rows + std::size_t(k) * length + i / 8, 8);
            bytes = _mm512_mask_add_epi8(bytes, row, bytes, _mm512_set1_epi8(char(1 << k)));
        }
        _mm512_storeu_si512(plane + i, bytes);
    }
#elif defined(__AVX2__)
    // Byte i takes byte i / 8 of four, and of that the bit i % 8.
    __m256i const spread = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2,
                                            2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
    __m256i const bit = _mm256_set1_epi64x(std::int64_t(0x8040201008040201ull));
    for (std::size_t const length = count / 8; i + 32 <= count; i += 32) {
        __m256i bytes = _mm256_setzero_si256();
        for (int k = 0; k < 8; ++k) {
            std::uint32_t row;
            __builtin_memcpy(&row, rows + std::size_t(k) * length + i / 8, 4);
            __m256i const spreaded = _mm256_shuffle_epi8(_mm256_set1_epi32(std::int32_t(row)), spread);
            __m256i const is_set = _mm256_cmpeq_epi8(_mm256_and_si256(spreaded, bit), bit);
            bytes = _mm256_or_si256(bytes, _mm256_and_si256(is_set, _mm256_set1_epi8(char(1 << k))));
        }
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(plane + i), bytes);
    }
#endif
    plane_from(i, rows, count, plane);
}

}  // namespace hutch::data::detail::HUTCH_ISA
