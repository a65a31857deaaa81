/// Give counter-based random numbers: the same (seed, stream, index) gives the same number everywhere.
#pragma once

#include <array>
#include <cstdint>

namespace hutch {

/// Mix a counter with a key by Philox 4x32-10.
///
/// \par Source  Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11;
///              constants of its table 2; known answers in random_test
constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                              std::array<std::uint32_t, 2> key) {
    for (int round = 0; round < 10; ++round) {
        std::uint64_t const a = std::uint64_t{0xD2511F53} * counter[0];
        std::uint64_t const b = std::uint64_t{0xCD9E8D57} * counter[2];
        counter = {std::uint32_t(b >> 32) ^ counter[1] ^ key[0], std::uint32_t(b),
                   std::uint32_t(a >> 32) ^ counter[3] ^ key[1], std::uint32_t(a)};
        key[0] += 0x9E3779B9;
        key[1] += 0xBB67AE85;
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
