#include "hutch/curate/load/order.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/random.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::load {
namespace {

constexpr std::array<char const*, 3> shuffle_names{"none", "records", "blocks"},
    ends_names{"drop", "pad", "uneven"};

std::size_t one_of(char const* what, std::string_view name, std::array<char const*, 3> const& names) {
    auto const found = std::ranges::find(names, name);
    if (found == names.end())
        throw Error(Fault::bad_input,
                    fmt::format("'{}' is '{}'; expected one of {}", what, name, fmt::join(names, ", ")));
    return std::size_t(found - names.begin());
}

constexpr std::uint32_t stream = 100;    // of base/random.hpp
constexpr unsigned least_half_bits = 4;  // on fewer, few permutations are possible

// Steele, Lea, Flood, OOPSLA 2014, "Fast splittable pseudorandom number generators": mix64, variant 13 of
// Stafford.
std::uint64_t scramble(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

}  // namespace

char const* to_name(Shuffle shuffle) { return shuffle_names[std::size_t(shuffle)]; }
Shuffle parse_shuffle(std::string_view name) { return Shuffle(one_of("shuffle", name, shuffle_names)); }
char const* to_name(Ends ends) { return ends_names[std::size_t(ends)]; }
Ends parse_ends(std::string_view name) { return Ends(one_of("ends", name, ends_names)); }

Permutation::Permutation(std::uint64_t count, std::uint64_t seed, std::uint64_t turn)
    : count_(count),
      half_bits_(std::max(least_half_bits, unsigned(std::bit_width(count > 1 ? count - 1 : 1) + 1) / 2)) {
    RandomStream random(seed, stream, turn);
    for (std::uint64_t& key : keys_) key = random.bits();
}

// The halves of the number take turns: one is mixed with a random function of the other.
std::uint64_t Permutation::mix(std::uint64_t value) const {
    std::uint64_t const mask = (std::uint64_t{1} << half_bits_) - 1;
    std::uint64_t left = value >> half_bits_, right = value & mask;
    for (std::uint64_t const key : keys_) {
        std::uint64_t const mixed = left ^ (scramble(right + key) & mask);
        left = right;
        right = mixed;
    }
    return left << half_bits_ | right;
}

std::uint64_t Permutation::operator()(std::uint64_t place) const {
    do place = mix(place);
    while (place >= count_);
    return place;
}

Order::Order(std::uint64_t records, OrderOptions const& options) : records_(records), options_(options) {
    std::uint64_t const world = options.world, rank = options.rank;
    if (world == 0 || rank >= world)
        throw Error(Fault::bad_input,
                    fmt::format("'rank' is {} of 'world' {}; expected 0 <= rank < world", rank, world));
    if (options.block == 0 || options.window == 0)
        throw Error(Fault::bad_input, "'block' and 'window' are counts; expected 1 or more");
    options_.block = std::min(options.block, std::max<std::uint64_t>(1, records));
    std::uint64_t const least = records / world, more = records % world;
    size_ = options.ends == Ends::drop  ? least
            : options.ends == Ends::pad ? least + (more > 0)
                                        : least + (rank < more);
    start_ = options.ends == Ends::uneven ? rank * least + std::min(rank, more) : rank * size_;
}

// The place within a window of shuffled runs is shuffled once more. Records beyond the last whole run join
// the last window.
std::uint64_t Order::of_blocks(std::uint64_t epoch, Permutation const& blocks, std::uint64_t place) const {
    std::uint64_t const block = options_.block, whole = records_ / block;
    std::uint64_t const windows = std::max<std::uint64_t>(1, whole / options_.window);
    std::uint64_t const window = std::min(place / (options_.window * block), windows - 1);
    std::uint64_t const first = window * options_.window;  // run
    std::uint64_t const count = window + 1 < windows ? options_.window * block : records_ - first * block;
    std::uint64_t const inner =
        Permutation(count, options_.seed ^ 0x9E3779B97F4A7C15u, epoch << 32 ^ window)(place - first * block);
    std::uint64_t const run = first + inner / block;
    return run < whole ? blocks(run) * block + inner % block
                       : whole * block + (inner - (whole - first) * block);
}

}  // namespace hutch::curate::load
