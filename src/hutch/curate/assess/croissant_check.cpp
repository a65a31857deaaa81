#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/document_checks.hpp"
#include "hutch/curate/assess/detail/json_document.hpp"
#include "hutch/curate/assess/identifiers.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::curate::assess::detail {
namespace {

namespace fs = std::filesystem;

// Croissant 1.1, atomic data types and those of machine learning; schema.org may be written in full.
constexpr std::array data_types{
    "Boolean", "Date",           "Time",          "DateTime",        "Float",       "Integer",
    "Text",    "ImageObject",    "VideoObject",   "AudioObject",     "BoundingBox", "SegmentationMask",
    "Split",   "Label",          "TrainingSplit", "ValidationSplit", "TestSplit",   "URL",
    "Number",  "GeoCoordinates", "GeoShape",      "Enumeration",     "Int8",        "Int16",
    "Int32",   "Int64",          "UInt8",         "UInt16",          "UInt32",      "UInt64",
    "Float16", "Float32",        "Float64",       "Person",          "Organization"};

std::string local_name(std::string const& name) {
    std::size_t const cut = name.find_last_of(":/#");
    return cut == std::string::npos ? name : name.substr(cut + 1);
}

bool has_type(Json const& node, char const* wanted) {
    if (!node.is_object() || !node.contains("@type")) return false;
    Json const& type = node["@type"];
    auto const is_it = [&](Json const& one) { return one.is_string() && local_name(one) == wanted; };
    return type.is_array() ? std::ranges::any_of(type, is_it) : is_it(type);
}

std::vector<Json const*> list_of(Json const& node, char const* key) {
    std::vector<Json const*> all;
    if (!node.is_object() || !node.contains(key)) return all;
    Json const& value = node[key];
    if (value.is_array())
        for (Json const& one : value) all.push_back(&one);
    else
        all.push_back(&value);
    return all;
}

// The names of a CSV's columns; of the first lines of JSON Lines; of a JSON list's objects.
std::optional<std::set<std::string>> columns_of(fs::path const& path) {
    std::string const name = path.string();
    std::ifstream in(path, std::ios::binary);
    std::string line;
    std::set<std::string> columns;
    if (name.ends_with(".csv") || name.ends_with(".tsv")) {
        if (!std::getline(in, line)) return {};
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
        for (auto const one : split(line, name.ends_with(".tsv") ? '\t' : ',')) {
            std::string_view cell = trim(one);
            if (cell.size() > 1 && cell.front() == '"' && cell.back() == '"')
                cell = cell.substr(1, cell.size() - 2);
            columns.emplace(cell);
        }
        return columns;
    }
    if (!name.ends_with(".jsonl")) return {};
    for (int lines = 0; lines < 50 && std::getline(in, line); ++lines) {
        Json const object = Json::parse(line, nullptr, false);
        if (object.is_object())
            for (auto const& [key, value] : object.items()) columns.insert(key);
    }
    return columns;
}

// `*` in a pattern of a FileSet stands for anything, as in shells with globstar.
bool matches(std::string_view pattern, std::string_view path) {
    if (pattern.empty()) return path.empty();
    if (pattern[0] == '*') {
        while (!pattern.empty() && (pattern[0] == '*')) pattern.remove_prefix(1);
        if (pattern.starts_with("/") && matches(pattern.substr(1), path)) return true;
        for (std::size_t i = 0; i <= path.size(); ++i)
            if (matches(pattern, path.substr(i))) return true;
        return false;
    }
    return !path.empty() && (pattern[0] == path[0] || pattern[0] == '?') &&
           matches(pattern.substr(1), path.substr(1));
}

class Validator {
  public:
    Validator(Subject const& subject, JsonDocument const& document)
        : subject_(subject), file_(document.file), root_(document.root()) {
        for (ScannedFile const& one : subject.scan.files) scanned_[one.path] = &one;
    }

    void run() {
        if (!root_.is_object()) return wrong("", "is no JSON object; expected a sc:Dataset");
        check_dataset();
        collect_ids(root_);
        for (Json const* one : list_of(root_, "distribution")) check_resource(*one);
        for (Json const* one : list_of(root_, "recordSet")) check_record_set(*one);
    }

    Answer answer;
    std::uint64_t problems = 0, resources = 0, fields = 0, hashes = 0;

  private:
    void wrong(std::string const& where, std::string what) {
        ++problems;
        show(answer, {file_, where, 0, std::move(what)});
    }

    void check_dataset() {
        if (!root_.contains("@context")) wrong("@context", "is missing");
        if (!has_type(root_, "Dataset")) wrong("@type", "is not sc:Dataset");
        std::string const version = root_.contains("conformsTo")       ? root_["conformsTo"].dump()
                                    : root_.contains("dct:conformsTo") ? root_["dct:conformsTo"].dump()
                                                                       : "";
        if (version.find("mlcommons.org/croissant/1.0") == std::string::npos &&
            version.find("mlcommons.org/croissant/1.1") == std::string::npos)
            wrong("conformsTo", "names no version of Croissant (1.0 or 1.1)");
        for (char const* key : {"name", "description", "url", "license", "datePublished"})
            if (text_of(root_, key).empty()) wrong(key, "is missing or empty");
        check_creators();
        std::string const date = text_of(root_, "datePublished");
        bool const is_date = date.size() >= 4 && std::ranges::all_of(date.substr(0, 4), [](char c) {
                                 return c >= '0' && c <= '9';
                             });
        if (!date.empty() && !is_date)
            wrong("datePublished", fmt::format("is '{}'; expected an ISO 8601 date", date));
        std::string const number = text_of(root_, "version");
        auto const parts = split(std::string_view(number).substr(0, number.find_first_of("-+")), '.');
        bool const is_semantic =
            parts.size() == 3 && std::ranges::all_of(parts, [](auto part) {
                return !part.empty() && part.find_first_not_of("0123456789") == part.npos;
            });
        if (!number.empty() && !is_semantic)
            wrong("version", fmt::format("is '{}'; expected MAJOR.MINOR.PATCH", number));
        if (!number.empty() && !subject_.dictionary.version.empty() && number != subject_.dictionary.version)
            wrong("version",
                  fmt::format("is '{}', the dictionary says '{}'", number, subject_.dictionary.version));
        if (list_of(root_, "distribution").empty()) wrong("distribution", "is missing or empty");
    }

    void check_creators() {
        auto creators = list_of(root_, "creator");
        if (creators.empty()) creators = list_of(root_, "creators");
        if (creators.empty()) wrong("creator", "is missing or empty");
        for (Json const* one : creators)
            if (one->is_object() && text_of(*one, "name").empty()) wrong("creator", "has no name");
    }

    // Nodes of Croissant have ids of their own; {"@id": ...} alone refers to one.
    void collect_ids(Json const& node) {
        if (node.is_array())
            for (Json const& one : node) collect_ids(one);
        if (!node.is_object()) return;
        bool const is_node = has_type(node, "FileObject") || has_type(node, "FileSet") ||
                             has_type(node, "RecordSet") || has_type(node, "Field");
        if (is_node) {
            std::string const id = text_of(node, "@id");
            if (id.empty())
                wrong(text_of(node, "name"), "has no @id");
            else if (!nodes_.emplace(id, &node).second)
                wrong(id, "is the @id of two nodes");
        }
        for (auto const& [key, value] : node.items())
            if (key != "data" && key != "examples" && key != "@context") collect_ids(value);
    }

    void check_resource(Json const& node) {
        ++resources;
        if (has_type(node, "FileSet")) return check_file_set(node);
        std::string const id = text_of(node, "@id");
        if (!has_type(node, "FileObject")) return wrong(id, "is neither cr:FileObject nor cr:FileSet");
        for (char const* key : {"contentUrl", "encodingFormat"})
            if (text_of(node, key).empty()) wrong(id, fmt::format("has no {}", key));
        std::string const url = text_of(node, "contentUrl"), sum = to_lower(text_of(node, "sha256"));
        if (sum.empty() && text_of(node, "md5").empty()) wrong(id, "has neither sha256 nor md5");
        if (!sum.empty() && (sum.size() != 64 || sum.find_first_not_of("0123456789abcdef") != sum.npos))
            wrong(id, fmt::format("has the sha256 '{}'; expected 64 hexadecimal digits", sum));
        if (!list_of(node, "containedIn").empty()) {
            for (Json const* one : list_of(node, "containedIn")) must_be(reference(*one), "FileObject", id);
            return;
        }
        if (url.empty() || is_web_address(url)) return;
        check_file(node, id, url.starts_with("./") ? url.substr(2) : url, sum);
    }

    void check_file(Json const& node, std::string const& id, std::string const& path,
                    std::string const& sum) {
        std::error_code ignored;
        auto const scanned = scanned_.find(path);
        bool const is_there = scanned == scanned_.end() ? fs::is_regular_file(subject_.folder / path, ignored)
                                                        : scanned->second->is_there;
        if (!is_there) return wrong(id, fmt::format("names the file '{}', which is not there", path));
        if (scanned == scanned_.end()) return;
        if (!sum.empty() && !scanned->second->sha256.empty()) {
            ++hashes;
            if (sum != scanned->second->sha256)
                wrong(id, fmt::format("says sha256 {}..., the file has {}...", sum.substr(0, 12),
                                      scanned->second->sha256.substr(0, 12)));
        }
        std::string const said = text_of(node, "contentSize");
        auto const size = split_words(said);
        if (size.empty() || (size.size() > 1 && size[1] != "B")) return;
        if (auto const bytes = to_number(size[0]); bytes && *bytes != double(scanned->second->bytes))
            wrong(id, fmt::format("says {} bytes, the file has {}", size[0], scanned->second->bytes));
    }

    void check_file_set(Json const& node) {
        std::string const id = text_of(node, "@id");
        auto const patterns = list_of(node, "includes");
        if (patterns.empty() && list_of(node, "containedIn").empty())
            wrong(id, "has neither includes nor containedIn");
        if (text_of(node, "encodingFormat").empty()) wrong(id, "has no encodingFormat");
        for (Json const* one : list_of(node, "containedIn")) must_be(reference(*one), nullptr, id);
        if (!list_of(node, "containedIn").empty()) return;
        for (Json const* pattern : patterns)
            if (pattern->is_string() && std::ranges::none_of(scanned_, [&](auto const& one) {
                    return matches(pattern->get_ref<std::string const&>(), one.first);
                }))
                wrong(id, fmt::format("includes '{}', which no file fits", pattern->get<std::string>()));
    }

    static std::string reference(Json const& node) {
        if (node.is_string()) return node.get<std::string>();
        return text_of(node, "@id");
    }

    Json const* must_be(std::string const& id, char const* type, std::string const& where) {
        auto const found = nodes_.find(id);
        if (found == nodes_.end())
            wrong(where, fmt::format("refers to '{}', which is no node", id));
        else if (type != nullptr && !has_type(*found->second, type))
            wrong(where, fmt::format("refers to '{}', which is no {}", id, type));
        else
            return found->second;
        return nullptr;
    }

    void check_record_set(Json const& set) {
        std::string const id = text_of(set, "@id");
        if (!has_type(set, "RecordSet")) return wrong(id, "is no cr:RecordSet");
        auto const all = list_of(set, "field");
        bool const is_inline = set.contains("data");
        if (all.empty() && !is_inline) wrong(id, "has no field");
        for (Json const* field : all) check_field(*field, is_inline, false);
        for (Json const* key : list_of(set, "key")) must_be(reference(*key), "Field", id);
        if (is_inline) check_data(set, id);
    }

    // Rows of inline data use the ids or names of the fields.
    void check_data(Json const& set, std::string const& id) {
        std::set<std::string> known;
        for (Json const* field : list_of(set, "field"))
            known.insert(text_of(*field, "@id")), known.insert(text_of(*field, "name"));
        for (Json const* row : list_of(set, "data")) {
            if (!row->is_object()) continue;
            for (auto const& [key, value] : row->items())
                if (!known.contains(key))
                    return wrong(id, fmt::format("has data of '{}', which is no field", key));
        }
    }

    void check_field(Json const& field, bool is_inline, bool is_inner) {
        ++fields;
        std::string const id = text_of(field, "@id");
        if (!has_type(field, "Field")) return wrong(id, "is no cr:Field");
        auto const inner = list_of(field, "subField");
        for (Json const* one : inner) check_field(*one, is_inline, true);
        auto const types = list_of(field, "dataType");
        if (types.empty() && inner.empty()) wrong(id, "has no dataType");
        for (Json const* type : types) check_type(*type, id);
        bool const has_source = field.contains("source"), has_value = field.contains("value");
        if (has_source && has_value) wrong(id, "has both source and value");
        if (!has_source && !has_value && !is_inline && inner.empty() && !is_inner)
            wrong(id, "has neither source nor value");
        if (has_source) check_source(field["source"], id);
        for (Json const* one : list_of(field, "references")) check_reference(*one, id);
        check_shape(field, id);
    }

    void check_type(Json const& type, std::string const& id) {
        std::string const name = type.is_string() ? type.get<std::string>() : text_of(type, "@id");
        bool const is_foreign = is_web_address(name) && name.find("schema.org/") == std::string::npos &&
                                name.find("mlcommons.org/croissant/") == std::string::npos;
        bool const is_prefixed = name.find(':') != std::string::npos && !name.starts_with("sc:") &&
                                 !name.starts_with("cr:") && !is_web_address(name);
        if (is_foreign || is_prefixed) return;  // equivalent classes of other vocabularies are allowed
        if (std::ranges::find(data_types, local_name(name)) == data_types.end())
            wrong(id, fmt::format("has the dataType '{}', which is not known", name));
    }

    void check_reference(Json const& node, std::string const& id) {
        for (char const* key : {"field", "@id"})
            if (node.is_object() && node.contains(key)) {
                must_be(key == std::string("field") ? reference(node["field"]) : text_of(node, "@id"),
                        "Field", id);
                return;
            }
    }

    void check_shape(Json const& field, std::string const& id) {
        std::string const shape = text_of(field, "arrayShape");
        bool const is_array = field.contains("isArray") && field["isArray"] == true;
        if (!shape.empty() && !is_array) wrong(id, "has arrayShape without isArray");
        if (shape.empty()) return;
        for (auto const length : split(shape, ',')) {
            auto const number = to_number(trim(length));
            if (!number || *number < -1 || *number != double(std::int64_t(*number)))
                return wrong(id, fmt::format("has the arrayShape '{}'; expected lengths or -1", shape));
        }
    }

    void check_source(Json const& source, std::string const& id) {
        if (source.is_string() || (source.is_object() && source.contains("@id"))) {
            must_be(reference(source), nullptr, id);
            return;
        }
        int given = 0;
        for (char const* kind : {"fileObject", "fileSet", "recordSet", "field"}) {
            if (!source.is_object() || !source.contains(kind)) continue;
            ++given;
            Json const* const node = must_be(reference(source[kind]), nullptr, id);
            if (node != nullptr && kind == std::string("fileObject")) check_column(source, *node, id);
        }
        if (given != 1) wrong(id, fmt::format("has a source with {} origins; expected one", given));
    }

    void check_column(Json const& source, Json const& file, std::string const& id) {
        if (!source.contains("extract") || !source["extract"].is_object()) return;
        std::string const column = text_of(source["extract"], "column"), url = text_of(file, "contentUrl");
        if (column.empty() || url.empty() || is_web_address(url)) return;
        auto known = columns_.find(url);
        if (known == columns_.end()) known = columns_.emplace(url, columns_of(subject_.folder / url)).first;
        if (known->second && !known->second->contains(column))
            wrong(id, fmt::format("reads the column '{}', which '{}' has not", column, url));
    }

    Subject const& subject_;
    std::string file_;
    Json const& root_;
    std::map<std::string, ScannedFile const*> scanned_;
    std::map<std::string, Json const*> nodes_;
    std::map<std::string, std::optional<std::set<std::string>>> columns_;
};

Answer run(Subject const& subject) {
    auto const document = find_croissant(subject.folder);
    if (!document)
        return {State::fail, "there is no croissant.json", {}, {}, "write croissant.json (Croissant 1.1)", 0};
    if (!document->problem.empty())
        return {State::fail, document->file + " cannot be read",
                {},          {{document->file, "", 0, document->problem}},
                "",          0};
    Validator validator(subject, *document);
    validator.run();
    Answer answer = std::move(validator.answer);
    answer.numbers = {{"problems", double(validator.problems)},
                      {"resources", double(validator.resources)},
                      {"fields", double(validator.fields)},
                      {"checksums compared", double(validator.hashes)}};
    answer.state = validator.problems == 0 ? State::pass : State::fail;
    answer.text = fmt::format("{}: {} in {} and {}", document->file, counted(validator.problems, "problem"),
                              counted(validator.resources, "resource"), counted(validator.fields, "field"));
    return answer;
}

}  // namespace

Check croissant_check() {
    return {"C06", "Croissant",
            "Does the Croissant description have all that Croissant 1.1 requires, with ids that are unique, "
            "references that resolve, files that are there with these checksums, and columns that exist?",
            "mend croissant.json at the places named, or write it anew from the data", run};
}

}  // namespace hutch::curate::assess::detail
