#include "hutch/data/gzip.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

namespace hutch::data {
namespace {

std::string packed(std::string const& text) {
    z_stream stream{};
    deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    std::string result(deflateBound(&stream, uLong(text.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = uInt(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = uInt(result.size());
    deflate(&stream, Z_FINISH);
    result.resize(stream.total_out);
    deflateEnd(&stream);
    return result;
}

std::string message_of(std::string const& bytes, std::uint64_t most, Fault expected) {
    try {
        decompress_gzip(bytes, "a.gz", most);
    } catch (Error const& error) {
        EXPECT_EQ(error.fault(), expected);
        return error.what();
    }
    return "no error";
}

std::string long_text() {
    std::string text;
    for (int i = 0; i < 50000; ++i) text += std::to_string(i * 7919 % 10007) + ' ';
    return text;
}

}  // namespace

TEST(Gzip, UnpacksWhatZlibPacked) {
    for (std::string const& text :
         {std::string(), std::string("10 20\n"), long_text(), std::string(65536, 'x')})
        EXPECT_EQ(decompress_gzip(packed(text), "a.gz", text.size()), text);
}

TEST(Gzip, JoinsMembersAndIgnoresZeroPadding) {
    EXPECT_EQ(decompress_gzip(packed("one ") + packed("two") + std::string(512, '\0'), "a.gz", 100),
              "one two");
}

TEST(Gzip, SaysWhatIsWrong) {
    std::string const good = packed("10 20\n11 21\n");
    std::string damaged = good;
    damaged[10] = '\xff';
    EXPECT_EQ(message_of("plain", 100, Fault::bad_data),
              "a.gz: does not start with bytes 1f 8b; expected gzip");
    EXPECT_EQ(message_of(good.substr(0, 15), 100, Fault::bad_data),
              "a.gz: gzip data stop after 15 bytes; expected more; the file is cut short");
    EXPECT_EQ(message_of(damaged, 100, Fault::bad_data),
              "a.gz: gzip data are damaged near byte 11 (invalid block type); expected whole gzip data");
    EXPECT_EQ(message_of(good + "junk", 100, Fault::bad_data),
              "a.gz: has 4 bytes after the gzip data; expected none");
}

TEST(Gzip, NoticesEveryCut) {
    std::string const whole = packed(long_text());
    for (std::size_t length = 2; length < whole.size(); length += 997)
        EXPECT_NE(message_of(whole.substr(0, length), 1 << 30, Fault::bad_data).find("cut short"),
                  std::string::npos);
}

TEST(Gzip, StopsAtTheLimitOfABomb) {
    EXPECT_EQ(message_of(packed(std::string(1 << 24, '\0')), 1000, Fault::exhausted),
              "a.gz: unpacks to more than 1000 bytes; expected at most that");
}

TEST(Gzip, ReadsPlainAndPackedFilesAlike) {
    auto const folder = std::filesystem::path(testing::TempDir());
    write_file(folder / "hutch_gzip.txt", "1 2\n");
    write_file(folder / "hutch_gzip.txt.gz", packed("1 2\n"));
    write_file(folder / "hutch_gzip_unnamed.txt", packed("1 2\n"));
    for (char const* name : {"hutch_gzip.txt", "hutch_gzip.txt.gz", "hutch_gzip_unnamed.txt"})
        EXPECT_EQ(read_possibly_gzipped(folder / name), "1 2\n");
}

}  // namespace hutch::data
