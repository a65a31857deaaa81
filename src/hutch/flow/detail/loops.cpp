#include "hutch/flow/detail/loops.hpp"

#include "hutch/base/error.hpp"

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

std::vector<step::Value> files_of(LoopText const& loop, Graph const& graph) {
    step::Value const patterns = evaluate_with_values(loop.values, graph);
    step::Value::List const list = patterns.is_list() ? patterns.list() : step::Value::List(1, patterns);
    std::vector<step::Value> files;
    for (step::Value const& pattern : list) {
        if (!pattern.is_text())
            throw Error(Fault::bad_input, fmt::format("{} holds {}; expected patterns of files", loop.where,
                                                      step::to_text(pattern)));
        for (auto const& path : matching_files(graph.text.folder / pattern.text()))
            files.emplace_back(std::filesystem::absolute(path).lexically_normal().string());
    }
    return files;
}

std::vector<step::Value> range_of(LoopText const& loop) {
    std::vector<step::Value> values;
    auto const count = std::size_t(std::floor((loop.to - loop.from) / loop.by * (1 + 1e-12) + 1e-9)) + 1;
    bool const is_whole = loop.from == std::floor(loop.from) && loop.by == std::floor(loop.by);
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

std::vector<std::filesystem::path> matching_files(std::filesystem::path const& pattern) {
    glob_t found{};
    int const status = ::glob(pattern.c_str(), GLOB_NOSORT | GLOB_BRACE | GLOB_TILDE, nullptr, &found);
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
        if (!used.insert(one).second) used.insert(one = fmt::format("{}-{}", one, i));
        names.push_back(one);
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
        throw Error(Fault::bad_input,
                    fmt::format("{} has no values; expected {}", loop.where,
                                loop.kind == LoopText::Kind::files
                                    ? "files that match; relative patterns start at the flow's folder"
                                    : "at least one"));
    axis.labels = folder_names(loop.name, axis.values, loop.kind == LoopText::Kind::files);
    return axis;
}

}  // namespace hutch::flow::detail
