/// Read and take apart text: whole files, lines, words, numbers, with errors that name what was found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hutch {

/// Return the text without white space at both ends.
std::string_view trim(std::string_view text);
/// Return the words between white space (and, if asked, commas).
std::vector<std::string_view> split_words(std::string_view text, bool commas_too = false);
/// Return the lines without their ends (LF or CRLF); a last empty line is not counted.
std::vector<std::string_view> split_lines(std::string_view text);
/// Return the parts between a separator, empty ones too.
std::vector<std::string_view> split(std::string_view text, char separator);
/// Return the text in lower case (ASCII).
std::string to_lower(std::string_view text);
/// Return the number that the whole text is, or nothing. "inf" and "nan" are not numbers here.
std::optional<double> to_number(std::string_view text);
/// Return the number that the whole text is. \throws Error bad_data, naming `name` and the text
double parse_number(std::string_view text, std::string_view name);
/// Return the text quoted and cut to a length that fits a message; control characters become `?`.
std::string in_quotes(std::string_view text, std::size_t most = 40);
/// Return the text as a JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD.
std::string to_json_text(std::string_view text);
/// Return the text as a field of a CSV row: in quotes where it needs them, on one line.
std::string to_csv_field(std::string_view text);
/// One character of UTF-8 (RFC 3629); what is ill-formed is one byte long and the replacement character
/// U+FFFD.
struct Character {
    std::uint32_t code;
    std::size_t bytes;
};
/// Decode the first character of a text that is not empty.
Character first_character(std::string_view text);
/// Return text that may stand in XML content and attributes.
///
/// Control characters become spaces; bytes that are not UTF-8 and characters that XML forbids become U+FFFD.
std::string escape_xml(std::string_view text);
/// Return an integer with thousands separated by commas.
std::string with_commas(long long value);

}  // namespace hutch
