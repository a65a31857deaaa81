#include "hutch/curate/load/record_set.hpp"

#include "hutch/base/error.hpp"
#include "hutch/curate/load/test_set.hpp"

#include <algorithm>
#include <cstring>

namespace hutch::curate::load {
namespace {

std::vector<std::string> names_of(RecordSet const& set) {
    std::vector<std::string> names;
    for (Column const& column : set.columns()) names.push_back(column.name);
    return names;
}

std::string refusal(std::filesystem::path const& path, OpenOptions const& options = {}) {
    try {
        RecordSet const set(path, options);
    } catch (Error const& problem) {
        return problem.what();
    }
    return "";
}

std::string npy(char const* descr, std::string const& shape, std::string const& bytes) {
    std::string header =
        std::string("{'descr': '") + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }";
    header.resize(117, ' ');
    return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + '\n' + bytes;
}

}  // namespace

TEST(RecordSet, TakesFilesOfASplitFromTheDictionary) {
    auto const folder = write_test_set("dictionary");
    RecordSet const train(folder, {.split = "train", .table = ""}),
        test(folder, {.split = "test", .table = ""}), all(folder, {});
    EXPECT_EQ(train.records(), 93u);
    EXPECT_EQ(test.records(), 11u);
    EXPECT_EQ(all.records(), 104u);
    EXPECT_EQ(train.splits(), (std::vector<std::string>{"train", "test"}));
    EXPECT_EQ(train.name(), "small");
    EXPECT_EQ(train.version(), "1.2.0");
    EXPECT_NE(train.identity(), test.identity());
    EXPECT_EQ(train.columns()[0].unit, "count");
    EXPECT_EQ(train.columns()[1].shape, (std::vector<std::uint64_t>{4, 5}));
    ReadScratch scratch;
    EXPECT_EQ(test.texts(3, 10, scratch), (std::vector<std::string>{"record 1010"}));
    SharedArray const axis = train.shared("axis");
    EXPECT_EQ(axis.shape, (std::vector<std::uint64_t>{test_points}));
    EXPECT_EQ(axis.unit, "degree");
    EXPECT_THROW(train.shared("x"), Error);
}

TEST(RecordSet, SaysWhichSplitsThereAre) {
    EXPECT_EQ(refusal(write_test_set("splits"), {.split = "valid", .table = ""}),
              "'split' is 'valid'; expected one of train, test");
    EXPECT_EQ(refusal(write_test_set("splits"), {.split = "", .table = "cells"}),
              "'table' is 'cells'; expected one of records");
    EXPECT_EQ(refusal("nowhere"), "'nowhere' does not exist; expected the folder of a data set");
}

TEST(RecordSet, ReadsNamesWhereThereIsNoDictionary) {
    auto const folder = write_test_set("names", {.has_dictionary = false});
    RecordSet const train(folder, {.split = "train", .table = ""});
    EXPECT_EQ(train.records(), 93u);
    EXPECT_EQ(names_of(train), (std::vector<std::string>{"image", "label", "name", "x"}));
    EXPECT_EQ(train.shared_names(), (std::vector<std::string>{"axis"}));
    EXPECT_EQ(train.default_columns().size(), 4u);
    EXPECT_EQ(RecordSet(folder / "test.h5", {}).records(), 11u) << "one file";
}

TEST(RecordSet, ReadsNumPyFilesOfOneFolderAsFields) {
    auto const folder = std::filesystem::path(testing::TempDir()) / "columns";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder / "train");
    std::string x;
    for (int i = 0; i < 6; ++i) x.append(reinterpret_cast<char const*>(&i), 4);
    write_file(folder / "train/x.npy", npy("<i4", "3, 2", x));
    write_file(folder / "train/big.npy", npy(">u2", "3,", std::string("\0\1\0\2\1\0", 6)));
    RecordSet const set(folder, {.split = "train", .table = ""});
    EXPECT_EQ(names_of(set), (std::vector<std::string>{"big", "x"}));
    EXPECT_EQ(set.records(), 3u);
    ReadScratch scratch;
    std::vector<std::byte> row(8);
    set.read(1, 2, row, scratch);
    int values[2];
    std::memcpy(values, row.data(), 8);
    EXPECT_EQ(values[1], 5);
}

TEST(RecordSet, RefusesWhatItCannotMapWithTheRemedy) {
    auto const folder = std::filesystem::path(testing::TempDir()) / "csv_only";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    write_file(folder / "a.csv", "x,y\n1,2\n");
    EXPECT_NE(refusal(folder).find(
                  "has no dictionary.json and no HDF5 or NumPy files; expected either; convert it"),
              std::string::npos);
    Dictionary dictionary = test_dictionary();
    dictionary.tables[0].format = "csv", dictionary.tables[0].files = {{"a.csv", ""}};
    write_file(folder / "dictionary.json", to_json(dictionary));
    EXPECT_NE(refusal(folder).find("table 'records' is csv with rows as records; expected hdf5 or npy"),
              std::string::npos);
}

TEST(RecordSet, TakesASplitFromAFieldThatNamesIt) {
    auto const folder = std::filesystem::path(testing::TempDir()) / "by_field";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    {
        data::ShardWriter file(folder / "all.h5");
        file.write<float>("x", std::vector<float>{0, 1, 2, 3, 4}, {5}, {});
        file.write_texts("split", {"train", "test", "train", "train", "test"}, {});
        file.close();
    }
    Dictionary dictionary = test_dictionary();
    RecordTable& table = dictionary.tables[0];
    table.files = {{"all.h5", ""}}, table.shared.clear(), table.fields.resize(2);
    table.fields[1].name = "split", table.fields[1].role = Role::split;
    write_file(folder / "dictionary.json", to_json(dictionary));
    RecordSet const set(folder, {.split = "test", .table = ""});
    EXPECT_EQ(set.records(), 2u);
    EXPECT_EQ(set.splits(), (std::vector<std::string>{"train", "test"}));
    ReadScratch scratch;
    float x = 0;
    set.read(0, 1, std::as_writable_bytes(std::span(&x, 1)), scratch);
    EXPECT_EQ(x, 4);
    EXPECT_EQ(refusal(folder, {.split = "valid", .table = ""}),
              "'split' is 'valid'; expected one of train, test");
}

// An array that another file holds in another shape is found when its first record is read, and named.
TEST(RecordSet, NamesAFileThatIsOfAnotherShape) {
    auto const folder = write_test_set("shapes");
    {
        data::ShardWriter file(folder / "train-1.h5");
        file.write<float>("x", std::vector<float>(23 * 4), {23, 4}, {});
        file.write<float>("image", std::vector<float>(23 * 4), {23, 4}, {});
        file.close();
    }
    RecordSet const set(folder, {.split = "train", .table = ""});
    ReadScratch scratch;
    std::vector<std::byte> row(set.columns()[0].bytes());
    set.read(0, 39, row, scratch);
    try {
        set.read(0, 40, row, scratch);
        FAIL() << "another shape was read";
    } catch (Error const& problem) {
        EXPECT_EQ(
            problem.what(),
            std::string("train-1.h5: 'x' is float32 (23, 4); expected float32 (23, 50) as in the first file: "
                        "'train-1.h5'"));
    }
}

}  // namespace hutch::curate::load
