#include "hutch/data/amcsd.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/data/amcsd_row.hpp"

#include <cmath>
#include <cstdlib>

#include <gtest/gtest.h>

namespace hutch::data {
namespace {

char const* const zero_half = "AAAAAICEHgA=";  // 0 and 2,000,000 = 1/2

AmcsdRow galena_like() {
    AmcsdRow row;
    row.id = 3;
    row.mineral = "Galena";
    row.compound = "<missing>";
    row.formula = "Pb S";
    row.citation = "Doe J (1923) Journal 1, 2-3";
    row.space_group = "F m -3 m";
    row.cell = {"5.93", "5.93", "5.93", "90", "90", "90"};
    row.crystal_density = "7.621";
    row.sites = R"(["Pb", "S"])";
    row.positions = {zero_half, zero_half, zero_half};
    row.occupancy = row.u_iso = "0";
    row.aniso_label = "\"<missing>\"";
    row.aniso.fill("0");
    return row;
}

std::vector<Operation> cubic() {
    return parse_amcsd_operations(R"(["x,y,z", "-y,x,z", "z,x,y", "-x,-y,-z", "1/2+x,1/2+y,z"])");
}

std::string problem_of(AmcsdRow const& row) {
    try {
        parse_amcsd_row(row, cubic());
    } catch (Error const& error) {
        return error.what();
    }
    return "";
}

TEST(AmcsdRow, BecomesAStructure) {
    Structure const galena = parse_amcsd_row(galena_like(), cubic());
    EXPECT_EQ(galena.source, "AMCSD 3");
    EXPECT_EQ(galena.name, "Galena");
    EXPECT_EQ(galena.space_group_number, 225);
    EXPECT_EQ(galena.sites[1].position, (std::array<double, 3>{0.5, 0.5, 0.5}));
    EXPECT_NEAR(density(galena), 7.621, 0.01);
    EXPECT_EQ(galena.notes.size(), 2u);  // operations added, no displacements
}

TEST(AmcsdRow, SaysWhatIsWrong) {
    struct Case {
        char const* starts;
        void (*spoil)(AmcsdRow&);
    };
    for (auto const& [starts, spoil] :
         {Case{"'cell' has '3,25'", [](AmcsdRow& row) { row.cell[0] = "3,25"; }},
          Case{"'sites' has 'Xq'", [](AmcsdRow& row) { row.sites = R"(["Xq", "S"])"; }},
          Case{"'sites' is 'nonsense'", [](AmcsdRow& row) { row.sites = "nonsense"; }},
          Case{"'sites' is", [](AmcsdRow& row) { row.sites = "[1, 2]"; }},
          Case{"'sites' has 1 numbers; expected 2", [](AmcsdRow& row) { row.positions[1] = "AAAAAA=="; }},
          Case{"'sites' holds '!'", [](AmcsdRow& row) { row.positions[1] = "AA!AAA=="; }},
          Case{"'occupancy' has 1 numbers", [](AmcsdRow& row) { row.occupancy = "gIQeAA=="; }}}) {
        AmcsdRow row = galena_like();
        spoil(row);
        EXPECT_EQ(problem_of(row).substr(0, std::string(starts).size()), starts);
    }
}

TEST(Amcsd, RefusesOtherFiles) {
    EXPECT_THROW(read_amcsd("/no/such/file.db", 1, [](AmcsdEntry&&) {}), Error);
    auto const path = std::filesystem::temp_directory_path() / "hutch_no_database.db";
    write_file(path,
               "this is no database, but long enough to have a header of a database file ............. ");
    EXPECT_THROW(read_amcsd(path, 1, [](AmcsdEntry&&) {}), Error);
    std::filesystem::remove(path);
}

// The database of xraylarch (Debian package python3-larch): 9,275 entries, each with a density of its own.
TEST(AmcsdData, ReadsNearlyAllAndAgreesWithTheDensities) {
    char const* const folder = std::getenv("HUTCH_DATA");
    if (!folder) GTEST_SKIP() << "HUTCH_DATA";
    std::filesystem::path const path =
        std::filesystem::path(folder) / "usr/lib/python3/dist-packages/larch/xrd/amscif_trim.db";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "HUTCH_DATA has no " << path;
    int entries = 0, usable = 0, close = 0, last = 0;
    read_amcsd(path, 2, [&](AmcsdEntry&& entry) {
        ++entries;
        EXPECT_GT(entry.id, last);
        last = entry.id;
        if (!entry.problem.empty()) return;
        ++usable;
        close += std::abs(density(entry.structure) / entry.structure.declared_density.value_or(0) - 1) < 0.03;
    });
    EXPECT_EQ(entries, 9275);
    EXPECT_GE(usable, 9190);
    EXPECT_GE(close, 0.99 * usable);
}

}  // namespace
}  // namespace hutch::data
