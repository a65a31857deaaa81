/// Bring many values together: sums, extremes and running sums, the same on every back end and thread count.
#pragma once

#include "hutch/compute/kernel.hpp"
#include "hutch/compute/queue.hpp"

#include <limits>
#include <utility>

namespace hutch::compute {

struct Sum {
    template <class T>
    HUTCH_KERNEL static constexpr T start() {
        return T(0);
    }
    template <class T>
    HUTCH_KERNEL static T combine(T a, T b) {
        return a + b;
    }
};
struct Least {
    template <class T>
    HUTCH_KERNEL static constexpr T start() {
        return std::numeric_limits<T>::max();
    }
    template <class T>
    HUTCH_KERNEL static T combine(T a, T b) {
        return b < a ? b : a;
    }
};
struct Most {
    template <class T>
    HUTCH_KERNEL static constexpr T start() {
        return std::numeric_limits<T>::lowest();
    }
    template <class T>
    HUTCH_KERNEL static T combine(T a, T b) {
        return b > a ? b : a;
    }
};

/// Values that stand in memory, as a functor.
template <class T>
struct Load {
    T const* values;
    HUTCH_KERNEL T operator()(std::size_t i) const { return values[i]; }
};

/// Reduce tiles of fixed size by a tree of fixed shape: one partial result a block.
template <class Functor, class Operation>
struct Reduce {
    using Value = decltype(std::declval<Functor const&>()(std::size_t(0)));
    static constexpr int threads = 256;
    static constexpr std::size_t tile = 2048;
    struct Shared {
        Value values[threads];
    };
    Functor functor;
    std::size_t count;
    Value* partials;

    template <class Block>
    HUTCH_KERNEL void operator()(Block& block, Shared& shared) const {
        std::size_t const first = block.index * tile, last = first + tile < count ? first + tile : count;
        block.each_thread([&](int t) {
            Value value = Operation::template start<Value>();
            for (std::size_t i = first + std::size_t(t); i < last; i += threads)
                value = Operation::combine(value, functor(i));
            shared.values[t] = value;
        });
        for (int half = threads / 2; half > 0; half /= 2)
            block.each_thread([&](int t) {
                if (t < half)
                    shared.values[t] = Operation::combine(shared.values[t], shared.values[t + half]);
            });
        block.each_thread([&](int t) {
            if (t == 0) partials[block.index] = shared.values[0];
        });
    }
};

/// Combine `functor(i)` for i in [0, count) by Sum, Least or Most; of nothing: 0, the largest or the lowest
/// value.
///
/// Needs HUTCH_EXPORT_KERNEL(NAME, hutch::compute::Reduce<Functor, Operation>); Load<T> of float, double,
/// std::int32_t and std::uint64_t is there. The tree depends on `count` alone. Waits for the result.
template <class Operation, class Functor>
auto reduce(Queue& queue, std::size_t count, Functor const& functor) {
    using First = Reduce<Functor, Operation>;
    using Value = typename First::Value;
    if (count == 0) return Operation::template start<Value>();
    std::size_t blocks = (count + First::tile - 1) / First::tile;
    Buffer<Value> values(queue, blocks), next(queue, (blocks + First::tile - 1) / First::tile);
    run_blocks(queue, blocks, First{functor, count, values.data()});
    while (blocks > 1) {
        std::size_t const from = blocks;
        blocks = (from + First::tile - 1) / First::tile;
        run_blocks(queue, blocks, Reduce<Load<Value>, Operation>{{values.data()}, from, next.data()});
        std::swap(values, next);
    }
    Value result;
    values.download({&result, 1});
    return result;
}

/// Fill `to[i]` with the sum of all `from[k]`, k < i; T: std::int32_t or std::uint64_t. They may be the same.
template <class T>
void exclusive_scan(Queue& queue, std::size_t count, T const* from, T* to);

}  // namespace hutch::compute
