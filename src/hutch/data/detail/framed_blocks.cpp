#include "hutch/data/detail/framed_blocks.hpp"

#include "hutch/data/bits.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <liblzf/lzf.h>
#include <lz4.h>
#include <zstd.h>

#include <zlib.h>

namespace hutch::data::detail {
namespace {

template <class Number>
Number big_endian(Bytes from, std::size_t at) {
    if (at + sizeof(Number) > from.size()) refuse("it ends after {} bytes, within a header", from.size());
    Number value = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) value = Number(value << 8 | Number(from[at + i]));
    return value;
}

template <class Number>
void put_big_endian(std::byte* to, Number value) {
    for (std::size_t i = sizeof(Number); i-- > 0; value = Number(value >> 8)) to[i] = std::byte(value & 0xFF);
}

Bytes part(Bytes from, std::size_t at, std::size_t size) {
    if (size > from.size() || at > from.size() - size)
        refuse("it ends after {} bytes, within a block", from.size());
    return from.subspan(at, size);
}

char const* text(std::byte const* bytes) { return reinterpret_cast<char const*>(bytes); }
char* text(std::byte* bytes) { return reinterpret_cast<char*>(bytes); }

void decode_lz4(Bytes from, Room to) {
    int const size =
        LZ4_decompress_safe(text(from.data()), text(to.data()), int(from.size()), int(to.size()));
    if (size != int(to.size())) refuse("LZ4 gives {} bytes, and should give {}", size, to.size());
}

std::size_t width_of(Values const& values, std::size_t place) {
    std::size_t const width = values.size() > place ? values[place] : 0;
    if (width == 0 || width > 65536) refuse("its filter says that numbers have {} bytes", width);
    return width;
}

// Bitshuffle's rule: 8 KiB, whole eights of numbers, at least 128 of them.
std::size_t default_block(std::size_t width) { return std::max<std::size_t>(8192 / width / 8 * 8, 128); }

constexpr std::size_t header_bytes = 12, most_block = std::size_t{1} << 30;

}  // namespace

struct Codecs::Contexts {
    z_stream inflater{};
    bool has_inflater = false;
    ZSTD_DCtx* zstd_in = nullptr;
    ZSTD_CCtx* zstd_out = nullptr;
    std::vector<std::byte> scratch[2];
    ~Contexts() {
        if (has_inflater) inflateEnd(&inflater);
        ZSTD_freeDCtx(zstd_in);
        ZSTD_freeCCtx(zstd_out);
    }
};

Codecs::Codecs() : contexts_(std::make_unique<Contexts>()) {}
Codecs::~Codecs() = default;

std::byte* Codecs::scratch(int which, std::size_t bytes) {
    std::vector<std::byte>& one = contexts_->scratch[which];
    if (one.size() < bytes) one.resize(bytes);
    return one.data();
}

void Codecs::inflate(Bytes from, Room to) {
    z_stream& z = contexts_->inflater;
    int const ready = contexts_->has_inflater ? inflateReset(&z) : inflateInit(&z);
    if (ready != Z_OK) throw Error(Fault::exhausted, "zlib cannot start; expected memory for it");
    contexts_->has_inflater = true;
    z.next_in = const_cast<Bytef*>(reinterpret_cast<Bytef const*>(from.data()));
    z.avail_in = uInt(from.size());
    z.next_out = reinterpret_cast<Bytef*>(to.data());
    z.avail_out = uInt(to.size());
    if (int const end = ::inflate(&z, Z_FINISH); end != Z_STREAM_END || z.avail_out != 0)
        refuse("zlib gives {} bytes, and should give {}", to.size() - z.avail_out, to.size());
}

void Codecs::decompress(Bytes from, Room to) {
    if (contexts_->zstd_in == nullptr) contexts_->zstd_in = ZSTD_createDCtx();
    std::size_t const size =
        ZSTD_decompressDCtx(contexts_->zstd_in, to.data(), to.size(), from.data(), from.size());
    if (ZSTD_isError(size)) refuse("zstd: {}", ZSTD_getErrorName(size));
    if (size != to.size()) refuse("zstd gives {} bytes, and should give {}", size, to.size());
}

void Codecs::compress(int level, Bytes from, std::vector<std::byte>& to) {
    if (contexts_->zstd_out == nullptr) contexts_->zstd_out = ZSTD_createCCtx();
    to.resize(ZSTD_compressBound(from.size()));
    std::size_t const size =
        ZSTD_compressCCtx(contexts_->zstd_out, to.data(), to.size(), from.data(), from.size(), level);
    if (ZSTD_isError(size))
        throw Error(Fault::exhausted, fmt::format("zstd cannot compress: {}", ZSTD_getErrorName(size)));
    to.resize(size);
}

std::size_t zstd_content_bytes(Bytes frame) {
    unsigned long long const size = ZSTD_getFrameContentSize(frame.data(), frame.size());
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
        refuse("its zstd frame does not say its size");
    return std::size_t(size);
}

void shuffle(Values const& values, Bytes from, std::vector<std::byte>& to) {
    to.resize(from.size());
    split_bytes(from, width_of(values, 0), to.data());
}

void unshuffle(Values const& values, Bytes from, Room to) {
    if (from.size() != to.size()) refuse("it holds {} bytes, and should hold {}", from.size(), to.size());
    join_bytes(from, width_of(values, 0), to.data());
}

namespace {

unsigned packer_of(Values const& values) { return values.size() > 4 ? values[4] : 0; }
std::size_t block_of(Values const& values, std::size_t width) {
    return values.size() > 3 && values[3] > 0 ? values[3] : default_block(width);
}

// One block of shuffled bits behind its size.
std::size_t pack_block(Bytes rows, std::byte* to, std::size_t room) {
    int const packed = LZ4_compress_default(text(rows.data()), text(to + 4), int(rows.size()), int(room - 4));
    put_big_endian(to, std::uint32_t(packed));
    return 4 + std::size_t(packed);
}

}  // namespace

void bitshuffle(Codecs& codecs, Values const& values, Bytes from, std::vector<std::byte>& to) {
    std::size_t const width = width_of(values, 2), bytes = block_of(values, width) * width;
    unsigned const packer = packer_of(values);
    if (packer != 0 && packer != bitshuffle_lz4)
        throw Error(Fault::unsupported,
                    fmt::format("bitshuffle's fifth value is {}; expected 0 (plain) or 2 (LZ4)", packer));
    std::size_t const bound = std::size_t(LZ4_compressBound(int(bytes)));
    to.resize(header_bytes + from.size() + (from.size() / bytes + 1) * (4 + bound - bytes) + bound);
    std::size_t at = packer == 0 ? 0 : header_bytes, done = 0;
    if (packer != 0)
        put_big_endian(to.data(), std::uint64_t(from.size())),
            put_big_endian(to.data() + 8, std::uint32_t(bytes));
    std::byte *const planes = codecs.scratch(0, bytes), *const rows = codecs.scratch(1, bytes);
    for (std::size_t const whole = from.size() / (8 * width) * (8 * width); done < whole;) {
        std::size_t const size = std::min(bytes, whole - done);
        split_bits(from.subspan(done, size), width, planes, packer == 0 ? to.data() + at : rows);
        at += packer == 0 ? size : pack_block({rows, size}, to.data() + at, to.size() - at);
        done += size;
    }
    std::ranges::copy(from.subspan(done), to.begin() + std::ptrdiff_t(at));
    to.resize(at + from.size() - done);
}

namespace {

// Blocks of shuffled bits that nothing compressed.
void unbitshuffle_plain(Codecs& codecs, std::size_t width, std::size_t block, Bytes from, Room to) {
    if (from.size() != to.size()) refuse("it holds {} bytes, and should hold {}", from.size(), to.size());
    std::size_t done = 0;
    for (std::size_t const whole = to.size() / (8 * width) * (8 * width); done < whole;) {
        std::size_t const size = std::min(block * width, whole - done);
        join_bits(from.subspan(done, size), width, codecs.scratch(0, size), to.data() + done);
        done += size;
    }
    std::ranges::copy(from.subspan(done), to.begin() + std::ptrdiff_t(done));
}

}  // namespace

void unbitshuffle(Codecs& codecs, Values const& values, Bytes from, Room to) {
    std::size_t const width = width_of(values, 2);
    unsigned const packer = packer_of(values);
    if (packer == 0) return unbitshuffle_plain(codecs, width, block_of(values, width), from, to);
    if (big_endian<std::uint64_t>(from, 0) != to.size())
        refuse("its header says {} bytes, and it should hold {}", big_endian<std::uint64_t>(from, 0),
               to.size());
    std::size_t const block = big_endian<std::uint32_t>(from, 8);
    if (block == 0 || block > most_block || block % (8 * width) != 0)
        refuse("its header says blocks of {} bytes", block);
    std::size_t const largest = std::min(block, to.size());
    std::byte *const planes = codecs.scratch(0, largest), *const rows = codecs.scratch(1, largest);
    std::size_t at = header_bytes, done = 0;
    for (std::size_t const whole = to.size() / (8 * width) * (8 * width); done < whole;) {
        std::size_t const size = std::min(block, whole - done), packed = big_endian<std::uint32_t>(from, at);
        Bytes const one = part(from, at + 4, packed);
        if (packer == bitshuffle_zstd)
            codecs.decompress(one, {rows, size});
        else
            decode_lz4(one, {rows, size});
        join_bits({rows, size}, width, planes, to.data() + done);
        at += 4 + packed;
        done += size;
    }
    Bytes const rest = part(from, at, to.size() - done);
    std::ranges::copy(rest, to.begin() + std::ptrdiff_t(done));
}

void frame_lz4(Bytes from, std::vector<std::byte>& to) {
    std::size_t const block = std::max<std::size_t>(1, std::min<std::size_t>(from.size(), most_block));
    std::size_t const bound = std::size_t(LZ4_compressBound(int(block)));
    to.resize(header_bytes + (from.size() / block + 1) * (4 + bound));
    put_big_endian(to.data(), std::uint64_t(from.size()));
    put_big_endian(to.data() + 8, std::uint32_t(block));
    std::size_t at = header_bytes;
    for (std::size_t done = 0; done < from.size(); done += block) {
        Bytes const one = from.subspan(done, std::min(block, from.size() - done));
        std::size_t packed = std::size_t(
            LZ4_compress_default(text(one.data()), text(to.data() + at + 4), int(one.size()), int(bound)));
        if (packed >= one.size()) {
            packed = one.size();
            std::memcpy(to.data() + at + 4, one.data(), packed);
        }
        put_big_endian(to.data() + at, std::uint32_t(packed));
        at += 4 + packed;
    }
    to.resize(at);
}

void unframe_lz4(Bytes from, Room to) {
    if (big_endian<std::uint64_t>(from, 0) != to.size())
        refuse("its header says {} bytes, and it should hold {}", big_endian<std::uint64_t>(from, 0),
               to.size());
    std::size_t const block = big_endian<std::uint32_t>(from, 8);
    if (block == 0) refuse("its header says blocks of 0 bytes");
    std::size_t at = header_bytes;
    for (std::size_t done = 0; done < to.size();) {
        std::size_t const size = std::min(block, to.size() - done),
                          packed = big_endian<std::uint32_t>(from, at);
        Bytes const one = part(from, at + 4, packed);
        if (packed == size)
            std::memcpy(to.data() + done, one.data(), size);
        else
            decode_lz4(one, to.subspan(done, size));
        at += 4 + packed;
        done += size;
    }
}

void decode_lzf(Bytes from, Room to) {
    if (from.empty()) refuse("it is empty");  // lzf_decompress reads a byte before it looks
    unsigned const size = lzf_decompress(from.data(), unsigned(from.size()), to.data(), unsigned(to.size()));
    if (size != to.size()) refuse("LZF gives {} bytes, and should give {}", size, to.size());
}

Bytes without_checksum(Bytes from) {
    if (from.size() < 4) refuse("it ends after {} bytes, within its checksum", from.size());
    Bytes const data = from.first(from.size() - 4);
    // HDF5's Fletcher-32: sums of big-endian words of two bytes, the last one of odd length padded; folded
    // twice.
    std::uint32_t a = 0, b = 0;
    auto const fold = [](std::uint32_t sum) { return (sum & 0xFFFF) + (sum >> 16); };
    for (std::size_t i = 0; i < data.size(); i += 2) {
        a += std::uint32_t(data[i]) << 8 | (i + 1 < data.size() ? std::uint32_t(data[i + 1]) : 0);
        b += a;
        if (i % 512 == 510) a = fold(a), b = fold(b);
    }
    a = fold(fold(a)), b = fold(fold(b));
    std::uint32_t stored = 0;
    for (int i = 3; i >= 0; --i) stored = stored << 8 | std::uint32_t(from[data.size() + std::size_t(i)]);
    if (stored != (b << 16 | a)) refuse("its checksum is {:08x}, and should be {:08x}", b << 16 | a, stored);
    return data;
}

}  // namespace hutch::data::detail
