#include "hutch/data/species.hpp"

#include <gtest/gtest.h>

namespace hutch::data {
namespace {

TEST(Species, ReadsTypeSymbols) {
    struct Case {
        char const* symbol;
        int number, charge;
    };
    for (auto const& [symbol, number, charge] :
         {Case{"Pb2+", 82, 2}, Case{"O2-", 8, -2}, Case{"O-2", 8, -2}, Case{"Fe+3", 26, 3}, Case{"PB", 82, 0},
          Case{"si", 14, 0}, Case{"D", 1, 0}, Case{"Na+", 11, 1}, Case{"Wat", 8, 0}, Case{"OH", 8, 0},
          Case{"O-H", 8, 0}, Case{"W6+", 74, 6}, Case{"Ti4+", 22, 4}}) {
        auto const species = parse_type_symbol(symbol);
        ASSERT_TRUE(species) << symbol;
        EXPECT_EQ(species->atomic_number, number) << symbol;
        EXPECT_EQ(species->charge, charge) << symbol;
    }
    for (char const* symbol : {"", "Xx", "Q", "Ca/Mg", "12", "Abc"})
        EXPECT_FALSE(parse_type_symbol(symbol)) << symbol;
    EXPECT_TRUE(parse_type_symbol("D")->is_deuterium);
    EXPECT_FALSE(parse_type_symbol("Dy")->is_deuterium);
}

TEST(Species, ReadsLabelsByTheFormula) {
    struct Case {
        char const *label, *formula;
        int number;
    };
    for (auto const& [label, formula, number] :
         {Case{"CaA", "Ca O", 20}, Case{"Ca1", "C Al", 6}, Case{"Ho1", "H2 O", 1}, Case{"Ho1", "Ho2 O3", 67},
          Case{"Fe3+M1", "Fe2 O3", 26}, Case{"AlT*", "Al2 O3", 13}, Case{"Oc*", "Si O2", 8},
          Case{"Wat2", "H2 O", 8}, Case{"O-H3", "Mg O2 H2", 8}, Case{"OIII", "Os O4", 8},
          Case{"Os1", "Os O4", 76}, Case{"CO", "Co As", 27}, Case{"CO1", "C O2", 6}, Case{"SI1", "Si O2", 14},
          Case{"D2", "Mg D2", 1}, Case{"Cd", "", 48}, Case{"Nh", "N H3", 7}, Case{"H3O", "H3 O", 8},
          Case{"FO", "Ca F2", 9}}) {
        auto const species = parse_label(label, elements_of(formula));
        ASSERT_TRUE(species) << label;
        EXPECT_EQ(species->atomic_number, number) << label << " in " << formula;
    }
    for (char const* label : {"", "1", "M1", "*", "Q1"}) EXPECT_FALSE(parse_label(label, {})) << label;
}

TEST(Species, TellsWhichHydrogenALabelImplies) {
    auto const implied = [](char const* label) {
        return parse_label(label, elements_of("H O N C Ca"))->implied;
    };
    EXPECT_EQ(implied("Wat1"), Implied::water);
    for (char const* label : {"O-H2", "OH", "Oh1", "O(H)"})
        EXPECT_EQ(implied(label), Implied::hydroxyl) << label;
    for (char const* label : {"NH4", "CH4-"}) EXPECT_EQ(implied(label), Implied::hydrogen) << label;
    for (char const* label : {"O1", "O(2)", "Ca1", "N"}) EXPECT_EQ(implied(label), Implied::nothing) << label;
}

TEST(Species, ReadsElementsOfFormulas) {
    auto const elements = elements_of("Ca2 (Mg.8 Fe.2)5 Si8 O22 (OH)2");
    EXPECT_EQ(elements.count(), 6u);
    for (int const number : {20, 12, 26, 14, 8, 1}) EXPECT_TRUE(elements.test(number)) << number;
}

}  // namespace
}  // namespace hutch::data
