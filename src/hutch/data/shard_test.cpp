#include "hutch/data/shard.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"

#include <fstream>

#include <gtest/gtest.h>

namespace hutch::data {
namespace {

std::filesystem::path write_sample(char const* name) {
    auto const path = std::filesystem::path(testing::TempDir()) / name;
    std::vector<float> values(60000);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = float(i) / 2;
    ShardWriter writer(path);
    writer.attribute("split", "train");
    writer.attribute("seed", 7);
    writer.write<float>("intensity", values, {2, 30000}, {"count", "expected counts"});
    writer.write_texts("structures/name", {"quartz", "Ångström"}, {});
    writer.close();
    return path;
}

}  // namespace

TEST(Shard, HasTheSameBytesWhenWrittenTwice) {
    EXPECT_EQ(read_file(write_sample("a.h5")), read_file(write_sample("b.h5")));
}

TEST(Shard, CanBeMappedAtAPageBoundary) {
    auto const path = write_sample("c.h5");
    ArrayPlace const place = find_array(path, "intensity");
    EXPECT_EQ(place.offset % 4096, 0u);
    EXPECT_EQ(place.shape, (std::vector<std::uint64_t>{2, 30000}));
    std::ifstream in(path, std::ios::binary);
    in.seekg(std::streamoff(place.offset + 4 * 30001));
    float value = 0;
    in.read(reinterpret_cast<char*>(&value), 4);
    EXPECT_EQ(value, 15000.5f);
    EXPECT_EQ(read_floats(path, "intensity")[30001], value);
}

TEST(Shard, NamesTheArrayThatIsMissing) {
    auto const path = write_sample("d.h5");
    EXPECT_THROW(find_array(path, "truth/size"), Error);
    write_file(path, "not HDF5");
    EXPECT_THROW(read_floats(path, "intensity"), Error);
}

TEST(Shard, RefusesAShapeThatDoesNotFit) {
    ShardWriter writer(std::filesystem::path(testing::TempDir()) / "e.h5");
    std::vector<float> const values(5);
    EXPECT_THROW(writer.write<float>("x", values, {2, 3}, {}), Error);
}

}  // namespace hutch::data
