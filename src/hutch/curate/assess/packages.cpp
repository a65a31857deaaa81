#include "hutch/curate/assess/packages.hpp"

#include "hutch/base/text.hpp"
#include "hutch/curate/assess/detail/json_document.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::curate::assess {
namespace {

using detail::Json, detail::text_of;

constexpr RequiredItem table[] = {
    {"general", "name", "a plain name"},
    {"general", "version", "MAJOR.MINOR.PATCH"},
    {"general", "description", "what it is, a paragraph"},
    {"general", "creators", "who made it, with ORCIDs"},
    {"general", "publisher", "who answers for it being there"},
    {"general", "licence", "an SPDX id"},
    {"general", "identifier", "a DOI, a CSTR or an address that lasts"},
    {"general", "date_published", "YYYY-MM-DD"},
    {"general", "keywords", "words to find it by"},
    {"sample", "samples", "what was measured or calculated: how many, which"},
    {"sample", "kind", "powder, single crystal, tissue, image ..."},
    {"sample", "composition", "what samples consist of, or where records say it"},
    {"sample", "sources", "where samples or structures come from"},
    {"instrument", "instruments", "beamlines, instruments, virtual ones"},
    {"instrument", "techniques", "PaNET ids with their labels"},
    {"instrument", "settings", "settings, or where records say them"},
    {"processing", "software", "programs with their versions"},
    {"processing", "method", "from raw data to records, in a sentence"},
    {"processing", "inputs", "what went in, with checksums or where these stand"},
    {"processing", "provenance", "the file that holds the graph"},
    {"quality", "records", "how many"},
    {"quality", "splits", "which, and how many records each"},
    {"quality", "uncertainty", "how uncertainties are told"},
    {"quality", "limitations", "what it cannot be trusted in"},
    {"access", "state", "open, embargoed, restricted or closed"},
    {"access", "url", "where it is"},
    {"access", "conditions", "under which it may be used"},
    {"access", "contact", "a name with an e-mail or web address"},
};

// Items that documents say and the dictionary does not.
class Gatherer {
  public:
    std::vector<MetadataItem> items;

    void add(char const* package, char const* name, std::string value, char const* origin = "declared") {
        if (!trim(value).empty() && find_item(items, package, name) == nullptr)
            items.push_back({package, name, std::move(value), "", origin});
    }
    void add_from_dictionary(Dictionary const& dictionary);
    void add_from_croissant(Json const& root);
    void add_from_provenance(Json const& root, std::string const& file);
};

std::string joined(Json const& root, char const* key) {
    if (!root.contains(key)) return "";
    Json const& value = root[key];
    if (!value.is_array()) return text_of(root, key);
    std::string all;
    for (Json const& one : value) {
        std::string const text = one.is_string() ? one.get<std::string>() : text_of(one, "name");
        if (!text.empty()) all += (all.empty() ? "" : "; ") + text;
    }
    return all;
}

void Gatherer::add_from_dictionary(Dictionary const& dictionary) {
    add("general", "name", dictionary.name);
    add("general", "version", dictionary.version);
    add("general", "description", dictionary.description);
    std::string splits;
    for (auto const& [name, records] : dictionary.splits)
        splits += fmt::format("{}{} {}", splits.empty() ? "" : ", ", name, records);
    add("quality", "splits", splits, "measured");
    for (RecordTable const& one : dictionary.tables) {
        if (one.records) add("quality", "records", fmt::format("{}", *one.records), "measured");
        for (Field const& field : one.fields) {
            if (field.role == Role::source)
                add("instrument", "instruments", fmt::format("{} of each record", field.name), "derived");
            if (field.role == Role::sigma || !field.noise.empty())
                add("quality", "uncertainty", fmt::format("{} of each record", field.name), "derived");
        }
    }
}

void Gatherer::add_from_croissant(Json const& root) {
    if (!root.is_object()) return;
    add("general", "name", text_of(root, "name"));
    add("general", "version", text_of(root, "version"));
    add("general", "description", text_of(root, "description"));
    add("general", "creators", joined(root, root.contains("creator") ? "creator" : "creators"));
    add("general", "publisher", joined(root, "publisher"));
    add("general", "licence", text_of(root, "license"));
    add("general", "identifier", text_of(root, "identifier"));
    add("general", "identifier", text_of(root, "sameAs"));
    add("general", "date_published", text_of(root, "datePublished"));
    add("general", "keywords", joined(root, "keywords"));
    add("access", "url", text_of(root, "url"));
    add("access", "conditions", text_of(root, "license"));
    add("access", "state", text_of(root, "conditionsOfAccess"));
    if (root.contains("contactPoint"))
        for (char const* key : {"email", "url", "contactPoint"})
            add("access", "contact",
                key == std::string("contactPoint") ? "" : text_of(root["contactPoint"], key));
    add("sample", "sources", joined(root, "isBasedOn"));
    for (auto const& [property, package, name] : {std::array{"dataUseCases", "access", "intended_use"},
                                                  {"dataBiases", "quality", "biases"},
                                                  {"dataLimitations", "quality", "limitations"},
                                                  {"dataCollection", "processing", "method"},
                                                  {"dataCollectionMissingData", "quality", "missing_data"},
                                                  {"dataReleaseMaintenancePlan", "access", "maintenance"}})
        for (char const* prefix : {"rai:", ""})
            add(package, name, joined(root, (prefix + std::string(property)).c_str()));
}

void Gatherer::add_from_provenance(Json const& root, std::string const& file) {
    add("processing", "provenance", file, "measured");
    if (!root.is_object()) return;
    if (root.contains("agent") && root["agent"].is_object())
        for (auto const& [id, about] : root["agent"].items())
            if (text_of(about, "prov:type").find("SoftwareAgent") != std::string::npos)
                add("processing", "software", text_of(about, "prov:label"), "measured");
    if (root.contains("used")) add("processing", "inputs", "in " + file, "measured");
    if (root.contains("activity") && root["activity"].is_object())
        for (auto const& [id, about] : root["activity"].items())
            add("processing", "method", text_of(about, "prov:label"), "derived");
}

}  // namespace

std::span<RequiredItem const> required_items() { return table; }

MetadataItem const* find_item(std::span<MetadataItem const> items, std::string_view package,
                              std::string_view name) {
    for (MetadataItem const& item : items)
        if (item.package == package && item.name == name && !trim(item.value).empty()) return &item;
    return nullptr;
}

std::vector<MetadataItem> gather_metadata(Subject const& subject) {
    Gatherer gatherer{subject.dictionary.metadata};
    gatherer.add_from_dictionary(subject.dictionary);
    if (auto const croissant = detail::find_croissant(subject.folder);
        croissant && croissant->problem.empty())
        gatherer.add_from_croissant(croissant->root());
    if (auto const graph = detail::find_provenance(subject.folder); graph && graph->problem.empty())
        gatherer.add_from_provenance(graph->root(), graph->file);
    return std::move(gatherer.items);
}

Attestation const* find_attestation(Dictionary const& dictionary, std::string_view check) {
    for (Attestation const& one : dictionary.attestations)
        if (one.check == check && !one.person.empty() && !one.date.empty() && !one.statement.empty())
            return &one;
    return nullptr;
}

}  // namespace hutch::curate::assess
