/// The one error that leaves a room: a message in our grammar, what kind of fault it is, and where it arose.
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>

namespace hutch {

/// Who can mend it, and how it is told to the outside (exit status, HTTP status).
enum class Fault { bad_input, not_found, bad_data, unsupported, exhausted, external, denied, bug };

/// Return the process exit status for a fault.
int exit_status(Fault fault);
/// Return the name of a fault as it stands in JSON output.
char const* to_name(Fault fault);

/// Say what is wrong as `'<name>' <is what>; expected <rule>[; <next step>]`.
class Error : public std::runtime_error {
  public:
    Error(Fault fault, std::string const& message,
          std::source_location where = std::source_location::current());
    Fault fault() const { return fault_; }
    std::source_location const& where() const { return where_; }

    /// Return the same error with `context: ` in front, to name the file or record it happened in.
    Error within(std::string const& context) const;

  private:
    Fault fault_;
    std::source_location where_;
};

}  // namespace hutch
