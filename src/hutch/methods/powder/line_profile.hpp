/// Draw many narrow lines onto equidistant points from tabulated shapes.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace hutch::powder {

/// One peak shape of unit sum at eight fractions of a step, cut off where it is small.
class LineProfile {
  public:
    /// \param fwhm           [points]
    /// \param lorentz_share  of a pseudo-Voigt function
    /// \param half           cut off at that many points
    LineProfile(double fwhm, double lorentz_share, int half);

    /// Add `area` at a centre [points] to y; what falls outside of y is lost.
    void add(double centre, float area, std::span<float> y) const;

  private:
    static constexpr int phases = 8;
    int half_;
    std::vector<float> table_;  ///< phases x (2 half + 1)
};

}  // namespace hutch::powder
