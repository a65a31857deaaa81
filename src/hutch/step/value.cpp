#include "hutch/step/value.hpp"

#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::step {
namespace {

constexpr double int64_end = 9223372036854775808.0;  // 2^63, the first double that is too large
constexpr std::size_t most_nested = 8;
constexpr std::size_t most_values = 1'000'000;

std::optional<std::int64_t> as_integer(double number) {
    if (number == std::floor(number) && number >= -int64_end && number < int64_end)
        return std::int64_t(number);
    return {};
}

[[noreturn]] void wrong_type(Value const& value, char const* expected) {
    throw Error(Fault::bug, fmt::format("'value' is {}; expected {}", in_quotes(to_text(value)), expected));
}

// The shortest digits that read back the same; equal values give equal text, be they held as 1 or as 1.0.
std::string number_text(double number) {
    if (!std::isfinite(number))
        throw Error(Fault::bad_data, fmt::format("'value' is {}; expected a finite number", number));
    if (auto const whole = as_integer(number)) return std::to_string(*whole);
    char digits[32];
    auto const [end, problem] = std::to_chars(digits, digits + sizeof digits, number);
    return {digits, end};
}

std::string json_string(std::string const& text) {
    try {
        return nlohmann::json(text).dump();
    } catch (nlohmann::json::exception const&) {
        throw Error(Fault::bad_input, fmt::format("'text' is no UTF-8; expected it: {}", to_json_text(text)));
    }
}

void put_json(Value const& value, std::string& out) {
    if (value.is_nothing()) {
        out += "null";
    } else if (value.is_flag()) {
        out += value.flag() ? "true" : "false";
    } else if (value.is_integer()) {
        out += std::to_string(value.integer());
    } else if (value.is_number()) {
        out += number_text(value.number());
    } else if (value.is_text()) {
        out += json_string(value.text());
    } else {
        out += '[';
        for (char const* separator = ""; Value const& item : value.list()) {
            out += separator;
            put_json(item, out);
            separator = ",";
        }
        out += ']';
    }
}

// Takes what nlohmann's parser meets: one map of values, which may be lists but hold no maps.
class Reader : public nlohmann::json_sax<nlohmann::json> {
  public:
    Reader(Values& values, std::string const& name) : values_(values), name_(name) {}

    bool null() override { return put({}); }
    bool boolean(bool flag) override { return put(flag); }
    bool number_integer(number_integer_t whole) override { return put(std::int64_t(whole)); }
    bool number_unsigned(number_unsigned_t whole) override {
        return whole <= std::uint64_t(std::numeric_limits<std::int64_t>::max()) ? put(std::int64_t(whole))
                                                                                : put(double(whole));
    }
    bool number_float(number_float_t number, string_t const&) override { return put(double(number)); }
    bool string(string_t& text) override { return put(std::move(text)); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override {
        if (is_open_) refuse("holds a map inside the map; expected values and lists");
        return is_open_ = true;
    }
    bool key(string_t& key) override {
        key_ = std::move(key);
        if (values_.contains(key_)) refuse(fmt::format("has {} twice; expected it once", in_quotes(key_)));
        return true;
    }
    bool end_object() override { return true; }
    bool start_array(std::size_t) override {
        if (!is_open_) refuse("starts with a list; expected a map");
        if (lists_.size() >= most_nested)
            refuse(fmt::format("is nested deeper than {}; expected a flatter list", most_nested));
        lists_.emplace_back();
        return true;
    }
    bool end_array() override {
        Value list(std::move(lists_.back()));
        lists_.pop_back();
        return put(std::move(list));
    }
    bool parse_error(std::size_t at, std::string const&, nlohmann::json::exception const&) override {
        refuse(fmt::format("is broken at byte {}; expected JSON", at));
    }

  private:
    bool put(Value value) {
        if (!is_open_) refuse("is a single value; expected a map");
        if (lists_.empty())
            values_[key_] = std::move(value);
        else
            lists_.back().push_back(std::move(value));
        return true;
    }
    [[noreturn]] void refuse(std::string const& found_and_expected) const {
        throw Error(Fault::bad_data, fmt::format("{}: 'values' {}", name_, found_and_expected));
    }

    Values& values_;
    std::string const& name_;
    std::string key_;
    std::vector<Value::List> lists_;
    bool is_open_ = false;
};

Value scalar_value(Document const& document) {
    std::string const text = document.text();
    if (document.is_quoted()) return text;
    if (text == "true") return true;
    if (text == "false") return false;
    std::int64_t whole = 0;
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (problem == std::errc{} && end == text.data() + text.size()) return whole;
    if (auto const number = to_number(text)) return *number;
    return text;
}

// A YAML alias can make a small document walk like a huge one, so both depth and number are bounded.
Value read_value(Document const& document, std::size_t depth, std::size_t& left) {
    if (left-- == 0) document.fail(fmt::format("holds more than {} values; expected fewer", most_values));
    if (document.is_empty()) return {};
    if (document.is_map()) document.fail("is a map; expected a value or a list");
    if (document.is_scalar()) return scalar_value(document);
    if (depth >= most_nested) document.fail("is nested too deeply; expected a list of rows at most");
    Value::List list;
    for (Document const& item : document.items()) list.push_back(read_value(item, depth + 1, left));
    return list;
}

}  // namespace

bool Value::flag() const {
    if (auto const* flag = std::get_if<bool>(&held_)) return *flag;
    wrong_type(*this, "a flag");
}

std::int64_t Value::integer() const {
    if (auto const* whole = std::get_if<std::int64_t>(&held_)) return *whole;
    if (auto const* number = std::get_if<double>(&held_))
        if (auto const whole = as_integer(*number)) return *whole;
    wrong_type(*this, "a whole number");
}

double Value::number() const {
    if (auto const* number = std::get_if<double>(&held_)) return *number;
    if (auto const* whole = std::get_if<std::int64_t>(&held_)) return double(*whole);
    wrong_type(*this, "a number");
}

std::string const& Value::text() const {
    if (auto const* text = std::get_if<std::string>(&held_)) return *text;
    wrong_type(*this, "a text");
}

Value::List const& Value::list() const {
    if (auto const* list = std::get_if<List>(&held_)) return *list;
    wrong_type(*this, "a list");
}

bool Value::operator==(Value const& other) const {
    if (is_number() && other.is_number() && is_integer() != other.is_integer()) {
        auto const whole = as_integer(is_integer() ? other.number() : number());
        return whole && *whole == (is_integer() ? integer() : other.integer());
    }
    return held_ == other.held_;
}

std::string to_json(Value const& value) {
    std::string out;
    put_json(value, out);
    return out;
}

std::string to_json(Values const& values) {
    std::string out = "{";
    for (char const* separator = ""; auto const& [name, value] : values) {
        out += separator + json_string(name) + ":";
        put_json(value, out);
        separator = ",";
    }
    return out + "}";
}

std::string to_text(Value const& value) {
    if (value.is_nothing()) return "none";
    if (value.is_flag()) return value.flag() ? "yes" : "no";
    if (value.is_integer()) return std::to_string(value.integer());
    if (value.is_number()) return fmt::format("{}", value.number());
    if (value.is_text()) return value.text();
    bool has_rows = false;
    for (Value const& item : value.list()) has_rows |= item.is_list();
    std::string text;
    for (Value const& item : value.list()) text += (text.empty() ? "" : has_rows ? "," : ":") + to_text(item);
    return text;
}

Values parse_values(std::string_view json, std::string const& name) {
    Values values;
    Reader reader(values, name);
    nlohmann::json::sax_parse(json, &reader);
    return values;
}

Value to_value(Document const& document) {
    std::size_t left = most_values;
    return read_value(document, 0, left);
}

}  // namespace hutch::step
