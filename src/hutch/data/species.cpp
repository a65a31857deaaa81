#include "hutch/data/species.hpp"

#include "hutch/base/text.hpp"
#include "hutch/data/structure.hpp"

#include <array>
#include <cctype>
#include <string>
#include <utility>

namespace hutch::data {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return is_upper(c) || is_lower(c); }

// Atomic numbers by first letter and second (0 for none), so that labels cost two look-ups.
struct SymbolTable {
    std::array<std::array<unsigned char, 27>, 26> number{};

    SymbolTable() {
        for (int z = 1; z <= 118; ++z) {
            std::string_view const symbol = element_symbol(z);
            number[symbol[0] - 'A'][symbol.size() > 1 ? symbol[1] - 'a' + 1 : 0] =
                static_cast<unsigned char>(z);
        }
        number['D' - 'A'][0] = 1;
    }
};

int look_up(char first, char second) {
    static SymbolTable const table;
    if (!is_upper(first) || (second != 0 && !is_lower(second))) return 0;
    return table.number[first - 'A'][second == 0 ? 0 : second - 'a' + 1];
}

char lower(char c) { return is_upper(c) ? char(c - 'A' + 'a') : c; }

// "2+", "+2", "3-", "+", "-2"; anything else behind an element is no charge.
int parse_charge(std::string_view text) {
    if (text.empty()) return 0;
    auto const sign_of = [](char c) { return c == '+' ? 1 : c == '-' ? -1 : 0; };
    if (int const sign = sign_of(text[0]))
        return sign * (text.size() > 1 && is_digit(text[1]) ? text[1] - '0' : 1);
    if (text.size() > 1 && is_digit(text[0])) return sign_of(text[1]) * (text[0] - '0');
    return 0;
}

// Hydrogen that a label states behind its atom: "O-H1", "O(H)", "OH", "Oh", "H3O", "NH4", "CH4-".
Implied implied_by(int number, std::string_view rest) {
    std::size_t const letter = rest.find_first_not_of("-(");
    bool const names_hydrogen = letter != std::string_view::npos && letter < 2 &&
                                (rest[letter] == 'H' || (rest[letter] == 'h' && number == 8)) &&
                                (rest.size() == letter + 1 || !is_lower(rest[letter + 1]));
    if (!names_hydrogen) return Implied::nothing;
    return number == 8                  ? Implied::hydroxyl
           : number == 6 || number == 7 ? Implied::hydrogen
                                        : Implied::nothing;
}

Species species_from(std::string_view text, int number, std::size_t letters) {
    Species species{number, parse_charge(text.substr(letters)), number == 1 && text[0] == 'D',
                    Implied::nothing};
    species.implied = implied_by(number, text.substr(letters));
    return species;
}

}  // namespace

int atomic_number(std::string_view symbol) {
    if (symbol.empty() || symbol.size() > 2) return 0;
    return look_up(symbol[0], symbol.size() > 1 ? symbol[1] : '\0');
}

ElementSet elements_of(std::string_view formula) {
    ElementSet elements;
    for (std::size_t i = 0; i < formula.size(); ++i) {
        char const second = i + 1 < formula.size() && is_lower(formula[i + 1]) ? formula[i + 1] : '\0';
        elements.set(std::size_t(look_up(formula[i], second)));
    }
    return elements.reset(0);
}

std::optional<Species> parse_type_symbol(std::string_view symbol) {
    std::size_t letters = 0;
    while (letters < symbol.size() && is_letter(symbol[letters])) ++letters;
    std::string_view const word = symbol.substr(0, letters), rest = symbol.substr(letters);
    if (word == "Wat") return Species{8, 0, false, Implied::water};
    if (rest == "-H" && word == "O") return Species{8, 0, false, Implied::hydroxyl};
    if (rest.find_first_not_of("0123456789+-.") != std::string_view::npos) return std::nullopt;
    if (word == "OH" || word == "Oh") return Species{8, 0, false, Implied::hydroxyl};
    if (word.empty() || word.size() > 2 || !is_letter(word[0])) return std::nullopt;
    char const first = is_upper(word[0]) ? word[0] : char(word[0] - 'a' + 'A');
    int const number = look_up(first, word.size() > 1 ? lower(word[1]) : '\0');
    if (number == 0) return std::nullopt;
    return Species{number, parse_charge(rest), number == 1 && first == 'D', Implied::nothing};
}

std::optional<Species> parse_label(std::string_view label, ElementSet const& expected) {
    label = trim(label);
    if (label.starts_with("Wat") || label.starts_with("WAT")) return Species{8, 0, false, Implied::water};
    if (label.empty() || !is_letter(label[0])) return std::nullopt;
    char const second = label.size() > 1 && is_letter(label[1]) ? label[1] : '\0';
    // In order of belief: as spelled, the first letter alone, two capitals or two small letters for one
    // element.
    char const first = is_upper(label[0]) ? label[0] : char(label[0] - 'a' + 'A');
    std::pair<int, std::size_t> const readings[] = {{second != 0 ? look_up(label[0], second) : 0, 2},
                                                    {look_up(label[0], '\0'), 1},
                                                    {second != 0 ? look_up(first, lower(second)) : 0, 2},
                                                    {look_up(first, '\0'), 1}};
    if (expected.test(1) && expected.test(8) && label.starts_with("H3O"))
        return Species{8, 0, false, Implied::hydrogen};
    for (auto const& [number, letters] : readings)
        if (number != 0 && expected.test(std::size_t(number))) return species_from(label, number, letters);
    for (auto const& [number, letters] : readings)
        if (number != 0) return species_from(label, number, letters);
    return std::nullopt;
}

}  // namespace hutch::data
