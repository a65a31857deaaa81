#include "hutch/data/symmetry.hpp"

#include "hutch/base/error.hpp"

#include <gtest/gtest.h>

namespace hutch::data {
namespace {

std::vector<Operation> operations_of(std::vector<char const*> const& triplets) {
    std::vector<Operation> operations;
    for (char const* triplet : triplets) operations.push_back(parse_operation(triplet).value());
    return operations;
}

TEST(Symmetry, ReadsTheSpellingsThatFilesUse) {
    struct Case {
        char const *text, *normal;
    };
    for (auto const& [text, normal] :
         {Case{"x,y,z", "x,y,z"}, Case{" 1/2+X , -Y , Z-1/4 ", "x+1/2,-y,z+3/4"},
          Case{"x-y, x, z+.3333", "x-y,x,z+1/3"}, Case{"0.5-x,y,z", "-x+1/2,y,z"},
          Case{"+x,-x+y,5/6+z", "x,-x+y,z+5/6"}, Case{"x+1,y,z-2", "x,y,z"}})
        EXPECT_EQ(to_triplet(parse_operation(text).value()), normal) << text;
}

TEST(Symmetry, RefusesWhatIsNoOperation) {
    for (char const* text : {"", "x,y", "x,y,z,z", "x,y,w", "x,y,z+1/7", "x,x,z", "x,y,", "x,y,z+", "3x,y,z",
                             "x+1/0,y,z", "x+0.1,y,z", "xy,y,z", "x+1e3,y,z"})
        EXPECT_FALSE(parse_operation(text)) << text;
}

TEST(Symmetry, ClosesAListOfGenerators) {
    auto operations = operations_of({"-x,-y,-z", "-x,y+1/2,-z+1/2"});
    EXPECT_EQ(close_group(operations), 1u);
    EXPECT_EQ(operations.size(), 4u);
    EXPECT_EQ(operations[0], Operation{});
    EXPECT_EQ(find_space_group(operations)->symbol, "P 1 21/c 1");
}

TEST(Symmetry, RemovesRepetitions) {
    auto operations = operations_of({"x,y,z", "x,y,z", "-x,-y,-z", "-x,-y,-z"});
    EXPECT_EQ(close_group(operations), 0u);
    EXPECT_EQ(operations.size(), 2u);
}

TEST(Symmetry, RefusesListsThatAreNoSpaceGroup) {
    auto shear = operations_of({"x+y,y,z"});
    EXPECT_THROW(close_group(shear), Error);
    auto crowd = operations_of({"x+1/24,y,z", "x,y+1/24,z"});
    EXPECT_THROW(close_group(crowd), Error);
}

TEST(Symmetry, FindsEveryTabulatedSettingByItsOperations) {
    for (int number = 1; number <= 230; ++number) {
        SpaceGroup const* const group = find_space_group_by_number(number);
        ASSERT_NE(group, nullptr);
        auto operations = group->operations;
        EXPECT_EQ(close_group(operations), 0u) << group->symbol;
        std::swap(operations.front(), operations.back());
        EXPECT_EQ(find_space_group(operations)->number, number);
        EXPECT_EQ(find_space_group_by_hall(group->hall)->number, number);
    }
    EXPECT_EQ(find_space_group_by_number(231), nullptr);
}

// The crystal system of a space group number: International Tables A, table 2.1.1.1.
TEST(Symmetry, DerivesTheCrystalSystemFromRotations) {
    for (int number = 1; number <= 230; ++number) {
        auto const expected = number <= 2     ? CrystalSystem::triclinic
                              : number <= 15  ? CrystalSystem::monoclinic
                              : number <= 74  ? CrystalSystem::orthorhombic
                              : number <= 142 ? CrystalSystem::tetragonal
                              : number <= 167 ? CrystalSystem::trigonal
                              : number <= 194 ? CrystalSystem::hexagonal
                                              : CrystalSystem::cubic;
        EXPECT_EQ(find_crystal_system(find_space_group_by_number(number)->operations), expected) << number;
    }
}

TEST(Symmetry, FindsAGroupWhoseOriginIsShifted) {
    auto const operations = operations_of({"x,y,z", "-x,-y+1/4,-z"});
    EXPECT_EQ(find_space_group(operations), nullptr);
    EXPECT_EQ(find_shifted_space_group(operations)->number, 2);
}

TEST(Symmetry, UnderstandsOldSymbols) {
    Cell const right{5, 5, 5, 90, 90, 90}, rhombohedral{5, 5, 5, 60, 60, 60}, hexagonal{5, 5, 9, 90, 90, 120};
    struct Case {
        char const* symbol;
        Cell cell;
        char const* found;
    };
    for (auto const& [symbol, cell, found] :
         {Case{"Pnma", right, "P n m a"}, Case{"P 2(1)/c", right, "P 1 21/c 1"},
          Case{"F d -3 m Z", right, "F d -3 m:2"}, Case{"F d -3 m S", right, "F d -3 m:1"},
          Case{"R -3 c", hexagonal, "R -3 c:H"}, Case{"R -3 c", rhombohedral, "R -3 c:R"},
          Case{"P 63 %var1%", hexagonal, "P 63"}})
        EXPECT_EQ(find_space_group(symbol, cell)->symbol, found) << symbol;
    EXPECT_EQ(find_space_group("no group", right), nullptr);
}

TEST(Symmetry, ListsTheSettingsOfAGroupReferenceFirst) {
    auto const settings = find_settings(62);
    ASSERT_GE(settings.size(), 6u);  // six orders of the axes
    EXPECT_EQ(settings[0], find_space_group_by_number(62));
    for (SpaceGroup const* setting : settings) EXPECT_EQ(setting->number, 62);
    EXPECT_TRUE(find_settings(231).empty());
}

}  // namespace
}  // namespace hutch::data
