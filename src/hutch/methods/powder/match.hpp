/// Compare the lines of a structure with a measured pattern, coarsely over 1/d and finely over two theta.
#pragma once

#include "hutch/methods/powder/line_list.hpp"
#include "hutch/methods/powder/line_profile.hpp"
#include "hutch/methods/powder/net_pattern.hpp"
#include "hutch/methods/powder/setting.hpp"

#include <span>
#include <vector>

namespace hutch::powder {

/// What may differ between a listed structure and the measured one.
struct Shift {
    double cell_scale = 1;   ///< all edges of the cell times this
    double zero = 0;         ///< [degree] added to two theta
    double width_scale = 1;  ///< peak widths times this
};

/// Measured intensities to compare with, smoothed as the comparison needs; all at least 0.
struct Target {
    std::vector<float> net;   ///< [count]
    std::vector<float> root;  ///< square roots of it
    double sum = 0;           ///< of net
};
Target to_target(std::span<float const> net);

/// Return sum sqrt(m c) / sqrt(sum m sum c): 1 when the patterns are proportional, 0 when nothing is common.
///
/// It is the cosine between square roots of intensities, so that strong lines (and texture in them) do not
/// decide alone. With `others`, a pattern that is already explained, c = others + b * calculated with the b
/// >= 0 of the least squares.
double similarity(Target const& target, std::span<float const> calculated,
                  std::span<float const> others = {});
/// Return that b.
double scale_beside(Target const& target, std::span<float const> calculated, std::span<float const> others);

/// What both comparisons need to know of the measurement.
struct MatchOptions {
    std::vector<Wavelength> wavelengths;
    Radiation radiation = Radiation::xray;
    double polarisation = 0.5;  ///< as in Instrument
    double inverse_d_last = 0;  ///< [1/angstrom] lines beyond are not compared
};
/// Return Lorentz and polarisation factor at an angle.
double angular_factor(double two_theta, MatchOptions const& options);

/// Compares over 1/d in wide bins: quick, and tolerant of cells that differ by some tenths of a percent.
class CoarseMatch {
  public:
    CoarseMatch(NetPattern const& pattern, MatchOptions const& options, double tolerance);
    std::size_t points() const { return target_.net.size(); }
    void draw(LineList const& lines, double cell_scale, std::span<float> y) const;
    Target const& target() const { return target_; }

  private:
    double first_ = 0, step_ = 0;  ///< [1/angstrom]
    Target target_;
    std::vector<float> factor_;
    LineProfile profile_;
};

/// Compares over two theta with the measured widths times `blur`.
class FineMatch {
  public:
    FineMatch(NetPattern const& pattern, MatchOptions const& options, double blur);
    std::size_t points() const { return target_.net.size(); }
    void draw(LineList const& lines, Shift const& shift, std::span<float> y) const;
    Target const& target() const { return target_; }

  private:
    double first_, step_;  ///< two theta [degree]
    std::vector<Wavelength> wavelengths_;
    Target target_;
    std::vector<float> factor_;          ///< angular factor at each point
    std::vector<float> profile_;         ///< which profile has the measured width at each point
    std::vector<LineProfile> profiles_;  ///< widths by geometric steps
};

}  // namespace hutch::powder
