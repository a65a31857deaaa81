#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/document_checks.hpp"
#include "hutch/curate/assess/detail/json_document.hpp"
#include "hutch/curate/assess/identifiers.hpp"

#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

namespace hutch::curate::assess::detail {
namespace {

class Finder {
  public:
    void take(std::string const& file, std::string const& where, Identifier const& one) {
        if (!seen_.insert({file, where, one.kind, one.value}).second) return;
        ++counts[one.kind];
        if (one.is_valid) return;
        ++broken;
        show(answer, {file, where, 0, fmt::format("'{}' is no {}", one.value, one.kind)});
    }
    void take_text(std::string const& file, std::string const& where, std::string const& text) {
        for (Identifier const& one : find_identifiers(text)) take(file, where, one);
        if (auto const one = named_identifier(where, text)) take(file, where, *one);
    }
    void take_json(std::filesystem::path const& folder, std::string const& file) {
        auto const document = read_json(folder, file);
        if (!document || !document->problem.empty()) return;
        for_each_text(document->root(), "",
                      [&](std::string const& name, std::string const& text) { take_text(file, name, text); });
    }
    void take_datacite(std::filesystem::path const& folder) {
        pugi::xml_document document;
        if (!document.load_file((folder / "datacite.xml").c_str())) return;
        walk(document.document_element());
    }

    Answer answer;
    std::map<std::string, std::uint64_t> counts;
    std::uint64_t broken = 0;

  private:
    // An element says of which scheme its text, or an attribute, is.
    void walk(pugi::xml_node node) {
        static constexpr std::pair<char const*, char const*> schemes[] = {
            {"identifierType", nullptr},
            {"nameIdentifierScheme", nullptr},
            {"relatedIdentifierType", nullptr},
            {"alternateIdentifierType", nullptr},
            {"funderIdentifierType", nullptr},
            {"affiliationIdentifierScheme", "affiliationIdentifier"},
            {"publisherIdentifierScheme", "publisherIdentifier"}};
        for (auto const& [scheme, attribute] : schemes) {
            std::string const kind = node.attribute(scheme).value();
            if (kind.empty()) continue;
            std::string const value =
                attribute == nullptr ? node.text().get() : node.attribute(attribute).value();
            if (auto const one = named_identifier(kind, value)) take("datacite.xml", node.name(), *one);
        }
        for (pugi::xml_node child : node.children()) walk(child);
    }

    std::set<std::array<std::string, 4>> seen_;
};

Answer run(Subject const& subject) {
    Finder finder;
    for (MetadataItem const& item : subject.dictionary.metadata)
        finder.take_text("dictionary.json", item.name, item.value);
    for (Attestation const& one : subject.dictionary.attestations)
        finder.take_text("dictionary.json", "orcid", one.orcid);
    for (auto const& document : {find_croissant(subject.folder), find_provenance(subject.folder)})
        if (document) finder.take_json(subject.folder, document->file);
    for (char const* file : {"metadata.json", "datacite.json", "ro-crate-metadata.json"})
        finder.take_json(subject.folder, file);
    finder.take_datacite(subject.folder);
    for (char const* file : {"card.md", "README.md"}) {
        std::error_code ignored;
        if (!std::filesystem::is_regular_file(subject.folder / file, ignored)) continue;
        try {
            finder.take_text(file, "", read_file(subject.folder / file, std::uint64_t(16) << 20));
        } catch (Error const&) {
            continue;  // too long to be a document of this kind
        }
    }
    std::uint64_t all = 0;
    std::string kinds;
    for (auto const& [kind, count] : finder.counts)
        all += count, kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", count, kind);
    if (all == 0) return not_applicable("the documents have no DOI, ORCID, ROR, CSTR or PaNET id");
    Answer answer = std::move(finder.answer);
    answer.state = finder.broken == 0 ? State::pass : State::fail;
    answer.text = fmt::format("{} of {} ({}) {} malformed or {} check digits that do not fit", finder.broken,
                              counted(all, "identifier"), kinds, finder.broken == 1 ? "is" : "are",
                              finder.broken == 1 ? "has" : "have");
    answer.numbers = {{"identifiers", double(all)}, {"broken", double(finder.broken)}};
    return answer;
}

}  // namespace

Check identifier_check() {
    return {
        "C54", "identifiers",
        "Are all DOIs, ORCIDs, ROR ids, CSTRs and PaNET ids of the documents well formed, with check digits "
        "that fit?",
        "copy the identifiers named from where they were issued", run};
}

}  // namespace hutch::curate::assess::detail
