/// Understand units: products, quotients and powers of known names, in the way of UDUNITS.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace hutch::step {

/// Return whether a unit such as "1/angstrom", "degree^2", "degree2", "g/cm^3", "keV", "count s^-1", "1e-6
/// angstrom-2" can be understood.
///
/// SI symbols take SI prefixes; names in words ("degree", "angstrom", "count") do not, but for "microsecond".
/// "1" has no dimension.
bool is_unit(std::string_view text);

/// What a unit measures and how large it is.
struct Unit {
    /// Powers of metre, kilogram, second, ampere, kelvin, mole, candela; of plane angle, and of what is
    /// counted (counts, electrons, photons, pixels, bytes), which the SI takes for pure numbers.
    std::array<int, 9> dimension{};
    double factor = 1;  ///< times that many units of the SI, radians or counts
    double offset = 0;  ///< to be added after the factor: of degrees Celsius alone
    bool operator==(Unit const&) const = default;
};

/// Return what a unit means, or nothing when it cannot be understood.
std::optional<Unit> parse_unit(std::string_view text);

/// Return the name that is_unit() knows for what files often say: "degrees", "Angstrom", "counts", "seconds";
/// any other text as it is.
std::string_view usual_name(std::string_view unit);

/// Return whether two units differ in spelling only: usual names, dimension and size to 1 part in 1e9.
bool is_same_unit(std::string_view one, std::string_view other);

}  // namespace hutch::step
