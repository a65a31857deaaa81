/// Hold what a refinement found, as reports, files and programs need it.
#pragma once

#include "hutch/methods/powder/refine/run.hpp"

#include <array>
#include <map>
#include <string>
#include <vector>

namespace hutch::powder::refine {

/// A number with its standard uncertainty: 0 where it was not refined, NaN where the data do not determine
/// it.
struct Estimate {
    double value = 0, su = 0;
};

struct SiteResult {
    std::string label;    ///< as the structure names it
    std::string element;  ///< type symbol: "Pb", "O2-", "D"
    std::array<Estimate, 3> position;
    Estimate u_iso;  ///< [angstrom^2] equivalent where anisotropic
    bool is_anisotropic = false;
    std::array<Estimate, 6> u_aniso;  ///< U11 U22 U33 U12 U13 U23 [angstrom^2]
    Estimate occupancy;
    double multiplicity = 0;
};

struct DistanceResult {
    std::string from, to;  ///< labels of sites
    std::string symmetry;  ///< of `to`, as a triplet and the cells it is moved by: "-x,y,-z + (0 0 1)"
    Estimate length;       ///< [angstrom]
};

struct PhaseResult {
    std::string name;
    Intensities intensities = Intensities::structure;
    data::Structure structure;     ///< with the refined values
    std::array<Estimate, 6> cell;  ///< a b c alpha beta gamma [angstrom, degree]
    Estimate volume;               ///< [angstrom^3]
    double density = 0;            ///< [g/cm^3]
    std::vector<SiteResult> sites;
    std::vector<DistanceResult> distances;  ///< shorter than 3.2 angstrom, by site and length
};

struct ReflectionResult {
    int h = 0, k = 0, l = 0, multiplicity = 0;
    double d = 0;                         ///< [angstrom]
    double position = 0;                  ///< of the first wavelength [degree, us]
    double calculated = 0, observed = 0;  ///< |F|^2 [electron^2, barn] or what stands for it
};

/// One phase in one pattern.
struct ShareResult {
    std::string phase, pattern;
    Estimate scale, weight_fraction;  ///< weight_fraction.value is NaN where it has no meaning
    std::array<Estimate, 6> cell;     ///< with the lattice strain of this pattern
    bool has_lattice_strain = false;
    double r_bragg = 0, r_f = 0;                ///< [1]
    std::vector<ReflectionResult> reflections;  ///< within the range, by descending d
};

struct PatternResult {
    std::string name;
    Radiation radiation = Radiation::xray;
    data::AxisKind axis = data::AxisKind::two_theta;
    std::vector<Wavelength> wavelengths;                      ///< refined [angstrom]; empty at time of flight
    std::vector<double> x, y, sigma, calculated, background;  ///< points in range; sigma 0: does not count
    std::vector<std::vector<double>> parts;                   ///< per share of this pattern: its lines
    Agreement agreement;
    double r_exp = 0, goodness = 0;
};

struct ParameterResult {
    std::string name, unit;
    Estimate estimate;
    bool is_refined = false, is_at_bound = false;
};

struct StageSummary {
    std::string name, ending;
    std::size_t cycles = 0, variables = 0;
    std::vector<double> r_wp;  ///< [1] per pattern
    double r_wp_all = 0, goodness = 0;
};

struct Correlation {
    std::size_t first, second;  ///< places in Result::parameters
    double coefficient;
};

struct Result {
    std::string title;
    std::string ending;
    std::size_t variables = 0, observations = 0, restraints = 0;
    double r_wp = 0, r_exp = 0, goodness = 0;  ///< of all patterns
    std::vector<PhaseResult> phases;
    std::vector<PatternResult> patterns;
    std::vector<ShareResult> shares;
    std::vector<ParameterResult> parameters;
    std::vector<std::size_t> refined;  ///< places in parameters
    std::vector<double> correlation;   ///< (refined, refined); NaN where undetermined
    std::vector<StageSummary> stages;
    std::vector<std::string>
        warnings;         ///< one sentence each: undetermined groups, values at bounds, strange values
    std::string program;  ///< version that refined, where it was read from a file; empty: this one

    /// Return the pairs with |coefficient| of at least `least`, largest first.
    std::vector<Correlation> strong_correlations(double least) const;
};

/// Collect everything from a finished run.
Result to_result(Run const& run);

/// Write a number with its s.u. in crystallographers' way: 5.39862(6), 0.1875(11), 1230(20), 4.5e-12(2).
///
/// The s.u. has one digit, or two up to 19. Without s.u. (0) the number has 6 digits and no brackets; with
/// one that the data do not determine (NaN), 6 digits and "(?)"; a number that is not finite is "?".
std::string to_text(Estimate const& estimate);

}  // namespace hutch::powder::refine
