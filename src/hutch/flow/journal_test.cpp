#include "hutch/flow/journal.hpp"

#include "hutch/base/file.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::flow {
namespace {

namespace fs = std::filesystem;

fs::path fresh_folder(std::string const& name) {
    fs::path const folder = fs::temp_directory_path() / ("journal_test_" + name);
    fs::remove_all(folder);
    fs::create_directories(folder);
    return folder;
}

std::vector<std::string> read(JournalReader& reader, std::size_t* broken = nullptr) {
    std::vector<std::string> lines;
    std::size_t const count = reader.read([&](std::string_view line) { lines.emplace_back(line); });
    if (broken != nullptr) *broken = count;
    return lines;
}

}  // namespace

TEST(Journal, GivesEachLineOnceToEachReader) {
    fs::path const folder = fresh_folder("once");
    JournalWriter one(folder), two(folder);
    JournalReader reader(folder);
    one.append({"a", "b"});
    EXPECT_EQ(read(reader), (std::vector<std::string>{"a", "b"}));
    two.append({"c"});
    one.append({"d"});
    std::vector<std::string> lines = read(reader);
    std::ranges::sort(lines);
    EXPECT_EQ(lines, (std::vector<std::string>{"c", "d"}));
    EXPECT_TRUE(read(reader).empty());
    fs::remove_all(folder);
}

TEST(Journal, CutAnywhereGivesWholeLinesOnly) {
    std::string const whole =
        to_journal_line("first") + to_journal_line("second, longer") + to_journal_line("third");
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        fs::path const folder = fresh_folder("cut");
        std::ofstream(folder / "x.log") << whole.substr(0, length);
        JournalReader reader(folder);
        std::size_t broken = 0;
        std::vector<std::string> const lines = read(reader, &broken);
        EXPECT_EQ(broken, 0u);
        std::size_t const expected = std::size_t(std::ranges::count(whole.substr(0, length), '\n'));
        ASSERT_EQ(lines.size(), expected) << length;
        if (expected > 0) EXPECT_EQ(lines[0], "first");
    }
    fs::remove_all(fs::temp_directory_path() / "journal_test_cut");
}

TEST(Journal, PassesOverADamagedLineAndCountsIt) {
    std::string const whole = to_journal_line("first") + to_journal_line("second") + to_journal_line("third");
    for (std::size_t at = 0; at + 1 < whole.size(); ++at) {
        if (whole[at] == '\n') continue;
        std::string damaged = whole;
        damaged[at] = char(damaged[at] ^ 1);
        if (damaged[at] == '\n') continue;
        fs::path const folder = fresh_folder("damaged");
        std::ofstream(folder / "x.log") << damaged;
        JournalReader reader(folder);
        std::size_t broken = 0;
        EXPECT_EQ(read(reader, &broken).size(), 2u) << at;
        EXPECT_EQ(broken, 1u) << at;
    }
    fs::remove_all(fs::temp_directory_path() / "journal_test_damaged");
}

TEST(Journal, LeavesNoFileWhenNothingWasWritten) {
    fs::path const folder = fresh_folder("empty");
    {
        JournalWriter const writer(folder);
    }
    EXPECT_TRUE(fs::is_empty(folder));
    fs::remove_all(folder);
}

}  // namespace hutch::flow
