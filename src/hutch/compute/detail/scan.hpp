/// Make running sums of tiles, and add to each tile what lies before it.
#pragma once

#include "hutch/compute/kernel.hpp"

namespace hutch::compute::detail {

template <class T>
struct ScanTiles {
    static constexpr int threads = 256, each = 4;
    static constexpr std::size_t tile = threads * each;
    struct Shared {
        T sums[2][threads];
    };
    T const* from;
    T* to;
    std::size_t count;
    T* totals;  ///< one a tile

    template <class Block>
    HUTCH_KERNEL void operator()(Block& block, Shared& shared) const {
        std::size_t const first = block.index * tile;
        typename Block::template PerThread<T[each]> mine;
        block.each_thread([&](int t) {
            T sum = 0;
            for (int k = 0; k < each; ++k) {
                std::size_t const i = first + std::size_t(t * each + k);
                mine[t][k] = i < count ? from[i] : T(0);
                sum += mine[t][k];
            }
            shared.sums[0][t] = sum;
        });
        int now = 0;  // Hillis and Steele's scan of the threads' sums, between two arrays
        for (int reach = 1; reach < threads; reach *= 2, now = 1 - now)
            block.each_thread([&](int t) {
                T const before = t >= reach ? shared.sums[now][t - reach] : T(0);
                shared.sums[1 - now][t] = shared.sums[now][t] + before;
            });
        block.each_thread([&](int t) {
            T sum = t > 0 ? shared.sums[now][t - 1] : T(0);
            for (int k = 0; k < each; ++k) {
                std::size_t const i = first + std::size_t(t * each + k);
                if (i < count) to[i] = sum;
                sum += mine[t][k];
            }
            if (t == threads - 1) totals[block.index] = sum;
        });
    }
};

template <class T>
struct AddOffsets {
    T const* offsets;
    T* to;
    HUTCH_KERNEL void operator()(std::size_t i) const { to[i] += offsets[i / ScanTiles<T>::tile]; }
};

}  // namespace hutch::compute::detail
