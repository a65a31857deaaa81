#include "hutch/curate/assess/identifiers.hpp"

#include "hutch/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace hutch::curate::assess {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool are_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

std::string_view without(std::string_view text, std::initializer_list<std::string_view> prefixes) {
    for (std::string_view const prefix : prefixes)
        if (text.size() >= prefix.size() && to_lower(text.substr(0, prefix.size())) == prefix)
            return text.substr(prefix.size());
    return text;
}

// Crockford's base 32, or 32 where a character is none of it.
std::uint64_t digit_of(char c) {
    static constexpr std::string_view digits = "0123456789abcdefghjkmnpqrstvwxyz";
    std::size_t const place = digits.find(c);
    return place == digits.npos ? 32 : place;
}

bool is_valid(std::string_view kind, std::string_view value) {
    if (kind == "DOI") return is_doi(value);
    if (kind == "ORCID") return is_orcid(value);
    if (kind == "ROR") return is_ror(value);
    if (kind == "CSTR") return is_cstr(value);
    return is_panet(value);
}

struct Mark {
    std::string_view kind, text;  // lower case
    bool keeps_mark = false;      // the mark is part of the value
};
constexpr std::array marks{
    Mark{"DOI", "doi.org/"},  Mark{"DOI", "doi:"},   Mark{"ORCID", "orcid.org/"},  Mark{"ROR", "ror.org/"},
    Mark{"CSTR", "cstr.cn/"}, Mark{"CSTR", "cstr:"}, Mark{"PaNET", "panet0", true}};

// An identifier ends at a blank or a quote, and at marks of punctuation before these.
std::string_view value_at(std::string_view text, bool is_slash_an_end) {
    std::string_view value = text.substr(0, text.find_first_of(" \t\r\n\"'<>{}|\\^`,;"));
    if (is_slash_an_end) value = value.substr(0, value.find_first_of("/?#"));
    while (!value.empty() && std::string_view(".:!?*_").find(value.back()) != std::string_view::npos)
        value.remove_suffix(1);
    for (auto const& [open, close] : {std::pair{'(', ')'}, {'[', ']'}})
        while (!value.empty() && value.back() == close &&
               std::ranges::count(value, open) < std::ranges::count(value, close))
            value.remove_suffix(1);
    return value;
}

}  // namespace

bool is_doi(std::string_view text) {
    text = without(
        text, {"https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/", "doi:"});
    std::size_t const slash = text.find('/');
    if (!text.starts_with("10.") || slash == text.npos || slash + 1 == text.size()) return false;
    std::string_view prefix = text.substr(3, slash - 3);
    std::string_view const registrant = prefix.substr(0, prefix.find('.'));
    if (!are_digits(registrant) || registrant.size() < 4 || registrant.size() > 9) return false;
    if (!std::ranges::all_of(prefix, [](char c) { return is_digit(c) || c == '.'; })) return false;
    return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

bool is_orcid(std::string_view text) {
    text = without(text, {"https://orcid.org/", "http://orcid.org/", "orcid:"});
    if (text.size() != 19) return false;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i % 5 == 4) {
            if (text[i] != '-') return false;
            continue;
        }
        if (i + 1 == text.size()) break;
        if (!is_digit(text[i])) return false;
        total = (total + std::uint64_t(text[i] - '0')) * 2;
    }
    std::uint64_t const check = (12 - total % 11) % 11;
    return text.back() == (check == 10 ? 'X' : char('0' + check));
}

bool is_ror(std::string_view text) {
    text = without(text, {"https://ror.org/", "http://ror.org/", "ror.org/"});
    if (text.size() != 9 || text[0] != '0' || !are_digits(text.substr(7))) return false;
    std::uint64_t number = 0;
    for (char const c : text.substr(0, 7)) {
        if (digit_of(c) == 32) return false;
        number = number * 32 + digit_of(c);
    }
    std::uint64_t const check = 98 - number * 100 % 97;
    return check == std::uint64_t(text[7] - '0') * 10 + std::uint64_t(text[8] - '0');
}

bool is_cstr(std::string_view text) {
    text = without(text, {"https://cstr.cn/", "http://cstr.cn/", "cstr:"});
    std::size_t const first = text.find('.');
    if (first == text.npos || !are_digits(text.substr(0, first)) || first != 5) return false;
    std::size_t const second = text.find('.', first + 1);
    if (second == text.npos || second != first + 3 || !are_digits(text.substr(first + 1, 2))) return false;
    return second + 1 < text.size() && std::ranges::none_of(text, [](char c) { return c <= ' '; });
}

bool is_panet(std::string_view text) {
    text = text.substr(text.find_last_of("/#:") + 1);  // npos + 1 is 0
    return text.size() == 10 && text.starts_with("PaNET") && are_digits(text.substr(5));
}

std::vector<Identifier> find_identifiers(std::string_view text) {
    std::vector<Identifier> found;
    std::string const lower = to_lower(text);
    for (Mark const& mark : marks)
        for (std::size_t at = lower.find(mark.text); at != lower.npos; at = lower.find(mark.text, at + 1)) {
            if (at > 0 && is_alnum(lower[at - 1])) continue;
            bool const is_one_word = mark.kind == "ORCID" || mark.kind == "ROR" || mark.keeps_mark;
            std::size_t start = at + (mark.keeps_mark ? 0 : mark.text.size());
            while (mark.text.back() == ':' && start < text.size() && text[start] == ' ') ++start;
            std::string_view const value = value_at(text.substr(start), is_one_word);
            // "doi.org/" alone names the service, "ror.org/search" a page of it.
            if (value.empty() || (is_one_word && !is_digit(value.front()) && !mark.keeps_mark)) continue;
            if (lower[start] == '/' || lower.compare(start, 4, "http") == 0) continue;
            found.push_back({std::string(mark.kind), std::string(value), is_valid(mark.kind, value)});
        }
    return found;
}

std::optional<Identifier> named_identifier(std::string_view name, std::string_view value) {
    std::string const lower = to_lower(name);
    for (std::string_view const kind : {"DOI", "ORCID", "ROR", "CSTR", "PaNET"})
        if (lower == to_lower(kind) && !value.empty())
            return Identifier{std::string(kind), std::string(value), is_valid(kind, value)};
    return {};
}

}  // namespace hutch::curate::assess
