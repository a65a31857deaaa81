/// Rearrange the bytes or bits of numbers into planes, which compress better: HDF5's shuffle and bitshuffle.
#pragma once

#include <cstddef>
#include <span>

namespace hutch::data {

/// Write byte j of number i to place j * count + i, the order of HDF5's shuffle; bytes beyond whole numbers
/// are copied.
void split_bytes(std::span<std::byte const> from, std::size_t width, std::byte* to);
/// Undo split_bytes.
void join_bytes(std::span<std::byte const> from, std::size_t width, std::byte* to);

/// Write bit k of byte j of number i to bit i % 8 of byte (8 j + k) * count / 8 + i / 8, the order of
/// bitshuffle.
///
/// \param from     a multiple of 8 numbers of `width` bytes
/// \param scratch  as many bytes as `from`
/// \par Source     K. Masui et al., Astronomy and Computing 12 (2015) 181; compared with its plug-in in
/// tests/shard_peer_test.py
void split_bits(std::span<std::byte const> from, std::size_t width, std::byte* scratch, std::byte* to);
/// Undo split_bits.
void join_bits(std::span<std::byte const> from, std::size_t width, std::byte* scratch, std::byte* to);

}  // namespace hutch::data
