#include "hutch/step/help.hpp"

#include "hutch/base/text.hpp"
#include "hutch/step/command_line.hpp"
#include "hutch/step/wording.hpp"

#include <fmt/format.h>

namespace hutch::step {
namespace {

constexpr std::size_t name_width = 34, line_width = 110;

// Words in lines of at most line_width, each line behind `indent` spaces.
std::string wrapped(std::string const& text, std::size_t indent) {
    std::string result, line;
    for (auto const word : split_words(text)) {
        if (!line.empty() && indent + line.size() + 1 + word.size() > line_width) {
            result += line + "\n" + std::string(indent, ' ');
            line.clear();
        }
        line += (line.empty() ? "" : " ") + std::string(word);
    }
    return result + line + "\n";
}

std::string entry(std::string const& name, std::string const& text) {
    std::string const start = fmt::format("  {:{}}", name, name_width - 2);
    if (start.size() <= name_width && start.back() == ' ') return start + wrapped(text, name_width);
    return start + "\n" + std::string(name_width, ' ') + wrapped(text, name_width);
}

std::string parameter_text(Parameter const& parameter) {
    std::string const units = units_of(parameter);
    std::string const fallback = default_of(parameter);
    std::string facts;
    auto const add = [&](std::string const& fact) { facts += (facts.empty() ? "" : "; ") + fact; };
    bool const is_flag = parameter.fields[0].type == Type::flag;
    if (!units.empty() && units != "1") add(units);
    if (!is_flag) add(rules_of(parameter));
    if (parameter.is_list) add("any number of them, with commas or repeated");
    if (!is_flag) add(fallback.empty() ? "must be given" : "default " + fallback);
    return parameter.help + (facts.empty() ? "" : " [" + facts + "]");
}

std::string port_text(Port const& port, bool is_out) {
    std::string text = port.help + " [" + port.format;
    if (!port.unit.empty() && port.unit != "1") text += "; " + port.unit;
    if (port.is_list) text += "; repeat for more";
    return text + (is_out || port.is_required ? "]" : "; may be left out]");
}

std::string port_name(Port const& port, bool is_first_output) {
    std::string const option = fmt::format("--{} {}", to_kebab(port.name), path_word(port));
    std::string const plain = port.is_required ? placeholder_of(port) + ", " : "";
    return plain + (is_first_output ? "--out " + path_word(port) + ", " : "") + option;
}

std::string section(std::string const& title, std::string const& entries) {
    return entries.empty() ? "" : "\n" + title + "\n" + entries;
}

std::string parameter_entries(std::vector<Parameter> const& parameters) {
    std::string entries;
    for (Parameter const& one : parameters) entries += entry(option_of(one), parameter_text(one));
    return entries;
}

std::string finding_entries(Description const& about) {
    std::string entries;
    for (Finding const& one : about.findings)
        entries +=
            entry(one.name, one.help + (one.unit.empty() || one.unit == "1" ? "" : " [" + one.unit + "]"));
    return entries;
}

}  // namespace

std::string help_of(Description const& about) {
    std::string inputs, outputs;
    for (Port const& port : about.inputs) inputs += entry(port_name(port, false), port_text(port, false));
    for (Port const& port : about.outputs)
        outputs +=
            entry(port_name(port, &port == &about.outputs[0] && port.name != "out"), port_text(port, true));
    return "usage: hutch " + usage_of(about) + "\n\n" + wrapped(to_sentence(about.summary), 0) +
           section("Reads", inputs) + section("Writes", outputs) +
           section("Parameters", parameter_entries(about.parameters)) +
           section("Options", parameter_entries(common_parameters(about))) +
           section("Finds (with --json, and for steps that follow)", finding_entries(about)) +
           fmt::format("\nVersion {}. {}", about.version, wrapped("Source: " + about.reference, 0));
}

}  // namespace hutch::step
