#include "hutch/data/library.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

namespace hutch::data {
namespace {

namespace fs = std::filesystem;

std::string cubic(std::string const& atoms) {
    return "data_x\n_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 4\n_cell_angle_alpha 90\n"
           "_cell_angle_beta 90\n_cell_angle_gamma 90\n_space_group_name_H-M_alt 'P m -3 m'\nloop_\n"
           "_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n"
           "_atom_site_occupancy\n" +
           atoms;
}

// Folders with two good files, one with two atoms on one position, and one that is no CIF.
struct Folders : ::testing::Test {
    // One folder for each test: ctest runs several at once.
    fs::path root =
        fs::temp_directory_path() /
        (std::string("hutch_folders_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());

    void SetUp() override {
        fs::remove_all(root);
        fs::create_directories(root / "one/deep");
        fs::create_directories(root / "two");
        write_file(root / "one/b.cif", cubic("Po 0 0 0 1\n"));
        write_file(root / "one/deep/a.CIF", cubic("Po 0 0 0 1\n"));
        write_file(root / "one/crowded.cif", cubic("Po1 0 0 0 1\nPo2 0 0 0 0.7\n"));
        write_file(root / "one/it's broken.cif", "data_x loop_ 'unfinished");
        write_file(root / "one/notes.txt", "no structure");
        write_file(root / "two/b.cif", cubic("Po 0 0 0 1\n") + cubic("Po 0 0 0 0.5\n").replace(5, 1, "y"));
    }
    void TearDown() override { fs::remove_all(root); }
};

std::vector<std::string> sources_of(Library const& library) {
    std::vector<std::string> sources;
    for (Structure const& structure : library.structures) sources.push_back(structure.source);
    return sources;
}

}  // namespace

TEST_F(Folders, GiveTheSameOrderOnAnyNumberOfThreads) {
    std::string const later = (root / "two/b.cif").generic_string();
    std::vector<std::string> const expected{"b.cif", "deep/a.CIF", later, later + "#2"};
    for (unsigned const threads : {1u, 2u, 7u})
        EXPECT_EQ(sources_of(read_library({root / "one", root / "two"}, threads)), expected);
}

TEST_F(Folders, GiveARefusalWithCauseAndNameForWhatIsUnusable) {
    Library const library = read_library({root / "one"}, 2);
    ASSERT_EQ(library.refusals.size(), 2u);
    EXPECT_EQ(library.refusals[0].source, "crowded.cif");
    EXPECT_EQ(library.refusals[0].cause, "occupancy above 1.05 on one position");
    EXPECT_EQ(library.refusals[1].source, "it's broken.cif");
    EXPECT_EQ(library.refusals[1].cause, "syntax");
    for (Refusal const& refusal : library.refusals)
        EXPECT_NE(refusal.message.find(refusal.source), std::string::npos) << refusal.message;
}

TEST_F(Folders, ReadAFileOnceThatIsNamedTwice) {
    EXPECT_EQ(sources_of(read_library({root / "one/b.cif", root / "one"}, 2)),
              (std::vector<std::string>{"b.cif", "deep/a.CIF"}));
}

TEST_F(Folders, RefuseAPathThatIsNotThere) {
    EXPECT_THROW(read_library({root / "three"}, 1), Error);
    fs::create_directories(root / "empty");
    EXPECT_THROW(read_library({root / "empty"}, 1), Error);
    write_file(root / "not.db", "this is no database");
    EXPECT_THROW(read_library({root / "not.db"}, 1), Error);
}

TEST(Cause, IsOnePhraseForAllMessagesOfAKind) {
    std::pair<char const*, char const*> const cases[] = {
        {"a.cif:3: 'cell' is (1 2 3 90 90 90); expected one that the operation 'y,x,z' keeps within 2 %",
         "cell contradicts the symmetry"},
        {"AMCSD 3: 'sites' has 'Xx'; expected a label that starts with an element", "unknown element"},
        {"o'c.cif:9: 'occupancy' of 'O' is 1.3; expected within [0, 1.05]", "occupancy outside [0, 1.05]"},
        {"'neutron scattering length' of Pu is not tabulated; expected an element that has one",
         "no neutron scattering length"},
        {"'species' is Es; expected one with a form factor; leave it out",
         "'species': expected one with a form factor"},
        {"out of memory", "out of memory"},
        {"", ""},
        {"'", "'"}};
    for (auto const& [message, cause] : cases) EXPECT_EQ(cause_of(message), cause);
}

// Every refusal of the database and of Avogadro's crystals has one of the phrases that docs/structures.md
// explains.
TEST(LibraryData, LeavesNoRefusalWithoutACause) {
    char const* const folder = std::getenv("HUTCH_DATA");
    if (!folder) GTEST_SKIP() << "HUTCH_DATA";
    fs::path const crystals = fs::path(folder) / "usr/share/avogadro2/crystals";
    fs::path const database = fs::path(folder) / "usr/lib/python3/dist-packages/larch/xrd/amscif_trim.db";
    for (fs::path const& path : {crystals, database}) {
        if (!fs::exists(path)) GTEST_SKIP() << "HUTCH_DATA has no " << path;
        Library const library = read_library({path}, 2);
        EXPECT_GT(library.structures.size(), 300u);
        for (Refusal const& refusal : library.refusals)
            EXPECT_EQ(refusal.cause.find("expected"), std::string::npos) << refusal.message;
    }
}

}  // namespace hutch::data
