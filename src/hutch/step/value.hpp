/// Hold one value of a step's parameter: nothing, flag, whole number, number, text, or a list of values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hutch {
class Document;
}

namespace hutch::step {

/// A small tree like JSON's without maps. Numbers compare by value: 1 equals 1.0.
class Value {
  public:
    using List = std::vector<Value>;
    Value() = default;
    Value(bool flag) : held_(flag) {}
    Value(int whole) : held_(std::int64_t(whole)) {}
    Value(std::int64_t whole) : held_(whole) {}
    Value(double number) : held_(number) {}
    Value(char const* text) : held_(std::string(text)) {}
    Value(std::string text) : held_(std::move(text)) {}
    Value(List list) : held_(std::move(list)) {}

    bool is_nothing() const { return std::holds_alternative<std::monostate>(held_); }
    bool is_flag() const { return std::holds_alternative<bool>(held_); }
    bool is_integer() const { return std::holds_alternative<std::int64_t>(held_); }
    bool is_number() const { return is_integer() || std::holds_alternative<double>(held_); }
    bool is_text() const { return std::holds_alternative<std::string>(held_); }
    bool is_list() const { return std::holds_alternative<List>(held_); }

    /// Return what is held as that type; a value of another type is a bug. \throws Error bug
    bool flag() const;
    std::int64_t integer() const;
    double number() const;
    std::string const& text() const;
    List const& list() const;

    bool operator==(Value const& other) const;

  private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, List> held_;
};

/// Values by name; sorted, so that the same values always give the same text.
using Values = std::map<std::string, Value>;

/// Return a value as JSON: numbers with all their digits, whole numbers without a point, the same bytes on
/// every machine.
std::string to_json(Value const& value);
std::string to_json(Values const& values);
/// Return a value as people write it: 0.05, 1.5405:1, yes.
std::string to_text(Value const& value);
/// Parse what to_json() wrote. \param name stands for the text in messages \throws Error bad_data
Values parse_values(std::string_view json, std::string const& name);
/// Read a value of a YAML document: true and false are flags, what reads as a number is one, all else is
/// text.
/// \throws Error bad_input for a map
Value to_value(Document const& document);

}  // namespace hutch::step
