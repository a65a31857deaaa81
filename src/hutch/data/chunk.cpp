#include "hutch/data/chunk.hpp"

#include "hutch/base/error.hpp"
#include "hutch/data/detail/framed_blocks.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace hutch::data {
namespace {

using detail::Bytes, detail::Room;

constexpr std::array<std::pair<unsigned, char const*>, 7> known{{{filter::deflate, "deflate"},
                                                                 {filter::shuffle, "shuffle"},
                                                                 {filter::fletcher32, "fletcher32"},
                                                                 {filter::lzf, "LZF"},
                                                                 {filter::lz4, "LZ4"},
                                                                 {filter::bitshuffle, "bitshuffle"},
                                                                 {filter::zstd, "zstd"}}};
constexpr unsigned zstd_level = 3;

}  // namespace

char const* to_name(Compression compression) {
    return compression == Compression::none             ? "none"
           : compression == Compression::bitshuffle_lz4 ? "bitshuffle_lz4"
                                                        : "zstd";
}

Compression parse_compression(std::string_view name) {
    for (Compression one : {Compression::none, Compression::bitshuffle_lz4, Compression::zstd})
        if (name == to_name(one)) return one;
    throw Error(Fault::bad_input,
                fmt::format("'compression' is '{}'; expected none, bitshuffle_lz4 or zstd", name));
}

std::vector<Filter> filters_of(Compression compression, std::size_t width) {
    if (compression == Compression::bitshuffle_lz4)
        // Version 0.3 of the format, width, block size (0: the default), LZ4.
        return {{filter::bitshuffle, {0, 3, unsigned(width), 0, detail::bitshuffle_lz4}}};
    if (compression == Compression::zstd) {
        std::vector<Filter> both{{filter::shuffle, {unsigned(width)}}, {filter::zstd, {zstd_level}}};
        if (width == 1) both.erase(both.begin());
        return both;
    }
    return {};
}

std::string first_unknown(std::span<Filter const> filters) {
    for (Filter const& one : filters)
        if (std::ranges::none_of(known, [&](auto const& pair) { return pair.first == one.id; }))
            return fmt::format("filter {}", one.id);
    return "";
}

// ---- encoding

struct ChunkEncoder::Work {
    detail::Codecs codecs;
    std::vector<std::byte> shuffled;
};

ChunkEncoder::ChunkEncoder() : work_(std::make_unique<Work>()) {}
ChunkEncoder::~ChunkEncoder() = default;
ChunkEncoder::ChunkEncoder(ChunkEncoder&&) noexcept = default;

void ChunkEncoder::encode(std::span<Filter const> filters, Bytes chunk, std::vector<std::byte>& to) {
    to.assign(chunk.begin(), chunk.end());
    for (Filter const& one : filters) {
        std::swap(work_->shuffled, to);
        switch (one.id) {
            case filter::shuffle:
                detail::shuffle(one.values, work_->shuffled, to);
                break;
            case filter::bitshuffle:
                detail::bitshuffle(work_->codecs, one.values, work_->shuffled, to);
                break;
            case filter::lz4:
                detail::frame_lz4(work_->shuffled, to);
                break;
            case filter::zstd:
                work_->codecs.compress(one.values.empty() ? int(zstd_level) : int(one.values[0]),
                                       work_->shuffled, to);
                break;
            default:
                throw Error(
                    Fault::unsupported,
                    fmt::format("filter {} cannot be written; expected bitshuffle, shuffle, LZ4 or zstd",
                                one.id));
        }
    }
}

// ---- decoding

struct ChunkDecoder::Work {
    detail::Codecs codecs;
    std::vector<std::byte> scratch[2];
};

ChunkDecoder::ChunkDecoder() : work_(std::make_unique<Work>()) {}
ChunkDecoder::~ChunkDecoder() = default;
ChunkDecoder::ChunkDecoder(ChunkDecoder&&) noexcept = default;

namespace {

// Undo one filter; what comes out is as large as the chunk, because shuffling keeps sizes and one filter
// compresses.
void undo(detail::Codecs& codecs, Filter const& one, Bytes from, Room to) {
    switch (one.id) {
        case filter::deflate:
            return codecs.inflate(from, to);
        case filter::shuffle:
            return detail::unshuffle(one.values, from, to);
        case filter::lzf:
            return detail::decode_lzf(from, to);
        case filter::lz4:
            return detail::unframe_lz4(from, to);
        case filter::bitshuffle:
            return detail::unbitshuffle(codecs, one.values, from, to);
        case filter::zstd:
            return codecs.decompress(from, to);
        default:
            throw Error(
                Fault::unsupported,
                fmt::format("filter {} is not known; expected deflate, shuffle, fletcher32, LZF (32000), LZ4 "
                            "(32004), bitshuffle "
                            "(32008) or zstd (32015); rewrite the file by 'h5repack -f SHUF -f GZIP=4'",
                            one.id));
    }
}

}  // namespace

void ChunkDecoder::decode(std::span<Filter const> filters, std::uint32_t skipped, Bytes chunk, Room to) {
    auto const is_active = [&](std::size_t place) { return (skipped >> place & 1) == 0; };
    int turn = 0;
    bool is_done = false;
    for (std::size_t place = filters.size(); place-- > 0;) {
        if (!is_active(place)) continue;
        if (filters[place].id == filter::fletcher32) {
            chunk = detail::without_checksum(chunk);
            continue;
        }
        std::size_t below = 0, sums = 0;  // filters that are still to be undone
        for (std::size_t i = 0; i < place; ++i) {
            below += is_active(i);
            sums += is_active(i) && filters[i].id == filter::fletcher32;
        }
        is_done = below == 0;
        std::vector<std::byte>& scratch = work_->scratch[turn];
        std::size_t const size = to.size() + 4 * sums;
        if (!is_done && scratch.size() < size) scratch.resize(size);
        Room const room = is_done ? to : Room(scratch).first(size);
        undo(work_->codecs, filters[place], chunk, room);
        chunk = room;
        turn = 1 - turn;
    }
    if (is_done) return;
    if (chunk.size() != to.size())
        detail::refuse("it holds {} bytes, and should hold {}", chunk.size(), to.size());
    std::ranges::copy(chunk, to.begin());
}

}  // namespace hutch::data
