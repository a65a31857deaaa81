#include "hutch/curate/assess/detail/words.hpp"

#include "hutch/base/text.hpp"
#include "hutch/curate/assess/identifiers.hpp"
#include "hutch/curate/assess/iso_time.hpp"
#include "hutch/curate/licence.hpp"
#include "hutch/data/species.hpp"
#include "hutch/data/symmetry.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace hutch::curate::assess::detail {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool are_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

bool is_group_number(std::string_view value) {
    auto const number = to_number(value);
    return number && *number >= 1 && *number <= 230 && *number == std::floor(*number);
}

// Numbers of the Monte Carlo scheme have at most 10 digits (nuclei); identifiers are a letter, three digits
// and what is within that particle.
bool is_pdg(std::string_view value) {
    if (value.empty()) return false;
    std::string_view const digits = value[0] == '-' || value[0] == '+' ? value.substr(1) : value;
    if (are_digits(digits)) return digits.size() <= 10 && digits[0] != '0';
    if (value.size() < 4 || !is_upper(value[0]) || !are_digits(value.substr(1, 3))) return false;
    return std::ranges::all_of(value.substr(4), [](char c) {
        return is_digit(c) || is_upper(c) || c == '.' || c == ':' || c == '/' || c == '=';
    });
}

bool is_spdx(std::string_view value) {
    std::vector<std::string> const ids = ids_in(value);
    return !ids.empty() && std::ranges::all_of(ids, [](std::string const& id) {
        return find_licence(id) != nullptr || id.starts_with("LicenseRef-");
    });
}

// One element symbol at the front; 0 when there is none, else its length.
std::size_t symbol_length(std::string_view text) {
    if (text.size() > 1 && is_lower(text[1]) && data::atomic_number(text.substr(0, 2)) > 0) return 2;
    return data::atomic_number(text.substr(0, 1)) > 0 ? 1 : 0;
}

}  // namespace

bool is_formula(std::string_view text) {
    std::string open;
    std::size_t elements = 0;
    for (std::size_t i = 0; i < text.size();) {
        char const c = text[i];
        if (is_upper(c)) {
            std::size_t const length = symbol_length(text.substr(i));
            if (length == 0) return false;
            i += length, ++elements;
            continue;
        }
        if (c == '(' || c == '[' || c == '{') open += c;
        if (c == ')' || c == ']' || c == '}') {
            if (open.empty()) return false;
            open.pop_back();
        }
        bool const is_variable = c == 'x' || c == 'y' || c == 'n';  // "Fe1-xO", "n H2O"
        constexpr std::string_view others = "()[]{} .,+-*_~'/";
        bool const is_other = is_digit(c) || is_variable || others.find(c) != std::string_view::npos ||
                              static_cast<unsigned char>(c) >= 0x80;  // a middle dot, a box for a vacancy
        if (!is_other) return false;
        ++i;
    }
    return elements > 0 && open.empty();
}

int number_of_symbol(std::string_view symbol) {
    for (double gamma : {90.0, 120.0})
        if (auto const* group = data::find_space_group(symbol, {1, 1, 1, 90, 90, gamma}))
            return group->number;
    return 0;
}

int system_of_name(std::string_view name) {
    std::string const wanted = to_lower(trim(name));
    if (wanted.size() == 1 && wanted[0] >= '0' && wanted[0] <= '6') return wanted[0] - '0';
    for (int s = 0; s <= int(data::CrystalSystem::cubic); ++s)
        if (wanted == data::to_name(data::CrystalSystem(s))) return s;
    return -1;
}

bool is_word_of(std::string_view vocabulary, std::string_view value) {
    std::string_view const text = trim(value);
    if (vocabulary == "space_group") return is_group_number(text);
    if (vocabulary == "space_group_symbol") return number_of_symbol(text) > 0;
    if (vocabulary == "crystal_system") return system_of_name(text) >= 0;
    if (vocabulary == "formula") return is_formula(text);
    if (vocabulary == "element") return data::atomic_number(text) > 0;
    if (vocabulary == "panet") return is_panet(text);
    if (vocabulary == "pdg") return is_pdg(text);
    if (vocabulary == "spdx") return is_spdx(text);
    if (vocabulary == "iso_date") return seconds_of(text).has_value();
    return true;
}

}  // namespace hutch::curate::assess::detail
