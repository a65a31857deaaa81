/// Hold a powder diffraction pattern, and read and write the common text formats.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::data {

/// What x is: [degree], [1/angstrom], [angstrom], [microsecond].
enum class AxisKind { two_theta, q, d, time_of_flight };
char const* to_name(AxisKind kind);

/// One pattern; x ascending, all three arrays of equal length (sigma may be empty: then it is unknown).
struct Pattern {
    std::string title;
    AxisKind axis = AxisKind::two_theta;
    double wavelength = 0;      ///< [angstrom]; 0 when the file does not tell
    std::vector<double> x;      ///< unit as the axis says
    std::vector<double> y;      ///< [count] or arbitrary
    std::vector<double> sigma;  ///< standard deviation of y; 0 for a point without weight
    /// Whether x are lower edges of bins and y what fell into them, as GSAS has time of flight.
    bool is_binned = false;
};
/// Return a binned pattern as y per unit of x at the middles of bins, one point less; any other as it is.
Pattern to_density(Pattern pattern);

/// Formats by name: xy, xye, fxye (GSAS, centidegrees), fox (one header line "start step stop", then counts),
/// cif (pdCIF), gsas (all kinds of GSAS raw data: STD, ESD, ALT, FXY, FXYE; read only).
enum class PatternFormat { xy, xye, fxye, fox, cif, gsas };

/// Guess the format from the name (a trailing .gz does not count) and the first lines.
PatternFormat guess_pattern_format(std::string_view text, std::string const& name);
/// Read a pattern. \throws Error bad_data: `NAME:LINE: '<item>' is <value>; expected <rule>`
Pattern parse_pattern(std::string_view text, std::string const& name);
/// \param bank  of fxye and gsas: the number on its BANK line; 0 takes the first, and the only one elsewhere
Pattern parse_pattern(std::string_view text, std::string const& name, PatternFormat format, int bank = 0);
/// Read a file, gzip or plain.
Pattern read_pattern(std::filesystem::path const& path, int bank = 0);
/// Return the pattern as text. Reading it back gives x and y to 9 digits.
///
/// Format fxye and xye need sigma, fox and fxye two theta, fox equal steps; fox gives sigma back as the root
/// of y.
/// \throws Error bad_input, unsupported when the format cannot hold the pattern
std::string to_text(Pattern const& pattern, PatternFormat format);
/// Write a file whose format follows from its ending (.xy .xye .fxye .dat .cif).
void write_pattern(std::filesystem::path const& path, Pattern const& pattern);

}  // namespace hutch::data
