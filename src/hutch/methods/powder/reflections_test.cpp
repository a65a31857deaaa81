#include "hutch/methods/powder/reflections.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/random.hpp"
#include "hutch/data/symmetry.hpp"
#include "hutch/methods/powder/test_structures.hpp"

#include <cmath>
#include <complex>
#include <map>
#include <numbers>
#include <set>

#include <gemmi/symmetry.hpp>
#include <gtest/gtest.h>

namespace hutch::powder {
namespace {

using data::Matrix3;
using Miller = std::array<int, 3>;
using Complex = std::complex<double>;

constexpr double pi = std::numbers::pi;

Miller times(Miller const& h, std::array<int, 9> const& r) {
    return {h[0] * r[0] + h[1] * r[3] + h[2] * r[6], h[0] * r[1] + h[1] * r[4] + h[2] * r[7],
            h[0] * r[2] + h[1] * r[5] + h[2] * r[8]};
}

double quadratic(Matrix3 const& g, Miller const& h) {
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j) sum += h[i] * g[3 * i + j] * h[j];
    return sum;
}

// F(h) by its definition: every atom of the cell, made by every operation, in double precision. The
// displacement of an image is that of the original seen from the reflection turned back.
class DirectSum {
  public:
    DirectSum(data::Structure const& structure, Radiation radiation, double wavelength,
              DispersionTable const& dispersion)
        : structure_(structure), reciprocal_(data::inverse(data::metric(structure.cell))) {
        for (data::Site const& site : structure.sites) {
            species_.push_back(nearest_tabulated(site.atomic_number, site.charge, site.is_deuterium));
            bool const is_neutron = radiation == Radiation::neutron;
            Dispersion const f =
                is_neutron ? neutron_length(species_.back()) : dispersion.at(site.atomic_number, wavelength);
            amplitudes_.push_back(Complex(f.real, f.imaginary) * (is_neutron ? 0.1 : 1));
            is_neutron_ = is_neutron;
        }
    }

    Complex at(Miller const& h) const {
        double const s_squared = quadratic(reciprocal_, h) / 4;
        Complex sum = 0;
        for (std::size_t i = 0; i < structure_.sites.size(); ++i) {
            data::Site const& site = structure_.sites[i];
            Complex const f = amplitudes_[i] + (is_neutron_ ? 0 : form_factor(species_[i], s_squared).value);
            double const share = site.occupancy * site.multiplicity / double(structure_.operations.size());
            sum += share * f * orbit(site, h, s_squared);
        }
        return sum;
    }
    double squared(Miller const& h) const { return std::norm(at(h)); }

  private:
    Complex orbit(data::Site const& site, Miller const& h, double s_squared) const {
        Complex sum = 0;
        for (data::Operation const& operation : structure_.operations) {
            Miller const turned = times(h, operation.rotation);
            double phase = 0;
            for (std::size_t c = 0; c < 3; ++c)
                phase += turned[c] * site.position[c] + h[c] * operation.translation[c] / 24.0;
            double const damping = site.u_aniso ? 2 * pi * pi * tensor(*site.u_aniso, turned)
                                                : 8 * pi * pi * site.u_iso * s_squared;
            sum += std::polar(std::exp(-damping), 2 * pi * phase);
        }
        return sum;
    }
    double tensor(std::array<double, 6> const& u, Miller const& h) const {
        double q[3];
        for (std::size_t i = 0; i < 3; ++i) q[i] = h[i] * std::sqrt(reciprocal_[4 * i]);
        return q[0] * q[0] * u[0] + q[1] * q[1] * u[1] + q[2] * q[2] * u[2] +
               2 * (q[0] * q[1] * u[3] + q[0] * q[2] * u[4] + q[1] * q[2] * u[5]);
    }

    data::Structure const& structure_;
    Matrix3 reciprocal_;
    std::vector<Species> species_;
    std::vector<Complex> amplitudes_;
    bool is_neutron_ = false;
};

// A cell of general shape as far as the operations allow: a metric averaged over them.
data::Cell general_cell(std::vector<data::Operation> const& operations) {
    Matrix3 const start{61, 4, 3, 4, 73, 5, 3, 5, 89};
    Matrix3 mean{};
    for (data::Operation const& operation : operations) {
        auto const& r = operation.rotation;
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < 3; ++j)
                for (std::size_t k = 0; k < 3; ++k)
                    for (std::size_t l = 0; l < 3; ++l)
                        mean[3 * i + j] +=
                            r[3 * k + i] * start[3 * k + l] * r[3 * l + j] / double(operations.size());
    }
    double const a = std::sqrt(mean[0]), b = std::sqrt(mean[4]), c = std::sqrt(mean[8]);
    auto const angle = [](double dot) { return std::acos(dot) * 180 / pi; };
    return {a, b, c, angle(mean[5] / (b * c)), angle(mean[2] / (a * c)), angle(mean[1] / (a * b))};
}

data::Site random_site(int element, double occupancy, RandomStream& random) {
    data::Site site;
    site.label = data::element_symbol(element);
    site.atomic_number = element;
    site.occupancy = occupancy;
    for (double& x : site.position) x = random.uniform();
    site.u_iso = 0.005 + 0.02 * random.uniform();
    return site;
}

// Five sites in general position: one with a tensor, and two that share a position.
data::Structure general_structure(gemmi::SpaceGroup const& group) {
    data::Structure structure;
    for (gemmi::Op const& op : group.operations()) {
        data::Operation operation;
        for (int i = 0; i < 3; ++i) {
            for (int j = 0; j < 3; ++j)
                operation.rotation[std::size_t(3 * i + j)] = op.rot[i][j] / gemmi::Op::DEN;
            operation.translation[std::size_t(i)] = ((op.tran[i] % 24) + 24) % 24;
        }
        structure.operations.push_back(operation);
    }
    structure.cell = general_cell(structure.operations);
    for (std::uint64_t attempt = 0;; ++attempt) {
        RandomStream random(9, 0, attempt);
        structure.sites = {random_site(26, 1, random), random_site(8, 0.6, random), random_site(6, 1, random),
                           random_site(14, 0.3, random), random_site(13, 0.7, random)};
        structure.sites[1].u_aniso = {{0.012, 0.021, 0.015, 0.004, -0.003, 0.006}};
        structure.sites[4].position = structure.sites[3].position;
        data::complete(structure);
        bool is_general = true;
        for (data::Site const& site : structure.sites)
            is_general = is_general && site.multiplicity == double(structure.operations.size());
        if (is_general) return structure;
    }
}

constexpr double d_min = 1.7321;

// All lattice points within the sphere but the origin.
std::vector<Miller> points_in_sphere(data::Cell const& cell) {
    Matrix3 const g = data::inverse(data::metric(cell));
    std::vector<Miller> points;
    auto const most = [](double length) { return int(length / d_min) + 1; };
    for (int h = -most(cell.a); h <= most(cell.a); ++h)
        for (int k = -most(cell.b); k <= most(cell.b); ++k)
            for (int l = -most(cell.c); l <= most(cell.c); ++l)
                if ((h || k || l) && quadratic(g, {h, k, l}) <= 1 / (d_min * d_min))
                    points.push_back({h, k, l});
    return points;
}

std::set<Miller> images_of(Miller const& h, std::vector<data::Operation> const& operations) {
    std::set<Miller> images;
    for (data::Operation const& operation : operations) {
        Miller const image = times(h, operation.rotation);
        images.insert(image);
        images.insert({-image[0], -image[1], -image[2]});
    }
    return images;
}

Miller hkl_of(Reflections const& table, std::size_t j) {
    return {int(table.h[j]), int(table.k[j]), int(table.l[j])};
}

// The listed reflections and their equivalents are exactly the points where the crystal scatters, and |F|^2
// is the same on all of them. Absent ones cancel to rounding (1e-28 of the strongest), others do not by any
// chance: 1e-18 lies far from both. 1e-4 of the strongest is what single precision with thousands of atoms
// may lose.
void check_group(gemmi::SpaceGroup const& group) {
    SCOPED_TRACE(group.xhm());
    data::Structure const structure = general_structure(group);
    DirectSum const direct(structure, Radiation::xray, 1.54, *no_dispersion());
    Reflections const table = find_reflections(structure, {d_min});
    auto const f2 = squared_structure_factors(table, Radiation::xray, 1.54, *no_dispersion(), structure.cell);
    std::map<Miller, double> squares;
    double strongest = 0;
    for (Miller const& h : points_in_sphere(structure.cell))
        strongest = std::max(strongest, squares[h] = direct.squared(h));
    std::set<Miller> listed;
    double sum = 0;
    for (std::size_t j = 0; j < table.size; ++j) {
        Miller const h = hkl_of(table, j);
        auto const images = images_of(h, structure.operations);
        sum += table.multiplicity[j];
        ASSERT_EQ(double(images.size()), double(table.multiplicity[j])) << h[0] << " " << h[1] << " " << h[2];
        for (Miller const& image : images) {
            ASSERT_TRUE(squares.contains(image));
            ASSERT_TRUE(listed.insert(image).second) << "two listed reflections are equivalent";
            ASSERT_NEAR(f2[j], squares[image], 1e-4 * strongest);
        }
    }
    std::size_t present = 0;
    for (auto const& [h, square] : squares) {
        bool const scatters = square > 1e-18 * strongest;
        present += scatters;
        ASSERT_EQ(listed.contains(h), scatters)
            << h[0] << " " << h[1] << " " << h[2] << ": " << square / strongest;
    }
    EXPECT_EQ(sum, double(present));
}

}  // namespace

TEST(Reflections, AreThoseThatScatterInAll230Groups) {
    for (int number = 1; number <= 230; ++number)
        check_group(gemmi::get_spacegroup_reference_setting(number));
}

TEST(ReflectionsSlow, AreThoseThatScatterInEverySettingOfAllGroups) {
    for (gemmi::SpaceGroup const& group : gemmi::spacegroup_tables::main) check_group(group);
}

namespace {

struct Special {
    char const* name;
    data::Structure rounded, exact;
};

// Coordinates as papers print them, and what they stand for.
std::vector<Special> special_positions() {
    auto const wurtzite = [](char const* name, std::string const& third, std::string const& two_thirds) {
        return structure_from(name, "3.2498 3.2498 5.2066 90 90 120", "P 63 m c",
                              "Zn1 Zn " + third + " " + two_thirds + " 0 .006 1\nO1 O " + third + " " +
                                  two_thirds + " .3819 .007 1\n");
    };
    auto const spinel = [](char const* name, std::string const& eighth) {
        return structure_from(name, "8.0858 8.0858 8.0858 90 90 90", "F d -3 m:2",
                              "Mg1 Mg " + eighth + " " + eighth + " " + eighth + " .005 .9\nAl0 Al " +
                                  eighth + " " + eighth + " " + eighth +
                                  " .005 .1\nAl1 Al .5 .5 .5 .004 .95\nO1 O .2624 .2624 .2624 .006 1\n");
    };
    auto const quartz = [](char const* name, std::string const& third) {
        return structure_from(name, "4.9137 4.9137 5.4047 90 90 120", "P 32 2 1",
                              "Si1 Si .4697 0 " + third + " .008 1\nO1 O .4133 .2672 .4521 .012 1\n");
    };
    return {{"wurtzite", wurtzite("a", ".3333", ".6667"), wurtzite("b", ".33333333333", ".66666666667")},
            {"spinel", spinel("a", ".1251"), spinel("b", ".125")},
            {"quartz", quartz("a", ".6667"), quartz("b", ".66666666667")}};
}

}  // namespace

// A rounded coordinate counts as the exact one: 0.3333 of 5 angstrom is off by 0.0002 angstrom, which alone
// would move weak reflections by a percent.
TEST(Reflections, PutAtomsOnTheirExactSpecialPositions) {
    for (Special const& one : special_positions()) {
        Reflections const table = find_reflections(one.rounded, {0.6});
        auto const f2 =
            squared_structure_factors(table, Radiation::xray, 0.7, *cromer_liberman(), one.rounded.cell);
        DirectSum const direct(one.exact, Radiation::xray, 0.7, *cromer_liberman());
        double strongest = 0;
        for (double const value : f2) strongest = std::max(strongest, value);
        for (std::size_t j = 0; j < table.size; ++j) {
            Miller const h = hkl_of(table, j), minus{-h[0], -h[1], -h[2]};
            ASSERT_NEAR(f2[j], (direct.squared(h) + direct.squared(minus)) / 2, 1e-6 * strongest) << one.name;
        }
    }
}

// f'' and absorption break Friedel's law where there is no centre of symmetry.
TEST(Reflections, AverageFriedelPairsUnlessTheListedOneIsAskedFor) {
    data::Structure const structures[] = {zincite(), lead_sulfate(),
                                          general_structure(*gemmi::find_spacegroup_by_name("P 21")),
                                          general_structure(*gemmi::find_spacegroup_by_name("I -4 2 d"))};
    for (data::Structure const& structure : structures)
        for (Radiation const radiation : {Radiation::xray, Radiation::neutron}) {
            auto const table = find_reflections(structure, {0.9});
            auto const squares = [&](FriedelPairs pairs) {
                return squared_structure_factors(table, radiation, 1.5405929, *cromer_liberman(),
                                                 structure.cell, pairs);
            };
            auto const mean = squares(FriedelPairs::mean), listed = squares(FriedelPairs::listed);
            DirectSum const direct(structure, radiation, 1.5405929, *cromer_liberman());
            double const strongest = *std::ranges::max_element(mean);
            double largest_difference = 0;
            for (std::size_t j = 0; j < table.size; ++j) {
                Miller const h = hkl_of(table, j);
                double const plus = direct.squared(h), minus = direct.squared({-h[0], -h[1], -h[2]});
                ASSERT_NEAR(mean[j], (plus + minus) / 2, 1e-5 * strongest);
                ASSERT_NEAR(listed[j], plus, 1e-5 * strongest);
                largest_difference = std::max(largest_difference, std::abs(plus - minus) / strongest);
            }
            bool const is_centric = structure.name == "PbSO4" || radiation == Radiation::neutron;
            if (is_centric)
                EXPECT_LT(largest_difference, 1e-12);
            else
                EXPECT_GT(largest_difference, 1e-3);
        }
}

TEST(Reflections, CountAnEqualShareOfAMixedSiteAsTheWholeAtom) {
    auto const whole = structure_from("a", "4 4 4 90 90 90", "P m -3 m", "Po Po 0 0 0 .01 1\n");
    auto const halves =
        structure_from("b", "4 4 4 90 90 90", "P m -3 m", "Po1 Po 0 0 0 .01 .5\nPo2 Po 0 0 0 .01 .5\n");
    auto const of = [](data::Structure const& structure) {
        auto const table = find_reflections(structure, {0.7});
        return squared_structure_factors(table, Radiation::xray, 0.7, *no_dispersion(), structure.cell);
    };
    auto const a = of(whole), b = of(halves);
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t j = 0; j < a.size(); ++j) EXPECT_NEAR(a[j], b[j], 1e-5 * a[0]);
}

TEST(Reflections, AreSortedPaddedAndCounted) {
    Reflections const table = find_reflections(corundum(), {0.7});
    EXPECT_EQ(table.padded % 16, 0u);
    EXPECT_GE(table.padded, table.size);
    for (std::size_t j = 1; j < table.padded; ++j) EXPECT_LE(table.s_squared[j - 1], table.s_squared[j]);
    EXPECT_EQ(table.count_above(0.7), table.size);
    EXPECT_EQ(table.count_above(100), 0u);
    std::size_t const half = table.count_above(1.2);
    EXPECT_EQ(half, find_reflections(corundum(), {1.2}).size);
}

TEST(Reflections, RefuseWhatNobodyMeans) {
    EXPECT_THROW(find_reflections(corundum(), {0}), Error);
    EXPECT_THROW(find_reflections(corundum(), {-1}), Error);
    EXPECT_THROW(find_reflections(corundum(), {0.01}), Error);
    EXPECT_EQ(find_reflections(corundum(), {20}).size, 0u);
}

}  // namespace hutch::powder
