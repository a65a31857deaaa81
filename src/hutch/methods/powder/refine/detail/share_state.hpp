/// Hold what the steps of a line calculation hand to each other.
#pragma once

#include "hutch/methods/powder/refine/lines.hpp"

#include <array>
#include <numbers>

namespace hutch::powder::refine::detail {

inline constexpr double degree = std::numbers::pi / 180;

/// Change of the reciprocal metric (11 22 33 12 13 23) with one parameter.
struct MetricChange {
    std::size_t parameter;
    std::array<double, 6> d;
};

/// The cell of a share, its reciprocal metric with the share's own strain, and how both change.
struct ShareCell {
    std::array<double, 6> reciprocal;  ///< 11 22 33 12 13 23 [1/angstrom^2]
    double volume;                     ///< [angstrom^3]
    std::vector<MetricChange> changes;
    /// Return the change of ln(volume) with a change of the metric.
    double log_volume(std::array<double, 6> const& change) const;
};
ShareCell make_cell(PhaseModel const& phase, ShareModel const& share, std::span<double const> values,
                    Wanted const& wanted);

/// Return q = h g h for 11 22 33 12 13 23.
inline double quadratic(std::array<double, 6> const& g, double h, double k, double l) {
    return h * h * g[0] + k * k * g[1] + l * l * g[2] + 2 * (h * k * g[3] + h * l * g[4] + k * l * g[5]);
}

/// |F|^2 and how it changes, per reflection.
struct Squares {
    std::vector<double> value, d_q;
    std::array<std::vector<double>, 3> d_axis;                   ///< by ln a*, ln b*, ln c*
    std::vector<std::pair<std::size_t, std::vector<double>>> d;  ///< by parameters of sites
};
Squares squares(Model const& model, ShareModel const& share, ReflectionList const& list,
                ShareCell const& cell, std::vector<double> const& q, double wavelength,
                std::span<double const> values, Wanted const& wanted);

/// Broadening by the sample in one reflection: the factors of size and strain, and their derivatives.
struct Broadening {
    double size = 0;                          ///< 1 / size [1/micrometre], along this direction
    double strain = 0;                        ///< [1]
    double d_size = 0, d_size_axial = 0;      ///< of `size`
    double d_strain = 0, d_strain_axial = 0;  ///< of `strain`
    double d_strain_q = 0;                    ///< of `strain` by q at fixed indices
    double strain_term = 0;                   ///< d strain / d (sum of the general form)
};
Broadening broadening(ShareModel const& share, ReflectionList const& list, std::size_t reflection, double q,
                      std::span<double const> values);

/// Texture: the factor of one reflection; derivatives by the March ratio and by each harmonic.
struct Texture {
    double factor = 1, d_march = 0, harmonic = 1;
};
Texture texture(ShareModel const& share, ReflectionList const& list, std::size_t reflection,
                std::span<double const> values);

/// Extinction of a powder's blocks: the factor and its derivatives by x.
struct Extinction {
    double factor, d_x, d_sine_squared;
};
Extinction extinction(double x, double sine_squared);

/// Adds derivatives of one parameter to Lines; null where it is not wanted.
class DerivativeOf {
  public:
    DerivativeOf(Lines& lines, Wanted const& wanted) : lines_(lines), wanted_(wanted) {}
    LineDerivative* operator()(std::size_t parameter) {
        if (!wanted_(parameter)) return nullptr;
        for (auto& one : lines_.derivatives)
            if (one.parameter == parameter) return &one;
        lines_.derivatives.push_back({parameter, {}});
        return &lines_.derivatives.back();
    }
    /// Return the array of one quantity, made of zeros when it is empty.
    std::vector<double>& array(LineDerivative& of, Quantity quantity) const {
        if (of.d[quantity].empty()) of.d[quantity].assign(lines_.size(), 0);
        return of.d[quantity];
    }

  private:
    Lines& lines_;
    Wanted const& wanted_;
};

/// What lines of both kinds are calculated from, and the derivatives that both have.
///
/// Arrays have one value a line. A calculator fills them in, with the lines' values, before it asks for
/// derivatives.
struct LineContext {
    ShareModel const& share;
    ReflectionList const& list;
    ShareCell const& cell;
    Squares const& f;
    std::span<double const> values;
    Lines& lines;
    DerivativeOf of;
    // Which quantities the widths are: FWHM^2 or variance, what one is in FWHM^2, and their floors.
    Quantity gauss, lorentz;
    double gauss_unit, least_gauss, least_lorentz;

    std::vector<double> gain{}, volume_power{};  ///< d area / d |F|^2; d ln(area) / d ln(volume)
    std::vector<double> slope[quantities]{};     ///< by what the calculator likes, at fixed |F|^2 and volume
    std::vector<double> per_q{};                 ///< how that changes with q
    std::vector<double> size_unit{}, strain_unit{};  ///< FWHM that 1/size and the strain are multiplied with
    std::vector<Broadening> broad{};                 ///< per reflection
    std::vector<Texture> textures{};                 ///< per reflection

    double at(std::size_t parameter) const { return values[parameter]; }
    std::size_t reflection(std::size_t line) const { return line % lines.reflections; }
    bool has_gauss(std::size_t line) const { return lines.value[gauss][line] > least_gauss; }
    bool has_lorentz(std::size_t line) const { return lines.value[lorentz][line] > least_lorentz; }
    double size_width(std::size_t line) const { return size_unit[line] * broad[reflection(line)].size; }
    double strain_width(std::size_t line) const { return strain_unit[line] * broad[reflection(line)].strain; }

    void allocate();
    void differentiate_metric(std::span<Quantity const> moving);
    void differentiate_sample_widths();
    void differentiate_area();

    /// Add function(line) to the derivative of one quantity, if it is wanted.
    template <class Function>
    void fill(std::size_t parameter, Quantity quantity, Function const& function) {
        LineDerivative* const one = of(parameter);
        if (!one) return;
        auto& array = of.array(*one, quantity);
        for (std::size_t line = 0; line < lines.size(); ++line)
            if (lines.exists[line]) array[line] += function(line);
    }
    /// The same of the area, relative to it.
    template <class Function>
    void fill_relative(std::size_t parameter, Function const& function) {
        fill(parameter, area, [&](std::size_t line) { return lines.value[area][line] * function(line); });
    }

  private:
    void widen(std::size_t parameter, bool is_size, auto const& change);
    void differentiate_mix(std::size_t parameter, bool is_size);
};

void add_angle_lines(PatternModel const& pattern, LineContext context);
void add_flight_lines(PatternModel const& pattern, LineContext context);

}  // namespace hutch::powder::refine::detail
