#include "hutch/compute/machine.hpp"

#include "hutch/compute/detail/energy.hpp"
#include "hutch/compute/detail/proc_text.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::compute {
namespace {

namespace fs = std::filesystem;
using namespace detail;

// Of a virtual machine with two cores; the flags of the second processor are those of the first.
constexpr char const* epyc = R"(processor	: 0
vendor_id	: AuthenticAMD
cpu family	: 25
model		: 17
model name	: AMD EPYC
stepping	: 1
physical id	: 0
siblings	: 2
core id		: 0
cpu cores	: 2
flags		: fpu cx8 cmov mmx fxsr sse sse2 ht lm pni fma ssse3 cx16 sse4_1 sse4_2 popcnt movbe xsave avx f16c hypervisor lahf_lm abm bmi1 avx2 smep bmi2 avx512f avx512dq avx512cd avx512bw avx512vl avx512_bf16
bogomips	: 5192.30

processor	: 1
model name	: AMD EPYC
physical id	: 0
core id		: 1
flags		: fpu cx8 cmov mmx fxsr sse sse2
)";

// As a 64-bit ARM server writes it: no model name, no sockets, no cores.
constexpr char const* neoverse = R"(processor	: 0
BogoMIPS	: 243.75
Features	: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp sve i8mm bf16
CPU implementer	: 0x41
CPU architecture: 8
CPU variant	: 0x1
CPU part	: 0xd40
CPU revision	: 1

processor	: 1
BogoMIPS	: 243.75
CPU implementer	: 0x41
CPU part	: 0xd40
)";

TEST(CpuInfo, CountsProcessorsCoresAndSockets) {
    CpuInfo const info = parse_cpuinfo(epyc);
    EXPECT_EQ(info.model, "AMD EPYC");
    EXPECT_EQ(info.threads, 2U);
    EXPECT_EQ(info.cores, 2U);
    EXPECT_EQ(info.sockets, 1U);
    EXPECT_EQ(psabi_level(info.flags), "x86-64-v4");
    EXPECT_EQ(vector_extensions(info.flags),
              (std::vector<std::string>{"fma", "sse4_2", "avx", "f16c", "avx2", "avx512f", "avx512dq",
                                        "avx512cd", "avx512bw", "avx512vl", "avx512_bf16"}));
}

TEST(CpuInfo, NamesAProcessorWithoutModelNameByItsNumbers) {
    CpuInfo const info = parse_cpuinfo(neoverse);
    EXPECT_EQ(info.model, "ARM implementer 0x41 part 0xd40");
    EXPECT_EQ(info.threads, 2U);
    EXPECT_EQ(info.cores, 0U);  // it does not say
    EXPECT_EQ(psabi_level(info.flags), "");
    EXPECT_EQ(vector_extensions(info.flags),
              (std::vector<std::string>{"asimd", "asimdhp", "sve", "i8mm", "bf16"}));
}

TEST(CpuInfo, LeavesUnknownWhatIsNotThere) {
    CpuInfo const info = parse_cpuinfo("processor\t: 0\nvendor_id\t: GenuineIntel\n\n\x01garbage");
    EXPECT_EQ(info.model, "");
    EXPECT_EQ(info.threads, 1U);
    EXPECT_TRUE(info.flags.empty());
    EXPECT_EQ(parse_cpuinfo("").threads, 0U);
}

TEST(CpuInfo, ReachesNoLevelWithAMissingFlag) {
    struct Case {
        char const *without, *level;
    };
    for (Case const& c : {Case{"avx512vl", "x86-64-v3"}, Case{"bmi2", "x86-64-v2"},
                          Case{"popcnt", "x86-64-v1"}, Case{"lm", ""}}) {
        auto flags = parse_cpuinfo(epyc).flags;
        std::erase(flags, c.without);
        EXPECT_EQ(psabi_level(flags), c.level) << c.without;
    }
}

TEST(ProcText, ReadsNumberListsAndSizes) {
    EXPECT_EQ(parse_number_list("0-2,8\n"), (std::vector<unsigned>{0, 1, 2, 8}));
    EXPECT_EQ(parse_number_list("7"), (std::vector<unsigned>{7}));
    for (char const* bad : {"", "\n", "a", "3-1", "0-", "-1", "0-99999999999", "1,,2"})
        EXPECT_TRUE(parse_number_list(bad).empty()) << bad;
    EXPECT_EQ(parse_size("32K"), 32768U);
    EXPECT_EQ(parse_size("8M\n"), 8U << 20);
    EXPECT_EQ(parse_size("64"), 64U);
    for (char const* bad : {"", "K", "-1K", "1.5M", "99999999999999999999G", "99999999999G"})
        EXPECT_EQ(parse_size(bad), 0U) << bad;
}

TEST(ProcText, ReadsMemoryInKilobytesOnly) {
    char const* const text =
        "MemTotal:       24684084 kB\nMemFree:        23687904 kB\nHugePages_Total:       0\n";
    EXPECT_EQ(meminfo_bytes(text, "MemTotal"), 24684084ULL * 1024);
    EXPECT_EQ(meminfo_bytes(text, "MemAvailable"), 0U);
    EXPECT_EQ(meminfo_bytes(text, "HugePages_Total"), 0U);
}

// A folder that stands for "/", removed at the end.
class FakeRoot : public testing::Test {
  protected:
    void SetUp() override {
        root_ = fs::path(testing::TempDir()) /
                (std::string("machine_") + testing::UnitTest::GetInstance()->current_test_info()->name());
        fs::remove_all(root_);
        fs::create_directories(root_);
    }
    void TearDown() override { fs::remove_all(root_); }
    void write(std::string const& path, std::string const& text) const {
        fs::create_directories((root_ / path).parent_path());
        std::ofstream(root_ / path) << text;
    }
    // Two sockets of two cores of two threads; numbered as Linux does, second threads last.
    void write_topology() const {
        write("sys/devices/system/cpu/online", "0-7\n");
        for (int i = 0; i < 8; ++i) {
            std::string const cpu = "sys/devices/system/cpu/cpu" + std::to_string(i) + "/";
            std::string const pair = std::to_string(i % 4) + "," + std::to_string(i % 4 + 4);
            std::string const socket = i % 4 < 2 ? "0-1,4-5" : "2-3,6-7";
            write(cpu + "topology/physical_package_id", std::to_string(i % 4 / 2) + "\n");
            write(cpu + "topology/core_id", std::to_string(i % 2) + "\n");
            write_cache(cpu + "cache/index0/", "1", "Data", "32K", pair);
            write_cache(cpu + "cache/index3/", "3", "Unified", "32768K", socket);
        }
    }
    void write_cache(std::string const& path, char const* level, char const* type, char const* size,
                     std::string const& shared) const {
        write(path + "level", level), write(path + "type", type), write(path + "size", size);
        write(path + "coherency_line_size", "64"), write(path + "shared_cpu_list", shared + "\n");
    }
    fs::path root_;
};

TEST_F(FakeRoot, IsUnknownInEveryPartWhenItIsEmpty) {
    ProcessorFacts const processor = read_processor(root_);
    EXPECT_EQ(processor.model, "");
    EXPECT_EQ(processor.cores, 0U);
    EXPECT_TRUE(processor.caches.empty());
    EXPECT_GE(usable_cores(processor).size(), 1U);
    EXPECT_EQ(read_memory(root_).total_bytes, 0U);
    EXPECT_TRUE(list_gpus(root_).empty());
    EXPECT_FALSE(EnergyCounters(root_).are_there());
    EXPECT_NE(to_json(Machine{}).find("\"model\": null"), std::string::npos);
}

TEST_F(FakeRoot, CountsEachCacheAndCoreOnce) {
    write_topology();
    ProcessorFacts const processor = read_processor(root_);
    EXPECT_EQ(processor.sockets, 2U);
    EXPECT_EQ(processor.cores, 4U);
    EXPECT_EQ(processor.threads, 8U);
    EXPECT_EQ(processor.first_threads, (std::vector<unsigned>{0, 1, 2, 3}));
    ASSERT_EQ(processor.caches.size(), 2U);
    EXPECT_EQ(processor.caches[0].instances, 4U);
    EXPECT_EQ(processor.caches[0].shared_by, 2U);
    EXPECT_EQ(processor.caches[1].instances, 2U);
    EXPECT_EQ(processor.caches[1].shared_by, 4U);
    EXPECT_EQ(processor.caches[1].bytes, 32ULL << 20);
}

TEST_F(FakeRoot, TakesCountsFromCpuinfoWithoutATopology) {
    write("proc/cpuinfo", epyc);
    ProcessorFacts const processor = read_processor(root_);
    EXPECT_EQ(processor.cores, 2U);
    EXPECT_EQ(processor.sockets, 1U);
    EXPECT_EQ(processor.threads, 2U);
    EXPECT_TRUE(processor.is_virtual);
    EXPECT_TRUE(processor.caches.empty());
}

TEST_F(FakeRoot, ListsGpusOfThreeVendorsAndNoProcessorAmongThem) {
    write("proc/driver/nvidia/gpus/0000:3B:00.0/information",
          "Model: \t\t NVIDIA A100-SXM4-80GB\nIRQ:   \t\t 312\nBus Type: \t PCIe\n");
    write("sys/class/kfd/kfd/topology/nodes/0/properties", "cpu_cores_count 64\nsimd_count 0\n");
    write("sys/class/kfd/kfd/topology/nodes/1/name", "gfx90a\n");
    write("sys/class/kfd/kfd/topology/nodes/1/properties",
          "simd_count 440\nvendor_id 4098\nlocation_id 49408\ndomain 0\n");
    write("sys/class/kfd/kfd/topology/nodes/1/mem_banks/0/properties",
          "heap_type 1\nsize_in_bytes 68702699520\n");
    write("sys/class/drm/card0/device/vendor", "0x8086\n");
    write("sys/class/drm/card0/device/device", "0x56c0\n");
    write("sys/class/drm/card1/device/vendor", "0x1af4\n");  // a virtual display
    auto const gpus = list_gpus(root_);
    ASSERT_EQ(gpus.size(), 3U);
    EXPECT_EQ(gpus[0].name, "NVIDIA A100-SXM4-80GB");
    EXPECT_EQ(gpus[0].address, "0000:3b:00.0");
    EXPECT_EQ(gpus[1].name, "gfx90a");
    EXPECT_EQ(gpus[1].vendor, "AMD");
    EXPECT_EQ(gpus[1].address, "0000:c1:00.0");
    EXPECT_EQ(gpus[1].memory_bytes, 68702699520U);
    EXPECT_EQ(gpus[2].vendor, "Intel");
    EXPECT_EQ(gpus[2].name, "PCI device 0x56c0");
}

TEST_F(FakeRoot, AddsTheEnergyOfPackagesAndPutsAWrapRight) {
    for (int i = 0; i < 2; ++i) {
        std::string const zone = "sys/class/powercap/intel-rapl:" + std::to_string(i) + "/";
        write(zone + "name", "package-" + std::to_string(i) + "\n");
        write(zone + "energy_uj", i == 0 ? "1000000" : "9000000");
        write(zone + "max_energy_range_uj", "10000000");
    }
    write("sys/class/powercap/intel-rapl:0:0/name", "core\n");  // inside of package-0
    write("sys/class/powercap/intel-rapl:0:0/energy_uj", "5");
    EnergyCounters const energy(root_);
    ASSERT_TRUE(energy.are_there());
    auto const before = energy.read();
    ASSERT_EQ(before.size(), 2U);
    write("sys/class/powercap/intel-rapl:0/energy_uj", "3000000");
    write("sys/class/powercap/intel-rapl:1/energy_uj", "500000");
    EXPECT_DOUBLE_EQ(energy.joules_between(before, energy.read()), 2.0 + 1.5);
}

TEST(Slurm, PutsLinesOfOnePartitionTogether) {
    auto const partitions = parse_sinfo(
        "debug*|up|30:00|0/2/0/2|0/8/0/8|15900|(null)\n"
        "gpu|up|1-00:00:00|1/2/1/4|64/128/64/256|515000|gpu:a100:4\n"
        "gpu|up|1-00:00:00|0/1/0/1|0/128/0/128|1031000+|gpu:h100:8\n"
        "old|drain|infinite|0/0/3/3|0/0/12/12|1|(null)\n");
    ASSERT_EQ(partitions.size(), 3U);
    EXPECT_EQ(partitions[0].name, "debug");
    EXPECT_TRUE(partitions[0].is_default);
    EXPECT_TRUE(partitions[0].resources.empty());
    PartitionFacts const& gpu = partitions[1];
    EXPECT_FALSE(gpu.is_default);
    EXPECT_EQ(gpu.nodes, 5U);
    EXPECT_EQ(gpu.idle_nodes, 3U);
    EXPECT_EQ(gpu.processors, 384U);
    EXPECT_EQ(gpu.idle_processors, 256U);
    EXPECT_EQ(gpu.least_memory_bytes, 515000ULL << 20);
    EXPECT_EQ(gpu.most_memory_bytes, 1031000ULL << 20);
    EXPECT_EQ(gpu.time_limit, "1-00:00:00");
    EXPECT_EQ(gpu.resources, (std::vector<std::string>{"gpu:a100:4", "gpu:h100:8"}));
    EXPECT_FALSE(partitions[2].is_up);
}

// Printed by Slurm 22.05 with one of two nodes drained.
TEST(Slurm, ReadsWhatSinfoPrints) {
    auto const partitions = parse_sinfo(
        "main*|up|infinite|0/1/1/2|0/4/4/8|4000|gpu:fake:2\nshort|up|30:00|0/1/0/1|0/4/0/"
        "4|4000|gpu:fake:2\n");
    ASSERT_EQ(partitions.size(), 2U);
    EXPECT_TRUE(partitions[0].is_default && partitions[0].is_up);
    EXPECT_EQ(partitions[0].idle_nodes, 1U);
    EXPECT_EQ(partitions[0].nodes, 2U);
    EXPECT_EQ(partitions[0].resources, (std::vector<std::string>{"gpu:fake:2"}));
    EXPECT_EQ(partitions[1].name, "short");
    EXPECT_EQ(partitions[1].time_limit, "30:00");
}

TEST(Slurm, LeavesSocketsOfGpusOut) {
    auto const partitions = parse_sinfo("a|up|1:00|0/1/0/1|0/8/0/8|1|gpu:a100:4(S:0,1),nvme:1\n");
    ASSERT_EQ(partitions.size(), 1U);
    EXPECT_EQ(partitions[0].resources, (std::vector<std::string>{"gpu:a100:4", "nvme:1"}));
}

TEST(Slurm, LeavesOutLinesOfAnotherForm) {
    EXPECT_TRUE(parse_sinfo("").empty());
    EXPECT_TRUE(parse_sinfo("slurm_load_partitions: Unable to contact slurm controller\n").empty());
    EXPECT_TRUE(parse_sinfo("a|up|1:00|1/2|0/8/0/8|1|(null)\n*|up|1|0/0/0/1|0/0/0/1|1|x\n").empty());
}

}  // namespace
}  // namespace hutch::compute
