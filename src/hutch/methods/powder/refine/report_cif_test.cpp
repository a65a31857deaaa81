#include "hutch/methods/powder/refine/detail/report_cif.hpp"

#include "hutch/base/error.hpp"
#include "hutch/data/cif.hpp"
#include "hutch/data/pattern.hpp"
#include "hutch/data/symmetry.hpp"
#include "hutch/methods/powder/refine/report_cif.hpp"
#include "hutch/methods/powder/refine/test_result.hpp"

#include <algorithm>

#include <gemmi/cif.hpp>
#include <gtest/gtest.h>

namespace hutch::powder::refine {
namespace {

namespace cif = gemmi::cif;

std::string value(cif::Document& document, std::size_t block, std::string const& tag) {
    cif::Column column = document.blocks.at(block).find_values(tag);
    return column.length() > 0 ? cif::as_string(column[0]) : "(not there)";
}

TEST(CifReport, HasABlockForEachPhaseAndPatternTiedByTheirIds) {
    cif::Document document = cif::read_string(to_cif(make_result()));
    ASSERT_EQ(document.blocks.size(), 4u);
    EXPECT_EQ(document.blocks[0].name, "sulfate");
    EXPECT_EQ(document.blocks[3].name, "bank__1_");
    auto const ids = document.blocks[0].find_values("_pd_block_diffractogram_id");
    ASSERT_EQ(ids.length(), 2);
    EXPECT_EQ(cif::as_string(ids.at(1)), value(document, 3, "_pd_block_id"));
    EXPECT_EQ(value(document, 2, "_pd_phase_block_id"), value(document, 0, "_pd_block_id"));
}

TEST(CifReport, HasTheItemsThatJournalsAskFor) {
    cif::Document document = cif::read_string(to_cif(make_result()));
    for (char const* tag :
         {"_chemical_formula_moiety", "_chemical_melting_point", "_cell_measurement_temperature",
          "_pd_char_colour", "_diffrn_radiation_type", "_refine_ls_hydrogen_treatment",
          "_refine_ls_number_constraints", "_exptl_absorpt_coefficient_mu", "_refine_ls_shift/su_max",
          "_publ_author_name", "_pd_spec_mounting"})
        EXPECT_EQ(value(document, 0, tag), "") << tag;
    EXPECT_EQ(value(document, 0, "_chemical_formula_weight"), "256.28");
    EXPECT_EQ(value(document, 0, "_cell_formula_units_Z"), "2");
    EXPECT_EQ(value(document, 0, "_space_group_crystal_system"), "monoclinic");
    EXPECT_EQ(value(document, 0, "_space_group_IT_number"), "15");
    EXPECT_EQ(value(document, 0, "_space_group_name_Hall"), "-C 2yc");
    EXPECT_EQ(value(document, 0, "_refine_ls_number_parameters"), "4");
    EXPECT_EQ(value(document, 0, "_refine_ls_number_restraints"), "2");
    EXPECT_EQ(value(document, 0, "_pd_proc_ls_prof_wR_factor"), "0.05610");
    EXPECT_EQ(value(document, 0, "_refine_ls_goodness_of_fit_all"), "1.270");
}

TEST(CifReport, GivesUncertaintiesInBracketsAndNoneWhereThereIsNone) {
    cif::Document document = cif::read_string(to_cif(make_result()));
    EXPECT_EQ(value(document, 0, "_cell_length_a"), "5.6791(2)");
    EXPECT_EQ(value(document, 0, "_cell_angle_beta"), "118.432(2)");
    EXPECT_EQ(value(document, 0, "_cell_angle_gamma"), "90");
    EXPECT_EQ(value(document, 1, "_cell_length_a"), "5.43090(6)");
    auto const occupancy = document.blocks[0].find_values("_atom_site_occupancy");
    EXPECT_EQ(occupancy.at(3), "0.750(11)");
    EXPECT_EQ(occupancy.at(0), "1");
    EXPECT_EQ(cif::as_string(document.blocks[0].find_values("_atom_site_aniso_label").at(0)), "O1'");
    EXPECT_EQ(document.blocks[0].find_values("_atom_site_aniso_U_13").at(0), "-0.0020(5)");
    EXPECT_EQ(document.blocks[0].find_values("_geom_bond_distance").at(0), "1.473(2)");
    EXPECT_EQ(document.blocks[0].find_values("_geom_bond_site_symmetry_2").at(0), "6_556");
    auto const share = document.blocks[2].find_values("_pd_phase_mass_%");
    EXPECT_EQ(share.at(0), "85.3(4)");
    EXPECT_EQ(document.blocks[3].find_values("_pd_phase_mass_%").at(0), "?");
}

TEST(CifReport, GivesTheStructuresBack) {
    Result const result = make_result();
    auto const back = data::parse_cif(to_cif(result), "report");
    ASSERT_EQ(back.size(), 2u);
    for (std::size_t p = 0; p < 2; ++p) {
        data::Structure const &a = result.phases[p].structure, &b = back[p];
        EXPECT_EQ(b.space_group, a.space_group);
        EXPECT_EQ(b.operations, a.operations);
        EXPECT_NEAR(b.cell.a, a.cell.a, result.phases[p].cell[0].su);
        EXPECT_NEAR(b.cell.beta, a.cell.beta, 0.0021);
        ASSERT_EQ(b.sites.size(), a.sites.size());
        for (std::size_t s = 0; s < a.sites.size(); ++s) {
            EXPECT_EQ(b.sites[s].label, a.sites[s].label);
            EXPECT_EQ(b.sites[s].atomic_number, a.sites[s].atomic_number);
            EXPECT_EQ(b.sites[s].charge, a.sites[s].charge);
            EXPECT_EQ(b.sites[s].multiplicity, a.sites[s].multiplicity);
            EXPECT_NEAR(b.sites[s].occupancy, a.sites[s].occupancy, 0.0005);
            EXPECT_NEAR(b.sites[s].u_iso, a.sites[s].u_iso, 4e-4);
            EXPECT_EQ(b.sites[s].u_aniso.has_value(), a.sites[s].u_aniso.has_value());
            for (std::size_t i = 0; i < 3; ++i)
                EXPECT_NEAR(b.sites[s].position[i], a.sites[s].position[i], 3e-4);
        }
    }
    EXPECT_NEAR((*back[0].sites[2].u_aniso)[4], -0.002, 1e-12);
}

TEST(CifReport, GivesThePatternsBack) {
    Result result = make_result();
    for (int turn = 0; turn < 2; ++turn) {
        PatternResult const wanted = result.patterns[0];
        data::Pattern const back = data::parse_pattern(to_cif(result), "report.cif");
        EXPECT_EQ(back.title, wanted.name);
        EXPECT_EQ(back.axis, wanted.axis);
        EXPECT_EQ(back.wavelength, wanted.wavelengths.empty() ? 0 : wanted.wavelengths[0].value);
        ASSERT_EQ(back.x.size(), wanted.x.size());
        for (std::size_t i = 0; i < back.x.size(); ++i) {
            EXPECT_NEAR(back.x[i], wanted.x[i], 1e-9 * wanted.x[i]);
            EXPECT_EQ(back.y[i], wanted.y[i]);
            EXPECT_NEAR(back.sigma[i], wanted.sigma[i], 1e-6);
        }
        result.patterns.erase(result.patterns.begin());
    }
}

TEST(CifReport, ListsReflectionsWithTheirPhaseAndExcludedRegions) {
    cif::Document document = cif::read_string(to_cif(make_result()));
    auto const measured = document.blocks[2].find_values("_refln_F_squared_meas");
    ASSERT_EQ(measured.length(), 2);
    EXPECT_EQ(measured.at(0), "4987.25");
    EXPECT_EQ(measured.at(1), "?");
    EXPECT_EQ(document.blocks[2].find_values("_pd_refln_phase_id").at(0), "1");
    EXPECT_NE(value(document, 2, "_pd_proc_info_excluded_regions").find("11.5 to 12.45"), std::string::npos);
    EXPECT_EQ(value(document, 3, "_pd_proc_info_excluded_regions"), "none");
    EXPECT_EQ(value(document, 3, "_pd_meas_scan_method"), "tof");
    Result mixed = make_result();
    mixed.phases[1].intensities = Intensities::le_bail;
    document = cif::read_string(to_cif(mixed));
    EXPECT_EQ(value(document, 2, "_pd_calc_method"), "Le Bail and Rietveld refinement");
    EXPECT_EQ(value(document, 3, "_pd_calc_method"), "Rietveld refinement");
}

TEST(CifReport, WritesOneStructureAlone) {
    Result const result = make_result();
    EXPECT_EQ(cif::read_string(to_cif(result, 1)).blocks.size(), 1u);
    EXPECT_EQ(data::parse_cif(to_cif(result, 1), "report")[0].space_group_number, 227);
    EXPECT_THROW(to_cif(result, 2), Error);
}

TEST(CifReport, IsAsciiWhateverTheNamesAre) {
    Result result = make_result();
    result.title = "Blei(II)-sulfat \xe2\x80\x93 'data_' ;\n;\ndata_evil";
    result.phases[0].name = result.shares[0].phase = result.shares[2].phase = "\xc3\xa9\xc3\xa9";
    result.warnings = {";", "data_evil\n;"};
    std::string const text = to_cif(result);
    EXPECT_TRUE(std::ranges::all_of(text, [](unsigned char c) { return c < 127; }));
    EXPECT_EQ(cif::read_string(text).blocks.size(), 4u);
    EXPECT_EQ(text, to_cif(result));
}

TEST(SymmetryCodes, CountTheOperationAndTheCells) {
    auto const operations = data::find_space_group("P 1 21/c 1", {})->operations;
    struct Case {
        char const *triplet, *code;
    };
    Case const cases[] = {{"x,y,z", "."},           {"x,y,z + (1 0 -1)", "1_654"},
                          {"-x,y+1/2,-z+1/2", "2"}, {"-x,y+1/2,-z+1/2 + (1 -1 0)", "2_645"},
                          {"1/2+x,y,z", "?"},       {"x,y,z + (9 0 0)", "?"},
                          {"x,y,z + (1 0)", "?"},   {"x,y,z + (", "?"},
                          {"nonsense", "?"}};
    for (Case const& one : cases)
        EXPECT_EQ(detail::to_symmetry_code(one.triplet, operations), one.code) << one.triplet;
}

TEST(CifReport, HasABlockForEachShareWithTheStrainOfItsPattern) {
    Result const result = make_result();
    auto const structures = data::parse_cif(to_cif_by_share(result), "all.cif");
    ASSERT_EQ(structures.size(), 3u);
    EXPECT_NEAR(structures[0].cell.a, 5.6791, 1e-9);
    EXPECT_NEAR(structures[1].cell.a, silicon().cell.a, 1e-4);
    EXPECT_NEAR(structures[2].cell.a, 5.6833, 1e-9);
    EXPECT_EQ(structures[2].sites.size(), structures[0].sites.size());
}

}  // namespace
}  // namespace hutch::powder::refine
