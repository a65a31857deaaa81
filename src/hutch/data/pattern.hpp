/// Hold a powder diffraction pattern, and read and write the common text formats.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::data {

enum class AxisKind { two_theta, q, d };  ///< [degree], [1/angstrom], [angstrom]
char const* to_name(AxisKind kind);

/// One pattern; x ascending, all three arrays of equal length (sigma may be empty: then it is unknown).
struct Pattern {
    std::string title;
    AxisKind axis = AxisKind::two_theta;
    double wavelength = 0;      ///< [angstrom]; 0 when the file does not tell
    std::vector<double> x;      ///< two theta [degree], Q [1/angstrom] or d [angstrom]
    std::vector<double> y;      ///< [count] or arbitrary
    std::vector<double> sigma;  ///< standard deviation of y; 0 for a point without weight
};

/// Formats by name: xy, xye, fxye (GSAS, centidegrees), fox (one header line "start step stop", then counts),
/// cif (pdCIF).
enum class PatternFormat { xy, xye, fxye, fox, cif };

/// Guess the format from the name (a trailing .gz does not count) and the first lines.
PatternFormat guess_pattern_format(std::string_view text, std::string const& name);
/// Read a pattern. \throws Error bad_data: `NAME:LINE: '<item>' is <value>; expected <rule>`
Pattern parse_pattern(std::string_view text, std::string const& name);
Pattern parse_pattern(std::string_view text, std::string const& name, PatternFormat format);
/// Read a file, gzip or plain.
Pattern read_pattern(std::filesystem::path const& path);
/// Return the pattern as text. Reading it back gives x and y to 9 digits.
///
/// Format fxye and xye need sigma, fox and fxye two theta, fox equal steps; fox gives sigma back as the root
/// of y.
/// \throws Error bad_input, unsupported when the format cannot hold the pattern
std::string to_text(Pattern const& pattern, PatternFormat format);
/// Write a file whose format follows from its ending (.xy .xye .fxye .dat .cif).
void write_pattern(std::filesystem::path const& path, Pattern const& pattern);

}  // namespace hutch::data
