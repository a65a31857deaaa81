/// Say which record stands at which place of an epoch: shuffled by a seed, in constant memory, shared among
/// ranks.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace hutch::curate::load {

/// A permutation of 0 ... count - 1 that is calculated, not stored.
///
/// \par Source  a balanced Feistel network of eight rounds on the smallest even number of bits that holds
/// `count` (at least
///              8); places beyond it walk on along their cycle: J. Black, P. Rogaway, CT-RSA 2002, "Ciphers
///              with arbitrary finite domains", method 2; above 64 records, 4 steps on average at most
class Permutation {
  public:
    Permutation(std::uint64_t count, std::uint64_t seed, std::uint64_t turn);
    std::uint64_t operator()(std::uint64_t place) const;

  private:
    std::uint64_t mix(std::uint64_t value) const;
    std::uint64_t count_;
    unsigned half_bits_;
    std::array<std::uint64_t, 8> keys_;
};

enum class Shuffle {
    none,
    records,  ///< any record may follow any other
    blocks    ///< runs of neighbours are shuffled, then records within some runs: for chunks that hold many
              ///< records
};
char const* to_name(Shuffle shuffle);
Shuffle parse_shuffle(std::string_view name);

/// What the ranks do with records that do not divide by their number.
enum class Ends {
    drop,   ///< each rank has records / world; the last ones of an epoch's order are left out
    pad,    ///< rounded up; the first ones of the order come twice
    uneven  ///< each record once; the first ranks have one more
};
char const* to_name(Ends ends);
Ends parse_ends(std::string_view name);

struct OrderOptions {
    Shuffle shuffle = Shuffle::none;
    std::uint64_t seed = 0;
    std::uint64_t block = 64;   ///< records of a run, for Shuffle::blocks
    std::uint64_t window = 64;  ///< runs whose records are mixed
    std::uint64_t rank = 0, world = 1;
    Ends ends = Ends::drop;
};

/// The records of one rank in the order of each epoch.
class Order {
  public:
    /// \throws Error bad_input
    Order(std::uint64_t records, OrderOptions const& options);
    /// Return how many records a rank gets in an epoch.
    std::uint64_t size() const { return size_; }
    /// Call `take(record)` for `count` places from `first` on.
    template <class Take>
    void each(std::uint64_t epoch, std::uint64_t first, std::uint64_t count, Take&& take) const;

  private:
    std::uint64_t of_blocks(std::uint64_t epoch, Permutation const& blocks, std::uint64_t place) const;
    std::uint64_t records_, size_, start_;
    OrderOptions options_;
};

template <class Take>
void Order::each(std::uint64_t epoch, std::uint64_t first, std::uint64_t count, Take&& take) const {
    bool const is_blocks = options_.shuffle == Shuffle::blocks;
    Permutation const permutation(is_blocks ? records_ / options_.block : records_, options_.seed, epoch);
    for (std::uint64_t i = first; i < first + count; ++i) {
        std::uint64_t const place = (start_ + i) % records_;
        take(options_.shuffle == Shuffle::none ? place
             : is_blocks                       ? of_blocks(epoch, permutation, place)
                                               : permutation(place));
    }
}

}  // namespace hutch::curate::load
