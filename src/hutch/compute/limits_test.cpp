#include "hutch/compute/limits.hpp"

#include "hutch/base/error.hpp"
#include "hutch/compute/detail/bf16.hpp"
#include "hutch/compute/detail/disk.hpp"
#include "hutch/compute/detail/stream.hpp"
#include "hutch/compute/detail/team.hpp"
#include "hutch/compute/isa.hpp"
#include "hutch/compute/kept_limits.hpp"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace hutch::compute {

HUTCH_DECLARE_FOR_EACH_ISA(double, run_fp64, (std::size_t rounds, double& sink))
HUTCH_DECLARE_FOR_EACH_ISA(double, run_fp32, (std::size_t rounds, double& sink))
HUTCH_DECLARE_FOR_EACH_ISA(void, run_stream,
                           (int loop, bool non_temporal, double* a, double* b, double* c, std::size_t count))

namespace {

namespace fs = std::filesystem;
using namespace detail;

TEST(Team, RunsEachWorkerTheSameNumberOfTimesAtLeastAsOftenAsAsked) {
    std::atomic<int> calls[3] = {};
    Times const times = run_together({0, 0, 0}, {5, 0}, [&](unsigned worker) { ++calls[worker]; });
    EXPECT_EQ(times.repeats, 5);
    for (auto const& one : calls) EXPECT_EQ(one, 5);
    EXPECT_GE(times.total, times.best);
}

TEST(Team, GoesOnUntilTheTimeHasPassed) {
    Times const times = run_together({0}, {1, 0.02}, [](unsigned) {});
    EXPECT_GE(times.total, 0.02);
    EXPECT_GT(times.repeats, 1);
}

// x -> 0.999 x + 0.001 goes to 1, so twelve chains end with a sum of 12: all rounds were done.
TEST(FmaKernel, DoesAllItsRounds) {
    for (auto const kernel :
         {HUTCH_CHOOSE_ISA(hutch::compute, run_fp64), HUTCH_CHOOSE_ISA(hutch::compute, run_fp32)}) {
        double few = 0, many = 0;
        double const operations = kernel(1, few);
        EXPECT_EQ(kernel(100000, many), 100000 * operations);
        EXPECT_NEAR(few, 12 * (0.999 * 0.999 + 0.001), 1e-5);
        EXPECT_NEAR(many, 12, 1e-3);  // float rounding pulls the fixed point of FP32 by less than 1e-4
    }
}

// Every round adds two products of 2^-7 by 2^-7 to each lane; all these sums are exact in FP32. Tiles add 32.
TEST(Bf16Kernel, AddsProductsExactly) {
    Bf16Kernel const kernel = find_bf16_kernel();
    if (kernel.run == nullptr) GTEST_SKIP() << "this processor has no bfloat16 unit";
    double sum = 0;
    double const operations = kernel.run(64, sum);
    bool const is_amx = std::string(kernel.unit) == "AMX";
    EXPECT_EQ(sum, 64 * (is_amx ? 32 : 12 * 2) * 0x1p-14);
    EXPECT_EQ(operations, 64.0 * (is_amx ? 4 * 16 * 16 * 32 * 2 : 12 * 16 * 2 * 2));
}

TEST(StreamKernel, DoesWhatTheRulesOfStreamSay) {
    auto const run = HUTCH_CHOOSE_ISA(hutch::compute, run_stream);
    constexpr std::size_t count = 256;
    for (bool const non_temporal : {false, true}) {
        alignas(64) double a[count], b[count], c[count];
        for (std::size_t i = 0; i < count; ++i) a[i] = double(i), b[i] = 2, c[i] = -1;
        run(int(StreamLoop::copy), non_temporal, a, b, c, count);
        for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(c[i], double(i));
        run(int(StreamLoop::scale), non_temporal, a, b, c, count);
        for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(b[i], 3 * double(i));
        run(int(StreamLoop::add), non_temporal, a, b, c, count);
        for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(c[i], 4 * double(i));
        run(int(StreamLoop::triad), non_temporal, a, b, c, count);
        for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(a[i], 15 * double(i));
    }
}

TEST(StreamArrays, CountTheBytesOfAllCores) {
    StreamArrays const arrays({0, 0}, 1 << 20, false);
    EXPECT_EQ(arrays.count(), (1U << 20) / 8);
    Times times;
    double const rate = arrays.rate(StreamLoop::add, false, {2, 0}, &times);
    EXPECT_DOUBLE_EQ(rate * times.best, 3.0 * (1 << 20));
    EXPECT_EQ(arrays.array(2)[arrays.count() - 1], 3);  // 1 + 2, in the part of the second core
}

TEST(Disk, MeasuresAndLeavesNothing) {
    fs::path const folder = fs::path(testing::TempDir()) / "machine_disk";
    fs::create_directories(folder);
    DiskRates const rates = measure_disk(folder, 1);
    EXPECT_GT(rates.write, 0);
    EXPECT_GT(rates.read, 0);
    EXPECT_GT(rates.bytes, 0U);
    EXPECT_TRUE(fs::is_empty(folder));
    fs::remove(folder);
    EXPECT_THROW(measure_disk(folder, 1), Error);
}

TEST(MachineSlow, MeasuresEverythingThereIs) {
    ProcessorFacts const processor = read_processor();
    Limits const limits = measure_limits(processor, read_memory(), {false, testing::TempDir()});
    for (Rates const& rates : {limits.core, limits.all}) {
        EXPECT_GT(rates.fp64_flops, 0);
        EXPECT_GT(rates.fp32_flops, rates.fp64_flops);
        EXPECT_EQ(rates.bf16_flops > 0, !limits.bf16_unit.empty());
        for (double const rate : {rates.plain.copy, rates.plain.scale, rates.plain.add, rates.plain.triad,
                                  rates.streaming.best()})
            EXPECT_GT(rate, 0);
    }
    EXPECT_EQ(limits.core.l1 > 0, !processor.caches.empty());
    EXPECT_GT(limits.disk.write, 0) << limits.disk.problem;
    EXPECT_FALSE(limits.watts.source.empty());
}

// A file for kept limits, and this processor.
class Kept : public testing::Test {
  protected:
    void SetUp() override {
        processor_.model = "Example 9000 \"X\"";
        limits_.processor = processor_.model;
        limits_.cores = unsigned(usable_cores(processor_).size());
        limits_.isa = to_name(best_isa());
        limits_.measured = "2026-01-31T12:00:00Z";
        limits_.bf16_unit = "AMX";
        limits_.seconds = 1.5;
        limits_.array_bytes = std::uint64_t{3} << 40;
        limits_.core.fp64_flops = 1.25e11;
        limits_.core.l3 = 3e10;
        limits_.all.streaming.triad = 1.0 / 3;
        limits_.disk = {"/scratch", "", 1e9, 2e9, 512, true};
        limits_.watts = {"powercap", 100, 90, 0, 80};
    }
    void TearDown() override { fs::remove_all(folder_); }
    void write(std::string const& text) const {
        fs::create_directories(folder_);
        std::ofstream(path_) << text;
    }
    fs::path folder_ = fs::path(testing::TempDir()) / ("machine_kept_" + std::to_string(::getpid()));
    fs::path path_ = folder_ / "cache/machine.json";
    ProcessorFacts processor_;
    Limits limits_;
};

TEST_F(Kept, LimitsComeBackAsTheyWere) {
    write_limits(path_, limits_);
    auto const back = read_limits(path_, processor_);
    ASSERT_TRUE(back);
    EXPECT_EQ(to_json(*back), to_json(limits_));
    EXPECT_EQ(back->core.fp64_flops, 1.25e11);
    EXPECT_EQ(back->core.fp32_flops, 0);  // not measured
    EXPECT_EQ(back->all.streaming.triad, 1.0 / 3);
    EXPECT_TRUE(back->disk.is_direct);
    EXPECT_EQ(back->watts.triad, 80);
}

TEST_F(Kept, LimitsOfAnotherMachineAreRefused) {
    for (int change = 0; change < 3; ++change) {
        Limits other = limits_;
        if (change == 0) other.processor = "Example 8000";
        if (change == 1) ++other.cores;
        if (change == 2) other.isa = "x86_64_v9";
        write_limits(path_, other);
        EXPECT_FALSE(read_limits(path_, processor_)) << change;
    }
}

TEST_F(Kept, ADamagedFileCountsAsNone) {
    EXPECT_FALSE(read_limits(path_, processor_));
    EXPECT_FALSE(read_limits("", processor_));
    path_ = folder_ / "damaged.json";
    std::string const whole = to_json(limits_);
    for (std::size_t kept = 0; kept < whole.size(); kept += 50) {
        write(whole.substr(0, kept));
        EXPECT_FALSE(read_limits(path_, processor_)) << kept;
    }
    write(R"({"format": 2})");
    EXPECT_FALSE(read_limits(path_, processor_));
    std::string text = whole;
    text.replace(text.find("125000000000.0"), 14, "\"a lot\"");
    write(text);
    EXPECT_FALSE(read_limits(path_, processor_));
}

TEST_F(Kept, TheVariableNamesTheFile) {
    std::string const before = std::getenv("HUTCH_MACHINE") ? std::getenv("HUTCH_MACHINE") : "";
    ::setenv("HUTCH_MACHINE", path_.c_str(), 1);
    EXPECT_EQ(limits_path(), path_);
    ::setenv("HUTCH_MACHINE", "", 1);
    ::setenv("XDG_CACHE_HOME", "/somewhere", 1);
    EXPECT_EQ(limits_path(), "/somewhere/hutch/machine.json");
    ::setenv("XDG_CACHE_HOME", "not/absolute", 1);
    ::setenv("HOME", "/home/someone", 1);
    EXPECT_EQ(limits_path(), "/home/someone/.cache/hutch/machine.json");
    ::unsetenv("HOME");
    EXPECT_EQ(limits_path(), "");
    ::setenv("HUTCH_MACHINE", before.c_str(), 1);
}

}  // namespace
}  // namespace hutch::compute
