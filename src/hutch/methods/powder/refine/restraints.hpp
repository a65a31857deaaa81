/// Say what is known besides the patterns: distances, angles, values and sums, each with an uncertainty.
#pragma once

#include "hutch/methods/powder/refine/model.hpp"

#include <array>
#include <vector>

namespace hutch::powder::refine {

/// An atom as a distance or an angle means it: the image of a site.
struct AtomImage {
    std::size_t site = 0;
    data::Operation operation;
    std::array<int, 3> shift{};  ///< lattice translation added to the operation
};

/// A value that is known besides the patterns, with its uncertainty.
struct Restraint {
    enum class Kind { distance, angle, sum };
    Kind kind = Kind::sum;
    double target = 0, sigma = 1;  ///< [angstrom], [degree], or the unit of the parameters
    std::size_t phase = 0;
    std::vector<AtomImage> atoms;                       ///< two, or three with the middle one second
    std::vector<std::pair<std::size_t, double>> terms;  ///< of a sum
};

/// Value of a restraint and its derivatives by parameters.
struct RestraintValue {
    double value = 0;
    std::vector<std::pair<std::size_t, double>> derivatives;
};
/// Calculate the value of a restraint and its derivatives at given values of all parameters.
RestraintValue evaluate(Restraint const& restraint, Model const& model, std::span<double const> values);

/// Return the image of `to` nearest to `from`, other than `from` itself.
AtomImage nearest_image(PhaseModel const& phase, AtomImage const& from, std::size_t to);

}  // namespace hutch::powder::refine
