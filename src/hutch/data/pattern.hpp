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
/// Return the unit of x as UDUNITS has it.
char const* unit_of(AxisKind kind);
/// Return the label of an axis for plots: "2θ / degree".
char const* axis_label(AxisKind kind);

/// One pattern; x ascending, all three arrays of equal length (sigma may be empty: then it is unknown).
struct Pattern {
    std::string title;
    AxisKind axis = AxisKind::two_theta;
    double wavelength = 0;         ///< [angstrom]; 0 when the file does not tell
    std::vector<double> x;         ///< unit as the axis says
    std::vector<double> y;         ///< [count] or arbitrary
    std::vector<double> sigma;     ///< standard deviation of y; 0 for a point without weight
    double second_wavelength = 0;  ///< [angstrom], as K alpha 2; 0 for none
    double second_intensity = 0;   ///< [1], of the second line, relative to the first
    /// Whether x are lower edges of bins and y what fell into them, as GSAS has time of flight.
    bool is_binned = false;
};
/// Return a binned pattern as y per unit of x at the middles of bins, one point less; any other as it is.
Pattern to_density(Pattern pattern);

/// Formats by name: xy, xye, fxye (GSAS, centidegrees), fox (one header line "start step stop", then counts),
/// cif (pdCIF). Read only: gsas (all kinds of GSAS raw data: STD, ESD, ALT, FXY, FXYE), xrdml
/// (PANalytical, 1.0 to 2.x), bruker_raw (Siemens and Bruker RAW, versions 1 to 4), brml (Bruker).
///
/// The second wavelength is read from xrdml, bruker_raw and brml alone, and no format is written with it.
/// These three hold counts, of which sigma is the root (of 0 it is 1), brought to where y is in the same way:
/// - xrdml: `counts` times their attenuation factors; `intensities` are that already. Corrections of the
///   divergence are refused unless one for all. The second wavelength is left out behind a monochromator.
/// - brml: counts as they stand; the factor of the absorber is in them already.
/// - Where points were counted for different times, y is as if all had been for that of the first.
/// - Each scan stands for itself, also appended and aborted ones: its points are those that are there.
/// - Counts below zero and scans of another angle than 2 theta are refused.
enum class PatternFormat { xy, xye, fxye, fox, cif, gsas, xrdml, bruker_raw, brml };

/// Guess the format from what is in the text, and where that does not tell, from the name (a trailing .gz
/// does not count).
PatternFormat guess_pattern_format(std::string_view text, std::string const& name);
/// Read a pattern. \throws Error bad_data: `NAME:LINE: '<item>' is <value>; expected <rule>`
Pattern parse_pattern(std::string_view text, std::string const& name);
/// \param bank  of fxye and gsas: the number on its BANK line; of xrdml, bruker_raw and brml: which scan
///              (range) of the file, from 1; 0 takes the first, and the only one elsewhere
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
