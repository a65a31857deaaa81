#include "hutch/base/error.hpp"
#include "hutch/base/process.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/document_checks.hpp"
#include "hutch/curate/assess/identifiers.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>

#include <fmt/format.h>
#include <pugixml.hpp>

namespace hutch::curate::assess::detail {
namespace {

namespace fs = std::filesystem;
using Words = std::set<std::string_view>;

// Controlled lists of the DataCite metadata schema 4.7 (kernel-4.7/include).
Words const resource_types{"Audiovisual",
                           "Award",
                           "Book",
                           "BookChapter",
                           "Collection",
                           "ComputationalNotebook",
                           "ConferencePaper",
                           "ConferenceProceeding",
                           "DataPaper",
                           "Dataset",
                           "Dissertation",
                           "Event",
                           "Image",
                           "Instrument",
                           "InteractiveResource",
                           "Journal",
                           "JournalArticle",
                           "Model",
                           "OutputManagementPlan",
                           "PeerReview",
                           "PhysicalObject",
                           "Poster",
                           "Preprint",
                           "Presentation",
                           "Project",
                           "Report",
                           "Service",
                           "Software",
                           "Sound",
                           "Standard",
                           "StudyRegistration",
                           "Text",
                           "Workflow",
                           "Other"};
Words const relation_types{"IsCitedBy",
                           "Cites",
                           "IsSupplementTo",
                           "IsSupplementedBy",
                           "IsContinuedBy",
                           "Continues",
                           "IsNewVersionOf",
                           "IsPreviousVersionOf",
                           "IsPartOf",
                           "HasPart",
                           "IsPublishedIn",
                           "IsReferencedBy",
                           "References",
                           "IsDocumentedBy",
                           "Documents",
                           "IsCompiledBy",
                           "Compiles",
                           "IsVariantFormOf",
                           "IsOriginalFormOf",
                           "IsIdenticalTo",
                           "HasMetadata",
                           "IsMetadataFor",
                           "Reviews",
                           "IsReviewedBy",
                           "IsDerivedFrom",
                           "IsSourceOf",
                           "Describes",
                           "IsDescribedBy",
                           "HasVersion",
                           "IsVersionOf",
                           "Requires",
                           "IsRequiredBy",
                           "Obsoletes",
                           "IsObsoletedBy",
                           "Collects",
                           "IsCollectedBy",
                           "HasTranslation",
                           "IsTranslationOf",
                           "Other"};
Words const related_types{"ARK",  "arXiv", "bibcode", "CSTR", "DOI",   "EAN13", "EISSN", "Handle",
                          "IGSN", "ISBN",  "ISSN",    "ISTC", "LISSN", "LSID",  "PMID",  "PURL",
                          "RAiD", "RRID",  "SWHID",   "UPC",  "URL",   "URN",   "w3id"};
Words const contributor_types{"ContactPerson",
                              "DataCollector",
                              "DataCurator",
                              "DataManager",
                              "Distributor",
                              "Editor",
                              "HostingInstitution",
                              "Other",
                              "Producer",
                              "ProjectLeader",
                              "ProjectManager",
                              "ProjectMember",
                              "RegistrationAgency",
                              "RegistrationAuthority",
                              "RelatedPerson",
                              "ResearchGroup",
                              "RightsHolder",
                              "Researcher",
                              "Sponsor",
                              "Supervisor",
                              "Translator",
                              "WorkPackageLeader"};
Words const date_types{"Accepted", "Available", "Collected", "Copyrighted", "Coverage", "Created",
                       "Issued",   "Other",     "Submitted", "Updated",     "Valid",    "Withdrawn"};
Words const description_types{"Abstract",        "Methods",       "SeriesInformation",
                              "TableOfContents", "TechnicalInfo", "Other"};
Words const name_types{"Organizational", "Personal"};
Words const title_types{"AlternativeTitle", "Subtitle", "TranslatedTitle", "Other"};
Words const root_elements{"identifier",
                          "creators",
                          "titles",
                          "publisher",
                          "publicationYear",
                          "resourceType",
                          "subjects",
                          "contributors",
                          "dates",
                          "language",
                          "alternateIdentifiers",
                          "relatedIdentifiers",
                          "sizes",
                          "formats",
                          "version",
                          "rightsList",
                          "descriptions",
                          "geoLocations",
                          "fundingReferences",
                          "relatedItems"};

// Elements, attributes of them, and the words that these may be.
struct Vocabulary {
    char const* element;
    char const* attribute;
    Words const* words;
    bool is_required;
};
std::array const vocabularies_of_elements{
    Vocabulary{"resourceType", "resourceTypeGeneral", &resource_types, true},
    Vocabulary{"contributor", "contributorType", &contributor_types, true},
    Vocabulary{"date", "dateType", &date_types, true},
    Vocabulary{"description", "descriptionType", &description_types, true},
    Vocabulary{"relatedIdentifier", "relatedIdentifierType", &related_types, true},
    Vocabulary{"relatedIdentifier", "relationType", &relation_types, true},
    Vocabulary{"relatedItem", "relationType", &relation_types, true},
    Vocabulary{"relatedItem", "relatedItemType", &resource_types, true},
    Vocabulary{"creatorName", "nameType", &name_types, false},
    Vocabulary{"contributorName", "nameType", &name_types, false},
    Vocabulary{"title", "titleType", &title_types, false}};

std::string plain_name(pugi::xml_node node) {
    std::string_view const name = node.name();
    std::size_t const colon = name.find(':');
    return std::string(colon == name.npos ? name : name.substr(colon + 1));
}

class Record {
  public:
    explicit Record(std::string file) : file_(std::move(file)) {}

    void check(pugi::xml_node root) {
        if (plain_name(root) != "resource")
            return wrong(plain_name(root), "is the root; expected 'resource'");
        bool is_kernel_4 = false;
        for (pugi::xml_attribute one : root.attributes())
            is_kernel_4 |= std::string_view(one.value()) == "http://datacite.org/schema/kernel-4";
        if (!is_kernel_4) wrong("resource", "is not in the namespace http://datacite.org/schema/kernel-4");
        std::set<std::string> seen;
        for (pugi::xml_node child : root.children()) {
            if (child.type() != pugi::node_element) continue;
            if (!root_elements.contains(plain_name(child)))
                wrong(plain_name(child), "is no element of DataCite 4.7");
            if (!seen.insert(plain_name(child)).second) wrong(plain_name(child), "is there twice");
        }
        check_mandatory(root);
        walk(root);
    }

    Answer answer;
    std::uint64_t problems = 0;

    void wrong(std::string const& where, std::string what) {
        ++problems;
        show(answer, {file_, where, 0, std::move(what)});
    }

  private:
    static pugi::xml_node child(pugi::xml_node node, char const* name) {
        for (pugi::xml_node one : node.children())
            if (plain_name(one) == name) return one;
        return {};
    }
    static std::string text(pugi::xml_node node) { return std::string(trim(node.text().get())); }

    // ":unav", ":unkn" and the like are values of the schema that say that nothing is known.
    std::string must_say(pugi::xml_node node, char const* name) {
        std::string const value = text(child(node, name));
        if (value.empty())
            wrong(name, "is missing or empty");
        else if (value.starts_with(":un") || value == ":null" || value == ":tba" || value == ":none")
            wrong(name, fmt::format("is '{}': nobody has said it", value));
        return value;
    }

    void check_mandatory(pugi::xml_node root) {
        std::string const identifier = must_say(root, "identifier");
        std::string_view const kind = child(root, "identifier").attribute("identifierType").value();
        if (kind.empty()) wrong("identifier", "has no identifierType");
        if (kind == "DOI" && !is_doi(identifier))
            wrong("identifier", fmt::format("'{}' is no DOI", identifier));
        pugi::xml_node const creators = child(root, "creators"), titles = child(root, "titles");
        if (!child(creators, "creator")) wrong("creators", "is missing or has no creator");
        for (pugi::xml_node one : creators.children()) must_say(one, "creatorName");
        if (text(child(titles, "title")).empty()) wrong("titles", "is missing or has no title");
        must_say(root, "publisher");
        std::string const year = must_say(root, "publicationYear");
        if (!year.empty() && (year.size() != 4 || year.find_first_not_of("0123456789") != year.npos))
            wrong("publicationYear", fmt::format("is '{}'; expected four digits", year));
        if (text(child(root, "resourceType")).empty() && !child(root, "resourceType"))
            wrong("resourceType", "is missing");
    }

    void walk(pugi::xml_node node) {
        for (pugi::xml_node one : node.children()) {
            if (one.type() != pugi::node_element) continue;
            std::string const name = plain_name(one);
            for (Vocabulary const& vocabulary : vocabularies_of_elements)
                if (name == vocabulary.element) check_word(one, vocabulary);
            if (name == "nameIdentifier") check_name_identifier(one);
            if (name == "relatedIdentifier") check_related(one);
            if (name == "date" && !is_date(text(one)))
                wrong("date", fmt::format("is '{}'; expected ISO 8601", text(one)));
            if (name == "alternateIdentifier" && !one.attribute("alternateIdentifierType"))
                wrong(name, "has no alternateIdentifierType");
            if (name == "fundingReference") must_say(one, "funderName");
            walk(one);
        }
    }

    void check_word(pugi::xml_node node, Vocabulary const& vocabulary) {
        std::string_view const word = node.attribute(vocabulary.attribute).value();
        if (word.empty() && !vocabulary.is_required) return;
        if (word.empty())
            wrong(vocabulary.element, fmt::format("has no {}", vocabulary.attribute));
        else if (!vocabulary.words->contains(word))
            wrong(vocabulary.element,
                  fmt::format("has the {} '{}', which DataCite 4.7 has not", vocabulary.attribute, word));
    }

    void check_name_identifier(pugi::xml_node node) {
        std::string const scheme = to_lower(node.attribute("nameIdentifierScheme").value()),
                          value = text(node);
        if (scheme.empty()) wrong("nameIdentifier", "has no nameIdentifierScheme");
        if (scheme == "orcid" && !is_orcid(value))
            wrong("nameIdentifier", fmt::format("'{}' is no ORCID", value));
        if (scheme == "ror" && !is_ror(value))
            wrong("nameIdentifier", fmt::format("'{}' is no ROR id", value));
    }

    void check_related(pugi::xml_node node) {
        std::string_view const kind = node.attribute("relatedIdentifierType").value();
        std::string const value = text(node);
        if (kind == "DOI" && !is_doi(value)) wrong("relatedIdentifier", fmt::format("'{}' is no DOI", value));
        if (kind == "CSTR" && !is_cstr(value))
            wrong("relatedIdentifier", fmt::format("'{}' is no CSTR", value));
        if (kind == "URL" && value.find("://") == value.npos)
            wrong("relatedIdentifier", fmt::format("'{}' is no URL", value));
    }

    // YYYY, YYYY-MM, YYYY-MM-DD, a time behind them, and two of these with a slash between (RKMS-ISO8601).
    static bool is_date(std::string_view value) {
        return !value.empty() && std::ranges::all_of(split(value, '/'), [](std::string_view one) {
            one = trim(one);
            if (one.empty()) return true;
            auto const day = one.substr(0, one.find('T'));
            return day.size() >= 4 && day.find_first_not_of("0123456789-") == day.npos &&
                   day.substr(0, 4).find('-') == day.npos;
        });
    }

    std::string file_;
};

// The schema's file below a folder, as the repository datacite/schema has it or alone.
fs::path find_schema(fs::path const& folder) {
    std::vector<fs::path> places;
    if (char const* given = std::getenv("HUTCH_DATACITE_SCHEMA"); given != nullptr && *given != 0)
        for (char const* below : {"", "kernel-4.7", "kernel-4", "source/meta/kernel-4.7"})
            places.push_back(fs::path(given) / below / "metadata.xsd");
    for (char const* beside : {"metadata.xsd", "kernel-4.7/metadata.xsd", "datacite/metadata.xsd"})
        places.push_back(folder / beside), places.push_back(folder.parent_path() / beside);
    std::error_code ignored;
    auto const found =
        std::ranges::find_if(places, [&](fs::path const& one) { return fs::is_regular_file(one, ignored); });
    return found == places.end() ? fs::path() : *found;
}

// Returns what the schema's validation was, and adds what it found.
std::string validate(fs::path const& file, fs::path const& schema, Record& record) {
    if (schema.empty()) return "no schema was given (HUTCH_DATACITE_SCHEMA)";
    try {
        ProcessEnd const end = run_process(
            {"xmllint", "--nonet", "--noout", "--schema", schema.string(), file.string()}, {.seconds = 60});
        if (end.succeeded()) return "xmllint found it valid by " + schema.filename().string();
        if (end.exit_code == 5 || end.exit_code == 2 || end.timed_out)
            return "xmllint could not read the schema";
        for (auto const line : split_lines(end.errors))
            if (line.find("error :") != line.npos)
                record.wrong("xmllint", std::string(line.substr(line.find("error :"))));
        if (record.problems == 0) record.wrong("xmllint", fmt::format("exit status {}", end.exit_code));
        return "xmllint refused it by " + schema.filename().string();
    } catch (Error const&) {
        return "xmllint is not installed";
    }
}

Answer run(Subject const& subject) {
    fs::path const path = subject.folder / "datacite.xml";
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored))
        return {State::fail, "there is no datacite.xml", {}, {}, "write datacite.xml (DataCite 4.7)", 0};
    pugi::xml_document document;
    Record record("datacite.xml");
    auto const parsed = document.load_file(path.c_str());
    if (!parsed)
        record.wrong("", fmt::format("is no XML: {} at byte {}", parsed.description(), parsed.offset));
    else
        record.check(document.document_element());
    std::uint64_t const own = record.problems;
    std::string const by_schema = validate(path, find_schema(subject.folder), record);
    Answer answer = std::move(record.answer);
    answer.state = record.problems == 0 ? State::pass : State::fail;
    answer.text = fmt::format("datacite.xml: {} by the rules of DataCite 4.7 that are built in; {}",
                              counted(own, "problem"), by_schema);
    answer.numbers = {{"problems", double(record.problems)}};
    return answer;
}

}  // namespace

Check datacite_check() {
    return {
        "C07", "DataCite record",
        "Has datacite.xml all that DataCite 4.7 requires, with words of its lists and identifiers that are "
        "well formed, and is it valid by the schema where that is at hand?",
        "mend datacite.xml at the elements named: creators, publisher and date are what a recipe says", run};
}

}  // namespace hutch::curate::assess::detail
