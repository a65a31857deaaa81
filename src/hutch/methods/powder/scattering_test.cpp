#include "hutch/methods/powder/scattering.hpp"

#include "hutch/base/error.hpp"
#include "hutch/data/structure.hpp"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace hutch::powder {
namespace {

constexpr double copper = 1.5405929;  // [angstrom]

struct Ion {
    int atomic_number, charge;
};

// All species that have a form factor: charges outside these are not tabulated for any element.
std::vector<Ion> tabulated_ions() {
    std::vector<Ion> ions;
    for (int z = 1; z <= 98; ++z)
        for (int charge = -4; charge <= 8; ++charge)
            if (nearest_tabulated(z, charge, false).charge == charge) ions.push_back({z, charge});
    return ions;
}

}  // namespace

// Forwards every electron scatters. The fits of Waasmaier and Kirfel keep that within 0.04 electrons.
TEST(FormFactor, IsTheNumberOfElectronsForwards) {
    auto const ions = tabulated_ions();
    EXPECT_GE(ions.size(), 200u);
    for (auto const& [z, charge] : ions) {
        double const f0 = form_factor({z, charge, false}, 0).value;
        EXPECT_NEAR(f0, z - charge, 0.05) << data::element_symbol(z) << " " << charge;
    }
}

// The tabulated range ends at s = 6; in it form factors fall and their slope is the derivative.
TEST(FormFactor, FallsWithTheSlopeThatIsStated) {
    for (auto const& [z, charge] : tabulated_ions())
        for (double const s : {0.05, 0.2, 0.5, 1.0, 1.5}) {
            double const u = s * s, step = 1e-5 * u;
            Species const species{z, charge, false};
            double const up = form_factor(species, u + step).value,
                         down = form_factor(species, u - step).value;
            double const slope = form_factor(species, u).slope;
            EXPECT_NEAR((up - down) / (2 * step), slope, 1e-5 * std::abs(slope) + 1e-6)
                << data::element_symbol(z);
            EXPECT_LT(form_factor(species, u).value, form_factor(species, 0).value + 1e-9)
                << data::element_symbol(z);
        }
}

// International Tables C (1999), table 6.1.1.1: mean form factors of free atoms, in electrons. Fits of two
// calculations of wave functions agree within a few hundredths.
TEST(FormFactor, IsThatOfInternationalTables) {
    struct Value {
        int z;
        double s, f;
    };
    for (auto const& [z, s, f] : {Value{6, 0.2, 3.581}, Value{6, 0.5, 1.685}, Value{8, 0.3, 4.089},
                                  Value{14, 0.2, 9.67}, Value{14, 0.5, 6.24}, Value{26, 0.5, 11.47}})
        EXPECT_NEAR(form_factor({z, 0, false}, s * s).value, f, 0.06) << data::element_symbol(z) << " " << s;
}

TEST(FormFactor, OfAnIonThatIsNotTabulatedIsThatOfTheAtom) {
    EXPECT_EQ(nearest_tabulated(82, 4, false), (Species{82, 4, false}));
    EXPECT_EQ(nearest_tabulated(82, 3, false), (Species{82, 0, false}));
    EXPECT_EQ(nearest_tabulated(1, 0, true), (Species{1, 0, true}));
    EXPECT_THROW(form_factor({99, 0, false}, 0), Error);
    EXPECT_THROW(form_factor({0, 0, false}, 0), Error);
}

// V. F. Sears, Neutron News 3 (1992) 26-37, table 1: bound coherent lengths [fm].
TEST(NeutronLength, IsThatOfSears) {
    struct Value {
        int z;
        bool is_deuterium;
        double real, imaginary;
    };
    for (auto const& [z, is_deuterium, real, imaginary] :
         {Value{1, false, -3.7390, 0}, Value{1, true, 6.671, 0}, Value{5, false, 5.30, 0.213},
          Value{6, false, 6.6460, 0}, Value{8, false, 5.803, 0}, Value{13, false, 3.449, 0},
          Value{14, false, 4.1491, 0}, Value{22, false, -3.438, 0}, Value{23, false, -0.3824, 0},
          Value{25, false, -3.73, 0}, Value{28, false, 10.3, 0}, Value{48, false, 4.87, 0.70},
          Value{57, false, 8.24, 0}, Value{64, false, 6.5, 13.82}, Value{82, false, 9.405, 0}}) {
        Dispersion const b = neutron_length({z, 0, is_deuterium});
        EXPECT_NEAR(b.real, real, 0.005 * std::abs(real)) << data::element_symbol(z);
        EXPECT_NEAR(b.imaginary, imaginary, 1e-9) << data::element_symbol(z);
    }
    EXPECT_THROW(neutron_length({94, 0, false}), Error);
}

// Cu K alpha 1. S. Brennan and P. L. Cowan, Rev. Sci. Instrum. 63 (1992) 850 and International Tables
// C, 4.2.6.8, after Cromer and Liberman; they differ in the relativistic correction (up to 0.5 electrons for
// heavy elements).
TEST(Dispersion, OfCromerAndLibermanIsThatOfInternationalTables) {
    struct Value {
        int z;
        double real, imaginary, tolerance;
    };
    for (auto const& [z, real, imaginary, tolerance] :
         {Value{6, 0.0181, 0.0091, 0.002}, Value{8, 0.0492, 0.0322, 0.002}, Value{13, 0.2130, 0.2455, 0.01},
          Value{14, 0.2541, 0.3302, 0.01}, Value{26, -1.1336, 3.1974, 0.03}, Value{29, -1.9646, 0.5888, 0.04},
          Value{30, -1.5491, 0.6778, 0.02}, Value{82, -4.0753, 8.5060, 0.05}}) {
        Dispersion const f = cromer_liberman()->at(z, copper);
        EXPECT_NEAR(f.real, real, tolerance) << data::element_symbol(z);
        EXPECT_NEAR(f.imaginary, imaginary, tolerance) << data::element_symbol(z);
    }
}

// f'' jumps up and f' dips at the K edge of iron (7.112 keV).
TEST(Dispersion, KnowsTheEdges) {
    auto const at = [](double energy_kev) { return cromer_liberman()->at(26, hc_kev_angstrom / energy_kev); };
    EXPECT_LT(at(7.10).imaginary, 0.6);
    EXPECT_GT(at(7.13).imaginary, 3.5);
    EXPECT_LT(at(7.11).real, at(7.0).real - 1);
    EXPECT_LT(at(7.11).real, at(7.3).real - 1);
}

TEST(Dispersion, IsNothingWhereThereIsNoTable) {
    for (int const z : {1, 2, 93, 98}) EXPECT_EQ(cromer_liberman()->at(z, copper).imaginary, 0) << z;
    EXPECT_EQ(no_dispersion()->at(82, copper).real, 0);
    auto const given = with_overrides(no_dispersion(), {{82, {-4, 8}}});
    EXPECT_EQ(given->at(82, copper).real, -4);
    EXPECT_EQ(given->at(8, copper).real, 0);
}

}  // namespace hutch::powder
