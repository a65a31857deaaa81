#include "hutch/curate/detail/read_values.hpp"

#include "hutch/base/text.hpp"

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

}  // namespace hutch::curate::detail
