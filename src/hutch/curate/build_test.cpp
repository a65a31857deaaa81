#include "hutch/curate/build.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/curate/groups.hpp"
#include "hutch/curate/shard_build.hpp"
#include "hutch/curate/test_library.hpp"
#include "hutch/data/shard.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <numbers>
#include <sys/resource.h>
#include <thread>

#include <gtest/gtest.h>

// What HDF5 keeps of a file that it could not write is its own.
extern "C" char const* __lsan_default_suppressions();
extern "C" char const* __lsan_default_suppressions() { return "leak:libhdf5"; }

namespace hutch::curate {
namespace {

namespace fs = std::filesystem;

// A scratch folder with the small library, and what a build of a recipe on it gives.
class Build : public ::testing::Test {
  protected:
    Build() { write_small_library(scratch / "cifs"); }

    Recipe recipe(std::string const& text = small_recipe) const {
        return parse_recipe(text, (scratch / "r.yaml").string());
    }
    BuildReport build(Recipe const& from, std::string const& out, unsigned threads = 1) const {
        return build_dataset(from, {scratch / out, threads, "test 1"});
    }
    std::string sums(std::string const& out) const { return read_file(scratch / out / "checksums.sha256"); }
    std::string problem_of(Recipe const& from, fs::path const& out, Fault fault) const {
        try {
            build_dataset(from, {out, 1, "test 1"});
        } catch (Error const& error) {
            EXPECT_EQ(error.fault(), fault) << error.what();
            return error.what();
        }
        return "";
    }
    std::vector<float> read(std::string const& out, std::string const& shard, std::string const& name) const {
        return data::read_floats(scratch / out / "shards" / shard, name);
    }

    ScratchFolder scratch;
};

// The same once more from its parts, record by record.
struct Parts {
    Recipe recipe;
    Collection collection;
    Plan plan;
    double d_min;

    explicit Parts(Recipe const& from)
        : recipe(from),
          collection(collect_structures(recipe, 1)),
          plan(make_plan(recipe, group_structures(collection.structures, 1))),
          d_min(recipe_d_min(recipe)) {}

    struct Record {
        std::vector<float> expected;  // before counting
        data::Cell cell;
        powder::Setting setting;
    };
    Record calculate(PlannedRecord const& record) const {
        auto const table = powder::find_reflections(collection.structures[record.structure], {d_min});
        powder::PatternCalculator calculator(calculation_grid(recipe, record.instrument).grid,
                                             powder::cromer_liberman());
        Record result{{}, {}, draw_setting(recipe, record.instrument, record.record).setting};
        result.expected.resize(calculator.padded_points());
        calculator.expected(table, result.setting, result.expected.data());
        result.cell = powder::strained_cell(table, result.setting.sample.strain);
        return result;
    }
};

// Expectations of the two ways differ by up to 4e-4 of the strongest point, a little more after interpolation
// to q or d; the same random numbers make counts of them, so that these differ by as much, and by one where a
// threshold is passed.
TEST_F(Build, GivesNearlyTheSameOnADevice) {
    build(recipe(), "cpu");
    build_dataset(
        recipe(),
        {.out = scratch / "emulated", .threads = 2, .generator = "test 1 (emulated)", .device = "emulated"});
    for (PlannedShard const& shard : Parts(recipe()).plan.shards) {
        for (char const* cell : {"truth/cell_lengths", "truth/cell_angles"})
            EXPECT_EQ(read("cpu", shard.name, cell), read("emulated", shard.name, cell));
        auto const here = read("cpu", shard.name, "intensity"),
                   there = read("emulated", shard.name, "intensity");
        ASSERT_EQ(here.size(), there.size());
        for (std::size_t row = 0; row < here.size(); row += 512) {
            float const most = *std::max_element(&here[row], &here[row] + 512);
            for (std::size_t i = row; i < row + 512; ++i)
                ASSERT_NEAR(here[i], there[i], 6e-4f * most + (most > 1 ? 1.0f : 0.0f))
                    << shard.name << " " << i;
        }
    }
    EXPECT_NE(read_file(scratch / "emulated" / "manifest.json").find("(emulated)"), std::string::npos);
}

TEST_F(Build, RefusesADeviceThatIsNotHereBeforeAnythingIsWritten) {
    EXPECT_THROW(
        build_dataset(recipe(), {.out = scratch / "out", .generator = "test 1", .device = "cuda:999"}),
        Error);
    EXPECT_EQ(build(recipe(), "out").calculated, 96u);
}

TEST_F(Build, WritesWhatItsPartsGive) {
    BuildReport const report = build(recipe(), "out");
    EXPECT_EQ(report.records, 96u);
    EXPECT_EQ(report.calculated, 96u);
    EXPECT_EQ(report.structures, std::size(small_structures));
    Parts const parts(recipe());
    EXPECT_EQ(report.shards, parts.plan.shards.size());
    double difference = 0, expectation = 0;
    for (std::size_t s = 0; s < parts.plan.shards.size(); ++s) {
        std::string const name = parts.plan.shards[s].name;
        auto const rows = shard_records(parts.recipe, parts.plan, s).rows;
        auto const place = data::find_array(scratch / "out" / "shards" / name, "intensity");
        EXPECT_EQ(place.shape, (std::vector<std::uint64_t>{rows.size(), 512}));
        EXPECT_EQ(place.bytes, rows.size() * 512 * 4);
        auto const intensity = read("out", name, "intensity"),
                   lengths = read("out", name, "truth/cell_lengths"),
                   angles = read("out", name, "truth/cell_angles"),
                   group = read("out", name, "truth/space_group");
        auto const id = read("out", name, "truth/id"), size = read("out", name, "truth/size"),
                   fractions = read("out", name, "truth/composition");
        for (std::size_t row = 0; row < rows.size(); ++row) {
            data::Structure const& structure = parts.collection.structures[rows[row].structure];
            auto const [expected, strained, setting] = parts.calculate(rows[row]);
            EXPECT_EQ(std::uint64_t(id[row]), rows[row].record);
            EXPECT_EQ(int(group[row]), structure.space_group_number);
            EXPECT_EQ(size[row], float(setting.sample.size_um));
            EXPECT_EQ(lengths[3 * row], float(strained.a));
            EXPECT_EQ(angles[3 * row + 2], float(strained.gamma));
            double sum = 0;
            for (std::size_t z = 0; z < 98; ++z) sum += double(fractions[98 * row + z]);
            EXPECT_NEAR(sum, 1, 1e-5);
            if (calculation_grid(parts.recipe, rows[row].instrument).is_resampled) continue;
            std::vector<float> counted((512 + 63) / 64 * 64, 0);
            std::copy_n(expected.begin(), 512, counted.begin());
            powder::draw_counts(counted, parts.recipe.seed, rows[row].record);
            ASSERT_TRUE(std::equal(counted.begin(), counted.begin() + 512,
                                   intensity.begin() + std::ptrdiff_t(512 * row)))
                << "record " << rows[row].record;
            EXPECT_NEAR(double(*std::max_element(expected.begin(), expected.begin() + 512)), setting.dose,
                        1e-3 * setting.dose);
            for (std::size_t i = 0; i < 512; ++i)
                difference += double(intensity[512 * row + i]) - double(expected[i]),
                    expectation += double(expected[i]);
        }
    }
    // Poisson: the variance of a sum of counts is the sum of the expectations.
    EXPECT_GT(expectation, 1e5);
    EXPECT_LT(std::abs(difference), 5 * std::sqrt(expectation));
}

TEST_F(Build, GivesTheSameBytesForAnyNumberOfThreads) {
    for (unsigned threads : {1u, 2u, 3u}) {
        build(recipe(), "t" + std::to_string(threads), threads);
        std::this_thread::sleep_for(std::chrono::milliseconds(600));  // a time of day in a file would show
    }
    EXPECT_EQ(sums("t1"), sums("t2"));
    EXPECT_EQ(sums("t1"), sums("t3"));
    for (char const* name : {"shards/train-00000.h5", "structures.csv", "refused.csv", "records.csv",
                             "examples.jsonl", "recipe.yaml", "provenance.json", "card.md", "card.html",
                             "croissant.json", "dictionary.json", "datacite.xml"})
        EXPECT_NE(sums("t1").find(std::string("  ") + name), std::string::npos) << name;
    EXPECT_TRUE(verify_dataset(scratch / "t2", 2).problems.empty());
}

TEST_F(Build, DoesNothingTheSecondTime) {
    build(recipe(), "out");
    auto const written = fs::last_write_time(scratch / "out" / "manifest.json");
    auto const shard = fs::last_write_time(scratch / "out/shards/train-00000.h5");
    BuildReport const again = build(recipe(), "out");
    EXPECT_TRUE(again.was_complete);
    EXPECT_EQ(again.calculated, 0u);
    EXPECT_EQ(again.records, 96u);
    EXPECT_EQ(fs::last_write_time(scratch / "out" / "manifest.json"), written);
    EXPECT_EQ(fs::last_write_time(scratch / "out/shards/train-00000.h5"), shard);
}

TEST_F(Build, MakesWhatIsMissingAgain) {
    build(recipe(), "out");
    std::string const before = sums("out");
    fs::remove(scratch / "out/shards/test-00000.h5");
    fs::remove(scratch / "out/card.html");
    EXPECT_EQ(verify_dataset(scratch / "out", 1).problems,
              (std::vector<std::string>{"shards/test-00000.h5: missing", "card.html: missing"}));
    BuildReport const again = build(recipe(), "out");
    EXPECT_FALSE(again.was_complete);
    EXPECT_GT(again.calculated, 0u);
    EXPECT_LE(again.calculated, 20u);
    EXPECT_EQ(sums("out"), before);
    EXPECT_FALSE(fs::exists(scratch / "out/.build"));
}

TEST_F(Build, KeepsTheFirstSumOfAShardThatWasDamagedLater) {
    build(recipe(), "out");
    std::string bytes = read_file(scratch / "out/shards/train-00001.h5");
    bytes[bytes.size() / 2] = char(bytes[bytes.size() / 2] ^ 1);
    write_text(scratch / "out/shards/train-00001.h5", bytes);
    fs::remove(scratch / "out/card.md");
    build(recipe(), "out");
    EXPECT_EQ(verify_dataset(scratch / "out", 1).problems,
              (std::vector<std::string>{"shards/train-00001.h5: checksum differs"}));
}

TEST_F(Build, TakesNoNoticeOfAFileThatWasLeftHalfWritten) {
    build(recipe(), "whole");
    build(recipe(), "out");
    fs::remove(scratch / "out/shards/train-00000.h5");
    for (char const* name : {"shards/train-00000.h5.part", "records.csv.part", "manifest.json.part"})
        write_text(scratch / "out" / name, "half of a");
    build(recipe(), "out");
    EXPECT_EQ(sums("out"), sums("whole"));
    for (char const* name : {"shards/train-00000.h5.part", "records.csv.part", "manifest.json.part"})
        EXPECT_FALSE(fs::exists(scratch / "out" / name)) << name;
}

TEST_F(Build, RefusesAFolderThatHoldsSomethingElse) {
    write_text(scratch / "mine/letter.txt", "dear");
    EXPECT_EQ(problem_of(recipe(), scratch / "mine", Fault::bad_input),
              "'" + (scratch / "mine").string() +
                  "' holds 'letter.txt', which is of no data set; expected an empty folder; choose another");
    write_text(scratch / "foreign/shards/train-00000.h5", "x");
    EXPECT_NE(problem_of(recipe(), scratch / "foreign", Fault::bad_input)
                  .find("holds 'shards', which is of no data set"),
              std::string::npos);
    build(recipe(), "out");
    EXPECT_NE(problem_of(recipe(with(small_recipe, "seed: 7", "seed: 8")), scratch / "out", Fault::bad_input)
                  .find("made from another description"),
              std::string::npos);
    for (char const* manifest : {"", "[]", "{}", "7", "{\"files\": 3}"}) {
        write_text(scratch / "odd/manifest.json", manifest);
        EXPECT_NE(
            problem_of(recipe(), scratch / "odd", *manifest == '{' ? Fault::bad_input : Fault::bad_data), "")
            << manifest;
        EXPECT_THROW(verify_dataset(scratch / "odd", 1), Error) << manifest;
    }
    EXPECT_EQ(read_file(scratch / "mine/letter.txt"), "dear");
}

TEST_F(Build, RefusesToMendADataSetFromOtherStructures) {
    build(recipe(), "out");
    fs::remove(scratch / "out/shards/test-00000.h5");
    write_text(scratch / "cifs/silicon.cif", with(cif_of(small_structures[0]), "5.4309", "5.4310"));
    EXPECT_NE(problem_of(recipe(), scratch / "out", Fault::bad_input).find("other inputs"),
              std::string::npos);
    write_small_library(scratch / "cifs");
    build(recipe(), "out");
    EXPECT_TRUE(verify_dataset(scratch / "out", 1).problems.empty());
}

TEST_F(Build, NamesTheFolderThatItCannotWrite) {
    write_text(scratch / "file", "");
    EXPECT_EQ(problem_of(recipe(), scratch / "file", Fault::bad_input),
              "'" + (scratch / "file").string() + "' is a file; expected a folder; choose another");
    EXPECT_NE(problem_of(recipe(), scratch / "file/below", Fault::external).find((scratch / "file").string()),
              std::string::npos);
    EXPECT_NE(problem_of(recipe(), "/proc/hutch", Fault::external).find("/proc/hutch"), std::string::npos);
}

// A limit on the size of files stands for a full disk: writes fail in the middle of a shard.
TEST_F(Build, EndsWithAnErrorWhenAFileCannotBeWrittenToItsEnd) {
    build(recipe(), "whole");
    Recipe const from = recipe();
    auto const old_handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit old{}, small{};
    getrlimit(RLIMIT_FSIZE, &old);
    small = old;
    small.rlim_cur = 30000;
    setrlimit(RLIMIT_FSIZE, &small);
    std::string const problem = problem_of(from, scratch / "out", Fault::external);
    setrlimit(RLIMIT_FSIZE, &old);
    std::signal(SIGXFSZ, old_handler);
    EXPECT_NE(problem.find("train-00000.h5"), std::string::npos) << problem;
    EXPECT_FALSE(fs::exists(scratch / "out/shards/train-00000.h5"));
    EXPECT_FALSE(fs::exists(scratch / "out/manifest.json"));
    build(from, "out");
    EXPECT_EQ(sums("out"), sums("whole"));
}

TEST_F(Build, StoresTheSameCountsAsShortIntegers) {
    std::string const text = with(with(small_recipe, "  size: {log", "  dose: 5000\n  size: {log"),
                                  "{log_uniform: [300, 50000]}", "60000");
    build(recipe(text), "float");
    build(recipe(with(text, "seed: 7", "seed: 7\ndtype: uint16")), "short");
    for (char const* shard : {"train-00000.h5", "test-00000.h5"}) {
        auto const a = read("float", shard, "intensity"), b = read("short", shard, "intensity");
        ASSERT_EQ(a.size(), b.size());
        EXPECT_GT(*std::ranges::max_element(a), 1000);
        for (std::size_t i = 0; i < a.size(); ++i) ASSERT_EQ(std::min(a[i], 65535.0f), b[i]);
        EXPECT_EQ(data::find_array(scratch / "short" / "shards" / shard, "intensity").bytes, 2 * a.size());
    }
}

TEST_F(Build, PacksTheSameIntensities) {
    build(recipe(small_recipe), "raw");
    for (char const* compression : {"bitshuffle_lz4", "zstd"}) {
        build(recipe(with(small_recipe, "seed: 7", std::string("seed: 7\ncompression: ") + compression)),
              "packed");
        for (char const* shard : {"train-00000.h5", "test-00000.h5"}) {
            EXPECT_EQ(read("packed", shard, "intensity"), read("raw", shard, "intensity")) << compression;
            EXPECT_LT(fs::file_size(scratch / "packed/shards" / shard),
                      fs::file_size(scratch / "raw/shards" / shard));
        }
        fs::remove_all(scratch / "packed");
    }
}

// Halite's strongest line on each kind of axis, with and without counting statistics: 200 at d = a / 2.
TEST_F(Build, PutsPeaksWhereQAndDSay) {
    write_text(scratch / "one/halite.cif", cif_of(small_structures[2]));
    std::string const head =
        "name: one\nversion: 1.0.0\nrecords: 12\npoints: 4000\nstructures: [{path: one}]\nparameters: {w: "
        "0.002}\ninstruments:\n";
    std::string const instruments =
        "  - {name: q, geometry: debye_scherrer, q: [1, 6], wavelengths: [{wavelength: {choice: [0.7, "
        "0.8]}}]}\n"
        "  - {name: d, geometry: debye_scherrer, d: [1.1, 4], wavelengths: [{wavelength: 1}], parameters: "
        "{dose: 50000}}\n"
        "  - {name: angle, geometry: debye_scherrer, two_theta: [5, 60], wavelengths: [{wavelength: 1}]}\n";
    Recipe const from = recipe(head + instruments);
    build(from, "out");
    double const d = 5.6402 / 2;
    double const places[] = {2 * std::numbers::pi / d, d, 2 * std::asin(0.5 / d) * 180 / std::numbers::pi};
    auto const intensity = read("out", "train-00000.h5", "intensity"),
               instrument = read("out", "train-00000.h5", "truth/instrument"),
               axis = read("out", "train-00000.h5", "axis");
    std::vector<int> seen(3, 0);
    for (std::size_t row = 0; row < 12; ++row) {
        auto const which = std::size_t(instrument[row]);
        auto const y = intensity.begin() + std::ptrdiff_t(4000 * row);
        auto const top = std::size_t(std::max_element(y, y + 4000) - y);
        // Within two stored steps, or a hundredth of the width where counting noise moves the top point.
        double const tolerance =
            which == 1 ? 0.003 : 2 * (double(axis[4000 * which + 1]) - double(axis[4000 * which]));
        EXPECT_NEAR(double(axis[4000 * which + top]), places[which], tolerance)
            << from.instruments[which].name;
        EXPECT_NEAR(double(y[std::ptrdiff_t(top)]), which == 1 ? 50000 : 1, which == 1 ? 2000 : 0.02);
        ++seen[which];
    }
    EXPECT_GE(*std::ranges::min_element(seen), 3);
}

}  // namespace
}  // namespace hutch::curate
