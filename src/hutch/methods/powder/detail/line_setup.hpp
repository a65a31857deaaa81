/// Turn settings into what kernels take: one record's numbers, before any reflection is looked at.
#pragma once

#include "hutch/methods/powder/axial.hpp"
#include "hutch/methods/powder/detail/kernels.hpp"
#include "hutch/methods/powder/simulate.hpp"

#include <array>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace hutch::powder::detail {

/// Set 11 22 33 12 13 23 of a cell's reciprocal metric [1/angstrom^2].
void set_reciprocal_metric(data::Cell const& cell, double (&metric)[6]);

/// Return all of LineInput but its pointers; n counts the reflections that reach the grid, 0 for none.
LineInput line_input(Reflections const& table, Setting const& setting, std::size_t which, Grid const& grid,
                     double const (&metric)[6]);

/// Return all of TextureInput but its pointers, and add three numbers for each Laue rotation.
TextureInput texture_input(Reflections const& table, Sample const& sample, double const (&metric)[6],
                           std::vector<float>& directions);

/// What is added to each species' f0: f' and f'' at a wavelength, or the neutron length instead.
class SpeciesAmplitudes {
  public:
    explicit SpeciesAmplitudes(std::shared_ptr<DispersionTable const> table) : table_(std::move(table)) {}
    /// Add one number for each species to both.
    void add(Reflections const& reflections, Instrument const& instrument, std::size_t which,
             std::vector<float>& real, std::vector<float>& imaginary);

  private:
    Dispersion const& at(int atomic_number, double wavelength);
    std::shared_ptr<DispersionTable const> table_;
    std::map<std::pair<int, double>, Dispersion> known_;
};

// Rules of growing length; each is good up to the given ratio of the asymmetry's reach to the line's width
// (simulate_test measures the error against the plain form).
inline constexpr std::size_t axial_rule_count = 8;
inline constexpr int axial_rule_nodes[axial_rule_count] = {1, 1, 2, 3, 5, 9, 18, 40};
inline constexpr float axial_rule_limits[axial_rule_count] = {1e-4f, 0.03f, 0.25f, 0.5f,
                                                              1.2f,  2.5f,  6.0f,  1e30f};

/// Return (S + H) / L.
float axial_sum(Instrument const& instrument);
/// Return the rules for an instrument's S and H, told apart in 512ths of their sum.
std::array<AxialNodes, axial_rule_count> const& axial_rules(Instrument const& instrument);

/// Add a background's coefficients, and three numbers for each hump, as BackgroundInput takes them.
void add_background_terms(Background const& background, Grid const& grid, std::vector<float>& chebyshev,
                          std::vector<float>& humps);

}  // namespace hutch::powder::detail
