#include "hutch/curate/load/folder.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/data/array_layout.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::load {
namespace {

namespace fs = std::filesystem;

constexpr char const* remedy =
    "convert it: numpy.save each column as NAME.npy, or write HDF5 with an array for each field";

// * stands for anything but a slash.
bool matches(std::string_view name, std::string_view pattern) {
    if (pattern.empty()) return name.empty();
    if (pattern[0] != '*')
        return !name.empty() && name[0] == pattern[0] && matches(name.substr(1), pattern.substr(1));
    for (std::size_t skipped = 0;; ++skipped) {
        if (matches(name.substr(skipped), pattern.substr(1))) return true;
        if (skipped == name.size() || name[skipped] == '/') return false;
    }
}

// Names of all files below a folder, relative to it, sorted.
std::vector<std::string> files_below(fs::path const& folder) {
    std::vector<std::string> names;
    for (auto const& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) names.push_back(fs::relative(entry.path(), folder).generic_string());
    std::ranges::sort(names);
    return names;
}

// "train-00001.h5" and "train/a.h5" are of the split train.
std::string split_in_name(std::string const& name) {
    static std::set<std::string> const known{"train", "training", "validation", "valid",
                                             "val",   "dev",      "test"};
    for (fs::path const& step : fs::path(name)) {
        std::string const word = step.stem().string();
        std::string const start = word.substr(0, word.find_first_of("-_."));
        if (known.contains(start)) return start;
    }
    return "";
}

bool is_hdf5(std::string const& name) {
    std::string const extension = fs::path(name).extension().string();
    return extension == ".h5" || extension == ".hdf5" || extension == ".nxs" || extension == ".hdf";
}

bool is_npy(std::string const& name) { return name.ends_with(".npy"); }

// One .npy file for each field: those of one folder belong together.
void add_column(Folder& folder, std::string const& name, std::string const& split, std::string const& field) {
    std::string const place = fs::path(name).parent_path().generic_string();
    auto found = std::ranges::find_if(
        folder.parts, [&](Part const& part) { return part.name == place && part.split == split; });
    if (found == folder.parts.end() || found->columns.contains(field))
        found = folder.parts.insert(folder.parts.end(),
                                    Part{.name = place, .split = split, .file = {}, .columns = {}});
    found->columns[field] = folder.path / name;
}

void add_file(Folder& folder, std::string const& name, std::string const& split) {
    if (folder.table.format == "hdf5") {
        folder.parts.push_back({.name = name, .split = split, .file = folder.path / name, .columns = {}});
        return;
    }
    std::string const stem = fs::path(name).stem().string();
    bool const is_only = folder.table.fields.size() == 1;
    add_column(folder, name, split,
               is_only && folder.table.find(stem) == nullptr ? folder.table.fields[0].name : stem);
}

void follow_dictionary(Folder& folder, std::string const& wanted) {
    fs::path const file = folder.path / "dictionary.json";
    folder.dictionary = parse_dictionary(read_file(file), file.string());
    folder.has_dictionary = true;
    if (folder.dictionary.tables.empty())
        throw Error(Fault::bad_input,
                    fmt::format("'tables' is empty; expected one with fields: '{}'", file.string()));
    RecordTable const* const table =
        wanted.empty() ? &folder.dictionary.tables[0] : folder.dictionary.find(wanted);
    if (table == nullptr) {
        std::vector<std::string> names;
        for (RecordTable const& one : folder.dictionary.tables) names.push_back(one.name);
        throw Error(Fault::bad_input,
                    fmt::format("'table' is '{}'; expected one of {}", wanted, fmt::join(names, ", ")));
    }
    folder.table = *table;
    if ((table->format != "hdf5" && table->format != "npy") || table->layout != Layout::rows)
        throw Error(Fault::unsupported,
                    fmt::format("table '{}' is {} with {} as records; expected hdf5 or npy with rows; {}",
                                table->name, table->format, to_name(table->layout), remedy));
    auto const names = files_below(folder.path);
    for (TableFiles const& files : table->files) {
        std::size_t const before = folder.parts.size();
        bool is_any = false;
        for (std::string const& name : names)
            if (matches(name, files.path)) add_file(folder, name, files.split), is_any = true;
        if (!is_any && folder.parts.size() == before)
            throw Error(
                Fault::not_found,
                fmt::format("'{}' is not there; expected the files that 'dictionary.json' names: '{}'",
                            files.path, folder.path.string()));
    }
}

// HDF5 files come first: a folder that holds both has tables beside its shards.
void follow_names(Folder& folder) {
    auto const names = files_below(folder.path);
    bool const has_hdf5 = std::ranges::any_of(names, is_hdf5), has_npy = std::ranges::any_of(names, is_npy);
    if (!has_hdf5 && !has_npy)
        throw Error(Fault::unsupported,
                    fmt::format("'{}' has no dictionary.json and no HDF5 or NumPy files; expected either; {}",
                                folder.path.string(), remedy));
    folder.table.format = has_hdf5 ? "hdf5" : "npy";
    for (std::string const& name : names)
        if (has_hdf5 ? is_hdf5(name) : is_npy(name)) {
            if (has_hdf5)
                add_file(folder, name, split_in_name(name));
            else
                add_column(folder, name, split_in_name(name), fs::path(name).stem().string());
        }
}

}  // namespace

std::vector<std::string> Folder::splits() const {
    std::vector<std::string> names;
    for (Part const& part : parts)
        if (!part.split.empty() && std::ranges::find(names, part.split) == names.end())
            names.push_back(part.split);
    return names;
}

Folder find_folder(fs::path const& path, std::string const& table) {
    if (!fs::exists(path))
        throw Error(Fault::not_found,
                    fmt::format("'{}' does not exist; expected the folder of a data set", path.string()));
    Folder folder{.path = path, .dictionary = {}, .table = {}, .parts = {}};
    if (fs::is_regular_file(path)) {
        folder.path = path.parent_path();
        folder.table.format = is_npy(path.string()) ? "npy" : "hdf5";
        if (is_npy(path.string()))
            add_column(folder, path.filename().string(), "", path.stem().string());
        else
            add_file(folder, path.filename().string(), "");
    } else if (fs::exists(path / "dictionary.json")) {
        follow_dictionary(folder, table);
    } else {
        follow_names(folder);
    }
    return folder;
}

}  // namespace hutch::curate::load
