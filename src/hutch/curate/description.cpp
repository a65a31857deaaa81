#include "hutch/curate/description.hpp"

#include "hutch/base/text.hpp"
#include "hutch/curate/detail/rai_notes.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate {
namespace {

std::string text_or(Document const& document, char const* key, std::string const& fallback = "") {
    return document.has(key) ? document.at(key).text() : fallback;
}

// Read each item of a list, if there is one.
template <class Item, class Read>
std::vector<Item> list_of(Document const& document, char const* key, Read const& read) {
    std::vector<Item> all;
    if (document.has(key))
        for (Document const& item : document.at(key).items()) all.push_back(read(item));
    return all;
}

// A name alone, or a map.
Person read_person(Document const& document) {
    if (!document.is_map()) return {document.text()};
    document.only({"name", "orcid", "affiliation", "ror"});
    return {document.at("name").text(), text_or(document, "orcid"), text_or(document, "affiliation"),
            text_or(document, "ror")};
}

Contact read_contact(Document const& document) {
    document.only({"name", "email", "url"});
    if (document.has("email") == document.has("url"))
        document.fail("has both or neither of 'email' and 'url'; expected one of them");
    return {text_or(document, "name"),
            document.has("email") ? document.at("email").text() : document.at("url").text()};
}

Technique read_technique(Document const& document) {
    document.only({"id", "label"});
    return {document.at("id").text(), document.at("label").text()};
}

Funding read_funding(Document const& document) {
    document.only({"funder", "ror", "award", "title"});
    return {document.at("funder").text(), text_or(document, "ror"), text_or(document, "award"),
            text_or(document, "title")};
}

Source read_source(Document const& document) {
    document.only({"name", "licence", "citation", "url"});
    return {document.at("name").text(), text_or(document, "licence"), text_or(document, "citation"),
            text_or(document, "url")};
}

Attestation read_attestation(Document const& document) {
    document.only({"check", "person", "orcid", "date", "statement"});
    return {document.at("check").text(), document.at("person").text(), text_or(document, "orcid"),
            document.at("date").text(), document.at("statement").text()};
}

Access read_access(Document const& document) {
    document.only({"kind", "url", "description"});
    std::string const kind = document.at("kind").text();
    if (std::ranges::find(access_kinds(), kind) == access_kinds().end())
        document.at("kind").fail(
            fmt::format("is {}; expected one of: {}", in_quotes(kind), fmt::join(access_kinds(), ", ")));
    return {kind, text_or(document, "url"), text_or(document, "description")};
}

void check_name(Document const& document, std::string const& name) {
    if (name.empty() || name.find_first_of("/ \t\n") != std::string::npos)
        document.at("name").fail(
            fmt::format("is {}; expected a word without blanks and slashes", in_quotes(name)));
}

void check_version(Document const& document, std::string const& version) {
    auto const parts = split(version, '.');
    if (parts.size() != 3 || !std::ranges::all_of(parts, [](auto part) {
            return !part.empty() && part.find_first_not_of("0123456789") == part.npos;
        }))
        document.at("version").fail(fmt::format("is {}; expected MAJOR.MINOR.PATCH", in_quotes(version)));
}

void read_release(Document const& document, Description& to) {
    if (document.has("access_state")) {
        static constexpr std::array states{"open", "embargoed", "restricted", "closed"};
        to.access_state = document.at("access_state").text();
        if (std::ranges::find(states, to.access_state) == states.end())
            document.at("access_state")
                .fail(fmt::format("is {}; expected one of: {}", in_quotes(to.access_state),
                                  fmt::join(states, ", ")));
    }
    to.embargo_until = text_or(document, "embargo_until");
    if (to.access_state == "embargoed" && to.embargo_until.empty())
        document.at("access_state").fail("is 'embargoed' without 'embargo_until'; expected its last day");
    if (document.has("samples_per_second")) {
        to.samples_per_second = document.at("samples_per_second").number();
        if (!(to.samples_per_second >= 0 && to.samples_per_second < 1e12))
            document.at("samples_per_second")
                .fail(fmt::format("is {}; expected 0 to 1e12", to.samples_per_second));
    }
}

}  // namespace

std::string Description::note(std::string_view key) const {
    detail::NoteKind const wanted = detail::note_kind(key);
    for (auto const& [spelling, text] : notes)
        if (detail::note_kind(spelling).heading == wanted.heading) return text;
    return "";
}

std::vector<std::string> const& description_keys() {
    static std::vector<std::string> const all{"name",         "title",          "version",
                                              "description",  "licence",        "url",
                                              "citation",     "publisher",      "contact",
                                              "identifier",   "date_published", "creators",
                                              "keywords",     "techniques",     "funding",
                                              "attestations", "access",         "access_state",
                                              "notes",        "embargo_until",  "samples_per_second",
                                              "sources"};
    return all;
}

Description read_description(Document const& document) {
    Description to;
    to.name = document.at("name").text();
    check_name(document, to.name);
    to.title = text_or(document, "title", to.name);
    to.version = document.at("version").text();
    check_version(document, to.version);
    to.description = text_or(document, "description"), to.licence = text_or(document, "licence");
    to.url = text_or(document, "url"), to.citation = text_or(document, "citation");
    to.date_published = text_or(document, "date_published");
    to.identifier = text_or(document, "identifier");
    to.creators = list_of<Person>(document, "creators", read_person);
    to.keywords = list_of<std::string>(document, "keywords", [](Document const& one) { return one.text(); });
    to.further_sources = list_of<Source>(document, "sources", read_source);
    to.techniques = list_of<Technique>(document, "techniques", read_technique);
    to.funding = list_of<Funding>(document, "funding", read_funding);
    to.attestations = list_of<Attestation>(document, "attestations", read_attestation);
    to.access = list_of<Access>(document, "access", read_access);
    if (document.has("publisher")) to.publisher = read_person(document.at("publisher"));
    if (document.has("contact")) to.contact = read_contact(document.at("contact"));
    if (document.has("notes"))
        for (std::string const& key : document.at("notes").keys())
            to.notes[key] = document.at("notes").at(key).text();
    read_release(document, to);
    return to;
}

}  // namespace hutch::curate
