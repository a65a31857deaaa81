#include "hutch/data/chunk.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/random.hpp"
#include "hutch/compute/isa.hpp"
#include "hutch/data/bits.hpp"
#include "hutch/data/detail/bit_kernels.hpp"

#include <gtest/gtest.h>

namespace hutch::data {
namespace {

std::vector<std::byte> random_bytes(std::size_t count, std::uint64_t seed) {
    std::vector<std::byte> bytes(count);
    RandomStream random(seed, 1, 0);
    for (std::byte& one : bytes) one = std::byte(random.below(256));
    return bytes;
}

// Counts of photons, as a detector gives them.
std::vector<std::byte> counts(std::size_t numbers, std::size_t width) {
    std::vector<std::byte> bytes(numbers * width);
    RandomStream random(5, 1, 0);
    for (std::size_t i = 0; i < numbers; ++i) bytes[i * width] = std::byte(random.below(20));
    return bytes;
}

// Bit k of byte j of number i, asked one by one.
std::vector<std::byte> split_bits_plainly(std::vector<std::byte> const& from, std::size_t width) {
    std::size_t const count = from.size() / width;
    std::vector<std::byte> to(from.size());
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j < width; ++j)
            for (std::size_t k = 0; k < 8; ++k)
                if ((std::to_integer<unsigned>(from[i * width + j]) >> k & 1) != 0)
                    to[(8 * j + k) * count / 8 + i / 8] |= std::byte(1u << (i % 8));
    return to;
}

}  // namespace

TEST(Bits, LieWhereTheirDefinitionPutsThem) {
    for (std::size_t const width : {1, 2, 3, 4, 8})
        for (std::size_t const count : {8, 64, 72, 400, 2048}) {
            auto const from = random_bytes(count * width, count);
            std::vector<std::byte> scratch(from.size()), to(from.size()), back(from.size());
            split_bits(from, width, scratch.data(), to.data());
            EXPECT_EQ(to, split_bits_plainly(from, width)) << count << " numbers of " << width;
            join_bits(to, width, scratch.data(), back.data());
            EXPECT_EQ(back, from) << count << " numbers of " << width;
        }
}

TEST(Bits, AreTheSameForEachLevelOfInstructions) {
    auto const plane = random_bytes(1000, 3);
    auto const* const from = reinterpret_cast<std::uint8_t const*>(plane.data());
    std::vector<std::uint8_t> wanted(1000), rows(1000), back(1000);
    detail::baseline::to_bit_rows(from, 1000, wanted.data());
    auto const check = [&](auto to_rows, auto from_rows) {
        to_rows(from, 1000, rows.data());
        EXPECT_EQ(rows, wanted);
        from_rows(rows.data(), 1000, back.data());
        EXPECT_TRUE(std::equal(back.begin(), back.end(), from));
    };
    check(detail::baseline::to_bit_rows, detail::baseline::from_bit_rows);
#if defined(__x86_64__)
    if (compute::best_isa() >= compute::Isa::x86_64_v3)
        check(detail::x86_64_v3::to_bit_rows, detail::x86_64_v3::from_bit_rows);
    if (compute::best_isa() >= compute::Isa::x86_64_v4)
        check(detail::x86_64_v4::to_bit_rows, detail::x86_64_v4::from_bit_rows);
#endif
}

TEST(Bits, OfWholeBytesAreHdf5sShuffle) {
    std::vector<std::byte> from;
    for (int i = 0; i < 11; ++i) from.push_back(std::byte(i));
    std::vector<std::byte> to(11), back(11);
    split_bytes(from, 4, to.data());
    int const wanted[11] = {0, 4, 1, 5, 2, 6, 3, 7, 8, 9, 10};
    for (std::size_t i = 0; i < 11; ++i) EXPECT_EQ(to[i], std::byte(wanted[i]));
    join_bytes(to, 4, back.data());
    EXPECT_EQ(back, from);
}

TEST(Chunk, ComesBackFromEachPipeline) {
    ChunkEncoder encoder;
    ChunkDecoder decoder;
    std::vector<std::byte> packed;
    for (std::size_t const width : {1, 2, 4, 8})
        for (std::size_t const numbers : {1, 7, 8, 100, 2048, 4501, 70001})
            for (auto const& filters :
                 {filters_of(Compression::bitshuffle_lz4, width), filters_of(Compression::zstd, width),
                  std::vector<Filter>{{filter::lz4, {}}},
                  std::vector<Filter>{{filter::bitshuffle, {0, 3, unsigned(width)}}},
                  std::vector<Filter>{{filter::bitshuffle, {0, 3, unsigned(width), 64, 2}}}})
                for (auto const& chunk : {counts(numbers, width), random_bytes(numbers * width, numbers)}) {
                    encoder.encode(filters, chunk, packed);
                    std::vector<std::byte> back(chunk.size());
                    decoder.decode(filters, 0, packed, back);
                    EXPECT_EQ(back, chunk)
                        << numbers << " numbers of " << width << ", filter " << filters.back().id;
                }
}

TEST(Chunk, IsSmallerForCounts) {
    ChunkEncoder encoder;
    std::vector<std::byte> packed;
    auto const chunk = counts(4501, 4);
    encoder.encode(filters_of(Compression::bitshuffle_lz4, 4), chunk, packed);
    EXPECT_LT(packed.size(), chunk.size() / 4);
    encoder.encode(filters_of(Compression::zstd, 4), chunk, packed);
    EXPECT_LT(packed.size(), chunk.size() / 4);
}

// Four letters as they are, then six bytes from four bytes before (the format of liblzf 3.6).
TEST(Chunk, OfLzfIsUnpacked) {
    std::vector<Filter> const filters{{filter::lzf, {4, 0x0105, 10}}};
    std::vector<std::byte> packed, back(10);
    for (int const c : {3, int('a'), int('b'), int('c'), int('d'), 4 << 5, 3}) packed.push_back(std::byte(c));
    ChunkDecoder decoder;
    decoder.decode(filters, 0, packed, back);
    EXPECT_EQ(std::string(reinterpret_cast<char const*>(back.data()), back.size()), "abcdabcdab");
    packed.back() = std::byte(200);  // from before the start
    EXPECT_THROW(decoder.decode(filters, 0, packed, back), Error);
    EXPECT_THROW(decoder.decode(filters, 0, {}, back), Error);
    back.resize(11);
    packed.back() = std::byte(3);
    EXPECT_THROW(decoder.decode(filters, 0, packed, back), Error);
}

// Filters that a chunk was written without are passed over.
TEST(Chunk, MayLackFilters) {
    auto const filters = filters_of(Compression::zstd, 4);
    auto const chunk = counts(100, 4);
    ChunkDecoder decoder;
    std::vector<std::byte> back(chunk.size());
    decoder.decode(filters, 3, chunk, back);
    EXPECT_EQ(back, chunk);
    std::vector<std::byte> packed;
    ChunkEncoder().encode({&filters[1], 1}, chunk, packed);
    decoder.decode(filters, 1, packed, back);
    EXPECT_EQ(back, chunk);
}

// Whatever stands in a damaged chunk: an error, or other numbers, and never a byte beyond the buffers
// (sanitizers see to it).
TEST(Chunk, IsRefusedWhenItIsDamaged) {
    ChunkEncoder encoder;
    ChunkDecoder decoder;
    std::vector<std::byte> packed;
    auto const chunk = counts(4501, 4);
    std::vector<std::byte> back(chunk.size());
    for (auto const& filters : {filters_of(Compression::bitshuffle_lz4, 4), filters_of(Compression::zstd, 4),
                                std::vector<Filter>{{filter::lz4, {}}}}) {
        encoder.encode(filters, chunk, packed);
        for (std::size_t length = 0; length < packed.size(); length += 1 + length / 3)
            EXPECT_THROW(decoder.decode(filters, 0, std::span(packed).first(length), back), Error) << length;
        RandomStream random(9, 1, filters.back().id);
        std::size_t refused = 0;
        for (int i = 0; i < 300; ++i) {
            auto damaged = packed;
            damaged[random.below(i % 2 == 0 ? 20 : damaged.size())] ^= std::byte(1u << random.below(8));
            try {
                decoder.decode(filters, 0, damaged, back);
            } catch (Error const& problem) {
                EXPECT_EQ(problem.fault(), Fault::bad_data);
                ++refused;
            }
        }
        EXPECT_GT(refused, 50u);
    }
    std::vector<Filter> const unknown{{307, {}}};
    EXPECT_EQ(first_unknown(unknown), "filter 307");
    EXPECT_THROW(decoder.decode(unknown, 0, packed, back), Error);
}

}  // namespace hutch::data
