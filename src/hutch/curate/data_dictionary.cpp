#include "hutch/curate/data_dictionary.hpp"

#include "hutch/base/text.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate {
namespace {

bool begins_and_ends(std::string const& path, std::string const& pattern) {
    std::size_t const star = pattern.find('*');
    std::string_view const begin = std::string_view(pattern).substr(0, star),
                           end = std::string_view(pattern).substr(star + 1);
    return path.size() >= begin.size() + end.size() && path.starts_with(begin) && path.ends_with(end) &&
           path.find('/', star) == std::string::npos;
}

// One pattern for the files of a split; all of them where the pattern would take in files of another.
std::vector<TableFiles> files_of(std::string const& split, std::vector<FileEntry> const& files) {
    std::vector<TableFiles> own;
    for (FileEntry const& file : files)
        if (file.split == split) own.push_back({file.path, split});
    if (own.size() < 2) return own;
    std::string const& path = own[0].path;
    std::size_t const dash = path.rfind('-'), dot = path.rfind('.');
    if (dash == std::string::npos || dot == std::string::npos || dot < dash) return own;
    std::string const pattern = path.substr(0, dash + 1) + "*" + path.substr(dot);
    bool const is_exact = std::ranges::all_of(files, [&](FileEntry const& file) {
        return begins_and_ends(file.path, pattern) == (file.split == split);
    });
    return is_exact ? std::vector<TableFiles>{{pattern, split}} : own;
}

RecordTable shards_table(DatasetSummary const& summary) {
    RecordTable table{"records", "One row a record, in the shards.", "hdf5", Layout::rows, "", {}, {}, {},
                      {}};
    std::set<std::string> splits;
    for (FileEntry const& file : summary.files)
        if (!file.split.empty() && splits.insert(file.split).second)
            for (TableFiles& one : files_of(file.split, summary.files)) table.files.push_back(std::move(one));
    table.records = summary.records, table.fields = summary.fields, table.shared = summary.shared;
    return table;
}

RecordTable plain_table(char const* name, char const* description, std::string const& file,
                        std::vector<Field> const& fields) {
    std::string const format = file.ends_with(".csv") ? "csv" : file.ends_with(".jsonl") ? "jsonl" : "json";
    return {name, description, format, Layout::rows, "", {{file, ""}}, {}, fields, {}};
}

class Metadata {
  public:
    std::vector<MetadataItem> items;

    void add(char const* package, char const* name, std::string value, char const* origin = "declared") {
        if (!value.empty()) items.push_back({package, name, std::move(value), "", origin});
    }
};

std::string to_text(Person const& person) {
    std::string text = person.name;
    if (!person.orcid.empty()) text += fmt::format(" ({})", person.orcid);
    if (!person.affiliation.empty()) text += ", " + person.affiliation;
    if (!person.ror.empty()) text += fmt::format(" <{}>", person.ror);
    return text;
}

void add_general(DatasetSummary const& summary, Metadata& to) {
    std::vector<std::string> creators, techniques, funding;
    for (Person const& one : summary.creators) creators.push_back(to_text(one));
    for (Technique const& one : summary.techniques)
        techniques.push_back(fmt::format("{} {}", one.id, one.label));
    for (Funding const& one : summary.funding)
        funding.push_back(one.award.empty() ? one.funder : one.funder + " " + one.award);
    to.add("general", "name", summary.name);
    to.add("general", "title", summary.title);
    to.add("general", "version", summary.version);
    to.add("general", "description", summary.description);
    to.add("general", "creators", fmt::format("{}", fmt::join(creators, "; ")));
    to.add("general", "publisher", to_text(summary.publisher));
    to.add("general", "licence", summary.licence);
    to.add("general", "identifier", summary.identifier);
    to.add("general", "date_published", summary.date_published);
    to.add("general", "keywords", fmt::format("{}", fmt::join(summary.keywords, "; ")));
    to.add("general", "citation", summary.citation);
    to.add("general", "funding", fmt::format("{}", fmt::join(funding, "; ")));
    to.add("instrument", "techniques", fmt::format("{}", fmt::join(techniques, "; ")));
}

void add_quality(DatasetSummary const& summary, Metadata& to) {
    std::vector<std::string> splits;
    for (Split const& split : summary.splits)
        splits.push_back(fmt::format("{} {}", split.name, split.records));
    to.add("quality", "records", fmt::format("{}", summary.records), "measured");
    to.add("quality", "splits", fmt::format("{}", fmt::join(splits, ", ")), "measured");
    to.add("quality", "groups", fmt::format("{}", summary.groups), "measured");
    to.add("quality", "limitations", summary.note("limitations"));
    to.add("quality", "biases", summary.note("biases"));
    to.add("quality", "missing_data", summary.note("missing data"));
    to.add("processing", "provenance", "provenance.json", "measured");
    to.add("processing", "collection", summary.note("collection"));
}

void add_access(DatasetSummary const& summary, Metadata& to) {
    Contact const& contact = summary.contact;
    to.add("access", "state", summary.access_state);
    to.add("access", "embargo_until", summary.embargo_until);
    to.add("access", "url", summary.url);
    to.add("access", "conditions", summary.licence);
    to.add("access", "contact",
           contact.at.empty()     ? ""
           : contact.name.empty() ? contact.at
                                  : fmt::format("{} <{}>", contact.name, contact.at));
    to.add("access", "intended_use", summary.note("use cases"));
    to.add("access", "non_intended_use", summary.note("non-intended use"));
    to.add("access", "feedback", summary.note("feedback"));
}

}  // namespace

Dictionary to_dictionary(DatasetSummary const& summary) {
    Dictionary dictionary;
    dictionary.name = summary.name, dictionary.version = summary.version;
    dictionary.description = summary.description;
    for (Task const& task : summary.tasks) dictionary.tasks.push_back(task.description);
    if (std::string const uses = summary.note("use cases"); summary.tasks.empty() && !uses.empty())
        dictionary.tasks.push_back(uses);
    if (!summary.fields.empty()) dictionary.tables.push_back(shards_table(summary));
    if (!summary.records_table.empty())
        dictionary.tables.push_back(plain_table("index", "One row a record: where it lies and what it is.",
                                                summary.records_table, summary.record_columns));
    if (!summary.structures_table.empty())
        dictionary.tables.push_back(plain_table("structures", "One row a structure.",
                                                summary.structures_table, summary.structure_columns));
    if (!summary.examples_table.empty() && !summary.example_columns.empty())
        dictionary.tables.push_back(
            plain_table("examples", "A few whole records.", summary.examples_table, summary.example_columns));
    for (RecordTable const& table : summary.further_tables) dictionary.tables.push_back(table);
    for (Split const& split : summary.splits) dictionary.splits[split.name] = split.records;
    dictionary.physics = summary.physics, dictionary.attestations = summary.attestations;
    dictionary.access = {{"file", "", "all files of the folder, by their checksums in checksums.sha256"},
                         {"loader", "", "hutch.dataset(FOLDER) of the Python module hutch"}};
    for (Access const& one : summary.access) dictionary.access.push_back(one);
    Metadata metadata;
    add_general(summary, metadata);
    metadata.items.insert(metadata.items.end(), summary.metadata.begin(), summary.metadata.end());
    add_quality(summary, metadata), add_access(summary, metadata);
    auto const package = [](MetadataItem const& item) {
        return std::ranges::find(metadata_packages(), item.package) - metadata_packages().begin();
    };
    std::ranges::stable_sort(metadata.items, {}, package);
    dictionary.metadata = std::move(metadata.items);
    dictionary.samples_per_second = summary.samples_per_second;
    return dictionary;
}

}  // namespace hutch::curate
