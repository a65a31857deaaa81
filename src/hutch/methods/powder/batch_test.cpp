#include "hutch/methods/powder/batch.hpp"

#include "hutch/base/error.hpp"
#include "hutch/compute/test_kernels.hpp"
#include "hutch/methods/powder/detail/batch_kernels.hpp"
#include "hutch/methods/powder/test_structures.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace hutch::powder {
namespace {

using compute::Buffer;
using compute::Queue;

Setting ordinary() {
    Setting setting;
    setting.instrument.u = 0.01, setting.instrument.v = -0.008, setting.instrument.w = 0.012;
    setting.instrument.x = 0.01, setting.instrument.y = 0.02;
    setting.sample.size_um = 0.3;
    setting.sample.microstrain = 8e-4;
    return setting;
}

struct Case {
    char const* name;
    void (*change)(Setting&);
};
Case const cases[] = {
    {"ordinary lines", [](Setting&) {}},
    {"sharp lines",
     [](Setting& s) { s.instrument.w = 2e-5, s.instrument.u = s.instrument.v = 0, s.sample.size_um = 5; }},
    {"very broad lines", [](Setting& s) { s.sample.size_um = 0.0015; }},
    {"broad Gaussian lines", [](Setting& s) { s.instrument.w = 1.0; }},
    {"two wavelengths", [](Setting& s) { s.instrument.wavelengths.push_back({1.5444274, 0.5}); }},
    {"axial divergence", [](Setting& s) { s.instrument.axial_sample = s.instrument.axial_detector = 0.02; }},
    {"unequal axial divergence",
     [](Setting& s) { s.instrument.axial_sample = 0.005, s.instrument.axial_detector = 0.04; }},
    {"texture", [](Setting& s) { s.sample.march_ratio = 0.5, s.sample.march_axis = {1, 0, 1}; }},
    {"neutrons in a cylinder",
     [](Setting& s) {
         s.instrument.radiation = Radiation::neutron, s.instrument.geometry = Geometry::debye_scherrer,
         s.sample.absorption_mu_r = 0.8;
     }},
    {"a dose over a background",
     [](Setting& s) {
         s.background.chebyshev = {0.05, -0.02, 0.01}, s.background.humps = {{25, 8, 0.04}};
         s.dose = 5000;
     }},
};

Grid const grid{10, 0.05, 1801};

// All cases for two structures and, at the end, one that has no line in the grid.
struct Batch {
    std::vector<Reflections> tables;
    std::vector<Setting> settings;
    std::vector<PatternRequest> requests;

    Batch() {
        for (auto const& structure : {lead_sulfate(), corundum()})
            tables.push_back(find_reflections(structure, {needed_d_min(grid.last(), 1.54)}));
        for (Case const& one : cases) {
            settings.push_back(ordinary());
            one.change(settings.back());
        }
        settings.push_back(ordinary());
        settings.back().instrument.wavelengths = {{100.0, 1}};
        for (Setting const& setting : settings)
            for (Reflections const& table : tables) requests.push_back({&table, &setting, requests.size()});
    }
};

std::vector<float> expected_on(std::string const& device, Batch const& batch) {
    BatchCalculator calculator(Queue::open(device), grid, cromer_liberman());
    std::vector<float> y(batch.requests.size() * calculator.padded_points());
    calculator.expected(batch.requests, y);
    return y;
}

std::vector<double> plain_expected(PatternRequest const& request) {
    std::vector<double> angles(grid.points);
    for (std::size_t i = 0; i < grid.points; ++i) angles[i] = grid.at(i);
    Setting const& setting = *request.setting;
    auto const lines =
        find_lines(*request.reflections, setting, *cromer_liberman(), grid.last() + tail_margin);
    auto y = plain_pattern(lines, setting.instrument, angles);
    double strongest = *std::ranges::max_element(y);
    add_plain_background(setting.background, grid.first, grid.last(), strongest > 0 ? strongest : 1, angles,
                         y);
    strongest = *std::ranges::max_element(y);
    if (strongest > 0)
        for (double& value : y) value *= (setting.dose > 0 ? setting.dose : 1) / strongest;
    return y;
}

template <class Numbers>
double largest_difference(std::span<float const> got, Numbers const& expected) {
    double most = 0, difference = 0;
    for (std::size_t i = 0; i < grid.points; ++i) {
        most = std::max(most, double(expected[i]));
        difference = std::max(difference, std::abs(double(got[i]) - double(expected[i])));
    }
    return most > 0 ? difference / most : difference;
}

std::vector<double> whole_batch(Queue& queue) {
    Batch const batch;
    BatchCalculator calculator(queue, grid, cromer_liberman());
    std::vector<float> y(batch.requests.size() * calculator.padded_points());
    calculator.expected(batch.requests, y);
    return {y.begin(), y.end()};
}

// Expectations over all orders of magnitude, two records with and one without a dose.
std::vector<double> drawn(Queue& queue) {
    std::vector<float> means(3 * 6400);
    for (std::size_t i = 0; i < means.size(); ++i)
        means[i] = float(std::pow(10.0, double(i % 640) / 128 - 1));
    std::vector<detail::BatchRecord> records(3);
    for (std::size_t i = 0; i < 3; ++i) records[i].dose = float(i), records[i].index = 5 + i;
    Buffer<float> y(queue, means);
    Buffer<detail::BatchRecord> where(queue, records);
    parallel_for(queue, means.size() / 4,
                 detail::DrawCounts{where.data(), 6400, 3, counting_stream, y.data()});
    return compute::as_numbers(y);
}

std::vector<double> structure_factors(Queue& queue) {
    std::vector<double> all;
    for (auto const& structure : {lead_sulfate(), corundum(), zincite()}) {
        Reflections const table = find_reflections(structure, {0.8}, &queue);
        all.insert(all.end(), table.g_real.begin(), table.g_real.end());
        all.insert(all.end(), table.g_imaginary.begin(), table.g_imaginary.end());
    }
    return all;
}

// Devices use other square roots and fused multiplications: 1e-5 of the largest number, and single counts may
// tip over.
bool const registered =
    compute::register_kernel_cases("PowderKernels", {{"powder_batch_lines", 1e-5, whole_batch},
                                                     {"powder_batch_rays", 1e-5, whole_batch},
                                                     {"powder_sum_rays", 1e-5, whole_batch},
                                                     {"powder_strongest_point", 1e-5, whole_batch},
                                                     {"powder_add_background", 1e-5, whole_batch},
                                                     {"powder_scale_points", 1e-5, whole_batch},
                                                     {"powder_draw_counts", 2e-4, drawn},
                                                     {"powder_sum_atoms", 1e-5, structure_factors}});

}  // namespace

TEST(BatchCalculator, EqualsThePlainForm) {
    Batch const batch;
    std::vector<float> const y = expected_on("cpu:2", batch);
    std::size_t const stride = y.size() / batch.requests.size();
    PatternCalculator fast(grid, cromer_liberman());
    std::vector<float> row(fast.padded_points());
    for (std::size_t i = 0; i < batch.requests.size(); ++i) {
        PatternRequest const& request = batch.requests[i];
        std::string const name = i / 2 < std::size(cases) ? cases[i / 2].name : "no line";
        std::span<float const> const got(&y[i * stride], stride);
        EXPECT_LT(largest_difference(got, plain_expected(request)), 2e-4) << name << " " << i % 2;
        fast.expected(*request.reflections, *request.setting, row.data());
        EXPECT_LT(largest_difference(got, row), 4e-4) << name << " " << i % 2;
        for (std::size_t k = grid.points; k < stride; ++k) ASSERT_EQ(got[k], 0);
    }
}

TEST(BatchCalculator, GivesTheSameAlone) {
    Batch const batch;
    std::vector<float> const y = expected_on("cpu:1", batch);
    BatchCalculator calculator(Queue::open("emulated:5"), grid, cromer_liberman());
    std::vector<float> row(calculator.padded_points());
    for (std::size_t i = 0; i < batch.requests.size(); i += 3) {
        calculator.expected({&batch.requests[i], 1}, row);
        EXPECT_TRUE(std::equal(row.begin(), row.end(), y.begin() + std::ptrdiff_t(i * row.size()))) << i;
    }
}

TEST(BatchCalculator, DrawsTheCountsOfTheProcessor) {
    Reflections const table = find_reflections(lead_sulfate(), {needed_d_min(grid.last(), 1.54)});
    Setting setting = ordinary();
    setting.background.chebyshev = {0.02};
    setting.dose = 1000;
    PatternRequest const request{&table, &setting, 42};
    BatchCalculator calculator(Queue::open("cpu:1"), grid, cromer_liberman());
    std::vector<float> means(calculator.padded_points()), counts(means.size());
    calculator.expected({&request, 1}, means);
    calculator.counted({&request, 1}, 7, counts);
    draw_counts(means, 7, 42);
    int different = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        ASSERT_LE(std::abs(counts[i] - means[i]), 1) << i;
        different += counts[i] != means[i];
    }
    EXPECT_LE(different, 2) << "rounding tips over one count in ten thousand";
}

// Sums of 400 records: (count - mean)^2 / mean has the expectation 1, and its mean over n points the standard
// deviation sqrt((2 + 1/mean) / n); five of them are allowed.
TEST(BatchCalculator, CountsHaveMeanAndVarianceOfPoisson) {
    Reflections const table = find_reflections(corundum(), {needed_d_min(grid.last(), 1.54)});
    for (double const dose : {4.0, 400.0}) {
        Setting setting = ordinary();
        setting.background.chebyshev = {0.5};
        setting.dose = dose;
        std::vector<PatternRequest> requests;
        for (std::uint64_t i = 0; i < 40; ++i) requests.push_back({&table, &setting, i});
        BatchCalculator calculator(Queue::open("cpu:2"), grid, cromer_liberman());
        std::vector<float> means(requests.size() * calculator.padded_points()), counts(means.size());
        calculator.expected(requests, means);
        calculator.counted(requests, 1, counts);
        double sum = 0, variance = 0, expected = 0, n = 0;
        for (std::size_t i = 0; i < means.size(); ++i) {
            if (means[i] == 0) continue;
            double const difference = double(counts[i]) - double(means[i]);
            sum += double(counts[i]), expected += double(means[i]), n += 1;
            variance += difference * difference / double(means[i]);
        }
        EXPECT_NEAR(sum, expected, 5 * std::sqrt(expected)) << dose;
        EXPECT_NEAR(variance / n, 1, 5 * std::sqrt((2 + 3 / dose) / n)) << dose;
    }
}

// A centric structure with isotropic, one with anisotropic displacements, and an acentric one; single
// precision sums of some ten atoms.
TEST(SumAtoms, EqualsTheSumsOfTheProcessor) {
    data::Structure tensors = corundum();
    tensors.sites[0].u_aniso = {0.004, 0.004, 0.006, 0.002, 0, 0};
    tensors.sites[1].u_aniso = {0.005, 0.004, 0.003, 0.002, 0.001, 0.002};
    Queue queue = Queue::open("emulated");
    for (auto const& structure : {lead_sulfate(), tensors, zincite()}) {
        Reflections const here = find_reflections(structure, {0.7}),
                          there = find_reflections(structure, {0.7}, &queue);
        float largest = 0;
        for (float value : here.g_real) largest = std::max(largest, std::abs(value));
        for (std::size_t i = 0; i < here.g_real.size(); ++i) {
            ASSERT_NEAR(here.g_real[i], there.g_real[i], 1e-5f * largest) << structure.name;
            ASSERT_NEAR(here.g_imaginary[i], there.g_imaginary[i], 1e-5f * largest) << structure.name;
        }
    }
}

TEST(BatchCalculator, RefusesAnArrayOfAnotherSize) {
    BatchCalculator calculator(Queue::open("cpu:1"), grid, cromer_liberman());
    std::vector<float> y(7);
    EXPECT_THROW(calculator.expected({}, y), Error);
    calculator.expected({}, std::span<float>());
}

}  // namespace hutch::powder
