#include "hutch/base/error.hpp"
#include "hutch/data/chunk.hpp"

#include <array>
#include <cstdint>

// The first byte picks filters, the next two say how large the chunk should be.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace hutch::data;
    if (size < 3) return 0;
    static std::array<std::vector<Filter>, 7> const pipelines{
        filters_of(Compression::bitshuffle_lz4, 4),
        filters_of(Compression::zstd, 2),
        {{{filter::lz4, {}}}},
        {{{filter::bitshuffle, {0, 3, 2}}}},
        {{{filter::shuffle, {4}}, {filter::deflate, {4}}}},
        {{{filter::deflate, {4}}, {filter::fletcher32, {}}}},
        {{{filter::lzf, {}}}}};
    std::vector<std::byte> to(data[1] | std::size_t(data[2]) << 8);
    try {
        ChunkDecoder().decode(pipelines[data[0] % pipelines.size()], 0,
                              {reinterpret_cast<std::byte const*>(data + 3), size - 3}, to);
    } catch (hutch::Error const&) {
    }
    return 0;
}
