#include "hutch/methods/powder/refine/parameters.hpp"

#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"

#include <fmt/format.h>

namespace hutch::powder::refine {
namespace {

std::vector<std::string_view> words_of(std::string_view name) {
    std::vector<std::string_view> words;
    for (std::size_t from = 0; from <= name.size();) {
        std::size_t const dot = std::min(name.find('.', from), name.size());
        words.push_back(name.substr(from, dot - from));
        from = dot + 1;
    }
    return words;
}

bool matches(std::string_view pattern, std::string_view word) {
    if (pattern.empty()) return word.empty();
    if (pattern[0] == '*')
        return matches(pattern.substr(1), word) || (!word.empty() && matches(pattern, word.substr(1)));
    return !word.empty() && (pattern[0] == '?' || pattern[0] == word[0]) &&
           matches(pattern.substr(1), word.substr(1));
}

std::vector<std::string> names_of(std::vector<Parameter> const& all) {
    std::vector<std::string> names;
    for (Parameter const& one : all) names.push_back(one.name);
    return names;
}

std::string hint(std::string_view word, std::vector<std::string> const& names) {
    std::string const nearest = nearest_word(word, names);
    return nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest);
}

}  // namespace

bool selects(std::string_view selector, std::string_view name) {
    auto const wanted = words_of(selector), words = words_of(name);
    for (std::size_t from = 0; from + wanted.size() <= words.size(); ++from) {
        std::size_t i = 0;
        while (i < wanted.size() && matches(wanted[i], words[from + i])) ++i;
        if (i == wanted.size()) return true;
    }
    return false;
}

std::size_t Parameters::add(Parameter parameter) {
    auto const [place, is_new] = places_.try_emplace(parameter.name, all_.size());
    if (!is_new)
        throw Error(Fault::bad_input,
                    fmt::format("'{}' is there twice; expected names that differ", parameter.name));
    all_.push_back(std::move(parameter));
    return place->second;
}

std::size_t Parameters::find(std::string_view name) const {
    if (auto const found = places_.find(name); found != places_.end()) return found->second;
    throw Error(Fault::bad_input,
                fmt::format("'{}' is no parameter of this refinement; expected one of its {}{}", name,
                            all_.size(), hint(name, names_of(all_))));
}

std::vector<std::size_t> Parameters::select(std::string_view selector) const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < all_.size(); ++i)
        if (!all_[i].is_fixed && selects(selector, all_[i].name)) found.push_back(i);
    if (!found.empty()) return found;
    std::vector<std::string> words;
    for (Parameter const& one : all_)
        if (one.is_fixed && selects(selector, one.name))
            throw Error(
                Fault::bad_input,
                fmt::format("'{}' has no meaning here; expected parameters that can be refined", one.name));
    for (Parameter const& one : all_)
        for (std::string_view const word : words_of(one.name)) words.emplace_back(word);
    throw Error(Fault::bad_input,
                fmt::format("'{}' selects no parameter; expected words of their names, such as cell or "
                            "position.x{}",
                            selector, hint(selector, words)));
}

std::vector<double> Parameters::values() const {
    std::vector<double> values;
    for (Parameter const& one : all_) values.push_back(one.value);
    return values;
}

std::map<std::string, double> Parameters::values_by_name() const {
    std::map<std::string, double> values;
    for (Parameter const& one : all_) values[one.name] = one.value;
    return values;
}

void Parameters::set_values(std::span<double const> values) {
    for (std::size_t i = 0; i < all_.size(); ++i) all_[i].value = values[i];
}

}  // namespace hutch::powder::refine
