/// Give counter-based random numbers: the same (seed, stream, index) gives the same number everywhere.
#pragma once

#include <array>
#include <cstdint>

namespace hutch {

/// Mix a counter of four numbers with a key by one round of Philox 4x32; kernels of all kinds call it.
///
/// Always inlined, so that no copy compiled for one processor is shared with code for another.
///
/// \par Source  Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11;
///              constants of its table 2; known answers in random_test
[[gnu::always_inline]] constexpr void philox_round(std::uint32_t& c0, std::uint32_t& c1, std::uint32_t& c2,
                                                   std::uint32_t& c3, std::uint32_t key0,
                                                   std::uint32_t key1) {
    std::uint64_t const a = std::uint64_t{0xD2511F53} * c0, b = std::uint64_t{0xCD9E8D57} * c2;
    c0 = std::uint32_t(b >> 32) ^ c1 ^ key0;
    c1 = std::uint32_t(b);
    c2 = std::uint32_t(a >> 32) ^ c3 ^ key1;
    c3 = std::uint32_t(a);
}
inline constexpr int philox_rounds = 10;
inline constexpr std::uint32_t philox_key_step0 = 0x9E3779B9, philox_key_step1 = 0xBB67AE85;

/// Mix a counter with a key by Philox 4x32-10.
constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                              std::array<std::uint32_t, 2> key) {
    for (int round = 0; round < philox_rounds; ++round) {
        philox_round(counter[0], counter[1], counter[2], counter[3], key[0], key[1]);
        key[0] += philox_key_step0;
        key[1] += philox_key_step1;
    }
    return counter;
}

/// One sequence of random numbers, fixed by a seed, a stream and an index within the stream.
class RandomStream {
    __extension__ using Wide = unsigned __int128;

  public:
    RandomStream(std::uint64_t seed, std::uint32_t stream, std::uint64_t index)
        : key_{std::uint32_t(seed), std::uint32_t(seed >> 32)},
          counter_{0, stream, std::uint32_t(index), std::uint32_t(index >> 32)} {}

    /// Return 64 random bits.
    std::uint64_t bits() {
        if (used_ == 2) {
            block_ = philox(counter_, key_);
            ++counter_[0];
            used_ = 0;
        }
        std::uint64_t const low = block_[2 * used_], high = block_[2 * used_ + 1];
        ++used_;
        return high << 32 | low;
    }
    /// Return a number in (0, 1), never 0 or 1.
    double uniform() { return (double(bits() >> 12) + 0.5) * 0x1p-52; }
    /// Return a number of the standard normal distribution (Box-Muller).
    double normal();
    /// Return an integer in [0, count); count > 0. The bias is below count / 2^64.
    std::uint64_t below(std::uint64_t count) {
        return std::uint64_t((static_cast<Wide>(bits()) * count) >> 64);
    }

  private:
    std::array<std::uint32_t, 2> key_;
    std::array<std::uint32_t, 4> counter_;
    std::array<std::uint32_t, 4> block_{};
    unsigned used_ = 2;
};

}  // namespace hutch
