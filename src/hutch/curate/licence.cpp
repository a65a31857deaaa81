#include "hutch/curate/licence.hpp"

#include "hutch/base/text.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace hutch::curate {
namespace {

constexpr bool yes = true, no = false;

// Ids and names: SPDX License List 3.25 (spdx.org/licenses). What they ask for: the licence texts; for
// software licences also GNU's "Various Licenses and Comments about Them".
constexpr Licence table[] = {
    {"0BSD", "BSD Zero Clause License"},
    {"AFL-3.0", "Academic Free License v3.0", yes},
    {"AGPL-3.0-only", "GNU Affero General Public License v3.0 only", yes, yes},
    {"AGPL-3.0-or-later", "GNU Affero General Public License v3.0 or later", yes, yes},
    {"Apache-1.1", "Apache License 1.1", yes},
    {"Apache-2.0", "Apache License 2.0", yes},
    {"Artistic-2.0", "Artistic License 2.0", yes},
    {"BSD-1-Clause", "BSD 1-Clause License", yes},
    {"BSD-2-Clause", "BSD 2-Clause \"Simplified\" License", yes},
    {"BSD-2-Clause-Patent", "BSD-2-Clause Plus Patent License", yes},
    {"BSD-3-Clause", "BSD 3-Clause \"New\" or \"Revised\" License", yes},
    {"BSD-3-Clause-LBNL", "Lawrence Berkeley National Labs BSD variant license", yes},
    {"BSD-4-Clause", "BSD 4-Clause \"Original\" or \"Old\" License", yes},
    {"BSL-1.0", "Boost Software License 1.0", yes},
    {"C-UDA-1.0", "Computational Use of Data Agreement v1.0", yes},
    {"CC-BY-1.0", "Creative Commons Attribution 1.0 Generic", yes},
    {"CC-BY-2.0", "Creative Commons Attribution 2.0 Generic", yes},
    {"CC-BY-2.5", "Creative Commons Attribution 2.5 Generic", yes},
    {"CC-BY-3.0", "Creative Commons Attribution 3.0 Unported", yes},
    {"CC-BY-4.0", "Creative Commons Attribution 4.0 International", yes},
    {"CC-BY-NC-1.0", "Creative Commons Attribution Non Commercial 1.0 Generic", yes, no, yes},
    {"CC-BY-NC-2.0", "Creative Commons Attribution Non Commercial 2.0 Generic", yes, no, yes},
    {"CC-BY-NC-2.5", "Creative Commons Attribution Non Commercial 2.5 Generic", yes, no, yes},
    {"CC-BY-NC-3.0", "Creative Commons Attribution Non Commercial 3.0 Unported", yes, no, yes},
    {"CC-BY-NC-4.0", "Creative Commons Attribution Non Commercial 4.0 International", yes, no, yes},
    {"CC-BY-NC-ND-2.0", "Creative Commons Attribution Non Commercial No Derivatives 2.0 Generic", yes, no,
     yes, yes},
    {"CC-BY-NC-ND-3.0", "Creative Commons Attribution Non Commercial No Derivatives 3.0 Unported", yes, no,
     yes, yes},
    {"CC-BY-NC-ND-4.0", "Creative Commons Attribution Non Commercial No Derivatives 4.0 International", yes,
     no, yes, yes},
    {"CC-BY-NC-SA-2.0", "Creative Commons Attribution Non Commercial Share Alike 2.0 Generic", yes, yes, yes},
    {"CC-BY-NC-SA-2.5", "Creative Commons Attribution Non Commercial Share Alike 2.5 Generic", yes, yes, yes},
    {"CC-BY-NC-SA-3.0", "Creative Commons Attribution Non Commercial Share Alike 3.0 Unported", yes, yes,
     yes},
    {"CC-BY-NC-SA-4.0", "Creative Commons Attribution Non Commercial Share Alike 4.0 International", yes, yes,
     yes},
    {"CC-BY-ND-2.0", "Creative Commons Attribution No Derivatives 2.0 Generic", yes, no, no, yes},
    {"CC-BY-ND-3.0", "Creative Commons Attribution No Derivatives 3.0 Unported", yes, no, no, yes},
    {"CC-BY-ND-4.0", "Creative Commons Attribution No Derivatives 4.0 International", yes, no, no, yes},
    {"CC-BY-SA-2.0", "Creative Commons Attribution Share Alike 2.0 Generic", yes, yes},
    {"CC-BY-SA-2.5", "Creative Commons Attribution Share Alike 2.5 Generic", yes, yes},
    {"CC-BY-SA-3.0", "Creative Commons Attribution Share Alike 3.0 Unported", yes, yes},
    {"CC-BY-SA-4.0", "Creative Commons Attribution Share Alike 4.0 International", yes, yes},
    {"CC-PDDC", "Creative Commons Public Domain Dedication and Certification"},
    {"CC0-1.0", "Creative Commons Zero v1.0 Universal"},
    {"CDLA-Permissive-1.0", "Community Data License Agreement Permissive 1.0", yes},
    {"CDLA-Permissive-2.0", "Community Data License Agreement Permissive 2.0", yes},
    {"CDLA-Sharing-1.0", "Community Data License Agreement Sharing 1.0", yes, yes},
    {"CECILL-2.1", "CeCILL Free Software License Agreement v2.1", yes, yes},
    {"CECILL-B", "CeCILL-B Free Software License Agreement", yes},
    {"CECILL-C", "CeCILL-C Free Software License Agreement", yes, yes},
    {"DL-DE-BY-2.0", "Data licence Germany - attribution - version 2.0", yes},
    {"DL-DE-ZERO-2.0", "Data licence Germany - zero - version 2.0"},
    {"ECL-2.0", "Educational Community License v2.0", yes},
    {"EPL-1.0", "Eclipse Public License 1.0", yes, yes},
    {"EPL-2.0", "Eclipse Public License 2.0", yes, yes},
    {"EUPL-1.1", "European Union Public License 1.1", yes, yes},
    {"EUPL-1.2", "European Union Public License 1.2", yes, yes},
    {"FSFAP", "FSF All Permissive License", yes},
    {"GFDL-1.2-only", "GNU Free Documentation License v1.2 only", yes, yes},
    {"GFDL-1.2-or-later", "GNU Free Documentation License v1.2 or later", yes, yes},
    {"GFDL-1.3-only", "GNU Free Documentation License v1.3 only", yes, yes},
    {"GFDL-1.3-or-later", "GNU Free Documentation License v1.3 or later", yes, yes},
    {"GPL-2.0-only", "GNU General Public License v2.0 only", yes, yes},
    {"GPL-2.0-or-later", "GNU General Public License v2.0 or later", yes, yes},
    {"GPL-3.0-only", "GNU General Public License v3.0 only", yes, yes},
    {"GPL-3.0-or-later", "GNU General Public License v3.0 or later", yes, yes},
    {"HPND", "Historical Permission Notice and Disclaimer", yes},
    {"ISC", "ISC License", yes},
    {"LAL-1.3", "Licence Art Libre 1.3", yes, yes},
    {"LGPL-2.1-only", "GNU Lesser General Public License v2.1 only", yes, yes},
    {"LGPL-2.1-or-later", "GNU Lesser General Public License v2.1 or later", yes, yes},
    {"LGPL-3.0-only", "GNU Lesser General Public License v3.0 only", yes, yes},
    {"LGPL-3.0-or-later", "GNU Lesser General Public License v3.0 or later", yes, yes},
    {"MIT", "MIT License", yes},
    {"MIT-0", "MIT No Attribution"},
    {"MPL-1.1", "Mozilla Public License 1.1", yes, yes},
    {"MPL-2.0", "Mozilla Public License 2.0", yes, yes},
    {"MulanPSL-2.0", "Mulan Permissive Software License, Version 2", yes},
    {"NCSA", "University of Illinois/NCSA Open Source License", yes},
    {"NIST-PD", "NIST Public Domain Notice"},
    {"NIST-PD-fallback", "NIST Public Domain Notice with license fallback", yes},
    {"NIST-Software", "NIST Software License", yes},
    {"NLOD-1.0", "Norwegian Licence for Open Government Data (NLOD) 1.0", yes},
    {"NLOD-2.0", "Norwegian Licence for Open Government Data (NLOD) 2.0", yes},
    {"ODC-By-1.0", "Open Data Commons Attribution License v1.0", yes},
    {"ODbL-1.0", "Open Data Commons Open Database License v1.0", yes, yes},
    {"OGL-UK-3.0", "Open Government Licence v3.0", yes},
    {"OGL-Canada-2.0", "Open Government Licence - Canada", yes},
    {"OSL-3.0", "Open Software License 3.0", yes, yes},
    {"PDDL-1.0", "Open Data Commons Public Domain Dedication & License 1.0"},
    {"PostgreSQL", "PostgreSQL License", yes},
    {"PSF-2.0", "Python Software Foundation License 2.0", yes},
    {"Unlicense", "The Unlicense"},
    {"UPL-1.0", "Universal Permissive License v1.0", yes},
    {"W3C", "W3C Software Notice and License (2002-12-31)", yes},
    {"WTFPL", "Do What The F*ck You Want To Public License"},
    {"Zlib", "zlib License", yes},
    {"etalab-2.0", "Etalab Open License 2.0", yes},
};

// What share-alike licences allow instead of themselves.
struct OneWay {
    char const* from;
    char const* to;
};
constexpr OneWay ways[] = {
    // Later versions: legal codes, section 4b (2.0, 2.5, 3.0).
    {"CC-BY-SA-2.0", "CC-BY-SA-2.5"},
    {"CC-BY-SA-2.0", "CC-BY-SA-3.0"},
    {"CC-BY-SA-2.0", "CC-BY-SA-4.0"},
    {"CC-BY-SA-2.5", "CC-BY-SA-3.0"},
    {"CC-BY-SA-2.5", "CC-BY-SA-4.0"},
    {"CC-BY-SA-3.0", "CC-BY-SA-4.0"},
    {"CC-BY-NC-SA-2.0", "CC-BY-NC-SA-2.5"},
    {"CC-BY-NC-SA-2.0", "CC-BY-NC-SA-3.0"},
    {"CC-BY-NC-SA-2.0", "CC-BY-NC-SA-4.0"},
    {"CC-BY-NC-SA-2.5", "CC-BY-NC-SA-3.0"},
    {"CC-BY-NC-SA-2.5", "CC-BY-NC-SA-4.0"},
    {"CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0"},
    // creativecommons.org/share-your-work/licensing-considerations/compatible-licenses
    {"CC-BY-SA-4.0", "GPL-3.0-only"},
    {"CC-BY-SA-4.0", "GPL-3.0-or-later"},
    {"CC-BY-SA-4.0", "LAL-1.3"},
    {"LAL-1.3", "CC-BY-SA-4.0"},
    // gnu.org/licenses/gpl-faq.html, matrix of compatibility; "or later" allows the later ones
    {"GPL-2.0-or-later", "GPL-3.0-only"},
    {"GPL-2.0-or-later", "GPL-3.0-or-later"},
    {"GPL-2.0-or-later", "GPL-2.0-only"},
    {"GPL-2.0-or-later", "AGPL-3.0-only"},
    {"GPL-2.0-or-later", "AGPL-3.0-or-later"},
    {"GPL-3.0-only", "AGPL-3.0-only"},
    {"GPL-3.0-or-later", "GPL-3.0-only"},
    {"GPL-3.0-or-later", "AGPL-3.0-only"},
    {"GPL-3.0-or-later", "AGPL-3.0-or-later"},
    {"AGPL-3.0-or-later", "AGPL-3.0-only"},
    {"LGPL-2.1-only", "GPL-2.0-only"},
    {"LGPL-2.1-only", "GPL-2.0-or-later"},
    {"LGPL-2.1-only", "GPL-3.0-only"},
    {"LGPL-2.1-only", "GPL-3.0-or-later"},
    {"LGPL-2.1-or-later", "LGPL-2.1-only"},
    {"LGPL-2.1-or-later", "LGPL-3.0-only"},
    {"LGPL-2.1-or-later", "LGPL-3.0-or-later"},
    {"LGPL-2.1-or-later", "GPL-2.0-only"},
    {"LGPL-2.1-or-later", "GPL-2.0-or-later"},
    {"LGPL-2.1-or-later", "GPL-3.0-only"},
    {"LGPL-2.1-or-later", "GPL-3.0-or-later"},
    {"LGPL-3.0-only", "GPL-3.0-only"},
    {"LGPL-3.0-or-later", "LGPL-3.0-only"},
    {"LGPL-3.0-or-later", "GPL-3.0-only"},
    {"LGPL-3.0-or-later", "GPL-3.0-or-later"},
    {"GFDL-1.2-or-later", "GFDL-1.2-only"},
    {"GFDL-1.2-or-later", "GFDL-1.3-only"},
    {"GFDL-1.2-or-later", "GFDL-1.3-or-later"},
    {"GFDL-1.3-or-later", "GFDL-1.3-only"},
    // MPL 2.0, section 3.3 and definition of secondary licences
    {"MPL-2.0", "GPL-2.0-or-later"},
    {"MPL-2.0", "GPL-3.0-only"},
    {"MPL-2.0", "GPL-3.0-or-later"},
    {"MPL-2.0", "LGPL-2.1-or-later"},
    {"MPL-2.0", "LGPL-3.0-only"},
    {"MPL-2.0", "LGPL-3.0-or-later"},
    {"MPL-2.0", "AGPL-3.0-only"},
    {"MPL-2.0", "AGPL-3.0-or-later"},
    // EUPL 1.2, appendix (compatible licences); CeCILL 2.1, article 5.3.4
    {"EUPL-1.1", "EUPL-1.2"},
    {"EUPL-1.2", "GPL-2.0-only"},
    {"EUPL-1.2", "GPL-3.0-only"},
    {"EUPL-1.2", "AGPL-3.0-only"},
    {"EUPL-1.2", "OSL-3.0"},
    {"EUPL-1.2", "EPL-1.0"},
    {"EUPL-1.2", "CECILL-2.1"},
    {"EUPL-1.2", "MPL-2.0"},
    {"EUPL-1.2", "LGPL-2.1-only"},
    {"EUPL-1.2", "LGPL-3.0-only"},
    {"EUPL-1.2", "CC-BY-SA-3.0"},
    {"CECILL-2.1", "GPL-2.0-or-later"},
    {"CECILL-2.1", "GPL-3.0-only"},
    {"CECILL-2.1", "GPL-3.0-or-later"},
    {"CECILL-2.1", "AGPL-3.0-only"},
    {"CECILL-2.1", "EUPL-1.1"},
    {"CECILL-2.1", "EUPL-1.2"},
};

bool may_become(std::string_view from, std::string_view to) {
    return from == to ||
           std::ranges::any_of(ways, [&](OneWay const& way) { return way.from == from && way.to == to; });
}

std::vector<std::string> split_at(std::string_view expression, std::string_view word) {
    std::vector<std::string> parts(1);
    for (auto const one : split_words(expression)) {
        if (one == word)
            parts.emplace_back();
        else
            parts.back() += (parts.back().empty() ? "" : " ") + std::string(one);
    }
    return parts;
}

std::string without_brackets(std::string_view text) {
    std::string all;
    for (char const c : text)
        if (c != '(' && c != ')') all += c;
    return all;
}

Verdict judge(Licence const& from, Licence const& to) {
    auto const no_since = [&](char const* why) {
        return Verdict{Compatibility::no, fmt::format("{} {}, {} does not fit", from.id, why, to.id)};
    };
    if (from.no_derivatives) return no_since("allows no derivatives to be passed on");
    if (from.share_alike && !may_become(from.id, to.id))
        return no_since("asks for the same licence, or one that it names");
    if (from.non_commercial && !to.non_commercial)
        return no_since("forbids commercial use, which the output's licence must forbid too");
    if (from.attribution && !to.attribution)
        return no_since("asks for its authors to be named, which the output's licence does not pass on");
    return {};
}

Verdict judge_id(std::string const& from, Licence const& to) {
    Licence const* const known = find_licence(from);
    if (known == nullptr)
        return {Compatibility::unknown, from.empty()
                                            ? "a source says no licence"
                                            : fmt::format("'{}' is no SPDX id that is known here", from)};
    return judge(*known, to);
}

// The best of the alternatives; of each, the worst of its parts.
Verdict judge_expression(std::string const& expression, Licence const& to) {
    auto const rank = [](Verdict const& one) {
        return one.compatibility == Compatibility::yes       ? 0
               : one.compatibility == Compatibility::unknown ? 1
                                                             : 2;
    };
    std::vector<Verdict> alternatives;
    for (std::string const& alternative : split_at(without_brackets(expression), "OR")) {
        std::vector<Verdict> parts;
        for (std::string const& part : split_at(alternative, "AND"))
            parts.push_back(judge_id(part.substr(0, part.find(" WITH ")), to));
        alternatives.push_back(*std::ranges::max_element(parts, {}, rank));
    }
    return *std::ranges::min_element(alternatives, {}, rank);
}

}  // namespace

std::span<Licence const> licences() { return table; }

Licence const* find_licence(std::string_view id) {
    auto const found = std::ranges::find_if(table, [&](Licence const& one) { return one.id == id; });
    return found == std::end(table) ? nullptr : &*found;
}

std::vector<std::string> ids_in(std::string_view expression) {
    std::vector<std::string> ids;
    bool is_exception = false;
    std::string const bare = without_brackets(expression);
    for (auto const word : split_words(bare)) {
        bool const is_operator = word == "OR" || word == "AND" || word == "WITH";
        if (!is_operator && !is_exception) ids.emplace_back(word);
        is_exception = word == "WITH";
    }
    return ids;
}

Verdict compatible(std::span<std::string const> inputs, std::string_view output) {
    Licence const* const to = find_licence(output);
    if (to == nullptr)
        return {Compatibility::unknown, output.empty()
                                            ? "the data set says no licence"
                                            : fmt::format("'{}' is no SPDX id that is known here", output)};
    Verdict worst{Compatibility::yes, fmt::format("{} fits all {} sources", to->id, inputs.size())};
    for (std::string const& input : inputs) {
        Verdict const one = judge_expression(input, *to);
        if (one.compatibility == Compatibility::no) return one;
        if (one.compatibility == Compatibility::unknown) worst = one;
    }
    return worst;
}

}  // namespace hutch::curate
