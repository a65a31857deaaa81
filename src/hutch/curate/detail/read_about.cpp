#include "hutch/curate/detail/read_about.hpp"

#include "hutch/base/text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

namespace hutch::curate::detail {

std::string text_or(Document const& document, char const* key, std::string const& fallback) {
    return document.has(key) ? document.at(key).text() : fallback;
}

std::vector<std::string> texts_of(Document const& document, char const* key) {
    std::vector<std::string> all;
    if (document.has(key))
        for (Document const& item : document.at(key).items()) all.push_back(item.text());
    return all;
}

std::uint64_t count_of(Document const& document, char const* key, std::uint64_t fallback, double least,
                       double most) {
    if (!document.has(key)) return fallback;
    long long const value = document.at(key).integer();
    if (double(value) < least || double(value) > most)
        document.at(key).fail(fmt::format("is {}; expected {} to {}", with_commas(value),
                                          with_commas((long long)least), with_commas((long long)most)));
    return std::uint64_t(value);
}

// ${NAME} becomes the environment's value, so that a recipe need not know where data lie.
std::string with_environment(Document const& document) {
    std::string path = document.text();
    while (true) {
        std::size_t const start = path.find("${"), end = path.find('}', start);
        if (start == std::string::npos || end == std::string::npos) return path;
        std::string const name = path.substr(start + 2, end - start - 2);
        char const* value = std::getenv(name.c_str());
        if (value == nullptr)
            document.fail(fmt::format(
                "uses ${{{}}}, which is not set; expected that variable in the environment", name));
        path.replace(start, end + 1 - start, value);
    }
}

std::vector<RecipeSplit> read_splits(Document const& document) {
    std::vector<RecipeSplit> splits;
    double sum = 0;
    for (std::string const& key : document.keys()) {
        if (key.empty() || key.find_first_of("/ \t\n,\".") != std::string::npos)
            document.fail(fmt::format(
                "has the name {}; expected a word without blanks, commas, dots and slashes", in_quotes(key)));
        splits.push_back({key, document.at(key).number()});
        if (!(splits.back().share > 0))
            document.at(key).fail(fmt::format("is {}; expected > 0", splits.back().share));
        sum += splits.back().share;
    }
    if (!(std::abs(sum - 1) < 1e-6)) document.fail(fmt::format("sums to {}; expected 1", sum));
    return splits;
}

template <class Target>
void read_about(Document const& document, Target& target) {
    target.name = document.at("name").text();
    if (target.name.empty() || target.name.find_first_of("/ \t\n") != std::string::npos)
        document.at("name").fail(
            fmt::format("is {}; expected a word without blanks and slashes", in_quotes(target.name)));
    target.title = text_or(document, "title", target.name);
    target.version = document.at("version").text();
    auto const parts = split(target.version, '.');
    if (parts.size() != 3 || !std::ranges::all_of(parts, [](auto part) {
            return !part.empty() && part.find_first_not_of("0123456789") == part.npos;
        }))
        document.at("version").fail(
            fmt::format("is {}; expected MAJOR.MINOR.PATCH", in_quotes(target.version)));
    target.description = text_or(document, "description", "");
    target.licence = text_or(document, "licence", "");
    target.url = text_or(document, "url", "");
    target.citation = text_or(document, "citation", "");
    target.date_published = text_or(document, "date_published", "");
    target.creators = texts_of(document, "creators");
    target.keywords = texts_of(document, "keywords");
    if (document.has("notes"))
        for (std::string const& key : document.at("notes").keys())
            target.notes[key] = document.at("notes").at(key).text();
}
template void read_about(Document const&, Recipe&);
template void read_about(Document const&, DatasetSummary&);

}  // namespace hutch::curate::detail
