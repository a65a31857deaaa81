/// Check the syntax and check digits of identifiers, and find them in texts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::curate::assess {

/// Begins with http:// or https://.
inline bool is_web_address(std::string_view text) {
    return text.starts_with("http://") || text.starts_with("https://");
}
/// 10.PREFIX/SUFFIX without blanks. Source: DOI handbook, 2.2; prefixes of 4 to 9 digits.
bool is_doi(std::string_view text);
/// 0000-0002-1825-0097 with its check digit. Source: ISO 7064 mod 11-2; ORCID, "Structure of the ORCID
/// identifier".
bool is_orcid(std::string_view text);
/// 0 and eight more characters, the last two check digits of the base-32 number before them. Source: ISO 7064
/// mod 97-10; ROR, "The ROR identifier".
bool is_ror(std::string_view text);
/// REGISTRANT.TYPE.SUFFIX as 31253.11.sciencedb.j00001.00123. Source: GB/T 32843-2016.
bool is_cstr(std::string_view text);
/// PaNET and five digits, alone or behind an address or prefix. Source: PaNET ontology
/// (doi 10.5281/zenodo.4806026).
bool is_panet(std::string_view text);

/// An identifier as it stands in a text.
struct Identifier {
    std::string kind;  ///< DOI, ORCID, ROR, CSTR, PaNET
    std::string value;
    bool is_valid = false;
};

/// Find what says that it is an identifier: doi.org/..., doi:..., orcid.org/..., ror.org/..., CSTR:...,
/// PaNET...
std::vector<Identifier> find_identifiers(std::string_view text);
/// Check a value that stands under a name: "doi", "orcid", "ror", "cstr", "panet"; nothing for other names.
std::optional<Identifier> named_identifier(std::string_view name, std::string_view value);

}  // namespace hutch::curate::assess
