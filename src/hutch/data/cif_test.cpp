#include "hutch/data/cif.hpp"

#include "hutch/base/error.hpp"

#include <cmath>
#include <cstdlib>
#include <numbers>

#include <gtest/gtest.h>

namespace hutch::data {
namespace {

std::string const cell =
    "data_a\n_cell_length_a 5.64(1)\n_cell_length_b 5.64\n_cell_length_c 5.64\n"
    "_cell_angle_alpha 90\n_cell_angle_beta 90.\n_cell_angle_gamma 9.0e1\n";
std::string const group = "_symmetry_space_group_name_H-M 'F m -3 m'\n";
std::string const loop =
    "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n";

Structure read_one(std::string const& text) {
    auto structures = parse_cif(text, "a.cif");
    EXPECT_EQ(structures.size(), 1u);
    return structures.at(0);
}

std::string problem_of(std::string const& text) {
    try {
        parse_cif(text, "a.cif");
    } catch (Error const& error) {
        EXPECT_EQ(error.fault(), Fault::bad_data);
        return error.what();
    }
    return "";
}

TEST(Cif, ReadsHalite) {
    Structure const halite = read_one(cell + group + loop + "Na1 0 0 0\nCl1 0.5(0) .5 0.5\n");
    EXPECT_EQ(halite.cell.a, 5.64);
    EXPECT_EQ(halite.space_group_number, 225);
    EXPECT_EQ(halite.sites[1].atomic_number, 17);
    EXPECT_EQ(composition_formula(halite), "Cl Na");
    EXPECT_NEAR(density(halite), 2.16, 0.01);  // CRC Handbook: 2.17 at 298 K
    EXPECT_EQ(halite.source, "a.cif");
}

TEST(Cif, TakesSymmetryFromWhateverIsThere) {
    for (char const* symmetry :
         {"_symmetry_space_group_name_Hall '-F 4 2 3'\n", "_space_group_name_H-M_alt 'Fm-3m'\n",
          "_space_group_IT_number 225\n",
          "loop_\n_symmetry_equiv_pos_as_xyz\n'x,y,z' '-y,x,z' 'z,x,y' '-x,-y,-z' 'x+1/2,y+1/2,z'\n",
          "loop_\n_space_group_symop_operation_xyz\n-y,x,z y,z,x '-x, -y, -z' x+1/2,y+1/2,z\n"}) {
        Structure const structure = read_one(cell + symmetry + loop + "Na 0 0 0\n");
        EXPECT_EQ(structure.space_group, "F m -3 m") << symmetry;
        EXPECT_EQ(structure.sites[0].multiplicity, 4) << symmetry;
    }
}

TEST(Cif, ConvertsAllConventionsOfDisplacement) {
    double const u = 0.01, eight_pi2 = 8 * std::numbers::pi * std::numbers::pi;
    double const beta = u * eight_pi2 / 4 / (5.64 * 5.64);  // beta = 2 pi^2 U a*^2
    struct Case {
        char const* kind;
        double value;
    };
    for (auto const& [kind, value] : {Case{"U", u}, Case{"B", u * eight_pi2}, Case{"beta", beta}}) {
        std::string tags = "loop_\n_atom_site_aniso_label\n", values = "Na";
        for (char const* indices : {"11", "22", "33", "12", "13", "23"}) {
            tags += "_atom_site_aniso_" + std::string(kind) + "_" + indices + "\n";
            values += indices[0] == indices[1] ? " " + std::to_string(value) : " 0";
        }
        Structure const structure = read_one(cell + group + loop + "Na 0 0 0\n" + tags + values + "\n");
        ASSERT_TRUE(structure.sites[0].u_aniso) << kind;
        EXPECT_NEAR((*structure.sites[0].u_aniso)[2], u, 1e-4) << kind;
    }
    std::string const b_loop =
        "loop_\n_atom_site_label\n_atom_site_B_iso_or_equiv\n_atom_site_fract_x\n_atom_site_fract_y\n"
        "_atom_site_fract_z\n";
    EXPECT_NEAR(read_one(cell + group + b_loop + "Na 0.79 0 0 0\n").sites[0].u_iso, 0.01, 1e-4);
}

TEST(Cif, NotesWhatItAssumes) {
    auto const has_note = [](Structure const& structure, char const* text) {
        for (auto const& note : structure.notes)
            if (note.find(text) != std::string::npos) return true;
        return false;
    };
    Structure const structure = read_one(cell + group + loop + "Na 0 0 0\nWat1 .5 .5 .5\n");
    EXPECT_TRUE(has_note(structure, "2 of 2 sites have no displacement parameter"));
    EXPECT_TRUE(has_note(structure, "'Wat1'"));
    EXPECT_TRUE(has_note(structure, "taken from the symbol"));
}

TEST(Cif, LeavesOutSitesThatAreEmptyOrDummies) {
    std::string const flagged =
        "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n"
        "_atom_site_occupancy\n_atom_site_calc_flag\n";
    Structure const structure =
        read_one(cell + group + flagged + "Na 0 0 0 . d\nO1 ? ? ? 0 d\nQ1 .1 .1 .1 1 dum\n");
    EXPECT_EQ(structure.sites.size(), 1u);
    EXPECT_EQ(structure.sites[0].occupancy, 1);
}

TEST(Cif, NumbersTheStructuresOfOneFile) {
    std::string const block = cell + group + loop + "Na 0 0 0\n";
    auto const structures = parse_cif(block + "data_empty\n_x y\n" + block, "a.cif");
    ASSERT_EQ(structures.size(), 2u);
    EXPECT_EQ(structures[1].source, "a.cif#2");
}

TEST(Cif, CitesItsSource) {
    Structure const structure = read_one(
        cell + group +
        "loop_\n_publ_author_name\n'Doe, J.'\n'Roe, R.'\n_journal_year 1999\n_journal_name_full 'Made Up'\n"
        "_journal_volume 7\n_journal_page_first 1\n_journal_page_last 9\n_cod_database_code 123\n"
        "_chemical_name_mineral Halite\n_exptl_crystal_density_diffrn 2.16(1)\n" +
        loop + "Na 0 0 0\n");
    EXPECT_EQ(structure.citation, "Doe, J.; Roe, R. (1999) Made Up 7, 1-9; COD 123");
    EXPECT_EQ(structure.name, "Halite");
    EXPECT_EQ(structure.declared_density, 2.16);
}

TEST(Cif, NamesFileLineItemAndRule) {
    struct Case {
        std::string text;
        char const* starts;
    };
    for (auto const& [text, starts] :
         {Case{cell + group + loop + "Na 0 0\n", "a.cif:9: 'syntax' is broken"},
          Case{"_cell_length_a 1\n", "a.cif:1: 'syntax' is broken"},
          Case{cell + group + loop + "Na 0 0 0x\n", "a.cif:9: 'sites' of 'Na' is '0x'; expected a number"},
          Case{cell + group + loop + "Na 0 0 ?\n", "a.cif:9: 'sites' has 'Na' without coordinates"},
          Case{cell + group + loop + "Q1 0 0 0\n",
               "a.cif:9: 'sites' has 'Q1' of type ''; expected an element"},
          Case{cell + loop + "Na 0 0 0\n", "a.cif: 'symmetry' is not given"},
          Case{cell + "_space_group_name_H-M_alt 'X y z'\n" + loop + "Na 0 0 0\n",
               "a.cif:8: 'symmetry' is 'X y z'"},
          Case{cell + "loop_\n_symmetry_equiv_pos_as_xyz\nx,y\n" + loop + "Na 0 0 0\n",
               "a.cif:8: 'symmetry' has the operation 'x,y'"},
          Case{"data_a\n_cell_length_a 5\n" + group + loop + "Na 0 0 0\n", "a.cif: 'cell' has length_b ''"},
          Case{cell + "_space_group_IT_number 194\n" + loop + "Na 0 0 0\n", "a.cif:2: 'cell' is"}})
        EXPECT_EQ(problem_of(text).substr(0, std::string(starts).size()), starts) << text;
}

TEST(Cif, WritesWhatItReadsBack) {
    Structure const first = read_one(
        cell + group +
        "_chemical_name_common \"loop_ of 'Doe'\"\n_chemical_formula_sum 'Cl Na'\n"
        "_exptl_crystal_density_diffrn "
        "2.16\nloop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n"
        "_atom_site_fract_y\n_atom_site_fract_z\n_atom_site_U_iso_or_equiv\n_atom_site_occupancy\n"
        "Na Na+ 0 0 0 0.0123 0.95\nCl Cl1- .5 .5 .5 0.02 1\nCl D 0.1 0.2 0.3 0.02 0.04\n"
        "loop_\n_atom_site_aniso_label\n_atom_site_aniso_U_11\n_atom_site_aniso_U_22\n_atom_site_aniso_U_33\n"
        "_atom_site_aniso_U_12\n_atom_site_aniso_U_13\n_atom_site_aniso_U_23\nCl .01 .01 .01 0 0 1e-3\n");
    Structure const second = read_one(to_cif(first));
    EXPECT_EQ(second.name, first.name);
    EXPECT_EQ(second.formula, first.formula);
    EXPECT_EQ(second.declared_density, first.declared_density);
    EXPECT_EQ(second.space_group, first.space_group);
    EXPECT_EQ(second.operations, first.operations);
    ASSERT_EQ(second.sites.size(), first.sites.size());
    for (std::size_t i = 0; i < first.sites.size(); ++i) {
        Site const &a = first.sites[i], &b = second.sites[i];
        EXPECT_EQ(b.label, a.label);
        EXPECT_EQ(b.atomic_number, a.atomic_number);
        EXPECT_EQ(b.charge, a.charge);
        EXPECT_EQ(b.is_deuterium, a.is_deuterium);
        EXPECT_EQ(b.position, a.position);
        EXPECT_EQ(b.occupancy, a.occupancy);
        EXPECT_EQ(b.u_iso, a.u_iso);
        EXPECT_EQ(b.u_aniso, a.u_aniso);
        EXPECT_EQ(b.multiplicity, a.multiplicity);
    }
}

// 510 files of Avogadro's crystal collection (Debian package avogadro-utils), most of them from the COD.
TEST(CifData, ReadsTheAvogadroCollectionAndAgreesWithItsDensities) {
    char const* const folder = std::getenv("HUTCH_DATA");
    if (!folder) GTEST_SKIP() << "HUTCH_DATA";
    std::filesystem::path const crystals = std::filesystem::path(folder) / "usr/share/avogadro2/crystals";
    if (!std::filesystem::exists(crystals)) GTEST_SKIP() << "HUTCH_DATA has no " << crystals;
    int files = 0, usable = 0, declared = 0, close = 0;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(crystals)) {
        if (entry.path().extension() != ".cif") continue;
        ++files;
        try {
            for (Structure const& structure : read_cif(entry.path())) {
                EXPECT_EQ(read_one(to_cif(structure)).sites.size(), structure.sites.size());
                if (!structure.declared_density) continue;
                ++declared;
                close += std::abs(density(structure) / *structure.declared_density - 1) < 0.03;
            }
            ++usable;
        } catch (Error const& error) {
            EXPECT_NE(std::string(error.what()).find("expected"), std::string::npos) << error.what();
        }
    }
    EXPECT_EQ(files, 510);
    EXPECT_GE(usable, 502);
    EXPECT_GE(close, 0.985 * declared);  // ice VI is listed without its hydrogen
}

}  // namespace
}  // namespace hutch::data
