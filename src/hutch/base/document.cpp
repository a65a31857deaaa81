#include "hutch/base/document.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace hutch {
namespace {

// yaml-cpp recurses while it parses; deeper nesting than any recipe has could exhaust the stack.
void refuse_deep_nesting(std::string_view text, std::string const& name) {
    int depth = 0, line = 1;
    std::size_t indent = 0, dashes = 0;
    bool at_start = true;
    for (char c : text) {
        if (c == '\n')
            ++line, indent = 0, dashes = 0, at_start = true;
        else if (at_start && c == ' ')
            ++indent;
        else if (at_start && (c == '-' || c == '?'))
            ++dashes;
        else
            at_start = false;
        depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
        if (depth > 64 || indent > 512 || dashes > 64)
            throw Error(
                Fault::bad_input,
                fmt::format("{}:{}: nesting is deeper than 64; expected a flatter document", name, line));
    }
}

}  // namespace

Document::Document(std::shared_ptr<YAML::Node> node, std::shared_ptr<std::string const> file,
                   std::string path)
    : node_(std::move(node)), file_(std::move(file)), path_(std::move(path)) {}

Document Document::parse(std::string_view text, std::string const& name) {
    refuse_deep_nesting(text, name);
    try {
        return {std::make_shared<YAML::Node>(YAML::Load(std::string(text))),
                std::make_shared<std::string const>(name), ""};
    } catch (YAML::Exception const& problem) {
        throw Error(Fault::bad_input, fmt::format("{}:{}: 'syntax' is broken ({}); expected YAML", name,
                                                  problem.mark.line + 1, problem.msg));
    }
}

bool Document::is_map() const { return node_->IsMap(); }
bool Document::is_list() const { return node_->IsSequence(); }
bool Document::is_scalar() const { return node_->IsScalar(); }
bool Document::is_quoted() const { return is_scalar() && node_->Tag() == "!"; }
bool Document::is_empty() const { return !node_->IsDefined() || node_->IsNull(); }
bool Document::has(std::string const& key) const { return is_map() && (*node_)[key].IsDefined(); }

Document Document::child(YAML::Node const& node, std::string const& step) const {
    bool const needs_dot = !path_.empty() && !step.starts_with('[');
    std::string const quoted =
        in_quotes(step, 60);  // keys are foreign text: cut, and without control characters
    return {std::make_shared<YAML::Node>(node), file_,
            path_ + (needs_dot ? "." : "") + quoted.substr(1, quoted.size() - 2)};
}

Document Document::find(std::string const& key) const {
    if (is_empty()) return child(YAML::Node(), key);
    if (!is_map()) fail(fmt::format("is {}; expected a map with '{}'", shown(), key));
    YAML::Node const member = (*node_)[key];
    return child(member.IsDefined() ? member : YAML::Node(), key);
}

Document Document::at(std::string const& key) const {
    if (!has(key)) fail(fmt::format("has no '{}'; expected it", key));
    return find(key);
}

std::vector<Document> Document::items() const {
    if (!is_list()) fail(fmt::format("is {}; expected a list", shown()));
    std::vector<Document> all;
    for (std::size_t i = 0; i < node_->size(); ++i) all.push_back(child((*node_)[i], fmt::format("[{}]", i)));
    return all;
}

std::vector<std::string> Document::keys() const {
    if (!is_map()) fail(fmt::format("is {}; expected a map", shown()));
    std::vector<std::string> all;
    for (auto const& entry : *node_) {
        if (!entry.first.IsScalar()) fail("has a key that is no text; expected names as keys");
        if (std::ranges::find(all, entry.first.Scalar()) != all.end())
            child(entry.first, entry.first.Scalar()).fail("is given twice; expected once");
        all.push_back(entry.first.Scalar());
    }
    return all;
}

std::string Document::text() const {
    if (!is_scalar()) fail(fmt::format("is {}; expected a text", shown()));
    return node_->Scalar();
}

double Document::number() const {
    if (is_scalar())
        if (auto const value = to_number(node_->Scalar())) return *value;
    fail(fmt::format("is {}; expected a number", shown()));
}

long long Document::integer() const {
    double const value = number();
    if (value != std::floor(value) || std::abs(value) > 9e15)
        fail(fmt::format("is {}; expected an integer", shown()));
    return (long long)value;
}

void Document::only(std::vector<std::string> const& known) const {
    for (std::string const& key : keys()) {
        if (std::ranges::find(known, key) != known.end()) continue;
        std::string const near = nearest_word(key, known);
        find(key).fail(near.empty() ? fmt::format("is not known; expected one of: {}", fmt::join(known, ", "))
                                    : fmt::format("is not known; expected '{}'?", near));
    }
}

std::string Document::shown() const {
    if (is_empty()) return "empty";
    if (is_map()) return "a map";
    if (is_list()) return fmt::format("a list of {}", node_->size());
    return in_quotes(node_->Scalar());
}

std::string Document::where() const {
    std::string place = *file_;
    if (node_->IsDefined() && !node_->Mark().is_null()) place += fmt::format(":{}", node_->Mark().line + 1);
    return place + ": " + (path_.empty() ? "document" : "'" + path_ + "'");
}

void Document::fail(std::string const& found_and_expected) const {
    throw Error(Fault::bad_input, where() + " " + found_and_expected);
}

std::string nearest_word(std::string_view word, std::vector<std::string> const& known) {
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (std::string const& candidate : known) {
        std::vector<std::size_t> row(candidate.size() + 1);
        std::iota(row.begin(), row.end(), std::size_t{0});
        for (std::size_t i = 0; i < word.size(); ++i) {
            std::size_t diagonal = row[0]++;
            for (std::size_t j = 0; j < candidate.size(); ++j) {
                std::size_t const replaced = diagonal + (word[i] == candidate[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
            }
        }
        if (row.back() < best_distance) best_distance = row.back(), best = candidate;
    }
    return best;
}

}  // namespace hutch
