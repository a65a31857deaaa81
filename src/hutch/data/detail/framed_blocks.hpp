/// Compress and shuffle in the formats of single HDF5 filters.
#pragma once

#include "hutch/base/error.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <fmt/format.h>

namespace hutch::data::detail {

using Bytes = std::span<std::byte const>;
using Room = std::span<std::byte>;
using Values = std::vector<unsigned>;

/// Fifth value of the filter bitshuffle: what compresses its blocks.
inline constexpr unsigned bitshuffle_lz4 = 2, bitshuffle_zstd = 3;

template <class... Args>
[[noreturn]] void refuse(fmt::format_string<Args...> what, Args&&... args) {
    throw Error(Fault::bad_data,
                fmt::format("is damaged ({})", fmt::format(what, std::forward<Args>(args)...)));
}

/// Contexts of zlib and zstd, which are dear to make, and scratch. One for each thread.
class Codecs {
  public:
    Codecs();
    ~Codecs();
    void inflate(Bytes from, Room to);
    void decompress(Bytes from, Room to);
    void compress(int level, Bytes from, std::vector<std::byte>& to);
    /// Return scratch of at least so many bytes; there are two.
    std::byte* scratch(int which, std::size_t bytes);

  private:
    struct Contexts;
    std::unique_ptr<Contexts> contexts_;
};

std::size_t zstd_content_bytes(Bytes frame);

void shuffle(Values const& values, Bytes from, std::vector<std::byte>& to);
void unshuffle(Values const& values, Bytes from, Room to);
/// Blocks of shuffled bits; with LZ4 or zstd under a header of the size and the block size, each with its own
/// size in front; up to seven numbers at the end are copied. Numbers in headers are big-endian.
void bitshuffle(Codecs& codecs, Values const& values, Bytes from, std::vector<std::byte>& to);
void unbitshuffle(Codecs& codecs, Values const& values, Bytes from, Room to);
/// The filter LZ4: a header of the size and the block size, then blocks; those that do not shrink are copied.
void frame_lz4(Bytes from, std::vector<std::byte>& to);
void unframe_lz4(Bytes from, Room to);
/// The filter LZF of h5py: one stream without header.
void decode_lzf(Bytes from, Room to);
/// Check and take off the sum that the filter fletcher32 adds.
Bytes without_checksum(Bytes from);

}  // namespace hutch::data::detail
