#include "hutch/curate/assess/personal_data.hpp"

#include "hutch/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace hutch::curate::assess {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_digit(c) || is_letter(c) || c == '_' || (c & 0x80) != 0; }

// Lengths by country: SWIFT, IBAN registry (ISO 13616), release 99. 0: no IBAN has that country.
std::size_t iban_length(std::string_view country) {
    static constexpr std::string_view lengths =
        "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18FO18FR27GB22"
        "GE22GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21MC27MD24ME22MK19"
        "MR27MT31MU30NL18NO15PK24PL28PS29PT25QA29RO24RS22SA24SC31SE24SI19SK24SM27ST25SV28TL23TN24TR26UA29VA22"
        "VG24XK20";
    for (std::size_t i = 0; i < lengths.size(); i += 4)
        if (lengths.substr(i, 2) == country)
            return std::size_t(lengths[i + 2] - '0') * 10 + std::size_t(lengths[i + 3] - '0');
    return 0;
}

// Show enough to find the place, without repeating the whole of it.
std::string shortened(std::string_view text) {
    if (text.size() <= 6) return std::string(text);
    return std::string(text.substr(0, 3)) + "..." + std::string(text.substr(text.size() - 3));
}

struct Finder {
    std::string_view text;
    std::vector<PersonalData> found{};

    void add(char const* kind, std::string_view value) {
        found.push_back({kind, shortened(value), std::string(value)});
    }
    bool begins_word(std::size_t at) const { return at == 0 || !is_word(text[at - 1]); }
    bool ends_word(std::size_t at) const { return at >= text.size() || !is_word(text[at]); }

    void find_mail();
    void find_phones();
    void find_numbers();
    void find_ibans();
    void find_folders();
    void find_ip();

  private:
    void find_phone_at(std::size_t at);
    std::size_t skip_digits(std::size_t at) const {
        while (at < text.size() && is_digit(text[at])) ++at;
        return at;
    }
};

void Finder::find_mail() {
    auto const is_local = [](char c) {
        return is_word(c) || std::string_view(".+-%").find(c) != std::string_view::npos;
    };
    auto const is_host = [](char c) { return is_digit(c) || is_letter(c) || c == '.' || c == '-'; };
    for (std::size_t at = text.find('@'); at != text.npos; at = text.find('@', at + 1)) {
        std::size_t first = at, last = at + 1;
        while (first > 0 && is_local(text[first - 1])) --first;
        while (last < text.size() && is_host(text[last])) ++last;
        while (last > at + 1 && !is_letter(text[last - 1])) --last;
        std::string_view const host = text.substr(at + 1, last - at - 1);
        std::size_t const dot = host.rfind('.');
        if (first == at || dot == host.npos || dot == 0 || host.size() - dot < 3) continue;
        if (!std::ranges::all_of(host.substr(dot + 1), is_letter)) continue;
        // RFC 2606: names that belong to nobody.
        bool const is_example = host == "example.com" || host == "example.org" || host == "example.net" ||
                                host.ends_with(".example") || host.ends_with(".invalid") ||
                                host.ends_with(".test");
        if (!is_example) add("e-mail address", text.substr(first, last - first));
    }
}

// Digits in groups with one separator between: "+49 30 1234567", "(030) 1234567", "555-123-4567".
void Finder::find_phone_at(std::size_t at) {
    std::size_t last = at + 1, digits = 0;
    for (std::size_t i = at + 1; i < text.size() && i < at + 26; ++i) {
        if (is_digit(text[i]))
            ++digits, last = i + 1;
        else if (std::string_view(" -./()").find(text[i]) == std::string_view::npos)
            break;
        else if (i > 0 && !is_digit(text[i - 1]) && text[i] == text[i - 1])
            break;
    }
    // E.164: country and number have at most 15 digits; a sum such as "+1.5" has few, and a point.
    std::string_view const value = text.substr(at, last - at);
    bool const is_decimal = std::ranges::count(value, '.') == 1 && value.find(' ') == value.npos;
    if (digits >= 9 && digits <= 15 && !is_decimal && ends_word(last)) add("phone number", value);
}

void Finder::find_phones() {
    for (std::size_t at = text.find('+'); at != text.npos; at = text.find('+', at + 1))
        if (at + 1 < text.size() && text[at + 1] >= '1' && text[at + 1] <= '9' && begins_word(at))
            find_phone_at(at);
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!is_digit(text[at]) || !begins_word(at)) continue;
        std::size_t const end = skip_digits(at);
        bool const follows_sign =
            at > 0 && std::string_view("+-.,/").find(text[at - 1]) != std::string_view::npos;
        // North America: 555-123-4567 (NANP: area and exchange begin with 2 to 9).
        auto const is_sep = [&](std::size_t i) {
            return i < text.size() && (text[i] == '-' || text[i] == '.');
        };
        std::size_t const open = at > 0 && text[at - 1] == '(' ? 1 : 0;
        std::size_t const second =
            end + (open == 1 ? (end + 1 < text.size() && text[end + 1] == ' ' ? 2 : 1) : 1);
        bool const is_split = open == 1 ? end < text.size() && text[end] == ')' : is_sep(end);
        if (end - at == 3 && text[at] >= '2' && is_split && !follows_sign) {
            std::size_t const second_end = skip_digits(second), third_end = skip_digits(second_end + 1);
            if (second_end - second == 3 && text[second] >= '2' && is_sep(second_end) &&
                third_end == second_end + 5 && ends_word(third_end) &&
                (third_end >= text.size() || (text[third_end] != '-' && text[third_end] != '.')))
                add("phone number", text.substr(at, third_end - at));
        }
        // Mobile numbers of China: 1, 3 to 9, and nine more digits.
        if (end - at == 11 && text[at] == '1' && text[at + 1] >= '3' && !follows_sign && ends_word(end) &&
            !(end < text.size() && text[end] == '.'))
            add("phone number", text.substr(at, 11));
        at = end;
    }
}

void Finder::find_numbers() {
    for (std::size_t at = 0; at + 18 <= text.size(); ++at)
        if (is_digit(text[at]) && begins_word(at) && ends_word(at + 18) &&
            is_chinese_identity_number(text.substr(at, 18)))
            add("identity number", text.substr(at, 18));
}

void Finder::find_ibans() {
    for (std::size_t at = 0; at + 15 <= text.size(); ++at) {
        if (iban_length(text.substr(at, 2)) == 0 || !is_digit(text[at + 2]) || !begins_word(at)) continue;
        std::string compact;
        std::size_t last = at;
        for (std::size_t i = at; i < text.size() && compact.size() < 34; ++i) {
            bool const is_part = is_digit(text[i]) || (text[i] >= 'A' && text[i] <= 'Z');
            if (!is_part && !(text[i] == ' ' && i + 1 < text.size() && is_word(text[i + 1]))) break;
            if (is_part) compact += text[i], last = i + 1;
            if (is_part && ends_word(last) && is_iban(compact)) {
                add("account number", text.substr(at, last - at));
                break;
            }
        }
    }
}

void Finder::find_folders() {
    std::string const lower = to_lower(text);
    for (std::string_view const mark : {"/home/", "/users/", ":\\users\\", ":/users/", ":\\\\users\\\\"})
        for (std::size_t at = lower.find(mark); at != lower.npos; at = lower.find(mark, at + 1)) {
            // A web address or a longer path has a name in front; "/users/" of a web page is no folder.
            if (mark[0] == '/' && at > 0 &&
                std::string_view(" \t\n\"'=:(,;[").find(text[at - 1]) == std::string_view::npos)
                continue;
            std::size_t const first = at + mark.size();
            std::size_t last = first;
            while (last < text.size() && (is_word(text[last]) || text[last] == '.' || text[last] == '-'))
                ++last;
            std::string_view const user = std::string_view(lower).substr(first, last - first);
            if (user.empty() || user == "user" || user == "public" || user == "shared" || user == "username")
                continue;
            add("user's folder", text.substr(at, last - at));
        }
}

void Finder::find_ip() {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!is_digit(text[at]) || !begins_word(at) ||
            (at > 0 && (text[at - 1] == '.' || text[at - 1] == '-')))
            continue;
        std::array<unsigned, 4> parts{};
        std::size_t place = at, count = 0;
        for (; count < 4; ++count) {
            std::size_t const end = skip_digits(place);
            if (end == place || end - place > 3) break;
            parts[count] = unsigned(std::stoul(std::string(text.substr(place, end - place))));
            if (parts[count] > 255) break;
            place = end;
            if (count < 3 && !(place < text.size() && text[place] == '.')) break;
            if (count < 3) ++place;
        }
        if (count != 4 || !ends_word(place) ||
            (place < text.size() && text[place] == '.' && place + 1 < text.size() &&
             is_digit(text[place + 1])))
            continue;
        // Versions of programs look alike; addresses of machines do not begin with 0 or 1 digit below 10, and
        // RFC 5737 and 1122 keep some for documents and for the machine itself.
        bool const is_reserved = parts[0] == 0 || parts[0] == 127 || parts[0] == 255 ||
                                 (parts[0] == 192 && parts[1] == 0 && parts[2] == 2) ||
                                 (parts[0] == 198 && parts[1] == 51 && parts[2] == 100) ||
                                 (parts[0] == 203 && parts[1] == 0 && parts[2] == 113);
        if (!is_reserved && parts[0] >= 10) add("IP address", text.substr(at, place - at));
        at = place;
    }
}

bool is_date(std::string_view text) {  // YYYYMMDD
    int const year = std::stoi(std::string(text.substr(0, 4))),
              month = std::stoi(std::string(text.substr(4, 2))),
              day = std::stoi(std::string(text.substr(6, 2)));
    return year >= 1900 && year <= 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

}  // namespace

bool is_chinese_identity_number(std::string_view text) {
    if (text.size() != 18 || !std::ranges::all_of(text.substr(0, 17), is_digit)) return false;
    if (text[0] == '0' || text[0] == '9' || !is_date(text.substr(6, 8))) return false;
    // GB 11643-1999: weights 2^(17-i) mod 11, check digit out of "10X98765432".
    static constexpr std::array<int, 17> weights{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (std::size_t i = 0; i < 17; ++i) sum += (text[i] - '0') * weights[i];
    char const check = "10X98765432"[sum % 11];
    return text[17] == check || (check == 'X' && text[17] == 'x');
}

bool is_iban(std::string_view text) {
    if (text.size() < 15 || text.size() != iban_length(text.substr(0, 2))) return false;
    std::string const turned = std::string(text.substr(4)) + std::string(text.substr(0, 4));
    unsigned rest = 0;
    for (char const c : turned) {
        if (is_digit(c))
            rest = (rest * 10 + unsigned(c - '0')) % 97;
        else if (c >= 'A' && c <= 'Z')
            rest = (rest * 100 + unsigned(c - 'A') + 10) % 97;
        else
            return false;
    }
    return rest == 1;
}

std::vector<PersonalData> find_personal_data(std::string_view text) {
    Finder finder{text};
    finder.find_mail();
    finder.find_numbers();
    finder.find_phones();
    finder.find_ibans();
    finder.find_folders();
    finder.find_ip();
    return std::move(finder.found);
}

}  // namespace hutch::curate::assess
