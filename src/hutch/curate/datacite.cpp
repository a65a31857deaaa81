#include "hutch/curate/datacite.hpp"

#include "hutch/base/text.hpp"
#include "hutch/curate/licence.hpp"

#include <set>
#include <utility>

#include <fmt/format.h>

namespace hutch::curate {
namespace {

using Attributes = std::vector<std::pair<char const*, std::string>>;

constexpr char const* not_available = ":unav";  // DataCite 4.7, appendix 3: standard values for unknowns

// A document that grows by elements; what has no text is left out.
class Xml {
  public:
    std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

    void open(char const* name, Attributes const& attributes = {}) {
        text += fmt::format("{}<{}{}>\n", std::string(2 * depth_++, ' '), name, written(attributes));
    }
    void close(char const* name) { text += fmt::format("{}</{}>\n", std::string(2 * --depth_, ' '), name); }
    void add(char const* name, std::string const& value, Attributes const& attributes = {}) {
        if (!value.empty())
            text += fmt::format("{0}<{1}{2}>{3}</{1}>\n", std::string(2 * depth_, ' '), name,
                                written(attributes), escape_xml(value));
    }

  private:
    static std::string written(Attributes const& attributes) {
        std::string all;
        for (auto const& [name, value] : attributes)
            if (!value.empty()) all += fmt::format(" {}=\"{}\"", name, escape_xml(value));
        return all;
    }
    std::size_t depth_ = 0;
};

void add_name(Xml& to, char const* element, Person const& person) {
    bool const is_person = person.is_person();
    to.add(element, person.name, {{"nameType", is_person ? "Personal" : "Organizational"}});
    if (is_person) {
        std::size_t const comma = person.name.find(", ");
        to.add("givenName", person.name.substr(comma + 2));
        to.add("familyName", person.name.substr(0, comma));
    }
    if (!person.orcid.empty())
        to.add("nameIdentifier", "https://orcid.org/" + person.orcid,
               {{"nameIdentifierScheme", "ORCID"}, {"schemeURI", "https://orcid.org"}});
    if (!is_person)
        to.add("nameIdentifier", person.ror,
               {{"nameIdentifierScheme", "ROR"}, {"schemeURI", "https://ror.org"}});
    if (person.affiliation.empty()) return;
    Attributes identifier;
    if (!person.ror.empty())
        identifier = {{"affiliationIdentifier", person.ror},
                      {"affiliationIdentifierScheme", "ROR"},
                      {"schemeURI", "https://ror.org"}};
    to.add("affiliation", person.affiliation, identifier);
}

void add_identifier(Xml& to, DatasetSummary const& summary) {
    if (std::string const doi = find_doi(summary.identifier); !doi.empty())
        return to.add("identifier", doi, {{"identifierType", "DOI"}});
    std::string const local = summary.name + "/" + summary.version;
    to.add("identifier", summary.identifier.empty() ? local : summary.identifier,
           {{"identifierType", "Other"}});
}

void add_mandatory(Xml& to, DatasetSummary const& summary) {
    add_identifier(to, summary);
    to.open("creators");
    std::vector<Person> creators = summary.creators;
    if (creators.empty()) creators.push_back({not_available});
    for (Person const& one : creators) {
        to.open("creator");
        add_name(to, "creatorName", one);
        to.close("creator");
    }
    to.close("creators");
    to.open("titles");
    to.add("title", summary.title.empty() ? summary.name : summary.title);
    to.close("titles");
    Attributes publisher;
    if (!summary.publisher.ror.empty())
        publisher = {{"publisherIdentifier", summary.publisher.ror},
                     {"publisherIdentifierScheme", "ROR"},
                     {"schemeURI", "https://ror.org"}};
    to.add("publisher", summary.publisher.name.empty() ? not_available : summary.publisher.name, publisher);
    to.add("publicationYear", summary.date_published.substr(0, 4));
    to.add("resourceType", "Data set for machine learning", {{"resourceTypeGeneral", "Dataset"}});
}

void add_subjects(Xml& to, DatasetSummary const& summary) {
    if (summary.keywords.empty() && summary.techniques.empty()) return;
    to.open("subjects");
    for (std::string const& word : summary.keywords) to.add("subject", word);
    for (Technique const& one : summary.techniques)
        to.add("subject", one.label,
               {{"subjectScheme", "PaNET"},
                {"schemeURI", "http://purl.org/pan-science/PaNET/PaNET.owl"},
                {"valueURI", "http://purl.org/pan-science/PaNET/" + one.id}});
    to.close("subjects");
}

void add_dates(Xml& to, DatasetSummary const& summary) {
    if (!summary.contact.name.empty()) {
        to.open("contributors");
        to.open("contributor", {{"contributorType", "ContactPerson"}});
        add_name(to, "contributorName", {summary.contact.name});
        to.close("contributor");
        to.close("contributors");
    }
    if (summary.date_published.empty() && summary.embargo_until.empty()) return;
    to.open("dates");
    to.add("date", summary.date_published, {{"dateType", "Issued"}});
    to.add("date", summary.embargo_until, {{"dateType", "Available"}});
    to.close("dates");
}

void add_relations(Xml& to, DatasetSummary const& summary) {
    if (!summary.url.empty() && !summary.identifier.empty()) {
        to.open("alternateIdentifiers");
        to.add("alternateIdentifier", summary.url, {{"alternateIdentifierType", "URL"}});
        to.close("alternateIdentifiers");
    }
    std::set<std::string> urls;
    for (SourceEntry const& source : summary.sources)
        if (!source.url.empty()) urls.insert(source.url);
    if (urls.empty()) return;
    to.open("relatedIdentifiers");
    for (std::string const& url : urls) {
        std::string const doi = find_doi(url);
        to.add("relatedIdentifier", doi.empty() ? url : doi,
               {{"relatedIdentifierType", doi.empty() ? "URL" : "DOI"}, {"relationType", "IsDerivedFrom"}});
    }
    to.close("relatedIdentifiers");
}

void add_extent(Xml& to, DatasetSummary const& summary) {
    std::uint64_t bytes = 0;
    std::set<std::string> formats;
    for (FileEntry const& file : summary.files) {
        bytes += file.bytes;
        if (file.path.ends_with(".h5")) formats.insert("application/x-hdf5");
        if (file.path.ends_with(".csv")) formats.insert("text/csv");
        if (file.path.ends_with(".jsonl")) formats.insert("application/jsonlines");
        if (file.path.ends_with(".cif")) formats.insert("chemical/x-cif");
    }
    to.open("sizes");
    to.add("size", fmt::format("{} records", summary.records));
    to.add("size", fmt::format("{} bytes", bytes));
    to.close("sizes");
    to.open("formats");
    for (std::string const& format : formats) to.add("format", format);
    to.close("formats");
    to.add("version", summary.version);
}

void add_rights(Xml& to, DatasetSummary const& summary) {
    if (summary.licence.empty()) return;
    Licence const* const licence = find_licence(summary.licence);
    to.open("rightsList");
    if (licence == nullptr)
        to.add("rights", summary.licence);
    else
        to.add("rights", licence->name,
               {{"rightsURI", fmt::format("https://spdx.org/licenses/{}.html", licence->id)},
                {"rightsIdentifier", licence->id},
                {"rightsIdentifierScheme", "SPDX"},
                {"schemeURI", "https://spdx.org/licenses/"}});
    to.close("rightsList");
}

void add_funding(Xml& to, std::vector<Funding> const& funding) {
    if (funding.empty()) return;
    to.open("fundingReferences");
    for (Funding const& one : funding) {
        to.open("fundingReference");
        to.add("funderName", one.funder);
        to.add("funderIdentifier", one.ror, {{"funderIdentifierType", "ROR"}});
        to.add("awardNumber", one.award);
        to.add("awardTitle", one.title);
        to.close("fundingReference");
    }
    to.close("fundingReferences");
}

void add_descriptions(Xml& to, DatasetSummary const& summary) {
    to.open("descriptions");
    to.add("description", summary.description, {{"descriptionType", "Abstract"}});
    to.add("description", summary.note("collection"), {{"descriptionType", "Methods"}});
    to.add("description", summary.note("limitations"), {{"descriptionType", "TechnicalInfo"}});
    to.close("descriptions");
}

}  // namespace

std::string find_doi(std::string const& text) {
    std::size_t const start = text.find("10.");
    if (start == std::string::npos) return "";
    std::string const before = to_lower(text.substr(0, start));
    for (char const* prefix :
         {"", "doi:", "https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/"})
        if (before == prefix && text.find('/', start) != std::string::npos) return text.substr(start);
    return "";
}

std::string to_datacite(DatasetSummary const& summary) {
    Xml to;
    to.open("resource", {{"xmlns", "http://datacite.org/schema/kernel-4"},
                         {"xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"},
                         {"xsi:schemaLocation",
                          "http://datacite.org/schema/kernel-4 "
                          "https://schema.datacite.org/meta/kernel-4.7/metadata.xsd"}});
    add_mandatory(to, summary);
    add_subjects(to, summary);
    add_dates(to, summary);
    to.add("language", "en");
    add_relations(to, summary);
    add_extent(to, summary);
    add_rights(to, summary);
    add_descriptions(to, summary);
    add_funding(to, summary.funding);
    to.close("resource");
    return to.text;
}

}  // namespace hutch::curate
