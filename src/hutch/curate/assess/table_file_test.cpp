#include "hutch/curate/assess/table_file.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/curate/test_library.hpp"
#include "hutch/data/shard.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace hutch::curate::assess {
namespace {

RecordTable table_of(std::string const& format, std::vector<std::string> const& names) {
    RecordTable table;
    table.name = "t", table.format = format;
    for (std::string const& name : names) table.fields.push_back({name, "float64", {}, "1", ""});
    return table;
}

std::vector<double> values_of(TableFile& file, std::string const& field) {
    Block block;
    file.read(field, 0, file.records(), block);
    return block.values;
}

std::string npy(std::string const& descr, std::string const& order, std::string const& shape,
                std::string const& bytes) {
    std::string header =
        "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
    while ((10 + header.size() + 1) % 64 != 0) header += ' ';
    header += '\n';
    std::string file = "\x93NUMPY";
    file += '\1', file += '\0', file += char(header.size() & 255), file += char(header.size() >> 8);
    return file + header + bytes;
}

template <class Number>
std::string bytes_of(std::vector<Number> const& values) {
    return {reinterpret_cast<char const*>(values.data()), values.size() * sizeof(Number)};
}

TEST(TableFile, ReadsQuotedCellsOfCsv) {
    auto const table = table_of("csv", {"a", "b", "c"});
    auto const file = open_table_bytes(
        "\xef\xbb\xbf"
        "a,b,c\r\n1,\"x, \"\"y\"\"\",\r\n\r\n-2.5e3,\"two\nlines\",nan\r\n",
        table);
    ASSERT_EQ(file->records(), 2u);
    EXPECT_EQ(file->names(), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(values_of(*file, "a"), (std::vector<double>{1, -2500}));
    EXPECT_EQ(file->read_texts("b", 0, 2), (std::vector<std::string>{"x, \"y\"", "two\nlines"}));
    auto const c = values_of(*file, "c");
    EXPECT_TRUE(std::isnan(c[0]) && std::isnan(c[1]));
    EXPECT_EQ(file->find("a")->dtype, "float64");
    EXPECT_EQ(file->find("b")->dtype, "utf8");
    EXPECT_FALSE(file->find("d"));
}

TEST(TableFile, CountsTextsWhereNumbersShouldStand) {
    auto const file = open_table_bytes("a\n1\nn/a\n3\nbroken\n", table_of("csv", {"a"}));
    Block block;
    file->read("a", 0, 4, block);
    EXPECT_EQ(block.not_numbers, 2u);
    EXPECT_EQ(block.first_not_number, 1u);
    EXPECT_EQ(block.not_a_number, "n/a");
}

TEST(TableFile, ReadsAnyRowsOfALongCsv) {
    std::string text = "i;square\n";
    for (int i = 0; i < 1000; ++i) text += std::to_string(i) + ";" + std::to_string(i * i) + "\n";
    auto const file = open_table_bytes(text, table_of("csv", {"i"}));
    ASSERT_EQ(file->records(), 1000u);
    for (std::uint64_t const first : {0, 1, 63, 64, 65, 500, 937}) {
        Block block;
        file->read("square", first, 63, block);
        EXPECT_EQ(block.values.front(), double(first * first));
        EXPECT_EQ(block.values.back(), double((first + 62) * (first + 62)));
    }
}

TEST(TableFile, RefusesRowsOfAnotherLength) {
    auto const file = open_table_bytes("a,b\n1,2\n3\n", table_of("csv", {"a"}));
    EXPECT_THROW(values_of(*file, "a"), Error);
    EXPECT_THROW(open_table_bytes("a,a\n1,2\n", table_of("csv", {"a"})), Error);
    EXPECT_THROW(open_table_bytes("", table_of("csv", {"a"})), Error);
}

TEST(TableFile, ReadsJsonLinesWithPathsAndPythonNumbers) {
    auto const file = open_table_bytes(
        R"({"id": 1, "y": [1, 2.5, null], "truth": {"size": 3}, "s": "a"}
{"id": 2, "y": [NaN, Infinity, -Infinity], "truth": {"size": null}, "s": "NaN {"}
)",
        table_of("jsonl", {"id"}));
    ASSERT_EQ(file->records(), 2u);
    EXPECT_EQ(file->names(), (std::vector<std::string>{"id", "y", "truth/size", "s"}));
    Block block;
    file->read("y", 0, 2, block);
    EXPECT_EQ(block.ends, (std::vector<std::uint64_t>{3, 6}));
    EXPECT_EQ(block.values[1], 2.5);
    EXPECT_TRUE(std::isnan(block.values[2]) && std::isnan(block.values[3]));
    EXPECT_EQ(block.values[5], -std::numeric_limits<double>::infinity());
    EXPECT_EQ(values_of(*file, "truth/size")[0], 3);
    EXPECT_EQ(file->find("y")->shape, std::vector<std::int64_t>{3});
    EXPECT_EQ(file->read_texts("s", 1, 1)[0], "NaN {");
}

TEST(TableFile, ReadsAListOfMaps) {
    auto const file = open_table_bytes(R"([{"a": true}, {"a": "x"}, {}])", table_of("json", {"a"}));
    ASSERT_EQ(file->records(), 3u);
    Block block;
    file->read("a", 0, 3, block);
    EXPECT_EQ(block.values[0], 1);
    EXPECT_EQ(block.not_numbers, 1u);
    EXPECT_THROW(open_table_bytes("[{", table_of("json", {"a"})), Error);
    EXPECT_THROW(open_table_bytes(std::string(100000, '['), table_of("json", {"a"})), Error);
}

TEST(TableFile, ReadsNpyInBothOrders) {
    std::vector<float> const c{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
        f{1, 7, 3, 9, 5, 11, 2, 8, 4, 10, 6, 12};
    auto const table = table_of("npy", {"y"});
    auto const one = open_table_bytes(npy("<f4", "False", "(2, 3, 2)", bytes_of(c)), table);
    auto const two = open_table_bytes(npy("<f4", "True", "(2, 3, 2)", bytes_of(f)), table);
    EXPECT_EQ(one->find("y")->shape, (std::vector<std::int64_t>{3, 2}));
    EXPECT_EQ(one->find("y")->dtype, "float32");
    std::vector<float> a, b;
    ASSERT_TRUE(one->read_floats("y", 1, 1, a));
    ASSERT_TRUE(two->read_floats("y", 1, 1, b));
    EXPECT_EQ(a, (std::vector<float>{7, 8, 9, 10, 11, 12}));
    EXPECT_EQ(a, b);
}

TEST(TableFile, ReadsNpyOfOtherTypes) {
    auto const table = table_of("npy", {"y"});
    EXPECT_EQ(
        values_of(*open_table_bytes(npy(">i2", "False", "(2,)", std::string("\1\2\xff\xfe", 4)), table), "y"),
        (std::vector<double>{258, -2}));
    EXPECT_EQ(
        values_of(*open_table_bytes(npy("<f2", "False", "(2,)", std::string("\0\x3c\0\xc0", 4)), table), "y"),
        (std::vector<double>{1, -2}));
    auto const texts =
        open_table_bytes(npy("<U2", "False", "(1,)", std::string("\xe9\0\0\0b\0\0\0", 8)), table);
    EXPECT_EQ(texts->read_texts("y", 0, 1)[0],
              "\xc3\xa9"
              "b");
    EXPECT_THROW(open_table_bytes(npy("<f4", "False", "(9,)", "1234"), table), Error);
    EXPECT_THROW(open_table_bytes("nothing", table), Error);
}

TEST(TableFile, ReadsRowsOfHdf5) {
    ScratchFolder folder;
    data::ShardWriter writer(folder / "a.h5");
    std::vector<float> const y{1, 2, 3, 4, 5, 6};
    std::vector<std::int16_t> const n{7, -8};
    writer.write("y", std::span<float const>(y), {2, 3}, {"count", "what was counted"});
    writer.write("truth/n", std::span<std::int16_t const>(n), {2}, {});
    writer.write_texts("name", {"alpha", "be"}, {});
    writer.close();
    RecordTable table = table_of("hdf5", {"y", "truth/n"});
    auto const file = open_table_file(folder / "a.h5", table);
    ASSERT_EQ(file->records(), 2u);
    EXPECT_EQ(file->names(), (std::vector<std::string>{"name", "truth/n", "y"}));
    EXPECT_EQ(file->find("y")->unit, "count");
    EXPECT_EQ(file->find("y")->shape, std::vector<std::int64_t>{3});
    std::vector<float> floats;
    ASSERT_TRUE(file->read_floats("y", 1, 1, floats));
    EXPECT_EQ(floats, (std::vector<float>{4, 5, 6}));
    EXPECT_EQ(values_of(*file, "truth/n"), (std::vector<double>{7, -8}));
    EXPECT_EQ(file->read_texts("name", 0, 2), (std::vector<std::string>{"alpha", "be"}));
    EXPECT_TRUE(file->offset_of("y", 1));
}

TEST(TableFile, ReadsGroupsOfHdf5InNaturalOrder) {
    ScratchFolder folder;
    data::ShardWriter writer(folder / "a.h5");
    for (int i : {1, 2, 10}) {
        std::vector<double> const y(std::size_t(i), 1.0 * i);
        writer.write("entry/scan_" + std::to_string(i) + "/y", std::span<double const>(y), {y.size()},
                     {"K", ""});
    }
    writer.close();
    RecordTable table = table_of("hdf5", {"y"});
    table.layout = Layout::groups, table.under = "entry";
    auto const file = open_table_file(folder / "a.h5", table);
    ASSERT_EQ(file->records(), 3u);
    Block block;
    file->read("y", 0, 3, block);
    EXPECT_EQ(block.ends, (std::vector<std::uint64_t>{1, 3, 13}));
    EXPECT_EQ(file->find("y")->shape, std::vector<std::int64_t>{-1});
}

TEST(TableFile, RefusesATruncatedHdf5File) {
    ScratchFolder folder;
    data::ShardWriter writer(folder / "a.h5");
    std::vector<double> const y(1000, 1.0);
    writer.write("y", std::span<double const>(y), {1000}, {});
    writer.close();
    std::filesystem::resize_file(folder / "a.h5", 3000);
    EXPECT_THROW(open_table_file(folder / "a.h5", table_of("hdf5", {"y"})), Error);
    EXPECT_THROW(open_table_file(folder / "none.h5", table_of("hdf5", {"y"})), Error);
}

}  // namespace
}  // namespace hutch::curate::assess
