#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/assess/detail/declared_files.hpp"
#include "hutch/curate/assess/scan.hpp"
#include "hutch/curate/assess/table_file.hpp"
#include "hutch/data/hdf5_file.hpp"
#include "hutch/step/unit.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess {
namespace {

namespace fs = std::filesystem;

// Files of one ending whose names differ in digits and in the name of a split only.
struct FileGroup {
    std::string format, name;
    std::map<std::string, std::string> paths;  // pattern -> split
    std::vector<std::string> files;
};

std::string format_of(fs::path const& path) {
    static std::map<std::string, std::string> const formats{
        {".h5", "hdf5"},  {".hdf5", "hdf5"},   {".hdf", "hdf5"},    {".nxs", "hdf5"},
        {".nx5", "hdf5"}, {".csv", "csv"},     {".tsv", "csv"},     {".json", "json"},
        {".npy", "npy"},  {".jsonl", "jsonl"}, {".ndjson", "jsonl"}};
    auto const found = formats.find(to_lower(path.extension().string()));
    return found == formats.end() ? "" : found->second;
}

std::string split_in(std::string const& name) {
    std::string const lower = to_lower(name);
    for (auto const& [word, split] : {std::pair{"train", "train"},
                                      {"validation", "validation"},
                                      {"valid", "validation"},
                                      {"val", "validation"},
                                      {"test", "test"},
                                      {"dev", "validation"}}) {
        std::size_t const at = lower.find(word);
        if (at == std::string::npos) continue;
        std::size_t const end = at + std::string_view(word).size();
        auto const is_letter = [&](std::size_t i) {
            return i < lower.size() && lower[i] >= 'a' && lower[i] <= 'z';
        };
        if (!is_letter(end) && (at == 0 || !is_letter(at - 1))) return split;
    }
    return "";
}

// A path with * in place of every run of digits.
std::string pattern_of(std::string const& path) {
    std::string const ending = fs::path(path).extension().string();  // .h5 is no number
    std::string pattern;
    for (char const c : path.substr(0, path.size() - ending.size()))
        if (c < '0' || c > '9')
            pattern += c;
        else if (!pattern.ends_with('*'))
            pattern += '*';
    return pattern + ending;
}

std::string table_name(std::string const& path, std::string const& split) {
    std::string name = fs::path(path).stem().string();
    std::string made;
    for (char const c : name) {
        bool const is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        made += is_word ? c : c >= '0' && c <= '9' ? '\0' : '_';
    }
    std::erase(made, '\0');
    while (made.ends_with('_')) made.pop_back();
    if (!split.empty() || made.empty()) {
        std::string const folder = fs::path(path).parent_path().filename().string();
        return folder.empty() || !split_in(folder).empty() ? "records" : folder;
    }
    return made;
}

bool is_known_document(std::string const& path) {
    static std::set<std::string> const known{"manifest.json",   "dictionary.json", "croissant.json",
                                             "provenance.json", "versions.json",   "assessment.json"};
    return known.contains(path);
}

std::vector<FileGroup> find_groups(fs::path const& folder, std::vector<std::string>& unsupported) {
    std::map<std::string, FileGroup> groups;
    for (auto const& [path, file] : detail::list_files(folder, {}, {})) {
        if (!file.is_there || is_known_document(path)) continue;
        std::string const ending = to_lower(fs::path(path).extension().string());
        if (ending == ".parquet" || ending == ".zarr" || ending == ".npz") unsupported.push_back(path);
        std::string const format = format_of(path);
        if (format.empty()) continue;
        std::string split = split_in(path);
        std::string key = pattern_of(path);
        if (!split.empty()) {
            std::size_t const at = to_lower(key).find(split.substr(0, 3));
            key = key.substr(0, at) + "|" + fs::path(path).extension().string();
        }
        FileGroup& group = groups[key];
        group.format = format;
        if (group.name.empty()) group.name = table_name(path, split);
        group.paths[pattern_of(path)] = split;
        group.files.push_back(path);
    }
    std::vector<FileGroup> all;
    for (auto& [key, group] : groups) all.push_back(std::move(group));
    return all;
}

// ---- what fields are for, where their names say it

Role role_of(std::string const& name, bool is_array, bool is_text) {
    std::string const word = to_lower(name.substr(name.rfind('/') + 1));
    auto const is_one_of = [&](std::initializer_list<char const*> words) {
        return std::ranges::find(words, word) != words.end();
    };
    if (!is_array && is_one_of({"id", "uid", "uuid", "record_id", "sample_id", "index"})) return Role::id;
    if (!is_array && is_one_of({"split", "subset", "partition", "fold"})) return Role::split;
    if (!is_array && is_one_of({"label", "class", "target", "category", "y_true"})) return Role::label;
    if (!is_array && is_one_of({"group", "group_id", "sample", "sample_name"})) return Role::group;
    if (!is_array && is_one_of({"instrument", "beamline", "source", "detector"}) && is_text)
        return Role::source;
    if (is_one_of({"time", "timestamp", "start_time", "date", "datetime"}) && is_text) return Role::time;
    if (is_array && is_one_of({"mask", "pixel_mask"})) return Role::mask;
    if (is_array &&
        is_one_of({"axis", "x", "two_theta", "tth", "2theta", "q", "energy", "tof", "polar_angle"}))
        return Role::axis;
    if (is_array && is_one_of({"intensity", "counts", "data", "image", "images", "frame", "frames",
                               "spectrum", "pattern", "patterns"}))
        return Role::feature;
    return Role::other;
}

std::string quantity_of(std::string const& name, std::string const& unit) {
    std::string const word = to_lower(name.substr(name.rfind('/') + 1));
    auto const known = quantities().find(word == "tth" || word == "2theta" ? "two_theta" : word);
    if (known == quantities().end()) return "";
    auto const is = step::parse_unit(unit), wanted = step::parse_unit(known->second);
    return is && wanted && is->dimension == wanted->dimension ? known->first : "";
}

Field field_of(std::string const& name, Found const& found) {
    Field field;
    field.name = name, field.dtype = (found.is_little_endian ? "" : ">") + found.dtype,
    field.shape = found.shape;
    field.unit = step::usual_name(found.unit), field.description = found.description;
    bool const is_text = found.dtype.starts_with("utf8");
    if (is_text) field.dtype = "utf8";
    field.role = role_of(name, !found.shape.empty(), is_text);
    field.quantity = quantity_of(name, field.unit);
    return field;
}

// Groups of one form right below a group are records.
std::string find_under(data::Hdf5File const& file) {
    for (std::string const& under :
         {std::string(), std::string("entry"), std::string("entries"), std::string("records")}) {
        auto const groups = file.groups(under);
        if (groups.size() < 2) continue;
        std::string const prefix = under.empty() ? "" : under + "/";
        auto const first = file.arrays(prefix + groups[0]), last = file.arrays(prefix + groups.back());
        if (!first.empty() && first == last) return under.empty() ? "/" : under;
    }
    return "";
}

// The first dimension that most arrays share is that of the records; arrays of other lengths are shared.
void set_layout(fs::path const& path, RecordTable& table) {
    data::Hdf5File const file(path);
    if (std::string const under = find_under(file); !under.empty()) {
        table.layout = Layout::groups, table.under = under == "/" ? "" : under;
        return;
    }
    std::map<std::uint64_t, std::size_t> lengths;
    std::size_t arrays = 0;
    for (std::string const& name : file.arrays()) {
        auto const array = file.find(name);
        if (array && !array->shape.empty()) ++lengths[array->shape[0]], ++arrays;
    }
    std::size_t most = 0;
    std::uint64_t records = 0;
    for (auto const& [length, count] : lengths)
        if (count >= most) most = count, records = length;
    // A measurement by itself, as NeXus files are: an axis, its values, and single numbers.
    bool const is_one =
        arrays > 0 && (most < 2 || records < 2 || file.attribute("entry", "NX_class") == "NXentry");
    if (is_one && !(arrays == 1 && most == 1)) {
        table.layout = Layout::files;
        return;
    }
    for (std::string const& name : file.arrays()) {
        auto const array = file.find(name);
        if (!array || array->kind == data::Hdf5Array::Kind::other) continue;
        if (!array->shape.empty() && array->shape[0] == records) continue;
        Field shared;
        shared.name = name;
        table.shared.push_back(std::move(shared));
    }
}

void set_fields(fs::path const& path, RecordTable& table) {
    if (table.format == "hdf5") set_layout(path, table);
    RecordTable probe = table;
    std::set<std::string> shared;
    for (Field const& field : table.shared) shared.insert(field.name);
    if (table.format == "hdf5") {  // fields are what makes the number of records known
        for (std::string const& name : open_table_file(path, probe)->names())
            if (!shared.contains(name)) {
                Field field;
                field.name = name;
                probe.fields.push_back(std::move(field));
            }
    }
    auto const file = open_table_file(path, probe);
    table.shared.clear();
    for (std::string const& name : file->names()) {
        auto const found = file->find(name);
        if (!found || found->dtype == "compound" || found->dtype == "ragged" || found->dtype == "opaque" ||
            found->dtype == "reference")
            continue;
        (shared.contains(name) ? table.shared : table.fields).push_back(field_of(name, *found));
    }
}

// Arrays run over an axis of their length; the largest one is what a model would learn from.
void tie_axes(RecordTable& table) {
    std::vector<Field const*> axes;
    for (auto const* list : {&table.fields, &table.shared})
        for (Field const& field : *list)
            if (field.role == Role::axis && !field.shape.empty()) axes.push_back(&field);
    for (Field& field : table.fields) {
        if (field.shape.empty() || field.role == Role::axis) continue;
        for (Field const* axis : axes)
            if (axis->shape.size() == 1 && axis->shape.back() == field.shape.back() && field.axis.empty())
                field.axis = axis->name;
    }
}

void set_ranges(fs::path const& folder, Dictionary& dictionary) {
    Scan const scan = scan_dataset(folder, dictionary, {});
    for (std::size_t t = 0; t < dictionary.tables.size(); ++t) {
        RecordTable& table = dictionary.tables[t];
        for (auto* list : {&table.fields, &table.shared})
            for (Field& field : *list) {
                auto const facts = scan.tables[t].fields.find(field.name);
                if (facts == scan.tables[t].fields.end() || facts->second.values == 0) continue;
                if (std::isfinite(facts->second.least) && !field.dtype.starts_with("utf8"))
                    field.least = facts->second.least, field.most = facts->second.most;
            }
        table.records = scan.tables[t].records;
    }
    for (std::size_t const f : scan.tables.empty() ? std::vector<std::size_t>{} : scan.tables[0].files)
        if (!scan.files[f].split.empty()) dictionary.splits[scan.files[f].split] += scan.files[f].records;
}

}  // namespace

Dictionary propose_dictionary(fs::path const& folder) {
    if (!fs::is_directory(folder))
        throw Error(Fault::not_found, fmt::format("'{}' is no folder; expected a data set", folder.string()));
    Dictionary dictionary;
    dictionary.name = fs::absolute(folder).lexically_normal().filename().string();
    if (dictionary.name.empty())
        dictionary.name = fs::absolute(folder).lexically_normal().parent_path().filename().string();
    dictionary.is_proposed = true;
    std::vector<std::string> unsupported, unreadable;
    for (FileGroup const& group : find_groups(folder, unsupported)) {
        RecordTable table;
        table.name = group.name, table.format = group.format;
        for (int n = 2; dictionary.find(table.name) != nullptr; ++n)
            table.name = fmt::format("{}_{}", group.name, n);
        for (auto const& [path, split] : group.paths) table.files.push_back({path, split});
        try {
            set_fields(folder / group.files.front(), table);
            tie_axes(table);
        } catch (Error const&) {
            unreadable.push_back(group.files.front());
            continue;
        }
        if (!table.fields.empty() || !table.shared.empty()) dictionary.tables.push_back(std::move(table));
    }
    if (dictionary.tables.empty())
        throw Error(
            Fault::not_found,
            fmt::format("'{}' has no table that can be read; expected HDF5, NeXus, CSV, JSON, JSON Lines or "
                        "npy files",
                        folder.string()));
    // Tables of most bytes first: checks take the first for the records themselves.
    std::ranges::stable_sort(dictionary.tables, [&](RecordTable const& a, RecordTable const& b) {
        auto const arrays = [](RecordTable const& table) {
            return std::ranges::count_if(table.fields,
                                         [](Field const& field) { return !field.shape.empty(); });
        };
        return arrays(a) > arrays(b);
    });
    dictionary.description = "Proposed from the files; nobody has read it yet.";
    if (!unsupported.empty())
        dictionary.description +=
            fmt::format(" Not supported, and left out: {}.", fmt::join(unsupported, ", "));
    if (!unreadable.empty())
        dictionary.description += fmt::format(" Could not be read: {}.", fmt::join(unreadable, ", "));
    set_ranges(folder, dictionary);
    return dictionary;
}

}  // namespace hutch::curate::assess
