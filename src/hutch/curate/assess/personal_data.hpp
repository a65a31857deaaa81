/// Find what may be personal data in free text: addresses, numbers of persons and accounts, names of users.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hutch::curate::assess {

struct PersonalData {
    std::string kind;   ///< e-mail address, phone number, identity number, account number, user's folder, IP
                        ///< address
    std::string shown;  ///< as much of it as is needed to find it
    std::string value;  ///< all of it, to be compared with what is declared
};

/// Find e-mail addresses, phone numbers, Chinese identity numbers (GB 11643, with check digit), IBANs (ISO
/// 13616, with check digits), folders of users (/home/..., /Users/..., C:\Users\...) and IP addresses.
///
/// Addresses that are for documentation or name no machine (example.org, 192.0.2.1, 127.0.0.1) are left out.
std::vector<PersonalData> find_personal_data(std::string_view text);

/// GB 11643-1999: 17 digits with a date in them, and a check digit of ISO 7064 mod 11-2.
bool is_chinese_identity_number(std::string_view text);
/// ISO 13616: country, two check digits (mod 97 = 1), up to 30 characters.
bool is_iban(std::string_view text);

}  // namespace hutch::curate::assess
