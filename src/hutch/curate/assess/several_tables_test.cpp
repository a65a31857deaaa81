#include "hutch/curate/assess/scan.hpp"
#include "hutch/data/shard.hpp"

#include <filesystem>

#include <gtest/gtest.h>

namespace hutch::curate::assess {
namespace {

// Fused data sets hold rows and whole records in one file.
TEST(SeveralTables, OfOneFileAreAllScanned) {
    auto const folder =
        std::filesystem::temp_directory_path() / ("hutch_several_tables_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    {
        data::ShardWriter file(folder / "a.h5");
        std::vector<std::int64_t> const ids{1, 2, 3};
        file.write<std::int64_t>("id", ids, {3}, {"1", "number"});
        for (char const* name : {"one", "number two"})
            file.write_texts(std::string("records/") + name + "/name", {name}, {"", "name"});
        file.close();
    }
    Field id{"id", "int64", {}, "1", "number"}, name{"name", "utf8", {1}, "", "name"};
    Dictionary dictionary;
    dictionary.tables = {
        {"rows", "", "hdf5", Layout::rows, "", {{"a.h5", "train"}}, {}, {id}, {}},
        {"whole", "", "hdf5", Layout::groups, "records", {{"a.h5", "train"}}, {}, {name}, {}}};
    Scan const scan = scan_dataset(folder, dictionary, {});
    ASSERT_EQ(scan.tables.size(), 2u);
    EXPECT_EQ(scan.tables[0].records, 3u);
    EXPECT_EQ(scan.tables[1].records, 2u);
    for (TableFacts const& table : scan.tables) {
        EXPECT_TRUE(table.undeclared.empty()) << table.undeclared[0];
        for (auto const& [field, facts] : table.fields)
            EXPECT_TRUE(facts.not_as_said.empty()) << field << " " << facts.not_as_said[0].what;
    }
    EXPECT_EQ(scan.files[0].table, "rows");
    EXPECT_EQ(scan.files[0].records, 3u);
    // What no table declares is found all the same.
    dictionary.tables.pop_back();
    EXPECT_EQ(scan_dataset(folder, dictionary, {}).tables[0].undeclared.size(), 2u);
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace hutch::curate::assess
