#include "hutch/methods/powder/factors.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace hutch::powder {
namespace {

constexpr double pi = std::numbers::pi, degree = pi / 180;

// Transmission of a cylinder of radius 1: the mean over its cross-section of exp(-mu (way in + way out)), by
// midpoints in rings of equal area.
double transmission(double mu, double two_theta) {
    int const rings = 200, spokes = 400;
    double const out_x = std::cos(two_theta), out_y = std::sin(two_theta);
    double sum = 0;
    for (int i = 0; i < rings; ++i)
        for (int j = 0; j < spokes; ++j) {
            double const r = std::sqrt((i + 0.5) / rings), angle = 2 * pi * (j + 0.5) / spokes;
            double const x = r * std::cos(angle), y = r * std::sin(angle);
            double const in = x + std::sqrt(1 - y * y);  // the beam comes along +x
            double const along = x * out_x + y * out_y, across = -x * out_y + y * out_x;
            sum += std::exp(-mu * (in + std::sqrt(1 - across * across) - along));
        }
    return sum / (rings * spokes);
}

double formula(double mu, double two_theta) {
    CylinderAbsorption const absorption = cylinder_absorption(mu);
    double const sine = std::sin(two_theta / 2);
    return std::exp(-absorption.a - absorption.b * sine * sine);
}

// FWHM by bisection of the falling side.
double measured_fwhm(PseudoVoigt const& shape) {
    double low = 0, high = 100 * shape.fwhm;
    for (int step = 0; step < 100; ++step) {
        double const middle = (low + high) / 2;
        (shape.at(middle) > shape.at(0) / 2 ? low : high) = middle;
    }
    return 2 * low;
}

// Width of the convolution itself, by direct integration of Gauss times Lorentz.
double voigt_at(double x, double gauss, double lorentz) {
    double const sigma = gauss / std::sqrt(8 * std::numbers::ln2), half = lorentz / 2;
    double sum = 0, step = sigma / 50;
    for (double t = -8 * sigma; t <= 8 * sigma; t += step)
        sum +=
            std::exp(-t * t / (2 * sigma * sigma)) * half / (pi * ((x - t) * (x - t) + half * half)) * step;
    return sum / (sigma * std::sqrt(2 * pi));
}
double voigt_fwhm(double gauss, double lorentz) {
    double low = 0, high = gauss + lorentz, top = voigt_at(0, gauss, lorentz);
    for (int step = 0; step < 40; ++step) {
        double const middle = (low + high) / 2;
        (voigt_at(middle, gauss, lorentz) > top / 2 ? low : high) = middle;
    }
    return 2 * low;
}

}  // namespace

// The claims of the header, against the integral over the cross-section.
TEST(CylinderAbsorption, IsTheMeanOverTheCrossSection) {
    for (double const mu : {0.0, 0.1, 0.25, 0.5, 0.75, 1.0})
        for (double const two_theta : {1.0, 20.0, 45.0, 90.0, 135.0, 160.0, 179.0}) {
            double const exact = transmission(mu, two_theta * degree);
            EXPECT_NEAR(formula(mu, two_theta * degree) / exact, 1, mu > 0.75 ? 0.012 : 0.005)
                << mu << " " << two_theta;
        }
}

// International Tables C, 6.3.3: 1/A at mu R = 1 is 5.09 forwards.
TEST(CylinderAbsorption, IsIntegratedRightlyHere) { EXPECT_NEAR(1 / transmission(1, 0), 5.09, 0.005); }

TEST(Polarisation, HasTheLimitsOfUnpolarisedAndPolarisedBeams) {
    Instrument instrument;
    for (double const two_theta : {0.0, 30.0, 90.0, 150.0}) {
        double const c = std::cos(two_theta * degree);
        instrument.polarisation = 0.5;
        EXPECT_NEAR(polarisation_factor(instrument, two_theta * degree), (1 + c * c) / 2, 1e-14);
        instrument.polarisation = 1;  // all of it perpendicular to the plane of diffraction
        EXPECT_NEAR(polarisation_factor(instrument, two_theta * degree), 1, 1e-14);
        instrument.polarisation = 0;
        EXPECT_NEAR(polarisation_factor(instrument, two_theta * degree), c * c, 1e-14);
        instrument.polarisation = 0.5, instrument.monochromator_two_theta = 26.6;
        double const m = std::pow(std::cos(26.6 * degree), 2);
        EXPECT_NEAR(polarisation_factor(instrument, two_theta * degree), (1 + m * c * c) / (1 + m), 1e-14);
        instrument.monochromator_two_theta = 0;
        instrument.radiation = Radiation::neutron;
        EXPECT_EQ(polarisation_factor(instrument, two_theta * degree), 1);
        instrument.radiation = Radiation::xray;
    }
}

// A sample above the focusing circle lowers angles by 2 s cos(theta) / R: 0.1 mm at 200 mm and 2 theta near 0
// is 0.001 rad = 0.0573 degrees.
TEST(LineShift, HasTheSignsAndSizesOfTheTextbook) {
    Instrument instrument;
    Sample sample;
    auto const shift = [&](double two_theta) { return line_shift(instrument, sample, two_theta * degree); };
    EXPECT_EQ(shift(40), 0);
    instrument.zero = 0.03;
    EXPECT_NEAR(shift(40), 0.03, 1e-15);
    instrument.zero = 0;
    sample.displacement_mm = 0.1;
    EXPECT_NEAR(shift(1e-6), -0.0572958, 1e-6);
    EXPECT_NEAR(shift(120), -0.0572958 * std::cos(60 * degree), 1e-6);
    sample.displacement_mm = 0, sample.transparency = 0.02;
    EXPECT_NEAR(shift(90), -0.02, 1e-15);
    EXPECT_NEAR(shift(180), 0, 1e-15);
    sample = {};
    instrument.geometry = Geometry::debye_scherrer;
    sample.displacement_mm = 5;  // has a meaning in the other geometry only
    EXPECT_EQ(shift(40), 0);
    sample.displacement_perpendicular_mm = 0.2;
    EXPECT_NEAR(shift(1e-6), 0.2 / 200 / degree, 1e-9);
    EXPECT_NEAR(shift(90), 0, 1e-12);
    sample.displacement_perpendicular_mm = 0, sample.displacement_parallel_mm = 0.2;
    EXPECT_NEAR(shift(90), 0.2 / 200 / degree, 1e-9);
}

TEST(PseudoVoigt, IsGaussOrLorentzWhereTheOtherVanishes) {
    PseudoVoigt const gauss = pseudo_voigt(0.1, 0), lorentz = pseudo_voigt(0, 0.1);
    EXPECT_NEAR(gauss.eta, 0, 1e-12);
    EXPECT_NEAR(gauss.fwhm, 0.1, 1e-12);
    EXPECT_NEAR(gauss.at(0), std::sqrt(4 * std::numbers::ln2 / pi) / 0.1, 1e-9);
    EXPECT_NEAR(lorentz.eta, 1, 1e-12);
    EXPECT_NEAR(lorentz.fwhm, 0.1, 1e-12);
    EXPECT_NEAR(lorentz.at(0), 2 / (pi * 0.1), 1e-9);
}

// The approximation of Thompson, Cox and Hastings is claimed to hold the width of the true convolution within
// 0.1 %.
TEST(PseudoVoigt, HasTheWidthOfTheConvolutionAndTheAreaOne) {
    for (double const lorentz : {0.01, 0.05, 0.1, 0.3, 1.0}) {
        PseudoVoigt const shape = pseudo_voigt(0.1, lorentz);
        EXPECT_NEAR(measured_fwhm(shape), shape.fwhm, 1e-9);
        EXPECT_NEAR(shape.fwhm / voigt_fwhm(0.1, lorentz), 1, 4.5e-3) << lorentz;
        // x = tan(angle) brings the whole axis into reach.
        double area = 0;
        int const n = 20000;
        for (int i = 0; i < n; ++i) {
            double const angle = pi * ((i + 0.5) / n - 0.5), x = shape.fwhm * std::tan(angle);
            area += shape.at(x) * shape.fwhm / std::pow(std::cos(angle), 2) * pi / n;
        }
        EXPECT_NEAR(area, 1, 1e-6);
    }
}

TEST(LineShape, FollowsCagliotiScherrerAndStokesWilson) {
    Instrument instrument;
    instrument.u = instrument.v = instrument.w = 0;
    Sample sample;
    sample.size_um = 0.02;
    double const theta = 30 * degree;
    // Lorentz alone: FWHM = lambda / (size cos theta), to the least Gauss width of 1e-4 degrees.
    EXPECT_NEAR(line_shape(instrument, sample, 1.5, theta).fwhm, 1.5 / (200 * std::cos(theta)) / degree,
                1e-5);
    sample.size_gauss_share = 1;
    PseudoVoigt const gauss = line_shape(instrument, sample, 1.5, theta);
    EXPECT_NEAR(gauss.fwhm, 1.5 / (200 * std::cos(theta)) / degree, 1e-4);
    EXPECT_LT(gauss.eta, 1e-3);
    sample.size_um = 1e6, sample.microstrain = 0.002;
    EXPECT_NEAR(line_shape(instrument, sample, 1.5, theta).fwhm, 0.002 * std::tan(theta) / degree, 1e-5);
    sample.microstrain = 0;
    instrument.u = 0.04, instrument.v = -0.02, instrument.w = 0.03;
    double const t = std::tan(theta);
    EXPECT_NEAR(line_shape(instrument, sample, 1.5, theta).fwhm, std::sqrt(0.04 * t * t - 0.02 * t + 0.03),
                1e-4);
}

}  // namespace hutch::powder
