#include "hutch/step/command_line.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/options.hpp"
#include "hutch/base/text.hpp"
#include "hutch/step/wording.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace hutch::step {
namespace {

namespace fs = std::filesystem;

std::string option_name(Parameter const& parameter) {
    std::string const option = option_of(parameter).substr(2);
    return option.substr(0, option.find(' '));
}

std::vector<Option> options_of(Description const& about) {
    std::vector<Option> options;
    for (auto const& parameters : {about.parameters, common_parameters(about)})
        for (Parameter const& one : parameters)
            options.push_back({option_name(one), placeholder_of(one), one.help, one.is_list});
    for (Port const& port : about.inputs)
        options.push_back({to_kebab(port.name), path_word(port), port.help, port.is_list});
    for (Port const& port : about.outputs)
        options.push_back({to_kebab(port.name), path_word(port), port.help, false});
    if (!about.outputs.empty() && about.outputs[0].name != "out")
        options.push_back({"out", path_word(about.outputs[0]), about.outputs[0].help, false});
    return options;
}

// A number if it reads as one, else the text, which the check refuses in its own words.
Value field_value(Field const& field, std::string_view text) {
    if (field.type == Type::integer || field.type == Type::number) {
        std::int64_t whole = 0;
        auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), whole);
        if (problem == std::errc{} && end == text.data() + text.size()) return whole;
        if (auto const number = to_number(text)) return *number;
    }
    return std::string(text);
}

Value row_value(Parameter const& parameter, std::string_view text) {
    if (parameter.fields.size() == 1) return field_value(parameter.fields[0], text);
    auto const parts = split(text, ':');
    Value::List row;
    for (std::size_t i = 0; i < parts.size(); ++i)
        row.push_back(field_value(parameter.fields[std::min(i, parameter.fields.size() - 1)], parts[i]));
    return row;
}

Value parameter_value(Parameter const& parameter, std::vector<std::string> const& texts) {
    if (parameter.fields[0].type == Type::flag)
        return !(parameter.fallback && *parameter.fallback == Value(true));
    if (!parameter.is_list) return row_value(parameter, texts[0]);
    Value::List list;
    for (std::string const& text : texts)
        for (auto const item : split(text, ',')) list.push_back(row_value(parameter, item));
    return list;
}

Values read_values(std::vector<Parameter> const& parameters, SortedWords const& words) {
    Values values;
    for (Parameter const& parameter : parameters)
        if (auto const found = words.options.find(option_name(parameter)); found != words.options.end())
            values[parameter.name] = parameter_value(parameter, found->second);
    return complete({.name = "this command", .parameters = parameters}, values);
}

[[noreturn]] void missing(Description const& about, Port const& port) {
    throw Error(Fault::bad_input,
                fmt::format("'{}' is missing; expected {} ({}): 'hutch {}'", port.name,
                            port.is_list ? "one or more" : "it", port.format, usage_of(about)));
}

fs::path existing(Port const& port, std::string const& path) {
    std::error_code problem;
    if (!fs::exists(path, problem))
        throw Error(Fault::not_found,
                    fmt::format("'{}' is not there; expected {}: '{}'", port.name, port.format, path));
    return path;
}

fs::path writable(Port const& port, fs::path const& path) {
    fs::path const folder = path.parent_path();
    std::error_code problem;
    if (path.empty()) throw Error(Fault::bad_input, fmt::format("'{}' is empty; expected a path", port.name));
    if (port.format != "folder" && !folder.empty() && !fs::is_directory(folder, problem))
        throw Error(Fault::not_found,
                    fmt::format("'{}' would lie in a folder that is not there; expected one: '{}'", port.name,
                                folder.string()));
    return path;
}

// Gives out the plain words in order.
class PlainWords {
  public:
    explicit PlainWords(std::vector<std::string> const& words) : words_(words) {}
    std::vector<std::string> take(bool all) {
        std::size_t const count =
            all ? words_.size() - next_ : std::min<std::size_t>(1, words_.size() - next_);
        std::vector<std::string> taken(words_.begin() + long(next_), words_.begin() + long(next_ + count));
        next_ += count;
        return taken;
    }
    std::size_t left() const { return words_.size() - next_; }

  private:
    std::vector<std::string> const& words_;
    std::size_t next_ = 0;
};

std::vector<std::string> words_for(Port const& port, SortedWords const& words, PlainWords& plain) {
    auto const named = words.options.find(to_kebab(port.name));
    if (named != words.options.end()) return named->second;
    return port.is_required ? plain.take(port.is_list) : std::vector<std::string>();
}

void read_ports(Description const& about, SortedWords const& words, Call& call) {
    PlainWords plain(words.plain);
    for (Port const& port : about.inputs) {
        auto const given = words_for(port, words, plain);
        if (given.empty() && port.is_required) missing(about, port);
        for (std::string const& path : given) call.inputs[port.name].push_back(existing(port, path));
    }
    for (Port const& port : about.outputs) {
        bool const is_first = &port == &about.outputs[0] && port.name != "out";
        auto const out = words.options.find("out");
        bool const has_out = is_first && out != words.options.end();
        if (has_out && words.options.contains(to_kebab(port.name)))
            throw Error(Fault::bad_input, fmt::format("'{}' is given twice; expected --out or --{}",
                                                      port.name, to_kebab(port.name)));
        auto const given = has_out ? out->second : words_for(port, words, plain);
        if (given.empty() && port.is_required) missing(about, port);
        if (!given.empty()) call.outputs[port.name] = writable(port, given[0]);
    }
    if (plain.left() > 0)
        throw Error(Fault::bad_input,
                    fmt::format("{} is one word too many; expected 'hutch {}'; see 'hutch {} --help'",
                                in_quotes(words.plain[words.plain.size() - plain.left()]), usage_of(about),
                                words_of(about)));
}

}  // namespace

std::vector<Parameter> common_parameters(Description const& about) {
    std::vector<Parameter> parameters;
    if (about.needs.threads == 0)
        parameters.push_back({.name = "threads",
                              .help = "processor threads",
                              .fields = {{.type = Type::integer, .unit = "1", .least = 1, .most = 1024}},
                              .fallback = Value(),
                              .otherwise = "as many as the machine has"});
    if (about.needs.gpu != Gpu::none)
        parameters.push_back({.name = "device",
                              .help = "where kernels run",
                              .fields = {{.type = Type::text, .rule = "a name that 'hutch machine' lists"}},
                              .fallback = Value(),
                              .otherwise = "cpu"});
    parameters.push_back({.name = "json",
                          .help = "write the result as JSON",
                          .fields = {{.type = Type::flag}},
                          .fallback = false});
    parameters.push_back(
        {.name = "help", .help = "show this", .fields = {{.type = Type::flag}}, .fallback = false});
    return parameters;
}

Request read_command_line(Description const& about, std::vector<std::string> const& words,
                          Call const& defaults) {
    auto const options = options_of(about);
    SortedWords const sorted =
        sort_words(options, words, fmt::format("see 'hutch {} --help'", words_of(about)));
    Request request{defaults, sorted.options.contains("help"), sorted.options.contains("json")};
    if (request.wants_help) return request;
    Values const common = read_values(common_parameters(about), sorted);
    if (auto const threads = common.find("threads"); threads != common.end() && !threads->second.is_nothing())
        request.call.threads = unsigned(threads->second.integer());
    if (auto const device = common.find("device"); device != common.end() && !device->second.is_nothing())
        request.call.device = device->second.text();
    request.call.parameters = read_values(about.parameters, sorted);
    read_ports(about, sorted, request.call);
    return request;
}

std::string to_json(Description const& about, Call const& call, Outcome const& outcome) {
    std::string json;
    auto const add = [&](std::string const& name, std::string const& value) {
        json += fmt::format("{}\"{}\": {}", json.empty() ? "{" : ", ", name, value);
    };
    for (Finding const& finding : about.findings)
        if (auto const found = outcome.findings.find(finding.name); found != outcome.findings.end())
            add(finding.name, to_json(found->second));
    for (Port const& port : about.outputs)
        if (auto const path = call.output(port.name)) add(port.name, to_json_text(path->string()));
    return json.empty() ? "{}" : json + "}";
}

}  // namespace hutch::step
