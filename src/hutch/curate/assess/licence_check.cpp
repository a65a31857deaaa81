#include "hutch/base/text.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/document_checks.hpp"
#include "hutch/curate/assess/detail/json_document.hpp"
#include "hutch/curate/licence.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::curate::assess::detail {
namespace {

// Return the SPDX id that an address of a licence stands for, or the text as it is.
std::string to_spdx(std::string text) {
    static std::pair<std::string_view, std::string_view> const addresses[] = {
        {"creativecommons.org/publicdomain/zero/1.0", "CC0-1.0"},
        {"opendatacommons.org/licenses/by/1-0", "ODC-By-1.0"},
        {"opendatacommons.org/licenses/by", "ODC-By-1.0"},
        {"opendatacommons.org/licenses/odbl", "ODbL-1.0"},
        {"opendatacommons.org/licenses/pddl", "PDDL-1.0"},
        {"apache.org/licenses/license-2.0", "Apache-2.0"},
        {"gnu.org/licenses/gpl-3.0", "GPL-3.0-only"},
        {"unlicense.org", "Unlicense"}};
    std::string const lower = to_lower(text);
    for (auto const& [address, id] : addresses)
        if (lower.find(address) != std::string::npos) return std::string(id);
    if (std::size_t const at = lower.find("creativecommons.org/licenses/"); at != std::string::npos) {
        auto const parts = split(std::string_view(lower).substr(at + 29), '/');
        std::string id = "cc-" + std::string(parts[0]) + "-" + std::string(parts.size() > 1 ? parts[1] : "");
        for (Licence const& one : licences())
            if (to_lower(one.id) == id) return one.id;
    }
    for (char const* mark : {"spdx.org/licenses/", "opensource.org/licenses/", "opensource.org/license/",
                             "choosealicense.com/licenses/"})
        if (std::size_t const at = lower.find(mark); at != std::string::npos) {
            text = text.substr(at + std::string_view(mark).size());
            while (!text.empty() && text.back() == '/') text.pop_back();
            for (char const* ending : {".html", ".json", ".txt"})
                if (text.ends_with(ending)) text.resize(text.size() - std::string_view(ending).size());
        }
    for (Licence const& one : licences())
        if (to_lower(one.id) == to_lower(text)) return one.id;
    return text;
}

struct Licences {
    std::string own, own_in;
    std::string other, other_in;                 // what another document says, where it differs
    std::map<std::string, std::string> sources;  // by name
};

bool is_known(std::string const& id) {
    return std::ranges::find(licences(), id, &Licence::id) != licences().end();
}

Licences find_licences(Subject const& subject) {
    Licences found;
    if (MetadataItem const* item = subject.dictionary.find("general", "licence"))
        found.own = to_spdx(item->value), found.own_in = "dictionary.json";
    if (auto const croissant = find_croissant(subject.folder); croissant && croissant->problem.empty()) {
        std::string const said = to_spdx(text_of(croissant->root(), "license"));
        if (found.own.empty())
            found.own = said, found.own_in = croissant->file;
        else if (is_known(said) && is_known(found.own) && said != found.own)
            found.other = said, found.other_in = croissant->file;
        if (croissant->root().is_object() && croissant->root().contains("isBasedOn")) {
            Json const& based = croissant->root()["isBasedOn"];
            for (Json const& one : based.is_array() ? based : Json::array({based}))
                if (one.is_object()) found.sources[text_of(one, "name")] = to_spdx(text_of(one, "license"));
        }
    }
    if (auto const graph = find_provenance(subject.folder);
        graph && graph->problem.empty() && graph->root().is_object() && graph->root().contains("entity"))
        for (auto const& [id, about] : graph->root()["entity"].items())
            for (char const* key : {"hutch:licence", "dct:license", "license", "licence"})
                if (std::string const licence = text_of(about, key); !licence.empty())
                    found.sources.emplace(text_of(about, "prov:label"), to_spdx(licence));
    return found;
}

// Of A OR B as the data set's own licence one must fit; of A AND B both.
Verdict judge(std::vector<std::string> const& inputs, std::string const& own) {
    bool const is_choice = own.find(" OR ") != std::string::npos;
    std::optional<Verdict> all;
    for (std::string const& id : ids_in(own)) {
        Verdict const one = compatible(inputs, id);
        bool const is_better = all && one.compatibility == Compatibility::yes;
        bool const is_worse = all && one.compatibility != Compatibility::yes;
        if (!all || (is_choice ? is_better : is_worse)) all = one;
    }
    return all.value_or(compatible(inputs, own));
}

Answer run(Subject const& subject) {
    Licences const found = find_licences(subject);
    Answer answer;
    std::vector<std::string> inputs;
    for (auto const& [name, licence] : found.sources) {
        inputs.push_back(licence);
        if (Verdict const one = judge({licence}, found.own); one.compatibility != Compatibility::yes)
            show(answer, {found.own_in, "licence", 0, fmt::format("source '{}': {}", name, one.reason)});
    }
    Verdict const verdict = judge(inputs, found.own);
    bool const is_attested = std::ranges::any_of(subject.dictionary.attestations, [](Attestation const& one) {
        return one.check == "C55" && !one.person.empty();
    });
    bool const is_judged =
        verdict.compatibility == Compatibility::unknown && is_attested && !found.own.empty();
    answer.state = verdict.compatibility == Compatibility::yes || is_judged ? State::pass : State::fail;
    answer.text = inputs.empty() && answer.state == State::pass
                      ? fmt::format("the licence is {}; no sources are named", found.own)
                      : verdict.reason;
    if (!found.other.empty()) {
        answer.state = State::fail;
        answer.text = fmt::format("{} in {}, {} in {}", found.own, found.own_in, found.other, found.other_in);
        answer.remedy = "let all documents name one licence";
        show(answer, {found.other_in, "license", 0, answer.text});
    }
    if (is_judged) answer.text += "; a person has judged it (attestation of C55)";
    if (verdict.compatibility == Compatibility::unknown)
        answer.remedy =
            "name licences by their SPDX ids; where there is none, a person must judge and attest C55";
    answer.numbers = {{"sources", double(inputs.size())}};
    return answer;
}

}  // namespace

Check licence_check() {
    return {"C55", "licence",
            "Is the licence an SPDX id that is known, the same in all documents, and may a data set that is "
            "derived from these sources "
            "carry "
            "it?",
            "take a licence that all sources allow, or leave out the source named", run};
}

}  // namespace hutch::curate::assess::detail
