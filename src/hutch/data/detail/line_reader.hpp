/// Go through text line by line and field by field without copying, with errors that say where.
#pragma once

#include <string>
#include <string_view>

namespace hutch::data::detail {

/// The lines of a text (LF or CRLF) or, without line ends, its records of one width, counted from 1.
class LineReader {
  public:
    /// \param name          stands for the text in messages
    /// \param record_width  [byte] of a text that has no line end at all and is longer; 0 takes it as one
    /// line
    LineReader(std::string_view text, std::string const& name, std::size_t record_width = 0);
    /// Go to the next line; false at the end.
    bool next();
    std::string_view line() const { return line_; }
    int number() const { return number_; }
    std::string const& name() const { return name_; }
    /// Throw Error bad_data `NAME:LINE: what`.
    [[noreturn]] void fail(std::string const& what) const;

  private:
    std::string_view rest_, line_;
    std::string const& name_;
    std::size_t record_width_ = 0;  // 0: lines have ends
    int number_ = 0;
};

/// Throw Error bad_data `NAME:LINE: what`.
[[noreturn]] void fail_at(std::string const& name, int line, std::string const& what);

/// The fields of a line, between blanks or one comma; two commas in a row enclose an empty field.
class FieldReader {
  public:
    explicit FieldReader(std::string_view line) : rest_(line) {}
    /// Return the next field; empty at the end.
    std::string_view next();

  private:
    std::string_view rest_;
    bool at_start_ = true;
};

/// Return the next field as a finite number. \throws Error bad_data that calls the field `item`
double next_number(FieldReader& fields, LineReader const& at, char const* item);
/// Return how many fields a line has and in `numbers` how many of the first are numbers.
struct FieldCount {
    int fields = 0;
    int numbers = 0;
};
FieldCount count_fields(std::string_view line);

}  // namespace hutch::data::detail
