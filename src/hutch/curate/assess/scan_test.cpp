#include "hutch/curate/assess/scan.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/curate/test_library.hpp"
#include "hutch/data/shard.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace hutch::curate::assess {
namespace {

namespace fs = std::filesystem;

// Two shards of three records of five values, and a table of two rows.
struct SmallSet {
    ScratchFolder scratch;
    fs::path folder = scratch / "set";
    Dictionary dictionary = parse_dictionary(R"({"name": "small", "version": "1.0.0", "tables": [
 {"name": "patterns", "format": "hdf5", "files": [{"path": "train-*.h5", "split": "train"}], "fields": [
  {"name": "y", "dtype": "float32", "shape": [5], "unit": "count", "role": "feature", "least": 0, "most": 50},
  {"name": "id", "dtype": "int64", "unit": "1", "role": "id"},
  {"name": "kind", "dtype": "utf8", "role": "label"}],
  "shared": [{"name": "x", "dtype": "float64", "shape": [5], "unit": "degree"}]},
 {"name": "samples", "format": "csv", "files": [{"path": "samples.csv"}], "fields": [
  {"name": "size", "dtype": "float64", "unit": "um"}]}]})",
                                             "dictionary.json");

    SmallSet() {
        fs::create_directories(folder);
        write_shard(0, {1, 2, 3, 4, 5, 7, 7, 7, 7, 7, 0, 0, 0, 0, 0});
        write_shard(1, {9, 8, 7, 6, 99, -1, 2, 3, 4, 5, 1, std::nanf(""), 3, 4, 5});
        write_file_in_place(folder / "samples.csv", "size\n1.5\n\n2.5\nx\n");
    }
    void write_shard(int i, std::vector<float> const& y) const {
        data::ShardWriter writer(folder / ("train-" + std::to_string(i) + ".h5"));
        std::vector<std::int64_t> const id{3 * i, 3 * i + 1, 3 * i + 2};
        std::vector<double> const x{1, 2, 3, 4, 5};
        writer.write("y", std::span<float const>(y), {3, 5}, {"count", ""});
        writer.write("id", std::span<std::int64_t const>(id), {3}, {});
        writer.write("x", std::span<double const>(x), {5}, {"degree", ""});
        writer.write_texts("kind", {"a", i == 0 ? "b" : "c", "a"}, {});
        writer.close();
    }
    Scan scan(ScanOptions const& options = {}) const { return scan_dataset(folder, dictionary, options); }
};

TEST(Scan, CountsWhatIsOddAndSaysWhere) {
    SmallSet const set;
    Scan const scan = set.scan();
    TableFacts const& table = scan.tables[0];
    ASSERT_EQ(table.records, 6u);
    FieldFacts const& y = table.fields.at("y");
    EXPECT_EQ(y.values, 30u);
    EXPECT_EQ(y.nan, 1u);
    EXPECT_EQ(y.negative, 1u);
    EXPECT_EQ(y.below, 1u);
    EXPECT_EQ(y.above, 1u);
    EXPECT_EQ(y.records_constant, 2u);
    EXPECT_EQ(y.records_zero, 1u);
    EXPECT_EQ(y.records_with_nan, 1u);
    EXPECT_EQ(y.least, -1);
    EXPECT_EQ(y.most, 99);
    auto const is_there = [&](std::string const& file, std::uint64_t record, std::string const& what) {
        return std::ranges::any_of(
            y.odd, [&](Place const& p) { return p.file == file && p.record == record && p.what == what; });
    };
    EXPECT_TRUE(is_there("train-1.h5", 2, "nan: value nan at index 1"));
    EXPECT_TRUE(is_there("train-1.h5", 0, "above: value 99 at index 4"));
    EXPECT_TRUE(is_there("train-1.h5", 1, "below: value -1 at index 0"));
}

TEST(Scan, KeepsRecordsInOrder) {
    SmallSet const set;
    Scan const scan = set.scan({.threads = 2});
    TableFacts const& table = scan.tables[0];
    EXPECT_EQ(table.numbers.at("id"), (std::vector<double>{0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(table.words.at("kind"), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(table.texts.at("kind"), (std::vector<std::uint32_t>{0, 1, 0, 0, 2, 0}));
    EXPECT_EQ(table.first_records, (std::vector<std::uint64_t>{0, 3, 6}));
    EXPECT_EQ(scan.files[table.file_of(4)].path, "train-1.h5");
    EXPECT_EQ(table.shared.at("x"), (std::vector<double>{1, 2, 3, 4, 5}));
    EXPECT_TRUE(table.shared_differs.empty());
    EXPECT_EQ(table.statistics.at("y").size(), 6u);
    EXPECT_FLOAT_EQ(table.statistics.at("y")[0].mean, 3);
    EXPECT_FLOAT_EQ(table.statistics.at("y")[0].deviation, std::sqrt(2.f));
    EXPECT_FLOAT_EQ(table.statistics.at("y")[0].roughness, 0);
    EXPECT_FLOAT_EQ(table.statistics.at("y")[5].bad, 0.2f);
    EXPECT_EQ(table.digests.size(), 6u);
    EXPECT_NE(table.digests[0], table.digests[1]);
    FieldFacts const& size = scan.tables[1].fields.at("size");
    EXPECT_EQ(size.records, 3u);
    EXPECT_EQ(size.not_numbers, 1u);
}

TEST(Scan, MeanAndDeviationAreThoseOfAllGoodValues) {
    SmallSet const set;
    FieldFacts const y = set.scan().tables[0].fields.at("y");
    std::vector<double> const good{1, 2, 3, 4, 5,  7,  7, 7, 7, 7, 0, 0, 0, 0, 0,
                                   9, 8, 7, 6, 99, -1, 2, 3, 4, 5, 1, 3, 4, 5};
    double sum = 0, squares = 0;
    for (double const v : good) sum += v;
    double const mean = sum / double(good.size());
    for (double const v : good) squares += (v - mean) * (v - mean);
    EXPECT_NEAR(y.mean, mean, 1e-6 * mean);  // floats are summed in pieces of 1,024
    EXPECT_NEAR(y.deviation, std::sqrt(squares / double(good.size())), 1e-5);
}

TEST(Scan, ComputesChecksumsOfAllFiles) {
    SmallSet const set;
    write_file_in_place(set.folder / "stray.bin", "abc");
    Scan const scan = set.scan();
    ASSERT_EQ(scan.files.size(), 4u);
    for (ScannedFile const& file : scan.files) {
        EXPECT_EQ(file.sha256, sha256_of_file(set.folder / file.path)) << file.path;
        EXPECT_EQ(file.is_declared, file.path != "stray.bin");
    }
}

TEST(Scan, ComparesWithWhatDocumentsSay) {
    SmallSet const set;
    write_file_in_place(set.folder / "manifest.json",
                        R"({"files": [{"path": "train-0.h5", "bytes": 7, "sha256": "00", "records": 3},
 {"path": "gone.h5", "bytes": 1, "sha256": "11"}]})");
    write_file_in_place(set.folder / "checksums.sha256", std::string(64, '2') + "  train-0.h5\n");
    Scan const scan = set.scan();
    auto const find = [&](std::string const& path) {
        return *std::ranges::find(scan.files, path, &ScannedFile::path);
    };
    EXPECT_EQ(find("train-0.h5").declared_sha256, "00");
    EXPECT_EQ(find("train-0.h5").declared_records, 3u);
    EXPECT_FALSE(find("train-0.h5").contradiction.empty());
    EXPECT_EQ(find("train-0.h5").records, 3u);  // read all the same, by a process of its own
    EXPECT_FALSE(find("gone.h5").is_there);
}

TEST(Scan, TakesOverWhatAnEarlierRunFound) {
    SmallSet const set;
    ScanOptions options;
    options.keep = set.scratch / "keep";
    Scan const first = set.scan(options), again = set.scan(options);
    EXPECT_EQ(first.kept_files, 0u);
    EXPECT_EQ(again.kept_files, 3u);
    EXPECT_EQ(again.bytes, 0u);
    EXPECT_EQ(again.tables[0].digests, first.tables[0].digests);
    EXPECT_EQ(again.tables[0].fields.at("y").mean, first.tables[0].fields.at("y").mean);
    EXPECT_EQ(again.tables[0].words, first.tables[0].words);
    for (auto const& entry : fs::directory_iterator(options.keep))
        fs::resize_file(entry.path(), fs::file_size(entry.path()) - 1);
    EXPECT_EQ(set.scan(options).kept_files, 0u);
}

TEST(Scan, TellsOfFilesThatCannotBeRead) {
    SmallSet const set;
    fs::resize_file(set.folder / "train-0.h5", 900);
    Scan const scan = set.scan();
    EXPECT_FALSE(scan.files[1].problem.empty());
    EXPECT_FALSE(scan.files[1].sha256.empty());
    EXPECT_EQ(scan.tables[0].records, 3u);
}

TEST(Scan, TellsWhereFilesAreNotAsDeclared) {
    SmallSet const set;
    {
        data::ShardWriter writer(set.folder / "train-1.h5");
        std::vector<double> const y(8, 1.0);
        std::vector<std::int64_t> const id{1, 2};
        writer.write("y", std::span<double const>(y), {2, 4}, {"eV", ""});
        writer.write("id", std::span<std::int64_t const>(id), {2}, {});
        writer.close();
    }
    TableFacts const table = set.scan().tables[0];
    FieldFacts const& y = table.fields.at("y");
    ASSERT_EQ(y.not_as_said.size(), 2u);
    EXPECT_EQ(y.not_as_said[0].what, "dtype is float64; declared float32");
    EXPECT_EQ(y.not_as_said[1].what, "shape is (4); declared (5)");
    EXPECT_EQ(y.units, (std::vector<std::string>{"count", "eV"}));
    EXPECT_EQ(table.fields.at("kind").not_in.size(), 1u);
}

TEST(Scan, ThinsOutListsWhenMemoryIsShort) {
    ScratchFolder scratch;
    std::string text = "id,a,b,c\n";
    for (int i = 0; i < 4000; ++i) text += std::to_string(i) + "," + std::to_string(i) + ".5,1,2\n";
    fs::create_directories(scratch / "set");
    write_file_in_place(scratch / "set/t.csv", text);
    Dictionary const dictionary = parse_dictionary(
        R"({"name": "n", "tables": [{"name": "t", "format": "csv", "files": [{"path": "t.csv"}], "fields": [
 {"name": "id", "dtype": "int64", "role": "id"}, {"name": "a", "dtype": "float64"}, {"name": "b", "dtype": "float64"},
 {"name": "c", "dtype": "float64"}]}]})",
        "d");
    ScanOptions options;
    options.memory_bytes = 500000;
    TableFacts const table = scan_dataset(scratch / "set", dictionary, options).tables[0];
    ASSERT_FALSE(table.kept_records.empty());
    EXPECT_EQ(table.numbers.at("id").size(), 4000u);
    ASSERT_EQ(table.numbers.at("a").size(), table.kept_records.size());
    for (std::size_t i = 0; i < table.kept_records.size(); ++i)
        EXPECT_EQ(table.numbers.at("a")[i], double(table.kept_records[i]) + 0.5);
    options.memory_bytes = 1000;
    EXPECT_THROW(scan_dataset(scratch / "set", dictionary, options), Error);
}

TEST(Scan, RefusesAFolderThatIsNotThere) { EXPECT_THROW(scan_dataset("/nowhere", {}, {}), Error); }

}  // namespace
}  // namespace hutch::curate::assess
