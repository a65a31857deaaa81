#include "hutch/curate/assess/detail/digest.hpp"

#include <bit>
#include <cstring>

namespace hutch::curate::assess::detail {
namespace {

// Odd constants with evenly spread bits: fractional parts of the golden ratio and of square roots of 2, 3, 5.
constexpr std::uint64_t golden = 0x9e3779b97f4a7c15, root_2 = 0x6a09e667f3bcc909, root_3 = 0xbb67ae8584caa73b,
                        root_5 = 0x3c6ef372fe94f82b;

std::uint64_t load(unsigned char const* from) {
    std::uint64_t word;
    std::memcpy(&word, from, 8);
    return word;
}

std::uint64_t stir(std::uint64_t state, std::uint64_t word) {
    return std::rotl(state ^ word * golden, 31) * root_3;
}

// Every bit of the result depends on every bit that goes in (the finaliser of SplitMix64: Steele, Lea and
// Flood, OOPSLA 2014).
std::uint64_t finish(std::uint64_t x) {
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

}  // namespace

Digest digest(void const* bytes, std::size_t count, std::uint64_t seed) {
    auto const* at = static_cast<unsigned char const*>(bytes);
    std::uint64_t a = seed ^ golden, b = seed ^ root_2, c = seed ^ root_3, d = seed ^ root_5;
    std::size_t left = count;
    for (; left >= 32; left -= 32, at += 32)
        a = stir(a, load(at)), b = stir(b, load(at + 8)), c = stir(c, load(at + 16)),
        d = stir(d, load(at + 24));
    for (; left >= 8; left -= 8, at += 8) a = stir(std::rotl(a, 17), load(at));
    unsigned char last[8] = {};
    if (left > 0) std::memcpy(last, at, left);
    b = stir(std::rotl(b, 17), load(last)), c = stir(c, count);
    std::uint64_t const one = finish(finish(a + std::rotl(b, 11)) ^ finish(c + root_2) ^ finish(d + root_5));
    std::uint64_t const two = finish(finish(c + std::rotl(d, 23)) + finish(a ^ root_3) * golden + finish(b));
    return {finish(one ^ std::rotl(d, 41)), finish(two + std::rotl(a, 7))};
}

}  // namespace hutch::curate::assess::detail
