#include "hutch/compute/reduce.hpp"

#include "hutch/base/random.hpp"
#include "hutch/compute/test_kernels.hpp"

#include <numeric>

#include <gtest/gtest.h>

namespace hutch::compute {
namespace {

// One tile, a tile and one more, many tiles.
std::size_t const sizes[] = {1, 255, 2048, 2049, 70001};

template <class T>
std::vector<T> draw(std::size_t count) {
    RandomStream stream(1, 90, count);
    std::vector<T> values(count);
    for (T& value : values) value = T(stream.uniform() * 1000 - (std::is_unsigned_v<T> ? 0 : 500));
    return values;
}

template <class Operation, class T>
std::vector<double> reduced(Queue& queue) {
    std::vector<double> results;
    for (std::size_t size : sizes) {
        Buffer<T> values(queue, draw<T>(size));
        results.push_back(double(reduce<Operation>(queue, size, Load<T>{values.data()})));
    }
    return results;
}

template <class T>
std::vector<double> scanned(Queue& queue) {
    std::vector<double> results;
    for (std::size_t size : {std::size_t(1), std::size_t(1024), std::size_t(70007)}) {
        Buffer<T> values(queue, draw<T>(size));
        exclusive_scan<T>(queue, size, values.data(), values.data());
        std::vector<double> const sums = as_numbers(values);
        results.insert(results.end(), sums.begin(), sums.end());
    }
    return results;
}

// Sums are the same to the last bit: the tree is fixed, and additions round alike everywhere.
bool const registered =
    register_kernel_cases("ReduceKernels", {{"reduce_sum_float", 0, reduced<Sum, float>},
                                            {"reduce_least_float", 0, reduced<Least, float>},
                                            {"reduce_most_float", 0, reduced<Most, float>},
                                            {"reduce_sum_double", 0, reduced<Sum, double>},
                                            {"reduce_least_double", 0, reduced<Least, double>},
                                            {"reduce_most_double", 0, reduced<Most, double>},
                                            {"reduce_sum_int32", 0, reduced<Sum, std::int32_t>},
                                            {"reduce_least_int32", 0, reduced<Least, std::int32_t>},
                                            {"reduce_most_int32", 0, reduced<Most, std::int32_t>},
                                            {"reduce_sum_uint64", 0, reduced<Sum, std::uint64_t>},
                                            {"reduce_least_uint64", 0, reduced<Least, std::uint64_t>},
                                            {"reduce_most_uint64", 0, reduced<Most, std::uint64_t>},
                                            {"scan_tiles_int32", 0, scanned<std::int32_t>},
                                            {"add_offsets_int32", 0, scanned<std::int32_t>},
                                            {"scan_tiles_uint64", 0, scanned<std::uint64_t>},
                                            {"add_offsets_uint64", 0, scanned<std::uint64_t>}});

}  // namespace

TEST(Reduce, GivesSumAndExtremes) {
    Queue queue = Queue::open("cpu:2");
    for (std::size_t size :
         {std::size_t(300), std::size_t(2048 * 2048 + 5)}) {  // one and three levels of tiles
        std::vector<double> const values = draw<double>(size);
        Buffer<double> buffer(queue, values);
        Load<double> const load{buffer.data()};
        EXPECT_NEAR(reduce<Sum>(queue, size, load), std::accumulate(values.begin(), values.end(), 0.0),
                    1e-7 * double(size));
        EXPECT_EQ(reduce<Least>(queue, size, load), *std::ranges::min_element(values));
        EXPECT_EQ(reduce<Most>(queue, size, load), *std::ranges::max_element(values));
    }
}

TEST(Reduce, OfNothingIsItsStart) {
    Queue queue = Queue::open("cpu:1");
    EXPECT_EQ(reduce<Sum>(queue, 0, Load<float>{nullptr}), 0);
    EXPECT_EQ(reduce<Most>(queue, 0, Load<double>{nullptr}), std::numeric_limits<double>::lowest());
}

TEST(ExclusiveScan, GivesWhatLiesBeforeEachElement) {
    Queue queue = Queue::open("emulated");
    std::vector<std::int32_t> values = draw<std::int32_t>(1024 * 1024 + 1);
    Buffer<std::int32_t> from(queue, values), to(queue, values.size());
    exclusive_scan<std::int32_t>(queue, values.size(), from.data(), to.data());
    std::exclusive_scan(values.begin(), values.end(), values.begin(), 0);
    EXPECT_EQ(to.to_vector(), values);
    exclusive_scan<std::int32_t>(queue, 0, nullptr, nullptr);
}

}  // namespace hutch::compute
