/// Compare every kernel on every back end with its plain form, by one generic test.
#pragma once

#include "hutch/compute/devices.hpp"
#include "hutch/compute/queue.hpp"

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::compute {

/// What launches one kernel, or several of a kind, and brings back all that they wrote.
struct KernelCase {
    std::string kernel;
    double tolerance;  ///< of a number, relative to the largest of all; 0: equal
    std::function<std::vector<double>(Queue&)> run;
};

/// Give a downloaded array as numbers to compare.
template <class T>
std::vector<double> as_numbers(Buffer<T>& buffer) {
    std::vector<T> const values = buffer.to_vector();
    return {values.begin(), values.end()};
}

inline void expect_plain_form(KernelCase const& one, std::string const& device) {
    Queue plain = Queue::open("cpu:1"), other = Queue::open(device);
    std::vector<double> const expected = one.run(plain), got = one.run(other);
    ASSERT_EQ(got.size(), expected.size()) << one.kernel << " on " << device;
    ASSERT_FALSE(expected.empty());
    double largest = 0;
    for (double value : expected) largest = std::max(largest, std::abs(value));
    for (std::size_t i = 0; i < got.size(); ++i)
        ASSERT_LE(std::abs(got[i] - expected[i]), one.tolerance * largest)
            << one.kernel << " on " << device << " at " << i << ": " << got[i] << " for " << expected[i];
}

class KernelTest : public testing::Test {
  public:
    explicit KernelTest(KernelCase const& one) : case_(one) {}
    void TestBody() override {
        for (char const* device : {"cpu:3", "emulated:1", "emulated:2"}) expect_plain_form(case_, device);
    }

  private:
    KernelCase case_;
};

class DeviceKernelsTest : public testing::Test {
  public:
    DeviceKernelsTest(std::string kind, std::vector<KernelCase> const& cases) : kind_(kind), cases_(cases) {}
    void TestBody() override {
        int used = 0;
        for (DeviceFacts const& facts : list_devices()) {
            if (!facts.device.starts_with(kind_)) continue;
            if (!facts.problem.empty()) GTEST_SKIP() << kind_ << ": " << facts.problem;
            for (KernelCase const& one : cases_) expect_plain_form(one, facts.device);
            ++used;
        }
        EXPECT_GT(used, 0);
    }

  private:
    std::string kind_;
    std::vector<KernelCase> cases_;
};

/// Make one test of each case on the processor and emulated, and one of all on each kind of device.
inline bool register_kernel_cases(char const* suite, std::vector<KernelCase> const& cases) {
    for (KernelCase const& one : cases)
        testing::RegisterTest(suite, one.kernel.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                              [one]() -> testing::Test* { return new KernelTest(one); });
    for (std::string const kind : {"cuda", "hip"})
        testing::RegisterTest(suite, ("all_on_" + kind).c_str(), nullptr, nullptr, __FILE__, __LINE__,
                              [=]() -> testing::Test* { return new DeviceKernelsTest(kind, cases); });
    return true;
}

}  // namespace hutch::compute
