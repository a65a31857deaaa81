#include "hutch/data/detail/line_reader.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"

#include <cstring>

#include <fmt/format.h>

namespace hutch::data::detail {
namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

LineReader::LineReader(std::string_view text, std::string const& name, std::size_t record_width)
    : rest_(text), name_(name) {
    if (text.size() > record_width && text.find('\n') == std::string_view::npos) record_width_ = record_width;
}

bool LineReader::next() {
    if (rest_.empty()) return false;
    if (record_width_ > 0) {
        line_ = rest_.substr(0, record_width_);
        rest_.remove_prefix(line_.size());
        ++number_;
        return true;
    }
    std::size_t const end = rest_.find('\n');
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (line_.ends_with('\r')) line_.remove_suffix(1);
    ++number_;
    return true;
}

void LineReader::fail(std::string const& what) const { fail_at(name_, number_, what); }

void fail_at(std::string const& name, int line, std::string const& what) {
    throw Error(Fault::bad_data, fmt::format("{}:{}: {}", name, line, what));
}

std::string_view FieldReader::next() {
    std::size_t i = 0;
    std::size_t const size = rest_.size();
    while (i < size && is_blank(rest_[i])) ++i;
    if (!at_start_ && i < size && rest_[i] == ',') ++i;
    while (i < size && is_blank(rest_[i])) ++i;
    std::size_t const start = i;
    while (i < size && rest_[i] != ',' && !is_blank(rest_[i])) ++i;
    std::string_view const field = rest_.substr(start, i - start);
    rest_.remove_prefix(i);
    at_start_ = false;
    return field;
}

double next_number(FieldReader& fields, LineReader const& at, char const* item) {
    std::string_view const field = fields.next();
    if (auto const value = to_number(field)) return *value;
    if (field.empty()) at.fail(fmt::format("'{}' is missing; expected a finite number", item));
    at.fail(fmt::format("'{}' is {}; expected a finite number", item, in_quotes(field)));
}

FieldCount count_fields(std::string_view line) {
    FieldCount count;
    FieldReader fields(line);
    for (auto field = fields.next(); !field.empty(); field = fields.next()) {
        if (count.numbers == count.fields && to_number(field)) ++count.numbers;
        ++count.fields;
    }
    return count;
}

}  // namespace hutch::data::detail
