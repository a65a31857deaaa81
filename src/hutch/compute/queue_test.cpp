#include "hutch/compute/queue.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/random.hpp"
#include "hutch/compute/detail/plugin_library.hpp"
#include "hutch/compute/devices.hpp"
#include "hutch/compute/launch.hpp"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <set>
#include <unistd.h>

#include <gtest/gtest.h>

namespace hutch::compute {
namespace {

struct AddIndex {
    std::uint64_t* values;
    HUTCH_KERNEL void operator()(std::size_t i) const { values[i] += i; }
};

template <class T>
struct CountAll {
    T* total;
    HUTCH_KERNEL void operator()(std::size_t) const { atomic_add(*total, T(1)); }
};

// Gives each block's values in reverse order through shared memory; `has_barrier` false leaves the barrier
// out.
template <bool has_barrier>
struct ReverseTiles {
    static constexpr int threads = 64;
    struct Shared {
        float values[threads];
    };
    float const* from;
    float* to;

    template <class Block>
    HUTCH_KERNEL void operator()(Block& block, Shared& shared) const {
        std::size_t const first = block.index * threads;
        if constexpr (has_barrier) {
            block.each_thread([&](int t) { shared.values[t] = from[first + std::size_t(t)]; });
            block.each_thread([&](int t) { to[first + std::size_t(t)] = shared.values[threads - 1 - t]; });
        } else {
            block.each_thread([&](int t) {
                shared.values[t] = from[first + std::size_t(t)];
                to[first + std::size_t(t)] = shared.values[threads - 1 - t];
            });
        }
    }
};

// Sums over phases in what each thread keeps for itself.
struct KeepSums {
    static constexpr int threads = 32;
    struct Shared {
        float now;
    };
    float* sums;
    template <class Block>
    HUTCH_KERNEL void operator()(Block& block, Shared& shared) const {
        typename Block::template PerThread<float> sum;
        block.each_thread([&](int t) { sum[t] = float(t); });
        for (int step = 1; step <= 3; ++step) {
            block.each_thread([&](int t) {
                if (t == 0) shared.now = float(step);
            });
            block.each_thread([&](int t) { sum[t] += shared.now; });
        }
        block.each_thread([&](int t) { sums[block.index * threads + std::size_t(t)] = sum[t]; });
    }
};

// All blocks write the same places, as they must not.
struct WriteOneTile {
    static constexpr int threads = 64;
    struct Shared {
        float unused;
    };
    float* to;
    template <class Block>
    HUTCH_KERNEL void operator()(Block& block, Shared&) const {
        block.each_thread([&](int t) { to[t] = float(block.index); });
    }
};

struct PhiloxWords {
    std::uint32_t* words;
    HUTCH_KERNEL void operator()(std::size_t i) const {
        auto const block = philox({std::uint32_t(i), 1, 2, 3}, {4, 5});
        for (std::size_t k = 0; k < 4; ++k) words[4 * i + k] = block[k];
    }
};

}  // namespace
}  // namespace hutch::compute

HUTCH_EXPORT_KERNEL(test_add_index, hutch::compute::AddIndex)
HUTCH_EXPORT_KERNEL(test_count_float, hutch::compute::CountAll<float>)
HUTCH_EXPORT_KERNEL(test_count_double, hutch::compute::CountAll<double>)
HUTCH_EXPORT_KERNEL(test_count_int32, hutch::compute::CountAll<std::int32_t>)
HUTCH_EXPORT_KERNEL(test_count_uint64, hutch::compute::CountAll<std::uint64_t>)
HUTCH_EXPORT_KERNEL(test_reverse_tiles, hutch::compute::ReverseTiles<true>)
HUTCH_EXPORT_KERNEL(test_reverse_tiles_wrong, hutch::compute::ReverseTiles<false>)
HUTCH_EXPORT_KERNEL(test_write_one_tile, hutch::compute::WriteOneTile)
HUTCH_EXPORT_KERNEL(test_keep_sums, hutch::compute::KeepSums)
HUTCH_EXPORT_KERNEL(test_philox_words, hutch::compute::PhiloxWords)

namespace hutch::compute {
namespace {

char const* const queues[] = {"cpu:1", "cpu:4", "emulated", "emulated:77"};

template <bool has_barrier>
std::vector<float> reversed(Queue& queue, std::size_t tiles) {
    std::vector<float> values(tiles * 64);
    std::iota(values.begin(), values.end(), 0.0f);
    Buffer<float> from(queue, values), to(queue, values.size());
    run_blocks(queue, tiles, ReverseTiles<has_barrier>{from.data(), to.data()});
    return to.to_vector();
}

template <class T>
void expect_count(char const* device) {
    Queue queue = Queue::open(device);
    Buffer<T> total(queue, 1);
    total.clear();
    parallel_for(queue, 30000, CountAll<T>{total.data()});
    EXPECT_EQ(total.to_vector()[0], T(30000)) << device;
}

std::string message_of(std::string const& device) {
    try {
        Queue::open(device);
    } catch (Error const& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST(Queue, RunsEachIndexOnce) {
    for (char const* device : queues)
        for (std::size_t count : {0, 1, 63, 64, 65, 100000}) {
            Queue queue = Queue::open(device);
            Buffer<std::uint64_t> values(queue, count);
            values.clear();
            parallel_for(queue, count, AddIndex{values.data()});
            std::vector<std::uint64_t> expected(count);
            std::iota(expected.begin(), expected.end(), 0u);
            EXPECT_EQ(values.to_vector(), expected) << device;
        }
}

TEST(Queue, KeepsPhasesOfABlockApart) {
    for (char const* device : queues) {
        Queue queue = Queue::open(device);
        std::vector<float> const result = reversed<true>(queue, 20);
        for (std::size_t i = 0; i < result.size(); ++i)
            ASSERT_EQ(result[i], float(i / 64 * 64 + 63 - i % 64)) << device;
    }
}

TEST(Queue, EmulatedShowsAMissingBarrier) {
    Queue queue = Queue::open("emulated");
    std::vector<float> const wrong = reversed<false>(queue, 4);
    EXPECT_TRUE(std::ranges::any_of(wrong, [](float value) { return std::isnan(value); }));
}

// The sanitizers end the program: what they see is seen in another one.
#if defined(__SANITIZE_ADDRESS__)
void overrun() {
    Queue queue = Queue::open("emulated");
    Buffer<std::uint64_t> values(queue, 64);
    parallel_for(queue, 65, AddIndex{values.data()});
}
TEST(QueueDeathTest, EmulatedShowsAnOverrun) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(overrun(), "heap-buffer-overflow");
}
#endif
#if defined(__SANITIZE_THREAD__)
void race() {
    Queue queue = Queue::open("emulated");
    Buffer<float> to(queue, 64);
    run_blocks(queue, 10, WriteOneTile{to.data()});
}
TEST(QueueDeathTest, EmulatedShowsARaceOfTwoBlocks) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(race(), "data race");
}
#endif

TEST(Queue, EmulatedMemoryStartsAsNaN) {
    Queue queue = Queue::open("emulated");
    Buffer<double> fresh(queue, 5);
    for (double value : fresh.to_vector()) EXPECT_TRUE(std::isnan(value));
}

TEST(Queue, KeepsWhatAThreadHasFromPhaseToPhase) {
    for (char const* device : queues) {
        Queue queue = Queue::open(device);
        Buffer<float> sums(queue, 320);
        run_blocks(queue, 10, KeepSums{sums.data()});
        std::vector<float> const values = sums.to_vector();
        for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(values[i], float(i % 32 + 6)) << device;
    }
}

TEST(Queue, AddsAtomically) {
    for (char const* device : queues) {
        expect_count<float>(device);
        expect_count<double>(device);
        expect_count<std::int32_t>(device);
        expect_count<std::uint64_t>(device);
    }
}

TEST(Queue, KernelsDrawTheRandomNumbersOfTheHost) {
    Queue queue = Queue::open("emulated");
    Buffer<std::uint32_t> words(queue, 400);
    parallel_for(queue, 100, PhiloxWords{words.data()});
    std::vector<std::uint32_t> const got = words.to_vector();
    for (std::uint32_t i = 0; i < 100; ++i)
        for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(got[4 * i + k], philox({i, 1, 2, 3}, {4, 5})[k]);
}

TEST(Queue, RefusesUnknownDevices) {
    for (char const* text : {"", "gpu", "cpu:0", "cpu:x", "cpu:1.5", "cuda:-1", "cpu:"})
        EXPECT_NE(message_of(text).find("'device' is"), std::string::npos) << text;
    EXPECT_EQ(Queue::open("cpu:3").device(), "cpu:3");
    EXPECT_EQ(Queue::open("emulated:9").kind(), "emulated");
}

TEST(Buffer, CopiesPartsAndPinnedArrays) {
    Queue queue = Queue::open("emulated");
    Buffer<int> buffer(queue, 10);
    buffer.clear();
    std::vector<int> const part{1, 2, 3};
    buffer.upload(part, 7);
    std::vector<int> back(2);
    buffer.download(back, 8);
    EXPECT_EQ(back, (std::vector<int>{2, 3}));
    PinnedArray<int> pinned(queue, 10);
    buffer.download_async(pinned, 10);
    queue.wait();
    EXPECT_EQ(pinned.span()[7], 1);
    pinned.span()[0] = 5;
    buffer.upload_async(pinned, 1);
    queue.wait();
    EXPECT_EQ(buffer.to_vector()[0], 5);
    EXPECT_THROW(buffer.upload(part, 8), Error);
    EXPECT_THROW(buffer.download(back, std::size_t(-1)), Error);
}

TEST(Buffer, MovesAndRefusesTooMuch) {
    Queue queue = Queue::open("cpu:1");
    Buffer<int> one(queue, std::vector<int>{1, 2}), other(queue, std::vector<int>{3});
    one = std::move(other);
    EXPECT_EQ(one.to_vector(), std::vector<int>{3});
    EXPECT_THROW(Buffer<char>(queue, std::size_t(1) << 60), Error);
}

TEST(Devices, AreListedOrSaidWhyNot) {
    std::vector<DeviceFacts> const all = list_devices();
    ASSERT_GE(all.size(), 3u);
    EXPECT_EQ(all[0].device, "cpu");
    EXPECT_GT(all[0].memory_bytes, 0u);
    std::set<std::string> kinds;
    for (DeviceFacts const& facts : all) {
        kinds.insert(facts.device.substr(0, facts.device.find(':')));
        if (!facts.problem.empty())
            EXPECT_NE(message_of(facts.device).find(facts.problem), std::string::npos)
                << message_of(facts.device);
    }
    EXPECT_EQ(kinds, (std::set<std::string>{"cpu", "cuda", "hip"}));
}

TEST(Devices, PluginsAreLookedForWhereTheVariableSays) {
    ::setenv("HUTCH_PLUGINS", "/nowhere/one:/nowhere/two", 1);
    std::vector<std::string> const folders = plugin_folders();
    ::unsetenv("HUTCH_PLUGINS");
    ASSERT_GE(folders.size(), 3u);
    EXPECT_EQ(folders[0], "/nowhere/one");
    EXPECT_EQ(folders[1], "/nowhere/two");
}

TEST(Devices, HipIsNotStartedForGpusThatThePluginHasNoCodeFor) {
    namespace fs = std::filesystem;
    fs::path const root = fs::temp_directory_path() / ("hutch_kfd_" + std::to_string(::getpid()));
    auto const properties = [&](int node, std::string const& text) {
        fs::path const folder = root / "sys/class/kfd/kfd/topology/nodes" / std::to_string(node);
        fs::create_directories(folder);
        std::ofstream(folder / "properties") << text;
    };
    EXPECT_EQ(detail::hip_obstacle(root), "no AMD GPU is here");
    properties(0, "cpu_cores_count 64\nsimd_count 0\ngfx_target_version 0\n");
    properties(1, "simd_count 160\ngfx_target_version 100300\n");
    EXPECT_NE(detail::hip_obstacle(root).find("has the architecture 100300"), std::string::npos);
    properties(2, "simd_count 240\ngfx_target_version 90006\n");
    EXPECT_EQ(detail::hip_obstacle(root), "");
    fs::remove_all(root);
}

}  // namespace hutch::compute
