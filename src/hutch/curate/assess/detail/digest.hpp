/// Compute 128 bits that two records share only when their values are equal.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace hutch::curate::assess::detail {

using Digest = std::array<std::uint64_t, 2>;

/// Return a digest of bytes. Not made to withstand an attacker: fixity is SHA-256's matter.
Digest digest(void const* bytes, std::size_t count, std::uint64_t seed);
/// Add a digest to that of a record; the order of fields does not matter, their seeds do.
inline void add(Digest const& part, Digest& to) { to[0] += part[0], to[1] += part[1]; }

}  // namespace hutch::curate::assess::detail
