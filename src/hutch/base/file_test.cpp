#include "hutch/base/file.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"

#include <gtest/gtest.h>

namespace hutch {
namespace {

std::filesystem::path scratch() {
    auto const folder = std::filesystem::path(testing::TempDir()) / "hutch_file_test";
    std::filesystem::create_directories(folder);
    return folder;
}

}  // namespace

TEST(File, ReadsWhatItWroteAndLeavesNoPart) {
    auto const path = scratch() / "a.txt";
    write_file(path, "one");
    write_file(path, "two");
    EXPECT_EQ(read_file(path), "two");
    EXPECT_FALSE(std::filesystem::exists(path.string() + ".part"));
}

TEST(File, NamesTheFileThatIsMissing) {
    try {
        read_file("/nonexistent/file.cif");
        FAIL();
    } catch (Error const& error) {
        EXPECT_EQ(error.fault(), Fault::not_found);
        EXPECT_STREQ(error.what(), "cannot read file (No such file or directory): '/nonexistent/file.cif'");
    }
}

TEST(File, RefusesMoreThanItWasToldToRead) {
    auto const path = scratch() / "big.txt";
    write_file(path, "0123456789");
    EXPECT_THROW(read_file(path, 9), Error);
}

// FIPS 180-2, appendix B.1.
TEST(Checksum, GivesThePublishedSum) {
    EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    auto const path = scratch() / "abc.txt";
    write_file(path, "abc");
    EXPECT_EQ(sha256_of_file(path), sha256("abc"));
}

}  // namespace hutch
