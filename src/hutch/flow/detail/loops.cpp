#include "hutch/flow/detail/loops.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"

#include <algorithm>
#include <cmath>
#include <glob.h>
#include <set>

#include <fmt/format.h>

namespace hutch::flow::detail {
namespace {

step::Value evaluate_with_values(Expression const& expression, Graph const& graph) {
    return evaluate(expression, [&](Reference const& reference, Expression const& part) -> step::Value {
        if (reference.root == Reference::Root::environment) return environment_value(reference, part);
        auto const known = graph.values.find(reference.name);
        if (reference.root == Reference::Root::name && known != graph.values.end()) return known->second;
        throw Error(
            Fault::bad_input,
            fmt::format("{} refers to {}; expected a value of the flow: loops are known before anything runs",
                        part.where, reference.to_text()));
    });
}

// Each file once, in the order of patterns; a pattern that matches nothing is a mistake.
std::vector<step::Value> files_of(LoopText const& loop, Graph const& graph) {
    step::Value const patterns = evaluate_with_values(loop.values, graph);
    step::Value::List const list = patterns.is_list() ? patterns.list() : step::Value::List(1, patterns);
    std::vector<step::Value> files;
    std::set<std::string> known;
    for (step::Value const& pattern : list) {
        if (!pattern.is_text())
            throw Error(Fault::bad_input, fmt::format("{} holds {}; expected patterns of files", loop.where,
                                                      step::to_text(pattern)));
        auto const found = matching_files(graph.text.folder, pattern.text());
        if (found.empty())
            throw Error(Fault::bad_input,
                        fmt::format("{} has the pattern {}, which matches nothing; expected files; relative "
                                    "patterns start at the flow's folder",
                                    loop.where, in_quotes(pattern.text(), 200)));
        for (auto const& path : found)
            if (std::string const name = std::filesystem::absolute(path).lexically_normal().string();
                known.insert(name).second)
                files.emplace_back(name);
    }
    return files;
}

std::vector<step::Value> range_of(LoopText const& loop) {
    std::vector<step::Value> values;
    auto const count = std::size_t(std::floor((loop.to - loop.from) / loop.by * (1 + 1e-12) + 1e-9)) + 1;
    bool const is_whole = loop.from == std::floor(loop.from) && loop.by == std::floor(loop.by) &&
                          std::abs(loop.from) < 0x1p53 && std::abs(loop.to) < 0x1p53;
    for (std::size_t i = 0; i < count; ++i) {
        double const value = loop.from + loop.by * double(i);
        if (is_whole)
            values.emplace_back(std::int64_t(value));
        else
            values.emplace_back(value);
    }
    return values;
}

std::string clean(std::string text) {
    for (char& c : text)
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
              c == '+' || c == '.' || c == '_' || c == '='))
            c = '_';
    return text.size() > 80 ? text.substr(0, 80) : text;
}

}  // namespace

std::vector<std::filesystem::path> matching_files(std::filesystem::path const& folder,
                                                  std::string const& pattern) {
    std::string whole;
    if (!pattern.starts_with('/') && !pattern.starts_with('~') && !folder.empty()) {
        for (char c : folder.string()) {  // the folder is a name, not a pattern
            if (std::string_view("*?[]{}~\\").find(c) != std::string_view::npos) whole += '\\';
            whole += c;
        }
        whole += '/';
    }
    whole += pattern;
    glob_t found{};
    int const status = ::glob(whole.c_str(), GLOB_NOSORT | GLOB_BRACE | GLOB_TILDE, nullptr, &found);
    std::vector<std::filesystem::path> paths;
    if (status == 0) paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    ::globfree(&found);
    std::ranges::sort(paths);  // by bytes: the same order in every locale
    return paths;
}

std::vector<std::string> folder_names(std::string const& name, std::vector<step::Value> const& values,
                                      bool is_files) {
    std::vector<std::string> names;
    std::set<std::string> used;
    for (std::size_t i = 0; i < values.size(); ++i) {
        std::string one = is_files ? clean(std::filesystem::path(values[i].text()).stem().string())
                                   : clean(name + "=" + step::to_text(values[i]));
        if (one.empty() || one[0] == '.') one = "_" + one;
        std::string unique = one;
        for (int again = 2; !used.insert(unique).second; ++again) unique = fmt::format("{}-{}", one, again);
        names.push_back(unique);
    }
    return names;
}

Axis make_axis(LoopText const& loop, Graph const& graph) {
    Axis axis;
    axis.name = loop.name;
    if (loop.kind == LoopText::Kind::files)
        axis.values = files_of(loop, graph);
    else if (loop.kind == LoopText::Kind::range)
        axis.values = range_of(loop);
    else if (step::Value const list = evaluate_with_values(loop.values, graph); list.is_list())
        axis.values = list.list();
    else
        throw Error(Fault::bad_input,
                    fmt::format("{} is {}; expected a list", loop.where, step::to_text(list)));
    if (axis.values.empty())
        throw Error(Fault::bad_input, fmt::format("{} has no values; expected at least one", loop.where));
    axis.labels = folder_names(loop.name, axis.values, loop.kind == LoopText::Kind::files);
    return axis;
}

}  // namespace hutch::flow::detail
