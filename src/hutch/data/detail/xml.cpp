#include "hutch/data/detail/xml.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/detail/pattern_formats.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hutch::data::detail {
namespace {

int line_at(std::string_view text, std::ptrdiff_t offset) {
    std::size_t const end = std::min(text.size(), std::size_t(std::max<std::ptrdiff_t>(offset, 0)));
    return 1 + int(std::ranges::count(text.substr(0, end), '\n'));
}

}  // namespace

Xml::Xml(std::string_view text, std::string const& name) : text_(text), name_(name) {
    auto const result = document_.load_buffer(text.data(), text.size());
    if (!result)
        fail_at(name, line_at(text, result.offset),
                fmt::format("XML is damaged ({}); expected it whole; is the file cut short?",
                            to_lower(result.description())));
}

int Xml::line_of(pugi::xml_node node) const { return line_at(text_, node.offset_debug()); }

void Xml::fail(pugi::xml_node node, std::string const& what) const { fail_at(name_, line_of(node), what); }

double Xml::number(pugi::xml_node node) const {
    std::string const text = text_of(node);
    if (auto const value = to_number(trim(text))) return *value;
    fail(node, fmt::format("'{}' is {}; expected a finite number", local_name(node), in_quotes(trim(text))));
}

std::vector<double> Xml::numbers(pugi::xml_node node) const {
    std::string const text = text_of(node);
    std::vector<double> values;
    FieldReader fields(text);
    for (auto field = fields.next(); !field.empty(); field = fields.next()) {
        auto const value = to_number(field);
        if (!value)
            fail(node, fmt::format("value {} of '{}' is {}; expected a finite number", values.size() + 1,
                                   local_name(node), in_quotes(field)));
        values.push_back(*value);
    }
    return values;
}

std::string_view local_name(pugi::xml_node node) {
    std::string_view const name = node.name();
    std::size_t const colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child_of(pugi::xml_node node, std::string_view name) {
    return node.find_child([&](pugi::xml_node child) { return local_name(child) == name; });
}

pugi::xml_node find_below(pugi::xml_node node, std::string_view name) {
    return node.find_node([&](pugi::xml_node child) { return local_name(child) == name; });
}

std::vector<pugi::xml_node> children_of(pugi::xml_node node, std::string_view name) {
    std::vector<pugi::xml_node> found;
    for (pugi::xml_node child : node.children())
        if (local_name(child) == name) found.push_back(child);
    return found;
}

std::string text_of(pugi::xml_node node) {
    std::string text;
    for (pugi::xml_node child : node.children())
        if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) text += child.value();
    return text;
}

}  // namespace hutch::data::detail
