#include "hutch/data/array_layout.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/data/shard.hpp"

#include <cstring>

#include <gtest/gtest.h>

namespace hutch::data {
namespace {

std::filesystem::path in_scratch(char const* name) {
    return std::filesystem::path(testing::TempDir()) / name;
}

std::vector<float> ramp(std::size_t count) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = float(i % 97);
    return values;
}

std::filesystem::path write_chunked(char const* name, Compression compression, std::uint64_t rows,
                                    unsigned threads) {
    auto const path = in_scratch(name);
    ShardWriter writer(path);
    writer.write<float>("x/intensity", ramp(7 * 1001), {7, 1001}, {"count", "counts"},
                        {compression, rows, threads});
    writer.write<std::uint16_t>("frames", std::vector<std::uint16_t>(5 * 40, 3), {5, 8, 5}, {},
                                {compression, 1, threads});
    writer.close();
    return path;
}

}  // namespace

TEST(ArrayLayout, FindsChunksThatUnpackToWhatWasWritten) {
    for (Compression const compression : {Compression::bitshuffle_lz4, Compression::zstd})
        for (std::uint64_t const rows : {1, 3, 7}) {
            auto const path = write_chunked("layout.h5", compression, rows, 1);
            ArrayLayout const layout = locate_array(path, "x/intensity");
            EXPECT_EQ(layout.type.name(), "float32");
            EXPECT_EQ(layout.unit, "count");
            EXPECT_EQ(layout.chunk, (std::vector<std::uint64_t>{rows, 1001}));
            std::string const bytes = read_file(path);
            std::vector<float> chunk(rows * 1001);
            auto const wanted = ramp(7 * 1001);
            for (std::size_t c = 0; c < layout.chunks.size(); ++c) {
                auto const& place = layout.chunks[c];
                ChunkDecoder().decode(layout.filters, place.skipped,
                                      std::as_bytes(std::span(bytes).subspan(place.offset, place.bytes)),
                                      std::as_writable_bytes(std::span(chunk)));
                std::size_t const first = c * rows * 1001,
                                  count = std::min(chunk.size(), wanted.size() - first);
                EXPECT_EQ(std::memcmp(chunk.data(), &wanted[first], 4 * count), 0);
            }
            EXPECT_EQ(read_floats(path, "x/intensity"), wanted) << "HDF5 itself reads it too";
        }
}

TEST(Shard, HasTheSameBytesForAnyNumberOfThreads) {
    for (Compression const compression : {Compression::bitshuffle_lz4, Compression::zstd})
        EXPECT_EQ(read_file(write_chunked("one.h5", compression, 2, 1)),
                  read_file(write_chunked("four.h5", compression, 2, 4)));
}

TEST(ArrayLayout, NamesWhatIsMissing) {
    auto const path = write_chunked("list.h5", Compression::none, 1, 1);
    EXPECT_EQ(locate_array(path, "x/intensity").chunk.size(), 0u);
    EXPECT_THROW(locate_array(path, "x/size"), Error);
    EXPECT_THROW(locate_array(in_scratch("nowhere.h5"), "x"), Error);
}

// A shard that was cut off in the middle still opens as HDF5 now and then; its arrays are checked before they
// are mapped.
TEST(ArrayLayout, RefusesWhatLiesBeyondTheEnd) {
    auto const path = write_chunked("cut.h5", Compression::none, 1, 1);
    std::string const bytes = read_file(path);
    write_file(path, std::string_view(bytes).substr(0, bytes.size() - 3000));
    EXPECT_THROW(locate_array(path, "x/intensity"), Error);
}

TEST(Npy, IsFoundByItsHeader) {
    auto const path = in_scratch("a.npy");
    std::string file("\x93NUMPY\x01\x00", 8);
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }";
    header.resize(117, ' ');
    header += '\n';
    file += char(header.size());
    file += '\0';
    write_file(path, file + header + std::string(24, '\1'));
    ArrayLayout const layout = locate_npy(path);
    EXPECT_EQ(layout.type.name(), "float32");
    EXPECT_EQ(layout.shape, (std::vector<std::uint64_t>{3, 2}));
    EXPECT_EQ(layout.offset, 128u);
    write_file(path, file + header + std::string(23, '\1'));
    EXPECT_THROW(locate_npy(path), Error);
    write_file(path, "no numbers");
    EXPECT_THROW(locate_npy(path), Error);
}

}  // namespace hutch::data
