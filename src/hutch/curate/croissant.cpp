#include "hutch/curate/croissant.hpp"

#include "hutch/curate/detail/rai_notes.hpp"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

namespace hutch::curate {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_shards_listed = 2000;

// The context of the specification's appendix 1 with two changes, without which the reference reader
// (mlcroissant 1.1.0) refuses the file or warns: schema.org by https, as in the published examples, and the
// keys after `value`.
constexpr char const* context_text = R"json({
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "annotation": "cr:annotation",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "excludes": "cr:excludes",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "readLines": "cr:readLines",
    "sdVersion": "cr:sdVersion",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
    "unArchive": "cr:unArchive",
    "value": "cr:value",
    "description": {"@container": "@language"},
    "name": {"@container": "@language"},
    "path": "cr:path",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate"
})json";

void set_text(Json& object, char const* key, std::string const& text) {
    if (!text.empty()) object[key] = text;
}

// Croissant's readers refuse blanks in names of nodes.
std::string node_id(std::string id) {
    std::ranges::replace_if(id, [](unsigned char c) { return c <= ' '; }, '_');
    return id;
}

Json reference(std::string const& id) { return Json{{"@id", id}}; }

std::string licence_url(std::string const& licence) {
    bool const is_spdx_id = !licence.empty() && licence.find_first_not_of(
                                                    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
                                                    "mnopqrstuvwxyz0123456789.-+") == std::string::npos;
    return is_spdx_id && !licence.starts_with("LicenseRef-")
               ? "https://spdx.org/licenses/" + licence + ".html"
               : licence;
}

Json creator(Person const& one) {
    Json made{{"@type", one.is_person() ? "sc:Person" : "sc:Organization"}, {"name", one.name}};
    if (!one.orcid.empty()) made["url"] = "https://orcid.org/" + one.orcid;
    if (!one.is_person()) set_text(made, "url", one.ror);
    if (!one.affiliation.empty()) {
        made["affiliation"] = Json{{"@type", "sc:Organization"}, {"name", one.affiliation}};
        set_text(made["affiliation"], "url", one.ror);
    }
    return made;
}

std::string encoding_format(std::string const& path) {
    static constexpr std::pair<char const*, char const*> formats[] = {
        {".h5", "application/x-hdf5"},  {".hdf5", "application/x-hdf5"},
        {".nxs", "application/x-hdf5"}, {".csv", "text/csv"},
        {".tsv", "text/tsv"},           {".jsonl", "application/jsonlines"},
        {".json", "application/json"},  {".yaml", "application/yaml"},
        {".yml", "application/yaml"},   {".md", "text/markdown"},
        {".txt", "text/plain"},         {".html", "text/html"},
        {".bib", "text/x-bibtex"},      {".cif", "chemical/x-cif"},
        {".gz", "application/gzip"},    {".sqlite", "application/vnd.sqlite3"},
    };
    for (auto const& [ending, format] : formats)
        if (path.ends_with(ending)) return format;
    return "application/octet-stream";
}

std::string describe(FileEntry const& file) {
    if (file.split.empty()) return "";
    return std::to_string(file.records) + " records of the split " + file.split;
}

Json file_object(FileEntry const& file) {
    Json object{{"@type", "cr:FileObject"}, {"@id", node_id(file.path)}, {"name", file.path}};
    set_text(object, "description", describe(file));
    object["contentUrl"] = file.path;
    object["contentSize"] = std::to_string(file.bytes) + " B";
    object["encodingFormat"] = encoding_format(file.path);
    set_text(object, "sha256", file.sha256);
    return object;
}

std::string folder_of(std::string const& path) {
    std::size_t const slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

std::string ending_of(std::string const& path) {
    std::size_t const dot = path.rfind('.');
    return dot == std::string::npos || path.find('/', dot) != std::string::npos ? "" : path.substr(dot);
}

// One FileSet holds what lies in the folders of a split.
Json file_set(std::string const& split, std::vector<FileEntry> const& files) {
    std::set<std::string> patterns, formats;
    std::size_t count = 0;
    for (FileEntry const& file : files) {
        if (file.split != split) continue;
        patterns.insert(folder_of(file.path) + "*" + ending_of(file.path));
        formats.insert(encoding_format(file.path));
        ++count;
    }
    return Json{
        {"@type", "cr:FileSet"},     {"@id", node_id("files-" + split)},
        {"name", "files-" + split},  {"description", std::to_string(count) + " files of the split " + split},
        {"encodingFormat", formats}, {"includes", patterns}};
}

Json distribution(DatasetSummary const& summary) {
    auto const holds_records = [](FileEntry const& file) { return !file.split.empty(); };
    bool const are_many =
        std::size_t(std::ranges::count_if(summary.files, holds_records)) > most_shards_listed;
    Json list = Json::array();
    std::set<std::string> splits;
    for (FileEntry const& file : summary.files)
        if (are_many && holds_records(file))
            splits.insert(file.split);
        else
            list.push_back(file_object(file));
    for (std::string const& split : splits) list.push_back(file_set(split, summary.files));
    return list;
}

std::string data_type(std::string const& dtype) {
    if (dtype.starts_with("bool")) return "sc:Boolean";
    if (dtype.starts_with("float") || dtype == "double") return "sc:Float";
    if (dtype.starts_with("int") || dtype.starts_with("uint")) return "sc:Integer";
    return "sc:Text";
}

std::string describe(Field const& field) {
    bool const has_unit = !field.unit.empty() && field.unit != "1";
    if (!has_unit) return field.description;
    return field.description + (field.description.empty() ? "" : " ") + "[" + field.unit + "]";
}

std::string shape_text(std::vector<std::int64_t> const& shape) {
    std::string text;
    for (std::int64_t length : shape)
        text += (text.empty() ? "" : ",") + std::to_string(length < 0 ? -1 : length);
    return text;
}

Json column_field(std::string const& record_set, std::string const& file, Field const& column) {
    Json field{
        {"@type", "cr:Field"}, {"@id", node_id(record_set + "/" + column.name)}, {"name", column.name}};
    set_text(field, "description", describe(column));
    field["dataType"] = data_type(column.dtype);
    if (!column.shape.empty()) {
        field["isArray"] = true;
        field["arrayShape"] = shape_text(column.shape);
    }
    field["source"] =
        Json{{"fileObject", reference(node_id(file))}, {"extract", Json{{"column", column.name}}}};
    return field;
}

bool has_column(std::vector<Field> const& columns, std::string const& name) {
    return std::ranges::any_of(columns, [&](Field const& column) { return column.name == name; });
}

struct TableView {
    std::string id, description, file;
    std::vector<Field> const& columns;
};

// Return the field whose values a column repeats; empty: none that Croissant can read.
std::string target_of(Field const& column, TableView const& view, DatasetSummary const& summary) {
    if (column.name == "split" && !summary.splits.empty()) return "splits/name";
    bool const is_of_structures = column.references.starts_with("structures/") && view.id != "structures";
    if (is_of_structures && !summary.structures_table.empty() &&
        has_column(summary.structure_columns, column.references.substr(11)))
        return column.references;
    return "";
}

Json record_set(TableView const& view, DatasetSummary const& summary) {
    Json set{
        {"@type", "cr:RecordSet"}, {"@id", view.id}, {"name", view.id}, {"description", view.description}};
    auto const key = std::ranges::find(view.columns, Role::id, &Field::role);
    if (key != view.columns.end()) set["key"] = reference(node_id(view.id + "/" + key->name));
    set["field"] = Json::array();
    for (Field const& column : view.columns) {
        Json field = column_field(view.id, view.file, column);
        if (std::string const target = target_of(column, view, summary); !target.empty())
            field["references"] = Json{{"field", reference(target)}};
        set["field"].push_back(std::move(field));
    }
    return set;
}

std::string split_url(std::string const& name) {
    if (name == "train" || name == "training") return "cr:TrainingSplit";
    if (name == "validation" || name == "val" || name == "valid") return "cr:ValidationSplit";
    if (name == "test") return "cr:TestSplit";
    return "cr:Split";
}

Json splits_set(std::vector<Split> const& splits) {
    Json rows = Json::array();
    for (Split const& split : splits)
        rows.push_back(Json{{"splits/name", split.name},
                            {"splits/url", split_url(split.name)},
                            {"splits/records", split.records}});
    auto const field = [](char const* name, char const* type) {
        return Json{{"@type", "cr:Field"},
                    {"@id", std::string("splits/") + name},
                    {"name", name},
                    {"dataType", type}};
    };
    return Json{{"@type", "cr:RecordSet"},
                {"@id", "splits"},
                {"name", "splits"},
                {"description", "The splits and how many records each has."},
                {"dataType", "cr:Split"},
                {"key", reference("splits/name")},
                {"field", Json::array({field("name", "sc:Text"), field("url", "sc:URL"),
                                       field("records", "sc:Integer")})},
                {"data", rows}};
}

// Labels carry their role as a second type, as the specification has it for machine learning.
Json task_set(Task const& task, DatasetSummary const& summary) {
    std::vector<Field> columns = task.identity;
    columns.insert(columns.end(), task.features.begin(), task.features.end());
    columns.insert(columns.end(), task.labels.begin(), task.labels.end());
    Json set = record_set({task.name, task.description, task.table, columns}, summary);
    std::size_t const first_label = columns.size() - task.labels.size();
    for (std::size_t i = 0; i < columns.size(); ++i) {
        Json& field = set["field"][i];
        if (i < task.identity.size()) continue;
        field["description"] = (i < first_label ? "feature: " : "label: ") + field.value("description", "");
        if (i >= first_label) field["dataType"] = Json::array({field["dataType"], "cr:Label"});
    }
    return set;
}

std::vector<Field> usual_example_columns() {
    return {{"id", "utf8", {}, "", "Name of the record."},
            {"split", "utf8", {}, "", "The split it is in."},
            {"instrument", "utf8", {}, "", "The instrument it was made for."},
            {"x", "float64", {-1}, "", "Abscissa of the pattern."},
            {"y", "float64", {-1}, "", "Ordinate of the pattern."}};
}

Json record_sets(DatasetSummary const& summary) {
    Json sets = Json::array();
    if (!summary.splits.empty()) sets.push_back(splits_set(summary.splits));
    std::vector<Field> const examples =
        summary.example_columns.empty() ? usual_example_columns() : summary.example_columns;
    for (TableView const& view :
         {TableView{"records", "One row per record.", summary.records_table, summary.record_columns},
          TableView{"structures", "One row per structure.", summary.structures_table,
                    summary.structure_columns},
          TableView{"examples", "A few whole records.", summary.examples_table, examples}})
        if (!view.file.empty() && !view.columns.empty()) sets.push_back(record_set(view, summary));
    for (Task const& task : summary.tasks) sets.push_back(task_set(task, summary));
    return sets;
}

void add_identity(Json& root, DatasetSummary const& summary) {
    set_text(root, "name", summary.name);
    set_text(root, "alternateName", summary.title);
    set_text(root, "description", summary.description);
    set_text(root, "url", summary.url);
    root["creator"] = Json::array();
    for (Person const& one : summary.creators) root["creator"].push_back(creator(one));
    if (!summary.publisher.name.empty()) root["publisher"] = creator(summary.publisher);
    set_text(root, "license", licence_url(summary.licence));
    set_text(root, "datePublished", summary.date_published);
    set_text(root, "version", summary.version);
    set_text(root, "citeAs", summary.citation);
    set_text(root, "identifier", summary.identifier);
    set_text(root, "conditionsOfAccess", summary.access_state);
    if (!summary.keywords.empty()) root["keywords"] = summary.keywords;
    root["isLiveDataset"] = false;
}

void add_sources(Json& root, std::vector<SourceEntry> const& sources) {
    for (SourceEntry const& source : sources) {
        Json work{{"@type", "sc:CreativeWork"}, {"name", source.name}};
        set_text(work, "license", licence_url(source.licence));
        set_text(work, "citation", source.citation);
        set_text(work, "url", source.url);
        root["isBasedOn"].push_back(std::move(work));
    }
}

void add_notes(Json& root, std::map<std::string, std::string> const& notes) {
    for (auto const& [key, text] : notes)
        if (std::string const property = detail::note_kind(key).property; !property.empty())
            root["rai:" + property] = text;
}

}  // namespace

std::string to_croissant(DatasetSummary const& summary) {
    Json root{{"@context", Json::parse(context_text)},
              {"@type", "sc:Dataset"},
              {"conformsTo", Json::array({"http://mlcommons.org/croissant/1.1",
                                          "http://mlcommons.org/croissant/RAI/1.0"})}};
    add_identity(root, summary);
    add_sources(root, summary.sources);
    add_notes(root, summary.notes);
    root["distribution"] = distribution(summary);
    root["recordSet"] = record_sets(summary);
    return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace hutch::curate
