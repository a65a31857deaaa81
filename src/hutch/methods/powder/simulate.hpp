/// Calculate powder patterns: a fast way for data sets, and a plain way that tests and single patterns use.
#pragma once

#include "hutch/methods/powder/reflections.hpp"
#include "hutch/methods/powder/setting.hpp"

#include <memory>
#include <span>
#include <vector>

namespace hutch::powder {

/// Equidistant two theta [degree].
struct Grid {
    double first = 10, step = 0.02;
    std::size_t points = 4501;
    double last() const { return first + step * double(points - 1); }
    double at(std::size_t i) const { return first + step * double(i); }
};

/// How far beyond the grid reflections still count [degree]: their tails reach in.
inline constexpr double tail_margin = 3;
/// Return a bound of how much a strain changes any length, as a share: the largest sum of a row.
double largest_strain(std::array<double, 6> const& strain);
/// Return the smallest d [angstrom] that a grid, an instrument's shortest wavelength and a strain up to
/// `strain` need.
double needed_d_min(double two_theta_last, double shortest_wavelength, double strain = 0);

/// Return the cell after a strain that has been averaged over the Laue rotations, so that it keeps the
/// symmetry.
data::Cell strained_cell(Reflections const& reflections, std::array<double, 6> const& strain);

/// One line of a pattern as the plain way sees it.
struct Line {
    std::size_t reflection;  ///< index into Reflections
    std::size_t wavelength;  ///< index into Instrument::wavelengths
    double two_theta;        ///< [degree], with all shifts but that of the asymmetry
    double fwhm;             ///< [degree] of the pseudo-Voigt
    double eta;              ///< Lorentz share
    double area;             ///< multiplicity * LP * |F|^2 * all other factors / volume^2
    double bragg_two_theta;  ///< [degree] without shifts
};
/// Return all lines with a Bragg angle up to `two_theta_last` (beyond the grid by the caller's choice), in
/// double precision.
std::vector<Line> find_lines(Reflections const& reflections, Setting const& setting,
                             DispersionTable const& dispersion, double two_theta_last,
                             FriedelPairs pairs = FriedelPairs::mean);

/// Evaluate lines at any angles: every line everywhere, no truncation. The reference for the fast way.
///
/// \param two_theta  [degree], any order
/// \return           sum of area * profile [1/degree]; the Bragg part only
std::vector<double> plain_pattern(std::vector<Line> const& lines, Instrument const& instrument,
                                  std::vector<double> const& two_theta);
/// Add the background relative to `strongest` at the same angles, mapped from [first, last] to [-1, 1].
void add_plain_background(Background const& background, double first, double last, double strongest,
                          std::vector<double> const& two_theta, std::vector<double>& y);

/// Calculates many patterns on one grid and keeps its work space in between; one per thread.
///
/// The result differs from the plain way by less than 2e-4 of the strongest point (simulate_test, "equals the
/// plain form"), because lines are summed on a hierarchy of grids in single precision.
class PatternCalculator {
  public:
    PatternCalculator(Grid const& grid, std::shared_ptr<DispersionTable const> dispersion);
    ~PatternCalculator();
    PatternCalculator(PatternCalculator const&) = delete;
    PatternCalculator& operator=(PatternCalculator const&) = delete;

    /// Return how long the array that calculate() fills must be: points rounded up to 64.
    std::size_t padded_points() const;
    /// Fill y with the Bragg part [1/degree]. Lines of reflections below the table's d_min are missing
    /// without notice: make the table with needed_d_min().
    void bragg(Reflections const& reflections, Setting const& setting, float* y);
    /// Fill y with expected counts: Bragg part and background, scaled so that the strongest point is the dose
    /// (1 when the dose is 0). A pattern without any line has background only, and stays 0 without one.
    void expected(Reflections const& reflections, Setting const& setting, float* y);

    /// Single peak shapes and reflections handled so far, for benchmarks.
    std::size_t shapes_added() const { return shapes_; }
    std::size_t lines_computed() const { return lines_; }
    /// Single-precision operations in the sums of lines so far; background, counting and the rest come on
    /// top.
    std::size_t operations() const { return operations_; }

  private:
    struct Workspace;
    void add_wavelength(Reflections const& reflections, Setting const& setting, std::size_t which,
                        float const* texture, double const (&metric)[6]);
    float const* texture_of(Reflections const& reflections, Setting const& setting,
                            double const (&metric)[6]);

    Grid grid_;
    std::unique_ptr<Workspace> work_;
    std::size_t shapes_ = 0, lines_ = 0, operations_ = 0;
};

/// Replace expected counts by Poisson counts that depend on (seed, index) and the position in the array
/// alone.
///
/// \param y  the length must be a multiple of 64
void draw_counts(std::span<float> y, std::uint64_t seed, std::uint64_t index);

/// The stream of random numbers that counting statistics use; other uses take other streams.
inline constexpr std::uint32_t counting_stream = 1;

}  // namespace hutch::powder
