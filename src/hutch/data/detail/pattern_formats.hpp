/// Readers and writers of powder patterns, one pair for each file format, and what they share.
#pragma once

#include "hutch/data/detail/line_reader.hpp"
#include "hutch/data/pattern.hpp"

#include <string>
#include <string_view>

namespace hutch::data::detail {

constexpr std::size_t most_points = 10'000'000;
constexpr std::size_t gsas_record_width = 80;  // [byte]

/// Collect points, check that x goes one way, and hand out the pattern with x ascending.
class PatternBuilder {
  public:
    explicit PatternBuilder(std::string const& name) : name_(name) {}
    Pattern& pattern() { return pattern_; }
    /// Append a point. \throws Error when x turns back or there are more than most_points
    void add(int line, double x, double y);
    void add(int line, double x, double y, double sigma);
    /// Return the pattern; it needs two points.
    Pattern finish(int last_line);

  private:
    void check_step(int line, double x) const;
    std::string const& name_;
    Pattern pattern_;
};

/// Take title, axis and wavelength from a comment such as "# wavelength: 1.54 angstrom"; others are passed
/// over.
void read_header_comment(std::string_view line, Pattern& pattern);
/// Whether a line is a comment (# ! ; ' " /), blank or, if `is_top`, any text that does not start with a
/// number.
bool is_passed_over(std::string_view line, bool is_top);
/// Return the standard deviation of a count: its root, and 1 for fewer than one count.
double counting_sigma(double counts);
/// Return the number of points of a grid from start to stop, or 0 when there is no such grid within
/// most_points.
std::size_t grid_points(double start, double step, double stop);
/// Return text on one line without blanks at the ends, at most `most` bytes.
std::string one_line(std::string_view text, std::size_t most);

// What readers of files with scans share. A scan is chosen by its number from 1; 0 takes the first.
/// Return the index of the scan. \throws Error bad_data when there are not so many
std::size_t scan_index(std::string const& name, int wanted, std::size_t scans);
[[noreturn]] void fail_scan(std::string const& name, int wanted, std::size_t scans);
/// Throw Error unsupported: the scan moves something else than 2 theta.
[[noreturn]] void refuse_scan(std::string const& name, std::size_t index, std::string_view moves);
/// Say that counts are below zero, which no counter gives: what was taken off them is not known, nor is
/// sigma.
std::string negative_counts(double counts);
/// Set the wavelengths [angstrom] where they are such of diffraction; the second only with its intensity.
void set_lines(Pattern& pattern, double alpha1, double alpha2, double ratio);

Pattern parse_columns(std::string_view text, std::string const& name, bool has_sigma);
/// \param bank  the number on its BANK line; 0 takes the first
Pattern parse_gsas(std::string_view text, std::string const& name, int bank);
Pattern parse_fox(std::string_view text, std::string const& name);
Pattern parse_pdcif(std::string_view text, std::string const& name);
/// Whether the bytes start as a file of one of the four versions does.
bool is_bruker_raw(std::string_view bytes);
Pattern parse_bruker_raw(std::string_view text, std::string const& name, int wanted);
bool is_zip(std::string_view bytes);
Pattern parse_brml(std::string_view text, std::string const& name, int wanted);
/// Whether a text is XML with the root element xrdMeasurements.
bool is_xrdml(std::string_view text);
Pattern parse_xrdml(std::string_view text, std::string const& name, int wanted);

// The writers rely on to_text having checked the pattern.
std::string columns_text(Pattern const& pattern, bool has_sigma);
std::string fxye_text(Pattern const& pattern);
std::string fox_text(Pattern const& pattern);
std::string pdcif_text(Pattern const& pattern);

}  // namespace hutch::data::detail
